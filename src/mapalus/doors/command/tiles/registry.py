"""The registry of kinds, and what passes between a kind and the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from zlib import crc32

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mapalus.apps.boards.standing import part_of
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.ui.charts import Chart, Table, drawn, number_tile
from mapalus.doors.ui.maps import Choropleth, Dots, drawn_map
from mapalus.doors.ui.maps.tiles import places_of
from mapalus.doors.ui.parts import Figure
from mapalus.engine.boards import Tile

__all__ = ["KINDS", "Gather", "Placed", "Shown", "gathered", "kind", "markup", "register", "stamp_of"]


@dataclass(frozen=True)
class Placed:
    """A tile in its place on the board, counted from 1."""

    tile: Tile
    number: int

    @property
    def part(self) -> str:
        return part_of(self.number)


@dataclass(frozen=True)
class Shown:
    """What a tile shows: one of figure, chart, map, or the context of a template of its own."""

    title: str
    source: str = ""  # who says so, of when, how old
    why: str = ""  # address of the page that explains it
    said: str = ""
    figure: Figure | None = None
    chart: Chart | None = None
    map: Choropleth | Dots | None = None
    table: Table | None = None  # the same for pictures and paper, where there is nothing else
    template: str = ""
    context: object = None
    stamp: str = ""  # what must differ for people to see a change


def stamp_of(values: object) -> str:
    """A short word that is the same for the same values, in every process."""
    return f"{crc32(repr(values).encode()):08x}"


Gather = Callable[[Placed, Around], Shown]
KINDS: dict[str, Gather] = {}


def register(name: str, gather: Gather) -> None:
    """Make a kind known. Raises `RuntimeError` where there is one of that name."""
    if name in KINDS:
        raise RuntimeError(f"there is already a kind of tile {name}")
    KINDS[name] = gather


def kind(name: str) -> Callable[[Gather], Gather]:
    def taken(gather: Gather) -> Gather:
        register(name, gather)
        return gather

    return taken


def gathered(tile: Placed, around: Around) -> Shown:
    """What this tile shows to who looks."""
    gather = KINDS.get(tile.tile.kind)
    if gather is None:
        return Shown(tile.tile.title_in(around.language) or tile.tile.kind, said=_("This part is not installed here."))
    return gather(tile, around)


def markup(tile: Placed, shown: Shown, around: Around) -> SafeString:
    """The tile as it stands on the page: one element, whose id is that of its part."""
    if shown.figure is not None:
        return _with_id(number_tile(shown.figure), tile)
    source = _source(shown, around)
    if shown.chart is not None:
        inner = drawn(shown.chart, source=source, name=f"{tile.part}-title", picture=_picture(tile, around))
    elif shown.map is not None:
        inner = drawn_map(
            _for_wall(shown.map) if around.is_wall else shown.map,
            source=source,
            name=f"{tile.part}-title",
            picture=_picture(tile, around),
        )
    else:
        facts = {"tile": tile, "shown": shown, "page": shown.context, "source": source, "is_wall": around.is_wall}
        inner = render_to_string(shown.template or "command/tiles/plain.html", facts)
    return format_html(
        '<div class="tilebox tilebox--{}" id="{}" data-tile="{}" data-value="{}">{}</div>',
        tile.tile.kind, tile.part, tile.part, shown.stamp, inner,
    )  # fmt: skip


def _for_wall(shown: Choropleth | Dots) -> Choropleth | Dots:
    """Equal plots where there is a layout: words in small areas of a drawing are not read from five metres."""
    codes = [(one.code, one.name) for one in shown.areas] if isinstance(shown, Choropleth) else list(shown.regions)
    return replace(shown, outlines=None) if places_of(codes) else shown


def _with_id(drawn_tile: SafeString, tile: Placed) -> SafeString:
    return SafeString(drawn_tile.replace("<article ", f'<article id="{tile.part}" ', 1))


def _picture(tile: Placed, around: Around) -> str:
    """The same as a picture for a slide; a wall has no hands."""
    if around.is_wall:
        return ""
    place = f"?wilayah={around.region}" if around.region else ""
    return reverse("command:tile-png", args=[around.board.name, tile.number]) + place


def _source(shown: Shown, around: Around) -> SafeString | str:
    if not shown.why or around.is_wall:
        return shown.source
    return format_html(
        '{} · <a href="{}">{}<span class="visually-hidden"> {}</span></a>',
        shown.source, shown.why, _("Why?"), shown.title,
    )  # fmt: skip
