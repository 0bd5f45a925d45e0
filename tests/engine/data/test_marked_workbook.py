"""The producer gets his own workbook back, with the wrong cells marked where he knows them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl  # noqa: TID253 - writes the producer's workbook and reads ours
import pytest
from openpyxl.styles import Font  # noqa: TID253 - as above

from mapalus.engine.data.reading import read
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.data.workbook import FIRST_LOOK, Mark, letters_of, write_marks

pytestmark = pytest.mark.slow
MARKS = [
    Mark(4, "C", "jumlah", "2", "Jumlah paling sedikit 5."),
    Mark(4, "C", "jumlah", "2", "Jumlah harus sama dengan L + P."),
    Mark(5, "", "", "", "Terisi lebih besar dari kapasitas."),
    Mark(1, "B", "judul", "=1", "Sel gabungan."),
]
RED = "FFF4B6B0"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Data DBD"
    sheet.append(["LAPORAN"])
    sheet.merge_cells("A1:C1")
    sheet["A1"].font = Font(bold=True, size=20)
    sheet.append(["kode", "nama", "jumlah"])
    for number in range(5):
        sheet.append([f"71.0{number}", "=cmd" if number == 3 else f"N{number}", number])
    sheet.append(["JUMLAH", None, "=SUM(C3:C7)"])
    book.create_sheet("Lain").append([1])
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def scan(source: Path) -> Scan:
    letters = {"kode": "A", "nama": "B", "jumlah": "C"}
    return Scan(source, tuple(letters), Dialect(), True, 3, sheet="Data DBD", cells=letters)


@pytest.mark.parametrize("own_look", [True, False])
def test_workbook_comes_back_marked(source: Path, own_look: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not own_look:
        monkeypatch.setattr("mapalus.engine.data.workbook._OWN_LOOK", 0)
    out = write_marks(source, MARKS, scan(source), source.with_name("out.xlsx"), language="id")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Data DBD", "Lain", FIRST_LOOK]
    assert book.active is not None
    assert book.active.title == FIRST_LOOK
    sheet = book["Data DBD"]
    notes = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert notes["C4"] == "Jumlah paling sedikit 5.\nJumlah harus sama dengan L + P."
    assert set(notes) == {"A1", "C4", "A5"}
    assert {cell.fill.fgColor.rgb for cell in (sheet["A1"], sheet["C4"], sheet["A5"])} == {RED}
    assert [cell.value for cell in sheet[3]] == ["71.00", "N0", 0]
    assert str(sheet.merged_cells) == "A1:C1"
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row), "no formula runs"
    look = [[cell.value for cell in row] for row in book[FIRST_LOOK].iter_rows()]
    assert look[0][0] == "Perbaikan yang perlu dibuat"
    assert ["C4", 4, "jumlah", "2", "Jumlah paling sedikit 5."] in look
    if own_look:
        assert sheet["A1"].font.size == 20


def test_marks_of_an_earlier_round_are_taken_away(source: Path) -> None:
    first = write_marks(source, MARKS, scan(source), source.with_name("1.xlsx"))
    second = write_marks(first, [], scan(source), source.with_name("2.xlsx"))
    book = openpyxl.load_workbook(second)
    assert book.sheetnames.count(FIRST_LOOK) == 1
    cells = [cell for row in book["Data DBD"].iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.comment or cell.fill.fill_type]


def test_a_marked_workbook_is_read_as_the_producers_table(source: Path, tmp_path: Path) -> None:
    out = write_marks(source, MARKS, scan(source), source.with_name("out.xlsx"))
    assert read(out, scratch=tmp_path).sheet == "Data DBD"


def test_where_several_sheets_were_read_as_one_no_wrong_cell_is_marked(source: Path) -> None:
    several = replace(scan(source), sheet="Data DBD, Lain", cells={})
    book = openpyxl.load_workbook(write_marks(source, MARKS, several, source.with_name("out.xlsx")))
    assert not [
        cell.coordinate for sheet in book.worksheets[:2] for row in sheet.iter_rows() for cell in row if cell.comment
    ]
    assert [cell.value for cell in book[FIRST_LOOK]["E"]].count("Jumlah paling sedikit 5.") == 1


def test_a_text_file_comes_back_with_its_row_numbers(tmp_path: Path) -> None:
    source = tmp_path / "c.csv"
    source.write_bytes('kode;nama;jumlah\r\n\r\n71.01;"a\nb";=1+1\r\n71.02;x;3\r\n'.encode("utf-16"))
    text = Scan(source, ("kode", "nama", "jumlah"), Dialect(delimiter=";", encoding="utf-16"), True, 3)
    assert letters_of(text, {"kode": 0, "jumlah": 2}) == {"kode": "A", "jumlah": "C"}
    marks = [Mark(3, "C", "jumlah", "=1+1", "Bukan angka."), Mark(4, "D", "x", "", "Kosong.")]
    sheet = openpyxl.load_workbook(write_marks(source, marks, text, tmp_path / "c.xlsx"))["Data"]
    assert [cell.value for cell in sheet[3]][:3] == ["71.01", "a\nb", "=1+1"]
    assert sheet["C3"].data_type == "s"
    assert sheet["C3"].comment.text == "Bukan angka."
    assert sheet["D4"].fill.fgColor.rgb == RED, "a cell that is not there is marked, too"
