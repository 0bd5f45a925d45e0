"""Parts of public boards as everybody sees them, drawn once for all pages that are open: they travel in the event.

Drawn without an actor, as for a visitor who is not signed in: what only some may see can never be in it. Pages of those
who are signed in fetch what changed with their own rights.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils import translation

from mapalus.apps.boards.standing import board_named, boards, part_of
from mapalus.apps.ledger.models import Entry
from mapalus.doors.command.fragments import fragment
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.registry import Placed
from mapalus.engine import clock
from mapalus.engine.errors import NotFound

__all__ = ["WALL", "draw", "look_round", "way_of"]

WALL = "-wall"
_LARGEST = 16_000  # characters of a part that travels; a larger one is fetched by whoever shows it


def way_of(language: str, *, is_wall: bool) -> str:
    """How a page shows its parts: its language, and whether it hangs on a wall."""
    return f"{'en' if language.startswith('en') else 'id'}{WALL if is_wall else ''}"


def draw(board: str, parts: Collection[str], way: str) -> Mapping[str, str]:
    """Markup by part, of those that can be drawn so."""
    try:
        known = board_named(board)
    except NotFound:
        return {}
    if not known.public:
        return {}
    language, is_wall = way.removesuffix(WALL), way.endswith(WALL)
    sequence = Entry.objects.last_sequence()
    with translation.override(language):
        around = Around(known, None, clock.now(), language, is_wall=is_wall)
        drawn = {
            part_of(n): fragment(Placed(tile, n), around, sequence=sequence).markup
            for n, tile in enumerate(known.tiles, 1)
            if part_of(n) in parts
        }
    return {part: str(markup) for part, markup in drawn.items() if len(markup) <= _LARGEST}


def look_round() -> None:
    """Draw one public board, so that what is loaded late is loaded before the first event."""
    for name, board in boards().items():
        if board.public:
            draw(name, {part_of(n) for n in range(1, len(board.tiles) + 1)}, way_of("id", is_wall=False))
            return
