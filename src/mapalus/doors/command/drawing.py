"""Parts of public boards as everybody sees them, drawn once for all pages that are open: they travel in the event.

Drawn without an actor, as for a visitor who is not signed in: what only some may see can never be in it. Pages of those
who are signed in fetch what changed with their own rights.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils import translation

from mapalus.apps.catalogue.readings import read
from mapalus.doors.command import board_page
from mapalus.doors.command.boards import declared
from mapalus.doors.ui.templatetags.ui import number_tile_
from mapalus.engine import clock

__all__ = ["WALL", "draw", "way_of"]

WALL = "-wall"
_LARGEST = 16_000  # characters of a part that travels; a larger one is fetched by whoever shows it


def way_of(language: str, *, is_wall: bool) -> str:
    """How a page shows its parts: its language, and whether it hangs on a wall."""
    return f"{'en' if language.startswith('en') else 'id'}{WALL if is_wall else ''}"


def draw(board: str, parts: Collection[str], way: str) -> Mapping[str, str]:
    """Markup by part, of those that can be drawn so."""
    known = declared().get(board)
    if known is None or not known.public:
        return {}
    language, is_wall = way.removesuffix(WALL), way.endswith(WALL)
    with translation.override(language):
        readings = read(known.codes, actor=None)
        figures = board_page._figures(known.tiles, readings, now=clock.now(), language=language, is_wall=is_wall)
        drawn = {figure.key: str(number_tile_(figure)) for figure in figures if figure.key in parts}
    return {part: markup for part, markup in drawn.items() if len(markup) <= _LARGEST}
