"""A chunk of a worksheet's XML, taken apart by arrays: its tags, rows and cells, and where their texts stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np  # noqa: TID253 - imported where a large sheet is read
from numpy.typing import NDArray  # noqa: TID253 - as above

from mapalus.engine.data.reading.sheetcut import NotPlain

__all__ = [
    "ALONE",
    "CELL",
    "CLOSES",
    "IS",
    "MASKS",
    "ROW",
    "SI",
    "Bytes",
    "Flags",
    "Ints",
    "T",
    "Tags",
    "V",
    "cells_of",
    "chunks_of",
    "different",
    "integers",
    "references",
    "row_numbers",
]  # fmt: skip

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_CHUNK = 1 << 20  # its arrays stay near the processor: eight times as much is a quarter slower
_PAD = b"\0" * 32
_KINDS = 32  # different attributes of cells in one sheet
CELL, ROW, V, IS, T, SI = 1, 2, 3, 4, 5, 6
CLOSES, ALONE = 8, 16
MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)


def _table(pairs: dict[str, int]) -> Bytes:
    found = np.zeros(256, dtype=np.uint8)
    for letter, value in pairs.items():
        found[ord(letter)] = value
    return found


_OPENING = _table({"c": CELL, "r": ROW, "v": V, "i": IS, "t": T, "s": SI})
# By the two letters behind `<`, the first being the lower byte.
_CLOSING = np.where(_OPENING > 0, _OPENING | np.uint8(CLOSES), 0)
_CODES = np.concatenate([np.where(np.arange(256) == ord("/"), _CLOSING[second], _OPENING) for second in range(256)])


@dataclass
class Tags:
    """A chunk of XML: its bytes, where tags begin and end, and what each is."""

    data: Bytes
    words: NDArray[np.uint64]  # the eight bytes from each place on
    begin: Ints
    end: Ints
    code: Bytes

    @classmethod
    def of(cls, chunk: bytes) -> Tags:
        padded = chunk + _PAD
        data = np.frombuffer(padded, dtype=np.uint8)
        words = np.ndarray((len(padded) - 7,), dtype="<u8", buffer=padded, strides=(1,))
        begin, end = np.flatnonzero(data == 60), np.flatnonzero(data == 62)
        if begin.size != end.size or not begin.size or (begin >= end).any() or (end[:-1] >= begin[1:]).any():
            raise NotPlain
        letters = np.ndarray((len(padded) - 1,), dtype="<u2", buffer=padded, strides=(1,))
        code = _CODES[letters[begin + 1]]
        if not code.all():
            raise NotPlain
        code |= ((data[end - 1] == 47) & (code < CLOSES)).view(np.uint8) * np.uint8(ALONE)
        return cls(data, words, begin, end, code)


def chunks_of(xml: memoryview, mark: bytes = b"</row>") -> Iterator[bytes]:
    """The XML in pieces of about a chunk, each cut behind the end of a row or another `mark`."""
    start = 0
    while start < len(xml):
        piece = bytes(xml[start : start + _CHUNK])
        if start + _CHUNK < len(xml):
            cut = piece.rfind(mark)
            if cut < 0:
                raise NotPlain  # one row larger than a chunk
            piece = piece[: cut + len(mark)]
        start += len(piece)
        yield piece


def row_numbers(tags: Tags, rows: Ints) -> tuple[Ints, Ints]:
    """Numbers of rows, and how many digits each has."""
    at = tags.begin[rows]
    # `<row r="` are the eight bytes that the long way expects, too.
    if (tags.words[at] != np.frombuffer(b'<row r="', dtype="<u8")[0]).any():
        raise NotPlain
    digits = np.zeros(rows.size, dtype=np.int64)
    numbers = np.zeros(rows.size, dtype=np.int64)
    is_open = np.ones(rows.size, dtype=bool)
    for step in range(8):
        letter = tags.data[at + 8 + step].astype(np.int64)
        is_open &= (letter >= 48) & (letter <= 57)
        numbers = np.where(is_open, numbers * 10 + letter - 48, numbers)
        digits += is_open
    if (tags.data[at + 8 + digits] != 34).any():
        raise NotPlain
    return numbers, digits


def cells_of(tags: Tags, rows: int) -> tuple[Ints, Ints, Ints, Ints, Flags]:
    """Which tags are cells, where the text of each begins and how long it is, what stands between its tags, and how."""
    code = np.concatenate((tags.code, np.zeros(8, dtype=np.uint8)))
    cells = np.flatnonzero(tags.code & ~np.uint8(ALONE) == CELL)
    alone = code[cells] == CELL | ALONE
    one, two, three = code[cells + 1], code[cells + 2], code[cells + 3]
    closed = CELL | CLOSES
    valued = ~alone & (one == V) & (two == V | CLOSES) & (three == closed)
    inline = (
        ~alone & (one == IS) & (two == T) & (three == T | CLOSES)
        & (code[cells + 4] == IS | CLOSES) & (code[cells + 5] == closed)
    )  # fmt: skip
    empty = ~alone & (one == closed)
    valueless = ~alone & (one == V | ALONE) & (two == closed)
    tags_used = alone * 1 + empty * 2 + valueless * 3 + valued * 4 + inline * 6
    if not tags_used.all() or int(tags_used.sum()) + 2 * rows != tags.begin.size:
        raise NotPlain
    begin = np.where(inline, tags.end[np.minimum(cells + 2, tags.end.size - 1)],
                     tags.end[np.minimum(cells + 1, tags.end.size - 1)]) + 1  # fmt: skip
    until = np.where(inline, tags.begin[np.minimum(cells + 3, tags.end.size - 1)],
                     tags.begin[np.minimum(cells + 2, tags.end.size - 1)])  # fmt: skip
    last = np.minimum(cells + np.where(inline, 5, 3), tags.end.size - 1)
    outer = np.stack((tags.end[cells] + 1, tags.begin[last]), axis=1)
    return cells, begin, np.where(valued | inline, until - begin, 0), outer, inline


def references(tags: Tags, cells: Ints, digits: Ints, numbers: Ints) -> tuple[Ints, Ints, Ints]:
    """The column of each cell (from 0), where its other attributes begin and how long they are."""
    at, data = tags.begin[cells], tags.data
    if (tags.words[at] & MASKS[6] != int.from_bytes(b'<c r="', "little")).any():
        raise NotPlain
    first, second, third = (data[at + step].astype(np.int64) - 65 for step in (6, 7, 8))
    has_two = second >= 0
    has_three = has_two & (third >= 0)
    column = np.where(has_three, ((first + 1) * 26 + second + 1) * 26 + third,
                      np.where(has_two, (first + 1) * 26 + second, first))  # fmt: skip
    end = at + 7 + has_two + has_three + digits
    if (column < 0).any() or (column >= 1 << 14).any() or (data[end] != 34).any():
        raise NotPlain
    if (data[end - 1] - 48 != numbers % 10).any():
        raise NotPlain
    close = tags.end[cells]
    size = close - end - 1 - (data[close - 1] == 47)
    return column, end + 1, size


def different(words: NDArray[np.uint64], start: Ints, size: Ints, data: Bytes) -> tuple[Ints, list[bytes]]:
    """The different texts of at most 24 bytes at these places, and by number which each place has."""
    if (size > 24).any():
        raise NotPlain
    parts = [words[start + 8 * n] & MASKS[np.clip(size - 8 * n, 0, 8)] for n in range(3)]
    kind = np.zeros(start.size, dtype=np.int64)
    names: list[bytes] = []
    rest = np.arange(start.size)
    while rest.size:
        if len(names) >= _KINDS:
            raise NotPlain
        one = rest[0]
        same = size[rest] == size[one]
        for part in parts:
            same &= part[rest] == part[one]
        kind[rest[same]] = len(names)
        names.append(data[start[one] : start[one] + size[one]].tobytes())
        rest = rest[~same]
    return kind, names


def integers(tags: Tags, start: Ints, length: Ints) -> Ints:
    """Whole numbers of at most seven digits."""
    if (length > 7).any():
        raise NotPlain
    found = np.zeros(start.size, dtype=np.int64)
    for step in range(7):
        letter = tags.data[start + step].astype(np.int64) - 48
        here = step < length
        if (here & ((letter < 0) | (letter > 9))).any():
            raise NotPlain
        found = np.where(here, found * 10 + letter, found)
    return found
