"""One value per region in at most five colours: boundaries where there are any, else equal tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape

from django.utils.translation import gettext as _

from mapalus.doors.ui.charts.bar import state_word
from mapalus.doors.ui.charts.figure import Table
from mapalus.doors.ui.charts.marks import broken, width_of
from mapalus.doors.ui.charts.scales import finite
from mapalus.doors.ui.maps.classes import Classes, classes, two_ways
from mapalus.doors.ui.tilemaps import short_of
from mapalus.engine.boundaries import Fitted, Outlines, fitted
from mapalus.engine.boundaries.labelling import WIDE, Beside

__all__ = ["BOX", "Area", "Choropleth", "fit"]

BOX = 480.0  # the longer side of a map, in units


@dataclass(frozen=True)
class Area:
    """A region. `missing` says why there is no value; `short` and `letters` stand where the name has no room."""

    code: str  # dotted Kemendagri code: 71.06
    name: str
    value: float | None
    state: str = ""  # provisional, conflict
    missing: str = ""
    href: str = ""  # one level down, or what lies behind the number
    is_here: bool = False
    short: str = ""
    letters: str = ""


@dataclass(frozen=True)
class Choropleth:
    """`outlines` None: tiles. `middle`: the map has two ways, round this value."""

    title: str
    subtitle: str
    areas: tuple[Area, ...]
    language: str
    unit: str = ""
    outlines: Outlines | None = None
    middle: float | None = None
    table_name: str = ""
    sentence: str = ""
    up: tuple[str, str] | None = None  # one level up: address and name
    nothing: str = ""  # said of a region without a value; `belum ada data`

    @cached_property
    def classes(self) -> Classes:
        known = [value for value in finite([area.value for area in self.areas]) if value is not None]
        if self.middle is not None:
            return two_ways(known, middle=self.middle, language=self.language)
        return classes(known, language=self.language)

    @property
    def said(self) -> str:
        unit = self.classes.unit(self.unit)
        return ", ".join(part for part in (self.subtitle, unit) if part)

    def step(self, area: Area) -> int:
        return self.classes.step(finite([area.value])[0])

    def written(self, area: Area) -> str:
        return "–" if area.value is None else self.classes.write(area.value)

    def sentence_of(self, area: Area) -> str:
        """What is read out after the name."""
        if area.value is None:
            return area.missing or self.nothing or _("no data yet")
        words = [f"{self.written(area)} {self.classes.unit(self.unit)}".strip()]
        return ", ".join([*words, *([state_word(area.state)] if area.state else [])])

    @property
    def has_gaps(self) -> bool:
        return any(area.value is None for area in self.areas)

    @property
    def notes(self) -> tuple[str, ...]:
        reasons: dict[str, list[str]] = {}
        for area in self.areas:
            if area.value is None and area.missing:
                reasons.setdefault(area.missing, []).append(area.name)
        return tuple(f"{reason[:1].upper()}{reason[1:]}: {', '.join(names)}." for reason, names in reasons.items())

    @property
    def table(self) -> Table:
        order = sorted(self.areas, key=lambda area: (area.value is None, -(area.value or 0.0), area.name))
        unit = self.classes.unit(self.unit)
        rows = tuple((area.name, self._cell(area)) for area in order)
        return Table((self.table_name or _("Region"), unit or _("Value")), rows, tuple(area.href for area in order))

    def _cell(self, area: Area) -> str:
        if area.value is None:
            return self.sentence_of(area)
        return " ".join(part for part in (self.written(area), state_word(area.state)) if part)

    def map(self, name: str) -> str:
        """The drawing as SVG; empty without boundaries for these areas. `name` makes its patterns unique."""
        frame = fit(self.outlines, tuple(area.code for area in self.areas)) if self.outlines else None
        return _drawing(self, frame, name) if frame else ""


@lru_cache(maxsize=64)
def fit(outlines: Outlines, codes: tuple[str, ...]) -> Fitted | None:
    """The outlines of these regions in the box of a map; kept, since the same map is asked for again and again."""
    wanted = set(codes)
    return fitted([one for one in outlines.outlines if one.code in wanted], width=BOX, height=BOX)


def _drawing(shown: Choropleth, frame: Fitted, name: str) -> str:
    areas = [area for area in shown.areas if area.code in frame.paths]
    ordered = sorted(areas, key=lambda area: area.is_here)  # the chosen one last, over its neighbours' borders
    parts = [_patterns(name), *(_area(shown, area, frame, name) for area in ordered)]
    parts += [_words(shown, area, frame) for area in areas]
    has_links = any(area.href for area in areas)
    role = "group" if has_links else "img"
    said = shown.sentence or shown.title
    return (
        f'<svg class="map" viewBox="-2 -2 {frame.width + 4:.0f} {frame.height + 4:.0f}" role="{role}"'
        f' aria-label="{escape(said)}" data-map>{"".join(parts)}</svg>'
    )


def _patterns(name: str) -> str:
    """Stripes for no data; stripes of the page over a colour for provisional."""
    return (
        f'<defs><pattern id="{name}-none" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="m-page" width="6" height="6"/>'
        '<rect class="m-hatch" width="1.5" height="6"/></pattern>'
        f'<pattern id="{name}-half" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="m-page" width="2" height="6"/></pattern></defs>'
    )


def _area(shown: Choropleth, area: Area, frame: Fitted, name: str) -> str:
    step = shown.step(area)
    way = "d" if shown.middle is not None else "s"
    look = "is-here" if area.is_here else f"{way}{step}"
    lines = frame.paths[area.code]
    fill = f' fill="url(#{name}-none)"' if step == 0 and not area.is_here else ""
    title = f"<title>{escape(area.name)}: {escape(shown.sentence_of(area))}</title>"
    drawn = f'<path class="area {look} r{area.code.replace(".", "")}"{fill} d="{lines}">{title}</path>'
    if area.state == "provisional" and step:
        drawn += f'<path class="m-half" fill="url(#{name}-half)" d="{lines}"/>'
    if area.href:
        label = f"{area.name}: {shown.sentence_of(area)}"
        here = ' aria-current="true"' if area.is_here else ""
        return f'<a href="{escape(area.href)}" aria-label="{escape(label)}"{here}>{drawn}</a>'
    return drawn


def _words(shown: Choropleth, area: Area, frame: Fitted) -> str:
    """The value, and the name over it where there is room; what has no room is read out and in the table."""
    spot = frame.spots[area.code]
    step = shown.step(area)
    value = shown.written(area)
    way = "d" if shown.middle is not None else "s"
    look = "is-here" if area.is_here else f"{way}{step}"
    look += " is-half" if area.state == "provisional" and step else ""
    name = area.short or short_of(area.code, area.name)
    said: Sequence[tuple[str, str]] = ()
    if spot.room > width_of(name, 11) + 4 and spot.room > width_of(value, 14):
        said = ((name, "m-name"), (value, "m-value"))
    elif place := frame.beside.get(area.code):
        return _outside(place, broken(name, WIDE - width_of(value, 12) - 4, size=11, most=1)[0], value)
    elif spot.room > width_of(value, 14) + 2:
        said = ((value, "m-value"),)
    top = spot.y - 6.0 * (len(said) - 1) + 4
    return "".join(
        f'<text class="{kind} {look}" x="{spot.x:.0f}" y="{top + 14 * at:.0f}" text-anchor="middle"'
        f' aria-hidden="true">{escape(words)}</text>'
        for at, (words, kind) in enumerate(said)
    )


def _outside(place: Beside, name: str, value: str) -> str:
    """Name and value in the sea, beside an area that has no room for them."""
    anchor = "end" if place.is_end else "start"
    return (
        f'<text class="m-out" x="{place.x:.0f}" y="{place.y + 4:.0f}" text-anchor="{anchor}" aria-hidden="true">'
        f"{escape(name)} <tspan>{escape(value)}</tspan></text>"
    )
