"""A real browser for tests marked `browser`: open a page of the running server, look at it, ask axe about it.

    @pytest.mark.browser
    def test_the_first_page_is_usable_by_everybody(view):
        page = view("/", width=360, theme="dark")
        assert page.problems() == []

`page.page` is Playwright's page, for everything else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["ARGUMENTS", "LOOKS", "WIDTHS", "Viewed", "chromium", "hear_nothing", "view"]

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # in a container the shared memory is too small for a page as large as a wall
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDTHS = (360, 1280, 3840)  # a telephone, a desk, a wall
# Which rules a page breaks depends on its colours and on what its width hides: each once, not each with each.
LOOKS = ((360, "dark"), (1280, "light"), (3840, "dark"))
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass
class Viewed:
    """A page that was opened. `console`: what the browser complained about, blocked styles and scripts included."""

    page: Page
    console: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        """What is wrong with the page as it stands: axe, sideways scrolling, complaints of the browser."""
        return [*self.violations(), *self.sideways(), *self.console]

    def violations(self) -> list[str]:
        """Breaches of WCAG 2.2 AA and good practice, one line each."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": list(RULES)}})
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]

    def sideways(self) -> list[str]:
        """The page scrolls sideways: which elements reach too far."""
        if self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            return []
        wide: list[str] = self.page.evaluate(
            """[...document.body.querySelectorAll('*')]
              .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
              .slice(0, 5).map(one => one.tagName + '.' + one.className)"""
        )
        return [f"sideways: {one}" for one in wide] or ["sideways"]


def hear_nothing(page: Page) -> None:
    """Let the clock of a live board (`page.clock.install()` before it was opened) run on until its line counts as lost.

    A sign of life that was on its way when the line was cut makes it begin anew.
    """
    for _attempt in range(400):
        page.clock.fast_forward(31_000)
        if page.locator("[data-live-off]").is_visible():
            return
        page.wait_for_timeout(250)
    raise AssertionError("a board without a line says that it is live")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium per test process."""
    from playwright.sync_api import expect, sync_playwright

    from tests.conftest import CHROMIUM

    expect.set_options(timeout=90_000)  # on a busy machine; nobody waits so long for what comes

    # Playwright keeps an event loop in this thread, and the ORM would refuse to work beside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS), timeout=180_000)
        _be_patient(browser)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def _be_patient(browser: Browser) -> None:
    """Pages of this browser wait long for what is pressed and opened, whoever opens them."""
    new_context, new_page = browser.new_context, browser.new_page

    def context(**given: Any) -> Any:
        made = new_context(**given)
        made.set_default_timeout(90_000)
        return made

    def page(**given: Any) -> Any:
        made = new_page(**given)
        made.set_default_timeout(90_000)
        return made

    browser.new_context = context  # type: ignore[method-assign]
    browser.new_page = page  # type: ignore[method-assign]


@pytest.fixture
def view(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Viewed]]:
    """Open an address of the live server: `view("/data/", width=360, theme="dark", language="en", cookies={...})`."""
    contexts = []

    def opened(
        address: str,
        *,
        width: int = 1280,
        theme: str = "light",
        language: str = "id",
        cookies: dict[str, str] | None = None,
        javascript: bool = True,
    ) -> Viewed:
        height = {360: 740, 3840: 2160}.get(width, 900)
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            service_workers="block",
            reduced_motion="reduce",
        )
        contexts.append(context)
        kept = {"theme": theme, "django_language": language, **(cookies or {})}
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in kept.items()])
        page = context.new_page()
        viewed = Viewed(page)
        page.on("console", lambda said: viewed.console.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: viewed.console.append(str(error)))
        page.goto(live_server.url + address)
        return viewed

    yield opened
    for context in contexts:
        context.close()
