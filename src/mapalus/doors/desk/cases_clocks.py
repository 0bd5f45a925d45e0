"""The clocks of a case: one cell for each working day, a sentence, and the story day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.apps.cases.models import Case, CaseClock
from mapalus.apps.cases.packs import calendar_of, here, pack_of, process_of
from mapalus.apps.cases.reading import explained
from mapalus.doors.desk.due import due_mark
from mapalus.doors.desk.reckoning import StoryDay, story_days
from mapalus.doors.ui import figures
from mapalus.doors.ui.parts import Clock, Day
from mapalus.engine.deadlines import DayCounted, Due, Why
from mapalus.engine.flow import DueOf
from mapalus.engine.workdays import Calendar

__all__ = ["ClockShown", "clocks_of"]

_MOST_CELLS = 66  # sixty working days and what is beyond


@dataclass(frozen=True)
class ClockShown:
    """One clock of desk/cases/page.html."""

    part: Clock
    story: tuple[StoryDay, ...]
    basis: str
    is_running: bool


def clocks_of(case: Case, *, now: datetime) -> tuple[ClockShown, ...]:
    """Running ones first, the nearest limit on top."""
    rows = {row.name: row for row in case.clocks.all()}
    process, calendar = process_of(pack_of(case.pack)), calendar_of(pack_of(case.pack))
    shown = []
    for one in explained(case, now=now):
        clock = process.clocks[one.clock]
        label = here(clock, "label") or here(process.states.get(clock.while_in), "label") or one.clock
        shown.append((one, _shown(one, rows.get(one.clock), label, clock.legal_basis, calendar, now)))
    far = datetime.max.replace(tzinfo=now.tzinfo)
    shown.sort(key=lambda pair: (not pair[0].is_running, (pair[0].due and pair[0].due.at) or far))
    return tuple(clock for _due, clock in shown)


def _shown(one: DueOf, row: CaseClock | None, label: str, basis: str, calendar: Calendar, now: datetime) -> ClockShown:
    ended = row.ended_at if row is not None else None
    end = ended or now
    state, word = _state(one, calendar, now)
    part = Clock(label, state, word, _sentence(one, ended), _cells(one, end, calendar, is_over=ended is not None))
    story = story_days(one.story, one.due or Due(None, None)) if one.story else ()
    return ClockShown(part, story, basis, one.is_running)


def _state(one: DueOf, calendar: Calendar, now: datetime) -> tuple[str, str]:
    if not one.is_running:
        return ("late", _("Met too late")) if one.is_late else ("good", _("Met"))
    if one.is_paused:
        return "provisional", _("Standing")
    if one.due is None or one.due.at is None:
        return "none", _("No limit yet")
    mark = due_mark(one.due.at, now, lambda: calendar)
    return mark.look, mark.text


def _sentence(one: DueOf, ended: datetime | None) -> str:
    """`Day 4 of 5. Due Monday, 23 November 2026.`"""
    language, counted = translation.get_language() or "id", [day for day in one.story if day.number]
    parts = []
    if counted and one.due is not None and one.due.day is not None:
        today = timezone.localdate(ended) if ended else timezone.localdate()
        done = sum(day.day <= today for day in counted)
        parts.append(_("Day %(n)s of %(most)s.") % {"n": done, "most": len(counted)})
    paused = sum(day.why is Why.PAUSED for day in one.story)
    if paused:
        parts.append(ngettext("Stood %(n)s day.", "Stood %(n)s days.", paused) % {"n": paused})
    if one.due is not None and one.due.day is not None:
        parts.append(_("Due %(day)s.") % {"day": figures.day(one.due.day, language=language, form="weekday")})
    elif one.is_paused:
        parts.append(_("While it stands there is no due day."))
    if ended is not None:
        zone = timezone.get_current_timezone()
        parts.append(_("Ended %(at)s.") % {"at": figures.moment(ended, language=language, zone=zone)})
    return " ".join(parts)


def _cells(one: DueOf, end: datetime, calendar: Calendar, *, is_over: bool) -> tuple[Day, ...]:
    """Working days and pauses; days of rest have no cell. Clocks of hours have none."""
    days = [day for day in one.story if day.number or day.why is Why.PAUSED]
    if not any(day.number for day in days) or len(days) > _MOST_CELLS:
        return ()
    last = calendar.local_date(end)
    cells = [Day(_cell(day, last, is_over=is_over)) for day in days]
    if one.is_late and one.due is not None and one.due.at is not None:
        cells += [Day("over")] * max(1, min(calendar.days_late(one.due.at, end), _MOST_CELLS - len(cells)))
    return tuple(cells)


def _cell(day: DayCounted, end: date, *, is_over: bool) -> str:
    if day.why is Why.PAUSED:
        return "paused"
    if day.day > end:
        return ""
    if is_over:
        return "met"
    return "today" if day.day == end else "done"
