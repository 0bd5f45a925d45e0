"""Files as offices send them: what is read, which cell is wrong, and in which row of the file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.data.checked import errors_of, report_of

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
    "colons": ("a:b:c\n1:x:2\n3:y:4\n", ["a:integer", "b:string", "c:integer"], 2, set()),
    "colons of times": ("jam;n\n08:30:00;1\n09:30:00;2\n", ["jam:time", "n:integer"], 2, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_read_as_its_writer_meant(name: str) -> None:
    text, fields, rows, errors = TEXTS[name]
    report = report_of(text)
    assert [f"{item['name']}:{item['type']}" for item in report["fields"]] == fields
    assert (report["rows"], errors_of(report)) == (rows, errors)


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


REFUSED: dict[str, tuple[str | bytes, str]] = {
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
