"""kill -9 at random points of a stream, its compaction and an ingest: nothing lost, nothing doubled, no half served."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apps.stage import DATABASES, run, stage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", DATABASES)
def test_what_is_acknowledged_survives_twelve_rounds_of_kills(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        said = run(
            environment, "tests.apps.catalogue.killing", str(tmp_path), "--rounds", "12", "--seed", "7", timeout=3000
        )
    assert '"rounds": 12' in said
