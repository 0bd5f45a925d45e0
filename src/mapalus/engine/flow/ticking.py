"""Time that passes: reminders, lateness, escalation, and what the system does at a deadline.

Everything happens at its own moment, in order, and once; looking late gives the same as looking often. A system act
counts from the moment of the deadline, so the time of what follows runs from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from mapalus.engine.flow.acting import act_on
from mapalus.engine.flow.clocks import due_of, moment_of, taken_back
from mapalus.engine.flow.effect import Emitted, Escalate, Lapse, Remind
from mapalus.engine.flow.problems import Problem
from mapalus.engine.flow.process import Clock, Process
from mapalus.engine.flow.situation import SYSTEM, Moved, Outcome, Situation, Ticking
from mapalus.engine.workdays import Calendar

__all__ = ["next_wake", "tick"]

_MOST = 1000  # system acts in one look; the next look goes on
_REMIND, _SYSTEM, _LAPSE, _ESCALATE = range(4)  # what comes first at one moment
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, order=True)
class _Event:
    """Something a clock gives rise to: at a moment (a reminder), or as soon as it has passed.

    What the system does as of a moment comes before other clocks are late by it: they may end or stand by it.
    """

    at: datetime
    kind: int
    place: int  # of the clock in the process
    percent: int
    index: int  # of the escalation
    clock: str


def tick(process: Process, situation: Situation, *, now: datetime, calendar: Calendar) -> Outcome:
    """Everything that the time until now gives rise to and that was not said before. Twice the same: nothing new."""
    now = max(now, situation.last_at)
    situation = taken_back(process, situation, now=now, calendar=calendar)
    effects: list[Emitted] = []
    moved: list[Moved] = []
    for _round in range(_MOST):
        event = min(_pending(process, situation, now=now, calendar=calendar), default=None)
        if event is None:
            break
        outcome = _happen(process, situation, event, calendar=calendar)
        situation = outcome.situation
        effects += outcome.effects
        moved += outcome.moved
    return Outcome(situation, tuple(effects), tuple(moved))


def next_wake(process: Process, situation: Situation, *, now: datetime, calendar: Calendar) -> datetime | None:
    """The first moment from now on at which `tick` has something to say; None when it never has."""
    found = _events(process, situation, calendar=calendar)
    return min((max(now, event.at + (_INSTANT if event.kind else timedelta())) for event in found), default=None)


def _pending(process: Process, situation: Situation, *, now: datetime, calendar: Calendar) -> Iterator[_Event]:
    for event in _events(process, situation, calendar=calendar):
        if event.at < now or (event.at == now and event.kind == _REMIND):
            yield event


def _events(process: Process, situation: Situation, *, calendar: Calendar) -> Iterator[_Event]:
    """What running clocks have not said yet, with its moment; nothing of what a standing clock has not reached."""
    for place, (name, clock) in enumerate(process.clocks.items()):
        ticking = situation.clocks.get(name)
        if ticking is not None and ticking.is_running:
            for percent, kind, index in _unsaid(clock, ticking):
                at = moment_of(ticking, percent, calendar=calendar)
                if at is not None:
                    yield _Event(at, kind, place, percent, index, name)


def _unsaid(clock: Clock, ticking: Ticking) -> Iterator[tuple[int, int, int]]:
    for percent in clock.reminders:
        if percent not in ticking.reminded:
            yield percent, _REMIND, 0
    if not ticking.lapsed:
        yield 100, _SYSTEM if clock.then else _LAPSE, 0
    for index in range(ticking.escalated, len(clock.escalate_to)):
        yield clock.escalate_to[index].percent, _ESCALATE, index


def _happen(process: Process, situation: Situation, event: _Event, *, calendar: Calendar) -> Outcome:
    clock, ticking = process.clocks[event.clock], situation.clocks[event.clock]
    due = due_of(ticking, calendar=calendar)
    due_at = due.at if due else None
    effect: Emitted
    if event.kind in (_SYSTEM, _LAPSE):
        return _lapsed(process, situation, clock, event.at, calendar=calendar)
    if event.kind == _REMIND:
        ticking = replace(ticking, reminded=(*ticking.reminded, event.percent))
        effect = Remind(event.clock, event.percent, process.states[situation.state].turn, due_at)
    else:
        ticking = replace(ticking, escalated=event.index + 1)
        effect = Escalate(event.clock, clock.escalate_to[event.index].to, event.index + 1, due_at)
    return Outcome(_with(situation, event.clock, ticking), (effect,))


def _lapsed(process: Process, situation: Situation, clock: Clock, at: datetime, *, calendar: Calendar) -> Outcome:
    """The clock is late; the system takes what is declared for that, as of the deadline, or says why it cannot."""
    situation = _with(situation, clock.name, replace(situation.clocks[clock.name], late_since=at))
    if not clock.then:
        return Outcome(situation, (Lapse(clock.name, at),))
    try:
        outcome = act_on(
            process,
            situation,
            process.transitions[clock.then],
            values={},
            reason="",
            who=SYSTEM,
            at=max(at, situation.last_at),
            calendar=calendar,
        )
    except Problem as problem:
        return Outcome(situation, (Lapse(clock.name, at, clock.then, problem.code),))
    return replace(outcome, effects=(Lapse(clock.name, at, clock.then), *outcome.effects))


def _with(situation: Situation, name: str, ticking: Ticking) -> Situation:
    return replace(situation, clocks=MappingProxyType({**situation.clocks, name: ticking}))
