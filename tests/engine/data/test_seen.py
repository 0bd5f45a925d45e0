"""What a check says it has seen, where a contract is given."""

from __future__ import annotations

from tests.engine.data.checked import errors_of, report_of, schema, warned

CODES = {"name": "status", "mapalus": {"codes": {"T": "T", "Tetap": "T", "S": "S", "Sementara": "S"}}}


def test_a_code_in_another_case_is_not_given_by_name() -> None:
    assert "code-list-by-name" not in warned(report_of("id,status\n1,t\n2, S \n", schema("id", CODES)))
    assert "code-list-by-name" in warned(report_of("id,status\n1,T\n2,sementara\n", schema("id", CODES)))


def test_a_power_of_ten_among_bad_codes_is_named() -> None:
    nik = {"name": "nik", "constraints": {"pattern": "[0-9]{16}"}}
    report = report_of('nik,nama\n"7,17E+15",a\n7171010101010001,b\n', schema(nik, "nama"))
    assert errors_of(report) == {(2, "nik", "constraint-error")}
    assert "scientific-notation-id" in warned(report)


def test_a_power_of_ten_that_no_rule_forbids_is_named_in_codes_only() -> None:
    text = 'npsn,ket\n"4,01E+07",a\n40100001,1E+05\n'
    report = report_of(text, schema("npsn", "ket"))
    assert report["valid"]
    assert [w["message"] for w in report["warnings"] if w["code"] == "scientific-notation-id"] != []
    assert "npsn" in next(w["message"] for w in report["warnings"] if w["code"] == "scientific-notation-id")
    assert sum(w["code"] == "scientific-notation-id" for w in report["warnings"]) == 1


def test_spreadsheet_errors_and_single_letters_are_no_missing_values() -> None:
    report = report_of("nama,n\na,1\nb,x\nc,#DIV/0!\nd,-\ne,#N/A\nf,2\ng,3\nh,4\n")
    assert errors_of(report) == {(3, "n", "type-error"), (4, "n", "type-error")}


def test_blanks_that_divide_thousands_are_a_form() -> None:
    report = report_of("nama;n\na;1\u00a0234\nb;2\u00a0500\nc;12\nd;1234 5\n")
    assert report["fields"][1]["type"] == "integer"
    assert errors_of(report) == {(5, "n", "type-error")}


def test_names_of_days_are_read() -> None:
    report = report_of("nama;tgl\na;Jum'at, 18 Agustus 2023\nb;Senin, 1 Mei 2023\nc;Ahad, 5 Peb 2023\nd;kemarin\n")
    assert report["fields"][1]["type"] == "date"
    assert errors_of(report) == {(5, "tgl", "type-error")}


def test_a_total_between_rows_is_said_in_a_clean_file_too() -> None:
    report = report_of("kode,nama,n\n1,a,10\nTOTAL,,10\n3,c,5\n", schema("kode", "nama", "n:integer"))
    assert (report["rows"], warned(report)) == (3, {"total-row"})


def test_signatures_below_a_small_table_are_notes() -> None:
    text = 'kode,nama,n\n1,a,10\n2,b,20\n\n,,"Manado, 17 Agustus 2024"\n,,Kepala Dinas\n,,\n,,Budi\n,,NIP 19700101\n'
    report = report_of(text, schema("kode", "nama", "n:integer"))
    assert (report["rows"], report["valid"], warned(report)) == (2, True, {"footnote-rows"})


def test_a_file_cut_in_the_middle_of_its_last_row_is_named() -> None:
    contract = schema("a:integer", "b", "c:integer")
    cut = report_of("a,b,c\n1,x,2\n3,y", contract)
    assert errors_of(cut) == {(3, "c", "missing-cell")}
    assert warned(cut) == {"truncated"}
    assert warned(report_of("a,b,c\n1,x,2\n3,y\n", contract)) == set()


def test_categories_restrict_a_field() -> None:
    field = {"name": "v", "categories": [{"value": "a", "label": "A"}, {"value": "b"}]}
    assert errors_of(report_of("v,i\na,1\nc,2\n", schema(field, "i"))) == {(3, "v", "constraint-error")}
    number = {"name": "v", "type": "integer", "categories": [1, 2]}
    assert errors_of(report_of("v,i\n01,1\n3,2\n", schema(number, "i"))) == {(3, "v", "constraint-error")}


def test_moments_with_and_without_a_zone_are_named() -> None:
    text = "nama,waktu\na,2023-08-17T10:00:00Z\nb,2022-02-03T11:00:00\n"
    assert "mixed-timezone" in warned(report_of(text))
    assert "mixed-timezone" in warned(report_of(text, schema("nama", "waktu:datetime")))
    assert "mixed-timezone" not in warned(report_of(text.replace("Z", ""), schema("nama", "waktu:datetime")))


def test_a_row_that_cannot_be_divided_has_that_error_only() -> None:
    lines = '{"a":1,"b":"x"}\n{"a":1,\n{"a":"q","b":"z"}\n{"a":5,"b":"z"}\n'
    report = report_of(lines, schema("a:integer", "b"), name="baris.ndjson")
    assert errors_of(report) == {(2, "", "parse-error"), (3, "a", "type-error")}
