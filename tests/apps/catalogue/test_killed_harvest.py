"""kill -9 of a worker in mid-harvest: another goes on from what it left; nothing doubled, nothing half, mark intact."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.apps.jobs.test_killed_worker import end, wait_for
from tests.apps.stage import DATABASES, ask, run, stage, start
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow
PROCESS = "tests.apps.catalogue.harvested"
OUTCOME, MARK = "SELECT outcome FROM catalogue_harvestrun", "SELECT mark FROM catalogue_source"


@pytest.mark.parametrize("place", ["in-the-file", "before-the-check", "inside-the-publication", "before-the-end"])
@pytest.mark.parametrize("kind", DATABASES)
def test_a_killed_harvest_is_gone_on_with_by_another(kind: str, place: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, PROCESS, "prepare", str(tmp_path))
        is_early = place == "in-the-file"
        if not is_early:
            (tmp_path / "sistem" / "says").write_text("{}")
        worker = start(environment, PROCESS, "work", str(tmp_path), *([] if is_early else [place]))
        wait_for(tmp_path / "sistem" / "there" if is_early else tmp_path / "there")
        os.kill(worker.pid, signal.SIGKILL)
        worker.communicate(timeout=PATIENCE)

        assert ask(environment, OUTCOME) == [("running",)]
        if place in ("in-the-file", "before-the-check"):
            assert ask(environment, MARK) == [("",)]
        if is_early:
            assert (tmp_path / "harvests" / "1" / "into" / "half.csv").stat().st_size >= 320
        (tmp_path / "sistem" / "says").write_text(json.dumps({}))

        other = start(environment, PROCESS, "work", str(tmp_path))
        until = time.monotonic() + PATIENCE
        while ask(environment, OUTCOME) != [("brought",)] and time.monotonic() < until:
            time.sleep(0.05)
        end(other)
        told = run(environment, PROCESS, "look", str(tmp_path))

    assert told.split() == ["1", "60", "True", "brought"]
    if is_early:
        assert int((tmp_path / "sistem" / "resumed").read_text()) >= 320
    assert not (tmp_path / "harvests" / "1" / "into").exists()
