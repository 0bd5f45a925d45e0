"""What readers of a dataset read: the side file of a version and, of a stream, what came since, as one table.

Everything that answers with rows goes this way: questions, whole files, SQL. Both files are read at one moment: that of
the version never changes, the growing one is read within one transaction of it (see `live`).
"""

from __future__ import annotations

import heapq
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import total_ordering
from itertools import chain, islice
from pathlib import Path
from threading import local
from typing import Any

from mapalus.engine.data.live import pointed
from mapalus.engine.data.query import LARGEST, Found, Query, TooSlow, orders, search_in, stream_in
from mapalus.engine.data.rows import Column, Rows, open_apart, open_rows
from mapalus.engine.errors import Unavailable

__all__ = ["Served", "attach", "moment", "newest_rows", "number_of_rows", "origin_of", "search", "stream"]


@dataclass(frozen=True)
class Served:
    """What is read as one table: the side file of a version, and what came since, if anything did."""

    rows: Path
    live: Path | None = None  # its folder


def newest_rows(served: Served) -> int:
    """How many rows came since the version; 0 where none did."""
    opened = _opened(served.live)
    return 0 if opened is None else int(opened.connection.execute("SELECT count FROM state").fetchone()[0])


def moment(served: Served) -> int:
    """The last batch of the stream that is in the answer; 0 where the version alone is."""
    opened = _opened(served.live)
    return 0 if opened is None else int(opened.connection.execute("SELECT sequence FROM state").fetchone()[0])


def number_of_rows(served: Served) -> int:
    """Of both together."""
    return search(served, Query(limit=0)).total or 0


def search(served: Served, query: Query) -> Found:
    """Answer a question from the version and what came since, as if it were one table: one moment of both."""
    base = open_rows(served.rows)
    opened = _opened(served.live)
    if opened is None:
        return search_in(base, query)
    opened.connection.execute("BEGIN")
    try:
        live, gone = _since(opened)
        return search_in(base, query) if live is None else _both(base, live, replace(query, without=gone))
    finally:
        opened.connection.execute("COMMIT")


def stream(served: Served, query: Query | None = None) -> tuple[tuple[Column, ...], Iterator[tuple[Any, ...]]]:
    """The columns, and every row that fits, one by one, of this moment; without any bound of time.

    Raises `Invalid`, `NotFound`, `Unavailable` at once. What came since is read in a connection of its own.
    """
    asked, base = query or Query(), open_rows(served.rows)
    opened = _opened(served.live, is_kept=False)
    if opened is None:
        return stream_in(base, asked, connect=lambda: open_apart(served.rows))
    opened.connection.execute("BEGIN")
    live, gone = _since(opened)
    if live is None:
        opened.connection.close()
        return stream_in(base, asked, connect=lambda: open_apart(served.rows))
    try:
        columns, records = _all_of_both(base, live, asked, gone)
    except BaseException:
        opened.connection.close()
        raise

    def read() -> Iterator[tuple[Any, ...]]:
        with closing(opened.connection):
            yield from records

    return columns, read()


def attach(served: Served, connection: sqlite3.Connection, *, name: str) -> bool:
    """Attach what came since under a name; whether there is such a file. Raises `Unavailable`."""
    for _attempt in range(5):
        file = pointed(served.live) if served.live is not None else ""
        if served.live is None or not file:
            return False
        try:
            connection.execute(f"ATTACH ? AS {name}", [_address(served.live / file)])
        except sqlite3.OperationalError:
            time.sleep(0.02)  # another file took its place at this very moment
        else:
            return True
    raise Unavailable


def origin_of(served: Served, row: int) -> tuple[int, int] | None:
    """Where a row that came since the version stands: (sequence of its segment, line); None: it is the version's."""
    opened = _opened(served.live)
    if opened is None:
        return None
    found = opened.connection.execute("SELECT _part, _row FROM t WHERE _id = ?", (row,)).fetchone()
    return None if found is None else (int(found[0]), int(found[1]))


# --- the growing file ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Open:
    """A growing file as one thread has it open."""

    name: str
    connection: sqlite3.Connection
    columns: tuple[Column, ...]


class _Threads(local):
    def __init__(self) -> None:
        self.files: dict[Path, _Open] = {}


_threads = _Threads()
_OPEN = 16


def _since(opened: _Open) -> tuple[Rows | None, tuple[int, ...]]:
    """What came since, within the transaction that has begun, and `_id` of the rows it replaces; None: nothing."""
    sequence, count = opened.connection.execute("SELECT sequence, count FROM state").fetchone()
    if not sequence:
        return None, ()
    gone = tuple(row[0] for row in opened.connection.execute("SELECT _id FROM gone"))
    path = Path(opened.name)  # of random name: what is remembered of one file is never taken for another's
    return Rows(path, opened.columns, int(count), opened.connection, (0, int(sequence)), has_parts=True), gone


def _opened(folder: Path | None, *, is_kept: bool = True) -> _Open | None:
    """The growing file that counts now, once per thread or (`is_kept` false) by itself; None while there is none.

    Raises `Unavailable` where there is one and it cannot be opened: rows that were acknowledged are never left out.
    """
    for _attempt in range(5 if folder is not None else 0):
        assert folder is not None
        name = pointed(folder)
        if not name:
            return None
        try:
            return _kept(folder, name) if is_kept else _fresh(folder, name)
        except sqlite3.OperationalError:
            time.sleep(0.02)  # another file took its place at this very moment
    if folder is None:
        return None
    raise Unavailable


