"""`mapalus demo` says in one sentence what it cannot do, and touches nothing that is not its own."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from mapalus.engine.errors import Conflict, Misconfigured
from mapalus.project.demo import build, command


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "laporan.xlsx").write_bytes(b"penting")
    with pytest.raises(Conflict, match="something else"):
        command.ensure(tmp_path, is_fresh=False)
    assert (tmp_path / "laporan.xlsx").read_bytes() == b"penting"


def test_a_killed_builder_leaves_nothing_and_a_running_one_is_not_disturbed(tmp_path: Path) -> None:
    dead = tmp_path / ".membangun-data-999999999"
    alive = tmp_path / f".membangun-data-{os.getpid()}"
    for folder in (dead, alive):
        folder.mkdir()
    command._clear_leftovers(tmp_path / "data")
    assert not dead.exists()
    assert alive.exists()


def test_a_builder_killed_between_two_renames_gives_the_old_province_back(tmp_path: Path) -> None:
    old = tmp_path / ".membangun-data-lama"
    old.mkdir()
    mark = {"day_zero": "2026-11-20", "release": "0", "last_entry": 1, "is_whole": True, "built_at": "2026-11-20T00:00"}
    (old / command.MARK).write_text(json.dumps(mark))
    command._clear_leftovers(tmp_path / "data")
    assert (tmp_path / "data" / command.MARK).exists()


def test_where_nothing_can_be_written_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "ensure", full)
    monkeypatch.setattr(command, "_environment", lambda *_: None)
    with pytest.raises(Misconfigured, match="No space left"):
        command.main(["--data-dir", str(tmp_path / "x"), "--no-serve"])


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
        RuntimeError("IO Error: Could not write all bytes: No space left on device"),
    ],
)
def test_a_full_disk_ends_the_builder_in_one_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(build, "build", full)
    assert build.main([str(tmp_path), "2026-11-20"]) == 2
    said = capsys.readouterr().err
    assert "No space left" in said
    assert "Traceback" not in said


def test_a_fault_of_our_own_is_not_called_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(build, "build", broken)
    with pytest.raises(ZeroDivisionError):
        build.main([str(tmp_path), "2026-11-20"])
