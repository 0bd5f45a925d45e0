"""What a screen on a wall sees: what everybody sees, or what the position sees that gave its sight away for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mapalus.apps.boards.models import Screen
from mapalus.apps.boards.standing import board_named, may_see
from mapalus.apps.directory.roster import roster
from mapalus.engine.boards import Board
from mapalus.engine.errors import NotFound
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["OnScreen", "ScreenEnded", "shown_on"]


class ScreenEnded(NotFound):
    """The address of a screen on a wall was taken back, has run out, or its board is not that position's any more."""

    code = "screen-ended"
    text = _("This address is not valid any more.")
    advice = _("Whoever keeps the boards gives out a new one.")


@dataclass(frozen=True)
class OnScreen:
    """A screen that looks with the eyes of a position: the data of its unit, never an act, never a person."""

    position: str
    unit: str
    label: str
    covers: frozenset[str] = field(default=frozenset())
    person: str = ""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        """Nothing: a wall hangs where others pass, whatever its position may."""
        return False


def shown_on(key: str, *, now: datetime) -> tuple[Board, Screen, Actor | None]:
    """The board of an address, and who looks: nobody, or the screen as its position. Raises `ScreenEnded`."""
    screen = Screen.objects.opened_by(key)
    if screen is None or (screen.until is not None and screen.until <= now):
        raise ScreenEnded
    board = board_named(screen.board)
    if not screen.sight:
        return board, screen, None
    known = roster(now)
    if screen.sight not in known.positions:
        raise ScreenEnded
    looks = OnScreen(
        screen.sight, known.unit_of(screen.sight), f"{screen.label} #{screen.pk}", frozenset({screen.sight})
    )
    if not may_see(board, looks):
        raise ScreenEnded
    return board, screen, looks
