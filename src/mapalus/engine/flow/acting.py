"""One act on one case: what stands against it, and what it makes of the case. Time that passed is `ticking`'s."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mapalus.engine import deadlines
from mapalus.engine.expression import Expression
from mapalus.engine.flow.clocks import advanced, due_of, extended, is_late, retimed, taken_back
from mapalus.engine.flow.effect import Effect, Emitted, Open, OpenCase, Return, Route, Routed
from mapalus.engine.flow.names import answer
from mapalus.engine.flow.problems import (
    ClockStopped,
    Condition,
    ExtensionUsed,
    Late,
    Needs,
    NotAllowed,
    NotAsked,
    NotSameActor,
    Problem,
    ReasonNeeded,
    WrongState,
    label_of,
)
from mapalus.engine.flow.process import Clock, Process, Reason, Transition, Within
from mapalus.engine.flow.roles import acted_before, is_allowed
from mapalus.engine.flow.situation import Moved, Outcome, Situation, Taken, Ticking, Who
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = ["act_on", "carried_out", "is_filled", "obstacle", "record", "window_end"]

_NOBODY = _("Your position may not do “%(act)s” here.")
_NOT_OPEN = _("The time for “%(act)s” has not begun.")


def act_on(
    process: Process,
    situation: Situation,
    transition: Transition,
    *,
    values: Mapping[str, Any],
    reason: str,
    who: Who,
    at: datetime,
    calendar: Calendar,
) -> Outcome:
    """The act, or the Problem that refuses it."""
    problem = obstacle(process, situation, transition, who=who, at=at, calendar=calendar)
    if problem is not None:
        raise problem
    merged = _merged(transition, situation, values)
    _refuse_missing(transition, merged, besides=[name for name, _tree in transition.sets])
    if transition.reason is Reason.REQUIRED and not reason.strip():
        raise ReasonNeeded(fields={"reason": ReasonNeeded.text})
    when = transition.when
    if when is not None and answer(when, situation, merged, now=at, calendar=calendar) is not True:
        raise Condition(act=label_of(transition))
    merged = _set(transition.sets, situation, merged, at=at, calendar=calendar)
    _refuse_missing(transition, merged)
    return _taken(process, situation, transition, merged, reason=reason, who=who, at=at, calendar=calendar)


def obstacle(
    process: Process, situation: Situation, transition: Transition, *, who: Who, at: datetime, calendar: Calendar
) -> Problem | None:
    """What stands against the act before any value is given; None when only values and reason are left to judge."""
    label = label_of(transition)
    if not is_allowed(process, transition, situation, who=who):
        return NotAllowed(_NOBODY, act=label)
    state = process.states[situation.state]
    leaves = transition.to not in ("", situation.state)
    if situation.state not in transition.origins or (state.is_final and leaves and not transition.reopens):
        return WrongState(state=label_of(state))
    same = acted_before(transition, situation, who=who)
    if same is not None:
        taken = process.transitions.get(same.act)
        return NotSameActor(act=label_of(taken) if taken else same.act)
    return _too_late(situation, transition, at, calendar) or _no_extension(process, situation, transition, at, calendar)


def _too_late(situation: Situation, transition: Transition, at: datetime, calendar: Calendar) -> Problem | None:
    if transition.within is None:
        return None
    begun, end = window_end(situation, transition.within, reopens=transition.reopens, calendar=calendar)
    if begun is None:
        return Condition(_NOT_OPEN, act=label_of(transition))
    return Late() if end is not None and at > end else None


def window_end(
    situation: Situation, within: Within, *, reopens: bool = False, calendar: Calendar
) -> tuple[datetime | None, datetime | None]:
    """When a window began (None: it has not) and when it ends (None: it does not end)."""
    begun = _begun(situation, within.of, reopens=reopens)
    term = within.period.term(situation.values)
    if begun is None or term is None:
        return begun, None
    return begun, deadlines.due(term, received_at=begun, calendar=calendar).at


def _begun(situation: Situation, of: str, *, reopens: bool) -> datetime | None:
    if not of:
        return situation.closed_at if reopens else situation.received_at
    for taken in reversed(situation.acts):
        if taken.act == of or (taken.to == of and taken.origin != of):
            return taken.at
    return None


def _no_extension(
    process: Process, situation: Situation, transition: Transition, at: datetime, calendar: Calendar
) -> Problem | None:
    """An act that extends clocks needs one that runs, is not past its time, and was not extended too often."""
    refused: Problem | None = None
    for name, clock in process.clocks.items():
        if clock.extension is None or clock.extension.act != transition.name:
            continue
        problem = _not_extendable(clock, situation.clocks.get(name), at, calendar)
        if problem is None:
            return None
        refused = refused or problem
    return refused


def _not_extendable(clock: Clock, ticking: Ticking | None, at: datetime, calendar: Calendar) -> Problem | None:
    if ticking is None or not ticking.is_running:
        return ClockStopped(clock=label_of(clock))
    if clock.extension is None or ticking.extended >= clock.extension.times:
        return ExtensionUsed(clock=label_of(clock))
    return Late() if is_late(ticking, now=at, calendar=calendar) else None


# --- values


def is_filled(value: object) -> bool:
    """Whether there is a value: false, 0 and a blank-free text are one; an empty text or list is none."""
    return value is not None and value not in ("", [], (), {})


def _merged(transition: Transition, situation: Situation, values: Mapping[str, Any]) -> dict[str, Any]:
    asked = {*transition.needs, *transition.asks}
    strange = [name for name in values if name not in asked]
    if strange:
        raise NotAsked(fields=dict.fromkeys(strange, NotAsked.of_field), names=", ".join(strange))
    return _filled({**situation.values, **values})


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if is_filled(value)}


def _refuse_missing(transition: Transition, values: Mapping[str, Any], *, besides: Iterable[str] = ()) -> None:
    missing = [name for name in transition.needs if name not in values and name not in besides]
    if missing:
        raise Needs(fields=dict.fromkeys(missing, Needs.of_field), missing=", ".join(missing))


def _set(
    sets: Iterable[tuple[str, Expression]],
    situation: Situation,
    values: dict[str, Any],
    *,
    at: datetime,
    calendar: Calendar,
) -> dict[str, Any]:
    """Each in turn, so that a later one sees an earlier."""
    for name, tree in sets:
        values = _filled({**values, name: answer(tree, situation, values, now=at, calendar=calendar)})
    return values


# --- the case after it


def _taken(
    process: Process,
    situation: Situation,
    transition: Transition,
    values: Mapping[str, Any],
    *,
    reason: str,
    who: Who,
    at: datetime,
    calendar: Calendar,
) -> Outcome:
    to = transition.to or situation.state
    after = replace(situation, values=MappingProxyType(dict(values)))
    after, effects = carried_out(process, after, transition.effects, at=at, calendar=calendar)
    after = replace(
        after,
        state=to,
        acts=(
            *situation.acts,
            record(transition.name, situation, to, after.routed_unit, who=who, at=at, reason=reason),
        ),
        closed_at=_closed_at(process, situation, to, at),
        clocks=advanced(
            process,
            situation.clocks,
            act=transition.name,
            origin=situation.state,
            to=to,
            values=situation.values,
            at=at,
            calendar=calendar,
        ),
    )
    after, moved = _moved(process, situation, after, transition.name, calendar=calendar)
    return Outcome(taken_back(process, after, now=at, calendar=calendar), effects, moved)


def _closed_at(process: Process, situation: Situation, to: str, at: datetime) -> datetime | None:
    if not process.states[to].is_final:
        return None
    return situation.closed_at or at if to == situation.state else at


def record(
    act: str,
    situation: Situation,
    to: str,
    unit: str,
    *,
    who: Who,
    at: datetime,
    reason: str = "",
    begins: bool = False,
) -> Taken:
    """The act as it is written down."""
    return Taken(
        act=act,
        origin="" if begins else situation.state,
        to=to,
        at=at,
        person=who.person,
        position=who.position,
        label=who.label,
        reason=reason.strip(),
        stands_for=str(getattr(who, "stands_for", "") or ""),
        unit=unit,
    )


def _moved(
    process: Process, before: Situation, after: Situation, act: str, *, calendar: Calendar
) -> tuple[Situation, tuple[Moved, ...]]:
    """Running clocks with the time that the new values give them; which due dates that, or an extension, moved."""
    clocks: dict[str, Ticking] = dict(after.clocks)
    found: list[Moved] = []
    for name, ticking in after.clocks.items():
        clock, earlier = process.clocks[name], before.clocks.get(name)
        if not ticking.is_running:
            continue
        now = retimed(clock, ticking, after.values, calendar=calendar)
        why = "value"
        extends = clock.extension is not None and clock.extension.act == act
        if extends and _not_extendable(clock, earlier, after.last_at, calendar) is None:
            now, why = extended(clock, now, after.values, calendar=calendar), "extension"
        clocks[name] = now
        if earlier is None or earlier.started_at != ticking.started_at:
            continue  # a new run has no earlier due date
        if (now.term, now.fixed) != (earlier.term, earlier.fixed):
            found.append(Moved(name, due_of(earlier, calendar=calendar), due_of(now, calendar=calendar), why))
        elif earlier.is_paused and not ticking.is_paused and ticking.pauses:
            before_pause = replace(earlier, pauses=earlier.pauses[:-1])
            old, new = due_of(before_pause, calendar=calendar), due_of(now, calendar=calendar)
            if old != new:
                found.append(Moved(name, old, new, "pause"))
    return replace(after, clocks=MappingProxyType(clocks)), tuple(found)


def carried_out(
    process: Process, situation: Situation, effects: Iterable[Effect], *, at: datetime, calendar: Calendar
) -> tuple[Situation, tuple[Emitted, ...]]:
    """The case after the effects that concern itself (routes), and all of them as data, in order."""
    emitted: list[Emitted] = []
    for effect in effects:
        match effect:
            case Route():
                unit = _unit(process, situation, effect)
                emitted.append(Routed(unit, situation.routed_unit))
                situation = replace(situation, routed_unit=unit)
            case Return():
                unit = situation.routed_unit
                emitted.append(Routed("", unit, is_bounce=True))
                situation = replace(situation, routed_unit="", returned_by=(*situation.returned_by, unit))
            case Open(pack, values, link):
                given = {
                    name: answer(tree, situation, situation.values, now=at, calendar=calendar) for name, tree in values
                }
                emitted.append(OpenCase(pack, _filled(given), link))
            case _:
                emitted.append(effect)
    return situation, tuple(emitted)


def _unit(process: Process, situation: Situation, effect: Route) -> str:
    if effect.unit:
        return effect.unit
    if effect.unit_field:
        return str(situation.values.get(effect.unit_field) or "")
    if process.routing is None or not process.routing.source:
        return ""
    value = str(situation.values.get(process.routing.source) or "")
    return value if process.routing.units is None else process.routing.units.get(value, "")
