"""Which rows have a frequent value or word, a bit for each row: what several conditions share is then counted at once.

Table `bits` of a side file: token or stem -> the bits, the first row at the highest place. A million rows are 125 KB,
of which `&` takes 0.01 ms and counting 0.05, where the full-text index walks its lists for 5 to 30.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from mapalus.engine import bitsets
from mapalus.engine.data import slices
from mapalus.engine.data.rows import Column, Rows
from mapalus.engine.data.shown import quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["FEW", "Bits", "build", "count", "create", "either", "matched", "one", "page", "ranged", "together"]

FEW = 64  # values of a column that gets bits
_ROWS = 50_000  # of a table; a smaller one is counted as fast without
_SHARE = 32  # a word gets bits that at least every so manieth row has
_WORDS = 64
_KEPT = 64  # sets at hand in a process: some 8 MB of a table of a million rows
_PART = 4096  # bytes of a set that are unfolded at once


@dataclass(frozen=True)
class Bits:
    """A set of rows: of one token or stem, or what several sets share (`&`) or have together (`|`).

    Besides: what a match of the word index finds (`f`), and a range of a column of many numbers (`<`, slices.py).
    """

    sign: str  # "", "&", "|", "f" or "<"
    key: str = ""
    parts: tuple[Bits, ...] = ()
    position: int = 0
    limits: tuple[tuple[str, Any], ...] = ()

    @property
    def has_range(self) -> bool:
        return self.sign == "<" or any(part.has_range for part in self.parts)


def one(rows: Rows, key: str) -> Bits | None:
    """The rows with a token or a stem, where they are kept as bits."""
    return Bits("", key) if key in rows.bits else None


def matched(match: str) -> Bits:
    """The rows of a match of the word index, which are read one by one: beside a range this is the least."""
    return Bits("f", match)


def ranged(rows: Rows, position: int, limits: Sequence[tuple[str, Any]]) -> Bits | None:
    """The rows whose number lies within limits, where the column has slices."""
    return Bits("<", position=position, limits=tuple(limits)) if (position, slices.HELD) in rows.slices else None


def together(parts: Sequence[Bits | None]) -> Bits | None:
    """Rows in all of the sets; None where one of them is not known."""
    return _joined("&", parts)


def either(parts: Sequence[Bits | None]) -> Bits | None:
    """Rows in any of the sets; None where one of them is not known."""
    return _joined("|", parts)


def _joined(sign: str, parts: Sequence[Bits | None]) -> Bits | None:
    known = tuple(part for part in parts if part is not None)
    if not known or len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else Bits(sign, parts=known)


def count(rows: Rows, bits: Bits) -> int:
    """How many rows a set has."""
    return _found(rows, bits).bit_count()


def _found(rows: Rows, bits: Bits) -> int:
    """A whole set, kept for whoever asks next: a page is asked for after its total."""
    if not bits.sign:
        return _read(rows, bits.key)
    place = (str(rows.path), rows.stamp, bits)
    found = _held(place)
    return _keep(place, _evaluated(rows, bits)) if found is None else found


def _evaluated(rows: Rows, bits: Bits) -> int:
    if not bits.sign:
        return _read(rows, bits.key)
    if bits.sign == "<":
        return slices.within(rows, bits.position, bits.limits, read=_slice)
    if bits.sign == "f":
        found_rows = rows.connection.execute("SELECT rowid FROM f WHERE f MATCH ?", (bits.key,)).fetchall()
        return bitsets.of(rows.count - one for (one,) in found_rows)
    found = _evaluated(rows, bits.parts[0])
    for part in bits.parts[1:]:
        other = _evaluated(rows, part)
        found = found & other if bits.sign == "&" else found | other
    return found


_Place = tuple[str, tuple[int, int], str | Bits]  # file, its stamp, what of it
_kept: OrderedDict[_Place, int] = OrderedDict()
_lock = Lock()


def page(rows: Rows, bits: Bits, *, limit: int, offset: int) -> list[int]:
    """`_id` of some rows of a set, ascending."""
    found = _found(rows, bits)
    data = found.to_bytes((rows.count + 7) >> 3, "big")
    picked: list[int] = []
    for start in range(0, len(data), _PART):
        part = int.from_bytes(data[start : start + _PART], "big")
        count = part.bit_count()
        if offset >= count:
            offset -= count
            continue
        last = 8 * min(_PART, len(data) - start) - 1 - (8 * len(data) - rows.count) + 8 * start + 1  # _id of place 0
        ids = [last - place for place in reversed(bitsets.numbers(part))]
        picked += ids[offset : offset + limit - len(picked)]
        offset = 0
        if len(picked) >= limit:
            break
    return picked


def _slice(rows: Rows, position: int, place: int) -> int:
    return _read(rows, f"#{position} {place}", "SELECT held FROM slice WHERE col = ? AND place = ?", (position, place))


def _read(rows: Rows, key: str, query: str = "SELECT held FROM bits WHERE key = ?", values: Sequence[Any] = ()) -> int:
    place = (str(rows.path), rows.stamp, key)
    found = _held(place)
    if found is None:
        (held,) = rows.connection.execute(query, values or (key,)).fetchone()
        found = _keep(place, int.from_bytes(held, "big"))
    return found


def _held(place: _Place) -> int | None:
    with _lock:
        if place in _kept:
            _kept.move_to_end(place)
        return _kept.get(place)


def _keep(place: _Place, found: int) -> int:
    with _lock:
        _kept[place] = found
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return found


# --- building -----------------------------------------------------------------------------------------------------


def create(base: sqlite3.Connection) -> None:
    base.execute("CREATE TABLE bits (key TEXT PRIMARY KEY, held BLOB)")


def build(
    base: sqlite3.Connection, connection: duckdb.DuckDBPyConnection, table: str, tokens: Sequence[tuple[Column, str]]
) -> None:
    """Fill `bits` from the table and from the word index, which is there by now. `tokens`: SQL of narrow columns'."""
    rows = int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
    if rows < _ROWS:
        return
    for column, token in tokens:
        name = quoted(column.name)
        distinct = int(connection.execute(f"SELECT approx_count_distinct({name}) FROM {table}").fetchall()[0][0])
        if distinct > FEW:
            continue
        numbered = f"SELECT {token} AS token, row_number() OVER () - 1 AS n FROM {table}"
        held = f"SELECT token, bitstring_agg(n, 0, {rows - 1})::BLOB FROM ({numbered}) GROUP BY token"
        base.executemany("INSERT INTO bits VALUES (?, ?)", connection.execute(held).fetchall())
    base.executemany("INSERT INTO bits VALUES (?, ?)", _words(base, rows))


def _words(base: sqlite3.Connection, rows: int) -> Iterator[tuple[str, bytes]]:
    """The most frequent stems of all columns of words together, as they are tallied."""
    import numpy as np

    names = [row[1] for row in base.execute("PRAGMA table_info(f)") if row[1] != "tokens"]
    if not names:
        return
    frequent = "SELECT stem FROM tally WHERE n >= ? ORDER BY n DESC, stem LIMIT ?"
    for (stem,) in base.execute(frequent, (rows // _SHARE, _WORDS)).fetchall():
        words = [word for (word,) in base.execute("SELECT word FROM stem WHERE stem = ?", (stem,))] or [stem]
        joined = " OR ".join(f'"{word}"' for word in words)
        match = f"{{{' '.join(names)}}} : ({joined})"
        # as one text: a quarter of what as many rows cost
        (found,) = base.execute("SELECT group_concat(rowid) FROM f WHERE f MATCH ?", (match,)).fetchone()
        places = np.fromstring(found or "", dtype=np.int64, sep=",")
        held = np.zeros(-(-rows // 8) * 8, dtype=np.uint8)
        held[places - 1 + len(held) - rows] = 1
        yield f"={stem}", np.packbits(held).tobytes()
