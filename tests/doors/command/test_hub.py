"""Whoever follows a board knows its newest state in the end, whatever is lost; and nobody costs the others."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from django.db import OperationalError

from mapalus.doors.command import following, hub
from mapalus.doors.command.following import ALL, Changes
from mapalus.doors.command.hub import Hub, Listener
from tests.patience import PATIENCE

BOARDS = ("gubernur", "sekda")
PARTS = ("A", "B", "C")
T = TypeVar("T")


def run(play: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: a browser of another test may keep a loop running in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, play).result()


@dataclass
class Ledger:
    """What boards look like, by the sequence at which each part changed last."""

    entries: list[tuple[str, str]] = field(default_factory=list)
    is_away: bool = False
    woken: Callable[[], None] | None = None

    def change(self, board: str, part: str) -> None:
        self.entries.append((board, part))

    def state(self, board: str) -> dict[str, int]:
        return {part: n for n, (name, part) in enumerate(self.entries, 1) if name == board}

    def begin(self) -> tuple[Changes, int, int]:
        since = max(len(self.entries) - 20, 0)
        return self.changes(since)[0], since, len(self.entries)

    def changes(self, after: int) -> tuple[Changes, int]:
        if self.is_away:
            raise OperationalError("away")
        found: Changes = {}
        for n, (board, part) in enumerate(self.entries[after:], after + 1):
            found.setdefault(board, {})[part] = n
        return found, max(len(self.entries), after)


@dataclass
class Page:
    """A browser: fetches what it is told, and comes back with the last id it saw."""

    ledger: Ledger
    boards: tuple[str, ...]
    state: dict[str, dict[str, int]] = field(default_factory=dict)
    place: int = 0
    events: list[str] = field(default_factory=list)
    holds: asyncio.Event | None = None  # set: its line is full until it is
    listener: Listener | None = None

    def open(self, to: Hub) -> None:
        self.listener = Listener(self.boards, self.take, end=lambda: self.close(to))
        to.join(self.listener, after=self.place)

    def load(self) -> None:
        self.state = {board: self.ledger.state(board) for board in self.boards}
        self.place = len(self.ledger.entries)

    def close(self, to: Hub) -> None:
        if self.listener is not None:
            to.leave(self.listener)
        self.listener = None

    async def take(self, message: Mapping[str, Any]) -> None:
        if self.holds is not None:
            await self.holds.wait()
        for event in message["body"].decode().split("\n\n"):
            said = dict(line.split(": ", 1) for line in event.splitlines() if ": " in line)
            if not said:
                continue
            self.place = int(said["id"])
            if said["event"] == "pulse":
                continue
            self.events.append(said["event"])
            now = self.ledger.state(said["event"])
            parts = json.loads(said["data"])["parts"]
            known = self.state.setdefault(said["event"], {})
            known |= now if parts == [ALL] else {part: now[part] for part in parts}

    @property
    def is_right(self) -> bool:
        return self.state == {board: self.ledger.state(board) for board in self.boards}


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    made = Ledger()
    monkeypatch.setattr(following, "begin", made.begin)
    monkeypatch.setattr(following, "changes", made.changes)
    monkeypatch.setattr(following, "forget", lambda: None)
    monkeypatch.setattr(following, "listen", lambda woken, stopping: None)
    monkeypatch.setattr(hub, "POLL", 0.002)
    monkeypatch.setattr(hub, "APART", 0.01)
    return made


def hold_or_let_go(page: Page) -> None:
    if page.holds is None:
        page.holds = asyncio.Event()
        return
    page.holds.set()
    page.holds = None


async def settle(pages: list[Page]) -> None:
    await come(lambda: all(page.is_right for page in pages))


async def come(is_there: Callable[[], bool]) -> None:
    """Wait for what must come; who asks says what is wrong when it does not."""
    until = time.monotonic() + PATIENCE
    while not is_there() and time.monotonic() < until:
        await asyncio.sleep(0.002)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_who_is_cut_off_at_random_knows_the_newest_state_in_the_end(ledger: Ledger, seed: int) -> None:
    chance = random.Random(seed)

    async def play() -> list[Page]:
        running = Hub()
        await running.start()
        pages = [Page(ledger, boards) for boards in (("gubernur",), ("sekda",), BOARDS) for _n in range(4)]
        for page in pages:
            page.load()
            page.open(running)
        for _step in range(150):
            deed, page = chance.random(), chance.choice(pages)
            if deed < 0.5:
                ledger.change(chance.choice(BOARDS), chance.choice(PARTS))
            elif deed < 0.7:
                page.open(running) if page.listener is None else page.close(running)
            elif deed < 0.8:
                hold_or_let_go(page)
            elif deed < 0.85:
                ledger.is_away = not ledger.is_away
            elif deed < 0.88 and not ledger.is_away:
                for one in pages:  # killed: nobody is told goodbye, what was owed is forgotten
                    one.listener = None
                running.is_ending, running = True, Hub()
                await running.start()
                for one in pages:
                    one.open(running)
            if chance.random() < 0.3:
                await asyncio.sleep(chance.random() * 0.01)
        ledger.is_away = False
        for page in pages:
            if page.holds is not None:
                page.holds.set()
                page.holds = None
            if page.listener is None:
                page.open(running)
        await settle(pages)
        await running.stop()
        return pages

    assert all(page.is_right for page in run(play()))


def test_a_board_is_told_once_for_all_that_came_meanwhile_and_a_full_line_holds_up_nobody(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "APART", 0.2)
    took: list[float] = []

    async def play() -> tuple[Page, Page]:
        running = Hub()
        await running.start()
        quick, slow = Page(ledger, ("gubernur",)), Page(ledger, ("gubernur",))
        for page in (quick, slow):
            page.load()
            page.open(running)
        slow.holds = asyncio.Event()
        begun = time.monotonic()
        ledger.change("gubernur", "A")
        await come(lambda: bool(quick.events))
        for n in range(24):
            ledger.change("gubernur", "A" if n < 1 else "B")
            await asyncio.sleep(0.02)
        await settle([quick])
        took.append(time.monotonic() - begun)
        assert not slow.events
        await come(lambda: running.figures.skipped >= 1)
        assert running.figures.skipped >= 1
        slow.holds.set()
        slow.holds = None
        await settle([slow])
        await running.stop()
        return quick, slow

    quick, slow = run(play())
    assert quick.is_right
    assert slow.is_right
    assert 2 <= len(quick.events) <= 3 + took[0] / 0.2
    assert len(slow.events) <= len(quick.events)


def test_an_id_promises_nothing_that_still_waits_on_another_board(ledger: Ledger) -> None:
    async def play() -> Page:
        running = Hub()
        await running.start()
        page = Page(ledger, BOARDS)
        page.open(running)
        line = running.line("gubernur")
        line.told_at = time.monotonic() + 3600  # it was told a moment ago: what comes now waits
        ledger.change("gubernur", "B")
        await come(lambda: bool(line.waiting))
        ledger.change("sekda", "C")  # is told at once
        await come(lambda: "sekda" in page.events)
        page.close(running)
        line.told_at = 0.0
        running._news.set()
        await come(lambda: not line.waiting)  # the others hear of it while this one is away
        assert not page.is_right
        page.open(running)
        await running.stop()
        return page

    assert run(play()).is_right


def test_who_comes_from_too_far_back_or_from_another_ledger_asks_for_everything(ledger: Ledger) -> None:
    for _n in range(60):
        ledger.change("gubernur", "A")
    ledger.change("sekda", "B")

    async def play() -> list[Page]:
        running = Hub()
        await running.start()
        pages = [Page(ledger, ("sekda",), place=place) for place in (3, 61, 9_000)]
        for page in pages:
            page.open(running)
        await come(lambda: all(pages[n].events and pages[n].place == 61 for n in (0, 2)))
        await asyncio.sleep(0.02)
        await running.stop()
        return pages

    far, here, beyond = run(play())
    assert (far.events, here.events, beyond.events) == (["sekda"], [], ["sekda"])
    assert far.is_right
    assert beyond.is_right
    assert beyond.place == 61


def test_a_stream_that_cannot_read_the_ledger_gives_no_sign_of_life(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[bytes] = []

    async def take(message: Mapping[str, Any]) -> None:
        said.append(message["body"])

    async def play() -> None:
        running = Hub()
        await running.start()
        listener = Listener(("gubernur",), take)
        running.join(listener, after=0)
        running.looked_at -= 60.0
        said.clear()
        running._look_after([listener], time.monotonic())
        await running.stop()

    run(play())
    assert said == [b":\n\n"]


def test_after_the_database_came_back_parts_are_drawn_and_signs_of_life_written_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {"draw", "beat"}  # connections of two threads that died with the server
    said: list[bytes] = []

    def forget() -> None:
        broken.discard(threading.current_thread().name.partition("_")[0])

    def draw(_board: str, _parts: object, _way: str) -> Mapping[str, str]:
        if "draw" in broken:
            raise OperationalError("the connection is closed")
        return {"A": "<p>1</p>"}

    def say_alive(_name: str, place: int) -> int:
        if "beat" in broken:
            raise OperationalError("the connection is closed")
        return place

    async def take(message: Mapping[str, Any]) -> None:
        said.append(message["body"])

    async def play() -> None:
        running = Hub(name="uji", draw=draw)
        await running.start()
        running.join(Listener(("gubernur",), take, drawn="id"), after=0)
        until = time.monotonic() + PATIENCE
        while not any(b"<p>1</p>" in one for one in said) and time.monotonic() < until:
            ledger.change("gubernur", "A")
            await asyncio.sleep(0.02)
        await running._say_alive()
        await running._say_alive()
        await running.stop()

    monkeypatch.setattr(following, "forget", forget)
    monkeypatch.setattr(following, "say_alive", say_alive)
    monkeypatch.setattr(following, "say_gone", lambda _name: None)
    run(play())
    assert any(b"<p>1</p>" in one for one in said)
    assert broken == set()


def test_a_stream_that_cannot_draw_yet_starts_all_the_same(ledger: Ledger) -> None:
    def look_round() -> None:
        raise OperationalError("away")

    async def play() -> None:
        running = Hub()
        await running.start()
        await running.warm(look_round)
        await running.stop()

    run(play())
