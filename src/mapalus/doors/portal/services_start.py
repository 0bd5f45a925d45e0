"""Filling in and sending: page by page with a draft that is kept, a look at all of it, one case at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mapalus.apps.cases import actions
from mapalus.apps.cases.beginning import Opened
from mapalus.apps.cases.drafts import KEPT, Filling
from mapalus.apps.cases.packs import here
from mapalus.apps.cases.reading import Value
from mapalus.apps.catalogue.models import Dataset
from mapalus.doors.portal import drafts, following, limits, services_apart
from mapalus.doors.portal.asking import proposals_for
from mapalus.doors.portal.services import Service, named
from mapalus.doors.portal.services_form import (
    ANONYMOUS,
    ORIGIN,
    SECRET,
    Page,
    is_shown,
    judged,
    page_of,
    pages,
    prefilled,
    received,
    unchosen,
)
from mapalus.doors.portal.services_similar import Similar, similar
from mapalus.doors.ui.parts import Stage
from mapalus.doors.ui.places import REFRESH
from mapalus.engine import clock
from mapalus.engine.errors import Invalid, NotAllowed, Problem
from mapalus.engine.forms import Cleaned
from mapalus.engine.packs.pack import Pack
from mapalus.engine.ports import Actor

__all__ = ["blank", "discard", "may_wait", "outbox", "review", "saved", "send", "start", "token"]

SENDS = 120  # forms of one address in ten minutes
SAVES = 400
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class StartPage:
    """Context of portal/services/start.html."""

    service: Service
    page: Page
    stages: tuple[Stage, ...]
    filling: Filling
    is_offline_copy: bool = False  # the one a device keeps: nothing of anybody stands in it

    @property
    def is_whole(self) -> bool:
        """All questions stand on this page, so that a device may send it from its outbox."""
        return may_wait(self.service)


@dataclass(frozen=True)
class Part:
    """One step as it will be sent."""

    title: str
    number: int  # of its page
    values: tuple[Value, ...]


@dataclass(frozen=True)
class ReviewPage:
    """Context of portal/services/review.html."""

    service: Service
    parts: tuple[Part, ...]
    stages: tuple[Stage, ...]
    filling: Filling
    is_anonymous: bool
    is_secret: bool
    similar: tuple[Similar, ...]
    open_data: Sequence[Dataset]  # what may answer it without asking


def may_wait(service: Service) -> bool:
    """Whether a filled form may wait on a device: one page, and nobody has to be signed in."""
    is_open = not service.is_for_officials and not service.needs_account and not service.is_apart
    return len(pages(service.pack.form)) == 1 and is_open


def starter(request: HttpRequest, service: Service) -> Actor:
    """Who begins it: an official as his position where the service is for officials, too.

    Raises `NotAllowed` where the service wants an account or a position.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None and (service.is_for_officials or "official" in service.pack.audience):
        return actor
    if service.is_for_officials:
        raise NotAllowed(_("This service is for officials. Sign in with your position."), advice="")
    found = drafts.applicant(request)
    if service.needs_account and found.user is None:
        raise NotAllowed(_("Sign in before you begin this."), advice="")
    return found


def _entrance(request: HttpRequest, service: Service) -> HttpResponse | None:
    """The way to the sign-in page for whoever has to take it."""
    if request.user.is_authenticated or not (service.is_for_officials or service.needs_account):
        return None
    if service.needs_account:
        return redirect("/layanan/saya/?" + urlencode({"next": request.get_full_path()}))
    return redirect(f"/akun/masuk/?{urlencode({'next': request.get_full_path()})}")


def _stages(service: Service, at: int) -> tuple[Stage, ...]:
    """`at`: number of the page; one more is the review."""
    titles = [", ".join(filter(None, (here(step, "title") for step in steps))) for steps in pages(service.pack.form)]
    if len(titles) == 1:
        titles = [_("Fill in")]
    return tuple(
        Stage(title, "done" if place < at else "now" if place == at else "")
        for place, title in enumerate([*titles, _("Look and send")], start=1)
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, pack: str, number: int = 1) -> HttpResponse:
    """One page of the form."""
    limits.refuse_size(request)
    service, now = named(pack), clock.now()
    if service.is_apart:
        return services_apart.fill_in(request, service, now=now)
    if (away := _entrance(request, service)) is not None:
        return away
    starter(request, service)
    every = pages(service.pack.form)
    if not 1 <= number <= len(every):
        return redirect("portal:service-start", pack)
    filling = drafts.mine(request, pack, now=now)
    if request.method == "POST":
        return _answered(request, service, filling, number, now)
    errors: Mapping[str, str] = {}
    cleaned = judged(service.pack.form, filling.raw, now=now)
    if filling.pk is None:
        filling = replace(filling, raw=prefilled(service, request))
    elif "periksa" in request.GET:
        errors = cleaned.errors_in(get_language())
    page = page_of(service, filling, number, errors=errors, cleaned=cleaned, now=now)
    return _shown(request, StartPage(service, page, _stages(service, number), filling))


