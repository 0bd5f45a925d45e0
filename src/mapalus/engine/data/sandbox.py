"""One SELECT by anybody over published rows: no way out of them, and bounded in time, rows, text and depth.

The statement runs in a database that is empty but for views of the side files named in it. SQLite asks before every
table, column and function (its authorizer); what is not on the list is denied. The language is SQLite's.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mapalus.engine.data.rows import open_rows
from mapalus.engine.data.served import Served, attach
from mapalus.engine.data.shown import quoted
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["MOST_ROWS", "MOST_TABLES", "Selected", "identifiers", "select"]

MOST_ROWS: Final = 32_000  # of an answer; as CKAN
MOST_TABLES: Final = 8
_MOST_FILES: Final = 10  # SQLite attaches ten; a table of a stream takes two
_MOST_TEXT = 16 * 1024**2  # characters and bytes of an answer
_SECONDS = 3.0
_STEPS = 500  # of SQLite's machine between two looks at the clock; one step over long texts may take a millisecond
_LENGTH = 300_000  # of one text: to look for half of it in the other half, in one step, takes a second
_COLUMNS = 100  # of an answer, beside those that the tables have: a row of long texts is held whole
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: _LENGTH,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 50_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 30,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_FUNCTIONS = frozenset({
    "abs", "acos", "asin", "atan", "atan2", "avg", "ceil", "ceiling", "char", "coalesce", "concat", "concat_ws",
    "cos", "count", "cume_dist", "current_date", "date", "datetime", "dense_rank", "exp", "first_value", "floor",
    "glob", "group_concat", "hex", "ifnull", "iif", "instr", "julianday", "lag", "last_value", "lead", "length",
    "like", "ln", "log", "log10", "log2", "lower", "ltrim", "max", "min", "mod", "nth_value", "ntile", "nullif",
    "percent_rank", "pi", "pow", "power", "quote", "radians", "rank", "replace", "round", "row_number", "rtrim",
    "sign", "sin", "sqrt", "strftime", "string_agg", "substr", "substring", "sum", "tan", "time", "timediff",
    "total", "trim", "trunc", "typeof", "unicode", "unixepoch", "upper",
})  # fmt: skip
_WORD = re.compile(r'"((?:[^"]|"")+)"|([^\W\d][\w-]*)')
_SELECT = re.compile(r"\s*(?:--[^\n]*(?:\n|$)\s*|/\*.*?\*/\s*)*(select|with)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Selected:
    """What was found: names of the columns, rows, and whether there would have been more."""

    columns: tuple[str, ...]
    records: list[tuple[Any, ...]]
    is_truncated: bool


def identifiers(statement: str) -> tuple[str, ...]:
    """Every name that the statement could mean a table with, in the order it is met."""
    found = (quoted_name.replace('""', '"') or bare for quoted_name, bare in _WORD.findall(statement))
    return tuple(dict.fromkeys(found))


def select(statement: str, tables: Mapping[str, Path | Served]) -> Selected:
    """Run one SELECT over side files, with what came since where they are `Served`, each known by its name.

    Raises `Invalid` (field `sql`) for any other statement, for one with an error, that may not or takes too long.
    """
    if not _SELECT.match(statement):
        raise _invalid(_("Only a single SELECT can be asked."))
    if len(tables) > MOST_TABLES:
        raise _invalid(_("At most %(most)s tables can be asked at once."), most=MOST_TABLES)
    # statements are not cached: what was allowed is asked again each time
    with closing(sqlite3.connect(":memory:", isolation_level=None, uri=True, cached_statements=0)) as connection:
        _show(connection, tables)
        connection.set_authorizer(_authorizer(frozenset(tables)))
        for limit, most in _LIMITS.items():
            connection.setlimit(limit, most)
        connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, _COLUMNS + _columns(tables))
        with _judged(connection):
            cursor = connection.execute(statement)
            records, is_truncated = _bounded(cursor)
            return Selected(tuple(name for name, *_ in cursor.description or ()), records, is_truncated)


def _columns(tables: Mapping[str, Path | Served]) -> int:
    return sum(len(open_rows(one if isinstance(one, Path) else one.rows).columns) + 1 for one in tables.values())


def _show(connection: sqlite3.Connection, tables: Mapping[str, Path | Served]) -> None:
    """A view for each table, under its name. All that came since is read at one moment: that of the transaction."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA temp_store = FILE")  # what does not fit into the cache is sorted on disk
    connection.execute("PRAGMA cache_size = -16000")
    growing: set[int] = set()
    for n, rows in enumerate(tables.values()):
        read = Served(rows) if isinstance(rows, Path) else rows
        if n + len(growing) >= _MOST_FILES:
            raise _invalid(_("At most %(most)s tables can be asked at once."), most=n)
        connection.execute(f"ATTACH ? AS d{n}", [f"{read.rows.resolve().as_uri()}?mode=ro&immutable=1"])
        if n + len(growing) + 1 < _MOST_FILES and attach(read, connection, name=f"l{n}"):
            growing.add(n)
    connection.execute("BEGIN")
    for n, (name, rows) in enumerate(tables.items()):
        path = rows if isinstance(rows, Path) else rows.rows
        columns = ["_id", *(f"{each.column} AS {quoted(each.name)}" for each in open_rows(path).columns)]
        query = f"SELECT {', '.join(columns)} FROM d{n}.t"
        if n in growing:
            is_replacing = connection.execute(f"SELECT 1 FROM l{n}.gone LIMIT 1").fetchone()
            kept = f" WHERE _id NOT IN (SELECT _id FROM l{n}.gone)" if is_replacing else ""
            query += f"{kept} UNION ALL SELECT {', '.join(columns)} FROM l{n}.t"
        connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS {query}")


