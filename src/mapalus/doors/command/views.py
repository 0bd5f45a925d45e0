"""The leaders' door: boards, the wall, why a number is what it is, and the way to the event stream."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.apps.boards.models import Screen
from mapalus.apps.boards.sight import shown_on
from mapalus.apps.boards.standing import board_named, boards, may_see
from mapalus.apps.directory.models import Region
from mapalus.apps.ledger.models import Entry
from mapalus.doors.command import board_page, editing, why
from mapalus.doors.command.drawing import way_of
from mapalus.doors.command.editing import may_edit, may_lend_sight
from mapalus.doors.command.export import made_here, slides_of
from mapalus.doors.command.fragments import fragment
from mapalus.doors.command.release import HEADER, release
from mapalus.doors.command.ticket import issue
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.registry import Placed
from mapalus.engine import clock
from mapalus.engine.boards import Board
from mapalus.engine.errors import NotAllowed, NotFound
from mapalus.engine.ports import Actor
from mapalus.engine.text import _ as mark

__all__ = ["board", "events", "explain", "index", "screen", "screen_tile", "tile"]

_CODE = re.compile(r"\d{2}(?:\.\d{2}){0,2}(?:\.\d{4})?", re.ASCII)


class _SameMethodRedirect(HttpResponseRedirect):
    status_code = 307


def _actor(request: HttpRequest) -> Actor | None:
    actor: Actor | None = getattr(request, "actor", None)
    return actor


@never_cache
@require_safe
@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    """The boards there are for this visitor; with one alone, that one."""
    actor = _actor(request)
    shown = [one for one in boards().values() if may_see(one, actor)]
    may_make = may_edit(actor, clock.now())
    if len(shown) == 1 and not may_make:
        return redirect("command:board", name=shown[0].name)
    listed = [_listed(one) for one in shown]
    return render(request, "command/index.html", {"boards": listed, "may_make": may_make})


@dataclass(frozen=True)
class _Listed:
    """A board in the list of boards."""

    name: str
    title: str
    is_public: bool
    tiles: int
    number: int  # of its edition; 0: as the pack declares it
    kinds: str  # what stands on it besides numbers


def _listed(one: Board) -> _Listed:
    words = dict(editing.kinds())
    found = dict.fromkeys(words[tile.kind] for tile in one.tiles if tile.kind in words)
    return _Listed(
        one.name, one.title_in(_language()), one.public, len(one.tiles), one.number, ", ".join(found).capitalize()
    )


def _language() -> str:
    return translation.get_language() or str(settings.LANGUAGE_CODE)


def _seen(name: str, actor: Actor | None) -> Board:
    """Raises `NotFound`, `NotAllowed`."""
    one = board_named(name)
    if not may_see(one, actor):
        raise NotAllowed(board=name)
    return one


def _region(request: HttpRequest) -> str:
    """Where the board was asked for (`?wilayah=71.71`); a place we do not know is the board's own."""
    asked = request.GET.get("wilayah", "")
    if not _CODE.fullmatch(asked) or asked == settings.PROVINCE_CODE:
        return ""
    return asked if asked.startswith(f"{settings.PROVINCE_CODE}.") and _is_region(asked) else ""


def _is_region(code: str) -> bool:
    return Region.objects.filter(code=code).exists()


@never_cache
@require_safe
@login_not_required
def board(request: HttpRequest, name: str, *, is_wall: bool = False) -> HttpResponse:
    """One board, as a page, for the wall, or (asked by the page itself) only what is on it."""
    actor = _actor(request)
    return _page(request, _seen(name, actor), actor, is_wall=is_wall)


@never_cache
@require_safe
@login_not_required
def screen(request: HttpRequest, key: str) -> HttpResponse:
    """The wall by an address of its own: without a session, with the sight it was given, until it is taken back."""
    one, hung, actor = shown_on(key, now=clock.now())
    return _page(request, one, actor, is_wall=True, key=key, hung=hung)


