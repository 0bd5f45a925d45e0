"""A host on loopback that answers as told, and fails in every way hosts fail."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["Request", "Response", "Served", "ranged", "serving"]


@dataclass(frozen=True)
class Request:
    method: str
    path: str  # without the query
    query: dict[str, str]  # the last of each name
    headers: dict[str, str]  # by small name
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: object, **headers: str) -> Response:
        return cls(200, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json", **headers})


def ranged(request: Request, body: bytes, *, etag: str, modified: str = "", kind: str = "text/csv") -> Response:
    """A file as a good host serves it: conditional, and from the middle if asked."""
    headers = {"ETag": etag, "Content-Type": kind, "Accept-Ranges": "bytes"}
    if modified:
        headers["Last-Modified"] = modified
    if request.headers.get("if-none-match") == etag:
        return Response(304, b"", headers)
    wanted = request.headers.get("range", "")
    same = request.headers.get("if-range", etag) in (etag, modified)
    if wanted.startswith("bytes=") and same:
        start = int(wanted[6:].split("-")[0])
        if start >= len(body):
            return Response(416, b"", {**headers, "Content-Range": f"bytes */{len(body)}"})
        headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        return Response(206, body[start:], headers)
    return Response(200, body, headers)


class Served:
    """answer: what the host says. The rest are its faults; each can be set at any moment."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.script: list[Response | str] = []  # used up one by one before `answer` is asked; "cut" cuts the answer
        self.always: Response | str | None = None  # instead of `answer`, until taken away
        self.is_down = False  # hangs up at once
        self.drip = 0.0  # seconds between bytes
        self.stall_at = 0  # from this request on: half of the body, then silence
        self.stalled = threading.Event()
        self.go_on = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stall(self, at: int = 1) -> None:
        """The `at`-th request from now on is answered by half, and then nothing comes."""
        self.stalled.clear()
        self.go_on.clear()
        self.stall_at = len(self.requests) + at

    def release(self) -> None:
        self.stall_at = 0
        self.go_on.set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer takes 40 ms
    served: Served

    def _do(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        request = Request(
            self.command, parts.path, {name: values[-1] for name, values in parse_qs(parts.query, True).items()},
            {name.lower(): value for name, value in self.headers.items()}, self.rfile.read(length),
        )  # fmt: skip
        world = self.served
        world.requests.append(request)
        if world.is_down:
            self.close_connection = True
            return
        said: Response | str = world.script.pop(0) if world.script else world.always or "answer"
        cut = said == "cut"
        response = said if isinstance(said, Response) else world.answer(request)
        self.close_connection = self.close_connection or cut
        is_stalling = bool(world.stall_at) and len(world.requests) >= world.stall_at
        try:
            self._send(response, cut=cut or is_stalling)
            if is_stalling:
                self.wfile.flush()
                world.stalled.set()
                world.go_on.wait(300)
                self.close_connection = True
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_HEAD = _do

    def _send(self, response: Response, *, cut: bool) -> None:
        self.send_response_only(response.status)
        for name, value in {"Date": self.date_time_string(), **response.headers}.items():
            if value or name != "Date":  # some hosts have no clock to show
                self.send_header(name, value)
        if "Content-Length" not in response.headers and "Transfer-Encoding" not in response.headers:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        body = response.body[: len(response.body) // 2] if cut else response.body
        if self.served.drip:
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(self.served.drip)
        else:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up is none of our business."""


@contextmanager
def serving(answer: Callable[[Request], Response]) -> Iterator[Served]:
    """A host on a free port of loopback."""
    served = Served(answer)
    handler = type("Handler", (_Handler,), {"served": served})
    server = _Server(("127.0.0.1", 0), handler)
    served.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.release()
        server.shutdown()
        server.server_close()
        thread.join()
