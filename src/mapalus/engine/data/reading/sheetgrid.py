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
from typing import cast

import numpy as np  # noqa: TID253 - this module is imported where a large sheet is read
from numpy.typing import NDArray  # noqa: TID253 - as above

from mapalus.engine.data.reading.cells import is_total
from mapalus.engine.data.reading.limits import MAX_CELL
from mapalus.engine.data.reading.natives import Native, Natives
from mapalus.engine.data.reading.sheetcut import Middle, NotPlain

__all__ = ["Grid"]

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_CHUNK = 1 << 20  # its arrays stay near the processor: eight times as much is a quarter slower
_PAD = b"\0" * 32
_KINDS = 32  # different attributes of cells in one sheet
_CELL, _ROW, _V, _IS, _T, _SI = 1, 2, 3, 4, 5, 6
_CLOSES, _ALONE = 8, 16
_ATTRIBUTES = re.compile(rb'(?: s="\d+")?(?: t="(\w+)")?(?: s="\d+")?')
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)
_POINT, _MINUS, _OTHER, _ODD, _LINE = 1, 2, 4, 8, 16


def _table(pairs: dict[str, int], otherwise: int = 0) -> Bytes:
    found = np.full(256, otherwise, dtype=np.uint8)
    for letters, value in pairs.items():
        for letter in letters:
            found[ord(letter)] = value
    return found


_OPENING = _table({"c": _CELL, "r": _ROW, "v": _V, "i": _IS, "t": _T, "s": _SI})
# By the two letters behind `<`, the first being the lower byte.
_CLOSING = np.where(_OPENING > 0, _OPENING | np.uint8(_CLOSES), 0)
_CODES = np.concatenate([np.where(np.arange(256) == ord("/"), _CLOSING[second], _OPENING) for second in range(256)])
_LOOKS = _table({"0123456789": 0, ".": _POINT, "-": _MINUS, "_": _OTHER | _LINE}, _OTHER)
_LOOKS[[*range(9), *range(11, 32), ord("&"), ord('"')]] = _OTHER | _ODD
_TOTALS = np.zeros(256, dtype=bool)
_TOTALS[[ord(letter) for letter in "sgjtraSGJTRA -"]] = True
_SPACE = np.zeros(256, dtype=bool)
_SPACE[[9, 10, 13, 32]] = True


@dataclass
class _Tags:
    """A chunk of XML: its bytes, where tags begin and end, and what each is."""

    data: Bytes
    words: NDArray[np.uint64]  # the eight bytes from each place on
    begin: Ints
    end: Ints
    code: Bytes

    @classmethod
    def of(cls, chunk: bytes) -> _Tags:
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
        code |= ((data[end - 1] == 47) & (code < _CLOSES)).view(np.uint8) * np.uint8(_ALONE)
        return cls(data, words, begin, end, code)


@dataclass(frozen=True)
class _Texts:
    """Texts one after the other, ready to be written: a quote stands twice."""

    letters: Bytes
    length: Ints


@dataclass(frozen=True)
class _Strings:
    """Texts by number, ready to be written."""

    data: Bytes
    start: Ints
    length: Ints

    def at(self, index: Ints) -> _Texts:
        length = self.length[index]
        return _Texts(self.data[_spread(self.start[index], length)], length)


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
    _strings: _Strings | None = None
    _rows: int = 0

    def chunks(self, count: int) -> Iterator[bytes]:
        """The rows as lines of a spool, of which `count` are written before them."""
        due = self.middle.first
        for chunk in _chunks(self.middle.xml):
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
        tags = _Tags.of(chunk)
        rows = np.flatnonzero(tags.code == _ROW)
        numbers, digits = _row_numbers(tags, rows)
        if not rows.size or (numbers != np.arange(due, due + rows.size)).any():
            raise NotPlain
        cells, start, length, outer, is_inline = _cells(tags, rows.size)
        row = np.cumsum(tags.code == _ROW)[cells] - 1
        column, attributes, size = _references(tags, cells, digits[row], numbers[row])
        kind, names = _different(tags.words, attributes, size, tags.data)
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
        sheet = _Sheet(tags, chunk, start, length, kind, names, outer[filled], is_inline[filled])
        letters = tags.data[_spread(start, length)]
        is_plain, is_shared = self._told_apart(sheet, letters)
        shared, odd = np.flatnonzero(is_shared), np.flatnonzero(~(is_plain | is_shared))
        if is_plain.all():
            texts = [(_Texts(letters, length), place)]
        else:
            texts = [(_Texts(letters[np.repeat(is_plain, length)], length[is_plain]), place[is_plain])]
        if shared.size:
            strings = self._shared()
            index = _integers(tags, start[shared], length[shared])
            if (index >= strings.start.size).any():
                raise NotPlain
            texts.append((strings.at(index), place[shared]))
        if odd.size:
            texts.append((self._thought_of(sheet, odd, out[odd], count + row[odd]), place[odd]))
        return _written(tags, rows, digits, width, texts), int(rows.size)

    def _told_apart(self, sheet: _Sheet, letters: Bytes) -> tuple[Flags, Flags]:
        """Which cells are copied as they stand, and which name a shared text; the others need a thought."""
        kinds = [self._kind(name) for name in sheet.names]
        is_inline = np.array([kind == "inlineStr" for kind, _is_number in kinds])[sheet.kind]
        if (is_inline != sheet.is_inline).any():
            raise NotPlain
        is_text = np.array([kind in ("inlineStr", "str") for kind, _is_number in kinds])[sheet.kind]
        is_number = np.array([is_number for _kind, is_number in kinds])[sheet.kind]
        looks, first, last = _looks(sheet, letters)
        is_text &= (looks & _ODD == 0) & ~_SPACE[first] & ~_SPACE[last]
        if b"_x" in sheet.chunk:
            is_text &= looks & _LINE == 0
        is_number &= _short_numbers(sheet, looks, first, last)
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

    def _shared(self) -> _Strings:
        if self._strings is None:
            self._strings = _shared_texts(self.middle)
        return self._strings

    def _thought_of(self, sheet: _Sheet, odd: Ints, out: Ints, number: Ints) -> _Texts:
        """Cells that are shown to the spreadsheet reader, each different one once."""
        which, every = _same(sheet, odd)
        new = [one for one in every if one not in self._known]
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
        return _texts(texts, index)

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


