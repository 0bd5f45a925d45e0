"""Delimited text, record by record, whatever its quoting: the slow and sure way.

Lines without a quote are split; only lines with one are walked. A record is numbered by its place among all
records, blank ones included, so that a quoted line break does not start a new row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mapalus.engine.data.reading.limits import MAX_CELL, too_large
from mapalus.engine.data.reading.raw import RawRow, RawRows
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["Style", "lines_of", "records"]

_LONGEST_LINE = 16 * MAX_CELL
_WHITE = " \t\x0b\x0c\x1a\ufeff\r\n"  # DOS ends a file with Ctrl-Z
_BROKEN = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Style:
    """How delimited text is written. `escape` is the quote itself (doubled) or a backslash."""

    delimiter: str = ","
    quote: str = '"'  # "" where nothing is quoted
    escape: str = '"'
    skip_space: bool = False
    comment: str = ""


def lines_of(path: Path, *, encoding: str) -> Iterator[str]:
    """Physical lines with their ends (LF, CRLF or CR); what cannot be decoded stays visible as lone surrogates."""
    if encoding.startswith("utf-8"):
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as text:
            yield from _bounded(text)
        return
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        yield from (line.replace("\ufffd", "\udcff") for line in _bounded(text))


def _bounded(text: IO[str]) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise too_large(_("A line is longer than %(limit)s characters."), limit=_LONGEST_LINE)
        yield line


def records(lines: Iterator[str], *, style: Style) -> RawRows:
    """Every record with its number; `Refused('unclosed-quote')` names the row in which the quote opened."""
    for number, line in enumerate(lines, start=1):
        yield _record(line, lines, number, style)


def _record(line: str, lines: Iterator[str], number: int, style: Style) -> RawRow:
    flaw, walk = "", None
    text = line.rstrip("\r\n")
    if not text.strip(_WHITE):
        return number, [], ""
    if style.comment and text.startswith(style.comment):
        return number, [], ""
    if style.quote and style.quote in text:
        found = _strict(text, style)
        if found is None:
            walk = _Walk(line, lines, number, style)
            cells, flaw = walk.cells(), walk.flaw
        else:
            cells = found
    else:
        cells = text.split(style.delimiter)
        if style.skip_space:
            cells = [cell.lstrip(" ") for cell in cells]
    broken = not line.isascii() and _BROKEN.search(line)
    if broken or (walk and any(map(_BROKEN.search, cells))):
        cells, flaw = [_BROKEN.sub("\ufffd", cell) for cell in cells], "encoding-error"
    return number, cells, flaw


def _strict(text: str, style: Style) -> list[str] | None:
    """The cells of a line whose quoting is beyond doubt, by the standard library; None for all others."""
    if style.skip_space or style.escape != style.quote or text.count(style.quote) % 2:
        return None
    try:
        return next(csv.reader((text,), delimiter=style.delimiter, quotechar=style.quote, strict=True))
    except (csv.Error, ValueError):
        return None


class _Walk:
    """One record that has quotes in it."""

    def __init__(self, line: str, lines: Iterator[str], number: int, style: Style) -> None:
        self.lines, self.number, self.style = lines, number, style
        self.flaw = ""
        self._take(line)

    def _take(self, line: str) -> None:
        self.text = line.rstrip("\r\n")
        self.end = line[len(self.text) :]

    def cells(self) -> list[str]:
        found: list[str] = []
        place = 0
        while True:
            start = place
            if self.style.skip_space:
                while self.text.startswith(" ", start):
                    start += 1
            if self.text.startswith(self.style.quote, start):
                cell, place = self._quoted(start + 1)
            else:
                stop = self.text.find(self.style.delimiter, start)
                stop = len(self.text) if stop < 0 else stop
                cell, place = self.text[start:stop], stop
            found.append(cell)
            if place >= len(self.text):
                break
            place += 1
        return found

    def _quoted(self, place: int) -> tuple[str, int]:
        """The field that opened just before `place`, and where its delimiter (or the end) stands."""
        style, parts, size, inside = self.style, [], 0, 0
        while True:
            stop = self._next_quote(place)
            if stop < 0:
                parts.append(self.text[place:] + self.end)
                size += len(parts[-1])
                line = next(self.lines, None)
                if line is None or size > MAX_CELL:
                    raise _unclosed(self.number)
                self._take(line)
                inside, place = inside + 1, 0
                continue
            after = self.text[stop + 1 : stop + 2]
            if after == style.quote and style.escape == style.quote:
                parts.append(self.text[place : stop + 1])
                place = stop + 2
                continue
            if not after or after == style.delimiter:
                parts.append(self.text[place:stop])
                return self._unescape("".join(parts)), stop + 1
            trailing = len(self.text) - len(self.text[stop + 1 :].lstrip(" "))
            if trailing > stop + 1 and self.text[trailing : trailing + 1] in ("", style.delimiter):
                parts.append(self.text[place:stop])
                return self._unescape("".join(parts)), trailing
            if inside:  # a quote that opened rows ago and meets another one: it was never closed
                raise _unclosed(self.number)
            self.flaw = "parse-error"
            if self._closes_later(stop + 1):
                parts.append(self.text[place : stop + 1])
                place = stop + 1
                continue
            rest = self.text.find(style.delimiter, stop)
            rest = len(self.text) if rest < 0 else rest
            parts.append(self.text[place:rest])
            return "".join(parts), rest

    def _next_quote(self, place: int) -> int:
        stop = self.text.find(self.style.quote, place)
        if self.style.escape == self.style.quote:
            return stop
        while stop > 0 and (stop - len(self.text[:stop].rstrip(self.style.escape))) % 2:
            stop = self.text.find(self.style.quote, stop + 1)
        return stop

    def _unescape(self, cell: str) -> str:
        escape = self.style.escape
        if escape == self.style.quote:
            return cell
        return re.sub(re.escape(escape) + "(.)", r"\1", cell, flags=re.DOTALL)

    def _closes_later(self, place: int) -> bool:
        quote, delimiter = self.style.quote, self.style.delimiter
        return quote + delimiter in self.text[place:] or self.text.endswith(quote, place)


def _unclosed(number: int) -> Refused:
    return Refused(
        "unclosed-quote",
        _("A quotation mark that opens in row %(row)s is never closed."),
        advice=_("Close it, or write it twice where it belongs to the text."),
        row=number,
    )
