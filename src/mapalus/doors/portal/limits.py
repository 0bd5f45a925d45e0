"""How often one address may knock, and how much it may bring. Many phones share one address: bounds are wide."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from mapalus.engine import clock
from mapalus.engine.errors import Problem
from mapalus.engine.text import _

__all__ = ["MOST_BYTES", "TooLarge", "TooOften", "bound", "is_beyond", "refuse_size"]

MOST_BYTES = 64 * 1024**2  # of one request, all files together


class TooOften(Problem):
    """Too many attempts from one address; they may go on a little later."""

    code = "too-often"
    status = 429
    text = _("Too many attempts from this network.")
    advice = _("Wait ten minutes, then go on. What you filled in is kept.")


class TooLarge(Problem):
    """More bytes than one form may bring."""

    code = "too-large"
    status = 413
    text = _("This is too large to be sent at once.")
    advice = _("Send fewer or smaller files. At most %(size)s MB together.")


def _mark(request: HttpRequest, what: str) -> str:
    """The key of a count. Which address it was cannot be read from it."""
    moment = clock.now()
    address = salted_hmac("portal-limits", str(request.META.get("REMOTE_ADDR", ""))).hexdigest()[:24]
    return f"portal:{what}:{address}:{moment:%Y%m%d%H}{moment.minute // 10}"


def bound(request: HttpRequest, what: str, *, most: int) -> None:
    """Count one more within these ten minutes. Raises `TooOften`."""
    mark = _mark(request, what)
    cache.add(mark, 0, timeout=1200)
    try:
        count = cache.incr(mark)
    except ValueError:  # thrown out of the cache in between
        return
    if count > most:
        raise TooOften


def is_beyond(request: HttpRequest, what: str, *, most: int) -> bool:
    """Whether the bound is reached, without counting."""
    return int(cache.get(_mark(request, what), 0)) >= most


def refuse_size(request: HttpRequest) -> None:
    """Before anything of the request is read. Raises `TooLarge`."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise TooLarge(size=MOST_BYTES // 1024**2)
