"""Building `rows.sqlite` (rows.py says what it holds) from the published table.

Of a large table the word index is built at the same time in a process of its own: both take about as long.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mapalus.engine.data import slices, wordindex
from mapalus.engine.data.rows import Column, stored_value
from mapalus.engine.data.shown import Shown, quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["build", "index"]

NARROW = 20_000  # a column with at most so many values gets tokens and counts, a wider one a B-tree
_FEW = 64  # values whose words are looked up among the values instead of in every row
_LONG = 40  # characters on average: longer texts have no B-tree, which would be as large as the rows
_BATCH = 20_000
_SOME = 2_000  # rows that rule most texts out as codes


def build(
    out: Path,
    *,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    shown: Sequence[Shown],
    apart: int | None = None,
    later: wordindex.Later | None = None,
    about: Mapping[str, int] | None = None,
) -> int:
    """Write the side file of `table` (SQL: the published table, `_row` first, in file order); the number of rows.

    From `apart` rows on (`wordindex.APART`), another process reads the table too: it must then lie in files. With
    `later` the rows of so large a table are written without any index: `index` gives it to them, and until then words
    cannot be asked for. `about`: how many different values columns have, where that is known already (about).
    """
    kinds = _kinds(connection, table)
    columns = _plan(connection, table, shown, kinds, about or {})
    has_parts = "_part" in kinds
    apart = wordindex.APART if apart is None else apart
    is_indexed = later is None or wordindex.count(connection, table) < apart
    with _side(out) as side:
        if later is not None and not is_indexed:
            later.begin(table, columns)
            side.execute("BEGIN")
            rows = _rows(side, connection, table, columns, kinds, has_parts=has_parts, is_indexed=False)
            side.execute("COMMIT")
            return rows
        with wordindex.beside(out, connection, table, columns, apart=apart) as words:
            side.execute("BEGIN")
            rows = _rows(side, connection, table, columns, kinds, has_parts=has_parts, is_indexed=True)
            _trees(side, columns)
            slices.build(side, connection, table, columns)
            side.execute("COMMIT")
            words.into(side)
    return rows


def index(
    path: Path, out: Path, *, connection: duckdb.DuckDBPyConnection, table: str, later: wordindex.Later | None = None
) -> None:
    """Write at `out` the side file at `path`, which has no index, with all of them; `table` as for `build`."""
    shutil.copyfile(path, out)
    with _side(out) as side:
        (said,) = side.execute("SELECT value FROM meta WHERE key = 'columns'").fetchone()
        columns = [Column(**column) for column in json.loads(said)]
        side.execute("BEGIN")
        _trees(side, columns)
        slices.build(side, connection, table, columns)
        side.execute("UPDATE meta SET value = 'true' WHERE key = 'indexed'")
        side.execute("COMMIT")
        if later is not None and later.index is not None:
            later.index.into(side)
        else:
            with wordindex.beside(out, connection, table, columns, apart=wordindex.APART) as words:
                words.into(side)


@contextmanager
def _side(path: Path) -> Iterator[sqlite3.Connection]:
    side = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in (
            "journal_mode=off",
            "synchronous=off",
            "cache_size=-16000",
            "mmap_size=1073741824",
            "temp_store=memory",
        ):
            side.execute(f"PRAGMA {pragma}")
        yield side
    finally:
        side.close()


def _rows(
    side: sqlite3.Connection,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    kinds: dict[str, str],
    *,
    has_parts: bool,
    is_indexed: bool,
) -> int:
    _create(side, columns, has_parts=has_parts)
    _fill_values(side, connection, table, columns, kinds)
    count = _fill_rows(side, connection, table, columns, kinds, has_parts=has_parts)
    listed = [asdict(column) for column in columns]
    meta = {
        "columns": listed, "count": count, "layout": 2, "parts": has_parts, "tally": True, "indexed": is_indexed,
    }  # fmt: skip
    side.executemany("INSERT INTO meta VALUES (?, ?)", [(k, json.dumps(v)) for k, v in meta.items()])
    return count


def _trees(side: sqlite3.Connection, columns: Sequence[Column]) -> None:
    for column in columns:
        if not column.narrow and not column.masked and not column.is_long:
            side.execute(f"CREATE INDEX i{column.position} ON t ({column.column})")


def _plan(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    shown: Sequence[Shown],
    kinds: dict[str, str],
    about: Mapping[str, int],
) -> list[Column]:
    distinct, bits = _distinct(connection, table, shown, about)
    texts = [one for one in shown if kinds[one.name] == "VARCHAR" and not one.masked]
    codes, long = _looked_at(connection, table, texts)
    columns = []
    for position, one in enumerate(shown):
        words = _words(one, kinds[one.name], distinct[one.name], code=one.name in codes)
        columns.append(
            Column(
                name=one.name,
                title=one.title,
                type=one.type,
                description=one.description,
                masked=one.masked,
                suppressed=one.suppressed,
                unit=str((one.mapalus or {}).get("unit") or (one.mapalus or {}).get("satuan") or ""),
                stored=_stored(kinds[one.name]),
                narrow=(narrow := not one.masked and distinct[one.name] <= NARROW),
                words=words,
                position=position,
                is_long=words == "index" and not narrow and one.name in long,
                bits=bits.get(one.name, wordindex.BITS[-1]),
            )
        )
    return columns


def _distinct(
    connection: duckdb.DuckDBPyConnection, table: str, shown: Sequence[Shown], about: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Distinct values per column, about where they are many; per column of few, bits of their hashes that differ.

    `NARROW + 1` for a column of which two values share a hash.
    """
    result = {one.name: about[one.name] for one in shown if one.name in about}
    if unknown := [one.name for one in shown if one.name not in about]:
        counts = ", ".join(f"approx_count_distinct({quoted(name)})" for name in unknown)
        (rough,) = connection.execute(f"SELECT {counts} FROM {table}").fetchall()
        result |= {name: int(number) for name, number in zip(unknown, rough, strict=True)}
    bits: dict[str, int] = {}
    for name in [name for name, number in result.items() if number <= 2 * NARROW]:
        value = quoted(name)
        hashes = ", ".join(f"count(DISTINCT {wordindex.hashed(value, number)})" for number in wordindex.BITS)
        query = f"SELECT count(*), {hashes} FROM (SELECT DISTINCT {value} FROM {table})"
        (values, *different) = connection.execute(query).fetchall()[0]
        enough = [number for number, found in zip(wordindex.BITS, different, strict=True) if found == values]
        result[name] = values if enough else NARROW + 1
        bits[name] = min(enough, default=wordindex.BITS[-1])
    return result, bits


