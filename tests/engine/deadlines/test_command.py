"""`mapalus due` on the command line."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.text import language_of_process
from mapalus.project.cli import main
from tests.patience import start_of_python

HEADER = ["id", "kind", "unit", "amount", "received_at", "zone", "holiday_set", "pauses"]
HOLIDAYS = """set,date,name,category
ID,2026-12-24,Cuti Bersama Hari Raya Natal,government
ID,2026-12-25,Hari Raya Natal,public
ID,2026-12-28,Hari Ibu Bumi,observance
ID,2027-01-01,Tahun Baru,public
SULUT,2026-09-23,Hari jadi,local
LAIN,2026-11-23,Hari aneh,bukan-kategori
KERJA,2026-12-24,Cuti bersama,government
KERJA,2026-12-24,Tetap masuk,open
"""


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


class Desk:
    """Writes the two tables and calls the command."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        (folder / "h.csv").write_text(HOLIDAYS, encoding="utf-8")

    def run(self, *rows: str, flags: tuple[str, ...] = ("--json",)) -> tuple[int, str, str]:
        """`unit | amount | received_at | zone | set | pauses`; the id is the number of the row."""
        with (self.folder / "r.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(HEADER)
            for number, row in enumerate(rows, start=1):
                cells = [cell.strip() for cell in row.split("|")]
                out.writerow([f"R{number}", "uji", *cells, *[""] * (6 - len(cells))])
        return self.call("r.csv", "--holidays", str(self.folder / "h.csv"), *flags)

    def call(self, name: str, *more: str) -> tuple[int, str, str]:
        code = main(["due", str(self.folder / name), *more])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def dues(self, *rows: str) -> list[str]:
        code, out, _err = self.run(*rows)
        assert code == 0
        found: list[dict[str, Any]] = json.loads(out)
        assert [set(entry) for entry in found] == [{"id", "due"}] * len(rows)
        return [entry["due"] for entry in found]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_prints_a_date_for_days_a_time_for_hours_and_nothing_while_paused(desk: Desk) -> None:
    assert desk.dues(
        "hari-kerja | 14 | 2026-11-20T09:30 | WITA | ID",
        "hari-kerja | 10+7 | 2026-11-20T09:30 | WITA | ID",
        "jam-24x7 | 24 | 2026-11-20T23:15 | WIT",
        "jam-kerja | 6 | 2026-11-20T10:00 | WIB | ID",
        "hari-kerja | 3 | 2026-11-20T09:30 | WITA | ID | 2026-11-23T10:00/",
        "jam-24x7 | 1,5 | 2026-11-20T10 | WIB | | 2026-11-20T10:30/2026-11-20T11;2026-11-20T11:10/2026-11-20T11:20",
    ) == [
        "2026-12-10",
        "2026-12-15",
        "2026-11-21T23:15:00+09:00",
        "2026-11-20T16:00:00+07:00",
        "",
        "2026-11-20T12:10:00+07:00",
    ]


def test_an_offset_is_heard_and_its_absence_means_the_zone(desk: Desk) -> None:
    assert desk.dues(
        "hari-kerja | 1 | 2026-11-20T08:30Z | WITA | ID",  # 16.30: day 0 is Monday
        "hari-kerja | 1 | 2026-11-20T08:30Z | WIB | ID",  # 15.30
        "hari-kerja | 1 | 2026-11-20T08:30 | WITA | ID",
        "hari-kerja | 1 | 2026-11-20 16:00:00 | wita | ID",
        "hari-kerja | 1 | 2026-11-20 | WITA | ID",  # without a time: from midnight, so received at 08.00
        "jam-24x7 | 1 | 2026-11-20T08:30Z | WIT |",
    ) == ["2026-11-24", "2026-11-23", "2026-11-23", "2026-11-24", "2026-11-23", "2026-11-20T18:30:00+09:00"]


def test_only_categories_that_close_the_office_count(desk: Desk) -> None:
    assert desk.dues(
        "hari-kerja | 1 | 2026-12-23T09:00 | WITA | ID",  # the 28th is an observance
        "hari-kerja | 1 | 2026-12-23T09:00 | WITA |",  # no calendar: weekends only
        "hari-kerja | 1 | 2026-12-23T09:00 | WITA | SULUT+ID",
        "hari-kerja | 1 | 2026-12-23T09:00 | WITA | KERJA",
    ) == ["2026-12-28", "2026-12-24", "2026-12-28", "2026-12-24"]


def test_a_category_nobody_knows_closes_and_is_said(desk: Desk) -> None:
    code, out, err = desk.run("hari-kerja | 1 | 2026-11-20T09:00 | WITA | LAIN")
    assert code == 0
    assert json.loads(out)[0]["due"] == "2026-11-24"
    assert "h.csv, line 7: the category “bukan-kategori” is not known" in err


def test_says_where_the_calendar_ends(desk: Desk) -> None:
    code, _out, err = desk.run("hari-kerja | 1 | 2027-12-31T09:00 | WITA | ID", "jam-24x7 | 1 | 2029-01-01 | WITA | ID")
    assert code == 0
    assert err.splitlines()[1:] == ["The holidays of ID say nothing about 2028: only weekends are left out there (R1)."]


@pytest.mark.parametrize(
    ("row", "place", "reason"),
    [
        ("hari | 1 | 2026-11-20 | WITA |", "unit", "none of hari-kerja, jam-24x7, jam-kerja"),
        ("hari-kerja | 1,5 | 2026-11-20 | WITA |", "amount", "working days are whole"),
        ("hari-kerja | -1 | 2026-11-20 | WITA |", "amount", "not a number"),
        ("hari-kerja | | 2026-11-20 | WITA |", "amount", "not a number"),
        ("hari-kerja | ١ | 2026-11-20 | WITA |", "amount", "not a number"),
        ("hari-kerja | 1e3 | 2026-11-20 | WITA |", "amount", "not a number"),
        ("hari-kerja | 999999999 | 2026-11-20 | WITA |", "amount", "more than"),
        ("hari-kerja | 1 | 20-11-2026 | WITA |", "received_at", "not a time"),
        ("hari-kerja | 1 | 0001-01-01T00:00+09:00 | WITA |", "received_at", "not a time"),
        ("hari-kerja | 1 | 9999-12-31T23:59-09:00 | WITA |", "received_at", "not a time"),
        ("hari-kerja | 1 | | WITA |", "received_at", "not a time"),
        ("hari-kerja | 1 | 2026-11-20 | WITX |", "zone", "none of WIB, WITA, WIT"),
        ("hari-kerja | 1 | 2026-11-20 | WITA | XX", "holiday_set", "no holidays of “XX”; known are: ID, KERJA"),
        ("hari-kerja | 1 | 2026-11-20 | WITA | | besok/lusa", "pauses", "not a pause"),
        ("hari-kerja | 1 | 2026-11-20 | WITA | | 2026-11-22/2026-11-21", "pauses", "ends before it starts"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(desk: Desk, row: str, place: str, reason: str) -> None:
    code, out, err = desk.run("hari-kerja | 1 | 2026-11-20 | WITA |", row)
    assert (code, out) == (2, "")
    assert err.startswith(f"r.csv, line 3, column {place}: ")
    assert reason in err
    assert len(err.splitlines()) == 1


def test_every_fault_is_said_at_once_but_not_without_end(desk: Desk) -> None:
    code, _out, err = desk.run(*["hari | -1 | kemarin | WITX | XX"] * 3)
    assert code == 2
    assert len(err.splitlines()) == 11
    assert err.splitlines()[-1] == "and 5 more faults."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04\0\0", "not a CSV"),
        (b"id,unit\n1,2\n", "amount, received_at, zone is missing"),
        (b"id,id,unit,amount,received_at,zone\n", "id stands there twice"),
        (b"id,unit,amount,received_at,zone\n1,hari-kerja,1,2026-11-20,WITA,x\n", "has 6 cells under 5 columns"),
        (b'id,unit,amount,received_at,zone\n"' + b"x" * 200_000 + b'",', "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_no_such_table_ends_in_one_sentence(desk: Desk, data: bytes, reason: str) -> None:
    (desk.folder / "bad.csv").write_bytes(data)
    code, out, err = desk.call("bad.csv", "--json")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert reason in err


def test_a_file_that_is_not_there(desk: Desk) -> None:
    code, _out, err = desk.call("gone.csv")
    assert code == 2
    assert "cannot be read" in err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_reads_what_spreadsheets_write(desk: Desk, encoding: str) -> None:
    text = 'ID;Unit;Amount;Received_At;Zone;Pauses\r\n\r\n"Ä1";jam-kerja;"2,5";2026-11-20 10:00;WIB;""\r\n'
    (desk.folder / "s.csv").write_bytes(text.encode(encoding))
    code, out, _err = desk.call("s.csv", "--json")
    assert code == 0
    assert json.loads(out) == [{"id": "Ä1", "due": "2026-11-20T12:30:00+07:00"}]


def test_tells_each_day_when_asked(desk: Desk) -> None:
    row = "hari-kerja | 1 | 2026-12-23T09:00 | WITA | ID"
    _code, out, _err = desk.run(row, flags=("--json", "--explain"))
    days = json.loads(out)[0]["days"]
    assert [day["why"] for day in days] == ["received", "holiday", "holiday", "weekend", "weekend", "counted"]
    assert days[1]["name"] == "Cuti Bersama Hari Raya Natal"
    _code, out, _err = desk.run(row, flags=("--explain",))
    assert out.splitlines()[0].split("  ") == ["R1", "1 hari-kerja", "Mon, 28 December 2026"]
    assert out.splitlines()[-1].split() == ["Mon,", "28", "December", "2026", "Day", "1"]


def test_speaks_indonesian_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert language_of_process() == "id"
    _code, out, _err = desk.run("jam-kerja | 1 | 2026-12-23T15:30 | WITA | ID", flags=())
    assert out.strip() == "R1  1 jam-kerja  Senin, 28 Desember 2026, 08.30 WITA"
    _code, _out, err = desk.run("hari | 1 | 2026-11-20 | WITA |")
    assert err.strip() == "r.csv, baris 2, kolom unit: “hari” bukan salah satu dari hari-kerja, jam-24x7, jam-kerja."


@pytest.mark.slow
def test_starts_without_the_web_framework_and_soon(desk: Desk) -> None:
    desk.run("hari-kerja | 14 | 2026-11-20T09:30 | WITA | ID")
    code = (
        "import sys, time; from mapalus.project.cli import main\n"
        "main(sys.argv[1:])\n"
        "print([m for m in ('django', 'holidays', 'duckdb', 'numpy') if m in sys.modules], time.process_time())"
    )
    command = [sys.executable, "-c", code, "due", str(desk.folder / "r.csv"), "--holidays", str(desk.folder / "h.csv")]

    def used() -> float:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        loaded, seconds = done.stdout.splitlines()[-1].rsplit(" ", 1)
        assert loaded == "[]"
        return float(seconds)

    # On a machine of today 0.2 seconds; on a slow one as much longer as Python itself takes.
    assert min(used() for _attempt in range(3)) < max(0.3, 20 * start_of_python())
