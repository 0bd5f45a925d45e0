"""Asking something over http(s) and reading the answer: resolved first, private addresses refused, bounded in all.

Redirects are not followed: what was meant for one address is not handed to another.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from mapalus.engine.errors import Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.fetch import AGENT, connect, host_header, resolve

__all__ = ["Answer", "ask"]

_LARGEST = 64 * 1024  # bytes of an answer that are read; the rest is not wanted
_LONGEST = 30.0  # seconds for the answer


@dataclass(frozen=True)
class Answer:
    """The status, the headers by small name, and how the answer begins."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def ask(
    method: str, address: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None,
    allowed: Collection[str] = (),
) -> Answer:  # fmt: skip
    """One request. `allowed`: hosts or networks that may be private.

    Raises `Refused` for an address that may not be asked, `Unavailable` where nobody answers in time.
    """
    target = resolve(address, allowed)
    connection = connect(target)
    until = time.monotonic() + _LONGEST
    try:
        path = (target.parts.path or "/") + (f"?{target.parts.query}" if target.parts.query else "")
        fixed = {"User-Agent": AGENT, "Host": host_header(target)}
        if method == "POST":
            fixed["Content-Length"] = str(len(body))
        connection.request(method, path, body=body or None, headers={**(headers or {}), **fixed})
        with closing(connection.getresponse()) as answer:
            said = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, _read(answer, until), said)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(_("%(address)s does not answer."), address=f"{target.host}") from error
    finally:
        connection.close()


def _read(answer: http.client.HTTPResponse, until: float) -> bytes:
    read = b""
    while len(read) < _LARGEST and time.monotonic() < until and (part := answer.read(4096)):
        read += part
    return read[:_LARGEST]
