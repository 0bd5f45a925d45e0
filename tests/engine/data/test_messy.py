"""Files as offices send them: what is read, which cell is wrong, and in which row of the file."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile
from typing import Any

import pytest

from mapalus.engine.data.contract import parse, to_descriptor
from tests.engine.data.checked import errors_of, report_of, schema, warned

pytestmark = pytest.mark.slow

# name: text, fields as name:type, rows, errors
TEXTS: dict[str, tuple[str, list[str], int, set[tuple[int, str, str]]]] = {
    "a header cell with a line break": (
        '"Nama\nDesa","Jumlah\nPenduduk"\nA,1\nB,x\nC,3\n',
        ["Nama Desa:string", "Jumlah Penduduk:integer"], 3, {(3, "Jumlah Penduduk", "type-error")},
    ),
    "one long row in a short file": (
        "a,b\n1,2\n4,5,6,7\n6,7\n", ["a:integer", "b:integer"], 3, {(3, "", "extra-cell")},
    ),
    "a second table below": (
        "kab;n\nA;1\nB;2\n\nTabel 2\nkec;jumlah\nX;5\nY;6\n", ["kab:string", "n:integer"], 2, set(),
    ),
    "a bad row after a blank line": (
        'a,b\n1,"x\n\ny"\n\nq,z\n3,z\n', ["a:integer", "b:string"], 3, {(4, "a", "type-error")},
    ),
    "years under every heading": (
        ";;;\nKab;L;P;Jumlah\n;2023;2023;2023\nA;10;11;21\nB;20;21;41\nJumlah;30;32;62\n",
        ["Kab:string", "L 2023:integer", "P 2023:integer", "Jumlah 2023:integer"], 2, set(),
    ),
    "totals of groups are data, the last total is not": (
        "Kec;Desa;n\nX;a;1\nX;b;2\nJumlah X;;3\nY;c;4\nJumlah Y;;4\nTOTAL;;7\n",
        ["Kec:string", "Desa:string", "n:integer"], 5, set(),
    ),
    "codes kept from a spreadsheet": (
        'kode,n\n="0712",1\n"=""0713""",2\n', ["kode:string", "n:integer"], 2, set(),
    ),
    "a character without width in the header": ("ko\u200bde,n\nA,1\n", ["kode:string", "n:integer"], 1, set()),
    "a number beyond what computers count": (
        "k,jumlah\na,99999999999999999999\nb,2\nc,3\n", ["k:string", "jumlah:integer"], 3, set(),
    ),
    "one feature": (
        '{"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": [1, 2]}}',
        ["n:integer", "geometry:geojson"], 1, set(),
    ),
    "records below each other whose name begins like a total": (
        "nama;tgl;jk;n\nA;2024-01-01;L;1\nTotal Kec;2024-01-02;P;2\nJumlah besar;2024-01-03;P;3\n",
        ["nama:string", "tgl:date", "jk:string", "n:integer"], 3, set(),
    ),
    "a short row whose last cell is empty": (
        "Judul;;;\na;b;c;d\n1;x;2;3\n4;;\n5;y;6;7\n8;z;9;10\n",
        ["a:integer", "b:string", "c:integer", "d:integer"], 4, {(4, "d", "missing-cell")},
    ),
    "the header once more after a blank line": (
        "kab;n\nA;1\nB;2\n\nkab;n\nC;3\nD;4\n", ["kab:string", "n:integer"], 4, set(),
    ),
    "a remark as wide as the table": (
        "# dibuat oleh sistem, versi 2\nid,n\n1,2\n3,4\n", ["id:integer", "n:integer"], 2, set(),
    ),
    "colons": ("a:b:c\n1:x:2\n3:y:4\n", ["a:integer", "b:string", "c:integer"], 2, set()),
    "times of two zones": (
        "k;waktu\na;17/08/2023 10.00 WITA\nb;31/01/2024 11.30 WIB\n",
        ["k:string", "waktu:datetime"], 2, set(),
    ),
    "an offset without a colon": (
        "k,waktu\na,2023-08-17T10:00:00.000+0800\nb,2024-01-31T11:30:00.120+0800\n",
        ["k:string", "waktu:datetime"], 2, set(),
    ),
    "months": ("bulan,n\n2023-08,1\n2023-09,2\n2023-13,3\n", ["bulan:yearmonth", "n:integer"], 3,
        {(4, "bulan", "type-error")}),
    "records in columns": ('{"a": [1, 2], "b": ["x", "y"]}', ["a:integer", "b:string"], 2, set()),
    "values without names": ('["a", "b", "c"]', ["nilai:string"], 3, set()),
    "a broken first record": (
        '{"a": 2, "b":\n{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', ["a:integer", "b:string"], 3,
        {(1, "", "parse-error")},
    ),
    "lists line by line": ('["a", "b"]\n[1, "x"]\n[2, "y"]\n', ["a:integer", "b:string"], 2, set()),
    "shapes and lists": (
        '[{"tempat": {"type": "Point", "coordinates": [124.8, 1.4]}, "tag": ["a"]}, {"tag": []}]',
        ["tempat.type:string", "tempat.coordinates:array", "tag:array"], 2, set(),
    ),
    "features": (
        ('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"n": 1},'
        ' "geometry": {"type": "Point", "coordinates": [124.8, 1.4]}}]}'),
        ["n:integer", "geometry:geojson"], 1, set(),
    ),
    "colons of times": ("jam;n\n08:30:00;1\n09:30:00;2\n", ["jam:time", "n:integer"], 2, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_read_as_its_writer_meant(name: str) -> None:
    text, fields, rows, errors = TEXTS[name]
    report = report_of(text)
    assert [f"{item['name']}:{item['type']}" for item in report["fields"]] == fields
    assert (report["rows"], errors_of(report)) == (rows, errors)


@pytest.mark.parametrize(
    "values", [["10:00 WITA", "11:30 WIB", "08:00 WITA"], ["2023-08-17T10:00:00+08:00", "2024-01-31T11:30:00+07:00"]]
)
def test_times_of_different_zones_are_told(values: list[str]) -> None:
    report = report_of("k,jam\n" + "".join(f"r,{value}\n" for value in values))
    assert (warned(report), report["bad_rows"]) == ({"mixed-timezone"}, 0)


COLUMNS: dict[str, tuple[list[str], str, list[Any]]] = {
    "currency before the digits": (["Rp1.000,00", "Rp25.000,50", "Rp1.250.000,00"], "number", [1000, 1_250_000]),
    "currency, and a dash after": (["Rp1.000,-", "Rp 25.000", "1.250.000"], "integer", [1000, 1_250_000]),
    "dollars": (["$1,200.50", "$300.00", "$4.99"], "number", [4.99, 1200.5]),
    "square metres": (["10 m2", "1.250 m2", "1.000.000 m2"], "integer", [10, 1_000_000]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_numbers_keep_their_value_without_the_words_around_them(name: str) -> None:
    values, kind, ends = COLUMNS[name]
    report = report_of("k,v\n" + "".join(f'r,"{value}"\n' for value in values))
    assert (report["fields"][1]["type"], report["bad_rows"]) == (kind, 0)
    assert [report["profile"]["v"][end] for end in ("min", "max")] == ends


def test_codes_kept_from_a_spreadsheet_are_bare() -> None:
    report = report_of('kode,n\n="0712",1\n="0713",2\n')
    assert (report["profile"]["kode"]["min"], report["profile"]["kode"]["max"]) == ("0712", "0713")


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "a list that is no list of records": ('{"type": "Point", "coordinates": [1, 2]}', "not-tabular"),
    "delimiters only": (";;;\n;;;\n", "empty-file"),
    "an old workbook cut short": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(22) + b"\x09\x00" + bytes(16) + b"\x40\x00\x00\x00" + bytes(2000),
        "truncated",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusal_names_its_reason(name: str) -> None:
    content, reason = REFUSED[name]
    assert report_of(content) == {"refused": reason}


PROMISED: dict[str, list[tuple[object, bool]]] = {
    "day": [(dt.datetime(2024, 1, 2), True), ("17/08/2023", True), ("2023-08-17", False), (45000, False)],
    "moment": [(dt.datetime(2024, 1, 2), True), (dt.datetime(2024, 1, 2, 10), True), ("2024-01-02", False), (1, False)],
    "number": [(1.5, True), ("2,5", True), ("2.5", False), (3, True)],
    "answer": [(True, True), ("Tidak", True), ("true", False), (False, True)],
}


def test_what_a_workbook_holds_as_a_date_or_number_is_right_however_texts_must_be_written() -> None:
    import openpyxl

    contract = schema(
        {"name": "day", "type": "date", "format": "%d/%m/%Y"},
        {"name": "moment", "type": "datetime"},
        {"name": "number", "type": "number", "decimalChar": ","},
        {"name": "answer", "type": "boolean", "trueValues": ["Ya"], "falseValues": ["Tidak"]},
    )
    book = openpyxl.Workbook()
    book.worksheets[0].append(list(PROMISED))
    for row in zip(*PROMISED.values(), strict=True):
        book.worksheets[0].append([value for value, _is_right in row])
    out = io.BytesIO()
    book.save(out)
    wrong = {
        (n, name, "type-error") for name in PROMISED for n, (_v, right) in enumerate(PROMISED[name], 2) if not right
    }
    assert errors_of(report_of(out.getvalue(), contract)) == wrong


def test_midnight_among_moments_is_a_moment() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for value in ("waktu", dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 2, 10, 30), dt.datetime(2024, 1, 3)):
        book.worksheets[0].append([value])
    out = io.BytesIO()
    book.save(out)
    report = report_of(out.getvalue())
    assert (report["fields"][0]["type"], report["rows"], report["bad_rows"]) == ("datetime", 3, 0)


def test_a_number_of_json_is_right_however_texts_must_be_written() -> None:
    contract = schema({"name": "n", "type": "number", "decimalChar": ","})
    report = report_of('[{"n": 1.5}, {"n": "2,5"}, {"n": "2.5"}]', contract)
    assert errors_of(report) == {(3, "n", "type-error")}


def packed(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return out.getvalue()


TABLE = "a,b\n1,x\n2,y\n"
ARCHIVES: dict[str, tuple[bytes, object]] = {
    "one table": (packed(data_csv=TABLE), 2),
    "a table and a note": (packed(README_txt="halo", data_csv=TABLE), 2),
    "a table and litter": (packed(**{"data_csv": TABLE, "__MACOSX/._data.csv": "\0", "_DS_Store": "\0"}), 2),
    "two tables": (packed(a_csv=TABLE, b_csv=TABLE), "not-tabular"),
    "nothing": (packed(), "empty-file"),
    "gzip": (gzip.compress(TABLE.encode()), 2),
    "gzip cut short": (gzip.compress(TABLE.encode() * 1000)[:-20], "truncated"),
    "gzip of nothing": (gzip.compress(b""), "empty-file"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_the_one_table_of_an_archive_is_read(name: str) -> None:
    content, wanted = ARCHIVES[name]
    report = report_of(content, name="data.zip")
    assert report.get("rows", report.get("refused")) == wanted


def test_a_small_gzip_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapalus.engine.data.reading.packed.MAX_BOOK_BYTES", 1 << 20)
    assert report_of(gzip.compress(b"1,2\n" * (1 << 19))) == {"refused": "too-large"}


MATCHED = {  # fieldsMatch: what becomes of a file with one column more, one less, in another order
    "exact": ("extra-column", "missing-column", 1),
    "equal": ("extra-column", "missing-column", 1),
    "subset": (1, "missing-column", 1),
    "superset": ("extra-column", 1, 1),
    "partial": (1, 1, 1),
}


@pytest.mark.parametrize("match", MATCHED)
def test_fields_match_is_kept(match: str) -> None:
    contract = schema("kode", "nama", "n:integer", fieldsMatch=match)
    files = ("kode,nama,n,x\na,b,1,2\n", "kode,n\na,1\n", "n,kode,nama\n1,a,b\n")
    reports = [report_of(text, contract) for text in files]
    assert tuple(report.get("rows", report.get("refused")) for report in reports) == MATCHED[match]
    assert to_descriptor(parse(contract))["resources"][0]["schema"]["fieldsMatch"] == match


def test_columns_are_matched_by_order_where_the_contract_says_exact() -> None:
    contract = schema("kode", "n:integer", fieldsMatch="exact")
    assert errors_of(report_of("x,y\na,1\nb,q\n", contract)) == {(3, "n", "type-error")}


def test_null_sequence_of_the_dialect_is_missing_in_every_field() -> None:
    contract = {"dialect": {"nullSequence": "\\N"}, "schema": schema("k", "n:integer", {"name": "m", "type": "integer",
                "missingValues": ["-"]})}  # fmt: skip
    assert errors_of(report_of("k,n,m\na,\\N,-\n\\N,1,\\N\nb,-,2\n", contract)) == {(4, "n", "type-error")}


def test_a_code_stands_for_itself_in_a_list_written_in_the_contract() -> None:
    contract = schema({"name": "wil", "mapalus": {"codes": {"Manado": "71.71", "Bitung": "71.72"}}})
    assert errors_of(report_of("wil\nManado\n71.72\nBITUNG\nEntah\n", contract)) == {(5, "wil", "foreign-key")}


def test_dialect_may_lie_beside_the_contract() -> None:
    contract = {"dialect": "d.json", "schema": schema("k", {"name": "n", "type": "number", "decimalChar": ","})}
    report = report_of("k;n\na;1,5\nb;x\n", contract, beside={"d.json": '{"delimiter": ";"}'})
    assert errors_of(report) == {(3, "n", "type-error")}


def test_records_of_json_are_matched_by_their_names_in_any_order() -> None:
    contract = schema("kode", "n:integer")
    report = report_of('[{"n": 1, "kode": "a"}, {"n": "x", "kode": "b"}]', contract)
    assert errors_of(report) == {(2, "n", "type-error")}


def test_a_file_of_one_record_is_known_by_its_name() -> None:
    assert report_of('{"kode": "a", "n": 1}\n', name="a.ndjson")["rows"] == 1
    assert report_of('{"kode": "a", "n": 1}\n', name="a.json") == {"refused": "not-tabular"}


def test_a_cell_that_was_never_there_is_missing_in_its_own_record_only() -> None:
    contract = schema("kab", "tahun", "n:integer", mapalus={"reading": {"unpivot": {"columns": "20..", "name": "tahun",
                      "value": "n"}}})  # fmt: skip
    report = report_of("kab,2020,2021\nA,1,2\nB,3\n", contract)
    assert (report["rows"], errors_of(report)) == (4, {(3, "n", "missing-cell")})
