"""The protocol of connectors. One folder each under `connectors/`, found by the entry point group `mapalus.connectors`.

A connector says which settings it takes (`options`), and opens a source with them. A source can be asked whether it
is there (`check`) and for what it holds (`harvest`); some know many tables and list them (`Shelf`). A connector never
interprets cells: it hands over bytes as received, or the records of a paged answer one by one, and the data engine
reads, maps and checks them like any other file. It keeps nothing between two calls but what lies in `into`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from mapalus.engine.errors import Problem
from mapalus.engine.text import Label, _

__all__ = [
    "Connector", "Extent", "Harvest", "Offering", "Option", "OptionKind", "Shelf", "Source", "Surroundings", "Vanished",
]  # fmt: skip


class Extent(StrEnum):
    """What the file of a harvest is of the source."""

    WHOLE = "whole"  # all that the source holds now: what is no longer in it is gone there
    CHANGES = "changes"  # only what came or changed since the mark; `Harvest.deleted` names what is gone


class OptionKind(StrEnum):
    TEXT = "text"
    ADDRESS = "address"  # http(s)
    NUMBER = "number"  # whole
    BOOLEAN = "boolean"
    CHOICE = "choice"  # one of `choices`
    LIST = "list"  # several texts
    SECRET = "secret"  # noqa: S105 - the NAME of a secret; its value stands in the environment, never stored or shown


@dataclass(frozen=True)
class Option:
    """One setting of a connector; pages make a form of them, `fitting` in `engine/harvest/options` checks values."""

    name: str
    title: Label
    kind: OptionKind = OptionKind.TEXT
    is_required: bool = False
    default: object = None
    choices: tuple[str, ...] = ()
    help: Label | None = None
    example: str = ""
    is_opaque: bool = False  # may hold what only a machine writes (an id, a fingerprint) and what is no secret


@dataclass(frozen=True)
class Surroundings:
    """What the platform gives a source to work with. Bounds are firm: a source stops at them with a Problem."""

    secret: Callable[[str], str]  # value of a named secret; raises Misconfigured when the environment lacks it
    allowed: Collection[str] = ()  # hosts or networks that may be private
    largest: int = 4 * 1024**3  # bytes of one harvest
    longest: float = 3600.0  # seconds of one harvest
    tell: Callable[[str, float], None] = lambda step, share: None  # progress: a sentence's id, 0 to 1 (0: unknown)
    folder: Path | None = None  # root that a drop folder must lie in; None: no folder of this machine may be read


@dataclass(frozen=True)
class Harvest:
    """What one harvest brought. The catalogue keeps `mark` only once the version made of it stands.

    path: the file, below `into`: the bytes as received, or records as NDJSON in the order received.
    name: what the source calls it; its ending tells the reader what to expect.
    deleted: NDJSON of the keys of records that are gone, with extent CHANGES; None: the source cannot tell.
    notes: what a person should know and no reader will see (sentences in English with data, as in a Problem).
    facts: what the source says of itself: last change, number of records, version of its software.
    """

    path: Path
    name: str
    extent: Extent = Extent.WHOLE
    mark: str = ""
    deleted: Path | None = None
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


class Source(Protocol):
    """One table of an outside system."""

    def check(self) -> None:
        """Ask as little as tells whether the source answers and lets us in; a Problem says what is wrong."""

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        """Bring what is new since `mark` (empty: everything). None: the source says that nothing changed.

        `into` lasts until a harvest ends well: what an interrupted call left there, the next one may go on from.
        Raises `Unavailable` (worth another try), `Vanished` (the table is no longer there: never an empty file),
        `Misconfigured` (settings or secrets), `Refused` (an address that may not be asked, a bound passed).
        """


@dataclass(frozen=True)
class Offering:
    """One table that a shelf (a portal, a database, a folder) holds.

    key: what the system calls it for ever. options: settings that open exactly this table with the same connector,
    or with the one that `connector` names.
    """

    key: str
    title: str
    options: Mapping[str, object]
    connector: str = ""
    description: str = ""
    publisher: str = ""
    license: str = ""
    format: str = ""  # as the system writes it: CSV, XLSX, ...
    keywords: tuple[str, ...] = ()
    changed_at: datetime | None = None
    page: str = ""  # where a person reads about it
    metadata: Mapping[str, object] = field(default_factory=dict)  # everything else, as received


class Shelf(Protocol):
    """A system that holds many tables and lists them."""

    def check(self) -> None: ...

    def offered(self) -> Iterator[Offering]:
        """Every table, whole list or a Problem: an interrupted list never passes for a short one."""


class Connector(Protocol):
    """How one kind of system is reached. The entry point names an object with this shape."""

    @property
    def name(self) -> str:
        """Small letters: `ckan`, `sql`. The folder's name."""

    @property
    def title(self) -> Label: ...

    @property
    def summary(self) -> Label:
        """In one sentence, what it brings and what one needs for it."""

    @property
    def options(self) -> tuple[Option, ...]: ...

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> Source:
        """A source with these settings. Raises `Invalid` where they do not fit; asks the network nothing yet."""

    def shelf(self, options: Mapping[str, object], surroundings: Surroundings) -> Shelf | None:
        """The system as a list of tables; None where it has no such list."""


class Vanished(Problem):
    """The table was there and is not any more: told as that, never taken for an empty table."""

    code = "source-vanished"
    status = 410
    text = _("The source is no longer there.")
    advice = _("Ask its keeper whether it was moved or closed; the last version stays published.")
