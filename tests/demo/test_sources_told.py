"""The sources of the sample province: what they hold is on the disk, and asking them changes nothing in the story."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue.models import Dataset, HandIn, Shelf, Source
from mapalus.project.demo import sources_told
from mapalus.project.demo.build import clock_of
from tests.apps.catalogue.cast import GOOD, Province, checked, handed_in, province

pytestmark = [pytest.mark.slow]


def test_sources_by_file_a_drop_folder_and_a_database_stand_and_the_story_goes_on(
    db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    here: Province = province(tmp_path)
    Dataset.objects.update(national_link="SKDR Kemenkes")
    monkeypatch.setattr(sources_told, "DROPPED", "dbd-mingguan")
    checked(handed_in(here.dataset, here.operator, text=GOOD))
    clock = clock_of(date(2026, 11, 20))
    for _twice in range(2):
        sources_told.tell(clock)
    live = Source.objects.get(kind="connector")
    assert (live.standing, live.runs.get().outcome) == ("well", "unchanged")
    assert Source.objects.get(kind="upload").title == "SKDR Kemenkes"
    assert HandIn.objects.count() == 1
    assert Shelf.objects.get().offerings.count() == 3