def _looked_at(connection: duckdb.DuckDBPyConnection, table: str, texts: Sequence[Shown]) -> tuple[set[str], set[str]]:
    """Text columns of which every value is one word with a digit (looked up whole); those of long texts."""
    if not texts:
        return set(), set()
    code = "NOT contains({0}, ' ') AND regexp_matches({0}, '[0-9]')"
    # What the first rows tell of a text need not be asked of all.
    some = _holds(connection, f"(FROM {table} LIMIT {_SOME})", f"coalesce({code}, true)", [one.name for one in texts])
    codes = _holds(connection, table, code, some)
    lengths = ", ".join(f"coalesce(avg(strlen({quoted(one.name)})), 0) > {_LONG}" for one in texts)
    (answers,) = connection.execute(f"SELECT {lengths} FROM {table}").fetchall()
    return set(codes), {one.name for one, is_long in zip(texts, answers, strict=True) if is_long}


def _holds(connection: duckdb.DuckDBPyConnection, table: str, test: str, names: Sequence[str]) -> list[str]:
    """The columns of which every value passes a test; without any value none does."""
    if not names:
        return []
    tests = ", ".join(f"bool_and({test.format(quoted(name))})" for name in names)
    (answers,) = connection.execute(f"SELECT {tests} FROM {table}").fetchall()
    return [name for name, answer in zip(names, answers, strict=True) if answer]


def _words(one: Shown, kind: str, distinct: int, *, code: bool) -> str:
    if one.masked:
        return ""
    if kind != "VARCHAR" or code:
        return "code"
    return "values" if distinct <= _FEW else "index"


def _stored(kind: str) -> str:
    if kind == "BOOLEAN":
        return "boolean"
    if kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"):
        return "integer"
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return "real"
    return "text"


def _kinds(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}


def _create(side: sqlite3.Connection, columns: Sequence[Column], *, has_parts: bool) -> None:
    side.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    marks = "_row, _part" if has_parts else "_row"
    side.execute(f"CREATE TABLE t (_id INTEGER PRIMARY KEY, {marks}" + "".join(f", {c.column}" for c in columns) + ")")
    side.execute("CREATE TABLE v (col INTEGER, value, token TEXT, n INTEGER)")


def _fill_values(
    side: sqlite3.Connection,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    kinds: dict[str, str],
) -> None:
    for column in columns:
        if column.narrow:
            value, token = stored_value(column, kinds[column.name]), wordindex.token(column)
            query = f"SELECT {column.position}, {value}, {token}, count(*) FROM {table} GROUP BY ALL ORDER BY 2"
            # GROUP BY ALL over value and token: one group per value, since hashes do not collide here
            side.executemany("INSERT INTO v VALUES (?, ?, ?, ?)", connection.execute(query).fetchall())
    side.execute("CREATE INDEX v_value ON v (col, value)")


def _fill_rows(
    side: sqlite3.Connection,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    kinds: dict[str, str],
    *,
    has_parts: bool,
) -> int:
    marks = ["_row", "_part"] if has_parts else ["_row"]
    picked = ["row_number() OVER ()", *marks, *(stored_value(column, kinds[column.name]) for column in columns)]
    connection.execute(f"SELECT {', '.join(picked)} FROM {table}")
    into = f"INSERT INTO t VALUES ({', '.join('?' * len(picked))})"
    count = 0
    while batch := connection.fetchmany(_BATCH):
        side.executemany(into, batch)
        count += len(batch)
    return count
