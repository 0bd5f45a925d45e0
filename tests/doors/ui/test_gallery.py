"""The gallery shows every component, and everybody can use it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import expect

from mapalus.doors.ui import icons, stylesheet
from tests.browser import LOOKS, Viewed

UI = Path(stylesheet.__file__).parent / "templates" / "ui"
# whole pages, and parts that only a page can show
# Scores are whole parts of pages, seen where agencies and leaders read them (their own tests look at them).
NOT_SHOWN = {
    "base", "portal_base", "plain_base", "desk_base", "board_base", "wall_base", "problem", "gallery", "score",
    "score_board", "gallery_part",
}  # fmt: skip


@pytest.mark.django_db
def test_the_gallery_shows_every_icon_and_shape() -> None:
    page = Client().get("/-/gallery").content.decode()
    assert all(f"{name}</li>" in page for name in (*icons.names(), *icons.SHAPES))


def test_the_gallery_includes_every_component() -> None:
    text = (UI / "gallery.html").read_text(encoding="utf-8")
    tags = {"field": "{% field", "tile_map": "{% tile_map", "line_chart": "{% line_chart", "bar_chart": "{% bar_chart"}
    missing = {
        path.stem
        for path in UI.glob("[a-z]*.html")
        if path.stem not in NOT_SHOWN and f"ui/{path.name}" not in text and tags.get(path.stem, "\0") not in text
    }
    assert missing == set()


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["", "/grafik", "/grafik-batas", "/peta"])
def test_a_page_stays_light(part: str) -> None:
    page = Client().get(f"/-/gallery{part}", headers={"Accept-Encoding": "gzip"}).content
    assert len(page) + len(stylesheet.sheet().packed) < 100_000


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_gallery_is_usable_by_everybody(view: Callable[..., Viewed], width: int, theme: str) -> None:
    assert view("/-/gallery", width=width, theme=theme).problems() == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("part", ["grafik", "grafik-batas", "peta"])
@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_charts_and_maps_are_usable_by_everybody(
    view: Callable[..., Viewed], part: str, width: int, theme: str
) -> None:
    assert view(f"/-/gallery/{part}", width=width, theme=theme).problems() == []


@pytest.mark.browser
@pytest.mark.slow
def test_a_chart_reads_out_its_numbers_by_the_arrows(view: Callable[..., Viewed]) -> None:
    page = view("/-/gallery/grafik").page
    drawing = page.locator("svg.svg--wide[data-x]").first
    drawing.focus()
    drawing.press("End")
    said = page.locator(".chart__read").first
    expect(said).to_contain_text("Okt")
    expect(said).to_contain_text("Manado 15.100")
    drawing.press("ArrowLeft")
    expect(said).to_contain_text("Sep")


@pytest.mark.browser
@pytest.mark.slow
def test_the_gallery_works_without_a_script(view: Callable[..., Viewed]) -> None:
    page = view("/-/gallery", javascript=False).page
    page.locator("form[action='/-/theme'] button:visible").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