@dataclass(frozen=True)
class _Sheet:
    """The filled cells of a chunk: where their text stands, and by number which attributes each has."""

    tags: _Tags
    chunk: bytes
    start: Ints
    length: Ints
    kind: Ints
    names: Sequence[bytes]
    outer: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))  # what stands between <c> and </c>
    is_inline: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))


def _chunks(xml: memoryview) -> Iterator[bytes]:
    start = 0
    while start < len(xml):
        piece = bytes(xml[start : start + _CHUNK])
        if start + _CHUNK < len(xml):
            cut = piece.rfind(b"</row>")
            if cut < 0:
                raise NotPlain
            piece = piece[: cut + 6]
        start += len(piece)
        yield piece


def _row_numbers(tags: _Tags, rows: Ints) -> tuple[Ints, Ints]:
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


def _cells(tags: _Tags, rows: int) -> tuple[Ints, Ints, Ints, Ints, Flags]:
    """Which tags are cells, where the text of each begins and how long it is, what stands between its tags, and how."""
    code = np.concatenate((tags.code, np.zeros(8, dtype=np.uint8)))
    cells = np.flatnonzero(tags.code & ~np.uint8(_ALONE) == _CELL)
    alone = code[cells] == _CELL | _ALONE
    one, two, three = code[cells + 1], code[cells + 2], code[cells + 3]
    closed = _CELL | _CLOSES
    valued = ~alone & (one == _V) & (two == _V | _CLOSES) & (three == closed)
    inline = (
        ~alone & (one == _IS) & (two == _T) & (three == _T | _CLOSES)
        & (code[cells + 4] == _IS | _CLOSES) & (code[cells + 5] == closed)
    )  # fmt: skip
    empty = ~alone & (one == closed)
    valueless = ~alone & (one == _V | _ALONE) & (two == closed)
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


def _references(tags: _Tags, cells: Ints, digits: Ints, numbers: Ints) -> tuple[Ints, Ints, Ints]:
    """The column of each cell (from 0), where its other attributes begin and how long they are."""
    at, data = tags.begin[cells], tags.data
    if (tags.words[at] & _MASKS[6] != int.from_bytes(b'<c r="', "little")).any():
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


def _different(words: NDArray[np.uint64], start: Ints, size: Ints, data: Bytes) -> tuple[Ints, list[bytes]]:
    """The different texts of at most 24 bytes at these places, and by number which each place has."""
    if (size > 24).any():
        raise NotPlain
    parts = [words[start + 8 * n] & _MASKS[np.clip(size - 8 * n, 0, 8)] for n in range(3)]
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


def _spread(start: Ints, length: Ints) -> Ints:
    """Every place of texts that begin at `start`, one text after the other."""
    ends = np.cumsum(length)
    return cast(Ints, np.repeat(start - (ends - length), length) + np.arange(int(ends[-1]) if ends.size else 0))


