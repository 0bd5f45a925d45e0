"""A process that stands still inside a transaction does not stop all others for ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mapalus.project.sqlite.queue import Place, holder
from tests.apps.stage import ROOT, stage
from tests.patience import PATIENCE

WRITE = """
import sys, time, django; django.setup()
from django.db import transaction
from mapalus.apps.ledger.models import Heartbeat
from mapalus.engine import clock
with transaction.atomic():
    Heartbeat.objects.update_or_create(name=sys.argv[1], defaults={"host": "x", "pid": 1, "beat_at": clock.now()})
    print("inside", flush=True)
    sys.stdin.read()
print("done", flush=True)
"""


def test_who_waits_in_vain_gives_up_and_takes_the_next_turn(tmp_path: Path) -> None:
    path = str(tmp_path / "db-queue")
    first, second = Place(path), Place(path)
    before = set(threading.enumerate())
    assert first.take(PATIENCE)
    assert not second.take(0.05)
    assert not second.take(0.05), "the thread that stands in the queue is used again"
    assert sum(one.name == "write-queue" for one in set(threading.enumerate()) - before) == 1
    first.leave()
    assert second.take(PATIENCE)
    second.leave()
    assert first.take(PATIENCE), "a place that was given up is handed on"
    first.close()
    second.close()


def test_a_place_that_was_given_up_and_closed_is_handed_on(tmp_path: Path) -> None:
    path = str(tmp_path / "db-queue")
    first, second, third = Place(path), Place(path), Place(path)
    assert first.take(PATIENCE)
    assert not second.take(0.05)
    second.close()
    first.leave()
    assert third.take(PATIENCE)
    third.close()
    first.close()


def test_the_queue_names_who_is_first(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "db-queue"))
    assert holder(tmp_path / "db") is None
    assert place.take(PATIENCE)
    found = holder(tmp_path / "db")
    assert found is not None
    assert found.pid == os.getpid()
    assert not found.is_stopped
    place.leave()
    assert holder(tmp_path / "db") is None
    place.close()


def _write(name: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WRITE, name], env=environment, cwd=ROOT, capture_output=True, text=True, input="",
    )  # fmt: skip


def _doctor(environment: dict[str, str]) -> tuple[int, dict[str, dict[str, object]]]:
    done = subprocess.run(
        [sys.executable, "-m", "mapalus.project.cli", "doctor", "--json"],
        env={**environment, "LANG": "en"}, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, {line["name"]: line for line in json.loads(done.stdout)}


@pytest.mark.slow
def test_a_writer_gives_up_when_another_is_stopped_and_doctor_names_it(tmp_path: Path) -> None:
    with stage("sqlite", tmp_path) as environment:
        environment = {**environment, "MAPALUS_WRITE_PATIENCE": "1"}
        (tmp_path / "stage.sqlite").rename(tmp_path / "mapalus.sqlite")
        environment["MAPALUS_DATABASE_URL"] = ""
        stopped = subprocess.Popen(
            [sys.executable, "-c", WRITE, "stopped"],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert stopped.stdin
        assert stopped.stdout
        try:
            assert stopped.stdout.readline() == "inside\n"
            os.kill(stopped.pid, signal.SIGSTOP)
            begun = time.monotonic()
            refused = _write("other", environment)
            assert refused.returncode == 1
            assert "base.Busy" in refused.stderr
            assert time.monotonic() - begun < 100  # and not as long as it would wait by itself
            code, found = _doctor(environment)
            assert code == 1
            assert not found["writers"]["well"]
            assert f"kill -CONT {stopped.pid}" in str(found["writers"]["message"])
            assert "python" in str(found["writers"]["message"])
        finally:
            os.kill(stopped.pid, signal.SIGCONT)
        said, _errors = stopped.communicate("", timeout=PATIENCE)
        assert (said, stopped.returncode) == ("done\n", 0)
        assert _write("other", environment).returncode == 0
        assert _doctor(environment)[1]["writers"]["well"]
