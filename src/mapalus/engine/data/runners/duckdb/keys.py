"""Uniqueness over millions of rows: 64-bit hashes of the keys, sorted in numpy.

One narrow scan gives a hash for every row with a readable key. Rows whose hash occurs once are done. Of the others
the first is the holder, later ones are duplicates. Keys are equal when their hashes are: among five million different
keys the chance that two share one is below one in a million (n^2 / 2^65).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np  # noqa: TID253 - this package is imported only when a file is checked

__all__ = ["Doubles", "doubles", "outside"]

_Array = Any  # numpy arrays of 64-bit numbers


@dataclass(frozen=True)
class Doubles:
    """Rows that share a hash with another row: `rows` ascending, the `holder` of each (itself for the first)."""

    rows: _Array
    holders: _Array

    @property
    def later(self) -> _Array:
        return self.rows[self.rows != self.holders]


def doubles(hashes: _Array, *, null: int) -> Doubles:
    """Group rows by hash where one occurs more than once; rows whose hash is `null` have no key."""
    empty = np.zeros(0, dtype=np.int64)
    rows = _perhaps(hashes, null)
    ordered = np.sort(hashes[rows])
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return Doubles(empty, empty)
    rows = rows[np.isin(hashes[rows], twice)]
    values = hashes[rows]
    order = np.lexsort((rows, values))
    rows, values = rows[order], values[order]
    starts = np.r_[True, values[1:] != values[:-1]]
    holders = rows[np.flatnonzero(starts)[np.cumsum(starts) - 1]]
    back = np.argsort(rows)
    return Doubles(rows[back], holders[back])


def _perhaps(hashes: _Array, null: int) -> _Array:
    """Rows whose hash has its upper half in common with another row: sorting halves costs half."""
    upper = (hashes >> np.uint64(32)).astype(np.uint32)
    ordered = np.sort(upper)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    del ordered
    first = np.zeros(65536, dtype=bool)  # of the first 16 bits: spares most comparisons
    first[twice >> np.uint32(16)] = True
    places = np.flatnonzero(first[upper >> np.uint32(16)] & (hashes != np.uint64(null)))
    return places[np.isin(upper[places], np.unique(twice))]


def outside(hashes: _Array, allowed: _Array, *, null: int) -> _Array:
    """Rows whose hash is not among `allowed`, and is not that of an empty key."""
    found = np.isin(hashes, allowed) | (hashes == np.uint64(null))
    return np.flatnonzero(~found)
