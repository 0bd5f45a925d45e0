"""A board on a telephone with a slow line: when something stands there, when the numbers do, when a tap is answered.

python -m benchmarks.phone --data-dir DIR [--boards gubernur,ukur] [--rounds N] [--lines 3g,slow-3g]

DIR: a folder that `mapalus demo --no-serve` built. A real Chromium with the profiles of its own developer tools:
`3g` is "Fast 3G" (1.44 Mbit/s down, 0.675 up, 562 ms for each request; now called Slow 4G), `slow-3g` 400 kbit/s and
2 s; the processor four times slower; 360 x 800 at 3 pixels a point. Cold: nothing kept by the browser. Warm: the same
page a second time. Usable: the first number is painted in its style and a tap on its tile was answered.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GOAL = 2_000  # milliseconds until it is usable, cold, on 3G
LINES = {  # bytes a second down and up, milliseconds for each request
    "none": (-1, -1, 0),
    "3g": (1_600_000 / 8 * 0.9, 750_000 / 8 * 0.9, 150 * 3.75),
    "slow-3g": (500_000 / 8 * 0.8, 500_000 / 8 * 0.8, 400 * 5),
}
SLOWER = 4  # times, the processor
PHONE = {"width": 360, "height": 800}
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
           "--disable-sync", "--no-first-run"]  # fmt: skip

# Writes down when things happen; runs before the page's own scripts, and needs nothing of them.
WATCH = """(() => {
  const seen = window.seen = {};
  const note = (name, at) => { if (seen[name] === undefined) seen[name] = at; };
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (one.name === "first-contentful-paint") note("fcp", one.startTime);
  }).observe({type: "paint", buffered: true});
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) seen.lcp = one.startTime;
  }).observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift = (seen.shift ?? 0) + one.value;
  }).observe({type: "layout-shift", buffered: true});
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) seen.blocked = (seen.blocked ?? 0) + Math.max(0, one.duration - 50);
  }).observe({type: "longtask", buffered: true});
  addEventListener("click", (event) => {
    if (event.target.closest("[data-tile]")) { note("tap", performance.now()); event.preventDefault(); }
  }, true);
  // The tile stands where its style puts it: a rule of the sheet holds. The frame after that one is on the screen.
  const look = () => {
    const number = document.querySelector("[data-tile] .tile__value");
    const isStyled = number && getComputedStyle(document.documentElement).getPropertyValue("--target") !== "";
    if (isStyled && number.getBoundingClientRect().height > 0) {
      requestAnimationFrame(() => note("numbers", performance.now()));
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();"""


@dataclass
class Load:
    """One opening of a page: milliseconds since it was asked for, and what went over the line."""

    times: dict[str, float]
    requests: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)

    @property
    def usable(self) -> float:
        return max(self.times.get(name, float("inf")) for name in ("numbers", "tap"))


def main() -> int:
    parser = argparse.ArgumentParser(description="A board on a telephone with a slow line.")
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--boards", default="gubernur,ukur")
    parser.add_argument("--lines", default="3g,slow-3g")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=18_700)
    given = parser.parse_args()
    folder = Path(given.data_dir).resolve()
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-") as name, served(folder, Path(name), given.port) as url:
        return _measure(url, given)


def _measure(url: str, given: argparse.Namespace) -> int:
    from playwright.sync_api import sync_playwright

    print(f"load {os.getloadavg()[0]:.1f}; median of {given.rounds}; ms since the page was asked for, kB over the line")
    print("| board | line | kept | first paint | largest | numbers | tap answered | **usable** | blocked | shift |"
          " requests (kB) |\n|---|---|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    is_kept = True
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=OPTIONS)
        for board in given.boards.split(","):
            for line in given.lines.split(","):
                rounds = [_visit(browser, f"{url}/papan/{board}/", line) for _n in range(given.rounds)]
                for kept, loads in (("cold", [cold for cold, _w in rounds]), ("warm", [warm for _c, warm in rounds])):
                    usable = statistics.median(one.usable for one in loads)
                    print(_row(board, line, kept, loads, usable), flush=True)
                    is_kept = is_kept and (line != "3g" or usable < GOAL)
        browser.close()
    return 0 if is_kept else 1


def _row(board: str, line: str, kept: str, loads: list[Load], usable: float) -> str:
    def middle(name: str) -> str:
        return f"{statistics.median(one.times.get(name, 0.0) for one in loads):.0f}"

    last = loads[-1]
    kinds = ", ".join(f"{kind} {n} ({last.bytes[kind] / 1000:.1f})" for kind, n in sorted(last.requests.items()))
    shift = statistics.median(one.times.get("shift", 0.0) for one in loads)
    return (f"| {board} | {line} | {kept} | {middle('fcp')} | {middle('lcp')} | {middle('numbers')} | {middle('tap')} |"
            f" **{usable:.0f}** | {middle('blocked')} | {shift:.3f} | {kinds} |")  # fmt: skip


def _visit(browser: Any, address: str, line: str) -> tuple[Load, Load]:
    """The page the first time, and once more."""
    context = browser.new_context(
        viewport=PHONE, screen=PHONE, device_scale_factor=3, is_mobile=True, has_touch=True, locale="id-ID"
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    down, up, latency = LINES[line]
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {
        "offline": False, "downloadThroughput": down, "uploadThroughput": up, "latency": latency,
    })  # fmt: skip
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    over = _Traffic(session)
    try:
        return _open(page, address, over), _open(page, address, over)
    finally:
        context.close()


class _Traffic:
    """What went over the line: requests and bytes by kind. What the browser had kept is not counted."""

    def __init__(self, session: Any) -> None:
        self.kinds: dict[str, str] = {}
        self.requests: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._ended)

    def _answered(self, said: dict[str, Any]) -> None:
        if said["response"].get("fromDiskCache") or said["response"].get("fromServiceWorker"):
            return
        kind = self.kinds[said["requestId"]] = said["type"]
        self.requests[kind] += 1

    def _ended(self, said: dict[str, Any]) -> None:
        if said["requestId"] in self.kinds:
            self.bytes[self.kinds[said["requestId"]]] += int(said["encodedDataLength"])


def _open(page: Any, address: str, over: _Traffic) -> Load:
    over.requests, over.bytes = Counter(), Counter()
    page.goto(address, wait_until="commit", timeout=60_000)
    _until(page, "window.seen?.numbers !== undefined")
    # Where a thumb would go first: the tile of the first number.
    box = page.evaluate("""() => {
        const tile = document.querySelector("[data-tile] .tile__value").closest("[data-tile]");
        const link = tile.matches("a") ? tile : tile.querySelector("a") ?? tile;
        const isBelow = link.getBoundingClientRect().bottom > innerHeight;
        if (isBelow) link.scrollIntoView({block: "center", behavior: "instant"});
        const box = link.getClientRects()[0];
        return [box.x + box.width / 2, box.y + box.height / 2];
    }""")
    page.touchscreen.tap(*box)
    _until(page, "window.seen.tap !== undefined")
    page.wait_for_load_state("load", timeout=60_000)
    page.wait_for_timeout(1_500)  # the largest paint is said once nothing larger came
    times = page.evaluate("window.seen")
    load = Load({name: float(at) for name, at in times.items()}, over.requests.copy(), over.bytes.copy())
    page.goto("about:blank")
    return load


def _until(page: Any, said: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not page.evaluate(said):
        if time.monotonic() > until:
            raise SystemExit(f"never: {said}")
        time.sleep(0.02)


@contextmanager
def served(folder: Path, scratch: Path, port: int) -> Iterator[str]:
    """A built province, with a board of 24 tiles besides its own."""
    from benchmarks.board import TILES
    from mapalus.project.env import shipped_packs

    pack = scratch / "ukur" / "boards"
    pack.mkdir(parents=True)
    _write(pack / "ukur.yml", {"title": "Ukur", "public": True, "tiles": TILES})
    shipped = shipped_packs(Path(__file__).resolve().parents[1] / "src" / "mapalus")
    environment = {
        **os.environ, "MAPALUS_SAMPLE_DATA": "yes", "MAPALUS_PACKS": ",".join(map(str, [*shipped, pack.parent])),
    }  # fmt: skip
    command = [sys.executable, "-m", "mapalus.project.cli", "serve", "--port", str(port), "--data-dir", str(folder)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if not process.stdout.readline():  # it says when it answers
            raise SystemExit("the province could not be served")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def _write(path: Path, board: dict[str, object]) -> None:
    import json

    path.write_text(json.dumps(board), encoding="utf-8")  # JSON is YAML


if __name__ == "__main__":
    raise SystemExit(main())
