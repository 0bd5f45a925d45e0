"""Mapalus: the open platform on which an Indonesian province runs its data and its services."""

__version__ = "0.1.0"
