"""Tile maps: one equal plot per region, neighbours kept where a grid allows. The layout of a province is data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mapalus.doors.ui import figures, scale

__all__ = ["LAYOUTS", "Class", "Place", "Tile", "TileMap", "layout", "short_of", "tile_map"]


@dataclass(frozen=True)
class Place:
    """Where a region stands on the grid, and its two short names."""

    code: str  # dotted Kemendagri code: 71.06
    column: int
    row: int
    short: str
    letters: str


def _places(*lines: str) -> tuple[Place, ...]:
    split = (line.split("|") for line in lines)
    return tuple(Place(code, int(column), int(row), short, letters) for code, column, row, short, letters in split)


# Islands lie to the north-east, so title and legend stand in the empty north-west.
LAYOUTS: Mapping[str, tuple[Place, ...]] = {
    "71": _places(
        "71.04|7|1|Talaud|TLD",
        "71.03|6|2|Sangihe|SGH",
        "71.09|6|3|Sitaro|STR",
        "71.71|5|4|Manado|MDO",
        "71.06|6|4|Minut|MNU",
        "71.72|7|4|Bitung|BIT",
        "71.05|4|5|Minsel|MSL",
        "71.73|5|5|Tomohon|TMH",
        "71.02|6|5|Minahasa|MIN",
        "71.08|1|6|Bolmut|BMU",
        "71.01|2|6|Bolmong|BMG",
        "71.74|3|6|Kota\N{SOFT HYPHEN}mobagu|KTG",
        "71.10|4|6|Boltim|BTM",
        "71.07|5|6|Mitra|MTR",
        "71.11|2|7|Bolsel|BSL",
    ),
}


@dataclass(frozen=True)
class Tile:
    place: Place
    name: str  # in full, for those who listen
    value: str  # as written on the tile; – where there is none
    sentence: str  # what is read out after the name
    step: int  # 1 to 5; 0: no data
    href: str = ""
    is_here: bool = False
    number: float | None = None  # as it is, for those who draw it otherwise


@dataclass(frozen=True)
class Class:
    """One colour of the legend, with the lower limit of its class."""

    step: int
    label: str


@dataclass(frozen=True)
class TileMap:
    """Context of ui/tile_map.html."""

    title: str
    subtitle: str
    tiles: tuple[Tile, ...]
    classes: tuple[Class, ...]
    columns: int
    has_gaps: bool
    unit: str = ""

    @property
    def known(self) -> int:
        return sum(tile.step > 0 for tile in self.tiles)


_SHORT = {place.code: place for places in LAYOUTS.values() for place in places}


def short_of(code: str, name: str) -> str:
    """The short name of a region: from its grid where one is drawn, else without its kind."""
    place = _SHORT.get(code)
    return place.short.replace("\N{SOFT HYPHEN}", "") if place else _short(name)


def layout(province: str, names: Mapping[str, str]) -> tuple[Place, ...]:
    """The grid of a province; where none is drawn yet, its regions in the order of their codes."""
    if province in LAYOUTS:
        return LAYOUTS[province]
    columns = max(7, math.ceil(math.sqrt(len(names) * 1.6)))
    return tuple(
        Place(code, index % columns + 1, index // columns + 3, _short(names[code]), _short(names[code])[:3].upper())
        for index, code in enumerate(sorted(names))
    )


def _short(name: str) -> str:
    for prefix in ("Kabupaten ", "Kab. ", "Kota "):
        name = name.removeprefix(prefix)
    return name


def tile_map(
    *,
    title: str,
    subtitle: str,
    places: Sequence[Place],
    names: Mapping[str, str],
    values: Mapping[str, float],
    unit: str,
    nothing: str,
    language: str,
    href: Callable[[str], str] | None = None,
    here: str = "",
) -> TileMap:
    """A map of one number per region. `nothing` is said of a region without one; colours follow five even classes."""
    known = [values[place.code] for place in places if place.code in values]
    limits = scale.steps(known)
    # few classes use the far ends of the palette, so that more is always further from the page
    offset = 5 - len(limits) if limits else 0
    form = scale.scaled(known, language=language)

    def write(value: float) -> str:
        return figures.number(value / form.factor, language=language, decimals=form.decimals)

    said = f"{form.word} {unit}".strip()
    tiles = []
    for place in places:
        value = values.get(place.code)
        step = 0 if value is None else offset + sum(value >= limit for limit in limits)
        tiles.append(
            Tile(
                place=place,
                name=names.get(place.code, place.short),
                value="–" if value is None else write(value),
                sentence=nothing if value is None else f"{write(value)} {said}".strip(),
                step=step,
                href=href(place.code) if href else "",
                is_here=place.code == here,
                number=value,
            )
        )
    return TileMap(
        title=title,
        subtitle=subtitle.replace("%(unit)s", said),
        tiles=tuple(tiles),
        classes=tuple(Class(offset + index + 1, write(limit)) for index, limit in enumerate(limits)),
        columns=max((place.column for place in places), default=7),
        has_gaps=any(tile.step == 0 for tile in tiles),
        unit=unit,
    )
