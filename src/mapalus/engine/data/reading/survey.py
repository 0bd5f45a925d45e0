"""One fast look at every byte of a delimited file: may the table engine scan it in place?

Windows end at a line feed, so neither CRLF nor a UTF-8 character ever straddles two of them, and each window
begins where a line begins. Memory is one window; speed is that of memory, not of Python.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np  # noqa: TID253 - this module is itself imported late

__all__ = ["Survey", "survey"]

_WINDOW = 200_000
_ONE_LINE = 1 << 18  # a window without a line end grows up to here
_LONGEST = 1 << 20  # a longer line is left to the tolerant parser
_MOST_BLANKS = 10_000
_APART = 1_000_000  # bytes from mark to mark
_LF, _CR, _QUOTE = 10, 13, 34
_MARK = b"\xef\xbb\xbf"  # byte order mark
_WHITE = (9, 11, 12, 13, 26, 32, 34)
_HOLLOW = np.zeros(256, bool)  # what a line without any value begins with, beside delimiters
_HOLLOW[[_LF, *_WHITE]] = True


@dataclass
class Survey:
    """What the bytes are, all of them. Offsets are from the first byte of the file."""

    size: int = 0
    start: int = 0  # after the byte order mark
    ascii: bool = True
    broken: int = 0  # byte sequences that are not UTF-8
    multibyte: int = 0  # characters beyond ASCII, properly encoded
    nul: int = -1  # offset of the first NUL byte
    lf: int = 0
    cr: int = 0
    crlf: int = 0
    quotes: int = 0
    quoting_is_strict: bool = True  # every quoted field opens and closes beside a delimiter or a line end
    quoted_breaks: int = 0  # line feeds inside quotes
    blank: list[int] = field(default_factory=list)  # rows (records from 1) that are blank lines
    hollow: bool = False  # a line of delimiters or white space only, or too many blank ones
    long_line: bool = False
    records: int = 0  # line ends outside quotes
    marks: list[tuple[int, int]] = field(default_factory=list)  # offset at which a line begins, records before it

    @property
    def is_balanced(self) -> bool:
        return self.quotes % 2 == 0

    @property
    def is_uniform(self) -> bool:
        """Whether every line outside quotes ends alike: all LF, or all CRLF."""
        lone_cr = self.cr - self.crlf
        return lone_cr == 0 and (self.crlf == 0 or self.lf - self.quoted_breaks <= self.crlf)


def survey(path: Path, *, delimiter: str) -> Survey:
    """Look at every byte of a file that is not empty. `delimiter` is one ASCII character."""
    found = Survey(size=path.stat().st_size)
    buffer = bytearray(_ONE_LINE + _WINDOW)  # one, used again and again: reading costs less than mapping or copying
    view = memoryview(buffer)
    kept, offset, last = 0, 0, 0  # bytes of an unfinished line at the start of the buffer; where it begins in the file
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(view[kept : kept + _WINDOW]):
            stop = kept + count
            last = buffer[stop - 1]
            if not offset and not found.start and buffer.startswith(_MARK, 0, stop):
                found.start = offset = len(_MARK)
                view[: stop - offset] = bytes(view[offset:stop])
                stop -= offset
            cut = buffer.rfind(b"\n", 0, stop) + 1
            if not cut and stop < _ONE_LINE:
                kept = stop
                continue
            found.long_line |= not cut
            end = cut or stop
            _look(found, buffer, end, offset, ord(delimiter))
            offset += end
            if offset - (found.marks[-1][0] if found.marks else 0) >= _APART:
                found.marks.append((offset, found.records))
            kept = stop - end
            view[:kept] = bytes(view[end:stop])
    if kept:
        _look(found, buffer, kept, offset, ord(delimiter))
    if found.size > found.start and last != _LF:
        found.records += 1
    return found


def _look(found: Survey, window: bytearray, end: int, offset: int, delimiter: int) -> None:
    """Take note of the first `end` bytes of the window, which lie at `offset` in the file."""
    array = np.frombuffer(window, np.uint8, end)
    if array.max() > 127:
        found.ascii = False
        _utf8(found, bytes(window[:end]))
    if found.nul < 0 and (nul := window.find(b"\0", 0, end)) >= 0:
        found.nul = offset + nul
    if window.find(b"\r", 0, end) >= 0:
        found.cr += window.count(b"\r", 0, end)
        found.crlf += window.count(b"\r\n", 0, end)
    breaks = np.flatnonzero(array == _LF)
    found.lf += len(breaks)
    outside = breaks
    inside_at_start = found.quotes % 2
    if window.find(b'"', 0, end) >= 0:
        outside = _quotes(found, array, breaks, delimiter)
    elif inside_at_start:
        found.quoted_breaks += len(breaks)
        outside = breaks[:0]
    _lines(found, array, breaks, outside, delimiter, starts_inside=bool(inside_at_start))
    found.records += len(outside)


def _utf8(found: Survey, window: bytes) -> None:
    try:
        found.multibyte += len(window.decode("utf-8")) - _ascii_count(window)
    except UnicodeDecodeError:
        text = window.decode("utf-8", "surrogateescape")
        broken = sum(1 for character in text if "\udc80" <= character <= "\udcff")
        found.broken += broken
        found.multibyte += len(text) - _ascii_count(window) - broken


def _ascii_count(window: bytes) -> int:
    return int((np.frombuffer(window, np.uint8) < 128).sum())


def _quotes(found: Survey, array: np.ndarray, breaks: np.ndarray, delimiter: int) -> np.ndarray:
    """Check the quoting of a window; returns the line feeds outside quotes."""
    places = np.flatnonzero(array == _QUOTE)
    carry = found.quotes % 2
    if found.quoting_is_strict:
        found.quoting_is_strict = _strict(array, places, carry, delimiter)
    found.quotes += len(places)
    inside = (np.searchsorted(places, breaks) + carry) % 2 == 1
    found.quoted_breaks += int(inside.sum())
    outside: np.ndarray = breaks[~inside]
    return outside


def _strict(array: np.ndarray, places: np.ndarray, carry: int, delimiter: int) -> bool:
    opening, closing = places[carry::2], places[1 - carry :: 2]
    before = array[np.maximum(opening - 1, 0)]
    begins = (opening == 0) | (before == delimiter) | (before == _LF) | (before == _QUOTE)
    if not begins.all():
        return False
    after = array[np.minimum(closing + 1, len(array) - 1)]
    ends = (closing == len(array) - 1) | (after == delimiter) | (after == _LF) | (after == _CR) | (after == _QUOTE)
    return bool(ends.all())


def _lines(
    found: Survey,
    array: np.ndarray,
    breaks: np.ndarray,
    outside: np.ndarray,
    delimiter: int,
    *,
    starts_inside: bool,
) -> None:
    """Find blank lines and lines of delimiters only, among lines that begin outside quotes."""
    if len(array) > _LONGEST and len(breaks) and int(np.diff(breaks, prepend=-1).max()) > _LONGEST:
        found.long_line = True
    starts = outside + 1
    starts = starts[starts < len(array)]
    if not starts_inside:
        starts = np.concatenate(([0], starts))
    may_be_hollow = _HOLLOW.copy()
    may_be_hollow[delimiter] = True
    starts = starts[may_be_hollow[array[starts]]]
    second = array[np.minimum(starts + 1, len(array) - 1)]
    for start in map(int, starts[may_be_hollow[second] | (array[starts] == _LF)]):
        after = int(np.searchsorted(breaks, start))
        stop = int(breaks[after]) if after < len(breaks) else len(array)
        line = array[start:stop].tobytes()
        if line in (b"", b"\r"):
            if len(found.blank) >= _MOST_BLANKS:
                found.hollow = True
                return
            found.blank.append(found.records + int(np.searchsorted(outside, start)) + 1)
        elif not line.strip(bytes((delimiter, *_WHITE))):
            found.hollow = True
            return
