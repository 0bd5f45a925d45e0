"""What the tiles of a board show, gathered for pictures and paper: the values of the page, by its rights."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.doors.command import board_page
from mapalus.doors.command.boards import Board
from mapalus.doors.command.export_picture import Pictured
from mapalus.doors.ui.charts import Table
from mapalus.doors.ui.maps import Area, Choropleth
from mapalus.doors.ui.parts import Figure
from mapalus.engine.ports import Actor

__all__ = ["pictured"]


def pictured(board: Board, *, actor: Actor | None, now: datetime, language: str) -> tuple[str, tuple[Pictured, ...]]:
    """Title of the board, and its tiles in their order."""
    page = board_page.build(board, actor=actor, now=now, language=language)
    tiles = [_number(one) for one in page.figures]
    if page.map:
        tiles.append(_map(page, language))
    if page.overdue:
        tiles.append(_overdue(page))
    return page.title, tuple(tiles)


def _number(figure: Figure) -> Pictured:
    return Pictured(figure.label, str(figure.source), figure=figure)


def _map(page: board_page.BoardPage, language: str) -> Pictured:
    shown = page.map
    if shown is None:
        raise ValueError("there is no map")
    areas = tuple(
        Area(tile.place.code, tile.name, tile.number, missing="" if tile.number is not None else tile.sentence)
        for tile in shown.tiles
    )
    drawn = Choropleth(title=shown.title, subtitle=shown.subtitle, areas=areas, language=language, unit=shown.unit)
    return Pictured(shown.title, str(page.map_source), said=shown.subtitle, map=drawn)


def _overdue(page: board_page.BoardPage) -> Pictured:
    rows = tuple(
        (one.title, one.position, ngettext("%(count)s day", "%(count)s days", one.days) % {"count": one.days})
        for one in page.overdue
    )
    said = _("%(count)s in all, counted in working days") % {"count": page.overdue_count}
    return Pictured(
        _("Overdue, and with whom"), "Mapalus", said=said, table=Table((_("Data"), _("Position"), _("Late")), rows)
    )
