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
