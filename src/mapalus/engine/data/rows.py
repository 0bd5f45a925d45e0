"""`rows.sqlite`: the side file pages and the API read. Published rows, value counts, one full-text index, stems.

Tables: `meta` (what the file holds, as JSON), `t` (`_id` from 1, `_row` of the producer's file, `_part` where the rows
come from several files, columns `c0`...), `v` (values of narrow columns: column, value, token, n), those of the word
index: `f`, `stem`, `tally` (wordindex.py), `bits` (bitmaps.py), and of ranges: `slice`, `block` (slices.py).
Everything in it may be seen by anybody who may see the version; it can be rebuilt from data.parquet at will
(sidefile.py).
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import local
from typing import Any

from mapalus.engine.data.shown import quoted
from mapalus.engine.errors import NotFound

__all__ = ["Column", "Rows", "open_apart", "open_rows", "place_of", "stored_value"]

_OPEN = 32  # files a thread keeps open


@dataclass(frozen=True)
class Column:
    """A published column: its name and type as published, and where it lies in the side file."""

    name: str
    title: str
    type: str  # Table Schema
    description: str = ""
    masked: bool = False
    suppressed: bool = False
    unit: str = ""
    stored: str = "text"  # text, integer, real or boolean
    narrow: bool = False
    words: str = ""  # how its words are found: "index" in f, "values" in v (few values), "code" as a whole, "" not
    position: int = 0
    is_long: bool = False  # long texts of many words: no B-tree, a whole text is found by its words
    bits: int = 40  # of a narrow column: how much of a value's hash stands for it, as little as tells them apart

    @property
    def column(self) -> str:
        return f"c{self.position}"


@dataclass(frozen=True)
class Rows:
    """An open side file."""

    path: Path
    columns: tuple[Column, ...]
    count: int
    connection: sqlite3.Connection = field(repr=False, compare=False)
    stamp: tuple[int, int] = (0, 0)
    has_parts: bool = False  # the rows come from several files
    has_tally: bool = False  # how many rows a frequent word has is written down
    is_indexed: bool = True  # else only the rows and counts of values are there yet
    bits: frozenset[str] = frozenset()  # tokens and stems of which the rows are kept as bits (bitmaps.py)
    slices: frozenset[tuple[int, int]] = frozenset()  # columns and binary places of their blocks (slices.py)

    def named(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def stored_value(column: Column, kind: str) -> str:
    """SQL of a value as the side file stores it: NULL, integer, real, or text in the form the API sends."""
    name = quoted(column.name)
    if column.stored == "boolean":
        return f"{name}::INTEGER"
    if kind in ("FLOAT", "DOUBLE"):
        return f"{name}::DOUBLE"
    if kind.startswith("DECIMAL"):
        return f"{name}::DOUBLE"
    if kind == "TIMESTAMP":
        return f"replace({name}::VARCHAR, ' ', 'T')"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"replace(({name} AT TIME ZONE 'UTC')::VARCHAR, ' ', 'T') || 'Z'"
    if kind.endswith("[]") or kind.startswith(("STRUCT", "MAP")):
        return f"to_json({name})::VARCHAR"
    return name if column.stored == "integer" else f"{name}::VARCHAR"


class _Threads(local):
    def __init__(self) -> None:
        self.files: OrderedDict[Path, Rows] = OrderedDict()


_threads = _Threads()


def open_rows(path: Path) -> Rows:
    """The side file at `path`, opened once per thread, read-only and mapped. Raises `NotFound`."""
    try:
        status = path.stat()
    except OSError:
        raise NotFound(path=path.name) from None
    stamp = (status.st_ino, status.st_mtime_ns)
    known = _threads.files.get(path)
    if known is not None and known.stamp == stamp:
        _threads.files.move_to_end(path)
        return known
    rows = _threads.files[path] = _open(path, stamp)
    _threads.files.move_to_end(path)
    while len(_threads.files) > _OPEN:
        _threads.files.popitem(last=False)[1].connection.close()
    return rows


def place_of(path: Path, row: int) -> tuple[int, int] | None:
    """Where the row `_id` of a side file stands: (place among the parts of its version, row of that file).

    None where the row itself comes from no one row, as a count of many does. Raises `NotFound`.
    """
    rows = open_rows(path)
    part = "_part" if rows.has_parts else "0"
    found = rows.connection.execute(f"SELECT {part}, _row FROM t WHERE _id = ?", (row,)).fetchone()
    if found is None:
        raise NotFound(row=row)
    return None if found[1] is None else (int(found[0]), int(found[1]))


def _open(path: Path, stamp: tuple[int, int]) -> Rows:
    connection = open_apart(path)
    meta: Mapping[str, Any] = {k: json.loads(v) for k, v in connection.execute("SELECT key, value FROM meta")}
    columns = tuple(Column(**column) for column in meta["columns"])
    return Rows(
        path,
        columns,
        int(meta["count"]),
        connection,
        stamp,
        bool(meta.get("parts")),
        bool(meta.get("tally")),
        meta.get("indexed", True),
        _bits(connection),
        _slices(connection),
    )


def _bits(connection: sqlite3.Connection) -> frozenset[str]:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'bits'").fetchone() is None:
        return frozenset()  # a file of an earlier release, or one without its index yet
    return frozenset(key for (key,) in connection.execute("SELECT key FROM bits"))


def _slices(connection: sqlite3.Connection) -> frozenset[tuple[int, int]]:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'slice'").fetchone() is None:
        return frozenset()
    return frozenset(connection.execute("SELECT col, place FROM slice"))


def open_apart(path: Path) -> sqlite3.Connection:
    """A connection of its own to a side file, for whoever reads it for long; the caller closes it."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    # a stream may be begun in one thread of the server and go on in another; nobody writes
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA mmap_size=2000000000")
    connection.execute("PRAGMA query_only=on")
    return connection
