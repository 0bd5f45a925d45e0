"""Every story of every pack, in memory: what a pack tells is what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapalus.engine.packs.loader import load_pack
from mapalus.engine.packs.play import run_story
from mapalus.engine.packs.running import tell

PACKS = Path(__file__).parents[2] / "packs"
STORIES = sorted(path for path in PACKS.glob("*/examples/*.yml") if (path.parents[1] / "process.yml").is_file())


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parents[1].name}:{path.stem}")
def test_a_story_of_a_pack_is_as_told(path):
    pack = load_pack(path.parents[1])
    run = run_story(pack, pack.stories[path.stem])
    assert run.as_told, "\n".join(tell(run))


def test_every_service_tells_a_story():
    assert {path.parents[1] for path in STORIES} == {path.parent for path in PACKS.glob("*/process.yml")}
