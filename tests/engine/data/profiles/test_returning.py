"""A published table goes back to e-Walidata in its order, and what it has no place for is not lost."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.data.check import check
from mapalus.engine.data.descriptor import load, to_descriptor
from mapalus.engine.data.profiles import Profile, profile
from mapalus.engine.data.profiles.returning import as_csv, as_workbook, returned
from mapalus.engine.data.served import Served
from mapalus.engine.data.strict_yaml import dump_yaml
from mapalus.engine.errors import Invalid
from tests.engine.data.sides import side_file

HEADINGS = ["Kode DSSD", "Uraian DSSD", "Satuan", "Tahun", "Nilai", "Produsen Data", "Keterangan"]
KNOWN = {"kode_dssd": "1.01.01", "uraian": "Sekolah", "satuan": "unit", "tahun": "2026", "produsen": "Dinas Pendidikan"}


@pytest.fixture
def found() -> Profile:
    known = profile("sipd-ewalidata")
    assert known is not None
    return known


def lines(tmp_path: Path, found: Profile, fields: dict[str, str], rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    read = Served(side_file(tmp_path / "rows.sqlite", fields, rows))
    return list(returned(read, found, known=KNOWN))


def test_its_own_columns_stand_in_its_order(tmp_path: Path, found: Profile) -> None:
    fields = {"nilai": "number", "kode": "text", "tahun": "integer", "opd": "text", "keterangan": "text"}
    got = lines(tmp_path, found, fields, [(5.5, "2.02", 2025, "Dinkes", "sementara"), (None, None, None, None, None)])
    assert got[0] == HEADINGS
    assert got[1] == ["2.02", "Sekolah", "unit", 2025, 5.5, "Dinkes", "sementara"]
    assert got[2] == ["1.01.01", "Sekolah", "unit", "2026", None, "Dinas Pendidikan", ""]


def test_the_only_number_is_the_value_and_the_rest_stands_under_the_remarks(tmp_path: Path, found: Profile) -> None:
    fields = {"kode_wilayah": "text", "kabupaten": "text", "tahun": "integer", "jumlah": "integer"}
    got = lines(tmp_path, found, fields, [("71.02", "Minahasa", 2025, 12)])
    assert got[1][:6] == ["1.01.01", "Sekolah", "unit", 2025, 12, "Dinas Pendidikan"]
    assert got[1][6] == "kode_wilayah: 71.02; kabupaten: Minahasa"


@pytest.mark.parametrize("fields", [{"nama": "text"}, {"l": "integer", "p": "integer"}])
def test_without_one_value_it_is_said(tmp_path: Path, found: Profile, fields: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="no single column"):
        lines(tmp_path, found, fields, [tuple(1 if kind == "integer" else "x" for kind in fields.values())])


def test_the_profile_of_the_system_reads_the_file_back(tmp_path: Path, found: Profile) -> None:
    got = lines(tmp_path, found, {"nilai": "number", "tahun": "integer"}, [(1234.5, 2025), (7.0, 2024), (-0.25, 2023)])
    path, contract = tmp_path / "ewalidata.csv", tmp_path / "kontrak.yml"
    path.write_bytes(b"".join(as_csv(iter(got), found)))
    assert list(csv.reader(io.StringIO(path.read_text()), delimiter=";"))[1][4] == "1234,5"
    contract.write_text(dump_yaml(to_descriptor(found.contract)))
    (tmp_path / "out").mkdir()
    outcome = check(path, contract=load(contract), out=tmp_path / "out")
    assert (outcome.good_rows, outcome.bad_rows) == (3, 0)


def test_a_workbook_holds_numbers_as_numbers(tmp_path: Path, found: Profile) -> None:
    from python_calamine import CalamineWorkbook

    got = lines(tmp_path, found, {"nilai": "number", "uraian": "text"}, [(1234.5, "=1+1")])
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_workbook(iter(got))))
    header, row = book.get_sheet_by_index(0).to_python()
    assert header == HEADINGS
    assert (row[1], row[4]) == ("=1+1", 1234.5)
