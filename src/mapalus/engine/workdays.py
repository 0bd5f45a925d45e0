"""Working days: Monday to Friday, not on a holiday. Office hours are 08:00 to 16:00 of the place.

National holidays and collective leave (cuti bersama) come from the package `holidays`; a province adds its own days.
Source: the yearly joint decree (SKB 3 Menteri) as kept by that package; what no decree has fixed yet is an estimate.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from types import MappingProxyType

from mapalus.engine.clock import Zone

__all__ = ["CLOSES", "OPENS", "Calendar", "DayKind", "DayOff", "national_days"]

OPENS, CLOSES = time(8), time(16)
_DAY = timedelta(days=1)
_HOUR = 3_600_000_000  # in microseconds, as all spans of a day here
_ESTIMATED = " (perkiraan)"  # how the package marks a day that no decree has fixed yet
_MAX_YEAR = 9998


class DayKind(StrEnum):
    """Why an office is closed on a day."""

    PUBLIC = "public"
    LEAVE = "government"  # cuti bersama
    LOCAL = "local"
    WEEKEND = "weekend"


@dataclass(frozen=True)
class DayOff:
    """A day on which the office is closed. `name` is empty for a weekend; `is_estimated`: no decree yet."""

    day: date
    name: str
    kind: DayKind
    is_estimated: bool = False


@cache
def national_days(year: int) -> Mapping[date, DayOff]:
    """Holidays and collective leave of Indonesia in one year, with their Indonesian names."""
    from holidays import country_holidays

    found: dict[date, DayOff] = {}
    for kind in (DayKind.LEAVE, DayKind.PUBLIC):  # where both fall on a day, the holiday names it
        for day, name in country_holidays("ID", years=year, categories=(str(kind),), language="id").items():
            found[day] = DayOff(day, name.replace(_ESTIMATED, ""), kind, _ESTIMATED in name)
    return MappingProxyType(dict(sorted(found.items())))


@dataclass(frozen=True)
class Calendar:
    """The working days of one place: a value that can be hashed, compared and kept.

    `closed` are days it adds and `opened` holidays it works on, each with a name, in order. A day that is both is
    closed; an opened weekend stays a weekend. Without `is_national` only the days it names itself are holidays.
    `is_always`: every hour of every day counts, as for what cannot wait for an office.
    """

    zone: Zone = Zone.WITA
    closed: tuple[tuple[date, str], ...] = ()
    opened: tuple[tuple[date, str], ...] = ()
    name: str = ""
    is_national: bool = True
    is_always: bool = False

    @classmethod
    def of(
        cls,
        zone: Zone,
        *,
        local: Mapping[date, str] | Iterable[date] = (),
        worked: Mapping[date, str] | Iterable[date] = (),
        name: str = "",
        is_national: bool = True,
    ) -> Calendar:
        return cls(zone, _named(local), _named(worked), name, is_national)

    @classmethod
    def always(cls, zone: Zone) -> Calendar:
        """The calendar of what never closes."""
        return cls(zone, name="always", is_national=False, is_always=True)

    # --- days

    def off(self, day: date) -> DayOff | None:
        """Why the office is closed on that day; None when it is open. A holiday on a Sunday is said as the holiday."""
        if self.is_always:
            return None
        if day in self._closed:
            return DayOff(day, self._closed[day], DayKind.LOCAL)
        national = national_days(day.year).get(day) if self.is_national else None
        if national is not None and (day not in self._opened or day.weekday() >= 5):
            return national
        return DayOff(day, "", DayKind.WEEKEND) if day.weekday() >= 5 else None

    def opened_as(self, day: date) -> str | None:
        """The name under which this place works on a holiday; None for every other day."""
        return self._opened.get(day) if self.is_working(day) else None

    def is_working(self, day: date) -> bool:
        if self.is_always:
            return True
        if day.weekday() >= 5 or day in self._closed:
            return False
        return day in self._opened or not self.is_national or day not in national_days(day.year)

    def ordinals(self, first: int, last: int) -> tuple[int, ...]:
        """The working days from the year `first` to at least the year `last`, as proleptic ordinals, in order.

        Raises `OverflowError` past the year 9998.
        """
        if last > _MAX_YEAR:
            raise OverflowError("no calendar goes so far")
        return self._years.span(first, last)

    def add(self, day: date, working_days: int) -> date:
        """The n-th working day after `day` (before it, when negative). Day 0 is `day` itself."""
        if not working_days:
            return day
        reach = 1 + abs(working_days) // 200
        while True:
            first, last = (day.year, day.year + reach) if working_days > 0 else (day.year - reach, day.year)
            days = self.ordinals(max(1, first), last)
            if working_days > 0:
                found = bisect_right(days, day.toordinal()) + working_days - 1
            else:
                found = bisect_left(days, day.toordinal()) + working_days
            if 0 <= found < len(days):
                return date.fromordinal(days[found])
            if first <= 1:
                raise OverflowError("no calendar goes so far")
            reach *= 2

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        days = self.ordinals(start.year, end.year)
        return bisect_right(days, end.toordinal()) - bisect_right(days, start.toordinal())

    def days_late(self, due_at: datetime, now: datetime) -> int:
        """Working days since the day on which it was due; 0 on that day itself and until the next working day."""
        return max(0, self.between(self.local_date(due_at), self.local_date(now)))

    def on_or_before(self, day: date) -> date:
        while not self.is_working(day):
            day -= _DAY
        return day

    # --- hours

    @property
    def hours(self) -> tuple[int, int]:
        """When the office opens and closes, in microseconds from midnight of the place."""
        return (0, 24 * _HOUR) if self.is_always else (OPENS.hour * _HOUR, CLOSES.hour * _HOUR)

    @cached_property
    def tzinfo(self) -> timezone:
        return self.zone.tzinfo

    @cached_property
    def shift(self) -> int:
        """How far the clock of the place is ahead of UTC, in microseconds."""
        return self.tzinfo.utcoffset(None) // timedelta(microseconds=1)

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(self.tzinfo).date()

    def at(self, day: date, clock: time) -> datetime:
        """That time of that day at the place."""
        return datetime.combine(day, clock, self.tzinfo)

    def closing(self, day: date) -> datetime:
        """When the office closes on that day."""
        if self.is_always:
            return self.at(day + _DAY, time())
        return datetime.combine(day, CLOSES, self.tzinfo)

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself while the office is open; else when it next opens. At 16:00:00 it is closed."""
        if self.is_always:
            return moment
        local = moment.astimezone(self.tzinfo)
        day = local.date()
        if local.hour < CLOSES.hour and self.is_working(day):
            return moment if local.hour >= OPENS.hour else self.at(day, OPENS)
        return self.at(self.add(day, 1), OPENS)

    # --- kept

    @cached_property
    def _closed(self) -> dict[date, str]:
        return dict(self.closed)

    @cached_property
    def _opened(self) -> dict[date, str]:
        return dict(self.opened)

    @cached_property
    def _years(self) -> _Years:
        return _years_of(self)


def _named(days: Mapping[date, str] | Iterable[date]) -> tuple[tuple[date, str], ...]:
    return tuple(sorted(days.items() if isinstance(days, Mapping) else ((day, "") for day in set(days))))


class _Years:
    """The working days of a calendar, worked out year by year as they are asked for."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._of: dict[int, tuple[int, ...]] = {}
        self._spans: dict[int, tuple[int, tuple[int, ...]]] = {}  # first year -> last year, days

    def span(self, first: int, last: int) -> tuple[int, ...]:
        known = self._spans.get(first)
        if known is None or known[0] < last:
            days = tuple(day for year in range(first, last + 1) for day in self._year(year))
            known = self._spans[first] = (last, days)
        return known[1]

    def _year(self, year: int) -> tuple[int, ...]:
        if year not in self._of:
            days = range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
            self._of[year] = tuple(day for day in days if self._calendar.is_working(date.fromordinal(day)))
        return self._of[year]


@lru_cache(maxsize=64)
def _years_of(calendar: Calendar) -> _Years:
    """Equal calendars share their years: one is built anew for every page, its days are not."""
    return _Years(calendar)
