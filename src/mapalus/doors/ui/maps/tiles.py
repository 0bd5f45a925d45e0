"""A map without boundaries: an HTML list of equal plots, each a link, neighbours kept where a grid allows."""

from __future__ import annotations

from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.doors.ui.maps.choropleth import Area, Choropleth
from mapalus.doors.ui.maps.dots import Dot, Dots
from mapalus.doors.ui.tilemaps import Place, TileMap, layout

__all__ = ["dot_tiles", "places_of", "tile_list", "tiles_of"]


def tile_list(shown: TileMap, *, mini: bool = False, level: int = 2, titled: bool = True) -> str:
    """The map of ui `tile_map`: title and legend in the empty north-west; `mini` is a locator without text."""
    key = ""
    if not mini:
        title = f"<h{level}>{escape(shown.title)}</h{level}>" if shown.title and titled else ""
        sub = f"<p>{escape(shown.subtitle)}</p>" if shown.subtitle else ""
        lines = "".join(f'<li class="s{one.step}"><i></i>{escape(one.label)}</li>' for one in shown.classes)
        words = escape(_("none yet"))
        gaps = f'<li class="s0"><i></i>{words}</li>' if shown.has_gaps else ""
        legend = f'<ul class="legend" role="list">{lines}{gaps}</ul>' if lines else ""
        key = f'<div class="tilemap__key">{title}{sub}{legend}</div>'
    plots = []
    for tile in shown.tiles:
        here = " is-here" if tile.is_here else ""
        body = (
            f'<span class="visually-hidden">{escape(tile.name)}</span>'
            if mini
            else _body(tile.place, tile.name, tile.value, tile.sentence)
        )
        plots.append(_plot(tile.place, f"s{tile.step}{here}", body, "" if mini else tile.href, is_here=tile.is_here))
    return _grid(plots, key, shown.columns, look="tilemap tilemap--mini" if mini else "tilemap")


def _grid(plots: list[str], key: str, columns: int, *, look: str = "tilemap") -> str:
    return (
        f'<div class="{look}"><div class="tilemap__grid">{key}<ol role="list" class="of-{columns}">'
        f"{''.join(plots)}</ol></div></div>"
    )


def _body(place: Place, name: str, value: str, sentence: str) -> str:
    return (
        f'<b aria-hidden="true"><span class="long">{escape(place.short)}</span>'
        f'<span class="short">{escape(place.letters)}</span></b><em aria-hidden="true">{escape(value)}</em>'
        f'<span class="visually-hidden">{escape(name)}: {escape(sentence)}</span>'
    )


def _plot(place: Place, look: str, body: str, href: str, *, is_here: bool) -> str:
    current = ' aria-current="true"' if is_here else ""
    inner = f'<a href="{escape(href)}"{current}>{body}</a>' if href else f"<span>{body}</span>"
    return f'<li class="col-{place.column} row-{place.row} {look} r{place.code.replace(".", "")}">{inner}</li>'


def places_of(areas: list[tuple[str, str]]) -> tuple[Place, ...]:
    """The grid of these regions: drawn for a province we know, else in the order of their codes."""
    codes = [code for code, _name in areas]
    parent = codes[0].rpartition(".")[0] if codes else ""
    return layout(parent, dict(areas)) if parent else ()


def tiles_of(shown: Choropleth, key: str) -> str:
    """The regions of a map as plots; `key` is its legend."""
    areas = {area.code: area for area in shown.areas}
    places = [place for place in places_of([(area.code, area.name) for area in shown.areas]) if place.code in areas]
    way = "d" if shown.middle is not None else "s"
    plots = [_area_plot(shown, areas[place.code], place, way) for place in places]
    columns = max((place.column for place in places), default=7)
    return _grid(plots, f'<div class="tilemap__key">{key}</div>' if key else "", columns)


def _area_plot(shown: Choropleth, area: Area, place: Place, way: str) -> str:
    step = shown.step(area)
    look = f"{way if step else 's'}{step}"
    look += " is-here" if area.is_here else ""
    look += " is-half" if area.state == "provisional" and step else ""
    look += " is-disputed" if area.state == "conflict" and step else ""
    body = _body(place, area.name, shown.written(area), shown.sentence_of(area))
    return _plot(place, look, body, area.href, is_here=area.is_here)


def dot_tiles(shown: Dots) -> str:
    """How many things happened in each region, where there are no boundaries to put them on."""
    by_region: dict[str, list[Dot]] = {}
    for dot in shown.dots:
        by_region.setdefault(dot.region, []).append(dot)
    plots = []
    places = [place for place in places_of(list(shown.regions)) if place.code in dict(shown.regions)]
    names = dict(shown.regions)
    for place in places:
        inside = by_region.get(place.code, [])
        said = ngettext("%(count)s event", "%(count)s events", len(inside)) % {"count": len(inside)}
        look = ("has-late" if any(dot.is_late for dot in inside) else "s4") if inside else "s-quiet"
        href = "" if not inside else inside[0].href if len(inside) == 1 else ""
        plots.append(_plot(place, look, _body(place, names[place.code], str(len(inside)), said), href, is_here=False))
    return _grid(plots, "", max((place.column for place in places), default=7))
