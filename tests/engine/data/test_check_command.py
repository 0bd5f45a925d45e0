"""`mapalus check` and `mapalus infer` as the outside relies on them."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import duckdb  # noqa: TID253 - reads back what was written
import pytest

from mapalus.project.cli import main

CONTRACT = """\
fields:
  - {name: kode, constraints: {required: true}}
  - {name: jumlah, type: integer, constraints: {minimum: 0}}
primaryKey: kode
"""
ROWS = "kode,jumlah\n71.01,10\n71.02,1O\n71.02,-5\n,7\n71.03,8\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    (tmp_path / "c.yaml").write_text(CONTRACT)
    (tmp_path / "rows.csv").write_text(ROWS)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["check", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err


def test_json_tells_rows_fields_and_codes(folder, capsys):
    code, out, _err = run(capsys, folder / "rows.csv", "--contract", folder / "c.yaml", "--json")
    report = json.loads(out)
    assert code == 1
    assert (report["valid"], report["rows"], report["good_rows"], report["bad_rows"]) == (False, 5, 2, 3)
    assert [(e["row"], e["field"], e["code"], e["rule"]) for e in report["errors"]] == [
        (3, "jumlah", "type-error", "integer"),
        (4, "kode", "primary-key", "primaryKey"),
        (4, "jumlah", "constraint-error", "minimum"),
        (5, "kode", "constraint-error", "required"),
    ]
    assert report["error_counts"]["primary-key"] == {"kode": 1}
    assert report["profile"]["jumlah"]["min"] == 8
    assert report["errors"][0]["message"] == "1O bukan bilangan bulat: tanda ke-2 adalah huruf O. Mungkin 10."
    expected = (
        "valid file dialect sheet header_row rows good_rows bad_rows"
        " fields guesses warnings errors error_counts profile"
    )
    assert list(report) == expected.split()


def test_good_and_bad_rows_are_written(folder, capsys):
    good, bad = folder / "good.parquet", folder / "bad.parquet"
    run(capsys, folder / "rows.csv", "--contract", folder / "c.yaml", "--good", good, "--bad", bad)
    assert duckdb.execute(f"SELECT _row, kode, jumlah FROM '{good}'").fetchall() == [(2, "71.01", 10), (6, "71.03", 8)]
    rows = duckdb.execute(f"SELECT _row, jumlah, list_transform(_errors, lambda e: e.code) FROM '{bad}'").fetchall()
    assert rows == [
        (3, "1O", ["type-error"]),
        (4, "-5", ["primary-key", "constraint-error"]),
        (5, "7", ["constraint-error"]),
    ]


def test_max_errors_limits_the_list_not_the_counts(folder, capsys):
    _code, out, _err = run(capsys, folder / "rows.csv", "--contract", folder / "c.yaml", "--json", "--max-errors", 1)
    report = json.loads(out)
    assert len(report["errors"]) == 1
    assert sum(n for fields in report["error_counts"].values() for n in fields.values()) == 4


def test_a_good_file_ends_with_0_and_says_so(folder, capsys):
    (folder / "rows.csv").write_text("kode,jumlah\n71.01,10\n")
    code, out, err = run(capsys, folder / "rows.csv", "--contract", folder / "c.yaml")
    assert (code, err) == (0, "")
    assert "rows.csv: semua 1 baris baik." in out


def test_the_report_speaks_indonesian_or_english(folder, capsys, monkeypatch):
    assert "3 dari 5 baris perlu diperbaiki" in run(capsys, folder / "rows.csv", "--contract", folder / "c.yaml")[1]
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert "3 of 5 rows need correction" in run(capsys, folder / "rows.csv", "--contract", folder / "c.yaml")[1]


@pytest.mark.parametrize("name", ["absent.csv", "empty.csv"])
def test_what_cannot_be_used_ends_with_2_and_one_sentence(folder, capsys, name):
    (folder / "empty.csv").touch()
    code, out, err = run(capsys, folder / name, "--json")
    report = json.loads(out)
    assert code == 2
    assert set(report) == {"valid", "file", "refused"}
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_a_missing_required_column_is_named(folder, capsys):
    (folder / "rows.csv").write_text("nama,jumlah\nx,10\n")
    code, out, _err = run(capsys, folder / "rows.csv", "--contract", folder / "c.yaml", "--json")
    assert (code, json.loads(out)["refused"]["code"]) == (2, "missing-column")


def test_headers_written_otherwise_are_found_and_reported(folder, capsys):
    (folder / "rows.csv").write_text("KODE,Jumlah \n71.01,10\n")
    code, out, _err = run(capsys, folder / "rows.csv", "--contract", folder / "c.yaml", "--json")
    assert code == 0
    assert {guess["what"] for guess in json.loads(out)["guesses"]} >= {"column:kode"}


@pytest.mark.slow
def test_an_inferred_contract_accepts_its_own_file(folder, capsys):
    path = folder / "usul.csv"
    path.write_text(
        'Kode Pos,Tanggal,Nilai,Aktif\n01234,17/08/2023,"1.234,5",Ya\n95111,18/08/2023,"2,5",Tidak\n'
        "95112,1/9/2023,-,Ya\n"
    )
    assert main(["infer", str(path)]) == 0
    proposed = capsys.readouterr().out
    (folder / "usul.yaml").write_text(proposed)
    code, out, _err = run(capsys, path, "--contract", folder / "usul.yaml", "--json")
    report = json.loads(out)
    assert code == 0
    assert [field["type"] for field in report["fields"]] == ["string", "date", "number", "boolean"]


def used(*words: str) -> float:
    """CPU seconds of one program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(
        [sys.executable, "-m", "mapalus.project.cli", *words], check=True, capture_output=True, env=environment
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["check", "infer"])
def test_help_takes_less_than_three_tenths_of_a_second(verb):
    assert min(used(verb, "--help") for _attempt in range(3)) < 0.3


@pytest.mark.slow
def test_the_verbs_start_without_the_web_framework():
    code = "import sys; from mapalus.project.cli import main; main(['check', '/absent'])"
    code += "; sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
