"""64-bit hashes of millions of keys, sorted in numpy: which rows may repeat a key, which refer to nothing.

A hash that occurs once belongs to a key that occurs once. Rows that share one are candidates: the caller compares
their values. A reference to a hash that does not occur refers to nothing; the other way round, among five million
keys the chance that a wrong reference meets the hash of a right one is below one in a million (n^2 / 2^64).
"""

from __future__ import annotations

from typing import Any

import numpy as np  # noqa: TID253 - this package is imported only when a file is checked

__all__ = ["outside", "shared"]

_Array = Any  # numpy arrays of 64-bit numbers


def shared(hashes: _Array, *, null: int) -> _Array:
    """Rows whose hash another row has, too, ascending; rows whose hash is `null` have no key."""
    rows = _perhaps(hashes, null)
    ordered = np.sort(hashes[rows])
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return rows[np.isin(hashes[rows], twice)]


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
