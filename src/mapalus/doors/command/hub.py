"""The hub of the stream process: reads the ledger once for all open pages, and tells each what changed on its boards.

A change waits at most until its board may be told again (two events a second and board). An event is written once and
handed to every page by one pass, without waking a task for each: that is what makes it cheap. Its id is a place in the
ledger before which nothing is still owed, so a page that comes back with it misses nothing, whatever it follows.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import types
from collections.abc import Awaitable, Callable, Collection, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError

from mapalus.doors.command import following
from mapalus.doors.command.following import ALL, Changes
from mapalus.engine import clock

__all__ = ["APART", "Draw", "Hub", "Listener", "Send"]

log = structlog.get_logger()
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
# Markup by part of a board, as everybody may see it; what is missing there the page fetches by itself.
Draw = Callable[[str, Collection[str], str], Mapping[str, str]]

POLL = 0.05  # seconds between looks at the ledger
APART = 0.5  # seconds between two events of one board
PULSE = 10  # seconds between signs of life
BEAT = 5.0  # seconds between signs of life in the database
LIFE = 3600.0  # seconds after which a page is asked to come again, with a new ticket
STALLED = 60.0  # seconds a reader may take nothing
_BLIND = 5.0  # seconds without a look at the ledger after which there is no sign of life
_TURN = 500  # pages told before others have a turn


@dataclass(eq=False)
class Listener:
    """One open page. `drawn`: how its parts are drawn into events; empty: it fetches them by itself."""

    boards: tuple[str, ...]
    send: Send
    drawn: str = ""
    told: int = 0  # the place of the last event that it took
    is_busy: bool = False  # its line is full
    busy_since: float = 0.0
    is_gone: bool = False
    end: Callable[[], object] = lambda: None  # closes the connection
    born: float = field(default_factory=time.monotonic)


@dataclass(eq=False)
class Line:
    """One board: what changed when, what waits to be told, and who follows it, by the way parts are drawn."""

    name: str
    parts: dict[str, int] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    first: int = 0  # sequence of the oldest change that waits; 0: nothing does
    telling: int = 0  # of those that are being told at this moment
    told_at: float = -APART
    # Who follows this board alone, by the way parts are drawn; and who follows others besides.
    alone: dict[str, dict[Listener, None]] = field(default_factory=dict)
    besides: dict[Listener, None] = field(default_factory=dict)

    @property
    def owed(self) -> int:
        return min((one for one in (self.first, self.telling) if one), default=0)


@dataclass
class Figures:
    """What a process did since it began."""

    events: int = 0  # handed to a page
    passes: int = 0  # boards told
    skipped: int = 0  # not handed, since the page had not taken the one before
    ended: int = 0  # pages that took nothing for too long
    failures: int = 0  # looks at the ledger that failed


class Hub:
    """Belongs to one event loop; only what asks the database runs beside it."""

    def __init__(self, *, name: str = "", draw: Draw | None = None) -> None:
        self.name, self.draw = name, draw
        self.listeners: dict[Listener, None] = {}
        self.lines: dict[str, Line] = {}
        self.place = self.since = self.newest = 0
        self.figures = Figures()
        self.looked_at = time.monotonic()
        self.is_ending = False
        self._news, self._woken = asyncio.Event(), asyncio.Event()
        self._reader, self._clerk, self._painter = (
            ThreadPoolExecutor(1, thread_name_prefix=one) for one in ("ledger", "beat", "draw")
        )
        self._tasks: list[asyncio.Task[None]] = []

    # --- life ---------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Read what changed of late, then follow. Raises what the database raises."""
        found, self.since, self.place = await self._ask(following.begin)
        for board, parts in found.items():
            self.line(board).parts |= parts
        self._tasks = [asyncio.create_task(one()) for one in (self._follow, self._tell, self._sign)]
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, args=(loop,), name="announced", daemon=True).start()

    async def warm(self, look_round: Callable[[], object]) -> None:
        """Let the thread that draws do something once, before it counts; what fails is said when it is needed."""
        try:
            await self._ask(look_round, by=self._painter)
        except Exception as error:
            log.warning("not_warm", error=type(error).__name__)
            await self._ask(following.forget, by=self._painter)

    async def stop(self) -> None:
        self.is_ending = True
        self._news.set()
        self._woken.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listener in list(self.listeners):
            listener.end()
        if self.name:
            with suppress(DatabaseError, InterfaceError, TimeoutError):
                await asyncio.wait_for(self._ask(following.say_gone, self.name, by=self._clerk), 1.0)
        for executor in (self._reader, self._clerk, self._painter):
            executor.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, question: Callable[..., Any], *given: object, by: ThreadPoolExecutor | None = None) -> Any:
        return await asyncio.get_running_loop().run_in_executor(by or self._reader, question, *given)

    # --- who listens --------------------------------------------------------------------------------------------

    def line(self, board: str) -> Line:
        if board not in self.lines:
            self.lines[board] = Line(board)
        return self.lines[board]

    def join(self, listener: Listener, *, after: int | None) -> None:
        """From now on it hears of its boards, and at once of what changed behind `after` (None: of nothing before)."""
        self.listeners[listener] = None
        lines = [self.line(board) for board in listener.boards]
        for line in lines:
            (line.alone.setdefault(listener.drawn, {}) if len(lines) == 1 else line.besides)[listener] = None
        self._catch_up(listener, self.place if after is None else after)

    def leave(self, listener: Listener) -> None:
        listener.is_gone = True
        self.listeners.pop(listener, None)
        for line in (self.line(board) for board in listener.boards):
            line.besides.pop(listener, None)
            same = line.alone.get(listener.drawn, {})
            same.pop(listener, None)
            if not same:
                line.alone.pop(listener.drawn, None)

    def _catch_up(self, listener: Listener, after: int) -> None:
        """Everything behind a place, or all there is where that is not known any more (or is not of this ledger)."""
        is_known = self.since <= after <= self.place
        place, body = self.safe(listener.boards), b""
        for board in listener.boards:
            parts = {part for part, at in self.line(board).parts.items() if at > after} if is_known else {ALL}
            if parts:
                body += _changed(board, parts, place=place)
        self._hand(listener, _message(body + _pulse(place)), place)

    # --- what changed -------------------------------------------------------------------------------------------

    def hear(self, found: Changes, place: int) -> None:
        """Take note of changes up to a place."""
        for board, parts in found.items():
            line = self.line(board)
            line.parts |= parts
            line.waiting |= parts.keys()
            first = min(parts.values())
            line.first = min(line.first, first) if line.first else first
        self.place = place
        if found:
            self._news.set()

    def safe(self, boards: Iterable[str]) -> int:
        """The place up to which pages with these boards have been told everything: what an event's id promises."""
        owed = (self.line(board).owed for board in boards)
        return min((one - 1 for one in owed if one), default=self.place)

    async def _follow(self) -> None:
        rest = POLL
        while not self.is_ending:
            self._woken.clear()
            try:
                found, place = await self._ask(following.changes, self.place)
                self.looked_at, rest = time.monotonic(), POLL
                self.hear(found, place)
            except (DatabaseError, InterfaceError) as error:
                self.figures.failures += 1
                rest = min(rest * 2, 1.0)
                log.warning("stream_without_database", error=type(error).__name__)
                await self._ask(following.forget)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), rest)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """A thread of its own: hears the sealer at once. The look every few hundredths of a second stays below it."""

        def woken() -> None:
            with suppress(RuntimeError):  # the loop is closed: it is over
                loop.call_soon_threadsafe(self._woken.set)

        while not self.is_ending:
            following.listen(woken, lambda: self.is_ending)
            time.sleep(1.0)

    # --- telling ------------------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        while not self.is_ending:
            now = time.monotonic()
            waiting = [line for line in self.lines.values() if line.waiting]
            due = [line for line in waiting if now - line.told_at >= APART]
            for line in due:
                await self._tell_line(line)
            if due:
                continue
            rest = min((line.told_at + APART - now for line in waiting), default=None)
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), rest)

    async def _tell_line(self, line: Line) -> None:
        parts, line.waiting = line.waiting, set()
        line.telling, line.first = line.first, 0
        line.told_at = time.monotonic()
        drawn = {way: await self._drawn(line.name, parts, way) for way in list(line.alone)}
        line.telling = 0
        self.figures.passes += 1
        place = self.safe((line.name,))
        for way, listeners in list(line.alone.items()):
            # Once for all of them: whoever came while the parts were drawn has asked for what it lacks by itself.
            message = _message(_changed(line.name, parts, drawn.get(way), place=place))
            for number, listener in enumerate(tuple(listeners)):
                self._hand(listener, message, place)
                if number % _TURN == _TURN - 1:
                    await asyncio.sleep(0)
        for listener in tuple(line.besides):
            place = self.safe(listener.boards)
            self._hand(listener, _message(_changed(line.name, parts, place=place)), place)

    async def _drawn(self, board: str, parts: Collection[str], way: str) -> Mapping[str, str]:
        if not way or self.draw is None:
            return {}
        try:
            drawn: Mapping[str, str] = await self._ask(self.draw, board, parts, way, by=self._painter)
        except (DatabaseError, InterfaceError) as error:
            log.warning("stream_drawing_without_database", board=board, error=type(error).__name__)
        except Exception:
            # Whatever it was: the page learns that it changed, and fetches it.
            log.exception("stream_drawing_failed", board=board)
        else:
            return drawn
        await self._ask(following.forget, by=self._painter)  # a connection that died does not come back by itself
        return {}

    async def _sign(self) -> None:
        """Signs of life: to a tenth of the pages each second, and to the database."""
        beat_at, turn = 0.0, 0
        while not self.is_ending:
            now = time.monotonic()
            self._look_after(list(self.listeners)[turn % PULSE :: PULSE], now)
            if self.name and now - beat_at >= BEAT:
                beat_at = now
                await self._say_alive()
            turn += 1
            await asyncio.sleep(1.0)

    async def _say_alive(self) -> None:
        try:
            self.newest = await self._ask(following.say_alive, self.name, self.place, by=self._clerk)
        except (DatabaseError, InterfaceError):
            await self._ask(following.forget, by=self._clerk)
        else:
            if self.newest < self.place:
                self._begin_anew()

    def _look_after(self, some: Iterable[Listener], now: float) -> None:
        # Who cannot look at the ledger gives no sign of life: pages must not take old numbers for new ones.
        is_blind = now - self.looked_at >= _BLIND
        signs: dict[int, dict[str, Any]] = {}
        for listener in some:
            if listener.is_busy and now - listener.busy_since > STALLED:
                self.figures.ended += 1
                listener.end()
            elif now - listener.born > LIFE * (0.9 + (id(listener) >> 6) % 100 / 1000):
                listener.end()  # it comes again at once, and its right is looked at anew
            elif not listener.is_busy:
                # The page takes silence for a broken line; the id lets it come back to this place.
                place = self.safe(listener.boards)
                if place not in signs:
                    signs[place] = _message(b":\n\n" if is_blind else _pulse(place))
                self._hand(listener, signs[place], place)

    def _begin_anew(self) -> None:
        """The ledger is shorter than it was: another one was put in its place."""
        self.since = self.place = self.newest
        for line in self.lines.values():
            line.parts, line.waiting, line.first = {ALL: self.newest}, {ALL}, max(self.newest, 1)
        self._news.set()

    def _hand(self, listener: Listener, message: Mapping[str, Any], place: int) -> None:
        """Give a page bytes without waiting for it; with them it knows all up to `place`.

        One that has not taken the last ones is told later, all at once.
        """
        if listener.is_gone:
            return
        if listener.is_busy:
            self.figures.skipped += 1
            return
        try:
            waiting = listener.send(message).__await__()
            held = next(waiting)
        except StopIteration:
            self.figures.events += 1
            listener.told = place
        except Exception as error:
            # The server's own words for a connection that is gone; what it missed it asks for when it comes again.
            log.info("stream_line_ended", error=type(error).__name__)
            listener.end()
        else:
            listener.is_busy, listener.busy_since = True, time.monotonic()
            task = asyncio.ensure_future(_rest(held, waiting))
            task.add_done_callback(lambda done: self._freed(listener, done))

    def _freed(self, listener: Listener, done: asyncio.Future[None]) -> None:
        listener.is_busy = False
        if done.cancelled() or done.exception() is not None:
            listener.end()
        elif not listener.is_gone:
            self._catch_up(listener, listener.told)


@types.coroutine
def _rest(held: Any, waiting: Generator[Any, Any, None]) -> Generator[Any, Any, None]:
    """Go on with what was begun outside of a task."""
    yield held
    yield from waiting


def _message(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


def _changed(board: str, parts: Iterable[str], drawn: Mapping[str, str] | None = None, *, place: int) -> bytes:
    data: dict[str, object] = {"parts": sorted(parts)}
    if drawn:
        data["drawn"] = drawn
    return _event(board, place=place, data=json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def _pulse(place: int) -> bytes:
    """A sign of life, with what the clock says here: that of a telephone may be wrong, or be set meanwhile."""
    return _event("pulse", place=place, data=str(int(clock.now().timestamp() * 1000)))


def _event(name: str, *, place: int, data: str = "") -> bytes:
    return f"id: {place}\nevent: {name}\ndata: {data}\n\n".encode()
