"""Drawings hold in every extreme: inside their frame, escaped, with a table, without style, light and quick."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapalus.doors.ui import gallery_charts
from mapalus.doors.ui.charts import Chart, GroupedBars, LineChart, Ranked, Ranking, Series, drawn
from mapalus.doors.ui.charts.standalone import rules
from mapalus.doors.ui.maps import Area, Choropleth, Dot, Dots, drawn_map
from mapalus.doors.ui.maps.classes import classes, two_ways
from mapalus.engine.boundaries import Outline, Outlines
from tests.patience import start_of_python

EVIL = '"><script>alert(1)</script>'
FLOATS = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True, width=64))


def line(values: tuple[float | None, ...], **more: object) -> LineChart:
    labels = tuple(str(2000 + at) for at in range(len(values)))
    base = LineChart("T", "S", "K", labels, (Series("Kab. Bolaang Mongondow Selatan", values, is_accent=True),), "id")
    return replace(base, **more)  # type: ignore[arg-type]


def coordinates(markup: str) -> list[tuple[float, float]]:
    found = re.findall(r'<text[^>]* x="(-?[\d.]+)" y="(-?[\d.]+)"', markup)
    found += [pair for path in re.findall(r' d="M([-\d. ]+)Z?"', markup) for pair in re.findall(r"(\S+) (\S+)", path)]
    return [(float(x), float(y)) for x, y in found]


@given(st.lists(FLOATS, max_size=30))
def test_whatever_the_numbers_nothing_leaves_the_frame(values: list[float | None]) -> None:
    for width, height in ((680, 300), (328, 260)):
        markup = line(tuple(values)).drawing(width)
        assert "nan" not in markup
        assert "inf" not in markup
        assert all(-1 <= x <= width + 1 and -1 <= y <= height + 1 for x, y in coordinates(markup))


@pytest.mark.parametrize("value", [1e12, 1e-6, -1e12, 0.0, 5e-324])
def test_every_size_of_number_is_written(value: float) -> None:
    assert "0,0000000000000" not in line((value, value / 2)).drawing(680)


def test_no_drawing_carries_a_style_or_lets_text_become_markup() -> None:
    series = (Series(EVIL, (1.0, 2.0), is_accent=True),)
    places = (Ranked(EVIL, 1.0, href="javascript:1"), Ranked(EVIL, None, missing=EVIL))
    charts: tuple[Chart, ...] = (
        LineChart(EVIL, EVIL, EVIL, (EVIL, "b"), series, "id", unit=EVIL, notes=(EVIL,)),
        Ranking(EVIL, EVIL, EVIL, places, "id"),
        GroupedBars(EVIL, EVIL, EVIL, (EVIL,), (EVIL,), ((1.0,),), "id"),
    )
    areas = (Area("71.71", EVIL, 1.0, href="#x"), Area("71.72", EVIL, None, missing=EVIL))
    made = "".join(drawn(chart, source=EVIL) for chart in charts)
    made += drawn_map(Choropleth(EVIL, EVIL, areas, "id"), source=EVIL)
    made += drawn_map(Dots(EVIL, EVIL, (Dot(EVIL, 1.0, 1.0, region="71.71"),), (("71.71", EVIL),), "id"))
    assert "<script" not in made
    assert "style=" not in made


def test_every_figure_of_the_gallery_has_its_table_and_its_sentence() -> None:
    for shown in (*gallery_charts.charts(), *gallery_charts.extremes()):
        assert "<table" in shown.figure
        assert all(found for found in re.findall(r'<svg class="svg--[^>]*aria-label="([^"]*)"', shown.figure))


def test_equal_values_share_a_rank_and_the_own_place_is_always_drawn() -> None:
    places = tuple(Ranked(f"D{at}", 10.0 - at // 2, is_here=at == 9) for at in range(10))
    ranking = Ranking("T", "S", "K", places, "id", most=4)
    assert [rank for rank, _one in ranking.ordered][:5] == [1, 1, 3, 3, 5]
    assert "D9" in ranking.drawing(680)
    assert "D7" not in ranking.drawing(680)


def test_values_written_alike_have_one_colour() -> None:
    made = classes([2.44, 2.4401, 2.46, 9.0, 12.0, 30.0], language="id")
    assert made.step(2.44) == made.step(2.4401)
    assert classes([0.5, 1.5, 2.5], language="id").write(2.5) == "2,5"
    ways = two_ways([-10.0, -3.0, 0.0, 3.0, 10.0], middle=0.0, language="id")
    assert [ways.step(value) for value in (-10.0, -3.0, 0.0, 3.0, 10.0)] == [1, 2, 3, 4, 5]


def _square(code: str, x: int) -> Outline:
    return Outline(code, ((x, 0, x + 100000, 0, x + 100000, 100000, x, 100000),))


def test_near_events_are_joined_and_each_is_in_the_list() -> None:
    outlines = Outlines((_square("71.71", 0), _square("71.72", 100000)), "BIG", "CC BY", "1")
    dots = tuple(Dot(f"K{at}", 0.5 + at / 500, 0.5, href=f"#k{at}", region="71.71") for at in range(3))
    made = str(
        drawn_map(Dots("T", "S", (*dots, Dot("Jauh", 1.9, 0.1)), (("71.71", "M"), ("71.72", "B")), "id", outlines))
    )
    assert made.count('class="m-dot') == 2
    assert all(f'href="#k{at}"' in made for at in range(3))
    assert "BIG, CC BY" in made


def test_a_region_without_a_boundary_stays_in_the_table() -> None:
    outlines = Outlines((_square("71.71", 0),), "BIG", "CC BY", "1")
    made = str(
        drawn_map(
            Choropleth("T", "S", (Area("71.71", "Manado", 1.0), Area("71.72", "Bitung", 2.0)), "id", outlines=outlines)
        )
    )
    assert "Bitung" in made.split("<table")[1]


def test_pictures_know_every_colour() -> None:
    text = rules()
    assert "var(" not in text
    assert ".c-line" in text


def test_two_dozen_charts_take_little_time() -> None:
    chart = line(tuple(float(50 + at % 7) for at in range(24)), plan=55.0, plan_name="target", provisional_from=22)
    drawn(chart)

    def used() -> float:
        began = time.thread_time()  # other threads of this process are none of its business
        for number in range(24):
            drawn(replace(chart, title=f"T{number}"))
        return time.thread_time() - began

    # 15 ms on a quiet machine: benchmarks/charts. On a slow one as much longer as Python itself takes to start.
    assert min(used() for _attempt in range(5)) < max(0.1, 8 * start_of_python())
