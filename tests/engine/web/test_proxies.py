"""The way out through a proxy: to the address that was checked, and never into the own network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Surroundings
from mapalus.engine.web import patience
from mapalus.engine.web.client import Web
from mapalus.engine.web.proxies import proxy_for
from tests.connectors.served import Request, Response, serving

NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
OUTSIDE = {"data.go.id": "8.8.8.8", "rebind.go.id": "10.0.0.7", "dua.go.id": "8.8.4.4"}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, *map(str.upper, NAMES), "MAPALUS_PROXY_RESOLVES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(patience, "pause", lambda seconds: None)
    real = socket.getaddrinfo

    def known(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host in OUTSIDE:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (OUTSIDE[host], port))]
        if host.endswith(".go.id"):
            raise socket.gaierror("not known")
        return real(host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", known)


class Way:
    """A small proxy: it leads every CONNECT to one host of loopback, or says no."""

    def __init__(self, to: int) -> None:
        self.to, self.said, self.heads = to, b"HTTP/1.1 200 OK\r\nVia: 1.1 x\r\n\r\n", list[str]()

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                line, _where = listening.accept()
            except OSError:
                return
            threading.Thread(target=self.lead, args=(line,), daemon=True).start()

    def lead(self, line: socket.socket) -> None:
        with line, suppress(OSError):  # who hangs up early is no fault of the proxy
            head = b""
            while b"\r\n\r\n" not in head and (piece := line.recv(4096)):
                head += piece
            self.heads.append(head.decode())
            line.sendall(self.said)
            if b" 200 " not in self.said.split(b"\r\n")[0]:
                return
            with socket.create_connection(("127.0.0.1", self.to)) as there:
                back = threading.Thread(target=_pour, args=(there, line), daemon=True)
                back.start()
                _pour(line, there)
                back.join(5)


def _pour(one: socket.socket, other: socket.socket) -> None:
    try:
        while piece := one.recv(65536):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def way_out(monkeypatch: pytest.MonkeyPatch, answer: Any = None, *, login: str = "") -> Iterator[Way]:
    with serving(answer or (lambda request: Response(200, b"halo"))) as served, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        way = Way(served.port)
        threading.Thread(target=way.serve, args=(listening,), daemon=True).start()
        monkeypatch.setenv("http_proxy", f"http://{login}127.0.0.1:{listening.getsockname()[1]}")
        yield way


def get(address: str, **changed: Any) -> bytes:
    with Web(Surroundings(secret=str, **changed)) as web:
        return web.get(address).body


def test_the_proxy_is_told_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the host hears its own name."""
    heard: list[Request] = []

    def answer(request: Request) -> Response:
        heard.append(request)
        return Response(200, b"halo")

    with way_out(monkeypatch, answer, login="budi:s%40ndi@") as way:
        assert get("http://data.go.id/x") == b"halo"
    assert way.heads[0].startswith("CONNECT 8.8.8.8:80 HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic YnVkaTpzQG5kaQ==" in way.heads[0]
    assert heard[0].headers["host"] == "data.go.id"
    assert "proxy-authorization" not in heard[0].headers


@pytest.mark.parametrize("address", [
    "http://rebind.go.id/x", "http://10.0.0.7/x", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/",
])  # fmt: skip
@pytest.mark.parametrize("resolves", ["", "true"])
def test_the_own_network_is_refused_behind_a_proxy_too(
    monkeypatch: pytest.MonkeyPatch, address: str, resolves: str
) -> None:
    monkeypatch.setenv("MAPALUS_PROXY_RESOLVES", resolves if "rebind" not in address else "")
    with way_out(monkeypatch) as way, pytest.raises(Refused, match="own network"):
        get(address)
    assert way.heads == []


def test_a_redirect_into_the_own_network_is_refused_behind_a_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = Response(302, b"", {"Location": "http://rebind.go.id/"})
    with way_out(monkeypatch, lambda request: moved) as way, pytest.raises(Refused, match="own network"):
        get("http://data.go.id/x")
    assert len(way.heads) == 1


def test_a_name_that_only_the_proxy_knows_is_handed_to_it_where_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with way_out(monkeypatch) as way:
        with pytest.raises(Unavailable, match="not known"):
            get("http://jauh.go.id/x")
        monkeypatch.setenv("MAPALUS_PROXY_RESOLVES", "true")
        assert get("http://jauh.go.id/x") == b"halo"
        assert way.heads[-1].startswith("CONNECT jauh.go.id:80 ")
        for inside in ("http://gudang/", "http://data.local/", "http://db.internal/"):
            with pytest.raises(Problem):
                get(inside)
        assert len(way.heads) == 1


@pytest.mark.parametrize(("said", "kind", "words"), [
    (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", Misconfigured, "password"),
    (b"HTTP/1.1 403 Forbidden\r\n\r\n", Refused, "does not lead"), (b"HTTP/1.0 502 Bad\r\n\r\n", Unavailable, "nobody"),
    (b"SSH-2.0-x\r\n\r\n", Unavailable, "proxy"), (b"", Unavailable, "does not answer"),
    (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9999, Unavailable, "does not answer"),
])  # fmt: skip
def test_what_a_proxy_says_instead(
    monkeypatch: pytest.MonkeyPatch, said: bytes, kind: type[Problem], words: str
) -> None:
    with way_out(monkeypatch, login="budi:rahasia@") as way:
        way.said = said
        with pytest.raises(kind) as problem:
            get("http://data.go.id/x")
    assert words in problem.value.say(language="en")
    assert "rahasia" not in repr(problem.value.data) + problem.value.say(language="id")


EXCEPTED = [
    ("go.id", "data.go.id", True), (".go.id", "data.go.id", True), ("*.go.id", "data.go.id", True),
    ("o.id", "data.go.id", False), ("*", "apa.saja", True), ("10.0.0.0/8", "10.1.2.3", True),
    ("10.0.0.0/8", "11.1.1.1", False),
    ("data.go.id:8080", "data.go.id", False), ("data.go.id:443", "data.go.id", True),
    ("a.b, data.go.id", "data.go.id", True),
    ("DATA.GO.ID", "data.go.id", True), ("fd00::/8", "fd00::1", True), ("", "localhost", True), ("", "127.0.0.9", True),
    ("", "::1", True), ("", "data.go.id", False),
]  # fmt: skip


@pytest.mark.parametrize(("listed", "host", "is_direct"), EXCEPTED)
def test_what_is_asked_directly(monkeypatch: pytest.MonkeyPatch, listed: str, host: str, is_direct: bool) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", listed)
    assert (proxy_for("https", host, 443) is None) is is_direct
    assert proxy_for("http", host, 80) is None


@pytest.mark.parametrize("said", ["socks5://proxy:1080", "https://proxy", "http://", "http://proxy:abc"])
def test_a_proxy_that_cannot_be_used_is_said_so(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("ALL_PROXY", said)
    with pytest.raises(Misconfigured, match="proxy"):
        proxy_for("http", "data.go.id", 80)


def test_a_proxy_may_be_named_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "proxy.sulutprov.go.id")
    found = proxy_for("http", "data.go.id", 80)
    assert found is not None
    assert found.shown == "proxy.sulutprov.go.id:3128"
