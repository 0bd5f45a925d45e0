"""Row by row, what differs between two versions: added, removed, changed cell by cell; as published, so masked.

`write_changes` works it out (the worker's, in the table engine) into a small SQLite file; pages read that file. Rows
are matched by the primary key; where there is none, equal rows are paired and what is left over was added or removed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.rows import Column, open_rows, stored_value
from mapalus.engine.data.shown import quoted
from mapalus.engine.errors import Invalid, NotFound

if TYPE_CHECKING:
    import duckdb

__all__ = ["Changed", "Kind", "Page", "Summary", "page", "stream", "summary", "write_changes"]

_BATCH = 20_000
_MEMORY = "600MB"
_TESTS = ("x IS NOT NULL AND y IS NOT NULL", "x IS NULL", "y IS NULL")  # of a pair: changed, added, removed


class Kind(StrEnum):
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Summary:
    """What differs in all. `by`: the key rows are matched by; empty: by the whole row."""

    old: int  # number of the version
    new: int
    by: tuple[str, ...]
    counts: Mapping[str, int]  # per Kind, and `unchanged`
    fields: Mapping[str, int]  # changed cells per field, the most first
    columns: tuple[str, ...]  # of both versions, those of the new one first
    fields_added: tuple[str, ...]
    fields_removed: tuple[str, ...]
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Changed:
    """One row that differs. `old` and `new` are its values by column; `fields` the columns that differ."""

    kind: Kind
    old_row: int | None  # `_id` in the old version
    new_row: int | None
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    rows: tuple[Changed, ...]
    total: int  # that fit the question


# --- working out --------------------------------------------------------------------------------------------------


def write_changes(out: Path, *, old: VersionFolder, new: VersionFolder, contract: Contract) -> Summary:
    """Work out what differs into the file `out`, which must not exist. `contract`: that of the new version.

    Memory stays below some 700 MB; what is larger spills beside `out`.
    """
    with _connected(out) as connection:
        return _Work(connection, old, new, contract).write(out)


class _Work:
    """The state of one comparison: `a` and `b` hold place, key and hash of each row, `p` the pairs that differ."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, old: VersionFolder, new: VersionFolder, contract: Contract
    ) -> None:
        self.connection, self.old, self.new = connection, old, new
        self.a, self.b = self._columns(old), self._columns(new)
        self.common = [name for name in self.b if name in self.a]
        self.key = self._key(contract)

    def write(self, out: Path) -> Summary:
        self._digest("a", self.old, self.a)
        self._digest("b", self.new, self.b)
        self.connection.execute(
            "CREATE TEMP TABLE p AS SELECT a.o AS x, b.o AS y FROM a FULL JOIN b USING (k)"
            " WHERE a.o IS NULL OR b.o IS NULL OR a.h <> b.h"
        )
        (changed, added, removed), (rows,) = (
            self.connection.execute(query).fetchall()[0]
            for query in (
                f"SELECT {', '.join(f'count(*) FILTER ({test})' for test in _TESTS)} FROM p",
                "SELECT count(*) FROM b",
            )
        )
        counts = {"changed": changed, "added": added, "removed": removed, "unchanged": rows - added - changed}
        fields = self._fill(out, counts)
        names = tuple(dict.fromkeys([*self.b, *self.a]))
        made = Summary(
            old=self.old.number,
            new=self.new.number,
            by=tuple(self.key),
            counts=counts,
            fields=fields,
            columns=names,
            fields_added=tuple(name for name in self.b if name not in self.a),
            fields_removed=tuple(name for name in self.a if name not in self.b),
            titles={name: (self.b.get(name) or self.a[name]).title or name for name in names},
        )
        with closing(sqlite3.connect(out, isolation_level=None)) as side:
            side.execute("INSERT INTO meta VALUES ('summary', ?)", (json.dumps(_plain(made)),))
        return made

    def _columns(self, version: VersionFolder) -> dict[str, Column]:
        return {column.name: column for column in open_rows(version.rows).columns}

    def _key(self, contract: Contract) -> list[str]:
        by = contract.mapalus.get("counts_by")
        key = [str(name) for name in by] if by else list(contract.primary_key)
        if set(key) <= set(self.common):
            return key
        return []

    def _kinds(self, path: Path) -> dict[str, str]:
        described = self.connection.execute(f"DESCRIBE SELECT * FROM {_parquet(path)}").fetchall()
        return {str(row[0]): str(row[1]) for row in described}

    def _digest(self, table: str, version: VersionFolder, columns: Mapping[str, Column]) -> None:
        """Place, key and hash of every row as published; a masked key is compared by what it masks."""
        values = [f"coalesce(CAST(s.{quoted(name)} AS VARCHAR), chr(0))" for name in self.common]
        whole = f"hash({', '.join(values)})" if values else "0::UBIGINT"
        source = f"(SELECT *, file_row_number AS o FROM {_numbered(version.published)}) s"
        place = "s"
        if any(columns[name].masked for name in self.key):
            source += f" POSITIONAL JOIN (SELECT * FROM {_parquet(version.data)}) d"
            place = "d"
        texts = " || chr(31) || ".join(f"CAST({place}.{quoted(name)} AS VARCHAR)" for name in self.key)
        self.connection.execute(
            f"CREATE TEMP TABLE {table} AS SELECT o, h, coalesce(t, 'row ' || h) AS k FROM"
            f" (SELECT s.o AS o, {whole} AS h, {texts if self.key else 'NULL::VARCHAR'} AS t FROM {source})"
        )
        twice = self.connection.execute(f"SELECT 1 FROM {table} GROUP BY k HAVING count(*) > 1 LIMIT 1").fetchall()
        if twice:
            # the first with the first, the second with the second
            numbered = f"SELECT *, row_number() OVER (PARTITION BY k ORDER BY o) AS n FROM {table}"
            k = "CASE WHEN n > 1 THEN k || chr(30) || n ELSE k END AS k"
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT o, h, {k} FROM ({numbered})")

    def _fill(self, out: Path, counts: Mapping[str, int]) -> dict[str, int]:
        """Write the rows that differ; changed cells per field."""
        names = list(dict.fromkeys([*self.b, *self.a]))
        cells = ", ".join([f"a{n}, b{n}" for n in range(len(names))])
        number: dict[str, int] = dict.fromkeys(self.common, 0)
        with closing(sqlite3.connect(out, isolation_level=None)) as side:
            for pragma in ("journal_mode=off", "synchronous=off"):
                side.execute(f"PRAGMA {pragma}")
            side.execute("BEGIN")
            side.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
            side.execute(f"CREATE TABLE d (n INTEGER PRIMARY KEY, kind TEXT, x, y, fields TEXT, {cells})")
            marks = ", ".join("?" * (5 + 2 * len(names)))
            place = 0
            for kind in Kind:
                if not counts[kind]:
                    continue
                self.connection.execute(self._rows(kind, names))
                while batch := self.connection.fetchmany(_BATCH):
                    made = []
                    for row in batch:
                        place += 1
                        differs = [self.common[at] for at in row[2] or ()]
                        for name in differs:
                            number[name] += 1
                        made.append((place, kind.value, row[0], row[1], json.dumps(differs), *row[3:]))
                    side.executemany(f"INSERT INTO d VALUES ({marks})", made)
            side.execute("CREATE INDEX d_kind ON d (kind, n)")
            side.execute("COMMIT")
        return dict(sorted(((k, v) for k, v in number.items() if v), key=lambda one: -one[1]))

    def _rows(self, kind: Kind, names: Sequence[str]) -> str:
        """SQL: `_id` in both, places among the common columns that differ, then old and new value of each column."""
        kinds_a, kinds_b = self._kinds(self.old.published), self._kinds(self.new.published)
        left = f"(SELECT *, file_row_number AS o FROM {_numbered(self.old.published)}) l"
        right = f"(SELECT *, file_row_number AS o FROM {_numbered(self.new.published)}) r"
        tests = ", ".join(
            f"CASE WHEN {_text('l', name)} IS DISTINCT FROM {_text('r', name)} THEN {n} END"
            for n, name in enumerate(self.common)
        )
        values = []
        for name in names:
            values.append(_read("l", self.a[name], kinds_a) if name in self.a and kind is not Kind.ADDED else "NULL")
            values.append(_read("r", self.b[name], kinds_b) if name in self.b and kind is not Kind.REMOVED else "NULL")
        differs = f"list_filter([{tests}], lambda i: i IS NOT NULL)" if tests else "[]"
        if kind is Kind.CHANGED:
            source = f"{left} JOIN (SELECT * FROM p WHERE x IS NOT NULL AND y IS NOT NULL) p ON l.o = p.x"
            source += f" JOIN {right} ON r.o = p.y"
            return f"SELECT l.o + 1, r.o + 1, {differs}, {', '.join(values)} FROM {source} ORDER BY r.o"
        if kind is Kind.ADDED:
            source = f"{right} JOIN (SELECT y FROM p WHERE x IS NULL) p ON r.o = p.y"
            return f"SELECT NULL, r.o + 1, NULL, {', '.join(values)} FROM {source} ORDER BY r.o"
        source = f"{left} JOIN (SELECT x FROM p WHERE y IS NULL) p ON l.o = p.x"
        return f"SELECT l.o + 1, NULL, NULL, {', '.join(values)} FROM {source} ORDER BY l.o"


