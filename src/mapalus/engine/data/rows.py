"""`rows.sqlite`: the side file pages and the API read. Published rows, value counts, one full-text index, stems.

Tables: `meta` (what the file holds, as JSON), `t` (`_id` from 1, `_row` of the producer's file, `_part` where the rows
come from several files, columns `c0`...),
`v` (values of narrow columns: column, value, token, n), `f` (contentless FTS5 over the words of text columns and one
token per narrow value), `stem` (stem of a word -> words of the index: the vocabulary is stemmed, not the rows).
Everything in it may be seen by anybody who may see the version; it can be rebuilt from data.parquet at will.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.shown import Shown, quoted
from mapalus.engine.errors import NotFound

if TYPE_CHECKING:
    import duckdb

__all__ = ["Column", "Rows", "build", "open_apart", "open_rows", "place_of", "stored_value"]

NARROW = 20_000  # a column with at most so many values gets tokens and counts, a wider one a B-tree
_FEW = 64  # values whose words are looked up among the values instead of in every row
_BATCH = 20_000
_OPEN = 32  # files a thread keeps open
_HASH = 2**40 - 1  # of a value's hash; the build proves that no two values of a column share one
_STEMMED = 200_000  # words


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

    def named(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


# --- building ---------------------------------------------------------------------------------------------------


def build(out: Path, *, connection: duckdb.DuckDBPyConnection, table: str, shown: Sequence[Shown]) -> int:
    """Write the side file of `table` (SQL: the published table, `_row` first, in file order); the number of rows."""
    columns = _plan(connection, table, shown)
    side = sqlite3.connect(out, isolation_level=None)
    try:
        for pragma in ("journal_mode=off", "synchronous=off", "cache_size=-100000", "temp_store=memory"):
            side.execute(f"PRAGMA {pragma}")
        side.execute("BEGIN")
        has_parts = "_part" in _kinds(connection, table)
        _create(side, columns, has_parts=has_parts)
        _fill_values(side, connection, table, columns)
        count = _fill_rows(side, connection, table, columns, has_parts=has_parts)
        _index(side, columns)
        _stem(side)
        listed = [asdict(column) for column in columns]
        meta = {"columns": listed, "count": count, "layout": 1, "parts": has_parts}
        side.executemany("INSERT INTO meta VALUES (?, ?)", [(k, json.dumps(v)) for k, v in meta.items()])
        side.execute("COMMIT")
    finally:
        side.close()
    return count


def _plan(connection: duckdb.DuckDBPyConnection, table: str, shown: Sequence[Shown]) -> list[Column]:
    described = {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
    distinct = _distinct(connection, table, shown)
    codes = _codes(connection, table, [one for one in shown if described[one.name] == "VARCHAR" and not one.masked])
    return [
        Column(
            name=one.name,
            title=one.title,
            type=one.type,
            description=one.description,
            masked=one.masked,
            suppressed=one.suppressed,
            unit=str((one.mapalus or {}).get("unit") or (one.mapalus or {}).get("satuan") or ""),
            stored=_stored(described[one.name]),
            narrow=not one.masked and distinct[one.name] <= NARROW,
            words=_words(one, described[one.name], distinct[one.name], code=one.name in codes),
            position=position,
        )
        for position, one in enumerate(shown)
    ]


def _distinct(connection: duckdb.DuckDBPyConnection, table: str, shown: Sequence[Shown]) -> dict[str, int]:
    """Distinct values per column; `NARROW + 1` for a column whose shortened hashes collide."""
    if not shown:
        return {}
    about = ", ".join(f"approx_count_distinct({quoted(one.name)})" for one in shown)
    (rough,) = connection.execute(f"SELECT {about} FROM {table}").fetchall()
    result = {one.name: int(number) for one, number in zip(shown, rough, strict=True)}
    for name in [name for name, number in result.items() if number <= 2 * NARROW]:
        value = quoted(name)
        query = f"SELECT count(*), count(DISTINCT {_hashed(value)}) FROM (SELECT DISTINCT {value} FROM {table})"
        (values, hashes) = connection.execute(query).fetchall()[0]
        result[name] = values if values == hashes else NARROW + 1
    return result


def _codes(connection: duckdb.DuckDBPyConnection, table: str, texts: Sequence[Shown]) -> set[str]:
    """Text columns of which every value is one word with a digit: they are looked up whole."""
    if not texts:
        return set()
    code = "NOT contains({0}, ' ') AND regexp_matches({0}, '[0-9]')"
    tests = ", ".join(f"coalesce(bool_and({code.format(quoted(one.name))}), false)" for one in texts)
    (answers,) = connection.execute(f"SELECT {tests} FROM {table}").fetchall()
    return {one.name for one, answer in zip(texts, answers, strict=True) if answer}


def _words(one: Shown, kind: str, distinct: int, *, code: bool) -> str:
    if one.masked:
        return ""
    if kind != "VARCHAR" or code:
        return "code"
    return "values" if distinct <= _FEW else "index"


def _hashed(value: str) -> str:
    return f"(hash({value}) & {_HASH}::UBIGINT)"


def _token(column: Column) -> str:
    return f"'z{column.position}x' || lower(to_hex({_hashed(quoted(column.name))}))"


def _stored(kind: str) -> str:
    if kind == "BOOLEAN":
        return "boolean"
    if kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"):
        return "integer"
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return "real"
    return "text"


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


def _kinds(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}


def _create(side: sqlite3.Connection, columns: Sequence[Column], *, has_parts: bool) -> None:
    side.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    marks = "_row, _part" if has_parts else "_row"
    side.execute(f"CREATE TABLE t (_id INTEGER PRIMARY KEY, {marks}" + "".join(f", {c.column}" for c in columns) + ")")
    side.execute("CREATE TABLE v (col INTEGER, value, token TEXT, n INTEGER)")
    side.execute("CREATE TABLE stem (stem TEXT, word TEXT, PRIMARY KEY (stem, word)) WITHOUT ROWID")
    words = "".join(f"{c.column}, " for c in columns if c.words == "index")
    # detail=column: a word can be asked of one column; positions and sizes are never asked for
    options = "content='', detail=column, columnsize=0, tokenize='unicode61'"
    side.execute(f"CREATE VIRTUAL TABLE f USING fts5({words}tokens, {options})")


def _fill_values(
    side: sqlite3.Connection, connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Column]
) -> None:
    kinds = _kinds(connection, table)
    for column in columns:
        if column.narrow:
            value = stored_value(column, kinds[column.name])
            query = (
                f"SELECT {column.position}, {value}, {_token(column)}, count(*) FROM {table} GROUP BY ALL ORDER BY 2"
            )
            # GROUP BY ALL over value and token: one group per value, since hashes do not collide here
            side.executemany("INSERT INTO v VALUES (?, ?, ?, ?)", connection.execute(query).fetchall())
    side.execute("CREATE INDEX v_value ON v (col, value)")


def _fill_rows(
    side: sqlite3.Connection,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    *,
    has_parts: bool,
) -> int:
    kinds = _kinds(connection, table)
    values = [stored_value(column, kinds[column.name]) for column in columns]
    tokens = [_token(column) for column in columns if column.narrow]
    joined = "concat_ws(' ', " + ", ".join(tokens) + ")" if tokens else "''"
    marks = ["_row", "_part"] if has_parts else ["_row"]
    connection.execute("SELECT " + ", ".join(["row_number() OVER ()", *marks, *values, joined]) + f" FROM {table}")
    # both statements take the same tuple: _id, _row, perhaps _part, the values, the tokens
    first = len(marks) + 2
    last = first + len(columns)
    places = ", ".join(f"?{number}" for number in range(1, last))
    into_rows = f"INSERT INTO t SELECT {places} WHERE ?{last} IS NOT NULL"
    worded = [column for column in columns if column.words == "index"]
    named = ", ".join(["rowid", *(column.column for column in worded), "tokens"])
    picked = ", ".join(["?1", *(f"?{column.position + first}" for column in worded), f"?{last}"])
    into_words = f"INSERT INTO f ({named}) VALUES ({picked})"
    count = 0
    while batch := connection.fetchmany(_BATCH):
        side.executemany(into_rows, batch)
        side.executemany(into_words, batch)
        count += len(batch)
    return count


def _index(side: sqlite3.Connection, columns: Sequence[Column]) -> None:
    side.execute("INSERT INTO f (f) VALUES ('optimize')")
    for column in columns:
        if not column.narrow and not column.masked:
            side.execute(f"CREATE INDEX i{column.position} ON t ({column.column})")


def _stem(side: sqlite3.Connection) -> None:
    import snowballstemmer

    side.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, f, 'row')")
    query = "SELECT term FROM temp.vocabulary WHERE term NOT GLOB '*[0-9]*' ORDER BY doc DESC LIMIT ?"
    words = [word for (word,) in side.execute(query, (_STEMMED,))]
    stem = snowballstemmer.stemmer("indonesian").stemWord
    side.executemany("INSERT OR IGNORE INTO stem VALUES (?, ?)", [(stem(word), word) for word in words])
    side.execute("DROP TABLE temp.vocabulary")


# --- opening ----------------------------------------------------------------------------------------------------


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
    return Rows(path, columns, int(meta["count"]), connection, stamp, bool(meta.get("parts")))


def open_apart(path: Path) -> sqlite3.Connection:
    """A connection of its own to a side file, for whoever reads it for long; the caller closes it."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    # a stream may be begun in one thread of the server and go on in another; nobody writes
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA mmap_size=2000000000")
    connection.execute("PRAGMA query_only=on")
    return connection
