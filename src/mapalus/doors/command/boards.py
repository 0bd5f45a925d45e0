"""Boards as this door names them; what they are is in `apps/boards/standing`."""

from __future__ import annotations

from mapalus.apps.boards.standing import MEASURED, board_named, declared, touched_by
from mapalus.engine.boards import Board, Tile, read_board

__all__ = ["MEASURED", "Board", "Tile", "board_named", "declared", "read_board", "touched_by"]
