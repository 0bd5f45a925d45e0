"""A day in three boxes: whatever is typed comes back into the same boxes, and what is a day is read as one."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from mapalus.doors.ui.dates import boxes, joined
from mapalus.engine.clock import Zone
from mapalus.engine.forms.answer import read_date, read_datetime


def post(*parts: str) -> QueryDict:
    made = QueryDict(mutable=True)
    for box, part in zip(("hari", "bulan", "tahun", "pukul"), parts, strict=False):
        made[f"sejak-{box}"] = part
    return made


@pytest.mark.parametrize(
    "typed",
    [
        ("17", "8", "2026"), ("17", "Agustus", "2026"), (" 17", "agt ", "2026"), ("17 8 2026", "", ""),
        ("17/08/2026", "", ""), ("17 Agustus 2026", "", ""), ("2026-08-17", "", ""), ("17", "08", "2026"),
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_stands_in_the_boxes(typed: tuple[str, str, str]) -> None:
    assert read_date(joined(post(*typed), "sejak")) == "2026-08-17"


def test_a_moment_has_a_fourth_box() -> None:
    text = joined(post("17", "8", "2026", "14.30"), "sejak")
    assert read_datetime(text, zone=Zone.WITA) == "2026-08-17T14:30+08:00"
    assert boxes("2026-08-17T14:30+08:00") == ("17", "8", "2026", "14.30")


def test_empty_boxes_are_no_answer_and_no_boxes_no_question() -> None:
    assert joined(post("", " ", ""), "sejak") == ""
    assert joined(QueryDict("sejak=2026-08-17"), "sejak") is None


@given(st.tuples(*[st.text("0123456789 abc/.-", max_size=8)] * 3))
def test_what_was_typed_comes_back_into_its_box(typed: tuple[str, str, str]) -> None:
    text = joined(post(*typed), "sejak")
    assert text is not None
    plain = tuple(" ".join(part.split()).replace("/", " ") for part in typed)
    is_whole = not any(part.strip() for part in typed[1:])
    assert is_whole or boxes(text)[:3] == plain or " " in plain[2]
