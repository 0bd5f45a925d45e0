"""Live events: follows the ledger by its sequence and tells open boards that they changed.

A raw ASGI application in a process of its own. Events are small ("board gubernur changed at 4711"); the page fetches
the fragment. An event's id is a sequence of the ledger, so a page that comes back says where it was and misses
nothing. What comes in quick succession is joined: two events a second and board at most, however slow the reader.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections

from mapalus.apps.ledger.models import Entry
from mapalus.doors.command.boards import touched_by
from mapalus.doors.command.ticket import opened

__all__ = ["Hub", "application"]

log = structlog.get_logger()
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

POLL = 0.05  # seconds between looks at the ledger
APART = 0.5  # seconds between two events of one board to one reader
PULSE = 10.0  # seconds between signs of life
_MOST = 10_000  # readers of one process
_BATCH = 1_000


@dataclass(eq=False)
class Listener:
    """One open page. `waiting` holds the newest sequence by board that it has not been told."""

    boards: frozenset[str]
    waiting: dict[str, int] = field(default_factory=dict)
    told_at: dict[str, float] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, changed: Mapping[str, int]) -> None:
        mine = {board: sequence for board, sequence in changed.items() if board in self.boards}
        if mine:
            self.waiting |= mine
            self.news.set()

    def due(self, now: float) -> tuple[list[tuple[str, int]], float]:
        """Events that may go out now, and how long until the next one may (infinite when none waits)."""
        ready = [(b, s) for b, s in self.waiting.items() if now - self.told_at.get(b, -APART) >= APART]
        for board, _sequence in ready:
            del self.waiting[board]
            self.told_at[board] = now
        rest = min((self.told_at[board] + APART - now for board in self.waiting), default=float("inf"))
        return ready, max(rest, 0.0)


class Hub:
    """Reads the ledger once for all listeners."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.place = 0
        self.is_ending = asyncio.Event()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.place = await self._ask(Entry.objects.last_sequence)
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        self.is_ending.set()
        for listener in self.listeners:
            listener.news.set()
        if self._task is not None:
            await self._task
        self._reader.shutdown(wait=False)

    async def missed(self, boards: Iterable[str], after: int) -> dict[str, int]:
        """What changed on these boards between a place in the past and where the hub is now."""
        if after >= self.place:
            return {}
        changed, _place = await self._ask(_changes, after, self.place)
        return {board: changed[board] for board in boards if board in changed}

    async def _ask(self, question: Callable[..., Any], *arguments: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._reader, question, *arguments)

    async def _follow(self) -> None:
        while not self.is_ending.is_set():
            try:
                changed, self.place = await self._ask(_changes, self.place, None)
            except (DatabaseError, InterfaceError) as error:
                log.warning("stream_without_database", error=type(error).__name__)
                await self._ask(close_old_connections)
                await asyncio.sleep(1)
                continue
            if changed:
                for listener in list(self.listeners):
                    listener.tell(changed)
            await asyncio.sleep(POLL)


def _changes(after: int, until: int | None) -> tuple[dict[str, int], int]:
    """Newest sequence by board touched behind `after` (up to `until`), and the place that was read to."""
    changed: dict[str, int] = {}
    while True:
        found = list(Entry.objects.after(after).values_list("sequence", "act", "data")[:_BATCH])
        for numbered, act, data in found:
            sequence = numbered or 0
            if until is not None and sequence > until:
                return changed, until
            for board in touched_by(act, data):
                changed[board] = sequence
            after = sequence
        if len(found) < _BATCH:
            return changed, after


def _event(name: str, *, sequence: int, data: str = "") -> bytes:
    return f"id: {sequence}\nevent: {name}\ndata: {data}\n\n".encode()


class Application:
    """`GET /events?ticket=...&after=...`; anything else is not here."""

    def __init__(self) -> None:
        self.hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.hub = Hub()
                await self.hub.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.hub is not None:
                    await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub = self.hub
        path, asked = scope["path"], parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if path == "/-/ready":
            await _say(send, 200 if hub is not None else 503)
            return
        ticket = opened(asked.get("ticket", [""])[0])
        if path not in ("/events", "/events/stream") or scope["method"] != "GET":
            await _say(send, 404)
        elif ticket is None:
            await _say(send, 403)
        elif hub is None or len(hub.listeners) >= _MOST:
            await _say(send, 503)
        else:
            await _open(send, origin=ticket.origin)
            listener = Listener(frozenset(ticket.boards))
            # Among the listeners first, and only then the question what was missed: nothing falls between.
            hub.listeners.add(listener)
            try:
                listener.tell(await hub.missed(ticket.boards, _place(scope, asked, hub.place)))
                await _talk(hub, listener, receive, send)
            finally:
                hub.listeners.discard(listener)


def _place(scope: Scope, asked: Mapping[str, list[str]], otherwise: int) -> int:
    """Where the page was: the last event it saw, or the sequence it was rendered at, whichever is later."""
    said = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"last-event-id"]
    places = [int(text) for text in (*said, *asked.get("after", [])) if text.isascii() and text.isdigit()]
    return max(places, default=otherwise)


async def _talk(hub: Hub, listener: Listener, receive: Receive, send: Send) -> None:
    gone = asyncio.create_task(_until_gone(receive))
    gone.add_done_callback(lambda _task: listener.news.set())
    pulse_at = 0.0
    try:
        while not gone.done() and not hub.is_ending.is_set():
            listener.news.clear()
            now = time.monotonic()
            ready, rest = listener.due(now)
            body = b"".join(_event(board, sequence=sequence) for board, sequence in ready)
            if now >= pulse_at:
                # The page takes silence for a broken line; the id lets it come back to this place.
                body += _event("pulse", sequence=hub.place)
                pulse_at = now + PULSE
            if body:
                await send({"type": "http.response.body", "body": body, "more_body": True})
            with suppress(TimeoutError):
                await asyncio.wait_for(listener.news.wait(), min(rest, pulse_at - now))
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _open(send: Send, *, origin: str) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if origin:
        headers += [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
            (b"vary", b"Origin"),
        ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})


async def _say(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


application = Application()
