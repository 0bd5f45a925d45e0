"""The complaints before the story make its tile true: of those that fell due, 17 of 21 were answered in time."""

from __future__ import annotations

from pathlib import Path

from mapalus.project.demo import complaints_before, complaints_told
from mapalus.project.demo.province import read_table

STORY = Path(__file__).resolve().parents[2] / "packs" / "sulut-demo" / "story"
LIMIT = 14  # working days, as the process of complaints says


def test_two_of_the_six_were_answered_too_late_and_all_are_closed() -> None:
    late = set()
    for code, (shown, _accepted, answered, settled) in complaints_before.STEPS.items():
        assert settled.act == "puas"
        if answered.day - shown.day > LIMIT:
            late.add(code)
    assert late == {"L05", "L06"}


def test_they_are_told_in_the_words_of_their_table_and_mixed_with_no_other() -> None:
    rows = {row["case"]: row for row in read_table(STORY / "complaints-before.csv")}
    assert set(rows) == set(complaints_before.STEPS) == set(complaints_before.TITLES)
    assert not set(rows) & set(complaints_told.TITLES)
    assert all("(palsu)" in row["reporter"] and -60 < int(row["day"]) < -31 for row in rows.values())
