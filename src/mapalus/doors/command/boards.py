"""Boards as packs declare them (`packs/<pack>/boards/*.yml`), and which of them an act of the ledger touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from mapalus.engine.data.indicator import read_yaml
from mapalus.engine.errors import Misconfigured, NotFound
from mapalus.engine.text import _

__all__ = ["MEASURED", "Board", "Tile", "board_named", "declared", "read_board", "touched_by"]

MEASURED = "catalogue.measure"
# Acts that stand under "just now" on every board.
_NEWS = frozenset({"catalogue.publish", "catalogue.withdraw", "catalogue.roll-back"})


@dataclass(frozen=True)
class Tile:
    """One figure of a board: an indicator, and the name it has here where that is shorter."""

    indicator: str
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True)
class Board:
    """What one leader looks at: figures in this order, and the one that is drawn on the map."""

    name: str
    title: str
    title_en: str = ""
    tiles: tuple[Tile, ...] = ()
    map: str = ""  # code of the indicator whose regions are drawn; empty: none
    public: bool = False  # seen without signing in

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(tile.indicator for tile in self.tiles) | ({self.map} if self.map else frozenset())


@cache
def declared() -> Mapping[str, Board]:
    """All boards by name. Read once: a process serves the packs it was started with."""
    boards: dict[str, Board] = {}
    for folder in settings.PACKS:
        for path in sorted((folder / "boards").glob("*.yml")):
            board = read_board(path)
            boards[board.name] = board
    return boards


def board_named(name: str) -> Board:
    """Raises `NotFound`."""
    if name not in declared():
        raise NotFound(board=name)
    return declared()[name]


def read_board(path: Path) -> Board:
    """One board file. Raises `Misconfigured` with the file's name and what is wrong."""
    raw = read_yaml(path)
    tiles = raw.get("tiles")
    if not isinstance(tiles, list) or not tiles or not raw.get("title"):
        raise Misconfigured(_("%(file)s: a board needs a title and tiles."), file=str(path))
    return Board(
        name=path.stem,
        title=str(raw["title"]),
        title_en=str(raw.get("title_en", "")),
        tiles=tuple(_tile(item, path) for item in tiles),
        map=str(raw.get("map", "")),
        public=bool(raw.get("public", False)),
    )


def _tile(raw: Any, path: Path) -> Tile:
    if isinstance(raw, str):
        return Tile(raw)
    if not isinstance(raw, dict) or not raw.get("indicator"):
        raise Misconfigured(_("%(file)s: a tile names its indicator."), file=str(path))
    return Tile(str(raw["indicator"]), str(raw.get("title", "")), str(raw.get("title_en", "")))


def touched_by(act: str, data: Mapping[str, Any]) -> set[str]:
    """Names of the boards that look different after this act."""
    if act in _NEWS:
        return set(declared())
    if act != MEASURED:
        return set()
    codes = set(data.get("indicators") or ())
    return {board.name for board in declared().values() if codes & board.codes}
