"""A new process looks round before it answers, so that its first visitor does not wait for what is loaded late.

Modules, templates, patterns of addresses, the catalogue and its words: some 1.5 s of CPU, once. The socket is not
accepted from until that is done, so `/-/ready` of a process says it, too. What fails here fails again before a visitor,
where it is said; nothing of it keeps a process from starting.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import structlog
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.db import connections

__all__ = ["load_late", "look_round"]

log = structlog.get_logger()
_LONGEST = 8.0  # seconds; whoever waits for a process that starts waits no longer than this for warmth


def look_round(application: BaseHandler) -> float:
    """Open the first pages as a visitor would. Seconds that it took."""
    from django.test import RequestFactory

    begun = time.monotonic()
    try:
        _read_catalogue()
        ask = RequestFactory(headers={"host": _host(), "accept-encoding": "gzip"})
        for address in _addresses():
            if time.monotonic() - begun > _LONGEST:
                break
            application.get_response(ask.get(address)).close()
    except Exception as error:
        # Not there yet, or broken: a page says so to whoever opens it. A start must not depend on it.
        log.warning("not_warm", error=type(error).__name__)
    finally:
        connections.close_all()
    return time.monotonic() - begun


def load_late() -> threading.Thread:
    """Draw a first page on paper beside the pages that are answered: what does it takes 1.4 s of CPU to load, once."""

    def draw() -> None:
        try:
            from mapalus.engine.letters.paper import pdf

            pdf("<p>Mapalus</p>")
        except Exception as error:  # not installed here, or without what it draws with: whoever asks for a PDF is told
            log.info("no_paper", error=type(error).__name__)

    loading = threading.Thread(target=draw, name="load-late", daemon=True)
    loading.start()
    return loading


def _read_catalogue() -> None:
    from mapalus.apps.catalogue.overview import present
    from mapalus.doors.portal.finding import index_of

    index_of(present())


def _addresses() -> Iterator[str]:
    """A page of each door that strangers come to, and every public board."""
    from django.urls import reverse

    from mapalus.apps.boards.standing import boards

    public = [one for one in boards().values() if one.public]
    yield from (reverse("command:board", args=[one.name]) for one in public[:10])
    yield from (reverse("command:why", args=[code]) for one in public[:1] for code in sorted(one.codes)[:1])
    yield "/"
    yield reverse("account_login")


def _host() -> str:
    known = next((name for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    return f"www{known}" if known.startswith(".") else known
