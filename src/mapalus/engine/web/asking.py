"""Asking something once over http(s) and reading how the answer begins: for notices and sign-in, not for harvests.

Redirects are not followed: what was meant for one address is not handed to another.
"""

from __future__ import annotations

import http.client
from collections.abc import Collection, Mapping

from mapalus.engine.errors import Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.answers import Answer
from mapalus.engine.web.exchange import AGENT
from mapalus.engine.web.patience import Patience, now
from mapalus.engine.web.pool import Pool

__all__ = ["Answer", "ask"]

_LARGEST = 64 * 1024  # bytes of an answer that are read; the rest is not wanted
_LONGEST = 30.0  # seconds for the answer


def ask(
    method: str, address: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None,
    allowed: Collection[str] = (),
) -> Answer:  # fmt: skip
    """One request. `allowed`: hosts or networks that may be private.

    Raises `Refused` for an address that may not be asked, `Unavailable` where nobody answers in time.
    """
    until = now() + _LONGEST
    pool = Pool(patience=Patience(), until=lambda: until)
    target = pool.resolve(address, allowed)
    said = {**(headers or {}), "User-Agent": AGENT, "Accept-Encoding": "identity"}
    sent = (body or b"") if method == "POST" else body or None
    try:
        connection, response = pool.ask(target, method, headers=said, body=sent)
        try:
            known = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, _read(response), known, address)
        finally:
            response.close()
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(_("%(address)s does not answer."), address=f"{target.host}") from error


def _read(response: http.client.HTTPResponse) -> bytes:
    """How the answer begins."""
    read = b""
    while len(read) < _LARGEST and (part := response.read1(4096)):
        read += part
    return read[:_LARGEST]
