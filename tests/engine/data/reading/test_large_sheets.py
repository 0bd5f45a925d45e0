"""A large sheet read by its head and end, with the rows between copied at once, reads as it would cell by cell."""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # noqa: TID253 - the tests write what they read

from mapalus.engine.data.contract import parse
from mapalus.engine.data.reading import read, sheetcut, sheetgrid, sheettags
from mapalus.engine.data.table import Scan

_ROWS = 900
_TEXTS = (
    "Bitung", "", "a,b", 'kata "kutip"', "R&D", "1 < 2", "baris\nbaru", " tepi ", "ujung ", "_x0041_bc", "garis_bawah",
    "Ñandú é 漢字", "x" * 300, "=1+1",
    "Total biaya lain-lain yang panjang sekali supaya bukan jumlah " + "y" * 40, "TRUE",
)  # fmt: skip
_NUMBERS = (
    0, 1, -7, 1.5, 0.1 + 0.2, 1e-7, -0.25, 10, 100, 1200.0, 123456789012345, 1234567890123456, 1e20, 2.5e21, 0.1, -0.0,
    99.99, 7101010101010101,
)  # fmt: skip

Write = Callable[[Any, Any], None]


def _book(path: Path, fill: Write, **options: Any) -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, **options})
    fill(book, book.add_worksheet("Data"))
    book.close()
    return path


def _mixed(book: Any, sheet: Any) -> None:
    chance = random.Random(7)
    day, moment, clock, share, money = (
        book.add_format({"num_format": shown})
        for shown in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm", "hh:mm:ss", "0.0%", "#,##0.00")
    )
    sheet.write(0, 0, "Tabel 1. Campuran")
    sheet.write_row(2, 0, ["kode", "teks", "angka", "hari", "saat", "jam", "ya", "persen", "rupiah", "kosong", "akhir"])
    for row in range(3, _ROWS):
        sheet.write_string(row, 0, f"{row:05}")
        sheet.write_string(row, 1, chance.choice(_TEXTS))
        sheet.write_number(row, 2, chance.choice(_NUMBERS))
        sheet.write_datetime(row, 3, dt.datetime(2020, 1, 1) + dt.timedelta(days=chance.randrange(900)), day)
        at = dt.datetime(2020, 1, 1) + dt.timedelta(hours=chance.choice((0, 24, 31, 500)), minutes=chance.randrange(2))
        sheet.write_datetime(row, 4, at, moment)
        sheet.write_datetime(row, 5, dt.time(chance.randrange(24), 5), clock)
        sheet.write_boolean(row, 6, chance.random() < 0.5)
        sheet.write_number(row, 7, chance.random(), share)
        if chance.random() < 0.7:
            sheet.write_number(row, 8, chance.randrange(10**6) / 100, money)
        if chance.random() < 0.2:
            sheet.write_blank(row, 9, None, money)
        sheet.write_string(row, 10, chance.choice(("sampel", "contoh")))
    sheet.write_row(_ROWS, 0, ["JUMLAH", "", 12345])
    sheet.write(_ROWS + 2, 0, "Sumber: Dinas Contoh, diolah")


