"""What is one's own: cases and drafts of an account, or of this browser; and a saved form by its code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mapalus.apps.cases import drafts as kept
from mapalus.apps.cases import reading
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.packs import here, pack_of
from mapalus.apps.cases.sight import Level
from mapalus.apps.catalogue.models import Follower
from mapalus.apps.directory import accounts, phones
from mapalus.doors.portal import drafts, following, limits
from mapalus.doors.portal.follow import TRIES
from mapalus.doors.portal.reading import followed
from mapalus.doors.portal.services import Service, named
from mapalus.engine import clock
from mapalus.engine.errors import Invalid, NotFound, Refused, Unavailable
from mapalus.engine.text import translate

__all__ = ["ask_code", "ask_phone_code", "mine", "resume"]

MOST = 50
ASKS = 30  # codes by mail for one address of the network in ten minutes
PHONE_ASKS = 10  # codes by telephone, which cost money and ring at night


@dataclass(frozen=True)
class Own:
    """One case of one's own."""

    case: Case
    title: str
    service: str
    state: str
    is_mine_to_act: bool


@dataclass(frozen=True)
class Begun:
    """A form that is not sent yet."""

    service: Service
    changed_at: datetime | None
    code: str


@dataclass(frozen=True)
class MinePage:
    """Context of portal/follow/mine.html."""

    cases: tuple[Own, ...]
    begun: tuple[Begun, ...]
    followed: tuple[Follower, ...]
    has_account: bool
    next: str
    has_phone_codes: bool  # a gateway is set up that brings codes to telephones
    providers: tuple[tuple[str, str], ...]  # servers that may say who one is: name in addresses, name on the button
    problem: str = ""
    mail_problem: str = ""
    phone_problem: str = ""


@login_not_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Cases and drafts of the account, and those of this browser."""
    return _shown(request)


def _shown(request: HttpRequest, *, problem: str = "", mail_problem: str = "", phone_problem: str = "") -> HttpResponse:
    onward = request.GET.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
    page = MinePage(
        cases=tuple(_cases(request)),
        begun=tuple(_begun(request)),
        followed=tuple(followed(request)),
        has_account=request.user.is_authenticated,
        next=onward if is_safe else "",
        problem=problem,
        mail_problem=mail_problem,
        phone_problem=phone_problem,
        has_phone_codes=bool(settings.NOTICE_HOOK),
        providers=tuple((one["provider_id"], one["name"]) for one in settings.OIDC),
    )
    is_wrong = bool(problem or mail_problem or phone_problem)
    return render(request, "portal/follow/mine.html", {"page": page}, status=422 if is_wrong else 200)


def _cases(request: HttpRequest) -> list[Own]:
    keys = following.followed(request)
    found = Case.objects.filter(pk__in=keys)
    if request.user.is_authenticated:
        found = found | Case.objects.visible_to(drafts.applicant(request))
    rows = found.select_related("pack").defer("pack__files").order_by("-received_at").distinct()[:MOST]
    return [_own(row) for row in rows]


def _own(row: Case) -> Own:
    waits = following.holder(row) == _("you")
    return Own(row, row.title, here(pack_of(row.pack), "title"), reading.state_label(row, Level.APPLICANT), waits)


def _begun(request: HttpRequest) -> list[Begun]:
    now = clock.now()
    found = {one.pk: one for one in drafts.held(request, now=now)}
    if request.user.is_authenticated:
        found |= {one.pk: one for one in kept.of_user(request.user.pk, now=now)}
    rows = []
    for one in found.values():
        try:
            rows.append(Begun(named(one.pack_name), one.changed_at, one.code))
        except NotFound:  # the service was taken away
            continue
    return rows


@login_not_required
@never_cache
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Go on with a saved form by its code; every miss counts against the address."""
    if limits.is_beyond(request, "follow", most=TRIES):
        raise limits.TooOften
    found = kept.find_by_code(request.POST.get("kode", "")[:60], now=clock.now())
    if found is None:
        limits.bound(request, "follow", most=TRIES)
        return _shown(request, problem=_("This code does not fit, or its 30 days are over."))
    drafts.hold(request, found)
    return redirect("portal:service-start", found.pack_name)


@login_not_required
@never_cache
@require_POST
def ask_code(request: HttpRequest) -> HttpResponse:
    """Sign in, or make an account, with a code by mail. The answer does not tell whether there was one."""
    from allauth.account.views import request_login_code

    limits.bound(request, "code", most=ASKS)
    try:
        accounts.welcome_citizen(request.POST.get("email", ""), now=clock.now())
    except Invalid as problem:
        return _shown(request, mail_problem=_(problem.fields.get("email", "")))
    response: HttpResponse = request_login_code(request)
    return response


@login_not_required
@never_cache
@require_POST
def ask_phone_code(request: HttpRequest) -> HttpResponse:
    """Sign in, or make an account, with a code to a telephone. The answer does not tell whether there was one."""
    from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
    from allauth.core import ratelimit

    if not settings.NOTICE_HOOK:
        raise NotFound
    limits.bound(request, "phone", most=PHONE_ASKS)
    try:
        user = phones.welcome_phone(request.POST.get("telepon", "")[:40], now=clock.now())
        number = phones.number_of(user)
        if not ratelimit.consume(request, action="request_phone_code", key=number):
            return _shown(request, phone_problem=_("Too many codes went to this number. Wait an hour, or use e-mail."))
        LoginCodeVerificationProcess.initiate(request=request, user=user, phone=number)
    except Invalid as problem:
        text = problem.fields.get("phone", "")
        return _shown(request, phone_problem=problem.say(language=get_language()) if not text else _said(text))
    except (Unavailable, Refused):
        return _shown(request, phone_problem=_("The message could not be sent now. Try again later, or use e-mail."))
    onward = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
    return redirect(reverse("account_confirm_login_code") + (f"?{urlencode({'next': onward})}" if is_safe else ""))


def _said(text: str) -> str:
    told = _(text)
    return translate(text, language=get_language()) if told == text else told
