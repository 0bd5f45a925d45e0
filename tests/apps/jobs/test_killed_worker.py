"""kill -9 of a worker in the middle of a job: another finishes it. TERM: the job is handed over in good order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.apps.stage import DATABASES, run, stage, start

pytestmark = pytest.mark.slow
WORKER, ASK = "tests.apps.jobs.worker", "tests.apps.jobs.ask"


def wait_for(path: Path, *, lines: int = 1, seconds: float = 20) -> list[str]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if path.exists() and len(found := path.read_text().split()) >= lines:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{path.name} never had {lines} lines")


def end(*workers: subprocess.Popen[str]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.communicate(timeout=10)


@pytest.mark.parametrize("kind", DATABASES)
def test_a_job_whose_worker_was_killed_is_finished_by_another(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, ASK, "put", str(tmp_path), "60")
        first = start(environment, WORKER)
        begun = wait_for(tmp_path / "begun")
        time.sleep(0.6)
        assert json.loads(run(environment, ASK, "look"))["done"] == 1  # progress is seen while it runs

        os.kill(int(begun[0]), signal.SIGKILL)
        second = start(environment, WORKER)
        ended = wait_for(tmp_path / "ended")
        time.sleep(0.3)
        told = json.loads(run(environment, ASK, "look"))
        first.communicate(timeout=10)
        end(second)

    assert ended != begun
    assert (told["state"], told["attempt"], told["worker"]) == ("done", 2, "")


@pytest.mark.parametrize("kind", DATABASES)
def test_a_worker_told_to_end_hands_its_job_back(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, ASK, "put", str(tmp_path), "60")
        worker = start(environment, WORKER)
        wait_for(tmp_path / "begun")
        end(worker)
        told = json.loads(run(environment, ASK, "look"))

    assert worker.returncode == 0
    assert (told["state"], told["attempt"], told["worker"]) == ("waiting", 0, "")
