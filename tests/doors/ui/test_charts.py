"""Drawings say what the numbers say."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mapalus.doors.ui import scale, sparks
from mapalus.doors.ui.charts import Bar, BarChart, LineChart, Series, bars, lines
from mapalus.doors.ui.tilemaps import LAYOUTS, layout, tile_map

NUMBERS = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


def chart(values: tuple[float | None, ...], **more: object) -> LineChart:
    labels = tuple(str(2000 + index) for index in range(len(values)))
    given = {"title": "T", "subtitle": "S", "sentence": "K", "language": "id", **more}
    return LineChart(labels=labels, series=(Series("Manado", values, is_accent=True),), **given)  # type: ignore[arg-type]


@given(st.lists(NUMBERS, min_size=2, max_size=40))
def test_a_line_stays_inside_its_frame(values: list[float]) -> None:
    for width, height in ((680, 300), (328, 260)):
        drawing = str(lines(chart(tuple(values)), width))
        for path in re.findall(r'class="c-line[^"]*" d="M([^"]+)"', drawing):
            numbers = [float(part) for part in path.split()]
            assert all(0 <= x <= width for x in numbers[::2])
            assert all(0 <= y <= height for y in numbers[1::2])


@example(0.0, 5e-324)
@given(NUMBERS, NUMBERS)
def test_ticks_are_few_and_inside(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    found = scale.ticks(low, high)
    assert len(found) <= 12
    if high - low > 1e-3 * max(1.0, abs(low), abs(high)):
        assert all(low - (high - low) / 100 <= tick <= high + (high - low) / 100 for tick in found)


def test_an_axis_that_does_not_begin_at_zero_says_so() -> None:
    assert chart((14000.0, 15000.0)).axis_note != ""
    assert chart((10.0, 100.0)).axis_note == ""


def test_a_gap_stays_a_gap() -> None:
    drawing = str(lines(chart((1.0, 2.0, None, 3.0, 4.0)), 680))
    assert len(re.findall(r'class="c-line"', drawing)) == 2


def test_provisional_values_are_dotted() -> None:
    drawing = str(lines(chart((1.0, 2.0, 3.0), provisional_from=2, provisional_word="sementara"), 680))
    assert "c-dash" in drawing
    assert "c-wait" in drawing
    assert "sementara" in drawing


def test_names_from_data_cannot_break_out_of_a_drawing() -> None:
    evil = '"><script>alert(1)</script>'
    drawn = str(bars(BarChart("T", "S", evil, (Bar(evil, 3.0), Bar("b", None)), "id"), 680))
    drawn += str(lines(LineChart("T", "S", evil, ("a", "b"), (Series(evil, (1.0, 2.0), is_accent=True),), "id"), 680))
    assert "<script" not in drawn


def test_bars_begin_at_zero_and_keep_their_proportion() -> None:
    drawing = str(bars(BarChart("T", "S", "K", (Bar("a", 100.0), Bar("b", 50.0)), "id"), 680))
    first, second = (float(width) for width in re.findall(r'width="([\d.]+)" height="18"', drawing))
    assert first == pytest.approx(2 * second, abs=0.2)


def test_a_spark_needs_two_values() -> None:
    assert sparks.spark([3]) == ""
    assert "<svg" in sparks.spark([3, None, 4, 5], limit=0)


def test_a_tile_without_a_number_is_never_zero() -> None:
    made = tile_map(
        title="T", subtitle="S", places=LAYOUTS["71"], names={}, values={"71.71": 5.0}, unit="jiwa",
        nothing="belum ada data", language="id",
    )  # fmt: skip
    empty = [tile for tile in made.tiles if tile.place.code != "71.71"]
    assert {(tile.value, tile.step, tile.sentence) for tile in empty} == {("–", 0, "belum ada data")}
    assert made.known == 1


@given(st.dictionaries(st.sampled_from([place.code for place in LAYOUTS["71"]]), NUMBERS, min_size=1))
def test_more_is_never_a_lower_step(values: dict[str, float]) -> None:
    made = tile_map(
        title="", subtitle="", places=LAYOUTS["71"], names={}, values=values, unit="", nothing="-", language="id"
    )
    told = sorted((values[tile.place.code], tile.step) for tile in made.tiles if tile.step)
    assert all(one[1] <= other[1] for one, other in pairwise(told))
    assert all(1 <= step <= 5 for _value, step in told)


def test_every_province_has_a_grid() -> None:
    names = {f"72.{number:02}": f"Kab. Daerah {number}" for number in range(1, 30)}
    places = layout("72", names)
    assert len({(place.column, place.row) for place in places}) == 29
    assert max(place.column for place in places) <= 12
