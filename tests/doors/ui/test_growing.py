"""While a sample province is still being added to, every page says so; a real one never looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from mapalus.doors.ui.context import GROWING, surroundings


@pytest.mark.parametrize(
    ("is_sample", "is_there", "said"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_more_is_coming_is_said_only_of_a_sample(
    is_sample: bool, is_there: bool, said: bool, tmp_path: Path, settings: Any, rf: RequestFactory
) -> None:
    settings.DATA_DIR, settings.SAMPLE_DATA = tmp_path, is_sample
    if is_there:
        (tmp_path / GROWING).touch()
    ui: Any = surroundings(rf.get("/"))["ui"]
    assert ui.is_growing is said
