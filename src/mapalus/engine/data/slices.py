"""Ranges of a column of many numbers as sets of rows (bitmaps.py): a bit-sliced index over blocks of its order.

The values in order are cut into some thousands of blocks, each beginning at a value of its own; a value that many rows
have is a block by itself. Table `block` of a side file: where each begins; `slice`: of each row's number of a block one
binary place, a bit for each row, and at place -1 which rows have a value. Rows of whole blocks are compared by a dozen
operations on bits, the few of the block a limit lies in by the column's B-tree. After P. O'Neil and D. Quass, Improved
query performance with variant indexes, SIGMOD 1997. A million rows take some 1.6 MB a column.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mapalus.engine import bitsets
from mapalus.engine.data.rows import Column, Rows, stored_value

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["HELD", "build", "within"]

_ROWS = 50_000  # of a table; a smaller one is read as fast without
_BLOCKS = 4_096  # about
_LEAST = 256  # rows of a block
HELD = -1  # the place of the rows that have a value

Read = Callable[[Rows, int, int], int]  # of a column and a place, the bits


def within(rows: Rows, position: int, limits: Sequence[tuple[str, Any]], *, read: Read) -> int:
    """The rows of which the column fits every limit (`>`, `>=`, `<`, `<=` and a value), as bits."""
    held = found = read(rows, position, HELD)
    for sign, value in limits:
        if value is None or value != value:  # no number: nothing is more or less
            return 0
        if sign in (">", ">="):
            found &= _above(rows, position, value, is_equal=sign == ">=", read=read)
        else:
            found &= held & ~_above(rows, position, value, is_equal=sign == "<", read=read)
    return found


def _above(rows: Rows, position: int, value: Any, *, is_equal: bool, read: Read) -> int:
    """Rows with more than a value, or as much."""
    ask = rows.connection.execute
    begins = ask(
        "SELECT number, value FROM block WHERE col = ? AND value <= ? ORDER BY value DESC LIMIT 1", (position, value)
    ).fetchone()
    if begins is None:  # less than all
        return read(rows, position, HELD)
    number, start = begins
    if is_equal and start == value:
        return _from(rows, position, number, read=read)
    place, sign = f"t.c{position}", ">=" if is_equal else ">"
    ends = ask("SELECT value FROM block WHERE col = ? AND number = ?", (position, number + 1)).fetchone()
    limit = f" AND {place} < ?" if ends else ""
    some = ask(
        f"SELECT t._id FROM t INDEXED BY i{position} WHERE {place} {sign} ?{limit}", (value, *(ends or ()))
    ).fetchall()
    return _from(rows, position, number + 1, read=read) | bitsets.of(rows.count - one for (one,) in some)


def _from(rows: Rows, position: int, number: int, *, read: Read) -> int:
    """Rows of a block or a later one: place by place from the highest, as one compares numbers."""
    equal, more = read(rows, position, HELD), 0
    if number <= 0:
        return equal
    places = [place for col, place in rows.slices if col == position and place != HELD]
    if number >> len(places):
        return 0
    for place in sorted(places, reverse=True):
        bits = read(rows, position, place)
        if number >> place & 1:
            equal &= bits
        else:
            more |= equal & bits
            equal &= ~bits
    return more | equal


# --- building -----------------------------------------------------------------------------------------------------


def build(
    side: sqlite3.Connection,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
) -> None:
    """Fill `slice` and `block` for every column of many numbers; `table` as for sidefile.build."""
    side.execute("CREATE TABLE slice (col INTEGER, place INTEGER, held BLOB, PRIMARY KEY (col, place))")
    side.execute("CREATE TABLE block (col INTEGER, value, number INTEGER, PRIMARY KEY (col, value)) WITHOUT ROWID")
    wide = [one for one in columns if one.stored in ("integer", "real") and not one.narrow and not one.masked]
    (count,) = side.execute("SELECT value FROM meta WHERE key = 'count'").fetchone()
    if not wide or int(count) < _ROWS:
        return
    kinds = {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
    for column in wide:
        kind = "DOUBLE" if column.stored == "real" else "BIGINT"
        picked = f"({stored_value(column, kinds[column.name])})::{kind}"
        values = connection.execute(f"SELECT {picked} AS v FROM {table}").fetchnumpy()["v"]
        _column(side, column.position, values)


def _column(side: sqlite3.Connection, position: int, values: NDArray[Any]) -> None:
    import numpy as np

    there = ~np.ma.getmaskarray(values)
    plain = np.ma.getdata(values)
    if plain.dtype.kind == "f":
        there &= ~np.isnan(plain)  # SQLite keeps it as no value
    starts = _starts(plain[there])
    if not len(starts):
        return
    side.executemany(
        "INSERT INTO block VALUES (?, ?, ?)",
        ((position, value, number) for number, value in enumerate(starts.tolist())),
    )
    numbers = (np.searchsorted(starts, plain, side="right") - 1).astype(np.uint16)  # there are fewer than 10,000
    numbers[~there] = 0
    into = "INSERT INTO slice VALUES (?, ?, ?)"
    side.execute(into, (position, HELD, _packed(there)))
    for place in range(max(1, (len(starts) - 1).bit_length())):
        side.execute(into, (position, place, _packed((numbers >> np.uint16(place)) & np.uint16(1))))


def _starts(values: NDArray[Any]) -> NDArray[Any]:
    """Where blocks begin: at every so manieth value in order, and right after one that fills a block by itself."""
    import numpy as np

    ordered = np.sort(values)
    step = max(_LEAST, len(ordered) // _BLOCKS)
    cut = ordered[::step]
    many = np.unique(cut[1:][cut[1:] == cut[:-1]])
    after = np.searchsorted(ordered, many, side="right")
    return np.unique(np.concatenate([cut, ordered[after[after < len(ordered)]]]))


def _packed(bits: NDArray[Any]) -> bytes:
    """The first row at the highest place, as in `bits`."""
    import numpy as np

    held: NDArray[np.uint8] = np.zeros(-(-len(bits) // 8) * 8, dtype=np.uint8)
    held[len(held) - len(bits) :] = bits
    return np.packbits(held).tobytes()
