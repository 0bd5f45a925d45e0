"""Geometry of Esri as GeoJSON: rings are told apart by their direction, and turned to that of GeoJSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mapalus.engine.harvest.whole import listed

__all__ = ["geojson"]

Ring = Sequence[Sequence[Any]]


def geojson(found: Any) -> dict[str, Any] | None:
    """None for nothing and for an empty geometry."""
    if not isinstance(found, Mapping):
        return None
    size = 3 if found.get("hasZ") else 2
    if "x" in found:
        point = [found["x"], found.get("y"), *([found["z"]] if _is_number(found.get("z")) else [])]
        return {"type": "Point", "coordinates": point} if _is_place(point) else None
    if "points" in found:
        points = _cut(found["points"], size)
        return {"type": "MultiPoint", "coordinates": points} if points else None
    if "paths" in found:
        paths = [path for path in (_cut(path, size) for path in listed(found["paths"])) if len(path) > 1]
        if not paths:
            return None
        single = len(paths) == 1
        return {"type": "LineString" if single else "MultiLineString", "coordinates": paths[0] if single else paths}
    if "rings" in found:
        return _polygon([ring for ring in (_cut(ring, size) for ring in listed(found["rings"])) if ring])
    if "xmin" in found and _is_number(found["xmin"]):
        west, south, east, north = (found[name] for name in ("xmin", "ymin", "xmax", "ymax"))
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Polygon", "coordinates": [ring]}
    return None


def _is_number(value: object) -> bool:
    try:
        return float(str(value)) == float(str(value))  # NaN is Esri's word for no place
    except ValueError:
        return False


def _is_place(point: Sequence[Any]) -> bool:
    return len(point) >= 2 and _is_number(point[0]) and _is_number(point[1])


def _cut(points: Any, size: int) -> list[list[Any]]:
    """Without measures, which GeoJSON does not have."""
    return [list(point[:size]) for point in listed(points) if isinstance(point, list) and _is_place(point)]


def _area(ring: Ring) -> float:
    """Twice the area; below zero for a ring that runs clockwise, which is an outer one for Esri."""
    places = [(float(str(point[0])), float(str(point[1]))) for point in ring]
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(places, [*places[1:], places[0]], strict=True))


def _polygon(rings: Sequence[list[list[Any]]]) -> dict[str, Any] | None:
    closed = [ring if ring[0] == ring[-1] else [*ring, ring[0]] for ring in rings]
    outer = [[ring[::-1]] for ring in closed if _area(ring) <= 0]
    holes = [ring[::-1] for ring in closed if _area(ring) > 0]
    if not outer:  # every ring the wrong way round: then none is a hole
        outer, holes = [[ring[::-1]] for ring in holes], []
    for hole in holes:
        around = [polygon for polygon in outer if _is_within(hole[0], polygon[0])]
        if around:
            min(around, key=lambda polygon: abs(_area(polygon[0]))).append(hole)
        else:
            outer.append([hole[::-1]])
    if not outer:
        return None
    if len(outer) == 1:
        return {"type": "Polygon", "coordinates": outer[0]}
    return {"type": "MultiPolygon", "coordinates": outer}


def _is_within(point: Sequence[Any], ring: Ring) -> bool:
    x, y = float(str(point[0])), float(str(point[1]))
    places = [(float(str(one[0])), float(str(one[1]))) for one in ring]
    inside = False
    for (x1, y1), (x2, y2) in zip(places, [*places[1:], places[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
