"""What the tiles of a board show, gathered for pictures and paper: the values of the page, by its rights."""

from __future__ import annotations

from datetime import datetime

from mapalus.doors.command.export_picture import Pictured
from mapalus.doors.command.tiles import all_kinds
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.registry import Placed, Shown, gathered
from mapalus.engine.boards import Board
from mapalus.engine.ports import Actor

__all__ = ["pictured"]

assert all_kinds


def pictured(
    board: Board, *, actor: Actor | None, now: datetime, language: str, region: str = ""
) -> tuple[str, tuple[Pictured, ...]]:
    """Title of the board, and its tiles in their order; `region`: as the page was asked for."""
    around = Around(board, actor, now, language, region=region)
    tiles = [gathered(Placed(tile, n), around) for n, tile in enumerate(board.tiles, 1)]
    return board.title_in(language), tuple(_pictured(one) for one in tiles)


def _pictured(one: Shown) -> Pictured:
    table = one.table if one.figure is None and one.chart is None and one.map is None else None
    words = (one.said,) if one.said and table is None else ()
    return Pictured(
        one.title, one.source, said=one.said if not words else "", figure=one.figure, chart=one.chart, map=one.map,
        table=table, words=words, why=one.why,
    )  # fmt: skip