def _shown(request: HttpRequest, page: StartPage) -> HttpResponse:
    status = 422 if page.page.wrong and request.method == "POST" else 200
    return render(request, "portal/services/start.html", {"page": page}, status=status)


def _answered(request: HttpRequest, service: Service, filling: Filling, number: int, now: datetime) -> HttpResponse:
    limits.bound(request, "save", most=SAVES)
    every = pages(service.pack.form)
    raw, wrong = received(request, service, every[number - 1])
    asked = {name for step in every[number - 1] for name in step.fields}
    others = {key: value for key, value in filling.raw.items() if key.split("-", 1)[0] not in asked and key not in raw}
    filling = drafts.put_by(request, replace(filling, raw={**others, **raw}), now=now)
    if request.POST.get("aksi") == "simpan":
        return redirect("portal:service-saved", service.name)
    cleaned = judged(service.pack.form, filling.raw, now=now)
    is_looking = REFRESH in request.POST  # a list of places is wanted, nothing is judged yet
    found = wrong if is_looking else {**cleaned.errors_in(get_language()), **unchosen(service.pack.form, raw), **wrong}
    page = page_of(service, filling, number, errors=found, cleaned=cleaned, now=now)
    if page.wrong or is_looking:
        return _shown(request, StartPage(service, page, _stages(service, number), filling))
    return _onward(service, cleaned, number, now)


def _onward(service: Service, cleaned: Cleaned, number: int, now: datetime) -> HttpResponse:
    """The next page that has a question for these answers, or the review."""
    form = service.pack.form
    for at, steps in enumerate(pages(form)[number:], start=number + 1):
        if is_shown(form, steps, cleaned, now=now):
            return redirect("portal:service-page", service.name, at)
    return redirect("portal:service-review", service.name)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pack: str) -> HttpResponse:
    """All of it once more, and the button that sends it."""
    service, now = named(pack), clock.now()
    if service.is_apart:
        return services_apart.send(request, service, now=now)
    if (away := _entrance(request, service)) is not None:
        return away
    filling = drafts.mine(request, pack, now=now)
    if filling.pk is None:
        return redirect("portal:service-start", pack)
    cleaned = judged(service.pack.form, filling.raw, now=now)
    if not cleaned.is_valid:
        return _back(service, cleaned)
    if request.method == "POST":
        limits.bound(request, "send", most=SENDS)
        try:
            opened = _open(request, service, filling, channel="web", now=now)
        except Invalid:
            return _back(service, judged(service.pack.form, filling.raw, now=now))
        drafts.drop(request, filling)
        return redirect("portal:case-sent", opened.case.number)
    page = ReviewPage(
        service=service,
        parts=tuple(_parts(service, filling, cleaned)),
        stages=_stages(service, len(pages(service.pack.form)) + 1),
        filling=filling,
        is_anonymous=bool(filling.raw.get(ANONYMOUS)),
        is_secret=bool(filling.raw.get(SECRET)),
        similar=similar(service.pack, cleaned.values, now=now),
        open_data=proposals_for(service.name, cleaned),
    )
    return render(request, "portal/services/review.html", {"page": page})


def _back(service: Service, cleaned: Cleaned) -> HttpResponseRedirect:
    """To the first page on which something is wrong."""
    wrong = {name.split("-", 1)[0] for name in cleaned.faults} | set(cleaned.faults)
    for number, steps in enumerate(pages(service.pack.form), start=1):
        if any(name in wrong for step in steps for name in step.fields):
            return HttpResponseRedirect(f"/layanan/{service.name}/mulai/{number}/?periksa=1")
    return HttpResponseRedirect(f"/layanan/{service.name}/mulai/?periksa=1")


def _shown_with_origin(pack: Pack, filling: Filling, name: str, value: object) -> str:
    """A value as people read it; of a place that was filled in for them, where it comes from."""
    said = {
        "foto": _("Taken from your photo. Change it if it is another place."),
        "titik": _("Proposed from reports close to that point. Change it if it is another place."),
    }.get(str(filling.raw.get(f"{name}{ORIGIN}") or ""), "")
    shown = following.shown_value(pack, name, value)
    return f"{shown}\n{said}" if said else shown


