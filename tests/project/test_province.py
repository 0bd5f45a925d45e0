"""The administrator's commands on a real province: verify, doctor, backup, restore."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.apps.stage import DATABASES, ROOT, run, stage
from tests.doors.command.scene import write_pack

pytestmark = pytest.mark.slow
SCENE = "tests.doors.command.scene"
SEAL = """
import django; django.setup()
from datetime import UTC, datetime
from mapalus.apps.ledger.sealer import seal_all
print(seal_all(now=datetime(2026, 11, 20, tzinfo=UTC)))
"""


def mapalus(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mapalus.project.cli", *arguments],
        env={**environment, "LANG": "en"}, cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip


@pytest.mark.parametrize("kind", DATABASES)
def test_a_province_is_backed_up_restored_and_whole(kind: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with stage(kind, home) as environment:
        environment["MAPALUS_PACKS"] = str(write_pack(tmp_path))
        if kind == "sqlite":
            environment["MAPALUS_DATABASE_URL"] = ""
            (home / "stage.sqlite").rename(home / "mapalus.sqlite")
        run(environment, SCENE, "build")
        run(environment, SCENE, "publish", given="42")
        sealed = subprocess.run(
            [sys.executable, "-c", SEAL], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert sealed.stdout.strip() == "1"
        assert "The ledger is whole" in mapalus(environment, "ledger", "verify").stdout

        done = mapalus(environment, "backup", str(tmp_path / "b.tar"))
        assert (done.returncode, done.stderr) == (0, "")
        inside = mapalus(environment, "backup", str(home / "b.tar"))
        assert (inside.returncode, "inside the data folder" in inside.stderr) == (2, True)

        if kind == "sqlite":
            back = dict(environment)
            check_restored(back, tmp_path)
        else:
            with stage(kind, tmp_path / "other", migrated=False) as empty:
                check_restored({**environment, "MAPALUS_DATABASE_URL": empty["MAPALUS_DATABASE_URL"]}, tmp_path)


def check_restored(environment: dict[str, str], folder: Path) -> None:
    target = folder / "back"
    restored = mapalus(environment, "restore", str(folder / "b.tar"), "--data-dir", str(target))
    assert restored.returncode == 0, restored.stderr
    assert "The ledger is whole: 1 entries" in restored.stdout
    assert (target / "lake/kondisi-jalan/v1/data.parquet").exists()
    again = mapalus(environment, "restore", str(folder / "b.tar"), "--data-dir", str(target))
    assert (again.returncode, "not empty" in again.stderr, "Traceback" in again.stderr) == (2, True, False)


def test_half_a_backup_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "half.tar").write_bytes(os.urandom(2000))
    refused = mapalus(dict(os.environ), "restore", str(tmp_path / "half.tar"), "--data-dir", str(tmp_path / "back"))
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "Traceback" not in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["half.tar"]


@pytest.mark.parametrize("words", [["ledger", "verify"], ["doctor"], ["backup", "x.tar"], ["work"]])
def test_where_there_is_no_province_one_sentence_says_so(tmp_path: Path, words: list[str]) -> None:
    environment = {**os.environ, "MAPALUS_SECRET_KEY": "x" * 40, "MAPALUS_DATABASE_URL": ""}
    told = mapalus(environment, *words, "--data-dir", str(tmp_path / "none"))
    assert told.returncode == 2
    assert told.stderr.startswith("There is no province in ")
    assert told.stderr.count("\n") == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_doctor_names_what_is_wrong_and_removes_what_no_row_names(tmp_path: Path) -> None:
    with stage("sqlite", tmp_path) as environment:
        environment["MAPALUS_PACKS"] = str(write_pack(tmp_path))
        run(environment, SCENE, "build")
        run(environment, SCENE, "publish", given="42")
        stray = tmp_path / "lake/kondisi-jalan/v9"
        half = tmp_path / "lake/.building/abc"
        for folder in (stray, half):
            folder.mkdir(parents=True)
        (tmp_path / "lake/kondisi-jalan/v1/version.json").write_text("{}")

        told = mapalus(environment, "doctor", "--json")
        found = {finding["name"]: finding for finding in json.loads(told.stdout)}
        assert told.returncode == 1
        assert {name for name, finding in found.items() if not finding["well"]} == {"sealer", "leftovers"}
        assert set(found["leftovers"]["leftovers"]) == {str(stray), str(half)}
        assert stray.exists()

        mapalus(environment, "doctor", "--fix")
        assert not stray.exists()
        assert not half.exists()
        assert (tmp_path / "lake/kondisi-jalan/v1/data.parquet").exists()


def test_the_ledger_command_names_the_place_and_exits_with_one(tmp_path: Path) -> None:
    with stage("sqlite", tmp_path) as environment:
        run(environment, SCENE, "build")
        run(environment, SCENE, "publish", given="42")
        subprocess.run([sys.executable, "-c", SEAL], env=environment, cwd=ROOT, check=True, capture_output=True)
        line = mapalus(environment, "ledger", "checkpoint").stdout
        (tmp_path / "published.json").write_text(line)
        with sqlite3.connect(tmp_path / "stage.sqlite") as database:
            database.execute("DROP TRIGGER ledger_entry_written_once")
            database.execute("UPDATE ledger_entry SET actor_label = 'somebody else' WHERE sequence = 1")
        database.close()
        damaged = mapalus(environment, "ledger", "verify")
        assert damaged.returncode == 1
        assert damaged.stdout == (
            "The ledger is damaged in 1 places. First: Entry 1 was changed after it was sealed.\n"
        )
        other = mapalus(environment, "ledger", "verify", "--checkpoint", str(tmp_path / "stage.sqlite"))
        assert (other.returncode, "Traceback" in other.stderr) == (2, False)