def _text(side: str, name: str) -> str:
    return f"CAST({side}.{quoted(name)} AS VARCHAR)"


def _read(side: str, column: Column, kinds: Mapping[str, str]) -> str:
    """The value as the side file of the version stores it."""
    sql = stored_value(column, kinds[column.name])
    return sql.replace(quoted(column.name), f"{side}.{quoted(column.name)}")


def _plain(made: Summary) -> dict[str, Any]:
    return {name: getattr(made, name) for name in made.__dataclass_fields__}


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def _parquet(path: Path) -> str:
    return f"read_parquet('{_escaped(path)}')"


def _numbered(path: Path) -> str:
    return f"read_parquet('{_escaped(path)}', file_row_number = true)"


@contextmanager
def _connected(out: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    import shutil

    import duckdb

    spill = out.with_name(f".{out.name}.spill")
    connection = duckdb.connect(
        config={"memory_limit": _MEMORY, "temp_directory": str(spill), "autoinstall_known_extensions": False}
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


# --- reading ------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise NotFound(path=path.name)
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as connection:
        yield connection


def summary(path: Path) -> Summary:
    """What differs in all. Raises `NotFound`."""
    with _opened(path) as connection:
        return _summary(connection)


def _summary(connection: sqlite3.Connection) -> Summary:
    (text,) = connection.execute("SELECT value FROM meta WHERE key = 'summary'").fetchone()
    said: dict[str, Any] = json.loads(text)
    for name in ("by", "columns", "fields_added", "fields_removed"):
        said[name] = tuple(said[name])
    return Summary(**said)


def page(path: Path, *, kind: Kind | None = None, changed: str = "", limit: int = 50, offset: int = 0) -> Page:
    """Rows that differ: of one kind, or with one column changed. Raises `NotFound`, `Invalid` (field `field`)."""
    with _opened(path) as connection:
        known = _summary(connection)
        where, values = _where(known, kind, changed)
        total = int(connection.execute(f"SELECT count(*) FROM d WHERE {where}", values).fetchone()[0])
        query = f"SELECT * FROM d WHERE {where} ORDER BY n LIMIT ? OFFSET ?"
        found = connection.execute(query, (*values, max(0, limit), max(0, offset))).fetchall()
        return Page(tuple(_row(known, row) for row in found), total)


def stream(path: Path, *, kind: Kind | None = None, changed: str = "") -> Iterator[Changed]:
    """Every row that differs, one by one."""
    with _opened(path) as connection:
        known = _summary(connection)
        where, values = _where(known, kind, changed)
        for row in connection.execute(f"SELECT * FROM d WHERE {where} ORDER BY n", values):
            yield _row(known, row)


def _where(known: Summary, kind: Kind | None, changed: str) -> tuple[str, tuple[Any, ...]]:
    if changed and changed not in known.columns:
        raise Invalid(fields={"field": f'field "{changed}" not in table'})
    parts: list[str] = ["1"]
    values: list[Any] = []
    if kind is not None:
        parts.append("kind = ?")
        values.append(kind.value)
    if changed:
        parts.append("kind = 'changed' AND EXISTS (SELECT 1 FROM json_each(d.fields) j WHERE j.value = ?)")
        values.append(changed)
    return " AND ".join(parts), tuple(values)


def _row(known: Summary, row: Sequence[Any]) -> Changed:
    kind = Kind(row[1])
    old = {name: row[5 + 2 * n] for n, name in enumerate(known.columns)}
    new = {name: row[6 + 2 * n] for n, name in enumerate(known.columns)}
    return Changed(
        kind=kind,
        old_row=row[2],
        new_row=row[3],
        old=None if kind is Kind.ADDED else old,
        new=None if kind is Kind.REMOVED else new,
        fields=tuple(json.loads(row[4])),
    )
