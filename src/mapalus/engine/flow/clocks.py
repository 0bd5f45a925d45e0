"""Clocks of a case: how they start, stand, go on, end, are extended, and when they fall due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from mapalus.engine import deadlines
from mapalus.engine.deadlines import Due, Pause, Term
from mapalus.engine.flow.process import Clock, Process
from mapalus.engine.flow.situation import DueOf, Moved, Situation, Ticking
from mapalus.engine.workdays import Calendar

__all__ = ["advanced", "due_of", "dues", "extended", "is_late", "moment_of", "recompute", "retimed", "taken_back"]


# --- from one act to the next


def advanced(
    process: Process,
    clocks: Mapping[str, Ticking],
    *,
    act: str,
    origin: str,
    to: str,
    values: Mapping[str, Any],
    at: datetime,
    calendar: Calendar,
) -> Mapping[str, Ticking]:
    """The clocks after an act that led from one state to another: ended first, then started, then paused or not."""
    after: dict[str, Ticking] = {}
    happened = {act, to} if origin != to else {act}
    for name, clock in process.clocks.items():
        ticking = clocks.get(name)
        if ticking is not None and ticking.is_running and _ends(process, clock, happened, to):
            ticking = _ended(ticking, at)
        if _starts(clock, happened) and not process.states[to].is_final:
            ticking = _started(clock, ticking, values, at, calendar)
        if ticking is not None:
            after[name] = _standing(ticking, stands=process.stands(clock, to), at=at)
    return MappingProxyType(after)


def _starts(clock: Clock, happened: set[str]) -> bool:
    return clock.while_in in happened if clock.while_in else not happened.isdisjoint(clock.starts)


def _ends(process: Process, clock: Clock, happened: set[str], to: str) -> bool:
    if process.states[to].is_final:
        return True
    return to != clock.while_in if clock.while_in else not happened.isdisjoint(clock.until)


def _started(
    clock: Clock, before: Ticking | None, values: Mapping[str, Any], at: datetime, calendar: Calendar
) -> Ticking:
    """A new run, or the old one going on with the rest of its time: while it had ended, it stood."""
    if before is None or clock.restarts:
        return retimed(clock, Ticking(at), values, calendar=calendar)
    if before.ended_at is None:
        return before
    gap = (Pause(before.ended_at, at),) if at > before.ended_at else ()
    return retimed(clock, replace(before, ended_at=None, pauses=before.pauses + gap), values, calendar=calendar)


def _ended(ticking: Ticking, at: datetime) -> Ticking:
    return replace(_standing(ticking, stands=False, at=at), ended_at=at)


def _standing(ticking: Ticking, *, stands: bool, at: datetime) -> Ticking:
    if not ticking.is_running or stands == ticking.is_paused:
        return ticking
    if stands:
        return replace(ticking, pauses=(*ticking.pauses, Pause(at)))
    *earlier, last = ticking.pauses
    return replace(ticking, pauses=(*earlier, Pause(last.start, at)) if at > last.start else tuple(earlier))


def retimed(clock: Clock, ticking: Ticking, values: Mapping[str, Any], *, calendar: Calendar) -> Ticking:
    """The clock with as much time as these values give it, counted from the same start."""
    if clock.period.date:
        return replace(ticking, fixed=_moment_in(values.get(clock.period.date), calendar))
    return replace(ticking, term=_term(clock, ticking.extended, values))


def extended(clock: Clock, ticking: Ticking, values: Mapping[str, Any], *, calendar: Calendar) -> Ticking:
    """The clock after one more extension, counted from the same day 0."""
    return retimed(clock, replace(ticking, extended=ticking.extended + 1), values, calendar=calendar)


def _term(clock: Clock, times: int, values: Mapping[str, Any]) -> Term | None:
    """The time there is, never less for having been extended."""
    term = clock.period.term(values)
    extension = clock.extension
    if term is None or extension is None or not times:
        return term
    if extension.to is None:
        return term.extended(Fraction(str(extension.add)) * times)
    longer = extension.to.term(values)
    if longer is None or (longer.unit is term.unit and longer.amount < term.amount):
        return term
    return longer


def _moment_in(value: object, calendar: Calendar) -> datetime | None:
    """The moment that a day (its close) or a moment names; None for anything else."""
    try:
        text = str(value or "")
        if len(text) <= 10:
            day = date.fromisoformat(text)
            return calendar.closing(day) if calendar.is_working(day) else calendar.at(day, time(23, 59, 59))
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone.tzinfo)
    except (ValueError, OverflowError):
        return None


# --- when it is due


def due_of(ticking: Ticking, *, calendar: Calendar) -> Due | None:
    """When it is due; None while the amount is not known. An ended clock keeps the due date it had."""
    if ticking.fixed is not None:
        local = ticking.fixed.astimezone(calendar.zone.tzinfo)
        return Due(local.date(), local)
    if ticking.term is None:
        return None
    due = deadlines.due(ticking.term, received_at=ticking.started_at, calendar=calendar, pauses=ticking.pauses)
    return due if _is_reached(ticking, due.at) else Due(None, None)


def _is_reached(ticking: Ticking, at: datetime | None) -> bool:
    """Whether a moment came before the clock stood; a term of no days, due on day 0, is not due while it stands."""
    return not ticking.is_paused or (at is not None and at <= ticking.pauses[-1].start)


def moment_of(ticking: Ticking, percent: int, *, calendar: Calendar) -> datetime | None:
    """When so much of the time is used; None where it is not known, or the clock stands before that."""
    if ticking.fixed is not None:
        return ticking.started_at + (ticking.fixed - ticking.started_at) * percent / 100
    if ticking.term is None:
        return None
    share = Fraction(percent, 100)
    found = deadlines.reminders(
        ticking.term,
        received_at=ticking.started_at,
        calendar=calendar,
        pauses=ticking.pauses,
        shares=[float(share)],
    )
    return found[0].at if found and _is_reached(ticking, found[0].at) else None


def is_late(ticking: Ticking, *, now: datetime, calendar: Calendar) -> bool:
    """Whether its time passed before it ended, or before now while it runs; also when its deadline ended it itself."""
    due = due_of(ticking, calendar=calendar)
    if due is None or due.at is None:
        return False
    end = ticking.ended_at or now
    return end > due.at or (ticking.lapsed and end == due.at)


def taken_back(process: Process, situation: Situation, *, now: datetime, calendar: Calendar) -> Situation:
    """A clock that was late and is not any more can become late again, and is said again: its time was changed by an
    act (which looks at once) or by another calendar (at the next look).

    It is due later than it was said to be; a look by a machine whose clock is behind changes nothing. While a clock
    stands nothing is taken back: it may have come to stand by what its own deadline set off.
    """
    clocks = dict(situation.clocks)
    for name, ticking in situation.clocks.items():
        if ticking.is_running and not ticking.is_paused and _has_time_again(ticking, now=now, calendar=calendar):
            early = sum(step.percent < 100 for step in process.clocks[name].escalate_to)
            reminded = tuple(percent for percent in ticking.reminded if percent < 100)
            clocks[name] = replace(ticking, late_since=None, escalated=min(ticking.escalated, early), reminded=reminded)
    return replace(situation, clocks=MappingProxyType(clocks))


def _has_time_again(ticking: Ticking, *, now: datetime, calendar: Calendar) -> bool:
    if ticking.late_since is None or is_late(ticking, now=now, calendar=calendar):
        return False
    due = due_of(ticking, calendar=calendar)
    return due is None or due.at is None or due.at > ticking.late_since


def dues(
    process: Process, situation: Situation, *, now: datetime, calendar: Calendar, explain: bool = False
) -> tuple[DueOf, ...]:
    """How every clock that ever ran stands now, in the order of the pack; with the story day by day on request."""
    return tuple(
        _due_of(name, situation.clocks[name], now=now, calendar=calendar, explain=explain)
        for name in process.clocks
        if name in situation.clocks
    )


def _due_of(name: str, ticking: Ticking, *, now: datetime, calendar: Calendar, explain: bool) -> DueOf:
    end = ticking.ended_at or now
    terms: dict[str, Any] = {"received_at": ticking.started_at, "calendar": calendar, "pauses": ticking.pauses}
    share: float | None = None
    story: tuple[deadlines.DayCounted, ...] = ()
    if ticking.fixed is not None:
        whole = (ticking.fixed - ticking.started_at).total_seconds()
        share = (end - ticking.started_at).total_seconds() / whole if whole > 0 else 1.0
    elif ticking.term is not None:
        share = deadlines.used(ticking.term, now=end, **terms)
        if explain:
            until = calendar.local_date(end)
            story = deadlines.explain(ticking.term, until=until, **terms)
    return DueOf(
        clock=name,
        due=due_of(ticking, calendar=calendar),
        used=share,
        is_late=is_late(ticking, now=now, calendar=calendar),
        is_running=ticking.is_running,
        is_paused=ticking.is_paused,
        story=story,
    )


def recompute(process: Process, situation: Situation, *, before: Calendar, after: Calendar) -> tuple[Moved, ...]:
    """Which running clocks another calendar moves, from when to when, because of which days. Nothing else changes:
    due dates are never stored, so the caller writes down what is said here."""
    found = []
    for name in process.clocks:
        ticking = situation.clocks.get(name)
        if ticking is None or not ticking.is_running or ticking.term is None or ticking.fixed is not None:
            continue
        change = deadlines.moved(
            ticking.term, received_at=ticking.started_at, pauses=ticking.pauses, before=before, after=after
        )
        if change.is_moved:
            found.append(Moved(name, change.old, change.new, "calendar", change.days))
    return tuple(found)
