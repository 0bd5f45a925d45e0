"""Everything a board shows, gathered into one value. Templates ask no questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Max

from mapalus.apps.catalogue.models import Version
from mapalus.apps.ledger.models import Entry
from mapalus.doors.command import words
from mapalus.doors.command.fragments import Fragment, fragments
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.wall import WallPage, pages
from mapalus.engine.boards import Board
from mapalus.engine.ports import Actor

__all__ = ["BoardPage", "Group", "build"]

_FEW = 6  # numbers that stand in one row of a desk


@dataclass(frozen=True)
class Group:
    """Tiles that stand together: numbers in a field, or plots beside each other, or a strip."""

    look: str  # numbers, plots, strip
    tiles: Sequence[Fragment]
    is_first: bool = False

    @property
    def in_row(self) -> int:
        """How many stand in one row of a desk, so that the last row is full or nearly so."""
        count = len(self.tiles)
        if count <= _FEW:
            return max(count, 3) if count > 1 else _FEW
        return min((6, 5, 4), key=lambda row: (-count % row, -row))


@dataclass(frozen=True)
class BoardPage:
    """Context of command/board.html, of its fragment command/_board.html and of command/wall.html."""

    board: Board
    title: str
    groups: Sequence[Group]
    pages: Sequence[WallPage]  # of the wall
    now: datetime
    changed: str  # when anything on the board last changed, as people say it
    sequence: int  # of the ledger, when the page was made
    is_wall: bool
    zone: str  # Asia/Makassar
    zone_word: str  # WITA
    region: str  # as it was asked for: 71.71
    place: str  # its name
    up: tuple[str, str] | None  # address and name of what is above it
    at_page: int = 1  # of the wall, without a script


def build(
    board: Board, *, actor: Actor | None, now: datetime, language: str, is_wall: bool = False, region: str = "",
    at_page: int = 1,
) -> BoardPage:  # fmt: skip
    """Ask for everything on the board. The place in the ledger is read first, so that nothing can fall between."""
    sequence = Entry.objects.last_sequence()
    around = Around(board, actor, now, language, is_wall=is_wall, region=region)
    drawn = fragments(around, sequence=sequence)
    shown = pages(drawn) if is_wall else ()
    return BoardPage(
        board=board,
        title=board.title_in(language),
        groups=() if is_wall else _groups(drawn),
        pages=shown,
        now=now,
        changed=words.short(Version.objects.visible_to(actor).aggregate(at=Max("published_at"))["at"], now=now),
        sequence=sequence,
        is_wall=is_wall,
        zone=settings.TIME_ZONE,
        zone_word=settings.PROVINCE_ZONE.value,
        region=region,
        place=around.place_name if region else "",
        up=_up(around) if region else None,
        at_page=min(max(at_page, 1), max(len(shown), 1)),
    )


def _up(around: Around) -> tuple[str, str] | None:
    parent = around.region.rpartition(".")[0]
    if not parent or parent == settings.PROVINCE_CODE or around.region == around.board.region:
        return ("?", around.board.title_in(around.language))
    return (around.here(parent), around.names([parent]).get(parent, parent))


_LOOKS = {"number": "numbers", "alarms": "strip"}


def _groups(drawn: Sequence[Fragment]) -> list[Group]:
    found: list[Group] = []
    for one in drawn:
        look = _LOOKS.get(one.kind, "plots")
        if found and found[-1].look == look:
            found[-1] = Group(look, [*found[-1].tiles, one], found[-1].is_first)
        else:
            is_first = look == "numbers" and not any(group.look == "numbers" for group in found)
            found.append(Group(look, [one], is_first))
    return found
