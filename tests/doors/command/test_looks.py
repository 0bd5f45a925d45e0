"""The board is usable by everybody: axe finds nothing, nothing scrolls sideways, nothing is blocked; the wall fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue import indicators
from mapalus.doors.command import boards
from tests.browser import LOOKS, Viewed
from tests.doors.command import scene
from tests.doors.command.test_boards import settle

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NO_STREAM = ("/events", "404", "[object Event]")
View = Callable[..., Viewed]


@pytest.fixture
def province(settings: Any, tmp_path: Path, transactional_db: None) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    settings.PACKS = [scene.write_pack(tmp_path)]
    settings.STREAM_URL = ""
    boards.declared.cache_clear()
    indicators.declarations.cache_clear()
    scene.build()
    scene.publish(40.0, semester="2025S2")
    scene.publish(42.0, semester="2026S1")
    settle()
    yield
    boards.declared.cache_clear()
    indicators.declarations.cache_clear()


@pytest.mark.parametrize(("width", "theme"), LOOKS)
@pytest.mark.parametrize("address", ["/papan/gubernur/", "/papan/mengapa/LIV-14/"])
def test_boards_are_for_everybody(province: None, view: View, address: str, theme: str, width: int) -> None:
    # The test server has no stream: what the browser says of that alone is no fault of the page.
    page = view(address, width=width, theme=theme)
    assert [said for said in page.problems() if not any(mark in said for mark in NO_STREAM)] == []


def test_the_wall_fits_one_screen(province: None, view: View) -> None:
    page = view("/papan/gubernur/dinding", width=3840, theme="dark")
    assert page.violations() == []
    assert page.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    small = page.page.evaluate("""() => {
        const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
        return [...document.querySelectorAll("main *")].filter((one) => one.childNodes.length
            && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
            && !one.closest(".visually-hidden, .tilemap b, .off-wall, [hidden], svg") && one.offsetParent
            && parseFloat(getComputedStyle(one).fontSize) < rem * 0.99).map((one) => one.className + one.textContent);
    }""")
    assert small == []
