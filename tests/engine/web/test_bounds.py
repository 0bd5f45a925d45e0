"""How much an answer may be, and how long it may take."""

from __future__ import annotations

import gzip
import json
import threading
import time
import zlib
from pathlib import Path

import pytest

from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.web.client import Web
from tests.connectors.served import Response, Served
from tests.engine.web.around import around


def test_packed_answers_are_unpacked(host: Served) -> None:
    body = json.dumps({"a": "b" * 10_000}).encode()
    raw = zlib.compressobj(wbits=-15)
    for coding, packed in (
        ("gzip", gzip.compress(body)), ("deflate", zlib.compress(body)), ("deflate", raw.compress(body) + raw.flush()),
        ("gzip", gzip.compress(body[:50]) + gzip.compress(body[50:])), ("identity", body),
    ):  # fmt: skip
        host.script[:] = [Response(200, packed, {"Content-Encoding": coding})]
        with Web(around()) as web:
            assert web.get(host.url).body == body


def test_a_small_bomb_stays_small(host: Served, tmp_path: Path) -> None:
    import tracemalloc

    host.always = Response(200, gzip.compress(b"\0" * 200 * 1024**2), {"Content-Encoding": "gzip"})
    tracemalloc.start()
    with Web(around(largest=1024**2)) as web:
        with pytest.raises(Refused) as refused:
            web.get(host.url)
        with pytest.raises(Refused):
            Web(around(largest=1024**2)).download(host.url, into=tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 8 * 1024**2
    tracemalloc.stop()
    assert refused.value.reason == "too-large"


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(b"x" * 1000)[:-9]], ids=["not packed", "cut"])
def test_badly_packed_answers_are_one_sentence(host: Served, paused: list[float], body: bytes) -> None:
    host.always = Response(200, body, {"Content-Encoding": "gzip"})
    with Web(around()) as web, pytest.raises(Problem):
        web.get(host.url)


def test_an_answer_shorter_than_announced_is_never_taken(host: Served, paused: list[float]) -> None:
    host.always = "cut"
    with Web(around()) as web, pytest.raises(Unavailable):
        web.get(host.url)


def test_a_chunked_answer_that_ends_early_is_never_taken(host: Served, paused: list[float]) -> None:
    host.always = Response(200, b"5\r\nhello\r\n", {"Transfer-Encoding": "chunked", "Connection": "close"})
    with Web(around()) as web, pytest.raises(Unavailable):
        web.get(host.url)
    host.always = Response(200, b"5\r\nhello\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"})
    with Web(around()) as web:
        assert web.get(host.url).body == b"hello"


def test_all_answers_count_together(host: Served) -> None:
    host.always = Response(200, b"x" * 600)
    with Web(around(largest=1000)) as web:
        web.get(host.url)
        with pytest.raises(Refused):
            web.get(host.url)


@pytest.mark.slow
def test_a_host_that_drips_is_given_up(host: Served) -> None:
    host.drip = 0.05
    begun = time.monotonic()
    with Web(around(longest=0.6)) as web, pytest.raises(Unavailable):
        web.get(host.url)
    assert time.monotonic() - begun < 100


@pytest.mark.slow
def test_a_host_that_drips_its_headers_is_given_up() -> None:
    import socket

    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        line, _ = server.accept()
        with line:
            try:
                while not stop.wait(0.02):
                    line.sendall(b"H")
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    begun = time.monotonic()
    try:
        with Web(around(longest=0.6)) as web, pytest.raises(Unavailable):
            web.get(f"http://127.0.0.1:{server.getsockname()[1]}/")
    finally:
        stop.set()
        thread.join()
        server.close()
    assert time.monotonic() - begun < 100


@pytest.mark.parametrize(
    "said",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", b"HTTP/1.1 999999 X\r\n\r\n",
     b"HTTP/1.1 200 " + b"x" * 100_000, b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nxx",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n"],
    ids=["nothing", "nonsense", "many headers", "odd status", "endless line", "negative length", "odd chunk"],
)  # fmt: skip
def test_what_is_no_http_is_one_sentence(paused: list[float], said: bytes) -> None:
    import socket

    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        server.settimeout(0.05)
        while not stop.is_set():
            try:
                line, _ = server.accept()
            except TimeoutError:
                continue
            with line:
                line.recv(4096)
                line.sendall(said)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with Web(around()) as web:
            try:
                answer = web.get(f"http://127.0.0.1:{server.getsockname()[1]}/")
            except Problem as error:
                assert "Traceback" not in str(error)  # noqa: PT017
            else:
                assert b"Content-Length: -5" in said, answer
    finally:
        stop.set()
        thread.join()
        server.close()
