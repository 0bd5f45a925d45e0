"""The morning digest of a board: what it says, and asking for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mapalus.apps.boards import digests
from mapalus.apps.boards.models import Digest
from mapalus.apps.boards.standing import board_named, may_see
from mapalus.doors.command.tiles import all_kinds
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.registry import Placed, Shown, gathered
from mapalus.doors.ui import figures
from mapalus.engine import clock
from mapalus.engine.boards import Board
from mapalus.engine.errors import NotAllowed
from mapalus.engine.ports import Actor

__all__ = ["digest", "told_of", "written"]

assert all_kinds  # the worker, too, knows every kind of tile
_TOLD = ("number", "overdue", "cases", "alarms", "state")
_LINES = 6


def written(board: Board, actor: Actor, now: datetime) -> tuple[str, str]:
    """Subject and text of a board as this actor may see it, in the language of the province."""
    with translation.override(settings.LANGUAGE_CODE):
        language = settings.LANGUAGE_CODE
        around = Around(board, actor, now, language)
        day = figures.day(timezone.localdate(now), language=language, form="weekday")
        parts = list(_parts(board, around))
        numbers = "\n".join(text for is_number, text in parts if is_number)
        others = [text for is_number, text in parts if not is_number]
        return f"{board.title_in(language)}, {day}", "\n\n".join(filter(None, [numbers, *others]))


def _parts(board: Board, around: Around) -> Iterator[tuple[bool, str]]:
    for place, tile in enumerate(board.tiles, 1):
        if tile.kind not in _TOLD:
            continue
        shown = gathered(Placed(tile, place), around)
        if shown.figure is not None:
            yield True, told_of(shown)
        elif shown.table is not None and shown.table.rows:
            rows = [" · ".join(str(cell) for cell in row if str(cell)) for row in shown.table.rows[:_LINES]]
            yield False, "\n".join([shown.title, *(f"- {row}" for row in rows)])


def told_of(shown: Shown) -> str:
    """A number in one line: what it is, which way it went, who is missing and why, how it stands, who says so."""
    one = shown.figure
    assert one is not None
    told = f"{one.label}: {one.value} {one.unit}".strip()
    return " · ".join(filter(None, [told, one.change, one.absent, one.state_word, one.source]))


@require_http_methods(["GET", "POST"])
def digest(request: HttpRequest, name: str) -> HttpResponse:
    """What the digest of a board says today, for whoever looks; POST asks for it each morning, or for no more of it."""
    board, now = board_named(name), clock.now()
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not actor.position or not may_see(board, actor):
        raise NotAllowed(board=name)
    mine = Digest.objects.visible_to(actor).wanted().filter(board=name, position=actor.position).first()
    if request.method == "POST":
        if mine is None:
            digests.ask_for_digest(board, by=actor, now=now)
            messages.success(
                request, _("You get this board in words every morning, as long as you hold this position.")
            )
        else:
            digests.end_digest(mine, by=actor, now=now)
            messages.success(request, _("You get it no more."))
        return redirect("command:digest", name)
    subject, body = written(board, actor, now)
    facts = {"board": board, "subject": subject, "parts": _blocks(body), "is_wanted": mine is not None, "actor": actor}
    return render(request, "command/digest.html", facts)


def _blocks(body: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The text of a digest as its page shows it: parts with a title (the numbers have none), each line told in two."""
    found = []
    for block in body.split("\n\n"):
        first, *others = block.splitlines() or [""]
        is_list = bool(others) and all(one.startswith("- ") for one in others)
        lines = [one.removeprefix("- ") for one in others] if is_list else [first, *others]
        found.append((first if is_list else "", [_halves(one) for one in lines if one]))
    return found


def _halves(line: str) -> tuple[str, str]:
    """What a line is about, and what it says of it."""
    cuts = [at for at in (line.find(": "), line.find(" · ")) if at > 0]
    at = min(cuts, default=len(line))
    return line[:at], line[at:]