def _looks(sheet: _Sheet, letters: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """What kinds of letters each text holds, and its first and last letter."""
    data, start, length = sheet.tags.data, sheet.start, sheet.length
    if not start.size:
        none = np.zeros(0, dtype=np.uint8)
        return none, none, none
    looks = np.bitwise_or.reduceat(_LOOKS[letters], np.cumsum(length) - length)
    return looks, data[start], data[start + length - 1]


def _short_numbers(sheet: _Sheet, looks: Bytes, first: Bytes, last: Bytes) -> Flags:
    """Numbers that are shown as they are stored: at most 15 characters, no power of ten, no idle noughts."""
    data, start, length = sheet.tags.data, sheet.start, sheet.length
    signed = (first == 45).astype(np.int64)
    lead, after = data[start + signed], data[start + signed + 1]
    body = length - signed
    has_point = (looks & _POINT) != 0
    good = (looks & _OTHER == 0) & (length <= 15) & (body > 0)
    good &= ((looks & _MINUS) != 0) == (signed == 1)
    good &= ((lead >= 49) & (lead <= 57)) | ((lead == 48) & (((body == 1) & (signed == 0)) | (after == 46)))
    return cast(Flags, good & (~has_point | ((last != 48) & (last != 46))))


def _texts(texts: Sequence[str], index: Ints) -> _Texts:
    """Texts by their number in a list."""
    written = [text.replace('"', '""').encode("utf-8", "replace") for text in texts]
    length = np.array([len(text) for text in written], dtype=np.int64)
    start = np.cumsum(length) - length
    return _Strings(np.frombuffer(b"".join(written), dtype=np.uint8), start, length).at(index)


def _integers(tags: _Tags, start: Ints, length: Ints) -> Ints:
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


def _same(sheet: _Sheet, cells: Ints) -> tuple[Ints, list[tuple[bytes, bytes]]]:
    """The different cells among these, as attributes and text, and by number which each is."""
    which = np.zeros(cells.size, dtype=np.int64)
    every: list[tuple[bytes, bytes]] = []
    for kind in np.unique(sheet.kind[cells]).tolist():
        here = np.flatnonzero(sheet.kind[cells] == kind)
        start, length = sheet.start[cells[here]], sheet.length[cells[here]]
        outer = sheet.outer[cells[here]].tolist()
        if (length <= 8).all() and not sheet.is_inline[cells[here[0]]]:
            keys = sheet.tags.words[start] & _MASKS[length]
            _values, firsts, back = np.unique(keys, return_index=True, return_inverse=True)
            which[here] = back + len(every)
            every += [(sheet.names[kind], sheet.chunk[slice(*outer[one])]) for one in firsts.tolist()]
            continue
        known: dict[bytes, int] = {}
        which[here] = [known.setdefault(sheet.chunk[a:b], len(every) + len(known)) for a, b in outer]
        every += [(sheet.names[kind], raw) for raw in known]
    return which, every


def _shared_texts(middle: Middle) -> _Strings:
    """The texts that cells name by number."""
    opening = middle.strings.find(b"<si")
    closing = middle.strings.rfind(b"</sst>")
    if opening < 0 or closing < 0 or b"<!" in middle.strings:
        raise NotPlain
    chunk = middle.strings[opening:closing]
    try:
        chunk.decode()
    except UnicodeDecodeError:
        raise NotPlain from None
    tags = _Tags.of(chunk)
    code = np.concatenate((tags.code, np.zeros(4, dtype=np.uint8)))
    items = np.flatnonzero(code == _SI)
    text = (code[items + 1] == _T) & (code[items + 2] == _T | _CLOSES) & (code[items + 3] == _SI | _CLOSES)
    empty = (code[items + 1] == _T | _ALONE) & (code[items + 2] == _SI | _CLOSES)
    used = text * 4 + empty * 3
    if not used.all() or int(used.sum()) != tags.begin.size:
        raise NotPlain
    start = tags.end[items + 1] + 1
    length = np.where(text, tags.begin[np.minimum(items + 2, tags.end.size - 1)] - start, 0)
    if (length > MAX_CELL).any():
        raise NotPlain
    filled = np.flatnonzero(length > 0)
    sheet = _Sheet(tags, chunk, start[filled], length[filled], np.zeros(filled.size, dtype=np.int64), [b""])
    looks, first, last = _looks(sheet, tags.data[_spread(sheet.start, sheet.length)])
    odd = (looks & _ODD != 0) | _SPACE[first] | _SPACE[last]
    if b"_x" in chunk:
        odd |= looks & _LINE != 0
    found = filled[odd]
    if not found.size:
        return _Strings(tags.data, start, length)
    raws = [chunk[a : a + n] for a, n in zip(start[found].tolist(), length[found].tolist(), strict=True)]
    spaced = b' t="inlineStr"'
    opens = [chunk[a:b] for a, b in zip(tags.begin[items[found] + 1].tolist(), start[found].tolist(), strict=True)]
    values = middle.values([
        (spaced, b"<is>" + tag + raw + b"</t></is>") for tag, raw in zip(opens, raws, strict=True)
    ])  # fmt: skip
    texts = [str(value) for value in values]
    if any(not text or text.isspace() for text in texts):
        raise NotPlain
    written = [text.replace('"', '""').encode("utf-8", "replace") for text in texts]
    sizes = np.array([len(one) for one in written], dtype=np.int64)
    start[found] = len(chunk) + np.cumsum(sizes) - sizes
    length[found] = sizes
    return _Strings(np.frombuffer(chunk + b"".join(written), dtype=np.uint8), start, length)


def _written(tags: _Tags, rows: Ints, digits: Ints, width: int, texts: Sequence[tuple[_Texts, Ints]]) -> bytes:
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
    out[_spread(begin[:, 0] + 1, digits)] = tags.data[_spread(tags.begin[rows] + 8, digits)]
    start = begin[:, 2:].ravel()
    for found, place in texts:
        out[_spread(start[place] + 1, found.length)] = found.letters
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
