"""Where the words of areas too small for them stand: beside them, in the sea, over no other area and no other words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Beside", "beside"]

WIDE, TALL = 80.0, 13.0  # of the words
_ROOMY = 62.0  # an area at least this wide takes its words itself
_AWAY = 4.0
Pairs = Sequence[tuple[float, float]]
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Beside:
    """A place for words next to an area: the middle of their height; they begin here, or end here."""

    x: float
    y: float
    is_end: bool


def beside(
    areas: Mapping[str, Sequence[Pairs]],
    middles: Mapping[str, tuple[float, float, float]],
    *,
    width: float,
    height: float,
) -> dict[str, Beside]:
    """For each area without room (`middles`: place and room) one free place; areas without one are left out."""
    rings = [(_box(ring), ring) for found in areas.values() for ring in found]
    taken = [(x - 32, y - 16, x + 32, y + 16) for x, y, room in middles.values() if room >= _ROOMY]
    found: dict[str, Beside] = {}
    small = sorted(
        (code for code, (_x, _y, room) in middles.items() if room < _ROOMY), key=lambda code: middles[code][1]
    )
    for code in small:
        left, top, right, bottom = _box(max(areas[code], key=len))
        _x, y, _room = middles[code]
        for place in _candidates((left, top, right, bottom), y):
            box = (place.x - WIDE, place.y - TALL / 2, place.x, place.y + TALL / 2) if place.is_end else (
                place.x, place.y - TALL / 2, place.x + WIDE, place.y + TALL / 2,
            )  # fmt: skip
            if _is_inside(box, width, height) and not _hits(box, taken) and _is_sea(box, rings):
                found[code] = place
                taken.append(box)
                break
    return found


def _candidates(box: Box, y: float) -> list[Beside]:
    left, top, right, bottom = box
    middle = (left + right) / 2
    return [
        Beside(right + _AWAY, y, False),
        Beside(left - _AWAY, y, True),
        Beside(right + _AWAY, top, False),
        Beside(right + _AWAY, bottom, False),
        Beside(left - _AWAY, top, True),
        Beside(left - _AWAY, bottom, True),
        Beside(middle - WIDE / 2, top - TALL, False),
        Beside(middle - WIDE / 2, bottom + TALL, False),
    ]


def _box(ring: Pairs) -> Box:
    across, along = [x for x, _y in ring], [y for _x, y in ring]
    return min(across), min(along), max(across), max(along)


def _is_inside(box: Box, width: float, height: float) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height


def _hits(box: Box, others: Sequence[Box]) -> bool:
    return any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in others)


def _is_sea(box: Box, rings: Sequence[tuple[Box, Pairs]]) -> bool:
    """No area under any of some points of the box."""
    near = [ring for bounds, ring in rings if _hits(box, [bounds])]
    steps = [box[0] + (box[2] - box[0]) * at / 8 for at in range(9)]
    return not any(_holds(ring, x, y) for ring in near for x in steps for y in (box[1], (box[1] + box[3]) / 2, box[3]))


def _holds(ring: Pairs, x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
