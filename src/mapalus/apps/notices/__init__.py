"""Telling somebody: notices to positions, people and applicants, in the app, by mail, web push and an outgoing hook."""
