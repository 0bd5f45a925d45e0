"""Features of a GeoJSON file: properties and rings; anything that is not that is refused with one sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapalus.engine.boundaries.outlines import GRAIN
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["Feature", "Features", "NotBoundaries", "read"]

LARGEST = 256_000_000  # bytes
MOST_CORNERS = 4_000_000
_LON, _LAT = 180.0, 90.0
_LONGEST = 60


class NotBoundaries(Invalid):
    """A file given as boundaries of regions cannot be used; the sentence says what was found in it."""

    code = "not-boundaries"
    text = _("These boundaries cannot be used.")
    advice = _("Give a GeoJSON file in EPSG:4326 whose areas carry their region code.")


@dataclass(frozen=True)
class Feature:
    """One area of the file: what is said of it, and its rings in hundred-thousandths of a degree, holes among them."""

    properties: Mapping[str, str]
    rings: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True)
class Features:
    features: tuple[Feature, ...]
    corners: int
    without_area: int  # features without a geometry, or with one that is no area


def read(path: Path) -> Features:
    """The areas of a file. Raises `NotBoundaries`."""
    if not path.is_file():
        raise NotBoundaries(_("There is no file %(file)s."), file=path.name)
    if path.stat().st_size > LARGEST:
        raise NotBoundaries(_("The file is larger than 256 MB."))
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise NotBoundaries(_("The file is not JSON.")) from error
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        kind = str(found.get("type", "object")) if isinstance(found, dict) else type(found).__name__
        raise NotBoundaries(_("The file holds %(kind)s instead of a FeatureCollection."), kind=kind[:_LONGEST])
    _check_crs(found.get("crs"))
    return _features(found.get("features"))


def _check_crs(crs: object) -> None:
    """Only longitude and latitude; a file that names another system says so itself."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not any(known in name.upper() for known in ("4326", "CRS84", "CRS:84")):
        raise NotBoundaries(_("Its coordinates are in %(crs)s instead of EPSG:4326."), crs=name[:_LONGEST])


def _features(found: object) -> Features:
    if not isinstance(found, list) or not found:
        raise NotBoundaries(_("The file holds no areas."))
    features: list[Feature] = []
    corners = without = 0
    for one in found:
        geometry = one.get("geometry") if isinstance(one, dict) else None
        rings = tuple(_rings(geometry)) if isinstance(geometry, dict) else ()
        if not rings:
            without += 1
            continue
        corners += sum(map(len, rings))
        if corners > MOST_CORNERS:
            raise NotBoundaries(_("The file has more than four million corners; simplify it first."))
        features.append(Feature(_properties(one.get("properties")), rings))
    if not features:
        raise NotBoundaries(_("The file holds no areas."))
    return Features(tuple(features), corners, without)


def _properties(found: object) -> Mapping[str, str]:
    if not isinstance(found, dict):
        return {}
    return {str(key): _text(value) for key, value in found.items() if isinstance(value, str | int | float)}


def _text(value: str | float) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _rings(geometry: Mapping[str, Any]) -> Iterator[tuple[tuple[int, int], ...]]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection" and isinstance(geometry.get("geometries"), list):
        for one in geometry["geometries"]:
            if isinstance(one, dict) and one.get("type") in ("Polygon", "MultiPolygon"):
                yield from _rings(one)
        return
    polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    for polygon in polygons if isinstance(polygons, list) else []:
        for ring in polygon if isinstance(polygon, list) else []:
            made = tuple(_place(place) for place in ring) if isinstance(ring, list) else ()
            if len(made) > 3:
                yield made


def _place(found: object) -> tuple[int, int]:
    if not isinstance(found, list) or len(found) < 2 or not all(isinstance(n, int | float) for n in found[:2]):
        raise NotBoundaries(_("A corner of the file is not a pair of numbers."))
    lon, lat = float(found[0]), float(found[1])
    if not (math.isfinite(lon) and math.isfinite(lat)) or abs(lon) > _LON or abs(lat) > _LAT:
        place = f"{found[0]}, {found[1]}"[:_LONGEST]
        raise NotBoundaries(_("A corner lies at %(place)s, which is no longitude and latitude."), place=place)
    return round(lon * GRAIN), round(lat * GRAIN)
