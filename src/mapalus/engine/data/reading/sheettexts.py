"""Texts of cells by arrays: what their letters are, which stand as they are written, and those that cells share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np  # noqa: TID253 - imported where a large sheet is read

from mapalus.engine.data.reading.limits import MAX_CELL
from mapalus.engine.data.reading.sheetcut import Middle, NotPlain
from mapalus.engine.data.reading.sheettags import ALONE, CLOSES, SI, Bytes, Flags, Ints, T, Tags, chunks_of

__all__ = [
    "LINE", "ODD", "SPACE", "Cells", "Strings", "Texts", "are_short_numbers", "looks_of", "shared_texts", "spread",
    "texts_of",
]  # fmt: skip

POINT, MINUS, OTHER, ODD, LINE = 1, 2, 4, 8, 16


def _table(pairs: dict[str, int], otherwise: int) -> Bytes:
    found = np.full(256, otherwise, dtype=np.uint8)
    for letters, value in pairs.items():
        for letter in letters:
            found[ord(letter)] = value
    return found


_LOOKS = _table({"0123456789": 0, ".": POINT, "-": MINUS, "_": OTHER | LINE}, OTHER)
_LOOKS[[*range(9), *range(11, 32), ord("&"), ord('"')]] = OTHER | ODD
SPACE = np.zeros(256, dtype=bool)
SPACE[[9, 10, 13, 32]] = True


@dataclass(frozen=True)
class Texts:
    """Texts one after the other, ready to be written: a quote stands twice."""

    letters: Bytes
    length: Ints


@dataclass(frozen=True)
class Strings:
    """Texts by number, ready to be written."""

    data: Bytes
    start: Ints
    length: Ints

    def at(self, index: Ints) -> Texts:
        length = self.length[index]
        return Texts(self.data[spread(self.start[index], length)], length)


@dataclass(frozen=True)
class Cells:
    """The filled cells of a chunk: where their text stands, and by number which attributes each has."""

    tags: Tags
    chunk: bytes
    start: Ints
    length: Ints
    kind: Ints
    names: Sequence[bytes]
    outer: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))  # what stands between <c> and </c>
    is_inline: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))


def spread(start: Ints, length: Ints) -> Ints:
    """Every place of texts that begin at `start`, one text after the other."""
    ends = np.cumsum(length)
    return cast(Ints, np.repeat(start - (ends - length), length) + np.arange(int(ends[-1]) if ends.size else 0))


def looks_of(sheet: Cells, letters: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """What kinds of letters each text holds, and its first and last letter."""
    data, start, length = sheet.tags.data, sheet.start, sheet.length
    if not start.size:
        none = np.zeros(0, dtype=np.uint8)
        return none, none, none
    looks = np.bitwise_or.reduceat(_LOOKS[letters], np.cumsum(length) - length)
    return looks, data[start], data[start + length - 1]


def are_short_numbers(sheet: Cells, looks: Bytes, first: Bytes, last: Bytes) -> Flags:
    """Numbers that are shown as they are stored: at most 15 characters, no power of ten, no idle noughts."""
    data, start, length = sheet.tags.data, sheet.start, sheet.length
    signed = (first == 45).astype(np.int64)
    lead, after = data[start + signed], data[start + signed + 1]
    body = length - signed
    has_point = (looks & POINT) != 0
    good = (looks & OTHER == 0) & (length <= 15) & (body > 0)
    good &= ((looks & MINUS) != 0) == (signed == 1)
    good &= ((lead >= 49) & (lead <= 57)) | ((lead == 48) & (((body == 1) & (signed == 0)) | (after == 46)))
    return cast(Flags, good & (~has_point | ((last != 48) & (last != 46))))


def texts_of(texts: Sequence[str], index: Ints) -> Texts:
    """Texts by their number in a list."""
    written = [text.replace('"', '""').encode("utf-8", "replace") for text in texts]
    length = np.array([len(text) for text in written], dtype=np.int64)
    start = np.cumsum(length) - length
    return Strings(np.frombuffer(b"".join(written), dtype=np.uint8), start, length).at(index)


def shared_texts(middle: Middle) -> Strings:
    """The texts that cells name by number."""
    opening = middle.strings.find(b"<si")
    closing = middle.strings.rfind(b"</sst>")
    if opening < 0 or closing < 0:
        raise NotPlain
    xml = memoryview(middle.strings)[opening:closing]
    pieces = [_items(chunk, middle) for chunk in chunks_of(xml, b"</si>")]
    shift = np.cumsum([0, *(one.data.size for one in pieces)])
    return Strings(
        np.concatenate([one.data for one in pieces]),
        np.concatenate([one.start + before for one, before in zip(pieces, shift.tolist(), strict=False)]),
        np.concatenate([one.length for one in pieces]),
    )


def _items(chunk: bytes, middle: Middle) -> Strings:
    """The shared texts of a chunk, each after the other, as they are written."""
    try:
        chunk.decode()
    except UnicodeDecodeError:
        raise NotPlain from None
    tags = Tags.of(chunk)
    code = np.concatenate((tags.code, np.zeros(4, dtype=np.uint8)))
    items = np.flatnonzero(code == SI)
    text = (code[items + 1] == T) & (code[items + 2] == T | CLOSES) & (code[items + 3] == SI | CLOSES)
    empty = (code[items + 1] == T | ALONE) & (code[items + 2] == SI | CLOSES)
    used = text * 4 + empty * 3
    if not used.all() or int(used.sum()) != tags.begin.size:
        raise NotPlain
    start = tags.end[items + 1] + 1
    length = np.where(text, tags.begin[np.minimum(items + 2, tags.end.size - 1)] - start, 0)
    if (length > MAX_CELL).any():
        raise NotPlain
    filled = np.flatnonzero(length > 0)
    sheet = Cells(tags, chunk, start[filled], length[filled], np.zeros(filled.size, dtype=np.int64), [b""])
    looks, first, last = looks_of(sheet, tags.data[spread(sheet.start, sheet.length)])
    odd = (looks & ODD != 0) | SPACE[first] | SPACE[last]
    if b"_x" in chunk:
        odd |= looks & LINE != 0
    found = filled[odd]
    opens = [chunk[a:b] for a, b in zip(tags.begin[items[found] + 1].tolist(), start[found].tolist(), strict=True)]
    raws = [chunk[a : a + n] for a, n in zip(start[found].tolist(), length[found].tolist(), strict=True)]
    written = _thought_of(opens, raws, middle)
    sizes = np.array([len(one) for one in written], dtype=np.int64)
    start[found] = tags.data.size + np.cumsum(sizes) - sizes
    length[found] = sizes
    data = np.concatenate((tags.data, np.frombuffer(b"".join(written), dtype=np.uint8)))
    # Only the texts are kept: what stands between them in the file is as much again.
    return Strings(data[spread(start, length)], np.cumsum(length) - length, length)


def _thought_of(opens: Sequence[bytes], raws: Sequence[bytes], middle: Middle) -> list[bytes]:
    """Texts that the spreadsheet reader is asked for, each with the tag before it, as they are written."""
    if not raws:
        return []
    cells = [(b' t="inlineStr"', b"<is>" + tag + raw + b"</t></is>") for tag, raw in zip(opens, raws, strict=True)]
    texts = [str(value) for value in middle.values(cells)]
    if any(not text or text.isspace() for text in texts):
        raise NotPlain
    return [text.replace('"', '""').encode("utf-8", "replace") for text in texts]
