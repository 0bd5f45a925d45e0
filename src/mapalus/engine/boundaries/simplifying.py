"""Boundaries made small enough for a page, a shared border once for both its sides, so that neighbours do not gape.

Rings are cut where borders part (a place whose neighbours are not the same in every ring), each piece is simplified
once by Douglas and Peucker, and the rings are put together again. Islands smaller than a speck are left out, unless a
region has nothing larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from mapalus.engine.boundaries.outlines import Outline

__all__ = ["simplified"]

Place = tuple[int, int]
Ring = list[Place]
Piece = tuple[Place, ...]
_CORNERS = 3


def simplified(regions: Mapping[str, Sequence[Sequence[Place]]], *, tolerance: float) -> list[Outline]:
    """Outlines by code; `tolerance` in hundred-thousandths of a degree is how far a border may move."""
    rings = {code: [ring for ring in map(_clean, found) if len(ring) >= _CORNERS] for code, found in regions.items()}
    joints = _joints(ring for found in rings.values() for ring in found)
    kept: dict[Piece, Piece] = {}
    speck = (2 * tolerance) ** 2
    outlines = []
    for code, found in rings.items():
        drawn = [_smaller(ring, joints, kept, tolerance) for ring in found]
        large = [ring for ring in drawn if len(ring) >= _CORNERS and _extent(ring) >= speck]
        if not large and found:
            large = [max(found, key=_extent)]
        flat = tuple(tuple(number for place in ring for number in place) for ring in large)
        if flat:
            outlines.append(Outline(code, flat))
    return outlines


def _clean(ring: Sequence[Place]) -> Ring:
    """Without repetition and without its end, which is its beginning."""
    found: Ring = []
    for place in ring:
        if not found or found[-1] != place:
            found.append(place)
    if len(found) > 1 and found[0] == found[-1]:
        found.pop()
    return found


def _joints(rings: Iterable[Ring]) -> set[Place]:
    """Places where borders part or meet."""
    beside: dict[Place, frozenset[Place]] = {}
    joints: set[Place] = set()
    for ring in rings:
        for before, place, after in zip([ring[-1], *ring], ring, [*ring[1:], ring[0]], strict=False):
            pair = frozenset((before, after))
            if beside.setdefault(place, pair) != pair:
                joints.add(place)
    return joints


def _smaller(ring: Ring, joints: set[Place], kept: dict[Piece, Piece], tolerance: float) -> Ring:
    starts = [at for at, place in enumerate(ring) if place in joints]
    if not starts:
        return _closed(ring, kept, tolerance)
    turned = ring[starts[0] :] + ring[: starts[0]]
    cuts = [*(at - starts[0] for at in starts), len(turned)]
    closed = [*turned, turned[0]]
    found: Ring = []
    for one, other in pairwise(cuts):
        found += _piece(closed[one : other + 1], kept, tolerance)[:-1]
    return found


def _closed(ring: Ring, kept: dict[Piece, Piece], tolerance: float) -> Ring:
    """A ring without joints, begun at its least place, so that both sides of it begin alike; cut at the farthest."""
    start = ring.index(min(ring))
    turned = [*ring[start:], *ring[:start], ring[start]]
    far = max(range(len(turned)), key=lambda at: _distance(turned[at], turned[0]))
    if far in (0, len(turned) - 1):
        return ring
    return _piece(turned[: far + 1], kept, tolerance)[:-1] + _piece(turned[far:], kept, tolerance)[:-1]


def _piece(piece: Ring, kept: dict[Piece, Piece], tolerance: float) -> Ring:
    """One piece of border, the same whichever way it is walked."""
    forward = tuple(piece)
    backward = forward[::-1]
    is_turned = backward < forward
    key = backward if is_turned else forward
    if key not in kept:
        kept[key] = _peuckered(key, tolerance)
    found = list(kept[key])
    return found[::-1] if is_turned else found


def _peuckered(piece: Piece, tolerance: float) -> Piece:
    if piece[0] == piece[-1] and len(piece) > _CORNERS:  # a loop has no length between its ends
        far = max(range(len(piece)), key=lambda at: _distance(piece[at], piece[0]))
        return _peuckered(piece[: far + 1], tolerance)[:-1] + _peuckered(piece[far:], tolerance)
    stays = {0, len(piece) - 1}
    stack = [(0, len(piece) - 1)]
    limit = tolerance * tolerance
    while stack:
        first, last = stack.pop()
        worst, at = limit, 0
        for index in range(first + 1, last):
            off = _off(piece[index], piece[first], piece[last])
            if off > worst:
                worst, at = off, index
        if at:
            stays.add(at)
            stack += [(first, at), (at, last)]
    return tuple(piece[index] for index in sorted(stays))


def _distance(one: Place, other: Place) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _off(place: Place, one: Place, other: Place) -> float:
    """Square of the distance of a place from a line between two others."""
    (x, y), (dx, dy) = place, (other[0] - one[0], other[1] - one[1])
    length = dx * dx + dy * dy
    if not length:
        return float(_distance(place, one))
    along = max(0.0, min(1.0, ((x - one[0]) * dx + (y - one[1]) * dy) / length))
    return (x - one[0] - along * dx) ** 2 + (y - one[1] - along * dy) ** 2


def _extent(ring: Sequence[Place]) -> int:
    """Of the box round a ring: a ring that crosses itself may have no area."""
    across, along = [x for x, _y in ring], [y for _x, y in ring]
    return (max(across) - min(across)) * (max(along) - min(along))
