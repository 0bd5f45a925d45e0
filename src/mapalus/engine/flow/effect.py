"""What an act sets off, as data. Somebody else does it: the app looks up who handles which kind.

Declared effects stand in a process (`Route`, `Return` and `Open` still hold names or expressions); `Outcome.effects`
holds what came of them. `name` is how a story and a log write an effect: `notify:diterima`, `route:dinas-pu`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mapalus.engine.expression.tree import Expression

__all__ = [
    "Effect",
    "Emitted",
    "Escalate",
    "Hook",
    "Lapse",
    "Letter",
    "Notify",
    "Open",
    "OpenCase",
    "Publish",
    "Remind",
    "Restrict",
    "Return",
    "Route",
    "Routed",
]


@dataclass(frozen=True)
class Notify:
    """A message of the pack to whom a role names (`applicant`, `followers`, a declared role)."""

    to: str
    message: str

    @property
    def name(self) -> str:
        return f"notify:{self.message}"


@dataclass(frozen=True)
class Letter:
    """A letter made from a template of the pack."""

    template: str

    @property
    def name(self) -> str:
        return f"letter:{self.template}"


@dataclass(frozen=True)
class Publish:
    """The case may be seen by everybody from now on (or no longer)."""

    is_public: bool = True

    @property
    def name(self) -> str:
        return "publish" if self.is_public else "unpublish"


@dataclass(frozen=True)
class Restrict:
    """Who may see the case is narrowed: a level of the pack, such as `secret` (hidden from the routed unit)."""

    level: str

    @property
    def name(self) -> str:
        return f"restrict:{self.level}"


@dataclass(frozen=True)
class Hook:
    """Something registered in the platform by this name is run."""

    hook: str

    @property
    def name(self) -> str:
        return f"hook:{self.hook}"


@dataclass(frozen=True)
class Route:
    """Declared: the case goes to a unit: one by code, the value of a field, or (both empty) as the routing says."""

    unit_field: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Return:
    """Declared: the wrong address. The case leaves its unit, which is counted as a bounce, and waits to be routed."""


@dataclass(frozen=True)
class Open:
    """Declared: another case is begun in a pack, with values worked out from this one."""

    pack: str
    values: tuple[tuple[str, Expression], ...] = ()
    link: str = "related"


@dataclass(frozen=True)
class Routed:
    """The case now belongs to `unit` (empty: to none), before to `previous`."""

    unit: str
    previous: str = ""
    is_bounce: bool = False

    @property
    def name(self) -> str:
        return "return" if self.is_bounce else f"route:{self.unit}"


@dataclass(frozen=True)
class OpenCase:
    """Another case is to be begun with these values and linked (`related`, `appeal`, `converted`, ...)."""

    pack: str
    values: Mapping[str, Any] = field(default_factory=dict)
    link: str = "related"

    @property
    def name(self) -> str:
        return f"open:{self.pack}"


@dataclass(frozen=True)
class Remind:
    """`percent` of a clock's time is used; `to` is the role whose turn it is (empty: nobody's)."""

    clock: str
    percent: int
    to: str
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"remind:{self.clock}:{self.percent}"


@dataclass(frozen=True)
class Escalate:
    """A clock is late, and the next role up hears of it; `level` counts from 1."""

    clock: str
    to: str
    level: int
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"escalate:{self.clock}:{self.to}"


@dataclass(frozen=True)
class Lapse:
    """A clock has become late, said once. `act` is what the system was to take then, `refused` why it could not."""

    clock: str
    due_at: datetime
    act: str = ""
    refused: str = ""

    @property
    def name(self) -> str:
        return f"late:{self.clock}"


Effect = Notify | Letter | Publish | Restrict | Hook | Route | Return | Open
Emitted = Notify | Letter | Publish | Restrict | Hook | Routed | OpenCase | Remind | Escalate | Lapse
