"""The long middle of a worksheet, set aside while its head and its end are looked at.

Where a large sheet of an XLSX is laid out plainly, only its first and last rows decide what is title, header, total
and note. They are given to the spreadsheet reader as a small workbook of their own; the rows between them are written
out at once, see `sheetgrid`. Whatever is not plain (formulas, error values, rich text, merged cells in the middle) is
left to the reader as a whole.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Middle", "NotPlain", "cut_short"]

_WORTHWHILE = 8 << 20  # bytes of XML below which a cut saves nothing
_MOST = 320 << 20  # bytes of XML of a sheet held in memory
_MOST_STRINGS = 128 << 20  # of the texts that cells share
_HEAD = 320  # rows; the header is looked for among the first 200 that are filled
_END = 160  # rows; the last 60 are held back until it is known which are notes
_SHEET_DATA = re.compile(rb"<sheetData[^>]*>")
_ROW = re.compile(rb'<row r="(\d{1,7})"')
_NUMBERED = re.compile(rb'(<(?:row|c) r="[A-Z]{0,3})(\d{1,7})"')
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="[A-Z]+\d+:[A-Z]+(\d+)"')
_ITEM = re.compile(rb"<si[ >/]")
_SHARED = re.compile(rb'(<c r="[A-Z]{1,3}\d{1,7}"(?: s="\d+")?) t="s"><v>(\d{1,9})</v></c>')
_DIMENSION = re.compile(rb"<dimension[^>]*/>")
_NEEDED = re.compile(
    r"(?:\[content_types\]\.xml|_rels/\.rels|xl/[^/]+\.xml|xl/_rels/.*|xl/worksheets/.*)", re.IGNORECASE
)
_STRINGS = "xl/sharedstrings.xml"


class NotPlain(Exception):
    """The middle holds something that needs the reader's whole attention."""


@dataclass
class Middle:
    """Rows `first` to `last` of a sheet as they stand in its XML; `shift` is how many there are."""

    xml: memoryview
    first: int
    last: int
    styles: Mapping[str, bytes] = field(default_factory=dict)  # parts of a workbook in which a cell can be tried
    strings: bytes = b""  # sharedStrings.xml
    part: str = ""

    @property
    def shift(self) -> int:
        return self.last - self.first + 1

    def values(self, cells: Sequence[tuple[bytes, bytes]]) -> list[Any]:
        """What the spreadsheet reader makes of cells, each given as its attributes and what it holds."""
        from python_calamine import CalamineError, CalamineWorkbook

        rows = b"".join(
            b'<row r="%d"><c r="A%d"%b>%b</c></row>' % (number, number, attributes, inner)
            for number, (attributes, inner) in enumerate(cells, start=1)
        )
        sheet = (
            b'<?xml version="1.0" encoding="UTF-8"?>'
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            + rows + b"</sheetData></worksheet>"
        )  # fmt: skip
        book = _zipped({**self.styles, self.part: sheet})
        try:
            opened = CalamineWorkbook.from_filelike(book)
            names = [name for name, part in _parts(opened, self.part) if part]
            found = [row[0] if row else "" for row in opened.get_sheet_by_name(names[0]).iter_rows()]
        except (CalamineError, IndexError):
            raise NotPlain from None
        # Cells that are empty at the end are no part of the range.
        return found + [""] * (len(cells) - len(found))


def _parts(opened: Any, part: str) -> list[tuple[str, bool]]:
    """The probe has one sheet with rows; the others of its workbook are empty."""
    return [(name, opened.get_sheet_by_name(name).start is not None) for name in opened.sheet_names]


