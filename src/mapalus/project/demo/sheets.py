"""Spreadsheets as offices really send them, written byte for byte the same every time.

A library would write the formulas' values, the merged cells and the dates correctly. Here they must be wrong in
planned ways (a formula without a stored value, a number shown as 4,01E+07, a remark in a cell), so the few parts of
the two zip formats are written by hand. Source: ECMA-376 part 1 (SpreadsheetML), OASIS OpenDocument 1.3 part 3.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

__all__ = ["Cell", "Formula", "Sheet", "column_letters", "ods", "xlsx"]

_CLOCK = (2000, 1, 1, 0, 0, 0)  # the same bytes on every run
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/>'
    '<sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs>'
    "</styleSheet>"
)


@dataclass(frozen=True)
class Formula:
    """A formula; `value` None means that the program that wrote it stored none."""

    text: str
    value: float | None = None


Cell = str | int | float | Formula | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows of cells from A1; `merges` in A1:B2 notation; `remarks` by cell; bold rows count from 1."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merges: Sequence[str] = ()
    bold: frozenset[int] = frozenset()
    remarks: Mapping[str, str] | None = None
    is_protected: bool = False


def column_letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cell(place: str, value: Cell, style: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    if isinstance(value, Formula):
        stored = "" if value.value is None else f"<v>{value.value!r}</v>"
        return f'<c r="{place}"{style}><f>{escape(value.text)}</f>{stored}</c>'
    return f'<c r="{place}"{style}><v>{value!r}</v></c>'


def _worksheet(sheet: Sheet) -> str:
    letters = [column_letters(i) for i in range(max((len(row) for row in sheet.rows), default=0))]
    out = [_HEAD, f'<worksheet xmlns="{_MAIN}" xmlns:r="{_REL}"><sheetData>']
    for number, row in enumerate(sheet.rows, start=1):
        style = ' s="1"' if number in sheet.bold else ""
        cells = "".join(_cell(f"{letters[i]}{number}", value, style) for i, value in enumerate(row))
        if cells:
            out.append(f'<row r="{number}">{cells}</row>')
    out.append("</sheetData>")
    if sheet.is_protected:
        out.append('<sheetProtection password="CC1A" sheet="1" objects="1" scenarios="1"/>')
    if sheet.merges:
        merged = "".join(f'<mergeCell ref="{place}"/>' for place in sheet.merges)
        out.append(f'<mergeCells count="{len(sheet.merges)}">{merged}</mergeCells>')
    if sheet.remarks:
        out.append('<legacyDrawing r:id="rId2"/>')
    out.append("</worksheet>")
    return "".join(out)


def _remarks(remarks: Mapping[str, str]) -> str:
    items = "".join(
        f'<comment ref="{place}" authorId="0"><text><r><t>{escape(text)}</t></r></text></comment>'
        for place, text in remarks.items()
    )
    return (
        f'{_HEAD}<comments xmlns="{_MAIN}"><authors><author>pemeriksa (contoh)</author></authors>'
        f"<commentList>{items}</commentList></comments>"
    )


def _drawing(remarks: Mapping[str, str]) -> str:
    shapes = []
    for number, place in enumerate(remarks):
        row = int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1
        shapes.append(
            f'<v:shape id="s{number}" type="#t" style="visibility:hidden"><x:ClientData ObjectType="Note">'
            f"<x:Row>{row}</x:Row><x:Column>{ord(place[0]) - 65}</x:Column></x:ClientData></v:shape>"
        )
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        '<v:shapetype id="t" path="m0,0l0,21600,21600,21600,21600,0xe"/>' + "".join(shapes) + "</xml>"
    )


def _zip(parts: Sequence[tuple[str, str]], *, first_stored: bool = False) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        for number, (name, text) in enumerate(parts):
            entry = zipfile.ZipInfo(name, date_time=_CLOCK)
            entry.compress_type = zipfile.ZIP_STORED if first_stored and number == 0 else zipfile.ZIP_DEFLATED
            archive.writestr(entry, text, compresslevel=1)
    return box.getvalue()


def _sheet_parts(number: int, sheet: Sheet) -> list[tuple[str, str]]:
    parts = [(f"xl/worksheets/sheet{number}.xml", _worksheet(sheet))]
    if sheet.remarks:
        links = (
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_REL}/comments" Target="../comments{number}.xml"/>'
            f'<Relationship Id="rId2" Type="{_REL}/vmlDrawing" Target="../drawings/notes{number}.vml"/>'
            "</Relationships>"
        )
        parts += [
            (f"xl/worksheets/_rels/sheet{number}.xml.rels", links),
            (f"xl/comments{number}.xml", _remarks(sheet.remarks)),
            (f"xl/drawings/notes{number}.vml", _drawing(sheet.remarks)),
        ]
    return parts


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook of these sheets."""
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{content}.worksheet+xml"/>'
        + (f'<Override PartName="/xl/comments{n}.xml" ContentType="{content}.comments+xml"/>' if s.remarks else "")
        for n, s in enumerate(sheets, start=1)
    )
    listed = "".join(
        f'<sheet name={quoteattr(s.name)} sheetId="{n}" r:id="rId{n}"/>' for n, s in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts = [
        (
            "[Content_Types].xml",
            (
                f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Default Extension="xml" ContentType="application/xml"/>'
                '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{content}.sheet.main+xml"/>'
                f'<Override PartName="/xl/styles.xml" ContentType="{content}.styles+xml"/>{kinds}</Types>'
            ),
        ),
        (
            "_rels/.rels",
            (
                f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
                f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ),
        ),
        (
            "xl/workbook.xml",
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{listed}</sheets></workbook>',
        ),
        (
            "xl/_rels/workbook.xml.rels",
            (
                f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}'
                f'<Relationship Id="rId{len(sheets) + 1}" Type="{_REL}/styles" Target="styles.xml"/></Relationships>'
            ),
        ),
        ("xl/styles.xml", _HEAD + _STYLES),
    ]
    for number, sheet in enumerate(sheets, start=1):
        parts += _sheet_parts(number, sheet)
    return _zip(parts)


