"""Rows of a cursor as NDJSON, and what the next mark needs of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from mapalus.connectors.sql.hands import Hand
from mapalus.connectors.sql.mark import Mark, Sum, Window
from mapalus.connectors.sql.statement import Statement
from mapalus.connectors.sql.values import Binary, Writer, as_text, hexed, is_number_writer
from mapalus.engine.errors import Refused, Unavailable
from mapalus.engine.text import _

__all__ = ["Bounds", "Plan", "Read", "read_rows", "scan_keys"]

_BATCH = 2_000  # rows of one fetch
_NOT_DELETED = {"", "0", "f", "false", "n", "no", "tidak", "0000-00-00", "0000-00-00 00:00:00"}


@dataclass(frozen=True)
class Bounds:
    """What a reading may take: bytes, and the moment of the monotonic clock when it must be over."""

    largest: int
    until: float
    tell: Callable[[str, float], None]


@dataclass(frozen=True)
class Plan:
    """What is done with the rows. Names of columns; `known`: digests of rows that were brought before."""

    key: Sequence[str]
    since: str = ""
    deleted: str = ""
    binary: str = "refuse"
    overlap: int = 0
    horizon: str = ""
    known: Collection[str] = ()


@dataclass
class Read:
    """What came of it."""

    path: Path
    gone_path: Path
    rows: int = 0
    gone: int = 0
    whole: Sum = field(default_factory=Sum)
    keys: Sum = field(default_factory=Sum)
    low: Sum = field(default_factory=Sum)  # keys up to the greatest one of the mark before
    top: int | None = None
    window: Window | None = None
    size: int = 0


def read_rows(
    hand: Hand, connection: Any, statement: Statement, *, plan: Plan, into: Path, bounds: Bounds, is_whole: bool
) -> Read:
    """All rows of a statement; deleted ones as keys in a file of their own."""
    read = Read(into / "rows.ndjson", into / "deleted.ndjson")
    with (
        closing(hand.cursor(connection)) as cursor,
        read.path.open("w", encoding="utf-8", newline="\n") as file,
        read.gone_path.open("w", encoding="utf-8", newline="\n") as gone,
    ):
        batches = _batches(cursor, statement)
        line = _Line(hand, cursor, plan)
        for rows in batches:
            for row in rows:
                line.take(row, read, file, gone, is_whole=is_whole)
            _bound(read, bounds)
        if read.window is None and line.window is not None:
            read.window = line.window
    return read


def scan_keys(hand: Hand, connection: Any, statement: Statement, *, old: Mark, bounds: Bounds) -> Read:
    """The keys of all rows that stand, as sums."""
    read = Read(Path(), Path())
    top = int(old.top) if old.top else None
    with closing(hand.cursor(connection)) as cursor:
        batches = _batches(cursor, statement)
        writers = hand.writers(_described(cursor), hexed_of)
        for rows in batches:
            for row in rows:
                texts = [_written(writer, value) for writer, value in zip(writers, row, strict=True)]
                written = ",".join(texts)
                read.keys.add(written)
                number = whole_number(texts)
                read.top = number if read.top is None else max(read.top, number or read.top)
                if top is not None and number is not None and number <= top:
                    read.low.add(written)
            _bound(read, bounds)
    return read


class _Line:
    """How a row becomes a line."""

    def __init__(self, hand: Hand, cursor: Any, plan: Plan) -> None:
        described = _described(cursor)
        names = [str(column[0]) for column in described]
        self.plan = plan
        self.writers = hand.writers(described, _binary(plan.binary))
        self.begun = [f"{as_text(name)}: " for name in names]
        self.key = [names.index(name) for name in plan.key]
        self.since = names.index(plan.since) if plan.since else None
        self.deleted = names.index(plan.deleted) if plan.deleted else None
        self.window: Window | None = None

    def take(self, row: Sequence[Any], read: Read, file: IO[str], gone: IO[str], *, is_whole: bool) -> None:
        texts = [_written(writer, value) for writer, value in zip(self.writers, row, strict=True)]
        line = "{" + ", ".join([begun + text for begun, text in zip(self.begun, texts, strict=True)]) + "}\n"
        if is_whole:
            read.whole.add(line)
        key = ",".join(texts[place] for place in self.key)
        if self.key:
            read.keys.add(key)
            number = whole_number([texts[place] for place in self.key])
            read.top = number if read.top is None else max(read.top, number or read.top)
        if self.since is not None:
            digest = blake2b(line.encode(), digest_size=8).hexdigest()
            self._follow(row[self.since], digest)
            if digest in self.plan.known:
                return
        if self.deleted is not None and _is_deleted(row[self.deleted]):
            read.gone += 1
            keys = ", ".join(self.begun[place] + texts[place] for place in self.key)
            if not is_whole:
                gone.write("{" + keys + "}\n")
            return
        read.rows += 1
        read.size += len(line)
        file.write(line)

    def _follow(self, value: Any, digest: str) -> None:
        if value is None or self.since is None:
            return
        if self.window is None:
            is_number = is_number_writer(self.writers[self.since]) or not isinstance(value, str)
            self.window = Window(is_number, self.plan.overlap, "" if is_number else self.plan.horizon)
        self.window.add(str(value), digest)


def whole_number(texts: Sequence[str]) -> int | None:
    """The key as a number where it is one whole number."""
    if len(texts) != 1 or not texts[0].lstrip("-").isdigit() or len(texts[0]) > 40:
        return None
    return int(texts[0])


def hexed_of(_name: str) -> Writer:
    return hexed


def _binary(policy: str) -> Binary:
    if policy == "hex":
        return hexed_of
    if policy == "skip":
        return lambda _name: lambda _value: "null"

    def refused(name: str) -> Writer:
        def refuse(_value: Any) -> str:
            raise Refused(
                "binary-column",
                _("The column %(name)s holds binary data, such as pictures."), name=name,
                advice=_("Leave it out with a SELECT, or choose that binary columns are written as digits."),
            )  # fmt: skip

        return refuse

    return refused


def _is_deleted(value: Any) -> bool:
    return value is not None and str(value).strip().casefold() not in _NOT_DELETED


def _written(writer: Writer, value: Any) -> str:
    return "null" if value is None else writer(value)


def _described(cursor: Any) -> Sequence[Any]:
    """The columns; a name that stands twice would lose one of them."""
    described: Sequence[Any] = cursor.description or ()
    names = [str(column[0]) for column in described]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refused("bad-statement", _("The column %(name)s stands twice in the statement."), name=twice[0])
    return described


def _batches(cursor: Any, statement: Statement) -> Iterator[Sequence[Any]]:
    """The statement is sent at once; its rows come in parts."""
    cursor.execute(statement.text, statement.parameters)

    def parts() -> Iterator[Sequence[Any]]:
        while rows := cursor.fetchmany(_BATCH):
            yield rows

    return parts()


def _bound(read: Read, bounds: Bounds) -> None:
    bounds.tell(_("Reading rows"), 0.0)
    if read.size > bounds.largest:
        raise Refused("too-large", _("The file is larger than %(largest)s MB."), largest=bounds.largest // 1024**2)
    if time.monotonic() > bounds.until:
        raise Unavailable(_("The database was not read to its end in the time allowed."))
