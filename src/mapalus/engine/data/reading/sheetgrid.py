"""The plain middle of a worksheet, from its XML to rows of text without a step per cell.

A chunk of XML is taken apart by arrays: where its tags are, which cell each belongs to, where its text begins and ends.
Texts and short numbers are copied as they stand; a cell that needs a thought (a date, a long number, an entity) is
shown to the spreadsheet reader once for each different one, so that both ways read the same. Anything unforeseen
raises `NotPlain`, and the sheet is read the long way.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np  # noqa: TID253 - imported where a large sheet is read

from mapalus.engine.data.reading.cells import is_total
from mapalus.engine.data.reading.limits import MAX_CELL
from mapalus.engine.data.reading.natives import Native, Natives
from mapalus.engine.data.reading.sheetcut import Middle, NotPlain
from mapalus.engine.data.reading.sheettags import (
    MASKS,
    ROW,
    Bytes,
    Flags,
    Ints,
    Tags,
    cells_of,
    chunks_of,
    different,
    integers,
    references,
    row_numbers,
)  # fmt: skip
from mapalus.engine.data.reading.sheettexts import (
    LINE,
    ODD,
    SPACE,
    Cells,
    Strings,
    Texts,
    are_short_numbers,
    looks_of,
    shared_texts,
    spread,
    texts_of,
)  # fmt: skip

__all__ = ["Grid"]

_ATTRIBUTES = re.compile(rb'(?: s="\d+")?(?: t="(\w+)")?(?: s="\d+")?')
_FLOAT = re.compile(rb"<v>(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)</v>")
_TOTALS = np.zeros(256, dtype=bool)
_TOTALS[[ord(letter) for letter in "sgjtraSGJTRA -"]] = True


@dataclass
class Grid:
    """Writes the rows of one middle. `places` are the columns of the table, counted from column `left` of the sheet."""

    middle: Middle
    left: int
    places: Sequence[int]
    natives: Natives
    as_text: Callable[[object], str]
    _kinds: dict[bytes, tuple[str, bool]] = field(default_factory=dict)
    _known: dict[tuple[bytes, bytes], str] = field(default_factory=dict)
    _strings: Strings | None = None
    _rows: int = 0

    def chunks(self, count: int) -> Iterator[bytes]:
        """The rows as lines of a spool, of which `count` are written before them."""
        due = self.middle.first
        for chunk in chunks_of(self.middle.xml):
            lines, rows = self._lines(chunk, due, count)
            due += rows
            count += rows
            yield lines
        if due != self.middle.last + 1:
            raise NotPlain
        self._rows = count

    # --- one chunk -----------------------------------------------------------------------------------------------

    def _lines(self, chunk: bytes, due: int, count: int) -> tuple[bytes, int]:
        if not chunk.isascii():
            try:
                chunk.decode()
            except UnicodeDecodeError:
                raise NotPlain from None
        tags = Tags.of(chunk)
        rows = np.flatnonzero(tags.code == ROW)
        numbers, digits = row_numbers(tags, rows)
        if not rows.size or (numbers != np.arange(due, due + rows.size)).any():
            raise NotPlain
        cells, start, length, outer, is_inline = cells_of(tags, rows.size)
        row = np.cumsum(tags.code == ROW)[cells] - 1
        column, attributes, size = references(tags, cells, digits[row], numbers[row])
        kind, names = different(tags.words, attributes, size, tags.data)
        width = len(self.places)
        target = np.full(1 << 15, -1, dtype=np.int64)
        target[np.asarray(self.places, dtype=np.int64) + self.left] = np.arange(width)
        out = target[column]
        filled = length > 0
        if (filled & (out < 0)).any() or (length > MAX_CELL).any():
            raise NotPlain
        start, length, row, kind, out = (array[filled] for array in (start, length, row, kind, out))
        place = row * width + out
        if (np.diff(place) <= 0).any():
            raise NotPlain
        sheet = Cells(tags, chunk, start, length, kind, names, outer[filled], is_inline[filled])
        letters = tags.data[spread(start, length)]
        is_plain, is_shared = self._told_apart(sheet, letters)
        shared, odd = np.flatnonzero(is_shared), np.flatnonzero(~(is_plain | is_shared))
        if is_plain.all():
            texts = [(Texts(letters, length), place)]
        else:
            texts = [(Texts(letters[np.repeat(is_plain, length)], length[is_plain]), place[is_plain])]
        if shared.size:
            strings = self._shared()
            index = integers(tags, start[shared], length[shared])
            if (index >= strings.start.size).any():
                raise NotPlain
            texts.append((strings.at(index), place[shared]))
        if odd.size:
            texts.append((self._thought_of(sheet, odd, out[odd], count + row[odd]), place[odd]))
        return _written(tags, rows, digits, width, texts), int(rows.size)

    def _told_apart(self, sheet: Cells, letters: Bytes) -> tuple[Flags, Flags]:
        """Which cells are copied as they stand, and which name a shared text; the others need a thought."""
        kinds = [self._kind(name) for name in sheet.names]
        is_inline = np.array([kind == "inlineStr" for kind, _is_number in kinds])[sheet.kind]
        if (is_inline != sheet.is_inline).any():
            raise NotPlain
        is_text = np.array([kind in ("inlineStr", "str") for kind, _is_number in kinds])[sheet.kind]
        is_number = np.array([is_number for _kind, is_number in kinds])[sheet.kind]
        looks, first, last = looks_of(sheet, letters)
        is_text &= (looks & ODD == 0) & ~SPACE[first] & ~SPACE[last]
        if b"_x" in sheet.chunk:
            is_text &= looks & LINE == 0
        is_number &= are_short_numbers(sheet, looks, first, last)
        return is_text | is_number, np.array([kind == "s" for kind, _is_number in kinds])[sheet.kind]

    def _kind(self, attributes: bytes) -> tuple[str, bool]:
        """Type of cells with these attributes, and whether their numbers are numbers and not dates."""
        if attributes not in self._kinds:
            match = _ATTRIBUTES.fullmatch(attributes)
            kind = (match[1] or b"n").decode() if match else ""
            if kind not in ("n", "s", "b", "str", "inlineStr"):
                raise NotPlain
            is_plain = kind == "n" and type(self.middle.values([(attributes, b"<v>1.5</v>")])[0]) is float
            self._kinds[attributes] = kind, is_plain
        return self._kinds[attributes]

    def _shared(self) -> Strings:
        if self._strings is None:
            self._strings = shared_texts(self.middle)
        return self._strings

    def _thought_of(self, sheet: Cells, odd: Ints, out: Ints, number: Ints) -> Texts:
        """Cells that are shown to the spreadsheet reader, each different one once."""
        which, every = _same(sheet, odd)
        new: list[tuple[bytes, bytes]] = []
        for one in every:
            if one not in self._known:
                plain = _FLOAT.fullmatch(one[1]) if self._kinds[one[0]][1] else None
                if plain is None:
                    new.append(one)
                else:  # read as the spreadsheet reader reads it: the nearest double
                    self._known[one] = self.as_text(float(plain[1]))
        if new:
            for one, value in zip(new, self.middle.values(new), strict=True):
                self._known[one] = self.as_text(value)
        found = [self._known[one] for one in every]
        if any(not text or text.isspace() for text in found):
            raise NotPlain
        texts: list[str] = []
        index = np.zeros(odd.size, dtype=np.int64)
        for column in np.unique(out).tolist():
            here = np.flatnonzero(out == column)
            own, back = np.unique(which[here], return_inverse=True)
            index[here] = back + len(texts)
            texts += self._as_the_column_asks(column, [found[ident] for ident in own.tolist()], back, number[here])
        return texts_of(texts, index)

    def _as_the_column_asks(self, column: int, texts: Sequence[str], which: Ints, numbers: Ints) -> list[str]:
        """What `Natives.written` does for one cell, for the different ones of a column and the rows that hold them."""
        if rewrite := self.natives.rewrites.get(column):
            return [rewrite(text) if type(text) is Native else text for text in texts]
        moments = [type(text) is Native and isinstance(text.value, dt.datetime) for text in texts]
        if any(moments) and column not in self.natives.days:
            is_day = np.array([is_moment and len(text) == 10 for is_moment, text in zip(moments, texts, strict=True)])
            self.natives.midnights.setdefault(column, []).extend(numbers[is_day[which]].tolist())
            if (np.array(moments) & ~is_day).any():
                self.natives.moments.add(column)
        return list(texts)


def _same(sheet: Cells, cells: Ints) -> tuple[Ints, list[tuple[bytes, bytes]]]:
    """The different cells among these, as attributes and text, and by number which each is."""
    which = np.zeros(cells.size, dtype=np.int64)
    every: list[tuple[bytes, bytes]] = []
    for kind in np.unique(sheet.kind[cells]).tolist():
        here = np.flatnonzero(sheet.kind[cells] == kind)
        start, length = sheet.start[cells[here]], sheet.length[cells[here]]
        outer = sheet.outer[cells[here]].tolist()
        if (length <= 8).all() and not sheet.is_inline[cells[here[0]]]:
            keys = sheet.tags.words[start] & MASKS[length]
            _values, firsts, back = np.unique(keys, return_index=True, return_inverse=True)
            which[here] = back + len(every)
            every += [(sheet.names[kind], sheet.chunk[slice(*outer[one])]) for one in firsts.tolist()]
            continue
        known: dict[bytes, int] = {}
        which[here] = [known.setdefault(sheet.chunk[a:b], len(every) + len(known)) for a, b in outer]
        every += [(sheet.names[kind], raw) for raw in known]
    return which, every


def _written(tags: Tags, rows: Ints, digits: Ints, width: int, texts: Sequence[tuple[Texts, Ints]]) -> bytes:
    """Lines of a spool: number of the row, no flaw, and the cells, all in quotes."""
    lengths = np.zeros((rows.size, width + 2), dtype=np.int64)
    lengths[:, 0] = digits
    cells = lengths[:, 2:]
    for found, place in texts:
        cells[place // width, place % width] = found.length
    begin = (np.cumsum(lengths.ravel() + 3) - lengths.ravel() - 3).reshape(lengths.shape)
    out = np.full(int(lengths.sum()) + 3 * lengths.size, 34, dtype=np.uint8)
    after = begin + lengths + 2
    out[after] = 44
    out[after[:, -1]] = 10
    out[spread(begin[:, 0] + 1, digits)] = tags.data[spread(tags.begin[rows] + 8, digits)]
    start = begin[:, 2:].ravel()
    for found, place in texts:
        out[spread(start[place] + 1, found.length)] = found.letters
    lines = out.tobytes()
    label = np.arange(rows.size) * width + (cells > 0).argmax(axis=1)
    if _is_special(lines, out, start[label] + 1, cells.ravel()[label]):
        raise NotPlain
    return lines


def _is_special(lines: bytes, out: Bytes, start: Ints, length: Ints) -> bool:
    """Whether a line is blank, or its label (the first filled cell) says that it adds up others."""
    if not length.all():
        return True
    candidates = np.flatnonzero(_TOTALS[out[start]] & (length < 320))
    labels = {lines[a : a + n] for a, n in zip(start[candidates].tolist(), length[candidates].tolist(), strict=True)}
    return any(is_total(label.decode()) for label in labels)
