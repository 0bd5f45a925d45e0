"""kill -9 at random points of harvests from a folder, a bucket, an address and a database: every state comes, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apps.stage import DATABASES, run, stage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", DATABASES)
def test_no_file_is_lost_or_doubled_by_rounds_of_kills(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        said = run(
            {**environment, "MAPALUS_FETCH_ALLOWED": "127.0.0.1"}, "tests.apps.catalogue.killing_sources",
            str(tmp_path), "--rounds", "2", "--seed", "3", "--longest", "1", timeout=3000,
        )  # fmt: skip
    assert '"rounds": 2' in said
