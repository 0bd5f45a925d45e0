"""The board is usable by everybody: axe finds nothing, nothing scrolls sideways, nothing is blocked; the wall fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from mapalus.apps.boards.models import Screen
from mapalus.apps.boards.models.screen import digest_of
from mapalus.apps.catalogue import indicators
from mapalus.doors.command import boards
from mapalus.engine.clock import now
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


def opened_on(view: View, address: str) -> Any:
    """A wall whose clock the test turns, and which remembers that it was not opened anew."""
    page = view(address, width=1280).page
    page.clock.install()
    page.reload()
    page.evaluate("globalThis.isOld = true")
    return page


def test_a_wall_lives_through_a_lost_line_and_takes_another_release_by_itself(province: None, view: View) -> None:
    page = opened_on(view, "/papan/gubernur/dinding")
    page.context.set_offline(True)
    page.clock.fast_forward(150_000)
    expect(page.locator(".tile__value").first).to_be_visible()
    assert page.evaluate("globalThis.isOld") is True
    page.route(
        "**/dinding",
        lambda route: (
            route.fulfill(status=200, headers={"X-Mapalus-Release": "other"})
            if route.request.method == "HEAD"
            else route.continue_()
        ),
    )
    page.context.set_offline(False)
    page.clock.fast_forward(100_000)  # it asks as soon as it is back, and each minute
    page.wait_for_function("() => globalThis.isOld !== true")
    expect(page.locator(".tile__value").first).to_be_visible()


def test_a_wall_whose_address_was_taken_back_or_has_run_out_shows_nothing_any_more(province: None, view: View) -> None:
    keys = ["a" * 32, "b" * 32]
    for key in keys:
        Screen.objects.create(
            board="sekda", place="Ruang", digest=digest_of(key), position="pupr.kadis", label="Kepala", at=scene.AT,
            sight="pupr.kadis", until=now() + timedelta(days=2),
        )  # fmt: skip
    page = opened_on(view, f"/papan/layar/{keys[0]}/")
    expect(page.locator(".tag--shut")).to_contain_text("Tidak untuk umum")
    Screen.objects.filter(digest=digest_of(keys[0])).update(ended_at=now())
    page.clock.fast_forward(100_000)
    expect(page.locator(".tile__value")).to_have_count(0)
    page = opened_on(view, f"/papan/layar/{keys[1]}/")
    page.context.set_offline(True)
    page.clock.fast_forward(3 * 86_400_000)
    expect(page.locator(".wall-ended")).to_have_text("Alamat ini tidak berlaku lagi.")
    expect(page.locator(".tile__value")).to_have_count(0)
