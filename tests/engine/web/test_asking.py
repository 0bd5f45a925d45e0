"""How a host is asked: parameters, who we are, one line for many questions."""

from __future__ import annotations

from typing import Any

import pytest

from mapalus.engine.errors import Misconfigured, Refused
from mapalus.engine.web.addresses import shown, with_params
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web
from tests.connectors.served import Response, Served
from tests.engine.web.around import SECRET, around


def test_parameters_are_encoded_and_joined(host: Served) -> None:
    with Web(around()) as web:
        answer = web.get(f"{host.url}/jalan raya/é?a=1&b=2", params={"b": "x & y", "c": ["1", "2"], "d": None})
    assert answer.json()["query"] == {"a": "1", "b": "x & y", "c": "2"}
    assert host.requests[0].path == "/jalan%20raya/%C3%A9"


@pytest.mark.parametrize(
    ("auth", "where", "value"),
    [
        (Auth(AuthKind.BEARER, "S"), "authorization", f"Bearer {SECRET}"),
        (Auth(AuthKind.BASIC, "S", "siti"), "authorization", "Basic c2l0aTpyYWhhc2lhLVo5"),
        (Auth(AuthKind.HEADER, "S", "X-API-Key"), "x-api-key", SECRET),
        (Auth(AuthKind.HEADER, "S", "", "Token "), "authorization", f"Token {SECRET}"),
    ],
)
def test_each_way_of_saying_who_we_are(host: Served, auth: Auth, where: str, value: str) -> None:
    with Web(around(), auth=auth) as web:
        assert web.get(host.url).json()["headers"][where] == value


def test_a_key_in_the_query_is_sent_and_not_remembered(host: Served) -> None:
    with Web(around(), auth=Auth(AuthKind.QUERY, "S", "key")) as web:
        answer = web.get(f"{host.url}/x?a=1")
    assert answer.json()["query"] == {"a": "1", "key": SECRET}
    assert SECRET not in answer.address


@pytest.mark.parametrize("value", ["", "  ", "a\r\nX: y", "a\nb"])
def test_a_secret_that_is_no_line_is_told(host: Served, value: str) -> None:
    web = Web(around(secret=lambda name: value), auth=Auth(AuthKind.BEARER, "KUNCI"))
    with pytest.raises(Misconfigured) as problem:
        web.get(host.url)
    assert "KUNCI" in str(problem.value)
    assert host.requests == []


def test_a_secret_is_not_sent_in_clear_to_a_public_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("93.184.216.34", 80))])
    with Web(around(), auth=Auth(AuthKind.BEARER, "S")) as web, pytest.raises(Refused) as refused:
        web.get("http://example.org/x")
    assert refused.value.reason == "secret-in-clear"


def test_one_connection_serves_many_questions(host: Served) -> None:
    import http.client

    made = []
    original = http.client.HTTPConnection.__init__

    def counting(self: Any, *args: Any, **known: Any) -> None:
        made.append(1)
        original(self, *args, **known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http.client.HTTPConnection, "__init__", counting)
        with Web(around()) as web:
            for _ in range(5):
                web.get(host.url)
    assert len(made) == 1


def test_a_connection_that_the_host_let_go_is_opened_anew(host: Served, paused: list[float]) -> None:
    with Web(around()) as web:
        web.get(host.url)
        host.answer = lambda request: Response.json([], Connection="close")
        web.get(host.url)
        assert web.get(host.url).json() == []
    assert paused == []


def test_a_host_is_resolved_once(host: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers differently a moment later leads nowhere else."""
    import socket

    asked = []
    original = socket.getaddrinfo

    def resolving(name: str, *args: Any, **known: Any) -> Any:
        if name != "portal.example":
            return original(name, *args, **known)
        asked.append(name)
        return original("127.0.0.1" if len(asked) == 1 else "10.0.0.1", *args, **known)

    monkeypatch.setattr(socket, "getaddrinfo", resolving)
    with Web(around()) as web:
        for _ in range(3):
            web.get(f"http://portal.example:{host.port}/")
    assert asked == ["portal.example"]


def test_headers_that_cannot_be_sent_are_one_sentence(host: Served) -> None:
    with Web(around(), headers={"X-A": "a\nb: c"}) as web, pytest.raises(Misconfigured):
        web.get(host.url)
    with Web(around(), headers={"X-A": "Kōta"}) as web:
        web.get(host.url)
    assert len(host.requests) == 1


def test_what_people_are_shown_holds_no_secret() -> None:
    assert shown("https://siti:rahasia@host/x?key=1#y") == "https://host/x"
    assert with_params("https://h/x?a=1&k=2&a=3", {"k": None, "a": "9"}) == "https://h/x?a=9"
