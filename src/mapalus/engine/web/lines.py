"""The connection below a question: to the address that was checked, and no silence or dripping outlasts its time."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Callable
from typing import Any

from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.addresses import Target
from mapalus.engine.web.patience import now
from mapalus.engine.web.proxies import through

__all__ = ["Line", "connect", "failure"]

_CERTIFICATE = {
    10: _("The certificate of %(host)s has expired."),
    62: _("The certificate of %(host)s is made out to another name."),
    18: _("The certificate of %(host)s is signed by itself."),
    19: _("The certificate of %(host)s is signed by an authority that this machine does not know."),
    20: _("The certificate of %(host)s is signed by an authority that this machine does not know."),
    21: _("The certificate of %(host)s is signed by an authority that this machine does not know."),
}


class _Reader(io.RawIOBase):
    def __init__(self, line: Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        self._line.hurry()
        return self._line.plain.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            self._line.readers -= 1
            self._line.settle()
        super().close()


class Line:
    """What http.client needs of a socket, with the whole time looked at before each byte."""

    def __init__(self, plain: socket.socket, silence: float, until: Callable[[], float]) -> None:
        self.plain = plain
        self.readers = 0
        self._silence = silence
        self._until = until
        self._head_until: float | None = None
        self._is_closed = False

    def begin_head(self, seconds: float) -> None:
        """From here on an answer begins; its head must be there within this time, however it drips."""
        self._head_until = now() + seconds

    def end_head(self) -> None:
        self._head_until = None

    def hurry(self) -> None:
        left = self._until() - now()
        if self._head_until is not None:
            left = min(left, self._head_until - now())
        if left <= 0:
            raise TimeoutError
        self.plain.settimeout(min(self._silence, left))

    def sendall(self, data: Any) -> None:
        self.hurry()
        self.plain.sendall(data)

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        self.readers += 1
        return io.BufferedReader(_Reader(self), 1 << 16)

    def close(self) -> None:
        self._is_closed = True
        self.settle()

    def settle(self) -> None:
        """An answer that ends with its connection is still being read after http.client closed the latter."""
        if self._is_closed and not self.readers:
            self.plain.close()


def connect(
    target: Target, *, silence: float, until: Callable[[], float], trust: Callable[[], ssl.SSLContext]
) -> http.client.HTTPConnection:
    """To one of the addresses that were checked. Raises a Problem that says why not."""
    last: OSError | None = None
    for address in target.addresses:
        timeout = min(silence, max(until() - now(), 0.001))
        try:
            plain = _plain(target, address, timeout)
        except OSError as error:
            last = error
            continue
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if target.parts.scheme == "https":
            plain = _secured(plain, target, trust())
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = Line(plain, silence, until)
        return connection
    raise failure(last or OSError(), target.host)


def _plain(target: Target, address: str, timeout: float) -> socket.socket:
    if target.proxy is not None:
        return through(target.proxy, address, target.port, timeout=timeout)
    return socket.create_connection((address, target.port), timeout=timeout)


def _secured(plain: socket.socket, target: Target, context: ssl.SSLContext) -> ssl.SSLSocket:
    try:
        return context.wrap_socket(plain, server_hostname=target.host)
    except OSError as error:
        plain.close()
        raise failure(error, target.host) from error


def failure(error: Exception, host: str) -> Problem:
    """What went wrong below http, in one sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        text = _CERTIFICATE.get(error.verify_code, _("The certificate of %(host)s cannot be trusted."))
        return Refused("bad-certificate", text, advice=_("Ask its keeper to renew it."), host=host)
    if isinstance(error, ssl.SSLError):
        return Unavailable(_("%(host)s does not speak a secure connection that can be used."), host=host)
    if isinstance(error, TimeoutError):
        return Unavailable(_("%(host)s does not answer in time."), host=host)
    if isinstance(error, ConnectionRefusedError):
        return Unavailable(_("%(host)s refuses the connection."), host=host)
    if isinstance(error, ConnectionError | http.client.HTTPException):
        return Unavailable(_("%(host)s cut its answer off."), host=host)
    return Unavailable(_("%(address)s does not answer."), address=host)
