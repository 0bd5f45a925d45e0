"""How far a deadline is: what is used, what is left, when somebody is reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mapalus.engine.deadlines.grid import HOUR, place_of, running, stops_of
from mapalus.engine.deadlines.rules import day_zero, due, due_day, grid_for, received_as
from mapalus.engine.deadlines.term import Due, Pause, Term, Unit, exact
from mapalus.engine.workdays import Calendar

__all__ = ["SHARES", "Reminder", "is_late", "next_reminder", "remaining", "reminders", "spent", "used"]

SHARES = (0.5, 0.8, 1.0)  # of the time used, at which somebody is reminded


@dataclass(frozen=True)
class Reminder:
    """At `at` the `share` of the time is used."""

    share: float
    at: datetime


def is_late(deadline: Due, *, now: datetime) -> bool:
    """Whether its moment has passed. Never while the clock stands paused."""
    return deadline.at is not None and now > deadline.at


def spent(
    term: Term, *, received_at: datetime, calendar: Calendar, pauses: Sequence[Pause] = (), now: datetime
) -> float:
    """How much of the term was used by now, in its own unit; past the deadline it counts on.

    A working day is used evenly over its open hours; one at whose close the clock stands paused, not at all.
    """
    stops, at = stops_of(pauses), place_of(now)
    if term.unit is Unit.HOURS:
        return running(place_of(received_at), at, stops) / HOUR
    begun = received_as(received_at, calendar=calendar)
    grid = grid_for(calendar, calendar.local_date(begun), stops, years=max(1, now.year - begun.year + 1))
    if term.unit is Unit.OPEN_HOURS:
        return running(grid.place(place_of(begun)), grid.place(at), grid.stopped_places(stops)) / HOUR
    first, today = grid.after(calendar.local_date(begun)), grid.closed_by(at)
    stopped = grid.stopped_days(stops)
    runs = today >= first and running(today, today + 1, stopped)
    return running(first, today, stopped) + (grid.share_of(today, at) if runs else 0.0)


def used(
    term: Term, *, received_at: datetime, calendar: Calendar, pauses: Sequence[Pause] = (), now: datetime
) -> float:
    """The share of the time used by now: 1.0 at the deadline, more after it. A term of 0 is used once it is late."""
    if not term.amount:
        return float(is_late(due(term, received_at=received_at, calendar=calendar, pauses=pauses), now=now))
    return spent(term, received_at=received_at, calendar=calendar, pauses=pauses, now=now) / float(term.amount)


def remaining(
    term: Term, *, received_at: datetime, calendar: Calendar, pauses: Sequence[Pause] = (), now: datetime
) -> float:
    """How much is left, in the unit of the term; below 0 when late. It does not change while the clock stands."""
    return float(term.amount) - spent(term, received_at=received_at, calendar=calendar, pauses=pauses, now=now)


def reminders(
    term: Term,
    *,
    received_at: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    shares: Sequence[float] = SHARES,
) -> tuple[Reminder, ...]:
    """When each share of the time is used; shares that a standing clock has not reached are left out."""
    found = []
    for share in sorted(shares):
        at = _when(term, share, received_at=received_at, calendar=calendar, pauses=pauses)
        if at is not None:
            found.append(Reminder(share, at))
    return tuple(found)


def next_reminder(
    term: Term,
    *,
    received_at: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    shares: Sequence[float] = SHARES,
    now: datetime,
) -> Reminder | None:
    """The first reminder after now; None when all are past or the clock stands."""
    known = reminders(term, received_at=received_at, calendar=calendar, pauses=pauses, shares=shares)
    return next((reminder for reminder in known if reminder.at > now), None)


def _when(
    term: Term, share: float, *, received_at: datetime, calendar: Calendar, pauses: Sequence[Pause]
) -> datetime | None:
    """The inverse of `used`."""
    need = exact(term.amount) * exact(share)
    whole, part = divmod(need, 1)
    if term.unit is not Unit.WORKING_DAYS or not part:
        amount = int(whole) if term.unit is Unit.WORKING_DAYS else need
        return due(Term(term.unit, amount), received_at=received_at, calendar=calendar, pauses=pauses).at
    zero = day_zero(received_at, calendar=calendar)
    day = due_day(int(whole) + 1, zero, calendar, stops_of(pauses))
    if day is None:
        return None
    opens, closes = calendar.hours
    return calendar.closing(day) - timedelta(microseconds=round((closes - opens) * (1 - part)))