def _authorizer(names: frozenset[str]) -> Callable[..., int]:
    folded = frozenset(name.casefold() for name in names)

    def allowed(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
        if action == sqlite3.SQLITE_SELECT:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FUNCTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and database == "temp" and (first or "").casefold() in folded:
            return sqlite3.SQLITE_OK
        # behind a view; where rows are only counted, no column is named, and no view either
        if action == sqlite3.SQLITE_READ and first == "gone" and (inner or "").casefold() in folded:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and first == "t" and (not second or (inner or "").casefold() in folded):
            return sqlite3.SQLITE_OK
        # a common table expression whose rows are only counted; functions that give tables ask for more before that
        if action == sqlite3.SQLITE_READ and database is None and not second:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return allowed


def _bounded(cursor: sqlite3.Cursor) -> tuple[list[tuple[Any, ...]], bool]:
    records: list[tuple[Any, ...]] = []
    text = 0
    for row in cursor:
        text += sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(records) >= MOST_ROWS or text > _MOST_TEXT:
            return records, True
        records.append(tuple(value.hex() if isinstance(value, bytes) else value for value in row))
    return records, False


@contextmanager
def _judged(connection: sqlite3.Connection) -> Iterator[None]:
    """Errors of the statement as sentences; it ends when its time is over."""
    end = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: int(time.monotonic() > end), _STEPS)
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, MemoryError, OverflowError, UnicodeError) as error:
        said = str(error)
        if "interrupted" in said:
            raise _invalid(_("The question takes longer than %(seconds)s seconds. Ask for less."), seconds=3) from None
        if "authoriz" in said or "prohibited" in said or "no such table" in said:
            text = _("The statement reaches for something that may not be asked: %(reason)s.")
            raise _invalid(text, reason=said) from None
        raise _invalid(_("The statement cannot be understood: %(reason)s."), reason=said) from None
    finally:
        connection.set_progress_handler(None, 0)


def _invalid(text: str, **data: Any) -> Invalid:
    problem = Invalid(text, **data)
    problem.fields["sql"] = problem.say()
    return problem
