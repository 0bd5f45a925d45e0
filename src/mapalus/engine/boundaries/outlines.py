"""What is kept of boundaries, and how they are fitted into a drawing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mapalus.engine.boundaries.labelling import Beside, beside

__all__ = ["GRAIN", "Fitted", "Outline", "Outlines", "Spot", "fitted"]

GRAIN = 100_000  # of a degree
_TALL = 9.0  # half the height of a name and a value
_STRIPS = 9  # rows in which the widest place of an area is looked for
Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Outline:
    """One region: closed rings as flat longitude, latitude; what lies within two rings is a hole (even-odd)."""

    code: str
    rings: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Outlines:
    """The regions of one view, with where they come from. `version` changes with any of them."""

    outlines: tuple[Outline, ...]
    source: str
    licence: str
    version: str


@dataclass(frozen=True)
class Spot:
    """Where a name stands: the middle of the widest row of an area, and how much room is there."""

    x: float
    y: float
    room: float


@dataclass(frozen=True)
class Fitted:
    """Outlines as paths of a drawing: whole units, no place counted twice."""

    width: float
    height: float
    paths: Mapping[str, str]
    spots: Mapping[str, Spot]
    west: float
    north: float
    scale: float  # units a degree of latitude
    squeeze: float  # of a degree of longitude at this latitude
    beside: Mapping[str, Beside] = field(default_factory=dict)  # places for words that have no room inside

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Longitude and latitude in degrees as a place of the drawing; it may lie outside."""
        return (lon - self.west) * self.squeeze * self.scale, (self.north - lat) * self.scale


def _every(outlines: Sequence[Outline]) -> Iterator[tuple[int, int]]:
    for one in outlines:
        for ring in one.rings:
            yield from zip(ring[::2], ring[1::2], strict=True)


def fitted(outlines: Sequence[Outline], *, width: float, height: float) -> Fitted | None:
    """Into a box of this size, as large as it goes; None when there is nothing to draw.

    Every corner is rounded to half a unit: neighbours round the same corner the same way, so that none gapes.
    """
    spots = list(_every(outlines))
    if not spots:
        return None
    west, east = min(x for x, _y in spots) / GRAIN, max(x for x, _y in spots) / GRAIN
    south, north = min(y for _x, y in spots) / GRAIN, max(y for _x, y in spots) / GRAIN
    squeeze = max(0.05, math.cos(math.radians((south + north) / 2)))
    wide, tall = max((east - west) * squeeze, 1e-4), max(north - south, 1e-4)
    scale = min(width / wide, height / tall)
    frame = Fitted(wide * scale, tall * scale, {}, {}, west, north, scale, squeeze)
    paths: dict[str, str] = {}
    places: dict[str, Spot] = {}
    areas: dict[str, list[list[tuple[float, float]]]] = {}
    for one in outlines:
        rings = [_rounded(frame, ring) for ring in one.rings]
        drawn = [ring for ring in rings if len(ring) > 2] or _speck(rings)
        if drawn:
            paths[one.code] = "".join(_path(ring) for ring in drawn)
            places[one.code] = _spot(drawn)
            areas[one.code] = drawn
    middles = {code: (spot.x, spot.y, spot.room) for code, spot in places.items()}
    words = beside(areas, middles, width=frame.width, height=frame.height)
    return Fitted(frame.width, frame.height, paths, places, west, north, scale, squeeze, words)


def _rounded(frame: Fitted, ring: Sequence[int]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for lon, lat in zip(ring[::2], ring[1::2], strict=True):
        x, y = frame.place(lon / GRAIN, lat / GRAIN)
        spot = (round(x * 2) / 2, round(y * 2) / 2)
        if not found or found[-1] != spot:
            found.append(spot)
    if len(found) > 1 and found[0] == found[-1]:
        found.pop()
    return found


def _speck(rings: Sequence[Pairs]) -> list[list[tuple[float, float]]]:
    """An area too small to be drawn is a plot of one unit: never nothing."""
    spot = next((ring[0] for ring in rings if ring), None)
    if spot is None:
        return []
    x, y = spot
    return [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]]


def _path(ring: Pairs) -> str:
    """Relative steps: a third shorter than places."""
    steps = [f"M{_n(ring[0][0])} {_n(ring[0][1])}l"]
    steps += [
        f"{_n(there[0] - here[0])}{'' if there[1] < here[1] else ' '}{_n(there[1] - here[1])}"
        for here, there in pairwise(ring)
    ]
    return steps[0] + " ".join(steps[1:]) + "z"


def _n(value: float) -> str:
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


def _spot(rings: Sequence[Pairs]) -> Spot:
    """Of some rows through the largest ring one of the widest, as near its middle as can be."""
    ring = max(rings, key=_area)
    top, bottom = min(y for _x, y in ring), max(y for _x, y in ring)
    rows: list[Spot] = []
    for strip in range(1, _STRIPS + 1):
        y = top + (bottom - top) * strip / (_STRIPS + 1) + 0.01
        cuts = sorted(_cuts(ring, y))
        rows += [Spot((a + b) / 2, y, b - a) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    if not rows:
        return Spot(sum(x for x, _y in ring) / len(ring), (top + bottom) / 2, 0.0)
    widest = max(row.room for row in rows)
    best = min((row for row in rows if row.room > 0.8 * widest), key=lambda row: abs(row.y - (top + bottom) / 2))
    # Words are as high as they are: where the area is narrower just above or below, there is only that much room.
    near = [_room(ring, best.x, best.y + step) for step in (-_TALL, _TALL)]
    return Spot(best.x, best.y, min([best.room, *near]))


def _room(ring: Pairs, x: float, y: float) -> float:
    """How wide the area is in a row, round a place of it; 0 where the place is outside."""
    cuts = sorted(_cuts(ring, y))
    inside = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < x < b]
    return 2 * min(x - inside[0][0], inside[0][1] - x) if inside else 0.0


def _cuts(ring: Pairs, y: float) -> list[float]:
    """Where a row crosses the border."""
    return [
        one[0] + (y - one[1]) / (other[1] - one[1]) * (other[0] - one[0])
        for one, other in pairwise([*ring, ring[0]])
        if (one[1] > y) != (other[1] > y)
    ]


def _area(ring: Pairs) -> float:
    return abs(sum(one[0] * other[1] - other[0] * one[1] for one, other in pairwise([*ring, ring[0]])))
