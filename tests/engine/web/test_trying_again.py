"""What passes is tried again, with pauses; what does not is told at once."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web
from tests.connectors.served import Response, Served
from tests.engine.web.around import SECRET, around


@pytest.mark.parametrize("fault", [500, 502, 503, 504, 429, 408])
def test_what_passes_is_tried_again_with_longer_pauses(host: Served, paused: list[float], fault: int) -> None:
    host.script[:] = [Response(fault)] * 3
    with Web(around()) as web:
        assert web.get(host.url).status == 200
    assert paused == [0.5, 1.0, 2.0]


def test_tries_are_counted(host: Served, paused: list[float]) -> None:
    host.always = Response(500)
    with Web(around()) as web, pytest.raises(Unavailable):
        web.get(host.url)
    assert len(host.requests) == 4


def test_the_host_says_when_to_come_back(host: Served, paused: list[float]) -> None:
    date = "Sun, 22 Nov 2026 10:00:00 GMT"
    host.script[:] = [
        Response(429, b"", {"Retry-After": "7"}),
        Response(503, b"", {"Retry-After": "Sun, 22 Nov 2026 10:00:09 GMT"}),
    ]
    with Web(around()) as web:
        assert web.get(host.url).status == 200
    assert paused[0] == 7.0
    assert paused[1] >= 1.0
    assert patience.retry_after("Sun, 22 Nov 2026 10:00:09 GMT", date=date) == 9.0
    assert patience.retry_after("nonsense", date=date) is None


def test_a_moment_is_read_by_our_clock_where_the_host_shows_none(host: Served, paused: list[float]) -> None:
    until = formatdate(time.time() + 110, usegmt=True)
    host.script[:] = [Response(503, b"", {"Retry-After": until, "Date": ""})]
    with Web(around(longest=3600.0)) as web:
        assert web.get(host.url).status == 200
    assert 1 < paused[0] <= 110


def test_a_pause_longer_than_the_harvest_is_not_waited_for(host: Served, paused: list[float]) -> None:
    host.always = Response(503, b"", {"Retry-After": "86400"})
    with Web(around()) as web, pytest.raises(Unavailable):
        web.get(host.url)
    assert paused == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 422, 451])
def test_what_does_not_pass_is_not_tried_again(host: Served, paused: list[float], status: int) -> None:
    host.always = Response(status)
    with Web(around()) as web, pytest.raises(Problem) as problem:
        web.get(host.url)
    assert len(host.requests) == 1
    assert isinstance(problem.value, Vanished if status in (404, 410) else Misconfigured)


def test_a_wrong_secret_is_named_and_not_shown(host: Served) -> None:
    host.always = Response(401, SECRET.encode())
    with Web(around(), auth=Auth(AuthKind.QUERY, "KUNCI", "key")) as web, pytest.raises(Misconfigured) as problem:
        web.get(f"{host.url}/x?rahasia=ya")
    assert "KUNCI" in str(problem.value)
    assert SECRET not in str(problem.value)
    assert "rahasia" not in problem.value.say(language="en")


def test_a_host_is_not_asked_faster_than_it_bears(host: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(patience, "now", lambda: clock[0])
    monkeypatch.setattr(patience, "pause", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    pace = patience.Pace(rate=10.0, burst=20)
    for _ in range(120):
        pace.keep()
    assert clock[0] == pytest.approx(10.0)


def test_nobody_there_is_one_sentence(paused: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Web(around()) as web, pytest.raises(Unavailable) as problem:
        web.get(f"http://127.0.0.1:{port}/")
    assert "refuses" in str(problem.value)

    def unknown(*args: Any, **known: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with Web(around()) as web, pytest.raises(Unavailable) as problem:
        web.get("http://tidak-ada.invalid/")
    assert "tidak-ada.invalid" in str(problem.value)
