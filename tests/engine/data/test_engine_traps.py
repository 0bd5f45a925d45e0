"""What the table engine does wrong when left alone, each with the way around it that the runner relies on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb  # noqa: TID253 - these are tests of it
import numpy as np  # noqa: TID253 - sorted rows
import pytest

from mapalus.engine.data.check import Outcome, check
from mapalus.engine.data.contract import parse
from mapalus.engine.data.runners.duckdb import source
from mapalus.engine.data.runners.duckdb.connection import connect
from mapalus.engine.data.table import Dialect, Scan


def scan_of(path: Path, text: str, columns: tuple[str, ...] = ("a", "b"), **more: object) -> Scan:
    path.write_text(text, newline="")
    return Scan(path=path, columns=columns, dialect=Dialect(), spooled=False, first_row=2, skip=1, header_row=1, **more)  # type: ignore[arg-type]


def rows(scan: Scan, folder: Path, what: str = "_row, c0, c1, x0") -> list[tuple[object, ...]]:
    with connect(folder) as connection:
        return connection.execute(f"SELECT {what} FROM ({source.rows_of(scan)})").fetchall()


def checked(folder: Path, text: str, schema: dict[str, object]) -> Outcome:
    path = folder / "berkas.csv"
    path.write_text(text, newline="")
    return check(path, contract=parse(schema, folder=folder), out=folder)


def test_the_version_is_the_one_whose_traps_are_known():
    assert duckdb.__version__ == "2.0.0"


def test_a_cast_over_the_scan_loses_no_row(tmp_path):
    scan = scan_of(tmp_path / "a.csv", "a,b\n1,x\nzz,y\n5,z\n")
    assert rows(scan, tmp_path, "_row, TRY_CAST(c0 AS INTEGER)") == [(2, 1), (3, None), (4, 5)]


def test_a_cast_alone_over_the_scan_loses_no_row(tmp_path):
    scan = scan_of(tmp_path / "a.csv", "a,b\n1,x\nzz,y\n5,z\n")
    assert rows(scan, tmp_path, "count(*), count(TRY_CAST(c0 AS INTEGER))") == [(3, 2)]


def test_blank_lines_count_in_the_row_number(tmp_path):
    scan = scan_of(tmp_path / "a.csv", "a,b\n1,x\n\n\n2,y\n\n3,z\n", blank_rows=(3, 4, 6))
    assert rows(scan, tmp_path, "_row, c0") == [(2, "1"), (5, "2"), (7, "3")]


@pytest.mark.slow
def test_hundreds_of_blank_lines_count_too(tmp_path):
    lines, blanks, expected = ["a,b"], [], []
    for n in range(1500):
        if n % 4 == 1:
            lines.append("")
            blanks.append(len(lines))
        lines.append(f"{n},x")
        expected.append((len(lines), str(n)))
    scan = scan_of(tmp_path / "a.csv", "\n".join(lines) + "\n", blank_rows=tuple(blanks))
    assert rows(scan, tmp_path, "_row, c0") == expected


def test_an_empty_cell_is_not_an_absent_one(tmp_path):
    scan = scan_of(tmp_path / "a.csv", 'a,b\n1,\n2\n3,""\n4,x,y\n')
    assert rows(scan, tmp_path) == [(2, "1", "", None), (3, "2", None, None), (4, "3", "", None), (5, "4", "x", "y")]


def test_a_line_break_inside_quotes_starts_no_row(tmp_path):
    scan = scan_of(tmp_path / "a.csv", 'a,b\n1,"x\ny"\n2\n3,z\n')
    assert rows(scan, tmp_path, "_row, c0, c1") == [(2, "1", "x\ny"), (3, "2", None), (4, "3", "z")]


@pytest.mark.slow
def test_membership_keeps_the_order_of_rows(tmp_path):
    scan = scan_of(tmp_path / "a.csv", "a,b\n" + "".join(f"{n},{n * 7919 % 50_000}\n" for n in range(300_000)))
    with connect(tmp_path) as connection:
        connection.execute("CREATE TEMP TABLE k AS SELECT CAST(range AS VARCHAR) AS k FROM range(49_000)")
        connection.execute("CREATE TEMP TABLE f AS SELECT range * 3 AS n FROM range(90_000)")
        good = tmp_path / "good.parquet"
        connection.execute(
            f"COPY (SELECT _row FROM ({source.rows_of(scan)}) WHERE CASE WHEN c1 IN (SELECT k FROM k)"
            f" AND n NOT IN (SELECT n FROM f) THEN true ELSE false END) TO '{good}' (FORMAT parquet)"
        )
        found = connection.execute(f"SELECT _row FROM '{good}'").fetchnumpy()["_row"]
    assert len(found) > 100_000
    assert (np.diff(found) > 0).all()


def test_an_offset_is_not_ignored(tmp_path):
    outcome = checked(
        tmp_path, "a,b\n2020-01-01T10:00:00+07:00,x\n", {"fields": [{"name": "a", "type": "datetime"}, {"name": "b"}]}
    )
    found = duckdb.execute("SELECT a FROM read_parquet(?)", [str(outcome.good)]).fetchall()
    assert str(found[0][0]) == "2020-01-01 03:00:00"


@pytest.mark.slow
def test_many_bad_rows_are_set_apart_by_a_second_scan(tmp_path, monkeypatch):
    from mapalus.engine.data.runners.duckdb import sink

    monkeypatch.setattr(sink, "BAD_MANY", 10)
    text = "a,b\n" + "".join(f"{'x' if n % 2 else n},y\n" for n in range(200))
    outcome = checked(tmp_path, text, {"fields": [{"name": "a", "type": "integer"}, {"name": "b"}]})
    assert (outcome.good_rows, outcome.bad_rows) == (100, 100)
    assert [error["row"] for error in outcome.report["errors"]] == list(range(3, 202, 2))


@pytest.mark.slow
def test_a_date_is_right_exactly_where_python_says_so(tmp_path: Path) -> None:
    """A cast takes blanks, short months and years before Christ; the guard beside it looks only at the shape."""
    letters = "0189-+ :/.TeE_()B"
    whole = ("2020-01-01", "0001-01-01", "0000-01-01", "9999-12-31", "1999-02-29", "2000-02-29", "0010-10-10")
    texts = {
        text[:n] + letter + text[n + k :] for text in whole for n in range(11) for letter in letters for k in (0, 1)
    }
    texts |= {
        one[:n] + letter + one[n + 1 :] for one in list(texts)[::3] for n in range(0, 11, 2) for letter in "0 -+1"
    }
    schema: dict[str, object] = {"fields": [{"name": "n", "type": "integer"}, {"name": "t", "type": "date"}]}
    listed = sorted(texts)
    found = checked(tmp_path, "n,t\n" + "".join(f"{n},{text}\n" for n, text in enumerate(listed)), schema)
    with duckdb.connect() as connection:
        wrong = {int(n) for (n,) in connection.execute(f"SELECT n FROM '{found.bad}'").fetchall()}
    assert [text for n, text in enumerate(listed) if (n not in wrong) is not _is_date(text)] == []
    assert found.good_rows > 100


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and text[4] == text[7] == "-" and bool(date.fromisoformat(text))
    except ValueError:
        return False


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_scan_in_pieces_gives_the_same_rows_as_in_one(tmp_path, monkeypatch, end):
    """Short and long rows, blank lines and quoted cells at the seams between buffers."""
    monkeypatch.setattr(source, "_LONGEST", 1 << 12)
    monkeypatch.setattr(source, "_BUFFER", 1 << 13)
    random = np.random.default_rng(7)
    kinds = ["{n},x", "{n}", '{n},"a ""b"", c"', "{n},", "{n},x,y", "{n},x,y,z", "", "{n}," + "p" * 900]
    lines = [kinds[k].format(n=n) for n, k in enumerate(random.integers(0, len(kinds), 2000))]
    text = end.join(["a,b", *lines, "9,z"]) + end
    blanks = tuple(n for n, line in enumerate(lines, 2) if not line)
    path = tmp_path / "a.csv"
    whole = replace(scan_of(path, text), dialect=Dialect(line_terminator=end), blank_rows=blanks)
    found = [rows(replace(whole, is_one_line_each=each), tmp_path, "_row, c0, c1, x0, x1") for each in (False, True)]
    assert found[0] == found[1]
    assert [row[:2] for row in found[1] if int(str(row[0])) % 400 == 0] == [
        (n, line.split(",")[0]) for n, line in enumerate(lines, 2) if n % 400 == 0 and line
    ]
