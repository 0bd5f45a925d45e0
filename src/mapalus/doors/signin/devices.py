"""Which devices somebody is signed in on: seen by him, ended by him one by one or all the others at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mapalus.doors.ui.browsers import agent_words
from mapalus.engine.errors import NotFound

__all__ = ["Device", "DevicesPage", "devices", "remember"]


@dataclass(frozen=True)
class Device:
    """One signed-in browser."""

    number: int
    agent: str  # what kind of browser, in words
    address: str
    since: datetime
    is_here: bool


@dataclass(frozen=True)
class DevicesPage:
    """Context of signin/devices.html, as `view`."""

    devices: tuple[Device, ...]


def remember(request: HttpRequest | None, **signal: object) -> None:
    """Write down a session when it begins, in whatever way one signed in."""
    from allauth.usersessions.models import UserSession

    if request is not None and "REMOTE_ADDR" in request.META:
        UserSession.objects.create_from_request(request)


@never_cache
@require_http_methods(["GET", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """POST with `number` ends that session, with `others` all but this one."""
    from allauth.usersessions.models import UserSession

    mine = UserSession.objects.purge_and_list(request.user)
    if request.method != "POST":
        found = sorted((_device(one, request) for one in mine), key=lambda one: (not one.is_here, one.since))
        return render(request, "signin/devices.html", {"view": DevicesPage(tuple(found))})
    here = request.session.session_key
    wanted = request.POST.get("number", "")
    ended = [one for one in mine if (one.session_key != here if "others" in request.POST else str(one.pk) == wanted)]
    if not ended and "others" not in request.POST:
        raise NotFound(session=wanted)
    for one in ended:
        one.end()
    if any(one.session_key == here for one in ended):
        logout(request)
        return redirect("account_login")
    messages.success(request, _("Ended."))
    return redirect("signin:devices")


def _device(one: object, request: HttpRequest) -> Device:
    from allauth.usersessions.models import UserSession

    assert isinstance(one, UserSession)
    here = one.session_key == request.session.session_key
    return Device(one.pk, agent_words(one.user_agent) or _("unknown device"), str(one.ip), one.created_at, here)
