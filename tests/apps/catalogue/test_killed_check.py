"""kill -9 of a worker in the middle of a check: the old version is served, nothing half written, another ends it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.apps.jobs.test_killed_worker import end, wait_for
from tests.apps.stage import DATABASES, ask, run, stage, start
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow
PROCESS = "tests.apps.catalogue.killed"
STATE = """SELECT h.state, v.number FROM catalogue_handin h LEFT JOIN catalogue_version v ON v.handin_id = h.id
           WHERE h.receipt LIKE '%-00002'"""


@pytest.mark.parametrize("place", ["before-the-folder", "inside-the-folder", "before-the-row"])
@pytest.mark.parametrize("kind", DATABASES)
def test_a_killed_check_leaves_the_old_version_and_is_finished_by_another(
    kind: str, place: str, tmp_path: Path
) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, PROCESS, "prepare", str(tmp_path))
        worker = start(environment, PROCESS, "work", str(tmp_path), place)
        wait_for(tmp_path / "there")
        os.kill(worker.pid, signal.SIGKILL)
        worker.communicate(timeout=PATIENCE)

        assert ask(environment, STATE) == [("checking", None)]
        whole = {path.name for path in (tmp_path / "lake" / "dbd-mingguan").iterdir()}
        assert whole == ({"v1", "v2"} if place == "before-the-row" else {"v1"})

        other = start(environment, PROCESS, "work", str(tmp_path))
        until = time.monotonic() + PATIENCE
        while ask(environment, STATE) != [("awaiting-confirmation", 2)] and time.monotonic() < until:
            time.sleep(0.05)
        end(other)
        told = run(environment, PROCESS, "look", str(tmp_path))

    assert told.split() == ["awaiting-confirmation", "1", "2", "1"]
    assert (tmp_path / "lake" / "dbd-mingguan" / "v2" / "version.json").is_file()
    assert not list((tmp_path / "workshop").iterdir())
