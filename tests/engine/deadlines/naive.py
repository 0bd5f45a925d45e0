"""The rules of the clock once more, as one would reckon them on paper: a walk over days, and over minutes.

Slow and plain on purpose. It shares nothing with the engine but the calendar's own word on each single day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from mapalus.engine.clock import Zone
from mapalus.engine.deadlines import Pause, Unit
from mapalus.engine.workdays import national_days

__all__ = ["Paper", "naive_due"]

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_HORIZON = 4000  # days; nobody waits longer


class Paper:
    """A calendar as a wall shows it: days off, days worked, and a zone."""

    def __init__(self, zone: Zone, off: Sequence[date] = (), worked: Sequence[date] = ()) -> None:
        self.zone, self.off, self.worked = zone, set(off), set(worked)

    def is_working(self, day: date) -> bool:
        if day.weekday() in (5, 6) or day in self.off:
            return False
        return day in self.worked or day not in national_days(day.year)

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone.tzinfo)
        return self.is_working(local.date()) and 8 <= local.hour < 16

    def received(self, moment: datetime) -> datetime:
        local = moment.astimezone(self.zone.tzinfo)
        if self.is_open(local):
            return local
        opens = local.replace(hour=8, minute=0, second=0, microsecond=0)
        while opens < local or not self.is_working(opens.date()):
            opens += _DAY
        return opens


def naive_due(
    unit: Unit, amount: int, *, received_at: datetime, paper: Paper, pauses: Sequence[Pause] = ()
) -> date | datetime | None:
    """Working days as a date; hours, here counted in minutes, as a moment; None where the clock stands for good."""
    if unit is Unit.WORKING_DAYS:
        return _days(amount, paper.received(received_at).date(), paper, pauses)
    start = received_at if unit is Unit.HOURS else paper.received(received_at)
    return _minutes(amount, start, paper, pauses, every=unit is Unit.HOURS)


def _stands(pauses: Sequence[Pause], moment: datetime) -> bool:
    return any(p.start <= moment and (p.end is None or moment < p.end) for p in pauses)


def _days(amount: int, day: date, paper: Paper, pauses: Sequence[Pause]) -> date | None:
    for _step in range(_HORIZON):
        if amount == 0:
            return day
        day += _DAY
        close = datetime(day.year, day.month, day.day, 16, tzinfo=paper.zone.tzinfo)
        if paper.is_working(day) and not _stands(pauses, close):
            amount -= 1
    return None


def _minutes(amount: int, moment: datetime, paper: Paper, pauses: Sequence[Pause], *, every: bool) -> datetime | None:
    closed_for_good = [p.start for p in pauses if p.end is None]
    while amount:
        if closed_for_good and moment >= min(closed_for_good):
            return None
        if (every or paper.is_open(moment)) and not _stands(pauses, moment):
            amount -= 1
        moment += _MINUTE
    return moment
