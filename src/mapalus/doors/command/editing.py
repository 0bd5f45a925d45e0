"""Boards changed on the page: tiles added, moved, taken away; looked at before they are saved; earlier editions again.

The form holds the whole board, so that it works without a script and nothing is lost when somebody else was faster.
What it says is read by the same reader as the files of packs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mapalus.apps.boards import actions
from mapalus.apps.boards.models import Edition, Screen
from mapalus.apps.boards.standing import board_named, boards, may_see
from mapalus.apps.catalogue.models import Indicator
from mapalus.doors.command.fragments import Fragment, fragments
from mapalus.doors.command.tiles.around import Around
from mapalus.engine import clock
from mapalus.engine.boards import KINDS, Board, examine
from mapalus.engine.errors import Invalid, NotAllowed, NotFound, Problem
from mapalus.engine.ports import Actor
from mapalus.engine.strict_yaml import YamlProblem, dump_yaml, load_yaml
from mapalus.engine.text import _ as mark

__all__ = ["EditPage", "Row", "edit", "editions", "may_edit", "may_lend_sight", "new", "screens"]

_MOST = 60


@dataclass(frozen=True)
class Row:
    """One tile of the form. `more`: what else it says, as YAML."""

    number: int
    kind: str
    indicator: str
    title: str
    title_en: str
    more: str
    named: str = ""  # what its indicators are called
    focus: str = ""  # where one goes on after a tile was added, moved or taken away: kind, up, down


@dataclass(frozen=True)
class EditPage:
    """Context of command/edit.html."""

    name: str
    is_new: bool
    title: str
    title_en: str
    public: bool
    audience: str
    region: str
    rotate: str
    rows: Sequence[Row]
    based_on: int
    reason: str
    kinds: Sequence[tuple[str, str]]
    indicators: Sequence[tuple[str, str]]
    wrong: Sequence[str] = ()
    advice: str = ""
    shown: Sequence[Fragment] = ()  # as it would look
    document: Mapping[str, Any] = field(default_factory=dict)
    may_public: bool = False
    may_remove: bool = False


def may_edit(actor: Actor | None, now: datetime) -> bool:
    """Whether to offer it; the act itself asks again."""
    return actor is not None and actor.may("boards.edit", Edition, now)


def _editor(request: HttpRequest) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not may_edit(actor, clock.now()):
        raise NotAllowed(act="boards.edit")
    return actor


@never_cache
@require_http_methods(["GET", "POST", "HEAD"])
def new(request: HttpRequest) -> HttpResponse:
    """A new board, empty or begun from another one (`?dari=gubernur`)."""
    actor = _editor(request)
    if request.method == "POST":
        return _posted(request, actor, request.POST.get("name", "").strip(), is_new=True)
    copied = request.GET.get("dari", "")
    document: dict[str, Any] = {"title": "", "tiles": []}
    if copied:
        origin = board_named(copied)
        if not may_see(origin, actor):
            raise NotAllowed(board=copied)
        document = {**origin.descriptor, "public": False}
        document["title"] = _("%(title)s (copy)") % {"title": origin.title}
    return _render(request, _page(document, "", 0, actor, is_new=True))


@never_cache
@require_http_methods(["GET", "POST", "HEAD"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """The form of a board; every button of it posts the whole."""
    actor = _editor(request)
    if request.method == "POST":
        return _posted(request, actor, name, is_new=False)
    one = board_named(name)
    return _render(request, _page(dict(one.descriptor), name, one.number, actor))


def _posted(request: HttpRequest, actor: Actor, name: str, *, is_new: bool) -> HttpResponse:
    given, act = request.POST, request.POST.get("act", "preview")
    document, wrong = _document(given, act)
    based_on = _whole(given.get("based_on", "0"))
    advice, now = "", clock.now()
    shown: Sequence[Fragment] = ()
    if act in ("save", "preview", "remove") and not wrong:
        board, problems = examine(document, name=name)
        wrong = [_place(one.path) + str(one.say(language=_language())) for one in problems]
        if is_new and act == "save" and name in boards():
            wrong.append(_("There is a board %(name)s already. Choose another name.") % {"name": name})
        if not wrong:
            try:
                if act == "save":
                    subject = Board(name, board.title)
                    actions.edit(subject, document=document, based_on=based_on, reason=given.get("reason", ""),
                                 by=actor, now=now)  # fmt: skip
                    return redirect("command:board", name=name)
                if act == "remove":
                    actions.remove(Board(name, board.title), reason=given.get("reason", ""), by=actor, now=now)
                    return redirect("command:editions", name=name)
                shown = _looked_at(board, actor, now)
            except actions.EditedMeanwhile as problem:
                # His work stays in the form; saving it again puts it above the edition that came between.
                wrong, advice = [problem.say(language=_language())], _advice(problem)
                based_on = _whole(str(problem.data["number"]))
            except Problem as problem:
                wrong = _said(problem)
    page = _page(document, name, based_on, actor, is_new=is_new, wrong=wrong, advice=advice, shown=shown,
                 reason=given.get("reason", ""))  # fmt: skip
    page = replace(page, rows=_focused(page.rows, act))
    return _render(request, page, status=422 if wrong else 200)


def _said(problem: Problem) -> list[str]:
    fields = problem.data.get("fields")
    if isinstance(problem, Invalid) and isinstance(fields, Mapping):
        return [translation.gettext(str(one)) for one in fields.values()]
    return [problem.say(language=_language())]


def _advice(problem: Problem) -> str:
    return translation.gettext(str(problem.advice))


def _place(path: Sequence[object]) -> str:
    if len(path) > 1 and path[0] == "tiles" and isinstance(path[1], int):
        return _("Tile %(number)s: ") % {"number": path[1] + 1}
    return ""


def _looked_at(board: Board, actor: Actor, now: datetime) -> Sequence[Fragment]:
    return fragments(Around(board, actor, now, _language()), sequence=0)


def _language() -> str:
    return translation.get_language() or str(settings.LANGUAGE_CODE)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# --- between form and declaration ------------------------------------------------------------------------------------


def _document(given: QueryDict, act: str) -> tuple[dict[str, Any], list[str]]:
    """The declaration in a form, after the button that was pressed moved, added or dropped a tile."""
    wrong: list[str] = []
    tiles = []
    for n in range(1, min(_whole(given.get("count", "0")), _MOST) + 1):
        tile, problem = _tile(given, n)
        tiles.append(tile)
        if problem:
            wrong.append(_place(("tiles", n - 1)) + problem)
    _move(tiles, act)
    document: dict[str, Any] = {"title": given.get("title", "").strip(), "title_en": given.get("title_en", "").strip()}
    if given.get("public"):
        document["public"] = True
    audience = _words(given.get("audience", ""))
    if audience:
        document["for"] = audience
    if given.get("region", "").strip():
        document["region"] = given.get("region", "").strip()
    rotate = given.get("rotate", "").strip()
    if rotate:
        document["rotate"] = _whole(rotate) or rotate
    document["tiles"] = tiles
    return {key: value for key, value in document.items() if value != "" or key == "title"}, wrong


def _tile(given: QueryDict, n: int) -> tuple[dict[str, Any], str]:
    kind = given.get(f"t{n}-kind", "number")
    tile: dict[str, Any] = {"kind": kind}
    codes = _words(given.get(f"t{n}-indicator", ""))
    if codes:
        tile |= {"indicator": codes[0]} if len(codes) == 1 else {"indicators": codes}
    for key in ("title", "title_en"):
        said = given.get(f"t{n}-{key}", "").strip()
        if said:
            tile[key] = said
    more = given.get(f"t{n}-more", "").strip()
    if more:
        try:
            others = load_yaml(more, depth=4)
        except YamlProblem as problem:
            return {**tile, "": more}, problem.say(language=_language())
        if not isinstance(others, dict):
            return {**tile, "": more}, _("Write one setting a line, such as periods: 12")
        tile |= others
    return tile, ""


def _move(tiles: list[dict[str, Any]], act: str) -> None:
    verb, _dash, place = act.partition("-")
    at = _whole(place) - 1
    if verb == "add":
        tiles.append({"kind": "number"})
    elif 0 <= at < len(tiles):
        if verb == "drop":
            tiles.pop(at)
        elif verb in ("up", "down"):
            to = at - 1 if verb == "up" else at + 1
            if 0 <= to < len(tiles):
                tiles[at], tiles[to] = tiles[to], tiles[at]


def _focused(rows: Sequence[Row], act: str) -> Sequence[Row]:
    """With the place from which one goes on: without it a form of twelve tiles begins at its top after every press."""
    verb, _dash, place = act.partition("-")
    at = {"add": len(rows), "up": _whole(place) - 1, "down": _whole(place) + 1, "drop": _whole(place)}.get(verb, 0)
    at = min(max(at, 1), len(rows)) if at else 0
    is_at_end = (verb == "up" and at == 1) or (verb == "down" and at == len(rows))
    focus = verb if verb in ("up", "down") and not is_at_end else "kind"
    return [replace(row, focus=focus) if row.number == at else row for row in rows]


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


def _row(number: int, raw: object, names: Mapping[str, str]) -> Row:
    tile = {"indicator": raw} if isinstance(raw, str) else dict(raw) if isinstance(raw, Mapping) else {}
    broken = tile.pop("", "")
    codes = tile.pop("indicators", None) or tile.pop("indicator", None) or ()
    kind, title, title_en = tile.pop("kind", "number"), tile.pop("title", ""), tile.pop("title_en", "")
    more = str(broken) or (dump_yaml(tile).strip() if tile else "")
    said = [codes] if isinstance(codes, str) else [str(one) for one in codes]
    named = ", ".join(names.get(code, _("%(code)s: not known here") % {"code": code}) for code in said if code)
    return Row(number, str(kind), " ".join(said), str(title), str(title_en), more, named)


def _page(
    document: Mapping[str, Any], name: str, based_on: int, actor: Actor, *, is_new: bool = False,
    wrong: Sequence[str] = (), advice: str = "", shown: Sequence[Fragment] = (), reason: str = "",
) -> EditPage:  # fmt: skip
    audience, now = document.get("for", ()), clock.now()
    english = _language().startswith("en")
    codes = Indicator.objects.visible_to(actor).values_list("code", "title", "title_en").order_by("code")
    names = {code: title_en if english and title_en else title for code, title, title_en in codes}
    return EditPage(
        name=name,
        is_new=is_new,
        title=str(document.get("title", "")),
        title_en=str(document.get("title_en", "")),
        public=document.get("public") is True,
        audience=audience if isinstance(audience, str) else " ".join(audience),
        region=str(document.get("region", "")),
        rotate=str(document.get("rotate", "")),
        rows=[_row(n, raw, names) for n, raw in enumerate(document.get("tiles") or (), 1)],
        based_on=based_on,
        reason=reason,
        kinds=kinds(),
        indicators=list(names.items()),
        wrong=wrong,
        advice=advice,
        shown=shown,
        may_public=actor.may("boards.make-public", Edition, now),
        may_remove=not is_new and actor.may("boards.remove", Edition, now),
    )


def kinds() -> list[tuple[str, str]]:
    """Names of the kinds, as people call them."""
    words = {
        "number": _("Number"), "line": _("Line"), "bar": _("Bars"), "ranking": _("Ranking"), "map": _("Map"),
        "table": _("Table"), "cases": _("Cases"), "overdue": _("Data overdue"), "incidents": _("Incidents on a map"),
        "text": _("Text"), "link": _("Link, camera"), "alarms": _("Strip of alarms"),
        "districts": _("Kabupaten and kota"), "state": _("State of the data"), "news": _("Just now"),
    }  # fmt: skip
    return [(kind, words.get(kind, kind)) for kind in KINDS]


def _render(request: HttpRequest, page: EditPage, *, status: int = 200) -> HttpResponse:
    return render(request, "command/edit.html", {"page": page}, status=status)


# --- editions and screens ---------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST", "HEAD"])
def editions(request: HttpRequest, name: str) -> HttpResponse:
    """Every edition of a board; any of them can be made the newest again."""
    actor, now = _editor(request), clock.now()
    found = list(Edition.objects.visible_to(actor).of(name)[:200])
    wrong: list[str] = []
    if request.method == "POST":
        edition = next((one for one in found if one.number == _whole(request.POST.get("edition", ""))), None)
        try:
            if edition is None:
                raise Invalid(fields={"edition": mark("Choose one of the editions.")})
            actions.restore(edition, reason=request.POST.get("reason", ""), by=actor, now=now)
            return redirect("command:board", name=name)
        except Invalid as problem:
            wrong = _said(problem)
    if not found and name not in boards():
        raise NotFound(board=name)
    shown = {"name": name, "editions": found, "wrong": wrong, "stands": name in boards()}
    return render(request, "command/editions.html", shown, status=422 if wrong else 200)


@never_cache
@require_http_methods(["GET", "POST", "HEAD"])
def screens(request: HttpRequest, name: str) -> HttpResponse:
    """Addresses for screens on walls: given out once, taken back at will; a leader lends one his own sight."""
    actor: Actor | None = getattr(request, "actor", None)
    now, one = clock.now(), board_named(name)
    may_hang = may_edit(actor, now)
    may_lend = may_lend_sight(one, actor, now)
    if actor is None or not (may_hang or may_lend):
        raise NotAllowed(act="boards.issue-wall")
    address, wrong = "", []
    if request.method == "POST":
        try:
            if request.POST.get("end"):
                screen = get_object_or_404(Screen.objects.filter(board=name), pk=_whole(request.POST["end"]))
                actions.revoke_wall(screen, by=actor, now=now)
                return redirect("command:screens", name=name)
            key = _hung(one, request, actor, now, lends=bool(request.POST.get("lend")) or not may_hang)
            address = request.build_absolute_uri(reverse("command:screen", args=[key]))
        except Invalid as problem:
            wrong = _said(problem)
    found = Screen.objects.visible_to(actor).filter(board=name).order_by("-pk")
    rows = [(screen, actor.may("boards.revoke-wall", screen, now)) for screen in found[:100]]
    days = (timezone.localdate(now + timedelta(days=1)), timezone.localdate(now + actions.LONGEST))
    shown = {"board": one, "screens": rows, "address": address, "wrong": wrong, "now": now, "days": days,
             "may_hang": may_hang, "may_lend": may_lend, "actor": actor, "given": request.POST}  # fmt: skip
    return render(request, "command/screens.html", shown, status=422 if wrong else 200)


def may_lend_sight(board: Board, actor: Actor | None, now: datetime) -> bool:
    """Whether to offer a screen that sees what this position sees; the act itself asks again."""
    if actor is None or board.public or not may_see(board, actor):
        return False
    return actor.may("boards.issue-leaders-wall", Screen, now)


def _hung(board: Board, request: HttpRequest, actor: Actor, now: datetime, *, lends: bool) -> str:
    """The key of a new screen."""
    place = request.POST.get("place", "")
    if not lends:
        return actions.issue_wall(board, place=place, by=actor, now=now)[1]
    try:
        day = date.fromisoformat(request.POST.get("until", "")[:10])
    except ValueError:
        raise Invalid(fields={"until": mark("Choose a day within the next three months.")}) from None
    until = timezone.make_aware(datetime.combine(day, time(23, 59)))
    until = min(until, now + actions.LONGEST) if day <= timezone.localdate(now + actions.LONGEST) else until
    return actions.issue_leaders_wall(board, place=place, until=until, by=actor, now=now)[1]
