"""Which file of many is taken."""

from __future__ import annotations

import pytest

from mapalus.engine.harvest.choosing import Found, choose
from mapalus.engine.harvest.connector import Vanished


@pytest.mark.parametrize(("pattern", "name", "fits"), [
    ("*.xlsx", "DATA.XLSX", True), ("Sekolah-*.csv", "SEKOLAH-2024.csv", True), ("*.csv", "data.xlsx", False),
    ("data.csv", "DATA.CSV", False), ("data[1].csv", "data1.csv", True), ("data[1]*.csv", "DATA1.csv", False),
    ("R\u00e9sum\u00e9*", "Re\u0301sume\u0301.csv", True), ("*", "Thumbs.db", False), ("*", "desktop.ini", False),
    ("*", "~$data.xlsx", False), ("*", "._data.xlsx", False), ("*", "data.xlsx", True),
])  # fmt: skip
def test_a_pattern_is_read_as_people_mean_it_and_one_name_exactly(pattern: str, name: str, fits: bool) -> None:
    files = [Found(name, 1, 1.0)]
    if not fits:
        with pytest.raises(Vanished):
            choose(files, pattern=pattern, take="newest", mark="")
        return
    choice = choose(files, pattern=pattern, take="newest", mark="")
    assert choice is not None
    assert choice.found.name == name
