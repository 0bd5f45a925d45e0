"""Bringing what an outside system holds: what a connector promises, and what the platform promises it."""
