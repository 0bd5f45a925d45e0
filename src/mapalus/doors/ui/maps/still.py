"""Maps as one drawing, for pictures and paper: tiles as SVG where a page has an HTML list; the legend beside them."""

from __future__ import annotations

from html import escape

from django.utils.translation import gettext as _

from mapalus.doors.ui.charts.marks import broken, width_of
from mapalus.doors.ui.charts.standalone import colour
from mapalus.doors.ui.maps.choropleth import Area, Choropleth
from mapalus.doors.ui.maps.dots import Dots
from mapalus.doors.ui.maps.tiles import places_of
from mapalus.doors.ui.tilemaps import Place

__all__ = ["still_legend", "still_patterns", "still_tiles"]

_SIDE, _STEP = 64.0, 66.0


def still_tiles(shown: Choropleth | Dots) -> str:
    """The plots of a map as SVG."""
    regions = [(area.code, area.name) for area in shown.areas] if isinstance(shown, Choropleth) else list(shown.regions)
    places = places_of(regions)
    if not places:
        return ""
    parts = []
    if isinstance(shown, Choropleth):
        areas = {area.code: area for area in shown.areas}
        parts += [_plot(shown, areas[place.code], place) for place in places if place.code in areas]
    else:
        parts += [_count(shown, place) for place in places]
    width = max(place.column for place in places) * _STEP
    height = max(place.row for place in places) * _STEP
    return f'<svg class="map" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="">{"".join(parts)}</svg>'


def still_patterns() -> str:
    """The stripes for no data; once in a picture."""
    return (
        '<defs><pattern id="still-none" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{colour("--color-page")}"/>'
        f'<rect width="1.5" height="6" fill="{colour("--color-line")}"/></pattern></defs>'
    )


def _box(place: Place, fill: str, look: str, name: str, value: str, mark: str = "") -> str:
    x, y = (place.column - 1) * _STEP, (place.row - 1) * _STEP
    whole = name.replace("\N{SOFT HYPHEN}", "")
    is_long = "\N{SOFT HYPHEN}" in name and width_of(whole, 11) > _SIDE - 8
    lines = name.replace("\N{SOFT HYPHEN}", "-\n").split("\n") if is_long else broken(whole, _SIDE - 8, size=11)
    said = "".join(
        f'<text x="{x + 5:.0f}" y="{y + 14 + 11 * at:.0f}" class="m-name {look}">{escape(one)}</text>'
        for at, one in enumerate(lines)
    )
    number = f'<text x="{x + 5:.0f}" y="{y + _SIDE - 7:.0f}" class="m-value {look}">{escape(value)}</text>'
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{_SIDE:.0f}" height="{_SIDE:.0f}" fill="{fill}"/>{said}{number}{mark}'


def _plot(shown: Choropleth, area: Area, place: Place) -> str:
    step = shown.step(area)
    way = "div" if shown.middle is not None else "step"
    fill = "url(#still-none)" if step == 0 else colour(f"--{way}-{step}")
    ink = colour("--color-muted") if step == 0 else colour(f"--{way}-text-{step}")
    if area.is_here:
        fill, ink = colour("--color-turn"), colour("--color-on-turn")
    x, y = (place.column - 1) * _STEP + _SIDE - 11, (place.row - 1) * _STEP + _SIDE - 12
    mark = ""
    if area.state == "conflict" and step:
        d = f"M{x:.0f} {y - 6:.0f}l6 6l-6 6l-6 -6z"
        mark = f'<path d="{d}" fill="{colour("--color-conflict-mark")}" stroke="{colour("--color-page")}"/>'
    if area.state == "provisional" and step:
        mark = (
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5" fill="none" stroke="{ink}" stroke-width="1.5"/>'
            f'<path d="M{x:.0f} {y - 5:.0f}a5 5 0 0 0 0 10z" fill="{ink}"/>'
        )
    look = "is-here" if area.is_here else f"{'d' if way == 'div' else 's'}{step}"
    return _box(place, fill, look, place.short, shown.written(area), mark)


def _count(shown: Dots, place: Place) -> str:
    inside = [dot for dot in shown.dots if dot.region == place.code]
    late = any(dot.is_late for dot in inside)
    fill = "--color-negative-mark" if late else "--step-4" if inside else "--color-quiet"
    return _box(place, colour(fill), "s4" if inside else "s0", place.short, str(len(inside)))


def still_legend(shown: Choropleth, x: float, y: float, *, scale: float) -> str:
    """The colours with their limits, from this place to the right."""
    way = "div" if shown.middle is not None else "step"
    size = 24.0 * scale
    known = any(area.value is not None for area in shown.areas)
    parts: list[str] = []
    left = x
    lines = [(colour(f"--{way}-{one.step}"), one.label) for one in shown.classes.legend] if known else []
    if shown.has_gaps:
        lines.append(("url(#still-none)", _("none yet")))
    for fill, words in lines:
        wide = max(70.0 * scale, width_of(words, size) + 10 * scale)
        parts.append(
            f'<rect x="{left:.0f}" y="{y + 6:.0f}" width="{wide:.0f}" height="{16 * scale:.0f}" fill="{fill}"/>'
            f'<text x="{left:.0f}" y="{y + 6 + 16 * scale + size:.0f}" fill="{colour("--color-text")}"'
            f' font-size="{size:.0f}">{escape(words)}</text>'
        )
        left += wide
    return "".join(parts)
