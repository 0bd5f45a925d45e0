"""Choosing the position one acts as, and one's own account. One person with two posts has two inboxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mapalus.apps.directory import phones
from mapalus.apps.directory.actor import Official
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person
from mapalus.apps.directory.roster import roster
from mapalus.doors.signin.oidc import connect_token, providers
from mapalus.engine import clock
from mapalus.engine.errors import NotAllowed
from mapalus.engine.text import _

__all__ = ["AccountPage", "Choice", "HatsPage", "account", "arrive", "hats"]


@dataclass(frozen=True)
class Choice:
    """One position one may act as, or somebody's mandate under which one may."""

    hat: str  # what is chosen: code of the position, or of the mandate
    title: str
    unit: str
    is_acting: bool
    until: date | None
    also: tuple[str, ...]  # titles of the posts whose duties come with it
    is_current: bool
    form: str = ""  # of a mandate, in words; empty for a position of one's own
    is_looking: bool = False


@dataclass(frozen=True)
class HatsPage:
    """Context of signin/hats.html, as `view`."""

    choices: tuple[Choice, ...]
    next: str


@dataclass(frozen=True)
class AccountPage:
    """Context of signin/account.html, as `view`."""

    name: str
    email: str
    current: str
    hats: int
    phone: str
    ways: tuple[Way, ...]


def _hats(request: HttpRequest) -> tuple[Official, ...]:
    return getattr(request, "hats", ())


def _choices(request: HttpRequest) -> tuple[Choice, ...]:
    known, current = roster(clock.now()), getattr(request, "actor", None)

    def choice(hat: Official) -> Choice:
        held, given = known.holder(hat.position), hat.mandate
        also = () if given else sorted(hat.covers - {hat.position})
        acting = held is not None and held.is_acting and given is None
        return Choice(
            hat=hat.hat,
            title=hat.label,
            unit=known.positions[hat.position].unit.name,
            is_acting=acting,
            until=given.until if given else held.until if acting and held else None,
            also=tuple((known.positions.get(code) or known.abolished[code]).title for code in also),
            is_current=current is not None and current.hat == hat.hat,
            form=str(given.form.label) if given else "",
            is_looking=hat.is_looking,
        )

    return tuple(choice(hat) for hat in _hats(request))


@require_GET
def arrive(request: HttpRequest) -> HttpResponse:
    """After signing in: to the choice where there is one, else to the desk; a citizen to his own cases."""
    if not _hats(request) and not Person.objects.filter(user=request.user.pk).exists():
        return redirect("portal:mine")
    return redirect("signin:hats" if len(_hats(request)) != 1 else "desk:inbox")


@never_cache
@require_http_methods(["GET", "POST"])
def hats(request: HttpRequest) -> HttpResponse:
    """Every position one may act as; POST chooses one."""
    if request.method == "POST":
        return _choose(request)
    view = HatsPage(_choices(request), _next(request, str(request.GET.get("next", ""))))
    return render(request, "signin/hats.html", {"view": view})


def _choose(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("position", "")
    chosen = next((hat for hat in _hats(request) if hat.hat == wanted), None)
    if chosen is None:
        raise NotAllowed(_("You do not hold this position today."))
    request.session[SESSION_KEY] = chosen.hat
    messages.success(request, gettext("You now act as %(title)s.") % {"title": chosen.label})
    return redirect(_next(request, request.POST.get("next", "")) or "desk:inbox")


def _next(request: HttpRequest, wanted: str) -> str:
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


@dataclass(frozen=True)
class Way:
    """A server that says who one is: linked to this account, or to be linked."""

    name: str
    number: int = 0  # of the link; 0: not linked
    href: str = ""  # where one links it


def _ways(request: HttpRequest) -> tuple[Way, ...]:
    from allauth.socialaccount.models import SocialAccount

    linked = dict(SocialAccount.objects.filter(user=request.user.pk).values_list("provider", "pk"))
    mark = urlencode({"process": "connect", "tanda": connect_token(request)})
    return tuple(
        Way(name, linked.get(code, 0), f"{reverse('openid_connect_login', args=[code])}?{mark}")
        for code, name in providers()
    )


@never_cache
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: who, as what, and how one signs in."""
    person = Person.objects.filter(user=request.user.pk).first()
    current = getattr(request, "actor", None)
    view = AccountPage(
        name=person.name if person else request.user.get_username(),
        email=getattr(request.user, "email", ""),
        current=current.label if current else "",
        hats=len(_hats(request)),
        phone=phones.number_of(request.user),
        ways=_ways(request),
    )
    return render(request, "signin/account.html", {"view": view})
