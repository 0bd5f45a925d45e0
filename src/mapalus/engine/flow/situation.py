"""Where one case stands, and what came of an act. Values only: frozen, comparable, written down as JSON by `stored`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from mapalus.engine.deadlines import DayCounted, Due, Pause, Term
from mapalus.engine.errors import Problem
from mapalus.engine.flow.effect import Emitted
from mapalus.engine.flow.process import Role

__all__ = [
    "SYSTEM",
    "AppealOf",
    "DueOf",
    "Moved",
    "Outcome",
    "Possible",
    "Seat",
    "Situation",
    "Taken",
    "Ticking",
    "Who",
]


@dataclass(frozen=True)
class Taken:
    """An act as it was taken. `label` is who, as it is written down; `stands_for` whose name it was done in."""

    act: str
    origin: str  # state before; empty for `begin`
    to: str
    at: datetime
    person: str = ""
    position: str = ""
    label: str = ""
    reason: str = ""
    stands_for: str = ""
    unit: str = ""  # the routed unit after the act


@dataclass(frozen=True)
class Ticking:
    """One clock of a case: since when, with how much time, when it stood, and what was said about it.

    `term` is None while the amount is not known; a clock whose due day a field holds has `fixed`, its moment, instead.
    """

    started_at: datetime
    ended_at: datetime | None = None
    term: Term | None = None
    fixed: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    extended: int = 0
    reminded: tuple[int, ...] = ()
    escalated: int = 0
    late_since: datetime | None = None  # the due moment after which it was said to be late; None: it was not

    @property
    def lapsed(self) -> bool:
        """Whether it was said to be late."""
        return self.late_since is not None

    @property
    def is_running(self) -> bool:
        """Not ended; it may stand paused."""
        return self.ended_at is None

    @property
    def is_paused(self) -> bool:
        return self.is_running and bool(self.pauses) and self.pauses[-1].end is None


@dataclass(frozen=True)
class Situation:
    """All that the rules need to know of a case. `acts` only grows."""

    state: str
    received_at: datetime
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    routed_unit: str = ""
    applicant_unit: str = ""  # unit of the position that began it; empty for a citizen
    returned_by: tuple[str, ...] = ()  # units that sent it back as not their own, in order
    acts: tuple[Taken, ...] = ()
    clocks: Mapping[str, Ticking] = field(default_factory=lambda: MappingProxyType({}))
    closed_at: datetime | None = None
    number: str = ""

    @property
    def bounces(self) -> int:
        """How often a unit sent it back as not its own."""
        return len(self.returned_by)

    @property
    def last_at(self) -> datetime:
        """When the last act was taken; nothing happens to the case before it."""
        return self.acts[-1].at if self.acts else self.received_at

    @property
    def entered_at(self) -> datetime:
        """When the present state was entered."""
        for taken in reversed(self.acts):
            if taken.origin != taken.to:
                return taken.at
        return self.received_at


class Who(Protocol):
    """Who acts. The app makes one from an account, a position or a token."""

    @property
    def person(self) -> str:
        """The human being, the same across hats; empty where nobody is known (an anonymous report, the system)."""

    @property
    def position(self) -> str:
        """Code of the position acted in, `<unit>.<post>`; empty for a citizen; `system`."""

    @property
    def label(self) -> str:
        """As it is written down: `Plt. Kepala Dinas Kesehatan`."""

    def fills(self, role: Role, situation: Situation) -> bool:
        """Whether this one fills the role in this case: by appointment, as Plt or Plh, or because the post is vacant.

        Asked for declared roles, `owner` and `applicant`; `anyone` and `system` are decided by the rules.
        """


@dataclass(frozen=True)
class _System:
    person: str = ""
    position: str = "system"
    label: str = "system"

    def fills(self, role: Role, situation: Situation) -> bool:
        return role.name == "system"


SYSTEM = _System()


@dataclass(frozen=True)
class Moved:
    """The due date of a clock is another now. `why`: `value`, `extension`, `calendar` or `pause`."""

    clock: str
    old: Due | None
    new: Due | None
    why: str
    days: tuple[date, ...] = ()  # days of the calendar that changed


@dataclass(frozen=True)
class Outcome:
    """What comes of it: the case after it, what it sets off (in order), and clocks whose due date moved."""

    situation: Situation
    effects: tuple[Emitted, ...] = ()
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True)
class Possible:
    """An act that this one may take from here; `blocked` is the code of what still stands against it."""

    transition: str
    needs: tuple[str, ...] = ()  # fields that must be given, since they are empty
    asks: tuple[str, ...] = ()  # fields that may be given
    blocked: str | None = None
    problem: Problem | None = None  # the sentence for `blocked`
    until: datetime | None = None  # when its `within` ends
    needs_reason: bool = False


@dataclass(frozen=True)
class DueOf:
    """How one clock stands now. `due` is None while the amount is not known; its moment is None while it stands."""

    clock: str
    due: Due | None
    used: float | None  # share of the time: 1.0 at the deadline
    is_late: bool
    is_running: bool
    is_paused: bool
    story: tuple[DayCounted, ...] = ()  # day by day, where it was asked for


@dataclass(frozen=True)
class AppealOf:
    """The appeal from here: the pack it opens, until when (None: without end), and what stands against it."""

    opens: str
    until: datetime | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class Seat:
    """Who a role is, in one case: a position, or the post with a role in a unit, or a built-in role. Never two."""

    role: str
    position: str = ""
    unit: str = ""
    unit_role: str = ""
