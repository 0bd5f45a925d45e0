"""Kabar: what this position was told, and how one wants to be told."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mapalus.apps.directory.models import Person
from mapalus.apps.notices import actions
from mapalus.apps.notices.models import Channel, Mode, Notice
from mapalus.apps.notices.preferences import mode_of
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed

__all__ = ["NoticesPage", "notices", "prefer", "read"]

_PAGE = 40


@dataclass(frozen=True)
class Way:
    """How one is told by one channel."""

    channel: str
    label: str
    modes: tuple[tuple[str, str], ...]
    chosen: str
    hint: str = ""


@dataclass(frozen=True)
class NoticesPage:
    """Context of desk/notices/page.html."""

    seat: Seat
    page: Page[Notice]
    unread: int
    ways: tuple[Way, ...]


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    found = Notice.objects.visible_to(place.actor).in_app()
    page: Page[Notice] = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    unread = sum(one.read_at is None for one in page.object_list)
    return render(
        request, "desk/notices/page.html", {"view": NoticesPage(place, page, unread, _ways(place.actor.person))}
    )


def _ways(person: str) -> tuple[Way, ...]:
    """Channels that this installation has; a message in the inbox cannot be refused."""
    channels = [Channel.MAIL]
    channels += [Channel.PUSH] if settings.VAPID_PRIVATE_KEY else []
    channels += [Channel.HOOK] if settings.NOTICE_HOOK else []
    return tuple(_way(channel, person) for channel in channels)


def _way(channel: Channel, person: str) -> Way:
    modes = [mode for mode in Mode if mode != Mode.DAILY or channel == Channel.MAIL]
    hint = _("What is urgent comes at once, unless you chose not to be told at all.") if channel == Channel.MAIL else ""
    listed = tuple((mode.value, str(mode.label)) for mode in modes)
    return Way(channel.value, str(channel.label), listed, mode_of(person, "", channel).value, hint)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    keys = [int(one) for one in request.POST.getlist("kabar") if one.isdecimal() and len(one) < 18][:500]
    actions.mark_read(keys, by=place.actor, now=place.now)
    return redirect("desk:notices")


@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    person = Person.objects.filter(pk=place.actor.person).first()
    if person is None:
        raise NotAllowed
    for way in _ways(person.code):
        wanted = request.POST.get(way.channel, way.chosen)
        if wanted != way.chosen:
            actions.prefer(person, channel=way.channel, mode=wanted, by=place.actor, now=place.now)
    messages.success(request, _("Your choice is kept."))
    return redirect("desk:notices")
