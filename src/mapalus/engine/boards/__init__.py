"""Boards: what somebody looks at, declared as tiles. `declaration` holds the values, `reader` reads them strictly."""

from __future__ import annotations

from mapalus.engine.boards.declaration import KINDS, Board, Kind, Tile
from mapalus.engine.boards.reader import board_of, examine, read_board

__all__ = ["KINDS", "Board", "Kind", "Tile", "board_of", "examine", "read_board"]
