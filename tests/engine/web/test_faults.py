"""Hosts that mean harm or stand still: nobody waits for them longer than is said, and nothing is filled by them."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Surroundings
from mapalus.engine.web import exchange, patience, pool
from mapalus.engine.web.client import Web
from tests.connectors.served import Response, serving

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


def around(**changed: Any) -> Surroundings:
    return Surroundings(**{"secret": str, "allowed": ("127.0.0.1",), "longest": 300.0, **changed})


@contextmanager
def raw(head: bytes, piece: bytes = b"", *, every: float = 0.0) -> Iterator[str]:
    """A host that says `head` and then `piece` for ever, with pauses."""
    stop = threading.Event()

    def tell(line: socket.socket) -> None:
        with line:
            try:
                line.recv(65536)
                line.sendall(head)
                while piece and not stop.wait(every):
                    line.sendall(piece)
            except OSError:
                return

    def serve() -> None:
        while not stop.is_set():
            try:
                line, _where = server.accept()
            except OSError:
                return
            threading.Thread(target=tell, args=(line,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/x.csv"
        finally:
            stop.set()


@pytest.mark.slow
def test_a_head_that_drips_is_given_up_long_before_the_harvest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "HEAD", 0.15)
    begun = time.monotonic()
    with (
        raw(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", every=0.02) as address,
        Web(around()) as web,
        pytest.raises(Unavailable),
    ):
        web.get(address)
    assert time.monotonic() - begun < 100


@pytest.mark.slow
def test_a_body_that_drips_is_given_up_long_before_the_harvest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_GRACE", 0.1)
    begun = time.monotonic()
    with raw(HEAD + b"\r\n", b"x", every=0.03) as address, Web(around()) as web, pytest.raises(Unavailable):
        web.get(address)
    assert time.monotonic() - begun < 100


def test_a_body_without_end_stops_at_its_bound(tmp_path: Path) -> None:
    with (
        raw(HEAD + b"\r\n", b"x" * 65536) as address,
        Web(around(largest=2 * 1024**2)) as web,
        pytest.raises(Refused, match="larger"),
    ):
        web.download(address, into=tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 3 * 1024**2


def test_a_body_in_chunks_without_end_stops_too(tmp_path: Path) -> None:
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    with (
        raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunk) as address,
        Web(around(largest=1024**2)) as web,
        pytest.raises(Refused, match="larger"),
    ):
        web.get(address, largest=1024**2)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_seen_by_how_tightly_it_is_packed(
    tmp_path: Path, coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before it has filled what a harvest may take."""
    import zlib

    monkeypatch.setattr(exchange, "_FREE", 1024**2)
    body = b"0" * 20 * 1024**2
    packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    with (
        serving(lambda request: Response(200, packed, {"Content-Encoding": coding})) as host,
        Web(around()) as web,
        pytest.raises(Refused),
    ):
        web.download(host.url, into=tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 8 * 1024**2


def test_what_is_packed_as_tables_are_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_FREE", 1024**2)
    body = b"".join(f"71.{n % 90:02},Sekolah {n},{n * 7 % 1000}\n".encode() for n in range(100_000))
    with (
        serving(lambda request: Response(200, gzip.compress(body), {"Content-Encoding": "gzip"})) as host,
        Web(around()) as web,
    ):
        found = web.download(host.url, into=tmp_path)
    assert found is not None
    assert found.path.read_bytes() == body


def test_a_name_that_answers_otherwise_a_moment_later_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: the first answer is public, every other one is inside the own network; the first one counts."""
    asked: list[str] = []
    tried: list[tuple[str, int]] = []

    def rebound(host: str, port: int, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        found = "8.8.8.8" if len(asked) == 1 else "10.0.0.7"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    def connected(address: tuple[str, int], *rest: Any, **more: Any) -> Any:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    monkeypatch.setattr(socket, "create_connection", connected)
    with Web(around(allowed=())) as web, pytest.raises(Problem):
        web.get("http://data.go.id/x")
    assert {address for address, _port in tried} == {"8.8.8.8"}
    assert asked == ["data.go.id"]


def test_a_host_that_dies_in_the_middle_is_asked_for_the_rest(tmp_path: Path) -> None:
    """It cuts the line again and again, a little further each time."""
    body = b"kode,nama\n" + b"".join(f"{n},Sekolah {n}\n".encode() for n in range(2000))
    asked: list[int] = []

    def answer(request: Any) -> Response:
        start = int(request.headers.get("range", "bytes=0-")[6:].split("-")[0])
        asked.append(start)
        rest = body[start:]
        more = {"ETag": '"v1"', "Content-Length": str(len(rest)), "Connection": "close"}
        if start:
            more["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        return Response(206 if start else 200, rest[: len(body) // 5 + 1], more)

    with serving(answer) as host, Web(around()) as web:
        found = web.download(host.url, into=tmp_path)
    assert found is not None
    assert found.path.read_bytes() == body
    assert asked == sorted(set(asked))
    assert len(asked) == 5
