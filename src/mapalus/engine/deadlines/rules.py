"""The rules themselves: from a term, a receipt, a calendar and pauses to the due moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mapalus.engine.deadlines.grid import HOUR, Grid, Stops, moment_of, passed, place_of, stops_of
from mapalus.engine.deadlines.term import Due, Pause, Term, Unit, exact
from mapalus.engine.workdays import Calendar

__all__ = ["Moved", "day_zero", "due", "due_day", "grid_for", "is_paused", "moved", "received_as"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moved:
    """What a changed calendar does to a deadline. `days` are those between receipt and due that changed."""

    old: Due
    new: Due
    days: tuple[date, ...]

    @property
    def is_moved(self) -> bool:
        return self.old != self.new


def received_as(received_at: datetime, *, calendar: Calendar) -> datetime:
    """When it counts as received: the moment itself while the office is open, else when it next opens."""
    return calendar.next_opening(received_at)


def day_zero(received_at: datetime, *, calendar: Calendar) -> date:
    """The day of receipt at the place, from which working days are counted."""
    return calendar.local_date(calendar.next_opening(received_at))


def due(term: Term, *, received_at: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()) -> Due:
    """When a term that began with a receipt ends. A pause that begins after the time was used up changes nothing.

    Raises `ValueError` for a moment without an offset, `OverflowError` past the year 9998.
    """
    stops = stops_of(pauses)
    if term.unit is Unit.WORKING_DAYS:
        day = due_day(int(term.amount), day_zero(received_at, calendar=calendar), calendar, stops)
        return Due(day, None if day is None else calendar.closing(day))
    amount = term.amount * HOUR if isinstance(term.amount, int) else round(exact(term.amount) * HOUR)
    if term.unit is Unit.HOURS:
        end = passed(place_of(received_at), amount, stops)
    else:
        end = _end_of_open_time(amount, received_at, calendar, stops)
    if end is None:
        return Due(None, None)
    at = moment_of(end, calendar)
    return Due(at.date(), at)


def is_paused(pauses: Sequence[Pause], *, at: datetime) -> bool:
    """Whether the clock stands at that moment; at the very end of a pause it runs again."""
    return any(pause.start <= at and (pause.end is None or at < pause.end) for pause in pauses)


def moved(
    term: Term, *, received_at: datetime, pauses: Sequence[Pause] = (), before: Calendar, after: Calendar
) -> Moved:
    """What the change from one calendar to another does to a deadline, and because of which days."""
    old = due(term, received_at=received_at, calendar=before, pauses=pauses)
    new = due(term, received_at=received_at, calendar=after, pauses=pauses)
    if old == new:
        return Moved(old, new, ())
    first = before.local_date(received_at)
    last = max((found.day for found in (old, new) if found.day), default=first)
    named = {day for calendar in (before, after) for days in (calendar.closed, calendar.opened) for day, _name in days}
    days = sorted(day for day in named if first <= day <= last and before.is_working(day) != after.is_working(day))
    return Moved(old, new, tuple(days))


def due_day(amount: int, zero: date, calendar: Calendar, stops: Stops) -> date | None:
    """The n-th working day after day 0 at whose close the clock does not stand; None if it stands for ever."""
    if not amount:
        return zero
    years = 1 + amount // 200
    while True:
        grid = grid_for(calendar, zero, stops, years=years)
        end = passed(grid.after(zero), amount, grid.stopped_days(stops) if stops else stops)
        if end is None:
            return None
        if end <= len(grid.days):
            return date.fromordinal(grid.days[end - 1])
        years *= 2


def _end_of_open_time(amount: int, received_at: datetime, calendar: Calendar, stops: Stops) -> int | None:
    if not amount:
        return place_of(received_as(received_at, calendar=calendar))
    start, first = place_of(received_at), calendar.local_date(received_at)
    years = 1 + amount // (200 * 8 * HOUR)
    while True:
        grid = grid_for(calendar, first, stops, years=years)
        # What arrives at night lies at the place of the next opening: closed hours have no length.
        end = passed(grid.place(start), amount, grid.stopped_places(stops) if stops else stops)
        if end is None:
            return None
        at = grid.moment(end)
        if at is not None:
            return at
        years *= 2


def grid_for(calendar: Calendar, first: date, stops: Stops, *, years: int) -> Grid:
    """The working days from a day on, through every pause and so many years more."""
    last = first.year
    if stops:
        start, end = stops[-1]
        last = max(last, (_EPOCH + timedelta(microseconds=start if end is None else end)).year)
    return Grid(calendar, first.year, last + years)
