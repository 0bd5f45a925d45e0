"""What one harvest remembers of the hosts it asks: where they are, open connections, and how fast it may go on."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _
from mapalus.engine.web.addresses import Target, host_header, path_of, resolve
from mapalus.engine.web.lines import Line, connect
from mapalus.engine.web.patience import Pace, Patience

__all__ = ["Pool"]

HEAD = 60.0  # seconds for the head of an answer
_STALE = (ConnectionError, http.client.BadStatusLine)


class Pool:
    """Names are resolved once, connections kept open for the next question, hosts asked at a bounded rate."""

    def __init__(self, *, patience: Patience, until: Callable[[], float], trust: ssl.SSLContext | None = None) -> None:
        self._patience = patience
        self._until = until
        self._trust = trust
        self._known: dict[tuple[str, str], Target] = {}
        self._idle: dict[tuple[str, str], http.client.HTTPConnection] = {}
        self._paces: dict[str, Pace] = {}

    def resolve(self, address: str, allowed: Collection[str]) -> Target:
        """As `resolve`, remembered for this harvest."""
        parts = urlsplit(address)
        key = (parts.scheme, parts.netloc)
        if key not in self._known:
            self._known[key] = resolve(address, allowed)
        return replace(self._known[key], parts=parts)

    def ask(
        self, target: Target, method: str, *, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Send the question; the answer's head has been read. A connection that the host let go is opened anew."""
        pace = self._paces.setdefault(target.host, Pace(self._patience.rate, self._patience.burst))
        pace.keep()
        path, said = path_of(target.parts), {**headers, "Host": host_header(target)}
        used = self._idle.pop((target.parts.scheme, target.parts.netloc), None)
        if used is not None:
            try:
                return used, _asked(used, method, path, said, body)
            except _STALE:
                used.close()
            except BaseException:
                used.close()
                raise
        fresh = connect(target, silence=self._patience.silence, until=self._until, trust=self._context)
        try:
            return fresh, _asked(fresh, method, path, said, body)
        except BaseException:
            fresh.close()
            raise

    def keep(self, target: Target, connection: http.client.HTTPConnection) -> None:
        """For the next question to this host, if it is still open."""
        if connection.sock is None:
            return
        before = self._idle.pop((target.parts.scheme, target.parts.netloc), None)
        if before is not None:
            before.close()
        self._idle[target.parts.scheme, target.parts.netloc] = connection

    def close(self) -> None:
        while self._idle:
            self._idle.popitem()[1].close()

    def _context(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = ssl.create_default_context()
        return self._trust


def _asked(
    connection: http.client.HTTPConnection, method: str, path: str, headers: Mapping[str, str], body: bytes | None
) -> http.client.HTTPResponse:
    try:
        sent = {name: value.encode() for name, value in headers.items()}  # http.client itself knows Latin-1 only
        connection.request(method, path, body=body, headers=sent)
    except (UnicodeError, ValueError) as error:
        raise Misconfigured(_("One of the headers has letters or signs that cannot be sent.")) from error
    line = connection.sock
    if not isinstance(line, Line):
        return connection.getresponse()
    line.begin_head(HEAD)
    try:
        return connection.getresponse()
    finally:
        line.end_head()