def _ods_cell(value: Cell, span: int) -> str:
    wide = f' table:number-columns-spanned="{span}" table:number-rows-spanned="1"' if span > 1 else ""
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, Formula):
        value = value.value
    if isinstance(value, str):
        return f'<table:table-cell{wide} office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    return (
        f'<table:table-cell{wide} office:value-type="float" office:value="{value!r}">'
        f"<text:p>{value!r}</text:p></table:table-cell>"
    )


def _ods_row(row: Sequence[Cell], spans: Mapping[int, int]) -> str:
    out, covered = [], 0
    for place, value in enumerate(row):
        if covered:
            covered -= 1
            out.append("<table:covered-table-cell/>")
            continue
        span = spans.get(place, 1)
        covered = span - 1
        out.append(_ods_cell(value, span))
    return f"<table:table-row>{''.join(out)}</table:table-row>"


def ods(name: str, rows: Sequence[Sequence[Cell]], *, spans: Mapping[int, Mapping[int, int]]) -> bytes:
    """An OpenDocument spreadsheet of one sheet.

    `spans` says by row and column (from 0) how many columns a cell covers.
    """
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    body = "".join(_ods_row(row, spans.get(number, {})) for number, row in enumerate(rows))
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return _zip(
        [
            ("mimetype", kind),
            (
                "content.xml",
                (
                    f"{_HEAD}<office:document-content {spaces}><office:body><office:spreadsheet>"
                    f"<table:table table:name={quoteattr(name)}>{body}</table:table>"
                    "</office:spreadsheet></office:body></office:document-content>"
                ),
            ),
            (
                "META-INF/manifest.xml",
                (
                    f'{_HEAD}<manifest:manifest xmlns:manifest="{manifest}" manifest:version="1.3">'
                    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
                    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
                    "</manifest:manifest>"
                ),
            ),
        ],
        first_stored=True,
    )
