"""Questions to the rows of a version, with the meaning of CKAN's `datastore_search`, answered by its side file."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from mapalus.engine.data import bitmaps
from mapalus.engine.data.clause import Clause, all_of, filters_clause, text_clause
from mapalus.engine.data.rows import Column, Rows, open_apart, open_rows
from mapalus.engine.errors import Invalid, Problem
from mapalus.engine.text import _

__all__ = ["ID", "LARGEST", "Found", "Query", "TooSlow", "orders", "search", "search_in", "stream", "stream_in"]

LARGEST = 32_000  # rows of one answer
ID = Column("_id", "_id", "integer", stored="integer", position=-1)
_SECONDS = 5.0  # of one question
_STEPS = 20_000  # of the database's machine between two looks at the clock
_WALK = 5_000  # matching rows from which a sort by a narrow column walks its values instead of sorting
_ALONG = 10_000  # rows looked at along a B-tree, at most: as dear as sorting 20,000
_SORT = re.compile(r'^\s*("?)(?P<name>.+?)\1(?:\s+(?P<way>asc|desc))?(?:\s+nulls\s+(?P<nulls>first|last))?\s*$', re.I)


class TooSlow(Problem):
    """The question would take longer than one may ask of a page."""

    code = "too-slow"
    status = 422
    text = _("This question takes too long.")
    advice = _("Add a filter, drop the sorting, or download the whole file.")


@dataclass(frozen=True)
class Query:
    """What `datastore_search` may ask. `fields` empty: all, with `_id` first."""

    filters: Mapping[str, Any] = field(default_factory=dict)
    q: str | Mapping[str, Any] = ""
    plain: bool = True
    distinct: bool = False
    fields: tuple[str, ...] = ()
    sort: str = ""
    limit: int = 100
    offset: int = 0
    include_total: bool = True
    without: tuple[int, ...] = ()  # `_id` of rows that a later one replaces (see `live`)


@dataclass(frozen=True)
class Found:
    """An answer: the columns in order, the rows as tuples, and how many there are in all (None: not asked)."""

    columns: tuple[Column, ...]
    records: list[tuple[Any, ...]]
    total: int | None


@dataclass(frozen=True)
class _Order:
    column: Column
    descending: bool
    nulls_first: bool

    @property
    def sql(self) -> str:
        place = "t._id" if self.column is ID else f"t.{self.column.column}"
        way, nulls = ("DESC" if self.descending else "ASC"), ("FIRST" if self.nulls_first else "LAST")
        return place if self.column is ID and not self.descending else f"{place} {way} NULLS {nulls}"


def search(path: Path, query: Query) -> Found:
    """Answer a question. Raises `Invalid` (fields `filters`, `q`, `fields`, `sort`, `limit`, `offset`), `TooSlow`."""
    return search_in(open_rows(path), query)


def search_in(rows: Rows, query: Query) -> Found:
    """The same of an open side file."""
    columns, order, where = _understand(rows, query)
    if query.limit < 0 or query.offset < 0:
        name = "limit" if query.limit < 0 else "offset"
        raise Invalid(fields={name: "Must be a natural number"})
    limit, offset = min(query.limit, LARGEST), min(query.offset, 2**62)
    with _bounded(rows.connection):
        total = _total(rows, where, columns if query.distinct else None) if query.include_total else None
        if query.without:
            absent = json.dumps(query.without)
            if total is not None and not query.distinct:
                among = Clause("t._id IN (SELECT value FROM json_each(?))", (absent,))
                total -= _counted(rows.connection, all_of([among, *([where] if where else [])]), None)
            where = all_of([_other_than(absent), *([where] if where else [])])
        if limit == 0 or (total is not None and offset >= total):
            return Found(columns, [], total)
        if query.distinct:
            found = _distinct(rows.connection, columns, order, where, limit, offset)
        else:
            found = _page(rows, columns, order, where, limit, offset)
    return Found(columns, _decoded(columns, found), total)


def _other_than(absent: str) -> Clause:
    return Clause("t._id NOT IN (SELECT value FROM json_each(?))", (absent,))


def stream(path: Path, query: Query | None = None) -> tuple[tuple[Column, ...], Iterator[tuple[Any, ...]]]:
    """The columns, and every row that fits, one by one, in a connection of its own; without any bound of time."""
    return stream_in(open_rows(path), query or Query(), connect=lambda: open_apart(path))


def stream_in(
    rows: Rows, query: Query, *, connect: Callable[[], sqlite3.Connection] | None
) -> tuple[tuple[Column, ...], Iterator[tuple[Any, ...]]]:
    """The same of an open side file. `connect` gives a connection of its own; None: that of `rows`, left open."""
    columns, order, where = _understand(rows, query)
    if query.without:
        where = all_of([_other_than(json.dumps(query.without)), *([where] if where else [])])

    def read() -> Iterator[tuple[Any, ...]]:
        limit = "" if query.limit <= 0 else f" LIMIT {int(query.limit)} OFFSET {int(query.offset)}"
        source, values = _source(where)
        picked = ", ".join(_place(column) for column in columns)
        unique = "DISTINCT " if query.distinct else ""
        text = f"SELECT {unique}{picked} FROM {source} {_order_by(order, distinct=query.distinct, where=where)}{limit}"
        with closing(connect()) if connect else nullcontext(rows.connection) as connection:
            cursor = connection.execute(text, values)
            while batch := cursor.fetchmany(2000):
                yield from _decoded(columns, batch)

    return columns, read()


def _understand(rows: Rows, query: Query) -> tuple[tuple[Column, ...], list[_Order], Clause | None]:
    try:
        json.dumps(query.filters, ensure_ascii=False, default=str).encode()
    except (UnicodeEncodeError, RecursionError):
        raise Invalid(fields={"filters": "Must be text that can be written"}) from None
    parts = [filters_clause(rows, query.filters)] if query.filters else []
    if isinstance(query.q, Mapping):
        for name, text in query.q.items():
            column = _known(rows, str(name), "q")
            parts.append(text_clause(rows, str(text), column=column, plain=query.plain))
    elif query.q:
        parts.append(text_clause(rows, query.q, plain=query.plain))
    there = [part for part in parts if part is not None]
    columns = tuple(_known(rows, name, "fields") for name in query.fields) or (ID, *rows.columns)
    if query.distinct and not query.fields:
        columns = rows.columns
    return columns, _orders(rows, query.sort), all_of(there) if there else None


def _known(rows: Rows, name: str, asked: str) -> Column:
    column = ID if name == "_id" else rows.named(name)
    if column is None:
        raise Invalid(fields={asked: f'field "{name}" not in table'})
    return column


def _orders(rows: Rows, sort: str) -> list[_Order]:
    result = []
    for part in sort.split(",") if sort.strip() else []:
        match = _SORT.match(part)
        if match is None:
            raise Invalid(fields={"sort": f'Invalid sort: "{part.strip()}"'})
        descending = (match["way"] or "asc").lower() == "desc"
        # as in PostgreSQL: what has no value comes last, first when descending
        nulls_first = match["nulls"].lower() == "first" if match["nulls"] else descending
        result.append(_Order(_known(rows, match["name"], "sort"), descending, nulls_first))
    return result


def orders(rows: Rows, sort: str) -> list[tuple[str, bool, bool]]:
    """What a `sort` means: name of the column, whether it descends, whether what has no value comes first."""
    return [(one.column.name, one.descending, one.nulls_first) for one in _orders(rows, sort)]


def _place(column: Column) -> str:
    return "t._id" if column is ID else f"t.{column.column}"


def _source(where: Clause | None) -> tuple[str, tuple[Any, ...]]:
    """FROM and WHERE: by the index where the whole clause is a match, unless a B-tree narrows it better."""
    if where is None:
        return "t", ()
    if where.match and not where.narrows:
        return "f CROSS JOIN t ON t._id = f.rowid WHERE f MATCH ?", (where.match,)
    return f"t WHERE {where.sql}", where.values


def _order_by(order: Sequence[_Order], *, distinct: bool, where: Clause | None) -> str:
    if distinct:
        return f"ORDER BY {', '.join(one.sql for one in order)}" if order else ""
    if not order and where is not None and where.match and not where.narrows:
        return "ORDER BY f.rowid"
    return "ORDER BY " + ", ".join([*(one.sql for one in order), "t._id"])


def _page(
    rows: Rows, columns: Sequence[Column], order: Sequence[_Order], where: Clause | None, limit: int, offset: int
) -> list[tuple[Any, ...]]:
    picked = ", ".join(_place(column) for column in columns)
    if not order and where is None:
        # _id counts from 1 without gaps
        query = f"SELECT {picked} FROM t WHERE t._id > ? ORDER BY t._id LIMIT ?"
        return rows.connection.execute(query, (offset, limit)).fetchall()
    is_walkable = rows.is_indexed and (where is None or (where.match and not where.narrows))
    if order and order[0].column.narrow and is_walkable:
        walked = _walk(rows, picked, order, where, limit, offset)
        if walked is not None:
            return walked
    if not order and where is not None and where.match and not where.narrows:
        # what is passed over is not looked up
        page = "SELECT rowid FROM f WHERE f MATCH ? ORDER BY rowid LIMIT ? OFFSET ?"
        query = f"SELECT {picked} FROM ({page}) p CROSS JOIN t ON t._id = p.rowid ORDER BY p.rowid"
        return rows.connection.execute(query, (where.match, limit, offset)).fetchall()
    if not order and where is not None and where.bits is not None and not where.narrows:
        ids = bitmaps.page(rows, where.bits, limit=limit, offset=offset)
        query = f"SELECT {picked} FROM json_each(?) p CROSS JOIN t ON t._id = p.value ORDER BY p.id"
        return rows.connection.execute(query, (json.dumps(ids),)).fetchall()
    source, values = _source(where)
    if order and where is not None and _is_dense(rows, order[0].column, where, limit + offset):
        source, values = f"t INDEXED BY i{order[0].column.position} WHERE {where.sql}", where.values
    query = f"SELECT {picked} FROM {source} {_order_by(order, distinct=False, where=where)} LIMIT ? OFFSET ?"
    return rows.connection.execute(query, (*values, limit, offset)).fetchall()


def _is_dense(rows: Rows, column: Column, where: Clause, wanted: int) -> bool:
    """Whether a page of what fits is met soon on the way along the B-tree of a column: nothing is sorted then."""
    has_tree = rows.is_indexed and column is not ID and not (column.narrow or column.masked or column.is_long)
    if not has_tree or where.narrows or not where.match or "MATCH" in where.sql:
        return False
    return wanted * rows.count <= _ALONG * (_total(rows, where, None) or 0)


def _walk(
    rows: Rows, picked: str, order: Sequence[_Order], where: Clause | None, limit: int, offset: int
) -> list[tuple[Any, ...]] | None:
    """A page in the order of a narrow column: value by value, so that nothing is sorted but equals. None: too many."""
    if (_total(rows, where, None) or 0) < _WALK:
        return None
    first, rest = order[0], order[1:]
    way, nulls = ("DESC" if first.descending else "ASC"), ("FIRST" if first.nulls_first else "LAST")
    query = f"SELECT token, n FROM v WHERE col = ? ORDER BY value {way} NULLS {nulls}"
    found: list[tuple[Any, ...]] = []
    asked = 0
    for token, n in rows.connection.execute(query, (first.column.position,)).fetchall():
        match = f'tokens : "{token}"' + (f" AND ({where.match})" if where else "")
        asked += where is not None
        if asked > 300:
            return None
        if where is not None:
            n = _count(rows.connection, "SELECT count(*) FROM f WHERE f MATCH ?", (match,))
        if offset >= n:
            offset -= n
            continue
        by = ", ".join([*(one.sql for one in rest), "f.rowid" if not rest else "t._id"])
        text = f"SELECT {picked} FROM f CROSS JOIN t ON t._id = f.rowid WHERE f MATCH ? ORDER BY {by} LIMIT ? OFFSET ?"
        found += rows.connection.execute(text, (match, limit - len(found), offset)).fetchall()
        offset = 0
        if len(found) >= limit:
            break
    return found


def _distinct(
    connection: sqlite3.Connection,
    columns: Sequence[Column],
    order: Sequence[_Order],
    where: Clause | None,
    limit: int,
    offset: int,
) -> list[tuple[Any, ...]]:
    picked = ", ".join(_place(column) for column in columns)
    if where is None and len(columns) == 1 and columns[0].narrow and all(o.column is columns[0] for o in order):
        way = "DESC" if order and order[0].descending else "ASC"
        text = f"SELECT value FROM v WHERE col = ? ORDER BY value {way} NULLS LAST LIMIT ? OFFSET ?"
        return connection.execute(text, (columns[0].position, limit, offset)).fetchall()
    source, values = _source(where)
    by = _order_by(order, distinct=True, where=where) or "ORDER BY " + ", ".join(
        str(number + 1) for number in range(len(columns))
    )
    query = f"SELECT DISTINCT {picked} FROM {source} {by} LIMIT ? OFFSET ?"
    return connection.execute(query, (*values, limit, offset)).fetchall()


# --- totals -----------------------------------------------------------------------------------------------------

_totals: OrderedDict[tuple[Any, ...], int] = OrderedDict()
_totals_lock = Lock()


def _total(rows: Rows, where: Clause | None, distinct: Sequence[Column] | None) -> int:
    """How many rows fit. A side file never changes, so an answer holds as long as its file."""
    if distinct is None:
        if where is None:
            return rows.count
        if where.rows is not None:
            return where.rows
        if where.bits is not None:
            return bitmaps.count(rows, where.bits)
    names = tuple(column.name for column in distinct) if distinct is not None else None
    key = (str(rows.path), rows.stamp, where.sql if where else "", where.values if where else (), names)
    with _totals_lock:
        if key in _totals:
            _totals.move_to_end(key)
            return _totals[key]
    total = _counted(rows.connection, where, distinct)
    with _totals_lock:
        _totals[key] = total
        while len(_totals) > 20_000:
            _totals.popitem(last=False)
    return total


def _counted(connection: sqlite3.Connection, where: Clause | None, distinct: Sequence[Column] | None) -> int:
    if distinct is not None:
        if where is None and len(distinct) == 1 and distinct[0].narrow:
            return _count(connection, "SELECT count(*) FROM v WHERE col = ?", (distinct[0].position,))
        source, values = _source(where)
        picked = ", ".join(_place(column) for column in distinct)
        return _count(connection, f"SELECT count(*) FROM (SELECT DISTINCT {picked} FROM {source})", values)
    assert where is not None
    if where.match and not where.narrows:
        return _count(connection, "SELECT count(*) FROM f WHERE f MATCH ?", (where.match,))
    return _count(connection, f"SELECT count(*) FROM t WHERE {where.sql}", where.values)


def _count(connection: sqlite3.Connection, query: str, values: Sequence[Any]) -> int:
    return int(connection.execute(query, tuple(values)).fetchone()[0])


# --- values, time -----------------------------------------------------------------------------------------------


def _decoded(columns: Sequence[Column], found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    truths = [place for place, column in enumerate(columns) if column.stored == "boolean"]
    if not truths:
        return found
    return [
        tuple(bool(value) if place in truths and value is not None else value for place, value in enumerate(row))
        for row in found
    ]


@contextmanager
def _bounded(connection: sqlite3.Connection) -> Iterator[None]:
    end = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: int(time.monotonic() > end), _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise TooSlow from None
        raise
    finally:
        connection.set_progress_handler(None, 0)
