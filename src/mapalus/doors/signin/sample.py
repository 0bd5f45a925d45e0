"""Signing in as somebody of the story, by one click: only with sample data, and only from the machine itself."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person
from mapalus.apps.directory.roster import Hat, roster
from mapalus.engine import clock

__all__ = ["Figure", "SamplePage", "figures", "is_open", "sample"]

# Whom the tours are told by, in their order; the page behind has everybody else.
LEADING = (
    "gov.gubernur",
    "setda.sekda",
    "diskominfo.kabid-statistik",
    "diskominfo.op-walidata",
    "dinkes.data",
    "dinkes.kadis",
    "pupr.data",
    "pupr.kadis",
)


@dataclass(frozen=True)
class Figure:
    """Somebody of the story in one of his positions."""

    person: str
    name: str
    position: str
    title: str
    unit: str


@dataclass(frozen=True)
class SamplePage:
    """Context of signin/sample.html, as `view`."""

    units: tuple[tuple[str, tuple[Figure, ...]], ...]
    next: str


def is_open(request: HttpRequest) -> bool:
    """Sample data, and a request from this machine to this machine (or the setting that opens it to all)."""
    if not settings.SAMPLE_DATA:
        return False
    if settings.SAMPLE_SIGNIN:
        return True
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")):
        return False  # a proxy stands between: the address below would be its own
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return _is_loopback(host.strip("[]")) and _is_loopback(str(request.META.get("REMOTE_ADDR", "")))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def figures(*, leading: bool) -> tuple[Figure, ...]:
    """Sample people who hold a position now; `leading`: those the tours need."""
    known = roster(clock.now())
    people = dict(Person.objects.filter(is_sample=True, user__is_active=True).values_list("code", "name"))

    def figure(hat: Hat) -> Figure:
        return Figure(hat.person, people[hat.person], hat.position, hat.title, known.positions[hat.position].unit.name)

    codes = LEADING if leading else tuple(line.position.code for line in known.lines())
    held = (known.holder(code) for code in codes if code in known.positions and not known.positions[code].follows_id)
    return tuple(figure(hat) for hat in held if hat is not None and hat.person in people)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def sample(request: HttpRequest) -> HttpResponse:
    """The whole cast by agency; POST signs in as one of it."""
    if not is_open(request):
        raise Http404
    if request.method == "POST":
        return _enter(request)
    by_unit: dict[str, list[Figure]] = {}
    for figure in figures(leading=False):
        by_unit.setdefault(figure.unit, []).append(figure)
    view = SamplePage(tuple((unit, tuple(found)) for unit, found in by_unit.items()), _next(request, request.GET))
    return render(request, "signin/sample.html", {"view": view})


def _enter(request: HttpRequest) -> HttpResponse:
    found = Person.objects.filter(code=request.POST.get("person", ""), is_sample=True).select_related("user").first()
    if found is None or found.user is None or not found.user.is_active:
        raise Http404
    login(request, found.user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[SESSION_KEY] = request.POST.get("position", "")
    return redirect(_next(request, request.POST) or "desk:inbox")


def _next(request: HttpRequest, given: object) -> str:
    wanted = str(getattr(given, "get", lambda *_: "")("next", ""))
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""
