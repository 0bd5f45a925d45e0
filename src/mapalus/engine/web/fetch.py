"""Fetching one file over http(s), for `mapalus ingest` of an address."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from mapalus.engine.errors import Misconfigured
from mapalus.engine.harvest.connector import Surroundings
from mapalus.engine.text import _
from mapalus.engine.web.client import Web
from mapalus.engine.web.exchange import AGENT

__all__ = ["AGENT", "fetch"]

_LONGEST = 900.0  # seconds for the whole


def fetch(address: str, *, into: Path, largest: int, allowed: Collection[str] = ()) -> Path:
    """The body of `address` as a file in `into`. `allowed`: hosts or networks that may be private.

    Raises `Refused` for an address that may not be asked or a body too large, `Vanished` where there is no file,
    `Unavailable` where nobody answers.
    """
    surroundings = Surroundings(secret=_no_secret, allowed=allowed, largest=largest, longest=_LONGEST)
    with Web(surroundings) as web:
        download = web.download(address, into=into, name="fetched")
    assert download is not None  # nothing was said to be known
    return download.path


def _no_secret(name: str) -> str:
    raise Misconfigured(_("The secret %(secret)s is not in the environment."), secret=name)
