"""The examples of docs/reference/clock.md are true."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mapalus.engine.cli.due_table import read_holidays, read_rules
from mapalus.engine.deadlines import Unit, due

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "clock.md"
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith(tuple(f"| {unit} |" for unit in Unit))
]


@pytest.mark.parametrize("cells", LINES, ids=" ".join)
def test_example_of_the_page(cells: list[str], tmp_path: Path) -> None:
    unit, amount, received, pauses, expected = cells
    days = "".join(f"ID,{day},Natal,public\n" for day in (date(2026, 12, 24), date(2026, 12, 25)))
    (tmp_path / "h.csv").write_text(f"set,date,name,category\n{days}", encoding="utf-8")
    (tmp_path / "r.csv").write_text(
        f"id,unit,amount,received_at,zone,holiday_set,pauses\n1,{unit},{amount},{received},WITA,ID,{pauses}\n",
        encoding="utf-8",
    )
    rule = read_rules(tmp_path / "r.csv", read_holidays(tmp_path / "h.csv"))[0]
    found = due(rule.term, received_at=rule.received_at, calendar=rule.calendar, pauses=rule.pauses)
    shown = found.day if rule.term.unit is Unit.WORKING_DAYS else found.at
    assert (shown.isoformat() if shown else "") == expected


def test_the_page_has_examples() -> None:
    assert len(LINES) > 15
