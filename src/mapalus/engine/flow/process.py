"""A process: states, transitions, clocks and effects of a case, as a pack declares them. Values only.

The loader of packs builds these; everything that happens by them is in `taking` and `ticking`. Names of states, acts,
roles, clocks and fields are those of the pack, in its language. Expressions are parsed trees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from mapalus.engine.deadlines import Term, Unit
from mapalus.engine.expression.tree import Expression
from mapalus.engine.flow.effect import Effect

__all__ = [
    "APPEAL",
    "BEGIN",
    "BUILT_IN_ROLES",
    "Appeal",
    "Clock",
    "Escalation",
    "Extension",
    "Opening",
    "Period",
    "Process",
    "Reason",
    "Role",
    "Routing",
    "State",
    "Transition",
    "Within",
]

BEGIN = "begin"  # the name of the first act of every case, wherever acts are named
APPEAL = "appeal"  # the name of the act by which another pack is begun against this case
BUILT_IN_ROLES = ("applicant", "anyone", "system", "owner")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Reason(StrEnum):
    """Whether an act asks for a reason in words."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True)
class Role:
    """Who: one of the built-in roles, one position, or the post with a role in some unit.

    Exactly one of `position`, `position_field` and `unit`/`unit_field` is set for a declared role. Whether somebody
    fills it when the post is vacant (Plt, Plh, superior) is asked of `Who`.
    """

    name: str
    label: str = ""
    label_en: str = ""
    position: str = ""  # code without `pos:`, such as `diskominfo.kabid-ikp`
    position_field: str = ""  # the field whose value is the code of the position
    unit: str = ""  # `routed` (where the case is now), `applicant` (the unit of who began it), or the code of a unit
    unit_field: str = ""  # the field whose value is the code of the unit
    role: str = ""  # the role of the post in that unit, such as `kepala`


@dataclass(frozen=True)
class Routing:
    """How the unit of a new case is found: the value of a field, looked up in a list where there is one.

    Where nothing is found the case has no unit, and roles of the routed unit are filled by `fallback`.
    """

    source: str = ""  # the field that decides
    units: Mapping[str, str] | None = None  # value of the field -> code of the unit; None: the value is the unit
    fallback: str = ""  # code of the position that holds what has no unit


@dataclass(frozen=True)
class Period:
    """How much time, in one unit; it may depend on a field (`by`, `of`, `otherwise`) or be a day (`date`).

    `days` of a pack (every day, day and night) are 24 hours each.
    """

    unit: Unit = Unit.WORKING_DAYS
    amount: int | float | None = None
    by: str = ""  # the field on whose value the amount depends
    of: Mapping[str, int | float] = field(default_factory=lambda: _NOTHING)
    otherwise: int | float | None = None  # for other values, and until it is known; None: no due date until it is known
    date: str = ""  # the field that holds the due day (or moment) itself

    def term(self, values: Mapping[str, Any]) -> Term | None:
        """The time there is by these values; None where it cannot be said yet."""
        amount = self.amount
        if self.by:
            value = values.get(self.by)
            key = str(value).lower() if isinstance(value, bool) else str(value)
            amount = self.of.get(key, self.otherwise)
        return None if amount is None else Term(self.unit, amount)

    @classmethod
    def days(cls, amount: int) -> Period:
        """So many working days."""
        return cls(Unit.WORKING_DAYS, amount)

    @classmethod
    def hours(cls, amount: float) -> Period:
        """So many hours, day and night."""
        return cls(Unit.HOURS, amount)


@dataclass(frozen=True)
class Extension:
    """More time, once (or `times`), counted from the same day 0: `to` says the whole time, `add` what comes on top."""

    act: str  # the transition that extends
    to: Period | None = None
    add: int | float = 0  # in the unit of the clock
    times: int = 1


@dataclass(frozen=True)
class Escalation:
    """Who hears of it when `percent` of the time is used (100: when it is late)."""

    to: str
    percent: int = 100


@dataclass(frozen=True)
class Clock:
    """Time that runs. It starts when a state is entered or an act is taken, and ends so as well; a final state ends it.

    A clock of a state (`while_in`, the short form `deadline`) runs while the case is in that state; it has no `starts`
    and `until`. When it starts again it goes on with the rest of its time, unless it `restarts`.
    """

    name: str
    period: Period
    starts: tuple[str, ...] = ()  # states or acts; `begin` is the first act
    until: tuple[str, ...] = ()  # states or acts
    while_in: str = ""
    label: str = ""
    label_en: str = ""
    pauses_in: frozenset[str] = frozenset()  # states in which it stands; states may name it as well
    extension: Extension | None = None
    reminders: tuple[int, ...] = ()  # percent of the time used, rising
    escalate_to: tuple[Escalation, ...] = ()
    then: str = ""  # the transition that the system takes when it is late
    restarts: bool = False
    legal_basis: str = ""


@dataclass(frozen=True)
class Within:
    """Only so long: from the last time an act was taken or a state was entered, or from receipt (`of` empty)."""

    period: Period
    of: str = ""


@dataclass(frozen=True)
class Appeal:
    """Another pack that the applicant may begin from here, within a time of entering the state, if `when` holds."""

    opens: str
    within: Period | None = None
    when: Expression | None = None


@dataclass(frozen=True)
class State:
    """Where a case can be. `turn` is the role that is to act; nobody's in a final state."""

    name: str
    label: str = ""
    label_en: str = ""
    public: str = ""  # what the applicant and the public read instead of the label
    public_en: str = ""
    turn: str = ""
    stage: str = ""  # what the state is to the part of the platform that runs the pack, where that is no case
    is_final: bool = False
    pauses: frozenset[str] = frozenset()  # clocks that stand while the case is here
    appeal: Appeal | None = None


@dataclass(frozen=True)
class Transition:
    """An act: who may take it, from where to where, what it asks, what it does."""

    name: str
    origins: tuple[str, ...]
    to: str = ""  # empty: the case stays where it is
    by: tuple[str, ...] = ()
    label: str = ""
    label_en: str = ""
    needs: tuple[str, ...] = ()  # fields asked in the act, filled after it
    asks: tuple[str, ...] = ()  # fields asked that may stay empty
    when: Expression | None = None
    not_same_actor_as: tuple[str, ...] = ()  # acts, `begin` or `applicant` (who began the case)
    reason: Reason = Reason.NONE
    sets: tuple[tuple[str, Expression], ...] = ()
    effects: tuple[Effect, ...] = ()
    within: Within | None = None
    is_bulk: bool = False
    reopens: bool = False  # leads out of a final state; has a `within`


@dataclass(frozen=True)
class Opening:
    """How a case begins."""

    by: tuple[str, ...] = ("anyone",)
    sets: tuple[tuple[str, Expression], ...] = ()
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True)
class Process:
    """The whole of it. Mappings keep the order of the pack; `roles` holds the declared ones only."""

    initial: str
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    clocks: Mapping[str, Clock] = field(default_factory=lambda: MappingProxyType({}))
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    owner: str = ""  # code of the position that owns the pack
    routing: Routing | None = None
    opening: Opening = field(default_factory=Opening)
    types: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # field -> type name of the form

    def role(self, name: str) -> Role:
        """The role by its name, declared or built in; KeyError for another."""
        if name == "owner":
            return Role("owner", position=self.owner)
        return Role(name) if name in BUILT_IN_ROLES else self.roles[name]

    def stands(self, clock: Clock, state: str) -> bool:
        """Whether the clock stands paused while a case is in that state."""
        return state in clock.pauses_in or clock.name in self.states[state].pauses
