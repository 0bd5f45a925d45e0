"""How a case begins, what can be done with it, and doing it. What was due before always happens before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mapalus.engine import deadlines
from mapalus.engine.expression import names
from mapalus.engine.flow.acting import act_on, carried_out, is_filled, obstacle, record, window_end
from mapalus.engine.flow.clocks import advanced
from mapalus.engine.flow.effect import OpenCase, Route
from mapalus.engine.flow.names import answer
from mapalus.engine.flow.problems import Condition, Late, NotAllowed, Problem, UnknownAct, WrongState, label_of
from mapalus.engine.flow.process import APPEAL, BEGIN, Process, Reason, Transition
from mapalus.engine.flow.roles import fills, is_allowed, is_system
from mapalus.engine.flow.situation import AppealOf, Outcome, Possible, Situation, Who
from mapalus.engine.flow.ticking import tick
from mapalus.engine.workdays import Calendar

__all__ = ["appeal_of", "begin", "possible", "take"]

_NONE: Mapping[str, Any] = MappingProxyType({})


def begin(
    process: Process,
    *,
    values: Mapping[str, Any],
    who: Who,
    now: datetime,
    calendar: Calendar,
    number: str = "",
) -> Outcome:
    """A new case. `values` are what the form let through; who may begin it beyond the roles is the pack's `auth`."""
    unit = who.position.rpartition(".")[0]
    situation = Situation(
        state=process.initial, received_at=now, values=_clean(values), applicant_unit=unit, number=number
    )
    if not any(fills(process, role, situation, who=who) for role in process.opening.by):
        raise NotAllowed
    given = dict(situation.values)
    for name, tree in process.opening.sets:
        given[name] = answer(tree, situation, given, now=now, calendar=calendar)
    situation = replace(situation, values=_clean(given))
    if process.routing is not None:
        situation, _routed = carried_out(process, situation, (Route(),), at=now, calendar=calendar)
    situation, effects = carried_out(process, situation, process.opening.effects, at=now, calendar=calendar)
    taken = record(BEGIN, situation, process.initial, situation.routed_unit, who=who, at=now, begins=True)
    clocks = advanced(
        process, {}, act=BEGIN, origin="", to=process.initial, values=situation.values, at=now, calendar=calendar
    )
    return Outcome(replace(situation, acts=(taken,), clocks=clocks), effects)


def take(
    process: Process,
    situation: Situation,
    act: str,
    *,
    values: Mapping[str, Any] = _NONE,
    reason: str = "",
    who: Who,
    now: datetime,
    calendar: Calendar,
) -> Outcome:
    """The case after the act, with all it sets off; whatever fell due before comes first in the effects.

    Raises a Problem whose code says why not: `unknown-act`, `not-allowed`, `wrong-state`, `not-same-actor`, `late`,
    `extension-used`, `clock-stopped`, `not-asked`, `needs`, `reason-needed`, `condition`. `appeal` is an act as well.
    """
    now = max(now, situation.last_at)
    passed = tick(process, situation, now=now, calendar=calendar)
    transition = process.transitions.get(act)
    if transition is not None:
        outcome = act_on(
            process, passed.situation, transition, values=values, reason=reason, who=who, at=now, calendar=calendar
        )
    elif act == APPEAL:
        outcome = _appeal(process, passed.situation, reason=reason, who=who, now=now, calendar=calendar)
    else:
        raise UnknownAct(act=act)
    return Outcome(outcome.situation, passed.effects + outcome.effects, passed.moved + outcome.moved)


def possible(
    process: Process, situation: Situation, *, who: Who, now: datetime, calendar: Calendar
) -> tuple[Possible, ...]:
    """The acts that this one's roles allow from here, in the order of the pack, blocked ones with the reason.

    A condition over fields that the act itself asks for cannot be judged before they are given, so it does not block.
    """
    now = max(now, situation.last_at)
    situation = tick(process, situation, now=now, calendar=calendar).situation
    final = process.states[situation.state].is_final
    return tuple(
        _possible(process, situation, transition, who=who, now=now, calendar=calendar)
        for transition in process.transitions.values()
        if situation.state in transition.origins
        and (transition.reopens or not final or transition.to in ("", situation.state))
        and is_allowed(process, transition, situation, who=who)
    )


def _possible(
    process: Process, situation: Situation, transition: Transition, *, who: Who, now: datetime, calendar: Calendar
) -> Possible:
    problem = obstacle(process, situation, transition, who=who, at=now, calendar=calendar)
    if problem is None:
        problem = _unmet(transition, situation, now=now, calendar=calendar)
    missing = tuple(name for name in transition.needs if not is_filled(situation.values.get(name)))
    others = tuple(name for name in (*transition.needs, *transition.asks) if name not in missing)
    until = None
    if transition.within is not None:
        until = window_end(situation, transition.within, reopens=transition.reopens, calendar=calendar)[1]
    return Possible(
        transition.name,
        needs=missing,
        asks=others,
        blocked=problem.code if problem else None,
        problem=problem,
        until=until,
        needs_reason=transition.reason is Reason.REQUIRED,
    )


def _unmet(transition: Transition, situation: Situation, *, now: datetime, calendar: Calendar) -> Problem | None:
    if transition.when is None or not {*transition.needs, *transition.asks}.isdisjoint(names(transition.when)):
        return None
    met = answer(transition.when, situation, situation.values, now=now, calendar=calendar) is True
    return None if met else Condition(act=label_of(transition))


# --- appeal


def appeal_of(process: Process, situation: Situation, *, now: datetime, calendar: Calendar) -> AppealOf | None:
    """The appeal that the present state declares, open or not; None where there is none."""
    appeal = process.states[situation.state].appeal
    if appeal is None:
        return None
    term = appeal.within.term(situation.values) if appeal.within else None
    entered = situation.entered_at
    until = deadlines.due(term, received_at=entered, calendar=calendar).at if term else None
    problem: Problem | None = None
    if until is not None and now > until:
        problem = Late()
    elif appeal.when and answer(appeal.when, situation, situation.values, now=now, calendar=calendar) is not True:
        problem = Condition(act=APPEAL)
    elif any(taken.act == APPEAL and taken.at >= entered for taken in situation.acts):
        problem = WrongState(state=label_of(process.states[situation.state]))
    return AppealOf(appeal.opens, until, problem)


def _appeal(
    process: Process, situation: Situation, *, reason: str, who: Who, now: datetime, calendar: Calendar
) -> Outcome:
    """Another case begins; this one stays where it is, and remembers it."""
    if is_system(who) or not fills(process, "applicant", situation, who=who):
        raise NotAllowed
    found = appeal_of(process, situation, now=now, calendar=calendar)
    if found is None:
        raise WrongState(state=label_of(process.states[situation.state]))
    if found.problem is not None:
        raise found.problem
    taken = record(APPEAL, situation, situation.state, situation.routed_unit, who=who, at=now, reason=reason)
    return Outcome(replace(situation, acts=(*situation.acts, taken)), (OpenCase(found.opens, {}, "appeal"),))


def _clean(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType({name: value for name, value in values.items() if is_filled(value)})
