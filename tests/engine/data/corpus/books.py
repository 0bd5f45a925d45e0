# ruff: noqa: E501 - a case is read best on its line
"""Workbooks: sheets, titles, merged heads, totals, formulas, days, and what only looks like a workbook."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from tests.engine.data.corpus.case import Case, as_bytes

__all__ = ["BOOKS"]

Lines = Sequence[Sequence[Any]]


def book(lines: Lines, *, merges: Iterable[str] = (), start: int = 1, more: Sequence[tuple[str, Lines]] = (),
         hidden: Iterable[str] = (), formats: dict[str, str] | None = None, name: str = "Data") -> bytes:  # fmt: skip
    """A workbook whose first sheet is `name`; `more` are further sheets, `hidden` the names of hidden ones."""
    import openpyxl

    made = openpyxl.Workbook()
    first = made.worksheets[0]
    first.title = name
    for sheet, rows in [(first, lines), *((made.create_sheet(title), rows) for title, rows in more)]:
        for row, line in enumerate(rows, start if sheet is first else 1):
            for place, value in enumerate(line, 1):
                if value is not None:
                    sheet.cell(row, place, value)
        if sheet.title in hidden:
            sheet.sheet_state = "hidden"
    for area in merges:
        first.merge_cells(area)
    for cell, form in (formats or {}).items():
        first[cell].number_format = form
    return as_bytes(made)


def sheet_xml(rows: str, *, extra: str = "", strings: str = "") -> bytes:
    """A workbook of one sheet whose XML is written here: what no library would write."""
    out = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", f'<Types xmlns="{pack}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>')  # fmt: skip
        packed.writestr("_rels/.rels", f'<Relationships xmlns="{pack}/relationships"><Relationship Id="rId1" '
            f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>')  # fmt: skip
        packed.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rel}">{extra}<sheets>'
            '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>')  # fmt: skip
        packed.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{pack}/relationships"><Relationship '
            f'Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
            f'Type="{rel}/sharedStrings" Target="sharedStrings.xml"/></Relationships>')  # fmt: skip
        packed.writestr("xl/sharedStrings.xml", strings or f'<sst xmlns="{main}"/>')
        packed.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return out.getvalue()


def cell(place: str, value: object, *, formula: str = "", kind: str = "") -> str:
    kind = kind or ("str" if isinstance(value, str) else "n")
    made = f"<f>{formula}</f>" if formula else ""
    return f'<c r="{place}" t="{kind}">{made}{"" if value is None else f"<v>{value}</v>"}</c>'


def xml_rows(*lines: str) -> str:
    return "".join(f'<row r="{n}">{line}</row>' for n, line in enumerate(lines, 1))


def ods(rows: str, *, more: str = "", name: str = "content.xml") -> bytes:
    out = io.BytesIO()
    space = "urn:oasis:names:tc:opendocument:xmlns"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        packed.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{more}<office:document-content '
            f'xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" '
            'office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Data">'
            f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>")  # fmt: skip
        packed.writestr("META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')  # fmt: skip
    return out.getvalue()


def ods_row(*values: object, repeated: int = 1) -> str:
    made = "".join(
        '<table:table-cell/>' if value is None
        else f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
        if isinstance(value, int | float)
        else f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        for value in values)  # fmt: skip
    return f'<table:table-row table:number-rows-repeated="{repeated}">{made}</table:table-row>'


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def locked() -> bytes:
    """The head of an encrypted workbook: a compound file whose one stream is EncryptedPackage."""
    from mapalus.engine.data.reading.barebook import in_a_box

    return in_a_box("EncryptedPackage", b"")


def excel_95(lines: Lines) -> bytes:
    """The bare stream of a workbook of Excel 5 and 95: each record has its kind and length before it."""
    import struct

    def record(kind: int, content: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    sheet = record(0x0809, struct.pack("<4H", 0x0500, 0x0010, 0, 0))
    sheet += record(0x0200, struct.pack("<5H", 0, len(lines), 0, max(map(len, lines)), 0))
    for row, line in enumerate(lines):
        for place, value in enumerate(line):
            where = struct.pack("<3H", row, place, 0)
            text = str(value).encode("cp1252")
            sheet += (
                record(0x0204, where + struct.pack("<H", len(text)) + text)
                if isinstance(value, str)
                else record(0x0203, where + struct.pack("<d", value))
            )
    head = record(0x0809, struct.pack("<4H", 0x0500, 0x0005, 0, 0)) + record(0x0042, struct.pack("<H", 1252))
    begins = len(head) + 15 + 4
    return (
        head + record(0x0085, struct.pack("<I3B", begins, 0, 0, 4) + b"Data") + record(0x000A) + sheet + record(0x000A)
    )


def excel_95_in_a_box() -> bytes:
    from mapalus.engine.data.reading.barebook import in_a_box

    return in_a_box("Book", excel_95(TABLE))


def xlsb() -> bytes:
    """A workbook in the binary form of Excel: each record has its kind and length, in sevens of bits, before it."""
    import struct

    def record(kind: int, content: bytes = b"") -> bytes:
        return (
            (bytes((kind & 127 | 128, kind >> 7)) if kind > 127 else bytes((kind,))) + bytes((len(content),)) + content
        )

    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    def row(number: int, *values: str | int) -> bytes:
        cells = b"".join(
            record(6, struct.pack("<II", place, 0) + text(value))
            if isinstance(value, str)
            else record(5, struct.pack("<IId", place, 0, value))
            for place, value in enumerate(values)
        )
        return record(0, struct.pack("<IIHBBI", number, 0, 300, 0, 0, 0)) + cells

    rows = b"".join(row(number, *line) for number, line in enumerate(TABLE))
    sheet = record(129) + record(148, struct.pack("<4I", 0, 3, 0, 1)) + record(145) + rows + record(146) + record(130)
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + text("rId1") + text("Data")) + record(144)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    return zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": book + record(132),
        "xl/_rels/workbook.bin.rels": links.encode(), "xl/worksheets/sheet1.bin": sheet})  # fmt: skip


def from_1904() -> bytes:
    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    for line in (["kab", "tanggal"], ["A", DAY], ["B", dt.date(2024, 1, 31)]):
        made.worksheets[0].append(line)
    return as_bytes(made)


KABS: list[list[Any]] = [["Manado", 10], ["Bitung", 20], ["Tomohon", 30]]
KAB_FIELDS = "kab:string jumlah:integer"
TABLE: Lines = [["kab", "jumlah"], *KABS]
FORM: Lines = [
    ["REKAPITULASI PENDUDUK"], ["PROVINSI SULAWESI UTARA TAHUN 2023"], [],
    ["No", "Kabupaten/Kota", "Penduduk", None, None], [None, None, "L", "P", "L+P"],
    ["(1)", "(2)", "(3)", "(4)", "(5)"],
    [1, "Manado", 10, 11, 21], [2, "Bitung", 20, 19, 39], [3, "Tomohon", 5, 6, 11],
    ["JUMLAH", None, 35, 36, 71], [], ["Sumber: Dinas Dukcapil"],
]  # fmt: skip
FORM_MERGES = ["A1:E1", "A2:E2", "A4:A5", "B4:B5", "C4:E4", "A10:B10"]
YEARS: Lines = [
    ["Kab", "2021", None, "2022", None], [None, "L", "P", "L", "P"],
    ["A", 1, 2, 3, 4], ["B", 5, 6, 7, 8], ["C", 9, 10, 11, 12],
]  # fmt: skip
GROUPS: Lines = [
    ["Provinsi", "Kab", "n"],
    ["Sulut", "Manado", 1],
    [None, "Bitung", 2],
    ["Gorontalo", "Limboto", 3],
    [None, "Tilamuta", 4],
]
DAY = dt.date(2023, 8, 17)


def xlsx(*args: Any, **more: Any) -> Callable[[], bytes]:
    return partial(book, *args, **more)


X = "berkas.xlsx"
BOOKS: dict[str, Case] = {
    "a plain workbook": Case(xlsx(TABLE), X, header=1, fields=KAB_FIELDS, good=KABS, warned="", rows=[2, 3, 4]),
    "a form of an office": Case(xlsx(FORM, merges=FORM_MERGES), X, header=5, rows=[7, 8, 9],
        fields=["No:integer", "Kabupaten/Kota:string", "Penduduk L:integer", "Penduduk P:integer", "Penduduk L+P:integer"],
        good=[[1, "Manado", 10, 11, 21], [2, "Bitung", 20, 19, 39], [3, "Tomohon", 5, 6, 11]],
        warned="footnote-rows title-rows total-row", guessed="header_row header_rows"),
    "the form without its merges": Case(xlsx(FORM), X, header=5, rows=[7, 8, 9],
        fields=["No:integer", "Kabupaten/Kota:string", "Penduduk L:integer", "Penduduk P:integer", "Penduduk L+P:integer"],
        guessed="header_rows"),
    "a header of three rows": Case(xlsx([
        ["Kab", "Penduduk", None, None, None], [None, 2022, None, 2023, None], [None, "L", "P", "L", "P"],
        ["A", 1, 2, 3, 4], ["B", 5, 6, 7, 8], ["C", 9, 10, 11, 12]], merges=["A1:A3", "B1:E1", "B2:C2", "D2:E2"]), X,
        header=3, fields=["Kab:string", "Penduduk 2022 L:integer", "Penduduk 2022 P:integer", "Penduduk 2023 L:integer",
        "Penduduk 2023 P:integer"], good=3, guessed="header_rows"),
    "years above measures": Case(xlsx(YEARS, merges=["A1:A2", "B1:C1", "D1:E1"]), X, header=2, good=3, guessed="header_rows",
        fields=["Kab:string", "2021 L:integer", "2021 P:integer", "2022 L:integer", "2022 P:integer"]),
    "years as numbers in the head": Case(xlsx([["Provinsi", 2019, 2020, 2021], ["ACEH", 1.5, 2.5, 3.5], ["BALI", 4.5, 5.5, 6.5],
        ["RIAU", 7.5, 8.5, 9.5]]), X, header=1, fields="Provinsi:string 2019:number 2020:number 2021:number", good=3),
    "groups merged downwards": Case(xlsx(GROUPS, merges=["A2:A3", "A4:A5"]), X,
        good=[["Sulut", "Manado", 1], ["Sulut", "Bitung", 2], ["Gorontalo", "Limboto", 3], ["Gorontalo", "Tilamuta", 4]]),
    "groups not merged": Case(xlsx(GROUPS), X, good=4, missing={"Provinsi": 2}),
    "several sheets": Case(xlsx(TABLE, more=[("Lain", [["a", "b"], [1, 2]])]), X, good=KABS, warned="multiple-sheets"),
    "a sheet by name": Case(xlsx(TABLE, more=[("Lain", [["a", "b"], [1, 2]])]), X, sheet="Lain", good=[[1, 2]]),
    "a sheet that is not there": Case(xlsx(TABLE), X, sheet="Tiada", refused="not-found no-sheet not-readable missing-sheet not-tabular"),
    "a hidden sheet before the table": Case(xlsx([["kode", "nama"], ["1", "x"]], more=[("Tampak", TABLE)], hidden=["Data"]), X,
        good=KABS, warned="multiple-sheets"),
    "a cover sheet before the table": Case(xlsx([["PEMERINTAH PROVINSI"], ["Data Sektoral 2023"]], more=[("Tabel", TABLE)],
        name="Sampul"), X, good=KABS),
    "blank rows and columns before the table": Case(xlsx([[None, None, *line] for line in TABLE], start=5), X, header=5,
        fields=KAB_FIELDS, good=KABS, rows=[6, 7, 8]),
    "a blank column between": Case(xlsx([[a, None, b] for a, b in TABLE]), X, good=3),
    "blank rows between": Case(xlsx([TABLE[0], TABLE[1], [], TABLE[2], [], [], TABLE[3]]), X, good=KABS, rows=[2, 4, 7]),
    "two tables below each other": Case(xlsx([*TABLE, [], ["Tabel 2"], ["kec", "n", "m"], ["X", 1, 2], ["Y", 3, 4]]), X,
        good=KABS, header=1, notices="several-tables"),
    "formulas with values": Case(lambda: sheet_xml(xml_rows(
        cell("A1", "kab") + cell("B1", "n"), cell("A2", "A") + cell("B2", 3, formula="1+2"), cell("A3", "B") + cell("B3", 5))), X,
        good=[["A", 3], ["B", 5]], warned="formula-cell"),
    "formulas without values": Case(lambda: sheet_xml(xml_rows(
        cell("A1", "kab") + cell("B1", "n"), cell("A2", "A") + cell("B2", None, formula="1+2"), cell("A3", "B") + cell("B3", 5))), X,
        notices="formula-without-value"),
    "error values": Case(lambda: sheet_xml(xml_rows(
        cell("A1", "kab") + cell("B1", "n"), cell("A2", "A") + cell("B2", "#DIV/0!", kind="e", formula="1/0"),
        cell("A3", "B") + cell("B3", "#REF!", kind="e"), cell("A4", "C") + cell("B4", 5), cell("A5", "D") + cell("B5", 6),
        cell("A6", "E") + cell("B6", 7))), X, fields="kab:string n:integer",
        errors={(2, "n", "type-error"), (3, "n", "type-error")}, good=[["C", 5], ["D", 6], ["E", 7]]),
    "days of the program": Case(xlsx([["kab", "tanggal"], ["A", DAY], ["B", dt.date(2024, 1, 31)]]), X,
        fields="kab:string tanggal:date", good=[["A", "2023-08-17"], ["B", "2024-01-31"]], warned=""),
    "days that became numbers": Case(xlsx([["kab", "tanggal lahir"], ["A", 45155], ["B", 45156], ["C", 20000]]), X,
        fields=["kab:string", "tanggal lahir:date"], good=[["A", "2023-08-17"], ["B", "2023-08-18"], ["C", "1954-10-03"]],
        notices="excel-serial-date"),
    "days and texts of days": Case(xlsx([["kab", "tanggal"], ["A", DAY], ["B", "18/08/2023"], ["C", "19 Agustus 2023"], ["D", DAY]]), X,
        fields="kab:string tanggal:date", good=[["A", "2023-08-17"], ["D", "2023-08-17"]],
        errors={(3, "tanggal", "type-error"), (4, "tanggal", "type-error")}),
    "days counted from 1904": Case(from_1904, X, good=[["A", "2023-08-17"], ["B", "2024-01-31"]]),
    "percent as the program keeps it": Case(xlsx([["kab", "persen"], ["A", 0.125], ["B", 0.5]], formats={"B2": "0.0%", "B3": "0.0%"}), X,
        good=[["A", 0.125], ["B", 0.5]]),
    "numbers kept as text": Case(xlsx([["kab", "n"], ["A", "1.250"], ["B", "12.000"], ["C", "3.500.000"]]), X,
        fields="kab:string n:integer", good=[["A", 1250], ["B", 12000], ["C", 3500000]]),
    "numbers and texts of numbers": Case(xlsx([["kab", "n"], ["A", 1250], ["B", "12.000"], ["C", "3.500.000"], ["D", 70000]]), X,
        fields="kab:string n:integer", good=[["A", 1250], ["B", 12000], ["C", 3500000], ["D", 70000]]),
    "a nik that the program rounded": Case(xlsx([["NIK", "nama"], [7171051208900000, "A"], [7171051208910000, "B"]]), X,
        notices="scientific-notation-id", fields="NIK:string nama:string"),
    "a nik kept as text": Case(xlsx([["NIK", "nama"], ["7171051208900001", "A"], ["7171051208900002", "B"]]), X, warned="",
        good=[["7171051208900001", "A"], ["7171051208900002", "B"]]),
    "codes that the program took for numbers": Case(xlsx([["kode_wilayah", "n"], [71.71, 1], [71.1, 2], [71.02, 3]]), X, fields="kode_wilayah:string n:integer"),
    "codes shown with their zeros": Case(xlsx([["kode", "n"], [7101, 1], [812, 2]], formats={"A2": "00000", "A3": "00000"}), X,
        good=[["07101", 1], ["00812", 2]]),
    "numbers of three decimals": Case(xlsx([["kab", "v"], ["A", 1.234], ["B", 2.345]]), X, good=[["A", 1.234], ["B", 2.345]], warned=""),
    "texts of three decimals": Case(xlsx([["kab", "v"], ["A", "1.234"], ["B", "2.345"]]), X, good=2, warned="ambiguous-number-format"),
    "a zip that points upwards": Case(zipped({"../../a.csv": b"kab,n\nA,1\n"}), "berkas.zip", good=[["A", 1]]),
    "opendocument with more rows than a sheet": Case(ods(ods_row("kab", "n") + ods_row("A", 1, repeated=9_000_000)), "berkas.ods", refused="too-large"),
    "truth of the program": Case(xlsx([["kab", "aktif"], ["A", True], ["B", False]]), X, good=[["A", True], ["B", False]]),
    "a cell with line breaks": Case(xlsx([["Nama\nDesa", "Jumlah\nKK"], ["A\nB", 1], ["C", 2]]), X, good=2,
        fields=["Nama Desa:string", "Jumlah KK:integer"], rows=[2, 3]),
    "a sheet without a header": Case(xlsx([["A", 1], ["B", 2], ["C", 3]]), X),
    "an empty workbook": Case(xlsx([]), X, refused="empty-file"),
    "a header alone": Case(xlsx([["kab", "n"]]), X, good=0, notices="no-rows"),
    "a workbook called csv": Case(xlsx(TABLE), "berkas.csv", good=KABS),
    "a workbook called xls": Case(xlsx(TABLE), "berkas.xls", good=KABS),
    "excel 95": Case(excel_95_in_a_box, "berkas.xls", fields=KAB_FIELDS, good=KABS, rows=[2, 3, 4]),
    "excel 95 without its box": Case(lambda: excel_95(TABLE), "berkas.xls", fields=KAB_FIELDS, good=KABS, rows=[2, 3, 4]),
    "excel 4": Case(b"\x09\x04\x06\0\0\0\x10\0\0\0" + b"\x0a\0\0\0", "berkas.xls", refused="not-tabular"),
    "the binary form of excel": Case(xlsb, "berkas.xlsb", fields=KAB_FIELDS, good=KABS, rows=[2, 3, 4]),
    "access": Case(b"\0\1\0\0Standard ACE DB\0" + bytes(4000), "berkas.accdb", refused="not-tabular"),
    "many titles and few rows": Case(xlsx([*([f"Judul {n}"] for n in range(12)), ["Kab", "L", "P"], ["A", 1, 2], ["B", 3, 4]]), X,
        header=13, good=[["A", 1, 2], ["B", 3, 4]]),
    "a csv called xlsx": Case("kab,jumlah\nManado,10\nBitung,20\nTomohon,30\n", X, good=KABS),
    "a csv called xls with tabs": Case("kab\tjumlah\nManado\t10\nBitung\t20\nTomohon\t30\n", "berkas.xls", good=KABS),
    "a workbook without an end": Case(lambda: book(TABLE)[:-200], X, refused="truncated"),
    "half a workbook": Case(lambda: book(TABLE)[:2500], X, refused="truncated"),
    "a locked workbook": Case(locked, X, refused="encrypted locked password-protected not-tabular"),
    "a letter": Case(lambda: zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}), "surat.docx", refused="not-tabular"),
    "entities without end": Case(lambda: sheet_xml(xml_rows(cell("A1", "kab") + cell("B1", "n")), strings=
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&c;</t></si></sst>'), X, refused="not-tabular too-large"),
    "a zip of one table": Case(lambda: zipped({"data/a.csv": b"kab,jumlah\nManado,10\nBitung,20\nTomohon,30\n"}), "a.zip", good=KABS),
    "a zip of one table and a readme": Case(lambda: zipped({"a.csv": b"kab,jumlah\nManado,10\nBitung,20\nTomohon,30\n", "README.txt": b"Data"}),
        "a.zip", good=KABS),
    "a zip of two tables": Case(lambda: zipped({"a.csv": b"a,b\n1,2\n", "b.csv": b"a,b\n1,2\n"}), "a.zip", refused="not-tabular several-tables multiple-files"),
    "a zip within a zip": Case(lambda: zipped({"b.zip": zipped({"a.csv": b"a,b\n1,2\n"})}), "a.zip", good=[[1, 2]]),
    "archives without end": Case(lambda: zipped({"c.zip": zipped({"b.zip": zipped({"a.csv": b"a,b\n1,2\n"})})}), "a.zip", refused="not-tabular"),
    "a zip of nothing": Case(lambda: zipped({}), "a.zip", refused="empty-file not-tabular"),
    "opendocument": Case(lambda: ods(ods_row("kab", "jumlah") + ods_row("Manado", 10) + ods_row("Bitung", 20) + ods_row("Tomohon", 30)
        + ods_row(None, repeated=1048572)), "berkas.ods", fields=KAB_FIELDS, good=KABS, rows=[2, 3, 4]),
    "opendocument with rows repeated": Case(lambda: ods(ods_row("kab", "jumlah") + ods_row("Manado", 10, repeated=3) + ods_row("Bitung", 20)),
        "berkas.ods", good=4, rows=[2, 3, 4, 5]),
    "opendocument with entities": Case(lambda: ods(ods_row("kab", "&b;"), more=
        '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'), "berkas.ods", refused="not-tabular too-large"),
}  # fmt: skip
