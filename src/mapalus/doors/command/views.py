"""The leaders' door: boards, the wall, why a number is what it is, and the way to the event stream."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.doors.command import board_page, why
from mapalus.doors.command.boards import Board, board_named, declared
from mapalus.doors.command.drawing import way_of
from mapalus.doors.command.ticket import issue
from mapalus.engine import clock
from mapalus.engine.errors import NotAllowed
from mapalus.engine.ports import Actor

__all__ = ["board", "events", "explain", "index"]


class _SameMethodRedirect(HttpResponseRedirect):
    status_code = 307


def _actor(request: HttpRequest) -> Actor | None:
    actor: Actor | None = getattr(request, "actor", None)
    return actor


def _may_see(one: Board, actor: Actor | None) -> bool:
    """A board says itself whether it is for everybody; the others are for officials."""
    return one.public or actor is not None


@never_cache
@require_safe
@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    """The boards there are for this visitor; with one alone, that one."""
    actor = _actor(request)
    shown = [one for one in declared().values() if _may_see(one, actor)]
    if len(shown) == 1:
        return redirect("command:board", name=shown[0].name)
    return render(request, "command/index.html", {"boards": shown})


@never_cache
@require_safe
@login_not_required
def board(request: HttpRequest, name: str, *, is_wall: bool = False) -> HttpResponse:
    """One board, as a page, for the wall, or (asked by htmx) only what is on it."""
    one, actor = board_named(name), _actor(request)
    if not _may_see(one, actor):
        raise NotAllowed(board=name)
    language = translation.get_language() or settings.LANGUAGE_CODE
    page = board_page.build(one, actor=actor, now=clock.now(), language=language, is_wall=is_wall)
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "command/_board.html" if is_fragment else "command/wall.html" if is_wall else "command/board.html"
    response = render(request, template, {"page": page})
    patch_vary_headers(response, ("HX-Request",))
    if origin := _stream(request)[0]:
        # Besides this page's own origin, only that of the stream may be reached.
        response._csp_update = {"connect-src": [origin]}  # type: ignore[attr-defined]
    return response


@never_cache
@require_safe
@login_not_required
def explain(request: HttpRequest, code: str) -> HttpResponse:
    """Why a number is what it is."""
    return render(request, "command/why.html", {"page": why.explain(code, actor=_actor(request), now=clock.now())})


@never_cache
@require_safe
@login_not_required
def events(request: HttpRequest) -> HttpResponse:
    """`GET /events?papan=gubernur`: 307 to the stream, with a ticket. Without a name: every board one may see."""
    actor = _actor(request)
    wanted = [board_named(name) for name in request.GET.getlist("papan")] or list(declared().values())
    names = [one.name for one in wanted if _may_see(one, actor)]
    if not names:
        raise NotAllowed
    origin, address = _stream(request)
    came_from = f"{request.scheme}://{request.get_host()}" if origin else ""
    drawn = ""
    if actor is None and len(names) == 1:
        # Whoever is not signed in sees what everybody sees: it comes with the event. The others fetch it themselves.
        language = translation.get_language() or settings.LANGUAGE_CODE
        drawn = way_of(language, is_wall=bool(request.GET.get("dinding")))
    asked = {"ticket": issue(names, origin=came_from, drawn=drawn)}
    # The browser says its place to us; a redirect to another origin need not carry it on.
    place = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    if place.isascii() and place.isdigit():
        asked["after"] = place
    return _SameMethodRedirect(f"{address}?{urlencode(asked)}")


def _stream(request: HttpRequest) -> tuple[str, str]:
    """Origin of the stream as this browser reaches it (empty: the page's own), and its address."""
    setting = str(settings.STREAM_URL)
    if not setting:
        return "", "/events/stream"
    if setting.startswith(":"):
        host = request.get_host()
        name = host[: host.rindex("]") + 1] if host.startswith("[") else host.partition(":")[0]
        setting = f"{request.scheme}://{name}{setting}"
    return setting, f"{setting}/events"
