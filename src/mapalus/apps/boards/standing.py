"""Boards as they stand: those of the packs, or the newest edition made on the page; which acts touch which part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Max

from mapalus.apps.boards.models import Edition
from mapalus.engine.boards import Board, Tile, board_of, read_board
from mapalus.engine.errors import NotFound
from mapalus.engine.ports import Actor

__all__ = ["ALL", "MEASURED", "board_named", "boards", "declared", "may_see", "part_of", "parts_touched", "touched_by"]

MEASURED = "catalogue.measure"
ALL = "*"  # the whole board, and not some of its parts
CHANGED = frozenset({"boards.edit", "boards.restore", "boards.remove"})
# Acts after which what stands beside the numbers may look different.
_NEWS = frozenset({"catalogue.publish", "catalogue.compact", "catalogue.withdraw", "catalogue.roll-back"})
_DATA = _NEWS | {"catalogue.dispute", "catalogue.hand-in", "catalogue.return", "catalogue.confirm", "catalogue.remind"}
_TOUCHED: Mapping[str, frozenset[str]] = {
    "news": _NEWS, "state": _DATA, "overdue": _DATA, "incidents": _NEWS, "districts": _NEWS,
    "alarms": _DATA, "cases": frozenset({"catalogue.dispute"}),
}  # fmt: skip
_BY_APP = {"cases": "cases.", "districts": "federation.", "alarms": "boards."}


@cache
def declared() -> Mapping[str, Board]:
    """Those of the packs by name. Read once: a process serves the packs it was started with."""
    paths = (path for folder in settings.PACKS for path in sorted((folder / "boards").glob("*.yml")))
    return {path.stem: read_board(path) for path in paths}


def boards() -> Mapping[str, Board]:
    """All boards by name, as they stand; two questions at most."""
    found = dict(declared())
    newest = dict(Edition.objects.values_list("name").annotate(Max("number")).order_by())
    if not newest:
        return found
    keys = _keys(newest)
    for edition in Edition.objects.filter(pk__in=keys):
        if edition.is_removed:
            found.pop(edition.name, None)
        else:
            found[edition.name] = _of(edition)
    return found


def _keys(newest: Mapping[str, int]) -> Iterable[int]:
    rows = Edition.objects.filter(name__in=newest).values_list("pk", "name", "number")
    return [pk for pk, name, number in rows if newest[name] == number]


def board_named(name: str) -> Board:
    """Raises `NotFound`."""
    edition = Edition.objects.of(name).first()
    if edition is not None and not edition.is_removed:
        return _of(edition)
    if edition is not None or name not in declared():
        raise NotFound(board=name)
    return declared()[name]


def _of(edition: Edition) -> Board:
    return _read(edition.name, edition.number, json.dumps(edition.document))


@lru_cache(maxsize=256)
def _read(name: str, number: int, text: str) -> Board:
    return replace(board_of(json.loads(text), name=name), number=number)


def may_see(board: Board, actor: Actor | None) -> bool:
    """A board says itself whether it is for everybody; others are for officials, or for those it names."""
    if board.public:
        return True
    if actor is None or not actor.position:
        return False
    if not board.audience:
        return True
    mine = {actor.position, getattr(actor, "unit", ""), *getattr(actor, "covers", ())}
    return bool(mine & set(board.audience))


def part_of(number: int) -> str:
    """The id of a tile on its page; the first is 1."""
    return f"tile-{number}"


def touched_by(act: str, data: Mapping[str, Any]) -> set[str]:
    """Names of the boards that look different after this act."""
    return set(parts_touched(act, data))


def parts_touched(
    act: str, data: Mapping[str, Any], *, among: Callable[[], Mapping[str, Board]] = boards
) -> dict[str, set[str]]:
    """Boards that look different after this act, each with the parts that do. `among`: asked only where it matters."""
    if act in CHANGED:
        return {str(data.get("board", "")): {ALL}}
    if act != MEASURED and act not in _DATA and not act.startswith(tuple(_BY_APP.values())):
        return {}
    # of those worked out anew, the ones whose values are other than before; an older entry does not say which
    codes = frozenset(data.get("changed", data.get("indicators")) or ()) if act == MEASURED else frozenset()
    found = {}
    for name, board in among().items():
        parts = {part_of(n) for n, tile in enumerate(board.tiles, 1) if _is_touched(tile, act, codes, board)}
        if parts:
            found[name] = parts
    return found


def _is_touched(tile: Tile, act: str, codes: frozenset[str], board: Board) -> bool:
    if act == MEASURED:
        return bool(codes & set(board.codes if tile.kind == "alarms" else tile.indicators))
    prefix = _BY_APP.get(tile.kind)
    return act in _TOUCHED.get(tile.kind, ()) or (prefix is not None and act.startswith(prefix))
