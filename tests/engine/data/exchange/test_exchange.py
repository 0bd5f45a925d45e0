"""Contracts in other people's forms: what goes out comes back, what cannot be carried is named."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.data.cli.contract import main
from mapalus.engine.data.contract import Contract, load, parse, to_descriptor
from mapalus.engine.data.document import BadContract
from mapalus.engine.data.exchange import frictionless, json_schema, odcs, odcs_reading, statistics
from mapalus.engine.data.exchange.convert import FORMS, convert
from mapalus.engine.data.exchange.reading import read_any

PACK = Path(__file__).parents[4] / "packs" / "sulut-demo" / "datasets"
DATASETS = sorted(PACK.glob("*.yml"))

RICH = {
    "name": "dbd",
    "title": "Kasus DBD",
    "description": "Menurut minggu.",
    "licenses": [{"name": "CC-BY-4.0"}],
    "dialect": {"delimiter": ";"},
    "schema": {
        "fields": [
            {"name": "kode", "type": "string", "constraints": {"required": True, "pattern": "71\\.[0-9]{2}"}},
            {"name": "hari", "type": "date", "format": "%d/%m/%Y", "constraints": {"minimum": "2020-01-01"}},
            {"name": "saat", "type": "datetime"},
            {"name": "tahun", "type": "year"},
            {"name": "bulan", "type": "yearmonth"},
            {"name": "kasus", "type": "integer", "groupChar": ".", "constraints": {"minimum": 0, "unique": True}},
            {"name": "nilai", "type": "number", "decimalChar": ",", "constraints": {"exclusiveMaximum": 100}},
            {"name": "jenis", "constraints": {"enum": ["A", "B"], "minLength": 1}, "missingValues": ["-"]},
            {"name": "nik", "mapalus": {"personal": "spesifik"}, "constraints": {"maxLength": 16}},
            {"name": "rinci", "type": "object", "constraints": {"jsonSchema": {"type": "object"}}},
            {"name": "daftar", "type": "list", "delimiter": "|"},
            {"name": "titik", "type": "geopoint"},
            {"name": "ada", "type": "boolean", "trueValues": ["Ya"], "falseValues": ["Tidak"]},
        ],
        "primaryKey": ["hari", "kode"],
        "uniqueKeys": [["kode", "kasus"]],
        "missingValues": ["", "n/a"],
        "fieldsMatch": "subset",
        "foreignKeys": [{"fields": "kode", "reference": {"resource": "wilayah.csv", "fields": "code"}}],
    },
    "mapalus": {
        "producer": "dinkes.kabid-p2p", "cadence": "mingguan", "due": "Selasa", "bad_rows": {"limit_percent": 2},
        "rules": [{"name": "r", "expression": "kasus >= 0"}], "themes": ["Kesehatan"], "unit": "dinkes",
    },
}  # fmt: skip


@pytest.fixture
def rich() -> Contract:
    return parse(json.loads(json.dumps(RICH)))


def same(a: Contract, b: Contract) -> bool:
    return to_descriptor(a) == to_descriptor(b)


def test_odcs_comes_back_as_it_went(rich: Contract) -> None:
    document = json.loads(json.dumps(odcs.write(rich, version="2.1.0").document))
    assert document["apiVersion"] == "v3.0.2"
    assert document["version"] == "2.1.0"
    back = odcs_reading.read(document)
    assert back.lost == ()
    assert same(parse(back.descriptor), rich)


@pytest.mark.parametrize("path", DATASETS, ids=lambda path: path.stem)
def test_every_contract_of_the_sample_goes_to_odcs_and_back(path: Path) -> None:
    read = load(path)
    back = parse(odcs_reading.read(odcs.write(read).document).descriptor)
    assert same(back, replace(read, folder=None))


def test_what_other_readers_of_odcs_do_not_see_is_named(rich: Contract) -> None:
    lost = {(one.where, one.what) for one in odcs.write(rich).lost}
    assert {("kode", "foreignKeys"), ("rinci", "jsonSchema"), ("nilai", "decimalChar"), ("contract", "dialect")} <= lost


def test_a_foreign_odcs_document_is_read_and_the_rest_is_named() -> None:
    document = {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "version": "1.1.0", "status": "active",
        "name": "Rumah Sakit", "price": {"priceAmount": 1}, "domain": "dinkes",
        "servers": [{"server": "pg", "type": "postgres"}],
        "slaProperties": [{"property": "frequency", "value": 1, "unit": "d"}],
        "schema": [{
            "name": "rs", "physicalName": "rs_1", "businessName": "Rumah sakit",
            "properties": [
                {"name": "id", "logicalType": "string", "primaryKey": True, "primaryKeyPosition": 2, "required": True},
                {"name": "negara", "logicalType": "string", "primaryKey": True, "primaryKeyPosition": 1},
                {"name": "at", "logicalType": "timestamp", "physicalType": "timestamptz"},
                {"name": "beds", "logicalType": "integer", "logicalTypeOptions": {"minimum": 0},
                 "quality": [{"type": "library", "metric": "nullValues", "mustBe": 0},
                             {"type": "sql", "query": "SELECT 1"}]},
                {"name": "kelas", "logicalType": "string", "classification": "restricted",
                 "quality": [{"metric": "invalidValues", "mustBe": 0, "arguments": {"validValues": ["A", "B"]}}]},
            ],
        }],
    }  # fmt: skip
    back = read_any(document)
    contract = parse(back.descriptor)
    assert contract.primary_key == ("negara", "id")
    assert contract.field("at").type == "datetime"
    assert contract.field("beds").is_required
    assert contract.field("kelas").constraints["enum"] == ["A", "B"]
    assert contract.field("kelas").is_personal
    assert contract.mapalus["cadence"] == "harian"
    lost = {one.what for one in back.lost}
    assert {"price", "servers", "quality.sql"} <= lost


@pytest.mark.parametrize("document", [{"kind": "DataContract", "apiVersion": "v2.2.2"}, {"kind": "DataContract", "apiVersion": "v3.0.0", "schema": []}])  # fmt: skip  # noqa: E501 - one line a case
def test_an_odcs_document_that_is_none_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(BadContract):
        read_any(document)


def test_a_json_schema_of_rows_fits_our_rows_and_comes_back(rich: Contract) -> None:
    import re

    document = json_schema.write(rich).document
    kode = document["properties"]["kode"]
    assert re.search(kode["pattern"], "71.71")
    assert not re.search(kode["pattern"], "x71.71")
    assert document["required"] == ["kode", "hari"]
    assert document["properties"]["jenis"]["enum"] == ["A", "B", None]
    back = parse(read_any(document).descriptor)
    assert [item.name for item in back.fields] == [item.name for item in rich.fields]
    assert back.field("kode").constraints["pattern"] == "71\\.[0-9]{2}"
    assert back.field("kasus").constraints["minimum"] == 0
    assert {one.what for one in json_schema.write(rich).lost} >= {"primaryKey", "foreignKeys", "rules", "unique"}


def test_a_json_schema_of_a_list_is_one_of_its_rows() -> None:
    row = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"oneOf": []}}}
    back = read_any({"type": "array", "items": row, "title": "Daftar"})
    assert parse(back.descriptor).field("a").is_required
    assert [(one.where, one.what) for one in back.lost] == [("b", "oneOf")]
    with pytest.raises(BadContract):
        read_any({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "string"})


def test_frictionless_2_comes_back_and_1_names_what_it_lacks(rich: Contract) -> None:
    two = frictionless.write(rich).document
    assert two["$schema"].endswith("datapackage.json")
    assert same(parse(json.loads(json.dumps(two))), rich)
    one = frictionless.write(rich, version=1)
    schema = one.document["resources"][0]["schema"]
    assert one.document["profile"] == "tabular-data-package"
    assert "list" not in {field["type"] for field in schema["fields"]}
    assert {what.what for what in one.lost} >= {"fieldsMatch", "uniqueKeys", "missingValues", "exclusiveMaximum"}
    bare = frictionless.write(rich, ours=False)
    assert "mapalus" not in json.dumps(bare.document)
    assert {what.what for what in bare.lost} >= {"producer", "personal"}


def test_the_package_of_a_published_file_describes_that_file(rich: Contract) -> None:
    shown: list[Any] = [
        {"name": "kode", "title": "Kode", "type": "string"},
        {"name": "hari", "title": "Hari", "type": "date"},
        {"name": "nik", "title": "NIK", "type": "string", "masked": True},
        {"name": "kasus", "title": "Kasus", "type": "integer", "suppressed": True},
    ]
    made = frictionless.published_package(rich, shown=shown, path="dbd.csv", version="3", licence={"name": "CC-BY-4.0"})
    fields = {one["name"]: one for one in made["resources"][0]["schema"]["fields"]}
    assert "format" not in fields["hari"]  # it was 17/08/2023 in the file handed in, and is ISO in ours
    assert "constraints" not in fields["nik"]
    assert "constraints" not in fields["kasus"]
    assert made["resources"][0]["schema"]["primaryKey"] == ["hari", "kode"]
    assert "mapalus" not in json.dumps(made)


# --- the forms of BPS ------------------------------------------------------------------------------------------------


def surveyed(rich: Contract, **said: Any) -> Contract:
    marks = {"cara": 2, "sektor": 9, "rekomendasi": "V-26.7100.001", "metode_pengumpulan": 9, **said}
    return replace(rich, mapalus={**rich.mapalus, "statistics": marks})


def test_ms_keg_is_filled_from_the_contract_and_what_is_told_beside_it(rich: Contract) -> None:
    form = statistics.ms(surveyed(rich), "ms-keg", agency="Dinas Kesehatan")
    items = {(one.no, one.label): one for sheet in form.sheets for one in sheet.items}
    assert items["0", "Judul kegiatan"].text == "Kasus DBD"
    assert items["0", "Sektor kegiatan"].text == "Kesehatan"
    assert items["0", "Identitas rekomendasi"].text == "V-26.7100.001"
    assert items["1.1", "Instansi penyelenggara"].text == "Dinas Kesehatan"
    assert items["4.2", "Frekuensi penyelenggaraan"].code == "2"
    chosen = items["4.6", "Metode pengumpulan data"]
    assert chosen.code == "9"
    assert chosen.text == "Wawancara; Pengumpulan data sekunder"
    assert any(sheet.title.startswith("V. Desain sampel") for sheet in form.sheets)
    assert any(one.what == "Tujuan kegiatan" for one in form.empty) is False
    compiled = statistics.ms(surveyed(rich, cara=3), "ms-keg")
    assert not any(sheet.title.startswith("V. ") for sheet in compiled.sheets)


def test_ms_var_has_the_columns_of_the_form_and_opens_nothing_personal(rich: Contract) -> None:
    (sheet,) = statistics.ms(rich, "ms-var").sheets
    rows = {row[1]: dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows}
    assert len(sheet.columns) == 13
    assert rows["nik"]["Apakah Variabel Dapat Diakses Umum"] == "2 Tidak"
    assert rows["kasus"]["Tipe Data"] == "numerik (bulat)"
    assert rows["jenis"]["Klasifikasi Isian"] == "A; B"
    assert "kasus >= 0" in rows["kasus"]["Aturan Validasi"]


def test_ms_ind_says_how_the_number_is_made(rich: Contract) -> None:
    indicator = {"code": "X", "title": "Kasus per minggu", "unit": "kasus", "value": {"sum": "kasus"}}
    (sheet,) = statistics.ms(rich, "ms-ind", indicators=[indicator]).sheets
    row = dict(zip(sheet.columns, sheet.rows[0], strict=True))
    assert row["Metode/Rumus Penghitungan"] == "sum kasus"
    assert row["Variabel Pembangun: Nama"] == "kasus"
    assert row["Apakah Indikator Komposit"] == "2 Tidak"


@pytest.mark.parametrize(
    ("number", "is_one"), [("V-26.7100.001", True), ("K-25.0000.012", True), ("26.7100.001", False), ("", False)]
)
def test_a_recommendation_number_has_its_form(number: str, is_one: bool) -> None:
    assert statistics.is_recommendation(number) is is_one


def test_a_survey_is_known_by_its_way_of_collecting(rich: Contract) -> None:
    assert statistics.is_survey(to_descriptor(surveyed(rich)))
    assert not statistics.is_survey(to_descriptor(rich))
    assert statistics.recommendation_of(to_descriptor(surveyed(rich))) == "V-26.7100.001"


# --- files and the command line --------------------------------------------------------------------------------------


def test_every_form_is_a_file(rich: Contract) -> None:
    for form in FORMS:
        assert convert(rich, form).content
    assert convert(rich, "ms-keg", ending="xlsx").content[:2] == b"PK"
    assert convert(surveyed(rich, judul="=2+2"), "ms-keg", ending="csv").content.decode("utf-8-sig").count("'=2+2") == 1


@pytest.mark.slow
def test_the_workbook_has_a_sheet_for_each_block(rich: Contract) -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(BytesIO(convert(surveyed(rich), "ms-keg", ending="xlsx").content))
    assert len(book.sheet_names) == 10
    assert "Judul kegiatan" in [row[1] for row in book.get_sheet_by_index(0).to_python() if len(row) > 1]


def test_the_command_line_converts_and_names_what_is_lost(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = tmp_path / "kontrak.json"
    source.write_text(json.dumps(RICH), encoding="utf-8")
    assert main(["convert", str(source), "--to", "odcs", "--out", str(tmp_path / "x.yaml")]) == 1
    assert b"decimalChar" in capsysbinary.readouterr().err
    assert main(["convert", str(tmp_path / "x.yaml"), "--to", "mapalus"]) == 0
    assert b"bad_rows" in capsysbinary.readouterr().out
    assert main(["convert", str(tmp_path / "none.yaml"), "--to", "odcs"]) == 2
    assert main(["convert", str(source), "--to", "odcs", "--out", str(tmp_path / "x.csv")]) == 2
