"""Working days: Monday to Friday, not on a holiday. Office hours are 08:00 to 16:00 of the place.

National holidays and collective leave (cuti bersama) come from the package `holidays`; a province adds its own days.
Source: the yearly joint decree (SKB 3 Menteri) as kept by that package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType

from mapalus.engine.clock import Zone

__all__ = ["CLOSES", "OPENS", "Calendar", "national_holidays"]

OPENS, CLOSES = time(8), time(16)
_DAY = timedelta(days=1)


@cache
def national_holidays(year: int) -> MappingProxyType[date, str]:
    """Holidays and collective leave of Indonesia in one year, with their Indonesian names."""
    from holidays import country_holidays

    days = country_holidays("ID", years=year, categories=("public", "government"), language="id")
    return MappingProxyType(dict(days.items()))


@dataclass(frozen=True)
class Calendar:
    """The working days of one place. `local` are days the province adds; `worked` are holidays it works on."""

    zone: Zone = Zone.WITA
    local: frozenset[date] = field(default_factory=frozenset)
    worked: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, zone: Zone, *, local: Iterable[date] = (), worked: Iterable[date] = ()) -> Calendar:
        return cls(zone, frozenset(local), frozenset(worked))

    def is_working(self, day: date) -> bool:
        if day.weekday() >= 5 or day in self.local:
            return False
        return day in self.worked or day not in national_holidays(day.year)

    def add(self, day: date, working_days: int) -> date:
        """The n-th working day after `day` (before it, when negative). Day 0 is `day` itself."""
        step = _DAY if working_days >= 0 else -_DAY
        left = abs(working_days)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(start + _DAY * n) for n in range(1, (end - start).days + 1))

    def on_or_before(self, day: date) -> date:
        while not self.is_working(day):
            day -= _DAY
        return day

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(self.zone.tzinfo).date()

    def at(self, day: date, clock: time) -> datetime:
        """That time of that day at the place."""
        return datetime.combine(day, clock, self.zone.tzinfo)

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself while the office is open; else when it next opens."""
        local = moment.astimezone(self.zone.tzinfo)
        day = local.date()
        if self.is_working(day) and local.time() < OPENS:
            return self.at(day, OPENS)
        if self.is_working(day) and local.time() < CLOSES:
            return moment
        return self.at(self.add(day, 1), OPENS)
