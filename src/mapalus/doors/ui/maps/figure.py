"""The frame round a map: finding, measure, legend, the map or its tiles, source, origin of the boundaries, table."""

from __future__ import annotations

from html import escape

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mapalus.doors.ui.charts.figure import saved, table_of
from mapalus.doors.ui.maps.choropleth import Choropleth
from mapalus.doors.ui.maps.dots import Dots
from mapalus.doors.ui.maps.tiles import dot_tiles, tiles_of

__all__ = ["drawn_map", "legend"]


def legend(shown: Choropleth, *, is_drawn: bool) -> str:
    """The colours with their limits; stripes for regions without data, half stripes for provisional ones."""
    way = "d" if shown.middle is not None else "s"
    lines = [f'<li class="{way}{one.step}"><i></i>{escape(one.label)}</li>' for one in shown.classes.legend]
    if not any(area.value is not None for area in shown.areas):
        lines = []
    if shown.has_gaps:
        lines.append(_line("s0", _("none yet")))
    if any(area.state == "provisional" for area in shown.areas):
        lines.append(_line("s-half" if is_drawn else "s-mark", _("provisional")))
    if any(area.state == "conflict" for area in shown.areas):
        lines.append(_line("s-disputed", _("disputed")))
    return f'<ul class="legend" role="list">{"".join(lines)}</ul>' if lines else ""


def _line(look: str, words: str) -> str:
    return f'<li class="{look}"><i></i>{escape(words)}</li>'


def drawn_map(
    shown: Choropleth | Dots,
    *,
    source: str = "",
    name: str = "map",
    level: int = 2,
    titled: bool = True,
    picture: str = "",
) -> SafeString:
    """The whole figure, as `charts.drawn` makes it for charts."""
    title = escape(shown.title)
    label = f' aria-labelledby="{name}"' if titled else f' aria-label="{title}"'
    head = f'<h{level} class="chart__title" id="{name}">{title}</h{level}>' if titled else ""
    said = f'<p class="chart__sub">{escape(shown.said)}</p>' if shown.said else ""
    drawing = shown.map(name)
    if isinstance(shown, Choropleth):
        key = legend(shown, is_drawn=bool(drawing))
        body = f'<div class="mapbox">{key}{drawing}</div>' if drawing else tiles_of(shown, key)
        body = _up(shown) + body
    else:
        body = f'<div class="mapbox">{drawing}</div>' if drawing else dot_tiles(shown)
        if not shown.dots:
            nothing = escape(shown.nothing or _("Nothing happened."))
            body = f'<p class="chart__quiet">{nothing}</p>{body}'
    notes = "".join(f'<p class="chart__note">{escape(note)}</p>' for note in shown.notes)
    foot = f'<p class="source">{conditional_escape(source)}</p>' if source else ""
    foot += _provenance(shown) if drawing else ""
    return mark_safe(  # noqa: S308 - every part was escaped where it was written
        f'<figure class="chart chart--map plot"{label} data-chart><figcaption>{head}{said}</figcaption>{body}{notes}'
        f'<div class="chart__foot">{foot}{table_of(shown.table, title, f"{name}-list")}'
        f"{saved(picture, title)}</div></figure>"
    )


def _up(shown: Choropleth) -> str:
    if shown.up is None:
        return ""
    href, name = shown.up
    words = _("Back to %(place)s") % {"place": name}
    return f'<p class="map__up"><a href="{escape(href)}">{escape(words)}</a></p>'


def _provenance(shown: Choropleth | Dots) -> str:
    if shown.outlines is None or not shown.outlines.source:
        return ""
    parts = ", ".join(part for part in (shown.outlines.source, shown.outlines.licence) if part)
    words = _("Boundaries: %(source)s") % {"source": parts}
    return f'<p class="source chart__of">{escape(words)}</p>'