def _page(
    request: HttpRequest, one: Board, actor: Actor | None, *, is_wall: bool, key: str = "", hung: Screen | None = None
) -> HttpResponse:
    if request.method == "HEAD" and is_wall:  # asked each minute by an open wall: is there another release, is it valid
        return HttpResponse(headers={HEADER: release()})
    at_page = request.GET.get("halaman", "")
    page = board_page.build(
        one, actor=actor, now=clock.now(), language=_language(), is_wall=is_wall, region=_region(request),
        at_page=int(at_page) if at_page.isascii() and at_page.isdigit() and len(at_page) < 4 else 1,
    )  # fmt: skip
    is_fragment = request.headers.get("HX-Request") == "true"
    content = "command/_wall.html" if is_wall else "command/_board.html"
    template = content if is_fragment else "command/wall.html" if is_wall else "command/board.html"
    may = not is_wall and may_edit(actor, page.now)
    facts = {"page": page, "tiles": _tiles_address(one, key, is_wall), "key": key, "may_edit": may, "content": content,
             "is_official": actor is not None and bool(actor.position), "release": release(),
             "made_here": made_here(), "slides": range(2, len(slides_of(one.tiles)) + 1),
             "may_lend": not is_wall and may_lend_sight(one, actor, page.now),
             "until": hung.until if hung is not None and hung.sight else None}  # fmt: skip
    response = render(request, template, facts)
    patch_vary_headers(response, ("HX-Request",))
    if origin := _stream(request)[0]:
        # Besides this page's own origin, only that of the stream may be reached.
        response._csp_update = {"connect-src": [origin]}  # type: ignore[attr-defined]
    return response


def _tiles_address(one: Board, key: str, is_wall: bool) -> str:
    if key:
        return reverse("command:screen-tile", args=[key, 1]).removesuffix("1/")
    return reverse("command:wall-tile" if is_wall else "command:tile", args=[one.name, 1]).removesuffix("1/")


@require_safe
@login_not_required
def tile(request: HttpRequest, name: str, number: int, *, is_wall: bool = False) -> HttpResponse:
    """One tile alone, with an ETag: what an open page asks for when it changed."""
    actor = _actor(request)
    return _tile(request, _seen(name, actor), number, actor, is_wall=is_wall)


@require_safe
@login_not_required
def screen_tile(request: HttpRequest, key: str, number: int) -> HttpResponse:
    one, _hung, actor = shown_on(key, now=clock.now())
    return _tile(request, one, number, actor, is_wall=True)


def _tile(request: HttpRequest, one: Board, number: int, actor: Actor | None, *, is_wall: bool) -> HttpResponse:
    if not 1 <= number <= len(one.tiles):
        raise NotFound(mark("This board has no tile %(number)s."), number=number)
    around = Around(one, actor, clock.now(), _language(), is_wall=is_wall, region=_region(request))
    drawn = fragment(Placed(one.tiles[number - 1], number), around, sequence=Entry.objects.last_sequence())
    etag = f'"{drawn.etag}"'
    known = {word.strip().removeprefix("W/") for word in request.headers.get("If-None-Match", "").split(",")}
    response = HttpResponse(status=304) if etag in known else HttpResponse(drawn.markup)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"  # kept by the browser, asked about each time
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    return response


@never_cache
@require_safe
@login_not_required
def explain(request: HttpRequest, code: str) -> HttpResponse:
    """Why a number is what it is, there (`?wilayah`), then (`?periode`) and of a part (`?bagian=jk=L`); `?baris` pages
    the rows behind it."""
    rows, period = request.GET.get("baris", ""), request.GET.get("periode", "")[:40]
    page = why.explain(
        code, actor=_actor(request), now=clock.now(), region=_region(request), period=period,
        dimension=request.GET.get("bagian", "")[:400],
        page=max(1, int(rows)) if rows.isascii() and rows.isdigit() and len(rows) < 8 else 1,
    )  # fmt: skip
    return render(request, "command/why.html", {"page": page})


@never_cache
@require_safe
@login_not_required
def events(request: HttpRequest) -> HttpResponse:
    """`GET /events?papan=gubernur`: 307 to the stream, with a ticket. Without a name: every board one may see."""
    actor = _actor(request)
    key = request.GET.get("layar", "")
    if key:
        names = [shown_on(key, now=clock.now())[0].name]
    else:
        wanted = [board_named(name) for name in request.GET.getlist("papan")] or list(boards().values())
        names = [one.name for one in wanted if may_see(one, actor)]
    if not names:
        raise NotAllowed
    origin, address = _stream(request)
    came_from = f"{request.scheme}://{request.get_host()}" if origin else ""
    drawn = ""
    if actor is None and not key and len(names) == 1 and not request.GET.get("wilayah"):
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
