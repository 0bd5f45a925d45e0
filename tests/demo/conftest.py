"""The sample province's pack and files, for one fixed day: 20 November 2026 is a Friday and a working day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from mapalus.engine.clock import Zone
from mapalus.engine.data.check import Outcome, check
from mapalus.engine.data.contract import load
from mapalus.project.demo.making import FILES, make
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


Checked = Callable[..., tuple[Outcome, Path]]


@pytest.fixture(scope="session")
def checked(province: Province, contracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """`checked("F13", messy=False)`: what the check says of a file, and the folder it wrote; each file once."""

    @cache
    def once(file: str, *, messy: bool | None = None) -> tuple[Outcome, Path]:
        made, folder = make(province, file, messy=messy), tmp_path_factory.mktemp(file)
        (folder / made.name).write_bytes(made.content)
        contract = load(contracts / f"{FILES[file].dataset}.yml")
        return check(folder / made.name, contract=contract, out=folder, max_errors=20_000), folder

    return once