def cut_short(path: Path, parts: Mapping[str, str]) -> tuple[io.BytesIO, dict[str, Middle]] | None:
    """The workbook with the middles of its large sheets taken out, and these by sheet; None where none is plain."""
    with zipfile.ZipFile(path) as archive:
        infos = {info.filename: info for info in archive.infolist()}
        large = {
            name: part for name, part in parts.items() if _WORTHWHILE <= infos[part].file_size <= _MOST
        }  # fmt: skip
        texts = max((info.file_size for name, info in infos.items() if name.lower() == _STRINGS), default=0)
        if not large or texts > _MOST_STRINGS:
            return None
        cuts = {name: found for name, part in large.items() if (found := _cut(archive.read(part)))}
        if not cuts:
            return None
        entries = {
            name: archive.read(name)
            for name in infos
            if _NEEDED.fullmatch(name) and name not in {parts[sheet] for sheet in cuts}
        }
    named = next((name for name in entries if name.lower() == _STRINGS), "")
    strings = entries.get(named, b"")
    blank = _blanked(entries, parts)
    short = {parts[name]: data for name, (data, _middle) in cuts.items()}
    if strings and len(cuts) == len(parts):
        # No other sheet asks for the shared texts: the few that head and end name are put into their cells.
        inlined = _inlined(short, strings)
        if inlined is None:
            return None
        short = inlined
        entries[named] = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"></sst>'
    for name, (_short, middle) in cuts.items():
        middle.styles, middle.strings, middle.part = blank, strings, parts[name]
    return _zipped({**entries, **short}), {name: middle for name, (_data, middle) in cuts.items()}


def _inlined(sheets: Mapping[str, bytes], strings: bytes) -> dict[str, bytes] | None:
    """Sheets whose cells hold the texts they named by number; None where one names them in a way of its own."""
    places = [match.start() for match in _ITEM.finditer(strings)]
    end = strings.rfind(b"</sst>")
    places.append(end if end >= 0 else len(strings))

    def text(match: re.Match[bytes]) -> bytes:
        number = int(match[2])
        if number + 1 >= len(places):
            raise NotPlain
        item = strings[places[number] : places[number + 1]]
        inner = item[item.find(b">") + 1 : max(item.rfind(b"</si>"), 0)]
        return b'%b t="inlineStr"><is>%b</is></c>' % (match[1], inner)

    try:
        found = {part: _SHARED.sub(text, xml) for part, xml in sheets.items()}
    except NotPlain:
        return None
    return None if any(b't="s"' in xml for xml in found.values()) else found


def _blanked(entries: Mapping[str, bytes], parts: Mapping[str, str]) -> dict[str, bytes]:
    """Parts of a workbook that says how cells are shown, and holds no rows and no texts."""
    sheets = set(parts.values())
    empty = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
    kept = {name: data for name, data in entries.items() if name not in sheets and name.lower() != _STRINGS}
    return kept | dict.fromkeys(sheets, empty)


def _zipped(entries: Mapping[str, bytes]) -> io.BytesIO:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    book.seek(0)
    return book


def _cut(xml: bytes) -> tuple[bytes, Middle] | None:
    """A sheet without its middle, and the middle."""
    opening = _SHEET_DATA.search(xml, 0, 1 << 16)
    closing = xml.rfind(b"</sheetData>")
    if opening is None or closing < 0 or not _is_utf8(xml):
        return None
    start = _after_rows(xml, opening.end(), closing, _HEAD)
    end = _before_rows(xml, start, closing, _END)
    # The middle is looked at when it is written; at the end of the sheet the addresses of such cells would be wrong.
    if start <= 0 or end <= start or any(mark in xml[end:closing] for mark in (b"<f", b't="e"', b"<!")):
        return None
    first, last = _ROW.match(xml, start), _ROW.match(xml, end)
    if first is None or last is None:
        return None
    middle = Middle(memoryview(xml)[start:end], int(first[1]), int(last[1]) - 1)
    after = xml[closing:]
    if middle.shift <= 0 or any(int(match[1]) >= middle.first for match in _MERGED.finditer(after)):
        return None
    tail = _NUMBERED.sub(lambda match: b'%b%d"' % (match[1], int(match[2]) - middle.shift), xml[end:closing])
    return _DIMENSION.sub(b"", xml[: opening.start()], count=1) + xml[opening.start() : start] + tail + after, middle


def _is_utf8(xml: bytes) -> bool:
    said = re.match(rb'\s*<\?xml[^>]*encoding=["\']([^"\']+)', xml)
    return said is None or said[1].lower() in (b"utf-8", b"us-ascii", b"ascii")


def _after_rows(xml: bytes, start: int, end: int, count: int) -> int:
    """Where the row behind the first `count` rows begins, or 0."""
    for _ in range(count):
        found = xml.find(b"<row ", start + 1, end)
        if found < 0:
            return 0
        start = found
    return start


def _before_rows(xml: bytes, start: int, end: int, count: int) -> int:
    """Where the last `count` rows begin, or 0."""
    for _ in range(count):
        end = xml.rfind(b"<row ", start, end)
        if end < 0:
            return 0
    return end
