"""Importing this registers the kinds of this door."""

from __future__ import annotations

from mapalus.doors.command.tiles import beside, numbers, waiting

__all__ = ["beside", "numbers", "waiting"]
