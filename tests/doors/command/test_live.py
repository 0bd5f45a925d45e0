"""A publication changes the number on an open board within a second, without a reload; a lost line shows and mends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from mapalus.engine.clock import now
from tests.apps.stage import ROOT, SUITE, run, stage, start, stream_of
from tests.browser import hear_nothing
from tests.doors.command.scene import write_pack
from tests.patience import PATIENCE
from tests.ports import free_pair

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.slow
SCENE = "tests.doors.command.scene"
OTHERS = [f"meja-{n}" for n in range(1, 8)]  # boards besides those of the scene: a browser has six lines to a host


@dataclass(frozen=True)
class Running:
    """A whole province in its processes: pages, stream, worker, sealer."""

    url: str
    environment: dict[str, str]
    parent: subprocess.Popen[str]
    publisher: subprocess.Popen[str]

    def publish(self, good_km: float) -> float:
        """Publish, and give back when the act was done."""
        assert self.publisher.stdin is not None
        assert self.publisher.stdout is not None
        self.publisher.stdin.write(f"{good_km}\n")
        self.publisher.stdin.flush()
        while not (line := self.publisher.stdout.readline()).startswith("{"):
            assert line, "the publisher ended"
        return float(json.loads(line)["at"])

    def shows(self, value: str) -> None:
        """Wait until whoever opens the board finds this number: it is worked out in another process."""
        until = time.monotonic() + PATIENCE
        while f'data-value="{value}"' not in (page := self.page()):
            assert time.monotonic() < until, page
            time.sleep(0.05)

    def page(self) -> str:
        with urllib.request.urlopen(f"{self.url}/papan/gubernur/", timeout=60) as answer:
            return str(answer.read().decode())

    def stream(self) -> list[int]:
        return stream_of(self.parent.pid)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, port = tmp_path_factory.mktemp("province"), free_pair()
    with stage(SUITE, folder) as environment:
        pack = write_pack(folder)
        for name in OTHERS:
            (pack / "boards" / f"{name}.yml").write_text(f"title: {name}\npublic: true\ntiles: [LIV-14]\n")
        environment |= {"DJANGO_SETTINGS_MODULE": "mapalus.project.settings", "MAPALUS_PACKS": str(pack)}
        run(environment, SCENE, "build")
        with serving(environment, folder, port) as province:
            yield province


@contextmanager
def serving(environment: dict[str, str], folder: Path, port: int) -> Iterator[Running]:
    command = [sys.executable, "-m", "mapalus.project.cli", "serve", "--all", "--port", str(port), "--workers", "1"]
    # What it says goes to a file: a pipe that nobody reads would stop it.
    with (folder / "log").open("w") as log:
        parent = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + PATIENCE
        while "127.0.0.1" not in (folder / "log").read_text():
            assert time.monotonic() < until, (folder / "log").read_text()
            assert parent.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        with start(environment, SCENE, "publish", stdin=subprocess.PIPE) as publisher:
            try:
                yield Running(url, environment, parent, publisher)
            finally:
                publisher.communicate(timeout=60)
    finally:
        parent.send_signal(signal.SIGTERM)
        parent.wait(PATIENCE)


def read_events(stream: object, wanted: str) -> tuple[str, str]:
    """Read on to the next event of a name; its id and data. A sign of life comes every ten seconds."""
    found: dict[str, str] = {}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        line = stream.readline().decode().rstrip("\n")  # type: ignore[attr-defined]
        if not line and found.get("event") == wanted:
            return found["id"], found["data"]
        if not line:
            found = {}
        else:
            name, _, value = line.partition(": ")
            found[name] = value
    raise AssertionError(f"no event {wanted}")


def test_health_and_metrics_answer(running: Running) -> None:
    until = time.monotonic() + PATIENCE
    said: dict[str, Any] = {}
    while not said.get("healthy") and time.monotonic() < until:  # its processes may still be starting
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{running.url}/-/health", timeout=60) as answer:
            said = json.load(answer)
        time.sleep(0.1)
    assert (said.get("healthy"), said.get("broken")) == (True, [])
    assert set(said["promises"]) >= {"database", "queue", "sealer", "jobs", "disk", "streams"}
    with urllib.request.urlopen(f"{running.url}/-/metrics", timeout=60) as answer:
        metrics = answer.read().decode()
    assert "mapalus_queue_age_seconds" in metrics
    assert 'mapalus_promise_kept{promise="sealer"} 1' in metrics


def test_the_stream_tells_of_a_publication_and_who_comes_back_misses_nothing(running: Running) -> None:
    with urllib.request.urlopen(f"{running.url}/events?papan=gubernur", timeout=60) as stream:
        place, _data = read_events(stream, "pulse")
        running.publish(41.0)
        first, _data = read_events(stream, "gubernur")
        assert int(first) > int(place)
    running.shows("66,0")  # nothing of it comes later
    running.publish(43.0)
    running.shows("68,0")
    request = urllib.request.Request(f"{running.url}/events?papan=gubernur", headers={"Last-Event-ID": first})
    with urllib.request.urlopen(request, timeout=60) as stream:
        # an id promises that nothing before it is owed; what came behind it comes again
        assert int(read_events(stream, "gubernur")[0]) >= int(first)


def test_a_forged_ticket_is_refused_by_the_stream(running: Running) -> None:
    port = int(running.url.rsplit(":", 1)[1]) + 1
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/events?ticket=x", timeout=60)
    with refused.value:
        assert refused.value.code == 403


@pytest.mark.browser
def test_the_number_changes_within_a_second_before_our_eyes(running: Running, chromium: Browser) -> None:
    running.publish(30.0)
    running.shows("55,0")
    page = chromium.new_page()
    console: list[str] = []
    page.on("console", lambda said: console.append(said.text) if said.type == "error" else None)
    page.goto(f"{running.url}/papan/gubernur/")
    tile = page.locator("[data-tile='LIV-14']")
    expect(tile).to_have_attribute("data-value", "55,0")
    page.evaluate("""() => {
        window.notReloaded = true;
        new MutationObserver(() => {
            const tile = document.querySelector("[data-tile='LIV-14']");
            if (tile?.dataset.value === "72,0" && !window.seenAt) window.seenAt = Date.now() / 1000;
        }).observe(document.querySelector("[data-board]"), {childList: true, subtree: true});
    }""")
    times: list[float] = []
    # The best of some: the machine that runs the tests may be busy with others, and the line opens on the first.
    while len(times) < 10 and min(times, default=9.0) >= 1.0:
        page.evaluate("window.seenAt = 0")
        at = running.publish(47.0)
        expect(tile).to_have_attribute("data-value", "72,0", timeout=90_000)
        times.append(page.evaluate("window.seenAt") - at)
        assert page.evaluate("window.notReloaded")
        expect(tile.locator(".tile__value")).to_have_text(re.compile(r"^\s*72,0"))
        running.publish(30.0)
        expect(tile).to_have_attribute("data-value", "55,0", timeout=90_000)
    print("seconds from the act to the number:", [round(one, 3) for one in times])
    # What else runs on this machine is no fault of the board; how fast it is at rest: benchmarks/README.md.
    assert min(times) < (1.0 if os.getloadavg()[0] < (os.cpu_count() or 1) else 20.0), times
    assert console == []
    page.close()


@pytest.mark.browser
def test_a_lost_line_is_shown_and_mends_itself(running: Running, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.clock.install()
    running.publish(30.0)
    running.shows("55,0")
    page.goto(f"{running.url}/papan/gubernur/")
    expect(page.locator("[data-live-on]")).to_be_visible()
    stream = running.stream()
    for process in stream:  # stopped, not ended: its parent must not put another in its place while we look
        os.kill(process, signal.SIGSTOP)
    try:
        hear_nothing(page)
        expect(page.locator("[data-live-text]")).to_contain_text("Terputus sejak")
    finally:
        for process in stream:
            os.kill(process, signal.SIGKILL)
    expect(page.locator("[data-live-on]")).to_be_visible(timeout=90_000)
    running.publish(44.0)
    expect(page.locator("[data-tile='LIV-14']")).to_have_attribute("data-value", "69,0", timeout=90_000)
    context.close()


@pytest.mark.browser
def test_the_board_works_without_javascript(running: Running, chromium: Browser) -> None:
    running.publish(45.0)
    running.shows("70,0")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{running.url}/papan/gubernur/")
    expect(page.locator("[data-tile='LIV-14']")).to_be_visible()
    assert 'http-equiv="refresh"' in page.content()
    context.close()


SOURCE = """() => {
    // A line that the test writes to; everything else is the page's own.
    window.EventSource = class extends EventTarget {
        constructor(address) { super(); this.address = String(address); window.line = this; }
        close() { this.isClosed = true; }
    };
    window.hear = (name, place, data) => window.line.dispatchEvent(
        Object.assign(new MessageEvent(name, {data: data && JSON.stringify(data), lastEventId: String(place)})));
    window.change = (place, value) => {
        const tile = document.querySelector("[data-tile='LIV-14']").cloneNode(true);
        tile.dataset.value = value;
        tile.classList.remove("is-fresh");
        window.hear("gubernur", place, {parts: [tile.id], drawn: {[tile.id]: tile.outerHTML}});
    };
}"""


def holds(page: Page, said: str) -> None:
    """Wait until something is true on a page whose policy forbids to evaluate text."""
    until = time.monotonic() + PATIENCE
    while not page.evaluate(said):
        assert time.monotonic() < until, said
        page.wait_for_timeout(50)


@pytest.mark.browser
def test_a_board_that_stands_for_weeks_does_not_grow(running: Running, chromium: Browser) -> None:
    running.publish(30.0)
    running.shows("55,0")
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(f"({SOURCE})()")
    page.goto(f"{running.url}/papan/gubernur/")
    holds(page, "Boolean(window.line)")
    session = context.new_cdp_session(page)
    session.send("Performance.enable")

    def size() -> dict[str, float]:
        session.send("HeapProfiler.collectGarbage")
        said = session.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in said}

    def update(first: int, count: int) -> None:
        page.evaluate(
            """async ([first, count]) => {
                for (let n = first; n < first + count; n += 1) {
                    window.change(1e6 + n, `${n}`);
                    if (n % 20 === 0) await new Promise((done) => setTimeout(done, 1));
                }
            }""",
            [first, count],
        )
        page.wait_for_timeout(1200)  # the flashes and what is said about them have passed

    update(0, 50)
    before = size()
    update(100, 500)
    after = size()
    assert page.locator("[data-tile='LIV-14']").get_attribute("data-value") == "599"
    assert after["Nodes"] <= before["Nodes"] + 50, (before["Nodes"], after["Nodes"])
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 5
    # 500 tiles that were kept would be a megabyte or more; what the engine compiles meanwhile is less.
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] + 400_000
    context.close()


@pytest.mark.browser
def test_what_changed_flashes_once_and_is_said_once_for_all(running: Running, chromium: Browser) -> None:
    running.publish(30.0)
    running.shows("55,0")
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(f"({SOURCE})()")
    page.goto(f"{running.url}/papan/gubernur/")
    holds(page, "Boolean(window.line)")
    assert page.locator("[aria-live], [role=status]").count() == 1
    page.evaluate("window.change(1000001, document.querySelector(`[data-tile='LIV-14']`).dataset.value)")
    assert page.locator(".is-fresh").count() == 0  # drawn anew, and the same
    # Counted in the same breath: a moment later the flash is over.
    flashes = page.evaluate("""() => {
        window.change(1000002, '1');
        window.change(1000003, '2');
        return document.querySelectorAll("[data-tile='LIV-14'].is-fresh").length;
    }""")
    assert flashes == 1
    expect(page.locator(".is-fresh")).to_have_count(0)
    expect(page.locator("[data-board] > [aria-live=polite]")).to_contain_text("Kemantapan jalan")
    # The place of the last event goes with the next attempt, whatever became of the line.
    page.evaluate("window.line.onerror()")
    holds(page, "!window.line.isClosed")
    assert "after=1000003" in page.evaluate("window.line.address")
    context.close()


def listeners(running: Running) -> int:
    port = int(running.url.rsplit(":", 1)[1]) + 1
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/metrics", timeout=60) as answer:
        found = re.search(r"^mapalus_events_listeners (\d+)", answer.read().decode(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def quiet(running: Running) -> int:
    """How many listen, once the pages of other tests, which were closed, are gone from the list."""
    until = time.monotonic() + 20
    while (found := listeners(running)) and time.monotonic() < until:
        time.sleep(0.1)
    return found


@pytest.mark.browser
def test_tabs_of_one_board_share_a_line_and_the_next_takes_it_over(running: Running, chromium: Browser) -> None:
    running.publish(30.0)
    running.shows("55,0")
    context = chromium.new_context()
    before = quiet(running)
    tabs = []
    for _n in range(3):
        tab = context.new_page()
        tab.goto(f"{running.url}/papan/gubernur/")
        tabs.append(tab)
    until = time.monotonic() + PATIENCE
    while listeners(running) <= before and time.monotonic() < until:
        time.sleep(0.1)
    running.publish(44.0)
    for tab in tabs:
        expect(tab.locator("[data-tile='LIV-14']")).to_have_attribute("data-value", "69,0")
    assert listeners(running) == before + 1
    tabs[0].close()
    running.publish(46.0)
    for tab in tabs[1:]:
        expect(tab.locator("[data-tile='LIV-14']")).to_have_attribute("data-value", "71,0", timeout=90_000)
    context.close()


SEEN = """() => {
    // Every page of a browser without a screen believes that it is seen.
    let isHidden = false;
    Object.defineProperty(document, "hidden", {get: () => isHidden});
    window.beSeen = (isSeen) => {
        isHidden = !isSeen;
        document.dispatchEvent(new Event("visibilitychange"));
    };
}"""


@pytest.mark.browser
def test_of_eight_tabs_only_those_that_are_seen_have_a_line_and_none_misses_anything(
    running: Running, chromium: Browser
) -> None:
    running.publish(30.0)
    running.shows("55,0")
    context = chromium.new_context()
    context.add_init_script(f"({SEEN})()")
    before = quiet(running)
    tabs: list[Page] = []
    for name in ("gubernur", *OTHERS[:6], "gubernur"):
        if tabs:
            tabs[-1].evaluate("window.beSeen(false)")
        tabs.append(context.new_page())
        # Six lines that nobody gives back would keep the seventh and the eighth waiting for ever.
        tabs[-1].goto(f"{running.url}/papan/{name}/")
        expect(tabs[-1].locator("[data-tile='LIV-14']")).to_have_attribute("data-value", "55,0")
    # The last one listened to the first, which showed the same board, until that one gave the line back.
    until = time.monotonic() + PATIENCE
    while listeners(running) != before + 1 and time.monotonic() < until:
        time.sleep(0.1)
    assert listeners(running) == before + 1
    running.publish(44.0)
    expect(tabs[-1].locator("[data-tile='LIV-14']")).to_have_attribute("data-value", "69,0", timeout=90_000)
    assert tabs[1].locator("[data-tile='LIV-14']").get_attribute("data-value") == "55,0"
    for before_it, tab in pairwise([tabs[-1], *tabs[:-1]]):
        before_it.evaluate("window.beSeen(false)")
        tab.evaluate("window.beSeen(true)")
        expect(tab.locator("[data-tile='LIV-14']")).to_have_attribute("data-value", "69,0", timeout=90_000)
        expect(tab.locator("[data-live-on]")).to_be_visible()
    context.close()


@pytest.mark.browser
def test_a_telephone_whose_clock_is_wrong_shows_the_time_of_the_province(running: Running, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.clock.install(time=time.time() + 3 * 3600)
    page.goto(f"{running.url}/papan/gubernur/")
    clock = page.locator("[data-clock]")
    zone = ZoneInfo(str(clock.get_attribute("data-zone")))

    def shows_now() -> None:
        minute = now().astimezone(zone)
        near = [f"{minute + timedelta(minutes=n):%H\\.%M}" for n in (-1, 0, 1)]
        expect(clock).to_contain_text(re.compile("|".join(near)))

    shows_now()
    page.clock.set_system_time(time.time() - 3 * 3600)  # and now it is set back by six hours
    page.clock.run_for(2_000)
    shows_now()
    expect(page.locator("[data-live-on]")).to_be_visible()
    context.close()


@pytest.mark.browser
def test_a_number_that_stays_goes_on_to_age(running: Running, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{running.url}/papan/gubernur/")
    page.evaluate("document.querySelector('[data-tile]').classList.add('drawn-before')")
    for _half in range(16):  # eight minutes, with signs of life between
        page.clock.fast_forward(30_000)
        page.wait_for_timeout(50)
    expect(page.locator(".drawn-before")).to_have_count(0)
    expect(page.locator(".is-fresh")).to_have_count(0)
    context.close()


@pytest.mark.browser
def test_a_network_that_answers_in_our_name_takes_no_number_away(running: Running, chromium: Browser) -> None:
    running.publish(30.0)
    running.shows("55,0")
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(f"({SOURCE})()")
    page.goto(f"{running.url}/papan/gubernur/")
    holds(page, "Boolean(window.line)")
    asked: list[str] = []

    def portal(route: Route) -> None:
        if len(asked) < 2:
            asked.append(route.request.url)
            route.fulfill(status=200, content_type="text/html", body="<html><h1>Masuk ke Wi-Fi</h1></html>")
        else:
            route.continue_()

    tile = page.locator("[data-tile='LIV-14']")
    name = tile.get_attribute("id")
    page.route("**/papan/gubernur/ubin/**", portal)
    running.publish(49.0)
    running.shows("74,0")
    page.evaluate("(part) => window.hear('gubernur', 1e9, {parts: [part]})", name)
    expect(tile).to_have_attribute("data-value", "74,0", timeout=90_000)
    assert len(asked) == 2
    assert page.get_by_text("Masuk ke Wi-Fi").count() == 0
    context.close()
