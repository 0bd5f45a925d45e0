"""Evidence (bukti dukung) for assessments: which indicators are concerned, and what the platform's own record says.

`data/evidence.yml` declares instruments and lists; a collector fills each list. Apps above register theirs
(`collects`): the catalogue does not know what a case is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from mapalus.apps.directory.roster import Roster, roster
from mapalus.engine.errors import NotFound

__all__ = [
    "COLLECTORS",
    "Brought",
    "Collected",
    "Gap",
    "Gathered",
    "Indicator",
    "Listed",
    "Standing",
    "collects",
    "gather",
    "instruments",
]

_FILE = Path(__file__).parent / "data" / "evidence.yml"


@dataclass(frozen=True)
class Gap:
    """Something that is missing in a list, and the code of the position that mends it (empty: the list's role)."""

    what: str
    position: str = ""


@dataclass(frozen=True)
class Collected:
    """What a collector found: rows in the order of the columns, the newest moment in them, and what is missing."""

    rows: Sequence[Sequence[object]] = ()
    newest: datetime | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Listed:
    """One list of evidence, collected."""

    name: str
    title: str
    columns: tuple[str, ...]
    found: Collected
    mended_by: str  # whose position brings what is missing, in words; empty: nobody holds the role

    @property
    def is_there(self) -> bool:
        return bool(self.found.rows)


class Standing(StrEnum):
    THERE = "ada"
    PART = "sebagian"
    MISSING = "belum ada"
    OUTSIDE = "di luar platform"


@dataclass(frozen=True)
class Brought:
    """What only people can bring, and the position that should."""

    what: str
    by: str


@dataclass(frozen=True)
class Indicator:
    code: str
    title: str
    lists: tuple[Listed, ...]
    brought: tuple[Brought, ...]

    @property
    def standing(self) -> Standing:
        if not self.lists:
            return Standing.OUTSIDE
        there = [one.is_there for one in self.lists]
        if not any(there):
            return Standing.MISSING
        return Standing.THERE if all(there) and not any(one.found.gaps for one in self.lists) else Standing.PART


@dataclass(frozen=True)
class Gathered:
    """All evidence for one instrument as it stands at a moment."""

    instrument: str
    title: str
    source: str
    as_of: datetime
    indicators: tuple[Indicator, ...]
    lists: Mapping[str, Listed] = field(default_factory=dict)

    def count(self, standing: Standing) -> int:
        return sum(one.standing is standing for one in self.indicators)


Collector = Callable[[datetime], Collected]
COLLECTORS: dict[str, Collector] = {}


def collects(name: str) -> Callable[[Collector], Collector]:
    """Declare the collector of one list of `evidence.yml`."""

    def register(collector: Collector) -> Collector:
        COLLECTORS[name] = collector
        return collector

    return register


@cache
def _declared() -> Mapping[str, Any]:
    import yaml

    read: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return read


def instruments() -> dict[str, str]:
    """Name and title of every instrument there is."""
    return {str(name): str(one["title"]) for name, one in _declared()["instruments"].items()}


def gather(instrument: str, *, now: datetime) -> Gathered:
    """Collect everything for one instrument. Raises `NotFound`."""
    from mapalus.apps.catalogue import evidence_lists  # noqa: F401 - they register when they are first needed

    declared = _declared()["instruments"].get(instrument)
    if declared is None:
        raise NotFound(instrument=instrument)
    known = roster(now)
    wanted = {str(name) for one in declared["indicators"] for name in one.get("evidence", ())}
    lists = {name: _listed(name, known, now) for name in _declared()["evidence"] if name in wanted}
    indicators = tuple(_indicator(one, lists, known) for one in declared["indicators"])
    return Gathered(instrument, str(declared["title"]), str(declared["source"]), now, indicators, lists)


def _listed(name: str, known: Roster, now: datetime) -> Listed:
    declared = _declared()["evidence"][name]
    collector = COLLECTORS.get(name)
    found = collector(now) if collector else Collected()
    return Listed(
        name, str(declared["title"]), tuple(map(str, declared["columns"])), found, who(str(declared["role"]), known)
    )


def _indicator(one: Mapping[str, Any], lists: Mapping[str, Listed], known: Roster) -> Indicator:
    return Indicator(
        str(one["code"]),
        str(one["title"]),
        tuple(lists[name] for name in one.get("evidence", ())),
        tuple(Brought(str(need["what"]), who(str(need["role"]), known)) for need in one.get("bring", ())),
    )


def who(role: str, known: Roster) -> str:
    """The position that has a role; where many have it, the role as people call it. Empty: nobody."""
    leading = set(known.with_role("kepala-daerah"))
    held = known.with_role(role)
    codes = [code for code in held if code not in leading] or list(held)  # a governor does not bring papers
    if len(codes) == 1:
        return known.positions[codes[0]].title
    return {"produsen": "jabatan produsen data", "kepala": "kepala instansi produsen"}.get(
        role, known.positions[codes[0]].title if codes else ""
    )
