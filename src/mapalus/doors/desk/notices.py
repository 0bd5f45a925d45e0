"""Kabar: what this position was told, and how one wants to be told."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mapalus.apps.directory.models import Person
from mapalus.apps.notices import actions, push
from mapalus.apps.notices.models import Channel, Mode, Notice, PushSubscription
from mapalus.apps.notices.preferences import mode_of
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.ui.browsers import Browser, Browsers, mark_of, sent_browser
from mapalus.engine.errors import Invalid, NotAllowed, NotFound

__all__ = ["NoticesPage", "notices", "prefer", "push_start", "push_stop", "read"]

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
    browsers: Browsers | None  # None: this installation sends to none


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    found = Notice.objects.visible_to(place.actor).in_app()
    page: Page[Notice] = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    unread = sum(one.read_at is None for one in page.object_list)
    person = place.actor.person
    view = NoticesPage(place, page, unread, _ways(person), _browsers(person))
    return render(request, "desk/notices/page.html", {"view": view})


def _browsers(person: str) -> Browsers | None:
    if not settings.VAPID_PRIVATE_KEY:
        return None
    rows = PushSubscription.objects.filter(receiver=f"person:{person}").order_by("-since", "-pk")
    listed = tuple(Browser(one.pk, one.agent, one.since, mark_of(one.endpoint)) for one in rows)
    return Browsers(push.public_key(), reverse("desk:push-start"), reverse("desk:push-stop"), listed)


@require_POST
def push_start(request: HttpRequest) -> JsonResponse:
    """This browser is to receive what the person is told. Sent by push.js after the button was pressed."""
    place = seat(request)
    person = Person.objects.filter(pk=place.actor.person).first()
    if person is None:
        raise NotAllowed
    try:
        actions.subscribe(person, **sent_browser(request), by=place.actor, now=place.now)
    except Invalid as problem:
        return JsonResponse({"problem": problem.say(language=get_language() or "id")}, status=422)
    return JsonResponse({}, status=201)


@require_POST
def push_stop(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    number = request.POST.get("number", "")
    rows = PushSubscription.objects.filter(receiver=f"person:{place.actor.person}")
    found = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    if found is None:
        raise NotFound
    person = Person.objects.get(pk=place.actor.person)
    actions.unsubscribe(person, endpoint=found.endpoint, by=place.actor, now=place.now)
    messages.success(request, _("This browser receives no messages any more."))
    return redirect("desk:notices")


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
