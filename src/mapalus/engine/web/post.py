"""Posting one message over http(s), under the rules of `asking`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mapalus.engine.web.asking import Answer, ask

__all__ = ["Answer", "post"]


def post(
    address: str, *, body: bytes, headers: Mapping[str, str] | None = None, allowed: Collection[str] = ()
) -> Answer:
    """Send `body` to `address`. `allowed`: hosts or networks that may be private.

    Raises `Refused` for an address that may not be asked, `Unavailable` where nobody answers in time.
    """
    return ask("POST", address, body=body, headers=headers, allowed=allowed)
