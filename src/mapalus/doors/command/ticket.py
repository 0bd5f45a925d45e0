"""The ticket with which a page that may see boards opens the event stream of another process, which has no session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

__all__ = ["Ticket", "issue", "opened"]

_SALT = "mapalus.command.stream"
_VALID = 60  # seconds between the redirect and the opening


@dataclass(frozen=True)
class Ticket:
    """Which boards its bearer may follow, from which origin the page came, and how events draw what changed.

    `drawn` is empty for whoever sees more than everybody: such a page fetches what changed with its own rights.
    """

    boards: tuple[str, ...]
    origin: str
    drawn: str = ""


def issue(boards: Iterable[str], *, origin: str, drawn: str = "") -> str:
    return signing.dumps([sorted(boards), origin, drawn], salt=_SALT, compress=True)


def opened(text: str) -> Ticket | None:
    """The ticket, when it is ours and fresh."""
    try:
        boards, origin, drawn = signing.loads(text, salt=_SALT, max_age=_VALID)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Ticket(tuple(boards), str(origin), str(drawn))
