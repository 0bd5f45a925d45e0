"""Importing this registers the kinds of this door."""

from __future__ import annotations

from mapalus.doors.command.tiles import alarms, beside, numbers, waiting

__all__ = ["alarms", "beside", "numbers", "waiting"]