def _plain(book: Any, sheet: Any, *, at: int = 0, put: Callable[[Any, Any, int], None] | None = None) -> None:
    sheet.write_row(0, 0, ["kode", "nama", "nilai"])
    for row in range(1, _ROWS):
        sheet.write_row(row, 0, [f"{row:05}", f"Nama {row % 7}", row])
    if put:
        put(book, sheet, at or _ROWS // 2)


def _subtotal(book: Any, sheet: Any, row: int) -> None:
    sheet.write_string(row, 0, "Jumlah Bitung")


def _blank(book: Any, sheet: Any, row: int) -> None:
    shown = book.add_format({"bold": True})
    for column in range(3):
        sheet.write_blank(row, column, None, shown)


def _formula(book: Any, sheet: Any, row: int) -> None:
    sheet.write_formula(row, 2, "=1+1", None, 2)


def _error(book: Any, sheet: Any, row: int) -> None:
    sheet.write_formula(row, 2, "=1/0", None, "#DIV/0!")


def _merged(book: Any, sheet: Any, row: int) -> None:
    sheet.merge_range(row, 1, row + 2, 1, "sama")


def _beyond(book: Any, sheet: Any, row: int) -> None:
    sheet.write_string(row, 5, "di luar tabel")


def _rich(book: Any, sheet: Any, row: int) -> None:
    sheet.write_rich_string(row, 1, "se", book.add_format({"bold": True}), "bagian")


def _second_table(book: Any, sheet: Any, row: int) -> None:
    _blank(book, sheet, row)
    sheet.write_row(row + 1, 0, ["Tabel 2", "", ""])
    sheet.write_row(row + 2, 0, ["kecamatan", "luas", "jumlah penduduk"])


def _both_ways(path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[bool, Scan, Scan]:
    """Whether the rows between were copied at once, and what both ways read."""
    finished: list[bool] = []
    chunks = sheetgrid.Grid.chunks

    def followed(self: sheetgrid.Grid, count: int) -> Any:
        yield from chunks(self, count)
        finished.append(True)

    monkeypatch.setattr(sheetgrid.Grid, "chunks", followed)
    monkeypatch.setattr(sheettags, "_CHUNK", 20_000)
    monkeypatch.setattr(sheetcut, "_WORTHWHILE", 0)
    short = read(path, scratch=scratch, **options)
    monkeypatch.setattr(sheetcut, "_WORTHWHILE", 1 << 60)
    return bool(finished), short, read(path, scratch=scratch, **options)


def _same(short: Scan, whole: Scan) -> None:
    assert short.path.read_bytes() == whole.path.read_bytes()
    for name in ("columns", "titles", "first_row", "header_row", "sheet", "cells", "guesses", "warnings", "dialect"):
        assert getattr(short, name) == getattr(whole, name), name


@pytest.mark.parametrize("options", [{"constant_memory": True}, {}], ids=["texts in cells", "shared texts"])
def test_dates_codes_quotes_and_totals_read_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    path = _book(tmp_path / "campuran.xlsx", _mixed, **options)
    at_once, short, whole = _both_ways(path, tmp_path, monkeypatch)
    assert at_once
    _same(short, whole)
    assert short.first_row == 4
    assert {warning.code for warning in short.warnings} >= {"title-rows", "total-row", "footnote-rows"}


def test_cells_are_written_as_the_contract_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [
        {"name": "hari", "type": "date", "format": "%d/%m/%Y"},
        {"name": "saat", "type": "datetime"},
        {"name": "ya", "type": "boolean", "trueValues": ["ya"], "falseValues": ["tidak"]},
    ]
    contract = parse({"fields": fields})
    path = _book(tmp_path / "campuran.xlsx", _mixed)
    at_once, short, whole = _both_ways(path, tmp_path, monkeypatch, contract=contract)
    assert at_once
    _same(short, whole)
    assert ',"ya",' in short.path.read_text()


@pytest.mark.parametrize(
    "put", [_subtotal, _blank, _formula, _error, _merged, _beyond, _rich, _second_table], ids=lambda put: put.__name__
)
def test_what_is_not_plain_is_read_cell_by_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: Callable[[Any, Any, int], None]
) -> None:
    path = _book(tmp_path / "lembar.xlsx", lambda book, sheet: _plain(book, sheet, put=put))
    at_once, short, whole = _both_ways(path, tmp_path, monkeypatch)
    assert not at_once
    _same(short, whole)


def test_a_cut_sheet_leaves_no_half_table_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _book(tmp_path / "lembar.xlsx", lambda book, sheet: _plain(book, sheet, put=_subtotal))
    _both_ways(path, tmp_path / "s", monkeypatch)
    assert len(list((tmp_path / "s").glob("spool-*"))) == 2


def test_broken_xml_between_is_refused_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mapalus.engine.errors import Refused

    good, bad = _book(tmp_path / "baik.xlsx", _plain), tmp_path / "rusak.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'<c r="C450"><v>', b'<c r="C450"><w>') if "sheet1" in name else data)
    monkeypatch.setattr(sheetcut, "_WORTHWHILE", 0)
    with pytest.raises(Refused):
        read(bad, scratch=tmp_path)
