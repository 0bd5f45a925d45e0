"""A publication changes the number on an open board within a second, without a reload; a lost line shows and mends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.apps.stage import ROOT, migrate, run
from tests.doors.command.scene import write_pack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
SCENE = "tests.doors.command.scene"
TILE = "[data-tile='LIV-14'][data-value='%s']"


def free_pair() -> int:
    """A port that is free together with the one above it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@dataclass(frozen=True)
class Running:
    """A whole province in its processes: pages, stream, worker, sealer."""

    url: str
    environment: dict[str, str]
    parent: subprocess.Popen[str]

    def publish(self, good_km: float) -> float:
        """Publish, and give back when the act was done."""
        return float(json.loads(run(self.environment, SCENE, "publish", str(good_km)).splitlines()[-1])["at"])

    def pid_of(self, part: str) -> int:
        """The process of a child by a word of its command line."""
        children = Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children").read_text().split()
        for pid in children:
            if part in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                return int(pid)
        raise AssertionError(f"no child with {part}")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, port = tmp_path_factory.mktemp("province"), free_pair()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mapalus.project.settings",
        "MAPALUS_SECRET_KEY": "only-for-tests-" + "x" * 40,
        "MAPALUS_DATA_DIR": str(folder),
        "MAPALUS_DATABASE_URL": "",
        "MAPALUS_PACKS": str(write_pack(folder)),
        "PYTHONPATH": str(ROOT),
    }
    migrate(environment)
    run(environment, SCENE, "build")
    command = [sys.executable, "-m", "mapalus.project.cli", "serve", "--all", "--port", str(port), "--workers", "1"]
    # What it says goes to a file: a pipe that nobody reads would stop it.
    with (folder / "log").open("w") as log:
        parent = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while "127.0.0.1" not in (folder / "log").read_text():
            assert time.monotonic() < until, (folder / "log").read_text()
            assert parent.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield Running(url, environment, parent)
    finally:
        parent.send_signal(signal.SIGTERM)
        parent.wait(40)


def read_events(stream: object, wanted: str) -> tuple[str, str]:
    """Read on to the next event of a name; its id and data."""
    found: dict[str, str] = {}
    while True:
        line = stream.readline().decode().rstrip("\n")  # type: ignore[attr-defined]
        if not line and found.get("event") == wanted:
            return found["id"], found["data"]
        if not line:
            found = {}
        else:
            name, _, value = line.partition(": ")
            found[name] = value


def test_health_and_metrics_answer(running: Running) -> None:
    with urllib.request.urlopen(f"{running.url}/-/health", timeout=10) as answer:
        said = json.load(answer)
    assert (said["healthy"], said["broken"]) == (True, [])
    assert set(said["promises"]) == {"database", "queue", "sealer", "jobs", "disk"}
    with urllib.request.urlopen(f"{running.url}/-/metrics", timeout=10) as answer:
        metrics = answer.read().decode()
    assert "mapalus_queue_age_seconds" in metrics
    assert 'mapalus_promise_kept{promise="sealer"} 1' in metrics


def test_the_stream_tells_of_a_publication_and_who_comes_back_misses_nothing(running: Running) -> None:
    with urllib.request.urlopen(f"{running.url}/events?papan=gubernur", timeout=20) as stream:
        place, _data = read_events(stream, "pulse")
        at = running.publish(41.0)
        first, _data = read_events(stream, "gubernur")
        assert int(first) > int(place)
        assert time.time() - at < 5
    running.publish(43.0)
    time.sleep(1.5)
    request = urllib.request.Request(f"{running.url}/events?papan=gubernur", headers={"Last-Event-ID": first})
    with urllib.request.urlopen(request, timeout=20) as stream:
        assert int(read_events(stream, "gubernur")[0]) > int(first)


def test_a_forged_ticket_is_refused_by_the_stream(running: Running) -> None:
    port = int(running.url.rsplit(":", 1)[1]) + 1
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/events?ticket=x", timeout=10)
    with refused.value:
        assert refused.value.code == 403


@pytest.mark.browser
def test_the_number_changes_within_a_second_before_our_eyes(running: Running, chromium: Browser) -> None:
    running.publish(30.0)
    time.sleep(1)
    page = chromium.new_page()
    console: list[str] = []
    page.on("console", lambda said: console.append(said.text) if said.type == "error" else None)
    page.goto(f"{running.url}/papan/gubernur/")
    tile = page.locator("[data-tile='LIV-14']")
    assert tile.get_attribute("data-value") == "55,0"
    page.evaluate("""() => {
        window.notReloaded = true;
        new MutationObserver(() => {
            const tile = document.querySelector("[data-tile='LIV-14']");
            if (tile?.dataset.value === "72,0" && !window.seenAt) window.seenAt = Date.now() / 1000;
        }).observe(document.querySelector("[data-board]"), {childList: true, subtree: true});
    }""")
    page.wait_for_timeout(1500)  # the line is open
    times = []
    for _round in range(3):
        page.evaluate("window.seenAt = 0")
        at = running.publish(47.0)
        page.wait_for_selector(TILE % "72,0", timeout=10_000)
        times.append(page.evaluate("window.seenAt") - at)
        assert page.evaluate("window.notReloaded")
        assert tile.locator(".tile__value").inner_text().startswith("72,0")
        running.publish(30.0)
        page.wait_for_selector(TILE % "55,0", timeout=10_000)
    print("seconds from the act to the number:", [round(one, 3) for one in times])
    # The best of three: the machine that runs the tests may be busy with others.
    assert min(times) < 1.0, times
    assert console == []
    page.close()


@pytest.mark.browser
def test_a_lost_line_is_shown_and_mends_itself(running: Running, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    # The patience of thirty seconds is shortened for the test.
    page.route("**/board*.js", lambda route: route.fulfill(
        body=route.fetch().text().replace("30_000", "1_500"), content_type="text/javascript"))  # fmt: skip
    page.goto(f"{running.url}/papan/gubernur/")
    page.wait_for_timeout(500)
    stream = running.pid_of("asgi")
    os.kill(stream, signal.SIGSTOP)
    try:
        page.wait_for_selector("[data-live-off]:not([hidden])", timeout=10_000)
        assert "Terputus sejak" in page.locator("[data-live-text]").inner_text()
    finally:
        os.kill(stream, signal.SIGCONT)
    os.kill(stream, signal.SIGKILL)  # the parent starts another one
    page.wait_for_selector("[data-live-on]:not([hidden])", timeout=20_000)
    running.publish(44.0)
    page.wait_for_selector(TILE % "69,0", timeout=10_000)
    context.close()


@pytest.mark.browser
def test_the_board_works_without_javascript(running: Running, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{running.url}/papan/gubernur/")
    assert page.locator("[data-tile='LIV-14']").count() == 1
    assert 'http-equiv="refresh"' in page.content()
    context.close()
