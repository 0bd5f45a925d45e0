"""`mapalus pack check|new|upgrade`: sentences for people, one object for programs, exit codes for scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mapalus.engine.errors import NotFound, Refused
from mapalus.engine.packs.cli import main
from tests.engine.packs.example import EXAMPLE
from tests.engine.packs.test_loader import OLD, written
from tests.patience import start_of_python


@pytest.fixture(autouse=True)
def _indonesian(monkeypatch):
    monkeypatch.setenv("LC_ALL", "id_ID.UTF-8")


def test_a_right_pack_ends_with_0(capsys):
    assert main(["check", str(EXAMPLE)]) == 0
    assert capsys.readouterr().out == "Paket ini benar.\n"


def test_each_problem_is_one_line_with_file_line_and_code(tmp_path: Path, capsys):
    folder = written(tmp_path / "p")
    path = folder / "process.yml"
    path.write_text(path.read_text().replace("by: [kabid]", "by: [kabit]"))
    assert main(["check", str(folder)]) == 1
    first, last = capsys.readouterr().out.splitlines()
    line = path.read_text().splitlines().index("    by: [kabit]") + 1
    assert first == f"{path}:{line}: kesalahan unknown-role: Tidak ada peran kabit. Maksudnya kabid?"
    assert last == "1 kesalahan, 0 peringatan."


def test_json_is_one_object(tmp_path: Path, capsys):
    folder = written(tmp_path / "p")
    (folder / "lists" / "lama.csv").write_text("kode,label,label_en\na,A,A\n")
    assert main(["check", str(folder), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["valid"], document["name"], document["version"]) == (True, "bantuan-alat", "1.0.0")
    assert document["problems"] == [
        {
            "file": "lists/lama.csv", "line": 1, "code": "unused-list", "severity": "warning",
            "message": document["problems"][0]["message"],
        }
    ]  # fmt: skip
    assert main(["check", str(folder), "--strict"]) == 1


def test_a_roster_and_an_earlier_version_are_looked_at(tmp_path: Path, capsys):
    roster = tmp_path / "positions.csv"
    roster.write_text("position,title\ndistan.kadis,Kepala\ndistan.kabid-sarana,Kabid\ndistan.sekretaris,Sekretaris\n")
    assert main(["check", str(EXAMPLE), "--positions", str(roster), "--earlier", str(EXAMPLE)]) == 0
    roster.write_text("position\ndistan.kadis\n")
    assert main(["check", str(EXAMPLE), "--positions", str(roster)]) == 1
    roster.write_text("nama\nx\n")
    with pytest.raises(Refused):
        main(["check", str(EXAMPLE), "--positions", str(roster)])
    capsys.readouterr()


def test_no_folder_is_one_sentence(tmp_path: Path):
    with pytest.raises(NotFound):
        main(["check", str(tmp_path / "none")])


def test_new_then_check_then_run(tmp_path: Path, capsys):
    assert main(["new", "izin-riset", "--in", str(tmp_path)]) == 0
    assert main(["check", str(tmp_path / "izin-riset"), "--strict"]) == 0
    assert main(["run", str(tmp_path / "izin-riset"), "terbit"]) == 0
    capsys.readouterr()


def test_an_old_pack_is_written_anew(tmp_path: Path, capsys):
    old = tmp_path / "old"
    for name, text in OLD.items():
        (old / name).parent.mkdir(parents=True, exist_ok=True)
        (old / name).write_text(text)
    assert main(["upgrade", str(old), str(tmp_path / "new")]) == 0
    assert main(["check", str(tmp_path / "new")]) == 0
    with pytest.raises(Refused):
        main(["upgrade", str(tmp_path / "new"), str(tmp_path / "newer")])
    capsys.readouterr()


def test_without_a_verb_the_verbs_are_told(capsys):
    assert main([]) == 2
    assert "upgrade" in capsys.readouterr().err
    assert main(["--help"]) == 0


@pytest.mark.slow
def test_it_starts_within_three_tenths_of_a_second_and_without_the_web():
    code = (
        "import sys, time; from mapalus.project.cli import main; "
        f"code = main(['pack', 'check', {str(EXAMPLE)!r}]); "
        "print(time.process_time(), 'django' in sys.modules, 'duckdb' in sys.modules, code)"
    )

    def used() -> float:
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
        )
        seconds, *loaded, status = run.stdout.splitlines()[-1].split()
        assert loaded == ["False", "False"]
        assert status == "0"
        return float(seconds)

    # On a slow machine as much longer as Python itself takes.
    assert min(used() for _attempt in range(3)) < max(0.3, 20 * start_of_python())
