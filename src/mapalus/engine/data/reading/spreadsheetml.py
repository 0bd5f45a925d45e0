"""SpreadsheetML 2003: the XML that older applications write and call .xls."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from mapalus.engine.data.reading.body import tabulate
from mapalus.engine.data.reading.cells import key
from mapalus.engine.data.reading.container import with_entities
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.reading.limits import MAX_COLUMNS, MAX_SHEET_XML_BYTES, too_large
from mapalus.engine.data.reading.markup import decode_markup
from mapalus.engine.data.reading.raw import Notes, RawRow, Span
from mapalus.engine.data.reading.spooling import write_spool
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["read_spreadsheetml"]

_NS = "{urn:schemas-microsoft-com:office:spreadsheet}"


def read_spreadsheetml(path: Path, *, declared: Declared, scratch: Path) -> Scan:
    """The first sheet that holds anything, or the one that is asked for."""
    text, _encoding = decode_markup(path, limit=MAX_SHEET_XML_BYTES)
    if "<!doctype" in text.casefold() or "<!entity" in text.casefold():
        raise with_entities()
    try:
        root = ElementTree.parse(BytesIO(text.partition("?>")[2].encode())).getroot()  # noqa: S314 - no entities, bounded
    except ElementTree.ParseError:
        raise Refused("truncated", _("The XML is damaged or cut short, so it cannot be read.")) from None
    notes = Notes()
    sheets = {sheet.get(f"{_NS}Name", ""): sheet for sheet in root.iter(f"{_NS}Worksheet")}
    filled = {name: sheet for name, sheet in sheets.items() if sheet.find(f".//{_NS}Data") is not None}
    name = _chosen(filled, declared, notes)
    rows, spans = _rows(filled[name])
    body = tabulate(iter(rows), declared=declared, notes=notes, spans=spans, ragged=False)
    return write_spool(body, notes=notes, scratch=scratch, dialect=Dialect(), sheet=name)


def _chosen(filled: dict[str, ElementTree.Element], declared: Declared, notes: Notes) -> str:
    if not filled:
        raise Refused("empty-file", _("No sheet of the workbook holds anything."))
    wanted = declared.sheet
    if isinstance(wanted, str):
        for name in filled:
            if key(name) == key(wanted):
                return name
        raise Refused("not-tabular", _("The workbook has no sheet %(sheet)s."), sheet=wanted)
    names = list(filled)
    if isinstance(wanted, int) and 0 < wanted <= len(names):
        return names[wanted - 1]
    if len(names) > 1:
        notes.warn(
            "multiple-sheets",
            _("Only the sheet %(sheet)s is read; there are also %(others)s."),
            sheet=names[0],
            others=", ".join(names[1:]),
        )
    return names[0]


def _rows(sheet: ElementTree.Element) -> tuple[list[RawRow], list[Span]]:
    rows: list[RawRow] = []
    spans: list[Span] = []
    number = 0
    for row in sheet.iter(f"{_NS}Row"):
        number = _index(row, number + 1)
        cells: list[str] = []
        for cell in row.findall(f"{_NS}Cell"):
            place = _index(cell, len(cells) + 1) - 1
            if place >= MAX_COLUMNS:
                raise too_large(_("The table has more than %(limit)s columns."), limit=MAX_COLUMNS)
            across, down = _count(cell, "MergeAcross"), _count(cell, "MergeDown")
            cells.extend([""] * (place - len(cells)))
            cells.append(_text(cell))
            if across or down:
                spans.append(Span(number, place, number + down, place + across))
                cells.extend([""] * min(across, MAX_COLUMNS))
        rows.append((number, cells, ""))
    width = max((len(cells) for _number, cells, _flaw in rows), default=0)
    return [(number, cells + [""] * (width - len(cells)), flaw) for number, cells, flaw in rows], spans


def _index(element: ElementTree.Element, otherwise: int) -> int:
    value = element.get(f"{_NS}Index", "")
    return int(value) if value.isdecimal() and len(value) < 9 else otherwise


def _count(element: ElementTree.Element, name: str) -> int:
    value = element.get(f"{_NS}{name}", "")
    return int(value) if value.isdecimal() and len(value) < 6 else 0


def _text(cell: ElementTree.Element) -> str:
    data = cell.find(f"{_NS}Data")
    if data is None:
        return ""
    text = "".join(data.itertext())
    if data.get(f"{_NS}Type") == "DateTime":
        moment = text.partition(".")[0]
        return moment.removesuffix("T00:00:00")
    return text
