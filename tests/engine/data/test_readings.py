"""What can be read in two ways is decided by the file, or left open for a person: never tossed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapalus.engine.data.contract import Contract, parse, to_descriptor
from mapalus.engine.data.formats import reader
from mapalus.engine.data.infer import Inferred, infer
from mapalus.engine.data.proposal import propose
from mapalus.engine.data.reading import read
from mapalus.engine.data.readings import chosen, open_fields, open_warnings
from mapalus.engine.data.strict_yaml import dump_yaml, load_yaml

OPEN = "k;tgl;nilai\na;01/02/2023;1.234\nb;03/04/2023;2.500\nc;05/06/2023;3.125\n"


def inferred(tmp_path: Path, text: str) -> Inferred:
    path = tmp_path / "berkas.csv"
    path.write_text(text, encoding="utf-8")
    return infer(read(path, scratch=tmp_path / "s"), scratch=tmp_path, name="berkas")


def kinds(found: Inferred) -> list[str]:
    return [f"{item.type} {item.format}" for item in found.contract.fields]


def test_what_nothing_decides_is_left_to_the_standard_with_both_readings_open(tmp_path: Path) -> None:
    found = inferred(tmp_path, OPEN)
    assert kinds(found) == ["string default", "string default", "number default"]
    assert [warn.code for warn in found.warnings] == ["ambiguous-date-format", "ambiguous-number-format"]
    said = found.warnings[0].say(language="en")
    assert "01/02/2023 is 2023-02-01 or 2023-01-02" in said
    assert "%d/%m/%Y" in said
    assert "%m/%d/%Y" in said
    assert [guess.confidence for guess in found.guesses if guess.what.startswith("format:")] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("number", "day", "figure"), [(0, "2023-02-01", 1234), (1, "2023-01-02", 1.234)], ids=["first", "second"]
)
def test_a_choice_reads_what_its_example_said(tmp_path: Path, number: int, day: str, figure: float) -> None:
    found = open_fields(inferred(tmp_path, OPEN).contract)
    assert [item.name for item, _ways in found] == ["tgl", "nilai"]
    tgl, nilai = (chosen(item, number) for item, _ways in found)
    assert reader(tgl)("01/02/2023").isoformat() == day
    assert reader(nilai)("1.234") == figure
    assert "open" not in {**tgl.mapalus, **nilai.mapalus}


def test_an_open_contract_can_be_written_read_and_says_again_what_is_open(tmp_path: Path) -> None:
    contract = inferred(tmp_path, OPEN).contract
    again = parse(load_yaml(dump_yaml(to_descriptor(contract)), depth=40))
    assert [item for item, _ways in open_fields(again)] == [item for item, _ways in open_fields(contract)]
    assert {warn.code for warn in open_warnings(again)} == {"ambiguous-date-format", "ambiguous-number-format"}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("k;a;b\nx;01/02/2023;17/08/2023\ny;03/04/2023;18/08/2023\n", "date %d/%m/%Y"),
        ("k;a;b\nx;01/02/2023;08/17/2023\ny;03/04/2023;08/18/2023\n", "date %m/%d/%Y"),
        ("k;a;b\nx;1.234;1.234.567,5\ny;2.500;7,5\n", "integer default"),
        ("k;a;b\nx;1.234;0.5\ny;2.500;12.25\n", "number default"),
        ("k;a;b\nx;1,234;0.5\ny;2,500;12.25\n", "integer default"),
        ("k;a;b\nx;Rp 1.234;z\ny;Rp 2.500;z\n", "integer default"),
        ("k;a;b\nx;1.234 jiwa;z\ny;2.500 jiwa;z\n", "integer default"),
        ("k;a;b\nx;1.234%;z\ny;2.500%;z\n", "number default"),
        ("k;lintang;b\nx;1.234;z\ny;2.500;z\n", "number default"),
        ("k;a;b\nx;1.234;z\ny;1500;z\n", "number default"),
        ("k;a;b\nx;02/02/2023;z\ny;03/03/2023;z\n", "date %d/%m/%Y"),
        ("k;a;b\nx;01.02.2023;z\ny;03.04.2023;z\n", "date %d.%m.%Y"),
    ],
)
def test_the_file_itself_decides_where_it_can(tmp_path: Path, text: str, right: str) -> None:
    found = inferred(tmp_path, text)
    assert kinds(found)[1] == right
    assert not [warn for warn in found.warnings if warn.code.startswith("ambiguous-")]


@pytest.mark.parametrize(
    ("title", "right"),
    [
        ("Jumlah Penduduk", "integer default"),
        ("jml_pddk", "integer default"),
        ("Penduduk (ribu jiwa)", "number default"),
        ("Kepadatan penduduk", "number default"),
        ("jumlah", "number default"),
    ],
)
def test_what_is_never_divided_is_read_as_thousands_and_said(tmp_path: Path, title: str, right: str) -> None:
    found = inferred(tmp_path, f"k;{title}\nx;451.916\ny;225.134\n")
    assert kinds(found)[1] == right
    assert [warn.code for warn in found.warnings] == ["ambiguous-number-format"]


@pytest.mark.parametrize("text", ["1,234", "(1.234)", "Rp 1,234 *"])
def test_what_the_standard_does_not_read_stays_text(tmp_path: Path, text: str) -> None:
    found = inferred(tmp_path, f"k;jumlah\nx;{text}\ny;{text.replace('1', '2')}\n")
    assert kinds(found)[1] == "string default"


def test_columns_that_contradict_each_other_decide_nothing(tmp_path: Path) -> None:
    text = "k;a;b;c\nx;01/02/2023;17/08/2023;08/17/2023\ny;03/04/2023;18/08/2023;08/18/2023\n"
    assert kinds(inferred(tmp_path, text))[1] == "string default"


def test_numbers_of_json_are_no_texts_and_need_no_choice(tmp_path: Path) -> None:
    found = inferred(tmp_path, '[{"v": 1.234, "t": "1.234"}, {"v": 2.345, "t": "9.876"}]')
    assert kinds(found)[0] == "number default"
    assert [warn.code for warn in found.warnings] == []  # the same text as a number of the file


def test_an_example_of_a_personal_column_is_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "orang.csv"
    path.write_text("nama;tanggal_lahir\nSampel A;01/02/1990\nSampel B;03/04/1991\n", encoding="utf-8")
    _scan, found = propose(path, scratch=tmp_path / "s")
    said = [one.say() for one in found.warnings] + [one.say() for one in found.guesses]
    told = repr(found.contract) + "".join(said)
    assert "1990" not in told
    assert "1991" not in told


def test_a_contract_of_days_whose_file_has_others_is_told_how_to_pin_them(tmp_path: Path) -> None:
    from mapalus.engine.data.check import check

    path = tmp_path / "berkas.csv"
    path.write_text(OPEN, encoding="utf-8")
    contract = parse({"fields": [{"name": "k"}, {"name": "tgl", "type": "date"}, {"name": "nilai", "type": "number"}]})
    assert isinstance(contract, Contract)
    report = check(path, contract=contract, out=tmp_path, language="en").report
    assert report["error_counts"] == {"type-error": {"tgl": 3}}
    assert [warn["code"] for warn in report["warnings"]] == ["ambiguous-date-format"]
    assert "format: '%d/%m/%Y'" in report["warnings"][0]["message"]
