"""The sample province's pack and files, for one fixed day: 20 November 2026 is a Friday and a working day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mapalus.engine.clock import Zone
from mapalus.project.demo.pack import lay_out
from mapalus.project.demo.province import Province
from mapalus.project.demo.storyclock import StoryClock

DAY = date(2026, 11, 22)


def monday_to_friday(day: date) -> bool:
    return day.weekday() < 5


@pytest.fixture(scope="session")
def clock() -> StoryClock:
    return StoryClock(DAY, is_workday=monday_to_friday, zone=Zone.WITA.tzinfo)


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory, clock: StoryClock) -> Province:
    return lay_out(tmp_path_factory.mktemp("pack") / "sulut-demo", clock)


@pytest.fixture(scope="session")
def contracts(province: Province) -> Path:
    return province.lists.parent
