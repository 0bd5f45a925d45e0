"""Spreadsheets as agencies fill them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from mapalus.engine.data.contract import Contract
from mapalus.engine.errors import Refused
from tests.engine.data.reading.scans import codes, of, rows, write

pytestmark = pytest.mark.slow


def new_book():
    """An openpyxl workbook and its one sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    return book, book.worksheets[0]


def as_bytes(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def saved(*sheets, merges=()):
    """A workbook as bytes: (name, rows) per sheet; merged areas of the first one."""
    book, empty = new_book()
    book.remove(empty)
    for name, lines in sheets:
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    for area in merges:
        book.worksheets[0].merge_cells(area)
    return as_bytes(book)


def table(folder, lines, *, merges=(), **options):
    return of(folder, saved(("Lembar1", lines), merges=merges), "berkas.xlsx", **options)


def refused(folder, content, name="berkas.xlsx", **options):
    with pytest.raises(Refused) as found:
        of(folder, content, name, **options)
    return found.value


def test_a_population_book_is_read_as_its_office_made_it(tmp_path):
    lines = [
        ["DATA KEPENDUDUKAN BERSIH SEMESTER I"],
        ["PROVINSI CONTOH"],
        ["Keadaan Juni"],
        ["NO", "KAB/KOTA", "Penduduk", None, None],
        [None, None, "L", "P", "Jumlah"],
        *([n, f"KAB {n}", f"{n}.250", f"{n}.100", f"{n * 2}.350"] for n in range(1, 16)),
        [None, "JUMLAH", "120.000", "110.000", "230.000"],
        [],
        ["Sumber: DKB Smt I"],
    ]
    scan = table(tmp_path, lines, merges=["A1:E1", "A2:E2", "A3:E3", "A4:A5", "B4:B5", "C4:E4"])
    assert scan.columns == ("NO", "KAB/KOTA", "Penduduk L", "Penduduk P", "Penduduk Jumlah")
    assert (scan.header_row, scan.first_row, scan.sheet) == (5, 6, "Lembar1")
    assert [row[0] for row in rows(scan)] == list(range(6, 21))
    assert sorted(codes(scan)) == ["footnote-rows", "title-rows", "total-row"]
    assert rows(scan)[0][2] == ["1", "KAB 1", "1.250", "1.100", "2.350"]
    assert scan.cells["Penduduk P"] == "D"


def test_cells_become_text_as_the_program_shows_them(tmp_path):
    moment = dt.datetime(2023, 8, 17, 9, 15)
    line = [1, 1.5, 0.1 + 0.2, 71.39, dt.date(2023, 8, 17), moment, dt.time(9, 15), True, "0071", 1e-7, 12345678901]
    scan = table(tmp_path, [[f"k{n}" for n in range(len(line))], line, line])
    assert rows(scan)[0][2] == [
        "1", "1.5", "0.3", "71.39", "2023-08-17", "2023-08-17T09:15:00", "09:15:00", "TRUE", "0071", "0.0000001",
        "12345678901",
    ]  # fmt: skip


def test_digits_that_the_program_lost_are_said(tmp_path):
    assert codes(table(tmp_path, [["nik", "nama"], [7171051208900000, "A"]])) == ["scientific-notation-id"]


def test_formulas_without_a_value_are_named(tmp_path):
    scan = table(tmp_path, [["a", "b"], [1, 2], [3, "=A2+1"], ["=1+1", "=2+2"]])
    assert sorted(codes(scan)) == ["formula-cell", "formula-without-value"]
    message = next(warning.say(language="en") for warning in scan.warnings if warning.code == "formula-without-value")
    assert "B3" in message


def test_error_values_stay_as_text(tmp_path):
    book, sheet = new_book()
    sheet.append(["a", "b"])
    sheet.append([1, "#N/A"])
    sheet["B2"].data_type = "e"
    assert rows(of(tmp_path, as_bytes(book), "x.xlsx"))[0][2] == ["1", "#N/A"]


def test_cells_merged_downwards_belong_to_every_row(tmp_path):
    lines = [["ruas", "sisi", "km"], ["A", "kiri", 1], [None, "kanan", 2], ["B", "kiri", 3], [None, "kanan", 4]]
    scan = table(tmp_path, lines, merges=["A2:A3", "A4:A5"])
    assert [cells[0] for _row, _flaw, cells in rows(scan)] == ["A", "A", "B", "B"]


def test_blank_rows_count_and_a_table_may_stand_anywhere(tmp_path):
    book, sheet = new_book()
    lines: dict[int, list[object]] = {4: ["kode", "nilai"], 5: ["a", 1], 7: ["b", 2]}
    for row, line in lines.items():
        for place, value in enumerate(line):
            sheet.cell(row, 3 + place, value)
    scan = of(tmp_path, as_bytes(book), "x.xlsx")
    assert (scan.columns, scan.header_row, scan.cells) == (("kode", "nilai"), 4, {"kode": "C", "nilai": "D"})
    assert [row[0] for row in rows(scan)] == [5, 7]


def test_one_of_several_sheets_is_read_and_the_others_named(tmp_path):
    content = saved(("Sampul", [["Laporan"]]), ("Data", [["a", "b"], [1, 2]]), ("Lain", [["c", "d"], [3, 4]]))
    scan = of(tmp_path, content, "x.xlsx")
    assert (scan.sheet, codes(scan)) == ("Data", ["multiple-sheets"])
    assert of(tmp_path, content, "x.xlsx", sheet="lain").columns == ("c", "d")
    problem = refused(tmp_path, content, sheet="Entah")
    assert "Sampul, Data, Lain" in problem.say(language="en")


def test_sheets_of_one_form_become_one_table(tmp_path):
    content = saved(*((name, [["puskesmas", "n"], [f"P {name}", 1]]) for name in ("Manado", "Bitung")))
    contract = Contract("t", mapalus={"reading": {"sheets": ["Manado", "Minsel", "Bitung"], "sheet_column": "kab"}})
    scan = of(tmp_path, content, "x.xlsx", contract=contract)
    assert scan.columns == ("kab", "puskesmas", "n")
    assert [cells for _row, _flaw, cells in rows(scan)] == [["Manado", "P Manado", "1"], ["Bitung", "P Bitung", "1"]]
    assert "Minsel" in " ".join(warning.say(language="en") for warning in scan.warnings)


def test_content_decides_and_not_the_name(tmp_path):
    content = saved(("S", [["a", "b"], [1, 2]]))
    assert of(tmp_path, content, "berkas.csv").columns == ("a", "b")
    assert of(tmp_path, "a;b\n1;2\n", "berkas.xlsx").columns == ("a", "b")


def test_a_zip_with_one_table_is_opened(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("data/isi.csv", "a,b\n1,2\n")
    assert of(tmp_path, out.getvalue(), "x.zip").columns == ("a", "b")
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("lain.csv", "a,b\n1,2\n")
    assert refused(tmp_path, out.getvalue()).reason == "not-tabular"


def test_a_cut_workbook_is_refused(tmp_path):
    content = saved(("S", [["a", "b"], [1, 2]]))
    assert refused(tmp_path, content[: len(content) // 2]).reason == "truncated"


def test_a_workbook_under_a_password_is_refused(tmp_path):
    fake = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000
    assert refused(tmp_path, fake).reason == "encrypted"


@pytest.mark.parametrize("part", ["word/document.xml", "ppt/presentation.xml"])
def test_documents_are_refused_as_what_they_are(tmp_path, part):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(part, "<x/>")
    assert refused(tmp_path, out.getvalue()).reason == "not-tabular"


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("isi.csv", b"0" * (64 << 20))
    assert refused(tmp_path, out.getvalue()).reason == "too-large"


def test_a_sheet_of_endless_extent_is_refused(tmp_path):
    book, sheet = new_book()
    sheet["A1"] = "a"
    sheet["XFD1048576"] = "b"
    assert refused(tmp_path, as_bytes(book)).reason == "too-large"


def test_an_empty_workbook_is_refused(tmp_path):
    assert refused(tmp_path, saved(("S", []))).reason == "empty-file"


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Kunjungan">
<table:table-row><table:table-cell office:value-type="string"><text:p>daya tarik</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Jan</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Bunaken</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="1250"><text:p>1.250</text:p></table:table-cell>
</table:table-row>
<table:table-row table:number-rows-repeated="1048570">
<table:table-cell table:number-columns-repeated="1024"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(content=ODS):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content.replace("\n<", "<"))
        manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def test_opendocument_is_read(tmp_path):
    scan = of(tmp_path, ods(), "kunjungan.ods")
    assert (scan.columns, rows(scan)) == (("daya tarik", "Jan"), [(2, "", ["Bunaken", "1250"])])


def test_opendocument_of_endless_extent_is_refused(tmp_path):
    bomb = ODS.replace("</table:table>", BOMB + "</table:table>")
    assert refused(tmp_path, ods(bomb)).reason == "too-large"


BOMB = (
    '<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="10000"'
    ' office:value-type="float" office:value="1"/></table:table-row>'
)


def test_the_spool_stays_when_the_file_is_gone(tmp_path):
    path = write(tmp_path, saved(("S", [["a", "b"], [1, 2]])), "x.xlsx")
    scan = of(tmp_path, path.read_bytes(), "x.xlsx")
    path.unlink()
    assert len(rows(scan)) == 1


def test_the_sheet_with_the_table_is_chosen_before_those_that_explain_it(tmp_path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, lines in (
        ("Sampul", [["Laporan"]]),
        ("Referensi", [["kode", "arti"], *[[n, "x"] for n in range(30)]]),
        ("Data", [["id", "nama", "nilai"], *[[n, "n", n] for n in range(10)]]),
        ("Data 2", [["id", "nama", "nilai"], *[[n, "n", n] for n in range(15)]]),
    ):
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    content = io.BytesIO()
    book.save(content)
    scan = of(tmp_path, content.getvalue(), name="buku.xlsx")
    assert scan.sheet == "Data"
    assert "multiple-sheets" in codes(scan)


def test_cells_that_are_only_formatted_do_not_make_a_sheet_large(tmp_path):
    book, sheet = new_book()
    sheet.append(["nama", "nilai"])
    sheet.append(["a", 1])
    from openpyxl.styles import Font

    for address in ("KO500", "F1048576"):
        sheet[address].font = Font(bold=True)
    scan = of(tmp_path, as_bytes(book), "luas.xlsx")
    assert (scan.columns, rows(scan)) == (("nama", "nilai"), [(2, "", ["a", "1"])])
