"""Where moments lie among the working days, in whole numbers: what makes a deadline cost microseconds.

A moment is microseconds since 1970. Working days are numbered from the first of the grid. A *place* is the open time
that has passed since then: nights and holidays have no length. Stops are disjoint spans, the last perhaps without end.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from mapalus.engine.deadlines.term import Pause
from mapalus.engine.workdays import Calendar

__all__ = ["HOUR", "Grid", "Stops", "moment_of", "passed", "place_of", "running", "stops_of"]

HOUR = 3_600_000_000
_DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)

Stops = list[tuple[int, int | None]]


class Grid:
    """The working days of a calendar from one year to at least another. Raises `OverflowError` past the year 9998."""

    __slots__ = ("_closes", "_opens", "_shift", "days")

    def __init__(self, calendar: Calendar, first: int, last: int) -> None:
        self.days = calendar.ordinals(first, last)
        self._opens, self._closes = calendar.hours
        self._shift = calendar.shift

    @property
    def length(self) -> int:
        """Open time of one working day."""
        return self._closes - self._opens

    def after(self, day: date) -> int:
        """The number of the first working day after that day."""
        return bisect_right(self.days, day.toordinal())

    def closing_from(self, moment: int) -> int:
        """The number of the first working day that closes at the moment or later."""
        day, clock = divmod(moment + self._shift, _DAY)
        return bisect_left(self.days, _FIRST + day + (self._closes < clock))

    def closed_by(self, moment: int) -> int:
        """How many working days have closed when it is that moment: the number of the one that runs or comes."""
        day, clock = divmod(moment + self._shift, _DAY)
        return bisect_left(self.days, _FIRST + day + (self._closes <= clock))

    def share_of(self, number: int, moment: int) -> float:
        """How much of the open hours of that working day is over, if the moment lies in it; else 0."""
        day, clock = divmod(moment + self._shift, _DAY)
        if number >= len(self.days) or self.days[number] != _FIRST + day:
            return 0.0
        return max(clock - self._opens, 0) / self.length

    def place(self, moment: int) -> int:
        day, clock = divmod(moment + self._shift, _DAY)
        found = bisect_left(self.days, _FIRST + day)
        if found == len(self.days) or self.days[found] != _FIRST + day:
            return found * self.length
        return found * self.length + min(max(clock - self._opens, 0), self.length)

    def moment(self, place: int) -> int | None:
        """The earliest moment at which so much open time has passed; None beyond the grid. At a close: that close."""
        found = (place - 1) // self.length
        if found >= len(self.days):
            return None
        return (self.days[found] - _FIRST) * _DAY - self._shift + self._opens + place - found * self.length

    def stopped_days(self, stops: Stops) -> Stops:
        """The stops as numbers of the working days at whose close the clock stands."""
        return [(self.closing_from(start), None if end is None else self.closing_from(end)) for start, end in stops]

    def stopped_places(self, stops: Stops) -> Stops:
        return [(self.place(start), None if end is None else self.place(end)) for start, end in stops]


def place_of(moment: datetime) -> int:
    """Microseconds since 1970; raises `ValueError` for a moment without an offset."""
    if moment.tzinfo is None:
        raise ValueError("a moment carries an offset")
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(micros: int, calendar: Calendar) -> datetime:
    """The moment, on the clock of the place."""
    return (_EPOCH + timedelta(microseconds=micros)).astimezone(calendar.tzinfo)


def stops_of(pauses: Sequence[Pause]) -> Stops:
    """The pauses in order, those that touch or overlap made one, empty ones left out."""
    if not pauses:
        return []
    found: Stops = []
    for pause in sorted(pauses, key=lambda pause: pause.start):
        start, end = place_of(pause.start), None if pause.end is None else place_of(pause.end)
        if start == end:
            continue
        if not found or (found[-1][1] is not None and found[-1][1] < start):
            found.append((start, end))
            continue
        first, last = found.pop()
        found.append((first, None if last is None or end is None else max(last, end)))
    return found


def passed(start: int, amount: int, stops: Stops) -> int | None:
    """Where `amount` has passed since `start` without the stops: the earliest such place; None if it never does."""
    end = start + amount
    if amount:
        for first, last in stops:
            if first >= end:
                break
            if last is None:
                return None
            end += max(0, last - max(first, start))
    return end


def running(start: int, end: int, stops: Stops) -> int:
    """How much passed from `start` to `end` without the stops."""
    stood = sum(
        max(0, (end if last is None else min(last, end)) - max(first, start)) for first, last in stops if first < end
    )
    return max(0, end - start - stood)
