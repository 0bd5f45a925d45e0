"""Deadlines: when something is due, why on that day, how much of its time is used, when to remind.

Receipt is day 0. What arrives outside office hours counts as received when the office next opens. The n-th working
day after day 0 is the due day; a working day does not count when the clock stands paused at its close. An extension
counts on from the same day 0. Hours clocks count every hour (24x7) or open hours only; paused time does not count.
The rules and their edges, with examples: docs/reference/clock.md. Everything here is pure.

    due(Term.days(10), received_at=moment, calendar=calendar).day
"""

from mapalus.engine.deadlines.progress import (
    SHARES,
    Reminder,
    is_late,
    next_reminder,
    remaining,
    reminders,
    spent,
    used,
)
from mapalus.engine.deadlines.rules import Moved, day_zero, due, is_paused, moved, received_as
from mapalus.engine.deadlines.story import DayCounted, Why, explain
from mapalus.engine.deadlines.term import Due, Pause, Term, Unit

__all__ = [
    "SHARES",
    "DayCounted",
    "Due",
    "Moved",
    "Pause",
    "Reminder",
    "Term",
    "Unit",
    "Why",
    "day_zero",
    "due",
    "explain",
    "is_late",
    "is_paused",
    "moved",
    "next_reminder",
    "received_as",
    "remaining",
    "reminders",
    "spent",
    "used",
]
