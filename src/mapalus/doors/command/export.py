"""Boards and tiles to take along: a PDF for paper, PNG and SVG for slides. Rights, numbers and ages are the board's."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.apps.boards.standing import board_named, may_see
from mapalus.apps.directory.models import Region
from mapalus.doors.command.export_picture import (
    PER_SLIDE,
    Pictured,
    Place,
    board_picture,
    paper,
    picture,
    png,
)
from mapalus.doors.command.export_tiles import pictured
from mapalus.doors.ui import figures
from mapalus.doors.ui.context import province_name
from mapalus.engine import clock
from mapalus.engine.boards import Board
from mapalus.engine.errors import NotAllowed, NotFound, Unavailable
from mapalus.engine.ports import Actor
from mapalus.engine.text import _ as mark

__all__ = ["board_file", "board_pdf", "made_here", "slides_of", "tile_file"]

_T = TypeVar("_T")
_PER_PAGE = 6
# A drawing brings its own colours; it may nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class NoPaper(Unavailable):
    """PDF needs the extra `documents`, which is not installed here."""

    code = "no-paper"
    text = mark("This server makes no PDF.")
    advice = mark("Print the board from your browser: the page is made for paper.")


def _asked(request: HttpRequest, name: str) -> tuple[Board, tuple[Pictured, ...], Place]:
    """The board with its tiles, for who may see it."""
    one = board_named(name)
    actor: Actor | None = getattr(request, "actor", None)
    if not may_see(one, actor):
        raise NotAllowed(board=name)
    now, language = clock.now(), translation.get_language() or settings.LANGUAGE_CODE
    region = Region.objects.filter(
        code=request.GET.get("wilayah", "")[:13], code__startswith=f"{settings.PROVINCE_CODE}."
    ).first()
    title, tiles = pictured(one, actor=actor, now=now, language=language, region=region.code if region else "")
    return one, tiles, _place(f"{title} · {region.name}" if region else title, now, language)


def _place(title: str, now: datetime, language: str) -> Place:
    at = figures.moment(now, language=language, zone=timezone.get_current_timezone())
    weekday = figures.day(now.astimezone(timezone.get_current_timezone()).date(), language=language, form="weekday")
    said = f"{weekday.split(',')[0]}, {at}"
    return Place(title, province_name(settings.PROVINCE_CODE), said, is_sample=bool(settings.SAMPLE_DATA))


@never_cache
@require_safe
@login_not_required
def board_pdf(request: HttpRequest, name: str) -> HttpResponse:
    """`/papan/<name>.pdf`: the board on A4 landscape, six tiles to a page."""
    if find_spec("weasyprint") is None:
        raise NoPaper
    _board, tiles, place = _asked(request, name)
    pages = [tiles[at : at + _PER_PAGE] for at in range(0, len(tiles), _PER_PAGE)] or [()]
    drawn = [(b64encode(paper(page).encode()).decode(), "; ".join(tile.title for tile in page)) for page in pages]
    rows = [(tile, request.build_absolute_uri(tile.why) if tile.why else "") for tile in tiles]
    shown = {"place": place, "pages": drawn, "tiles": rows}
    from mapalus.engine.letters.paper import pdf

    text = render_to_string("command/export_board.html", {"shown": shown}, request=request)
    try:
        return _file(pdf(text), "application/pdf", f"{slugify(place.board)}.pdf")
    except OSError as error:  # the library is there, what it draws with (Pango) is not
        raise NoPaper from error


@never_cache
@require_safe
@login_not_required
def board_file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """`/papan/<name>.png` and `.svg`: a slide of 1920 by 1080 (`?kali=2`: twice that), six tiles on each.

    `?halaman=2` is the second; `Link: <…>; rel="next"` says that there is one more.
    """
    _board, tiles, place = _asked(request, name)
    slides = slides_of(tiles)
    asked = request.GET.get("halaman", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    if not 1 <= number <= len(slides):
        raise NotFound(mark("This board has no slide %(number)s."), number=number)
    title = slugify(place.board)
    if len(slides) > 1:
        place, title = replace(place, page=f"{number}/{len(slides)}"), f"{title}-{number}"
    response = _picture(request, board_picture(slides[number - 1], place), title, form)
    if number < len(slides):
        following = request.GET.copy()
        following["halaman"] = str(number + 1)
        response["Link"] = f'<{request.path}?{following.urlencode()}>; rel="next"'
    return response


@cache
def made_here() -> frozenset[str]:
    """Which forms this server makes: `pdf`, `png`; the rest of them prints or saves the browser."""
    found = {"pdf": find_spec("weasyprint"), "png": find_spec("resvg_py")}
    return frozenset(form for form, spec in found.items() if spec is not None)


def slides_of(tiles: Sequence[_T]) -> list[Sequence[_T]]:
    """The tiles in their order, evenly on as few slides as hold them."""
    count = max(1, math.ceil(len(tiles) / PER_SLIDE))
    size = math.ceil(len(tiles) / count) or 1
    return [tiles[at : at + size] for at in range(0, max(len(tiles), 1), size)]


@never_cache
@require_safe
@login_not_required
def tile_file(request: HttpRequest, name: str, number: int, form: str) -> HttpResponse:
    """`/papan/<name>/ubin/<n>.png` and `.svg`: one tile, with its title, source and date; the first is 1."""
    _board, tiles, place = _asked(request, name)
    if not 1 <= number <= len(tiles):
        raise NotFound(mark("This board has no tile %(number)s."), number=number)
    tile = tiles[number - 1]
    return _picture(request, picture(tile, place), slugify(f"{place.board} {tile.title}"), form)


def _picture(request: HttpRequest, drawing: str, name: str, form: str) -> HttpResponse:
    if form == "svg":
        return _file(drawing.encode(), "image/svg+xml", f"{name[:80]}.svg")
    return _file(png(drawing, twice=request.GET.get("kali") == "2"), "image/png", f"{name[:80]}.png")


def _file(body: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    if kind == "image/svg+xml":
        response._csp_exempt = True  # type: ignore[attr-defined] # its own policy is stricter, but for colours
        response["Content-Security-Policy"] = _POLICY
    return response
