"""Browsers that receive messages (web push): what a page shows of them, and what a browser sends to be one.

The script `push.js` asks for leave only when somebody presses the button; without it the list and its removal work.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["Browser", "Browsers", "agent_words", "mark_of", "sent_browser"]

_LONGEST = 4000  # bytes of what a browser sends


@dataclass(frozen=True)
class Browser:
    """One browser that receives messages here."""

    number: int
    agent: str
    since: datetime
    mark: str  # by which a browser knows itself


@dataclass(frozen=True)
class Browsers:
    """Context of ui/_browsers.html."""

    key: str  # the public key of this installation
    start: str  # address a browser is sent to
    stop: str  # address that takes one away
    listed: tuple[Browser, ...]


def mark_of(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()[:16]


def sent_browser(request: HttpRequest) -> dict[str, str]:
    """What `PushSubscription.toJSON()` gave: endpoint, p256dh, auth, and the kind of browser. Raises `Invalid`."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > _LONGEST:
            raise ValueError
        said = json.loads(request.body)
        keys = said["keys"]
        found = {"endpoint": said["endpoint"], "p256dh": keys["p256dh"], "auth": keys["auth"]}
    except (ValueError, TypeError, KeyError):
        raise Invalid(_("The browser gave no usable address.")) from None
    if not all(isinstance(value, str) for value in found.values()):
        raise Invalid(_("The browser gave no usable address."))
    return {**found, "agent": agent_words(request.headers.get("User-Agent", ""))}


def agent_words(text: str) -> str:
    """`Firefox, Windows`: enough to recognise one's own device. Empty: nothing known."""
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    found = [next((name for sign, name in known if sign in text), "") for known in (browsers, systems)]
    return ", ".join(part for part in found if part)
