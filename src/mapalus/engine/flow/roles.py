"""Who: whose turn it is, who a role is in this case, who may act, who acted before."""

from __future__ import annotations

from mapalus.engine.flow.process import BEGIN, BUILT_IN_ROLES, Process, Transition
from mapalus.engine.flow.situation import Seat, Situation, Taken, Who

__all__ = ["acted_before", "is_allowed", "is_system", "seat", "turn_of"]


def seat(process: Process, role_name: str, situation: Situation) -> Seat:
    """Who a role is in this case. A role of the routed unit falls to the fallback while the case has no unit.

    A seat whose `position` and `unit` are both empty is a built-in role, or nobody: its field has no value.
    """
    role = process.role(role_name)
    if role.position:
        return Seat(role.name, position=role.position)
    if role.position_field:
        return Seat(role.name, position=_code(situation.values.get(role.position_field)))
    if role.name in BUILT_IN_ROLES:
        return Seat(role.name)
    unit = role.unit
    if unit == "routed":
        unit = situation.routed_unit
        if not unit:
            return Seat(role.name, position=process.routing.fallback if process.routing else "")
    elif unit == "applicant":
        unit = situation.applicant_unit
    elif role.unit_field:
        unit = _code(situation.values.get(role.unit_field))
    return Seat(role.name, unit=unit, unit_role=role.role)


def turn_of(process: Process, situation: Situation) -> Seat | None:
    """Whose turn it is: one seat, or nobody's (a final state, or one that waits for time only)."""
    turn = process.states[situation.state].turn
    return seat(process, turn, situation) if turn else None


def is_system(who: Who) -> bool:
    return who.position == "system" and not who.person


def is_allowed(process: Process, transition: Transition, situation: Situation, *, who: Who) -> bool:
    """Whether one of the roles of the act is filled. The system also takes what a clock declares for its deadline."""
    if is_system(who):
        return "system" in transition.by or any(clock.then == transition.name for clock in process.clocks.values())
    return any(fills(process, name, situation, who=who) for name in transition.by)


def fills(process: Process, role_name: str, situation: Situation, *, who: Who) -> bool:
    if role_name == "anyone":
        return True
    if role_name == "system":
        return is_system(who)
    return who.fills(process.role(role_name), situation)


def acted_before(transition: Transition, situation: Situation, *, who: Who) -> Taken | None:
    """An earlier act by the same human being (or in whose name) that bars this one; the position makes no difference.

    Every earlier time counts, not only the last. The system and people nobody knows are nobody's same.
    """
    selves = {who.person, str(getattr(who, "stands_for", "") or "")} - {""}
    barred = {BEGIN if name == "applicant" else name for name in transition.not_same_actor_as}
    for taken in situation.acts:
        if taken.act in barred and selves & {taken.person, taken.stands_for}:
            return taken
    return None


def _code(value: object) -> str:
    return str(value or "").removeprefix("pos:")
