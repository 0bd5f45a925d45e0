"""What the spreadsheet reader does not tell: formulas, error values and the true extent of a sheet of an XLSX."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from mapalus.engine.data.reading.limits import MAX_BOOK_CELLS, too_large
from mapalus.engine.text import _

__all__ = [
    "SheetFacts",
    "check_opendocument",
    "column_index",
    "column_letters",
    "padded_styles",
    "sheet_facts",
    "sheet_parts",
]

_CHUNK = 1 << 20
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\b[^>]*?(?:/>|>([^<]*)</))?"
)
_ERROR = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=\"e\"[^>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<", re.DOTALL)
_REF = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"")
_BEYOND_Z = re.compile(rb' r="[A-Z]{2}')
_ROWS_REPEATED = re.compile(rb'number-rows-repeated="(\d{1,9})"')
_COLUMNS_REPEATED = re.compile(rb'number-columns-repeated="(\d{1,9})"')
_ODS_ROWS = 1 << 20  # rows of a sheet; what is repeated beyond them would be lost
_STYLE = re.compile(rb"<(?:\w+:)?c\b([^>]*\bs=\"(\d{1,5})\"[^>]*)>\s*<(?:\w+:)?v>(\d{1,15})</")
_TYPED = re.compile(rb"\bt=\"[^n]")
_PADDED = re.compile(r"(0{2,15})(?:;.*)?", re.DOTALL)  # a number format such as 00000: codes that keep their zeros
_MOST = 200_000  # formulas whose place is kept


@dataclass
class SheetFacts:
    """Cells by (file row, column from 0)."""

    rows: int = 0
    columns: int = 0
    formulas: int = 0
    first_formula: str = ""
    unsaved: dict[tuple[int, int], str] = field(default_factory=dict)  # formulas without a stored value: their address
    errors: dict[tuple[int, int], str] = field(default_factory=dict)  # #N/A, #REF! ...; codes shown with their zeros


def column_index(letters: str) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_parts(path: Path) -> dict[str, str]:
    """Sheet name -> its part in the package; empty where the package says it in a way we do not know."""
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        book, links = names.get("xl/workbook.xml"), names.get("xl/_rels/workbook.xml.rels")
        if not book or not links or max(archive.getinfo(part).file_size for part in (book, links)) > 8 << 20:
            return {}
        sheets, targets = archive.read(book), archive.read(links)
        if b"<!DOCTYPE" in sheets or b"<!DOCTYPE" in targets:
            return {}
        try:
            where = {
                link.get("Id", ""): link.get("Target", "")
                for link in ElementTree.fromstring(targets)  # noqa: S314 - size bounded, no document type
            }
            found = {}
            for element in ElementTree.fromstring(sheets).iter():  # noqa: S314 - as above
                if element.tag.rpartition("}")[2] == "sheet":
                    ident = next((value for name, value in element.attrib.items() if name.endswith("}id")), "")
                    target = where.get(ident, "").lstrip("/")
                    target = target if target.startswith("xl/") else "xl/" + target
                    if target.lower() in names:
                        found[element.get("name", "")] = names[target.lower()]
        except ElementTree.ParseError:
            return {}
    return found


def padded_styles(path: Path) -> dict[bytes, int]:
    """Styles of cells whose number format fills up with zeros, such as 00000: number of the style -> digits shown."""
    with zipfile.ZipFile(path) as archive:
        part = next((name for name in archive.namelist() if name.lower() == "xl/styles.xml"), None)
        if part is None or archive.getinfo(part).file_size > 8 << 20:
            return {}
        xml = archive.read(part)
    if b"00" not in xml or b"<!DOCTYPE" in xml:
        return {}
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314 - size bounded, no document type
    except ElementTree.ParseError:
        return {}
    widths: dict[str, int] = {}
    styles: dict[bytes, int] = {}
    for element in root.iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "numFmt" and (found := _PADDED.fullmatch(element.get("formatCode", ""))):
            widths[element.get("numFmtId", "")] = len(found[1])
        elif kind == "cellXfs":
            for number, style in enumerate(element):
                if style.get("numFmtId") in widths:
                    styles[str(number).encode()] = widths[style.get("numFmtId", "")]
    return styles


def sheet_facts(path: Path | BytesIO, part: str, *, padded: Mapping[bytes, int] | None = None) -> SheetFacts:
    """One pass over the XML of a sheet; refuses a sheet whose extent is larger than any machine should hold.

    `padded`: styles whose numbers are shown with zeros in front; such cells are kept as they are shown.
    """
    facts = SheetFacts()
    for piece in _pieces(path, part):
        _extent(facts, piece)
        if b"<f" in piece or b":f" in piece:
            _formulas(facts, piece)
        if b't="e"' in piece:
            for match in _ERROR.finditer(piece):
                place = _place(match[1])
                if place and len(facts.errors) < _MOST:
                    facts.errors[place] = match[2].decode("utf-8", "replace")
        if padded:
            _shown(facts, piece, padded)
    if facts.rows * facts.columns > MAX_BOOK_CELLS:
        raise too_large(
            _("The sheet reaches to row %(rows)s and column %(columns)s: more than %(limit)s cells."),
            limit=MAX_BOOK_CELLS,
            rows=facts.rows,
            columns=column_letters(facts.columns - 1),
        )
    return facts


def _shown(facts: SheetFacts, piece: bytes, padded: Mapping[bytes, int]) -> None:
    for match in _STYLE.finditer(piece):
        width = padded.get(match[2])
        if width and len(match[3]) < width and not _TYPED.search(match[1]) and len(facts.errors) < _MOST:
            place = _place(match[1])
            if place:
                facts.errors[place] = match[3].decode().zfill(width)


def check_opendocument(path: Path) -> None:
    """Refuse an ODS whose repeated cells would fill any memory: a few bytes can stand for milliards of cells."""
    total = 0
    for piece in _pieces(path, "content.xml"):
        for row in piece.split(b"<table:table-row")[1:]:
            if b":value" not in row and b"<text:p>" not in row:
                continue
            repeated = _ROWS_REPEATED.search(row)
            if repeated and int(repeated[1]) > _ODS_ROWS:
                raise too_large(
                    _("A row of the sheet is repeated %(count)s times."), limit=_ODS_ROWS, count=int(repeated[1])
                )
            last = row.rfind(b"<text:p") if b"<text:p" in row else row.rfind(b":value")
            across = row.count(b"-cell", 0, last) + sum(int(n) for n in _COLUMNS_REPEATED.findall(row[: last + 200]))
            total += (int(repeated[1]) if repeated else 1) * across
            if total > MAX_BOOK_CELLS:
                raise too_large(_("The sheets hold more than %(limit)s cells."), limit=MAX_BOOK_CELLS)


def _pieces(path: Path | BytesIO, part: str) -> Iterator[bytes]:
    """The XML, cut after ends of rows."""
    rest = b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as xml:
        while chunk := xml.read(_CHUNK):
            rest += chunk
            cut = rest.rfind(b"row>")
            if cut >= 0:
                yield rest[: cut + 4]
                rest = rest[cut + 4 :]
    if rest:
        yield rest


def _extent(facts: SheetFacts, piece: bytes) -> None:
    """How far the filled cells reach; cells that are only formatted end in `/>` and do not count.

    Where no cell stands beyond column Z, the last filled row is enough: 26 columns are nothing to refuse.
    """
    if _BEYOND_Z.search(piece) is None:
        end = max(piece.rfind(b"</c>"), piece.rfind(b":c>"))
        at = piece.rfind(b' r="', 0, end) if end >= 0 else -1
        if match := _REF.match(piece, at + 1) if at >= 0 else None:
            facts.rows = max(facts.rows, int(match[2]))
            facts.columns = max(facts.columns, 26)
        return
    start, place = 0, piece.find(b"row>")
    while place >= 0:
        end = max(piece.rfind(b"</c>", start, place), piece.rfind(b":c>", start, place))
        at = piece.rfind(b' r="', start, end) if end >= 0 else -1
        match = _REF.match(piece, at + 1) if at >= 0 else None
        if match:
            facts.rows = max(facts.rows, int(match[2]))
            facts.columns = max(facts.columns, column_index(match[1].decode()) + 1)
        start, place = place + 4, piece.find(b"row>", place + 4)


def _formulas(facts: SheetFacts, piece: bytes) -> None:
    for match in _FORMULA.finditer(piece):
        place = _place(match[1])
        if place is None:
            continue
        facts.formulas += 1
        address = f"{column_letters(place[1])}{place[0]}"
        facts.first_formula = facts.first_formula or address
        if not match[2] and b't="str"' not in match[1] and len(facts.unsaved) < _MOST:
            facts.unsaved[place] = address


def _place(attributes: bytes) -> tuple[int, int] | None:
    match = _REF.search(attributes)
    return (int(match[2]), column_index(match[1].decode())) if match else None
