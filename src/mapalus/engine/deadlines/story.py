"""Why a due date is on its day: the story of each day from receipt on, as data for pages and letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from mapalus.engine.deadlines.progress import spent
from mapalus.engine.deadlines.rules import day_zero, due, is_paused
from mapalus.engine.deadlines.term import Pause, Term, Unit
from mapalus.engine.text import _, language_of_process, translate
from mapalus.engine.workdays import Calendar

__all__ = ["DayCounted", "Why", "explain"]

_DAY = timedelta(days=1)


class Why(StrEnum):
    """What a day is to the clock."""

    RECEIVED = "received"  # day 0
    AFTER_HOURS = "after-hours"  # it arrived on this day, and counts as received when the office next opens
    COUNTED = "counted"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSED = "paused"


_SENTENCES = {
    Why.RECEIVED: _("Received: day 0"),
    Why.AFTER_HOURS: _("Arrived outside office hours; counts as received when the office next opens"),
    Why.COUNTED: _("Day %(number)s"),
    Why.WEEKEND: _("Weekend: not counted"),
    Why.HOLIDAY: _("%(name)s: not counted"),
    Why.PAUSED: _("The clock stands: not counted"),
}
_HOURS = {Why.RECEIVED: _("Received; %(hours)s h counted"), Why.COUNTED: _("%(hours)s h counted")}
_ESTIMATED = _("%(name)s (estimated)")


@dataclass(frozen=True)
class DayCounted:
    """One day: whether and why it counts.

    `number` is that of the working day (0 for receipt), None where it does not count or hours are counted. `hours` is
    what an hours clock used on this day. `name` is that of the holiday, `is_estimated` when no decree has fixed it.
    """

    day: date
    why: Why
    number: int | None = None
    hours: float = 0.0
    name: str = ""
    is_estimated: bool = False

    @property
    def counted(self) -> bool:
        return bool(self.number) or self.hours > 0

    def say(self, *, language: str | None = None) -> str:
        """The reason in a few words, in one language (default: that of the process)."""
        language = language or language_of_process()
        hours = f"{self.hours:.4g}"
        data = {
            "number": self.number,
            "name": translate(_ESTIMATED, language=language) % {"name": self.name} if self.is_estimated else self.name,
            "hours": hours if language == "en" else hours.replace(".", ","),
        }
        sentence = _HOURS.get(self.why) if self.hours else None
        return translate(sentence or _SENTENCES[self.why], language=language) % data


def explain(
    term: Term,
    *,
    received_at: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    until: date | None = None,
) -> tuple[DayCounted, ...]:
    """Every day from arrival to the due day; while the clock stands, to `until` or the day it last began to stand."""
    deadline = due(term, received_at=received_at, calendar=calendar, pauses=pauses)
    arrived = calendar.local_date(received_at)
    zero = arrived if term.unit is Unit.HOURS else day_zero(received_at, calendar=calendar)
    last = deadline.day or until or max(calendar.local_date(pause.start) for pause in pauses)

    def hours(day: date) -> float:
        """What an hours clock used from the first moment of the day to its last, or to the deadline."""
        ends = [calendar.at(day, time()), calendar.at(day + _DAY, time())]
        if deadline.at is not None:
            ends = [min(end, deadline.at) for end in ends]
        start, end = (
            spent(term, received_at=received_at, calendar=calendar, pauses=pauses, now=moment) for moment in ends
        )
        return round(end - start, 9)

    story, number = [], 0
    for day in _days(arrived, max(last, zero)):
        if day == arrived != zero:
            off = calendar.off(day)
            told = DayCounted(day, Why.AFTER_HOURS, name=off.name if off else "")
        elif term.unit is Unit.WORKING_DAYS:
            told = _of_days(day, zero, calendar, pauses)
            if told.why is Why.COUNTED:
                number += 1
                told = replace(told, number=number)
        else:
            told = _of_hours(day, zero, calendar, hours(day), every=term.unit is Unit.HOURS)
        story.append(told)
    return tuple(story)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + _DAY * n for n in range((last - first).days + 1))


def _of_days(day: date, zero: date, calendar: Calendar, pauses: Sequence[Pause]) -> DayCounted:
    if day == zero:
        return DayCounted(day, Why.RECEIVED, number=0)
    told = _closed(day, calendar)
    if told is None and is_paused(pauses, at=calendar.closing(day)):
        return DayCounted(day, Why.PAUSED)
    return told or DayCounted(day, Why.COUNTED)


def _of_hours(day: date, zero: date, calendar: Calendar, hours: float, *, every: bool) -> DayCounted:
    if day == zero:
        return DayCounted(day, Why.RECEIVED, hours=hours)
    told = None if every else _closed(day, calendar)
    return told or DayCounted(day, Why.COUNTED if hours else Why.PAUSED, hours=hours)


def _closed(day: date, calendar: Calendar) -> DayCounted | None:
    """A day that cannot count, whatever the clock does: the office is closed."""
    off = calendar.off(day)
    if off is None:
        return None
    why = Why.HOLIDAY if off.name else Why.WEEKEND
    return DayCounted(day, why, name=off.name, is_estimated=off.is_estimated)
