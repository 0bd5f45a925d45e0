"""How the web processes speak to the intake of streams: a socket in the data folder, one request after another.

A frame is its length (4 bytes, big endian) and its bytes. A request is two frames, a JSON header and the lines as they
came; the answer is one frame of JSON: `status` and `body`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from mapalus.engine.errors import Unavailable
from mapalus.engine.text import _

__all__ = ["alone", "ask", "is_answered", "serve"]

_LARGEST = 64 * 1024**2  # of a frame
_SECONDS = 40.0  # that an answer may take
_local = threading.local()
Handle = Callable[[Mapping[str, Any], bytes], tuple[int, Mapping[str, Any]]]


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "streams"


@contextmanager
def _address() -> Iterator[str]:
    """The socket by a short name: the path of a data folder may be longer than a socket's name can be."""
    folder = os.open(_folder(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/intake.sock"
    finally:
        os.close(folder)


@contextmanager
def alone() -> Iterator[bool]:
    """Whether this process is the one intake of the province; as long as the block lasts, no other one is."""
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / "intake.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def ask(header: Mapping[str, Any], body: bytes) -> tuple[int, dict[str, Any]]:
    """Send a request to the intake. Raises `Unavailable` while there is none, or when it went away meanwhile."""
    for attempt in (1, 2):
        connection = _connection(is_fresh=attempt == 2)
        try:
            _send(connection, json.dumps(header).encode())
            _send(connection, body)
            answer = _receive(connection)
        except OSError:
            _forget()
            answer = None
        if answer is not None:
            said = json.loads(answer)
            return int(said["status"]), dict(said["body"])
        _forget()  # a connection kept from before the intake was started anew: once more; repeats are recognised
    raise _away()


def is_answered() -> bool:
    """Whether an intake is there to be spoken to."""
    try:
        _connection(is_fresh=True).close()
    except (Unavailable, OSError):
        return False
    finally:
        _forget()
    return True


def _away() -> Unavailable:
    return Unavailable(_("Rows cannot be taken at this moment; send them again."), advice="")


def _connection(*, is_fresh: bool) -> socket.socket:
    known: socket.socket | None = None if is_fresh else getattr(_local, "connection", None)
    if known is not None:
        return known
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(_SECONDS)
    try:
        with _address() as address:
            made.connect(address)
    except OSError:
        made.close()
        raise _away() from None
    _local.connection = made
    return made


def _forget() -> None:
    known = getattr(_local, "connection", None)
    if known is not None:
        known.close()
    _local.connection = None


def _send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(struct.pack(">I", len(data)) + data)


def _receive(connection: socket.socket) -> bytes | None:
    """A frame; None where the other side has closed."""
    head = _exactly(connection, 4)
    if head is None:
        return None
    (length,) = struct.unpack(">I", head)
    return None if length > _LARGEST else _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytes | None:
    parts, missing = [], length
    while missing:
        part = connection.recv(min(missing, 1 << 20))
        if not part:
            return None
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


def serve(handle: Handle) -> _Server:
    """Answer requests in threads until `shutdown()`; who calls this holds `alone`."""

    class _Answering(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                while (header := _receive(self.request)) is not None:
                    body = _receive(self.request)
                    if body is None:
                        return
                    status, said = handle(json.loads(header), body)
                    _send(self.request, json.dumps({"status": status, "body": said}, ensure_ascii=False).encode())

    (_folder() / "intake.sock").unlink(missing_ok=True)
    with _address() as address:
        server = _Server(address, _Answering)
    threading.Thread(target=server.serve_forever, args=(0.2,), name="intake", daemon=True).start()
    return server
