"""The published rows as files: nothing masked leaves, no formula runs, the sample says that it is one."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl  # noqa: TID253 - reads ours back
import pytest

from mapalus.engine.data.export import Format, Meta, TooManyRows, defused, export
from mapalus.engine.data.query import Query
from tests.engine.data.tables import GOOD, version

META = Meta(title="Penduduk", notice="data contoh", facts={"Sumber": "Disdukcapil"})


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shown = GOOD.replace("2023, 3,", "2023, 30,")  # no small count, which would hide others with it
    return version(tmp_path_factory.mktemp("export"), good=shown).rows


def whole(path: Path, kind: Format, **options: object) -> bytes:
    return b"".join(export(path, kind, **options))  # type: ignore[arg-type]


def test_csv_has_its_header_first_and_formulas_defused(rows: Path) -> None:
    content = whole(rows, Format.CSV, meta=META).decode()
    table = list(csv.DictReader(io.StringIO(content, newline="")))
    assert len(table) == 4
    assert table[0] == {
        "kode_wilayah": "71.01",
        "tahun": "2023",
        "jiwa": "120",
        "persen": "3.5",
        "aktif": "true",
        "tanggal": "2024-01-31",
        "nama": "S••• W••••",
        "nik": "••••",
        "uraian": "pelayanan jalan rusak",
    }
    assert table[3]["uraian"] == "'=cmd|calc"


def test_csv_takes_a_mark_and_a_notice_line_when_asked(rows: Path) -> None:
    content = whole(rows, Format.CSV, meta=META, bom=True, notice_line=True)
    assert content.startswith(b"\xef\xbb\xbf# data contoh\r\nkode_wilayah,")


def test_json_and_geojson_begin_with_the_notice(rows: Path, tmp_path: Path) -> None:
    table = json.loads(whole(rows, Format.JSON, meta=META))
    assert next(iter(table["metadata"].items())) == ("notice", "data contoh")
    assert table["fields"][2] == {"name": "jiwa", "title": "jiwa", "type": "integer", "unit": "jiwa"}
    assert table["records"][1]["jiwa"] == 30
    small = json.loads(whole(version(tmp_path / "small").rows, Format.JSON))
    assert small["records"][1]["jiwa"] is None
    places = json.loads(whole(rows, Format.GEOJSON, meta=META))
    assert places["metadata"]["notice"] == "data contoh"
    assert places["features"][0]["geometry"] is None
    assert places["features"][0]["properties"]["kode_wilayah"] == "71.01"
    lines = whole(rows, Format.NDJSON).splitlines()
    assert json.loads(lines[3])["persen"] == 12.5


def test_places_become_points_and_impossible_ones_do_not(tmp_path: Path) -> None:
    from mapalus.engine.data.contract import Contract, Field

    good = """SELECT * FROM (VALUES (2, 1.49, 124.84, 'a'), (3, 124.84, 1.49, 'b'), (4, NULL, 124.0, 'c'))
        t(_row, lintang, bujur, nama)"""
    contract = Contract("x", fields=(Field("lintang", type="number"), Field("bujur", type="number"), Field("nama")))
    made = version(tmp_path, contract=contract, good=good, bad=None)
    features = json.loads(whole(made.rows, Format.GEOJSON))["features"]
    assert [feature["geometry"] for feature in features] == [
        {"type": "Point", "coordinates": [124.84, 1.49]},
        None,
        None,
    ]


@pytest.mark.slow
def test_workbook_holds_types_and_says_what_it_is(rows: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(whole(rows, Format.XLSX, meta=META)))
    assert book.sheetnames == ["Data contoh", "Metadata"]
    sheet = book["Data contoh"]
    assert [cell.value for cell in sheet[1]][:3] == ["kode_wilayah", "tahun", "jiwa"]
    assert [cell.value for cell in sheet[2]][:5] == ["71.01", 2023, 120, 3.5, True]
    assert (sheet["I5"].value, sheet["I5"].data_type) == ("=cmd|calc", "s")
    assert book["Metadata"]["A1"].value == "data contoh"


def test_a_filtered_export_holds_what_was_asked(rows: Path) -> None:
    query = Query(filters={"kode_wilayah": "71.01"}, fields=("tahun",), sort="tahun desc", limit=0)
    assert whole(rows, Format.CSV, query=query) == b"tahun\r\n2024\r\n2023\r\n"


def test_a_workbook_too_large_is_refused_with_a_way_out(rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapalus.engine.data.export.SHEET_ROWS", 3)
    with pytest.raises(TooManyRows):
        export(rows, Format.XLSX)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|x", "'+cmd|x"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("-x", "'-x"),
        ("-5", "-5"),
        ("+62 812-3456", "+62 812-3456"),
        ("-1,5", "-1,5"),
        ("biasa", "biasa"),
        (-5, -5),
        (None, None),
    ],
)
def test_only_what_a_spreadsheet_would_run_is_defused(value: object, expected: object) -> None:
    assert defused(value) == expected
