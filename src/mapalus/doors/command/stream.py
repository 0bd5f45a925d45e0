"""Live events: a raw ASGI application in a process of its own that tells open boards that they changed.

    GET /events?ticket=...&after=4711     server-sent events: `pulse`, and one event per board that changed
    GET /-/metrics, /-/ready              counts for whoever watches the process; whether it follows the ledger

    id: 4712                              a place in the ledger: with it a page that comes back misses nothing
    event: gubernur
    data: {"parts":["3","5"]}             parts of the board that changed; ["*"] all of it

Where everybody sees the same, `drawn` brings the parts themselves, so that a thousand pages need not fetch them.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from mapalus.apps.ledger.beats import STREAM
from mapalus.doors.command.drawing import draw, look_round
from mapalus.doors.command.hub import Hub, Listener, Send
from mapalus.doors.command.ticket import opened

__all__ = ["Application", "application"]

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

_MOST = 10_000  # readers of one process
_RETRY = b"retry: 2000\n\n"


class Application:
    """Events, and what watches over them; anything else is not here."""

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
                self.hub = Hub(name=_name(), draw=draw)
                await self.hub.start()
                await self.hub.warm(look_round)
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.hub is not None:
                    await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub, path = self.hub, scope["path"]
        if scope["method"] != "GET":
            await _say(send, 404)
        elif path == "/-/ready":
            await _say(send, 200 if hub is not None else 503)
        elif path == "/-/metrics" and hub is not None:
            await _say(send, 200, "\n".join([*_metrics(hub), ""]).encode())
        elif path in ("/events", "/events/stream"):
            await _events(hub, scope, receive, send)
        else:
            await _say(send, 404)


def _name() -> str:
    """Of this process among those that follow the ledger: the host and the port it answers at."""
    return f"{STREAM}{os.uname().nodename[:20]}:{os.environ.get('MAPALUS_STREAM_PORT', '')}"


async def _events(hub: Hub | None, scope: Scope, receive: Receive, send: Send) -> None:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    ticket = opened(asked.get("ticket", [""])[0])
    if ticket is None:
        await _say(send, 403)
        return
    if hub is None or hub.is_ending or len(hub.listeners) >= _MOST:
        await _say(send, 503)
        return
    await _open(send, origin=ticket.origin)
    task = asyncio.current_task()
    assert task is not None
    listener = Listener(ticket.boards, send, drawn=ticket.drawn, end=task.cancel)
    hub.join(listener, after=_place(scope, asked))
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    except asyncio.CancelledError:
        # The hub ends it: the page is asked to come again. One that takes nothing is not waited for.
        with suppress(Exception):
            await asyncio.wait_for(send({"type": "http.response.body", "body": b"", "more_body": False}), 1.0)
    finally:
        hub.leave(listener)


def _place(scope: Scope, asked: Mapping[str, list[str]]) -> int | None:
    """Where the page was: the last event it saw, or the sequence it was rendered at, whichever is later."""
    said = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"last-event-id"]
    return max(
        (int(text) for text in (*said, *asked.get("after", [])) if text.isascii() and text.isdigit()), default=None
    )


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
    await send({"type": "http.response.body", "body": _RETRY, "more_body": True})


async def _say(send: Send, status: int, body: bytes = b"") -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _metrics(hub: Hub) -> Iterator[str]:
    figures = hub.figures
    found: list[tuple[str, str, str, float]] = [
        ("listeners", "gauge", "Open pages.", len(hub.listeners)),
        ("listeners_busy", "gauge", "Open pages that have not taken what they were given.",
         sum(one.is_busy for one in hub.listeners)),
        ("given_total", "counter", "Events and signs of life handed to pages.", figures.events),
        ("boards_told_total", "counter", "Times a board was told to all who follow it.", figures.passes),
        ("skipped_total", "counter", "Events joined because a page had not taken the one before.", figures.skipped),
        ("stalled_total", "counter", "Pages ended because they took nothing for too long.", figures.ended),
        ("failures_total", "counter", "Looks at the ledger that failed.", figures.failures),
        ("place", "counter", "Sequence of the ledger that was read to.", hub.place),
        ("lag", "gauge", "Entries of the ledger not read at the last sign of life.", max(hub.newest - hub.place, 0)),
        ("owed", "gauge", "Entries whose pages have not all been told.", hub.place - hub.safe(list(hub.lines))),
        ("last_look_seconds", "gauge", "Since the last look at the ledger.", time.monotonic() - hub.looked_at),
    ]  # fmt: skip
    for name, kind, said, value in found:
        yield from (
            f"# HELP mapalus_events_{name} {said}", f"# TYPE mapalus_events_{name} {kind}",
            f"mapalus_events_{name} {value:.15g}",
        )  # fmt: skip


application = Application()
