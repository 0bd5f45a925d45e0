"""kill -9 of a worker in the middle of a job: another finishes it. TERM: the job is handed over in good order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.apps.stage import DATABASES, run, stage, start
from tests.patience import PATIENCE, until

pytestmark = pytest.mark.slow
WORKER, ASK = "tests.apps.jobs.worker", "tests.apps.jobs.ask"


def wait_for(path: Path, *, lines: int = 1) -> list[str]:
    def look() -> list[str]:
        found = path.read_text().split() if path.exists() else []
        return found if len(found) >= lines else []

    return until(look)


def looked(environment: dict[str, str], wanted: str, value: object) -> dict[str, object]:
    """How the job stands, once it stands so: what it says of itself is written down a little later."""

    def look() -> dict[str, object]:
        told: dict[str, object] = json.loads(run(environment, ASK, "look"))
        return told if told[wanted] == value else {}

    return until(look)


def end(*workers: subprocess.Popen[str]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("kind", DATABASES)
def test_a_job_whose_worker_was_killed_is_finished_by_another(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, ASK, "put", str(tmp_path), "900")
        first = start(environment, WORKER)
        begun = wait_for(tmp_path / "begun")
        looked(environment, "done", 1)  # progress is seen while it runs

        os.kill(int(begun[0]), signal.SIGKILL)
        second = start(environment, WORKER)
        ended = wait_for(tmp_path / "ended")
        told = looked(environment, "state", "done")
        first.communicate(timeout=PATIENCE)
        end(second)

    assert ended != begun
    assert (told["state"], told["attempt"], told["worker"]) == ("done", 2, "")


@pytest.mark.parametrize("kind", DATABASES)
def test_a_worker_told_to_end_hands_its_job_back(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, ASK, "put", str(tmp_path), "900")
        worker = start(environment, WORKER)
        wait_for(tmp_path / "begun")
        end(worker)
        told = json.loads(run(environment, ASK, "look"))

    assert worker.returncode == 0
    assert (told["state"], told["attempt"], told["worker"]) == ("waiting", 0, "")
