"""From a file to a board, strictly: all that is wrong is said at once, with its line and the nearest key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mapalus.engine.boards.declaration import KINDS, LEVELS, Board, Tile
from mapalus.engine.declaring import Bag, DeclarationProblem
from mapalus.engine.errors import Misconfigured
from mapalus.engine.strict_yaml import Located, YamlProblem, load_located
from mapalus.engine.text import _

__all__ = ["board_of", "examine", "read_board"]

_DEPTH = 8
_KEYS = ("title", "title_en", "public", "for", "region", "rotate", "tiles")
_MOST_TILES = 60
_LONGEST = 2_000
_CODE = re.compile(r"\d{2}(?:\.\d{2}){0,2}(?:\.\d{4})?", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_HREF = re.compile(r"(?:https?://[^\s/]+\S*|/(?!/)\S*)", re.ASCII)
_PICTURE = re.compile(r"/(?!/)\S*", re.ASCII)
_TEXTS = ("title", "title_en", "text", "text_en", "href", "image", "service", "dataset")
_COLUMNS = ("lat", "lon", "at", "name", "region_column")
_BY = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_NUMBERS = {"periods": (2, 120), "most": (1, 200), "hours": (1, 24 * 366)}


def read_board(path: Path) -> Board:
    """One board file. Raises `Misconfigured` with everything that is wrong with it, each with its line."""
    try:
        located = load_located(path.read_text(encoding="utf-8"), depth=_DEPTH)
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(_("%(file)s cannot be read."), file=str(path)) from None
    except YamlProblem as problem:
        raise Misconfigured(
            _("%(file)s, line %(line)s: %(problem)s"), file=str(path), line=problem.line, problem=problem
        ) from None
    if located.problems:
        first = located.problems[0]
        raise Misconfigured(_("%(file)s, line %(line)s: %(problem)s"), file=str(path), line=first.line, problem=first)
    return board_of(located.value, name=path.stem, file=str(path), located=located)


def board_of(raw: Any, *, name: str, file: str = "", located: Located | None = None) -> Board:
    """The board in what was read. Raises `Misconfigured` with everything that is wrong with it."""
    made, problems = examine(raw, name=name)
    if problems:
        told = _Sentences(tuple(problems), located)
        raise Misconfigured(_("%(file)s is not a board: %(wrong)s."), file=file or name, wrong=told)
    return made


@dataclass(frozen=True)
class _Sentences:
    problems: tuple[DeclarationProblem, ...]
    located: Located | None

    def say(self, *, language: str | None = None) -> str:
        told = []
        for one in self.problems:
            said = one.say(language=language)
            if self.located is not None:
                line = Misconfigured(_("line %(line)s"), line=self.located.line(*one.path)).say(language=language)
                said = f"{line}: {said}"
            told.append(said)
        return "; ".join(dict.fromkeys(told))

    def __str__(self) -> str:
        return self.say()


def examine(raw: Any, *, name: str) -> tuple[Board, list[DeclarationProblem]]:
    """The board as far as it could be read, and what is wrong with it."""
    bag = Bag()
    if not isinstance(raw, Mapping):
        bag.wrong((), _("it must hold names and values"))
        return Board(name, name), bag
    for key in raw:
        if key not in _KEYS:
            bag.unknown((key,), key, _KEYS)
    for key in ("title", "title_en"):
        _text(raw, key, (key,), bag)
    if not raw.get("title"):
        bag.wrong(("title",), _("it needs a title"))
    public = raw.get("public", False)
    if not isinstance(public, bool):
        bag.wrong(("public",), _("it is true or false"))
    rotate = raw.get("rotate", 20)
    if isinstance(rotate, bool) or not isinstance(rotate, int) or not 5 <= rotate <= 3600:
        bag.wrong(("rotate",), _("it is a number of seconds, from 5 to 3600"))
        rotate = 20
    board = Board(
        name=name,
        title=str(raw.get("title") or name),
        title_en=str(raw.get("title_en") or ""),
        tiles=_tiles(raw.get("tiles"), bag),
        public=public is True,
        audience=_names(raw.get("for"), ("for",), bag),
        region=_region(raw.get("region"), ("region",), bag),
        rotate=rotate,
        descriptor=dict(raw),
    )
    if board.public and board.audience:
        bag.wrong(("for",), _("a public board is for everybody: leave out `for`, or `public`"))
    return board, bag


def _tiles(raw: Any, bag: Bag) -> tuple[Tile, ...]:
    if not isinstance(raw, list) or not raw:
        bag.wrong(("tiles",), _("it needs a list of tiles"))
        return ()
    if len(raw) > _MOST_TILES:
        bag.wrong(("tiles",), _("it has more than %(most)s tiles"), most=_MOST_TILES)
    return tuple(_tile(item, ("tiles", place), bag) for place, item in enumerate(raw))


def _tile(raw: Any, path: tuple[object, ...], bag: Bag) -> Tile:
    if isinstance(raw, str):
        raw = {"indicator": raw}
    if not isinstance(raw, Mapping):
        bag.wrong(path, _("a tile is the code of an indicator, or names and values"))
        return Tile()
    word = raw.get("kind", "number")
    kind = KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        bag.unknown((*path, "kind"), word, KINDS)
        return Tile()
    for key in raw:
        if key not in kind.may:
            bag.unknown((*path, key), key, kind.may)
    codes = _codes(raw, path, bag)
    for key in sorted(kind.must):
        if not (codes if key == "indicator" else raw.get(key)):
            bag.wrong(path, _("a tile of kind %(kind)s needs %(key)s"), kind=word, key=key)
    if len(codes) > kind.most:
        bag.wrong(path, _("a tile of kind %(kind)s shows at most %(most)s indicators"), kind=word, most=kind.most)
    return _filled(Tile(kind=word, indicators=codes), raw, path, bag)


def _filled(tile: Tile, raw: Mapping[str, Any], path: tuple[object, ...], bag: Bag) -> Tile:
    given: dict[str, Any] = {key: _text(raw, key, (*path, key), bag) for key in _TEXTS if key in raw}
    for key in _COLUMNS:
        if key in raw:
            given[key] = _matching(raw[key], _NAME, (*path, key), bag, _("it is the name of a column"))
    for key, (least, most) in _NUMBERS.items():
        if key in raw:
            given[key] = _number(raw[key], least, most, (*path, key), bag)
    if "by" in raw:
        given["by"] = _matching(raw["by"], _BY, (*path, "by"), bag, _("it is region, or a dimension of the indicator"))
    for key, known in (("level", LEVELS), ("what", ("overdue", "mine"))):
        if key in raw:
            given[key] = raw[key]
            if raw[key] not in known:
                bag.unknown((*path, key), raw[key], known)
                del given[key]
    given["region"] = _region(raw.get("region"), (*path, "region"), bag)
    if "href" in raw:
        _matching(raw["href"], _HREF, (*path, "href"), bag, _("it is an address: https://... or /..."))
    if "image" in raw:
        _matching(raw["image"], _PICTURE, (*path, "image"), bag, _("it is an address on this site: /..."))
    return replace(tile, **given)


def _codes(raw: Mapping[str, Any], path: tuple[object, ...], bag: Bag) -> tuple[str, ...]:
    if "indicators" in raw:
        if "indicator" in raw:
            bag.wrong((*path, "indicators"), _("either indicator or indicators"))
        return _names(raw["indicators"], (*path, "indicators"), bag)
    return _names(raw.get("indicator"), (*path, "indicator"), bag)


def _names(raw: Any, path: tuple[object, ...], bag: Bag) -> tuple[str, ...]:
    items: Sequence[Any] = raw if isinstance(raw, list) else [raw] if raw is not None else []
    if not all(isinstance(item, str) and item and len(item) <= 120 for item in items):
        bag.wrong(path, _("it is a name, or a list of names"))
        return ()
    if len(set(items)) < len(items):
        bag.wrong(path, _("a name stands there twice"))
    return tuple(items)


def _text(raw: Mapping[str, Any], key: str, path: tuple[object, ...], bag: Bag) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str) or len(value) > _LONGEST:
        bag.wrong(path, _("it is a text of at most %(most)s characters"), most=_LONGEST)
        return ""
    return value


def _region(raw: Any, path: tuple[object, ...], bag: Bag) -> str:
    if raw in (None, ""):
        return ""
    return _matching(raw, _CODE, path, bag, _('it is the dotted code of a region, in quotes: "71.71"'))


def _matching(raw: Any, pattern: re.Pattern[str], path: tuple[object, ...], bag: Bag, wrong: str) -> str:
    if isinstance(raw, str) and pattern.fullmatch(raw):
        return raw
    bag.wrong(path, wrong)
    return ""


def _number(raw: Any, least: float, most: float, path: tuple[object, ...], bag: Bag) -> Any:
    if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
        bag.wrong(path, _("it is a whole number from %(least)s to %(most)s"), least=least, most=most)
        return least
    return raw