def _parts(service: Service, filling: Filling, cleaned: Cleaned) -> list[Part]:
    pack, found = service.pack, []
    for number, steps in enumerate(pages(pack.form), start=1):
        for step in steps:
            values = tuple(
                Value(name, here(pack.form.field(name), "label"), _shown_with_origin(pack, filling, name, value), value)
                for name in step.fields
                if (value := cleaned.values.get(name)) is not None
            )
            found.append(Part(here(step, "title"), number, values))
    return [part for part in found if part.values]


def _open(request: HttpRequest, service: Service, filling: Filling, *, channel: str, now: datetime) -> Opened:
    """Begin the case; the form sent twice begins it once."""
    auth = service.pack.auth
    raw = {name: value for name, value in filling.raw.items() if name not in (ANONYMOUS, SECRET)}
    opened = actions.open_case(
        service.version,
        values=raw,
        by=starter(request, service),
        now=now,
        key=filling.key,
        channel=channel,
        is_anonymous=auth.may_be_anonymous and bool(filling.raw.get(ANONYMOUS)),
        is_secret=auth.may_be_secret and bool(filling.raw.get(SECRET)),
        is_sample=settings.SAMPLE_DATA,
    )
    following.let_follow(request, opened.case)
    return opened


# --- saving and coming back ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SavedPage:
    """Context of portal/services/saved.html."""

    service: Service
    filling: Filling
    days: int


@login_not_required
@never_cache
@require_safe
def saved(request: HttpRequest, pack: str) -> HttpResponse:
    """It is kept: with which code one goes on, and until when."""
    service = named(pack)
    filling = drafts.mine(request, pack, now=clock.now())
    if filling.pk is None:
        return redirect("portal:service-start", pack)
    return render(request, "portal/services/saved.html", {"page": SavedPage(service, filling, KEPT.days)})


@login_not_required
@require_POST
def discard(request: HttpRequest, pack: str) -> HttpResponse:
    """Throw the form away."""
    drafts.drop(request, drafts.mine(request, pack, now=clock.now()))
    return redirect("portal:service", pack)


# --- without a network -----------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def blank(request: HttpRequest, pack: str) -> HttpResponse:
    """The whole form, empty, for a device to keep: filled in without a network it goes into the outbox."""
    service, now = named(pack), clock.now()
    if not may_wait(service):
        return redirect("portal:service-start", pack)
    filling = Filling(pack)
    page = page_of(service, filling, 1, now=now)
    shown = StartPage(service, page, _stages(service, 1), filling, is_offline_copy=True)
    response = render(request, "portal/services/start.html", {"page": shown})
    # Copies are fetched while somebody opens his first form: a token of theirs would take the place of his.
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@login_not_required
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """What waits on this device. A shell: the device fills it, and keeps it."""
    return render(request, "portal/services/outbox.html")


@login_not_required
@never_cache
@require_safe
def token(request: HttpRequest) -> JsonResponse:
    """What a form from the outbox must carry: the one it was kept with may be old."""
    return JsonResponse({"token": get_token(request)})


@login_not_required
@never_cache
@require_POST
def send(request: HttpRequest, pack: str) -> JsonResponse:
    """A whole form at once, from the outbox of a device. The same key again gives the same number."""
    limits.refuse_size(request)
    service, now = named(pack), clock.now()
    key = request.POST.get("kunci", "").lower()
    if service.is_apart or not _KEY.fullmatch(key):
        return JsonResponse({"problem": _("This form has no key.")}, status=400)
    limits.bound(request, "send", most=SENDS)
    raw, wrong = received(request, service, [step for steps in pages(service.pack.form) for step in steps])
    filling = Filling(service.name, raw, key)
    try:
        if wrong:
            raise Invalid(fields=wrong)
        opened = _open(request, service, filling, channel="app", now=now)
    except Invalid as problem:
        kept = drafts.put_by(request, filling, now=now)
        errors = problem.fields or {"": problem.say(language=get_language())}
        return JsonResponse(
            {"errors": errors, "code": kept.code, "address": f"/layanan/{service.name}/mulai/?periksa=1"}, status=422
        )
    except Problem as problem:
        return JsonResponse({"problem": problem.say(language=get_language())}, status=problem.status)
    return JsonResponse(
        {
            "number": opened.case.number,
            "code": opened.code,
            "address": f"/layanan/kasus/{opened.case.number}/",
        }
    )
