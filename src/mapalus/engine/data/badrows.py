"""`report.sqlite`: the bad rows of a hand-in as they were written, each with its reasons.

For the hand-in pages of the producing unit and walidata only: the values are raw, not masked.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.shown import quoted
from mapalus.engine.errors import NotFound

if TYPE_CHECKING:
    import duckdb

__all__ = ["BadRow", "Count", "Page", "Reason", "build", "counts", "page"]

_BATCH = 10_000


@dataclass(frozen=True)
class Reason:
    """Why a row is bad: where, which code and rule, the value as written, and the sentence."""

    field: str | None
    code: str
    rule: str
    value: str | None
    message: str


@dataclass(frozen=True)
class BadRow:
    """A row of the producer's file that did not pass."""

    row: int  # row number in the file
    cells: tuple[str | None, ...]  # as written, in the order of `Page.columns`
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Count:
    """How many cells break one rule in one field."""

    code: str
    rule: str
    field: str
    cells: int


@dataclass(frozen=True)
class Page:
    """Some bad rows, out of `total` that fit the question."""

    columns: tuple[str, ...]
    rows: tuple[BadRow, ...]
    total: int


def build(out: Path, *, connection: duckdb.DuckDBPyConnection, bad: str | None) -> int:
    """Write the side file of `bad` (SQL table with `_row`, raw columns, `_errors`); the number of bad rows."""
    side = sqlite3.connect(out, isolation_level=None)
    try:
        side.execute("PRAGMA journal_mode=off")
        side.execute("PRAGMA synchronous=off")
        side.execute("BEGIN")
        side.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
        side.execute("CREATE TABLE rows (_row INTEGER PRIMARY KEY, cells TEXT)")
        side.execute("CREATE TABLE reasons (_row INTEGER, n INTEGER, field, code, rule, value, message)")
        columns = _fill(side, connection, bad) if bad else []
        side.execute("CREATE INDEX reason_row ON reasons (_row, n)")
        side.execute("CREATE INDEX reason_code ON reasons (code, field, _row)")
        side.execute("INSERT INTO meta VALUES ('columns', ?)", (json.dumps(columns),))
        count = int(side.execute("SELECT count(*) FROM rows").fetchone()[0])
        side.execute("COMMIT")
    finally:
        side.close()
    return count


def _fill(side: sqlite3.Connection, connection: duckdb.DuckDBPyConnection, bad: str) -> list[str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {bad}").fetchall()
    columns = [str(row[0]) for row in described if str(row[0]) not in ("_row", "_errors")]
    cells = ", ".join(f"{quoted(name)}::VARCHAR" for name in columns)
    connection.execute(f"SELECT _row, to_json([{cells}])::VARCHAR FROM {bad}")
    while batch := connection.fetchmany(_BATCH):
        side.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", batch)
    connection.execute(
        f"""SELECT _row, n, e.field, e.code, e.rule, e.value, e.message FROM
        (SELECT _row, unnest(_errors) AS e, generate_subscripts(_errors, 1) AS n FROM {bad})"""
    )
    while batch := connection.fetchmany(_BATCH):
        side.executemany("INSERT INTO reasons VALUES (?, ?, ?, ?, ?, ?, ?)", batch)
    return columns


def counts(path: Path) -> tuple[Count, ...]:
    """Errors per code, rule and field."""
    query = "SELECT code, rule, field, count(*) FROM reasons GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    with closing(_open(path)) as side:
        return tuple(Count(code, rule or "", field or "", n) for code, rule, field, n in side.execute(query))


def page(path: Path, *, limit: int = 50, offset: int = 0, code: str = "", rule: str = "", field: str = "") -> Page:
    """Bad rows in file order, optionally only those with an error of this code, rule or field."""
    tests, values = [], []
    for name, value in (("code", code), ("rule", rule), ("field", field)):
        if value:
            tests.append(f"{name} = ?")
            values.append(value)
    where = f"WHERE _row IN (SELECT _row FROM reasons WHERE {' AND '.join(tests)})" if tests else ""
    with closing(_open(path)) as side:
        columns = tuple(json.loads(side.execute("SELECT value FROM meta WHERE key = 'columns'").fetchone()[0]))
        total = int(side.execute(f"SELECT count(*) FROM rows {where}", values).fetchone()[0])
        query = f"SELECT _row, cells FROM rows {where} ORDER BY _row LIMIT ? OFFSET ?"
        found = side.execute(query, [*values, limit, offset]).fetchall()
        rows = tuple(BadRow(row, tuple(json.loads(cells)), _reasons(side, row)) for row, cells in found)
    return Page(columns, rows, total)


def _reasons(side: sqlite3.Connection, row: int) -> tuple[Reason, ...]:
    query = "SELECT field, code, rule, value, message FROM reasons WHERE _row = ? ORDER BY n"
    found: Sequence[Any] = side.execute(query, (row,)).fetchall()
    return tuple(Reason(*one) for one in found)


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise NotFound(path=path.name)
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
