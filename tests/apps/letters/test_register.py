"""The register has no gap and no number twice, with several writers and one that is killed in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apps.stage import DATABASES, ask, run, stage, start

pytestmark = pytest.mark.slow
WRITER = "tests.apps.letters.writer"


@pytest.mark.parametrize("kind", DATABASES)
def test_several_writers_share_one_register(kind: str, tmp_path: Path) -> None:
    with stage(kind, tmp_path) as environment:
        run(environment, WRITER, "begin")
        killed = start(environment, WRITER, "9000", "500")
        writers = [start(environment, WRITER, str(first), "15") for first in (1000, 2000, 3000)]
        assert killed.stdout is not None
        for _line in range(5):
            killed.stdout.readline()
        killed.kill()
        killed.communicate()
        for writer in writers:
            _said, wrong = writer.communicate(timeout=300)
            assert writer.returncode == 0, wrong
        found = ask(environment, "SELECT sequence FROM letters_letter ORDER BY sequence")
        numbers = [row[0] for row in found]
        assert len(numbers) >= 50
        assert numbers == list(range(1, len(numbers) + 1))
        assert ask(environment, "SELECT last FROM letters_register") == [(len(numbers),)]