def _kept(folder: Path, name: str) -> _Open:
    known = _threads.files.get(folder)
    if known is not None and known.name == name:
        return known
    if known is not None:
        _threads.files.pop(folder).connection.close()
    opened = _fresh(folder, name)
    while len(_threads.files) >= _OPEN:
        _threads.files.pop(next(iter(_threads.files))).connection.close()
    _threads.files[folder] = opened
    return opened


def _fresh(folder: Path, name: str) -> _Open:
    connection = sqlite3.connect(_address(folder / name), uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA query_only=on")
        (described,) = connection.execute("SELECT value FROM meta WHERE key = 'columns'").fetchone()
    except BaseException:
        connection.close()
        raise
    return _Open(name, connection, tuple(Column(**column) for column in json.loads(described)))


def _address(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro"


# --- both as one --------------------------------------------------------------------------------------------------


def _both(base: Rows, live: Rows, query: Query) -> Found:
    apart = replace(query, without=())
    if query.distinct or query.sort:
        return _merged(base, live, query, apart)
    first = search_in(base, replace(query, include_total=True))
    total = first.total or 0
    taken = first.records
    room = min(query.limit, LARGEST) - len(taken)
    offset = max(0, query.offset - total)
    second = search_in(live, replace(apart, limit=max(0, room), offset=offset, include_total=query.include_total))
    both = total + (second.total or 0) if query.include_total else None
    return Found(first.columns, [*taken, *second.records], both)


def _merged(base: Rows, live: Rows, query: Query, apart: Query) -> Found:
    """Sorted or distinct: as many of each as could be on the page, then together."""
    wanted = query.offset + min(query.limit, LARGEST)
    if wanted > LARGEST:
        raise TooSlow
    names, fields, order = _wider(base, query)
    pages = [
        search_in(rows, replace(asked, fields=fields, limit=LARGEST if query.distinct else wanted, offset=0))
        for rows, asked in ((base, query), (live, apart))
    ]
    records = [record for page in pages for record in page.records]
    total = sum(page.total or 0 for page in pages)
    if query.distinct:
        records = list(dict.fromkeys(records))
        total = len(records)
        order = order or [(name, False, False) for name in names]
    records.sort(key=_rank(fields, order))
    page = [record[: len(names)] for record in records[query.offset : wanted]]
    columns = pages[0].columns[: len(names)]
    return Found(columns, page, total if query.include_total else None)


def _wider(base: Rows, query: Query) -> tuple[list[str], tuple[str, ...], list[tuple[str, bool, bool]]]:
    """Names that are asked for; those to be read for it, with what is sorted by; and the order."""
    order = orders(base, query.sort)
    names = [column.name for column in search_in(base, replace(query, limit=0, include_total=False)).columns]
    more = [] if query.distinct else list(dict.fromkeys(name for name, *_rest in order if name not in names))
    fields = (*names, *more, *([] if query.distinct or "_id" in (*names, *more) else ["_id"]))
    return names, fields, order


def _all_of_both(
    base: Rows, live: Rows, query: Query, gone: tuple[int, ...]
) -> tuple[tuple[Column, ...], Iterator[tuple[Any, ...]]]:
    """Every row of both, in order where one is asked for, from two passes that never hold more than a batch."""
    names, fields, order = _wider(base, replace(query, without=()))
    asked = replace(query, fields=fields if order else tuple(names), limit=0, offset=0)
    columns, first = stream_in(base, replace(asked, without=gone), connect=lambda: open_apart(base.path))
    _columns, second = stream_in(live, asked, connect=None)
    records: Iterable[tuple[Any, ...]] = chain(first, second)
    if order:
        records = heapq.merge(first, second, key=_rank(fields, order))
        records = (record[: len(names)] for record in records)
    if query.distinct:
        records = _once(records, {record[: len(names)] for record in stream_in(live, asked, connect=None)[1]})
    if query.limit > 0:
        records = islice(records, query.offset, query.offset + query.limit)
    return columns[: len(names)], iter(records)


def _once(records: Iterable[tuple[Any, ...]], twice: set[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Each record once. `twice`: those that may come from both sides, the smaller of which they are."""
    met: set[tuple[Any, ...]] = set()
    for record in records:
        if record in twice:
            if record in met:
                continue
            met.add(record)
        yield record


@total_ordering
@dataclass(frozen=True)
class _Down:
    """A value that sorts the other way round."""

    value: Any

    def __lt__(self, other: _Down) -> bool:
        return bool(other.value < self.value)


def _rank(fields: Sequence[str], order: Sequence[tuple[str, bool, bool]]) -> Callable[[tuple[Any, ...]], Any]:
    """The place of a record as SQLite would give it: numbers before texts, what has no value first or last."""
    asked = [(fields.index(name), descending, nulls_first) for name, descending, nulls_first in order]

    def rank(record: tuple[Any, ...]) -> tuple[Any, ...]:
        found: list[Any] = []
        for place, descending, nulls_first in asked:
            value = record[place]
            if value is None:
                found.append((0 if nulls_first else 2, 0))
            else:
                key = (isinstance(value, str), value)
                found.append((1, _Down(key) if descending else key))
        return tuple(found)

    return rank
