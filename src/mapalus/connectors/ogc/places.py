"""Longitude and latitude: which comes first, and what is neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mapalus.engine.harvest.whole import listed

__all__ = ["is_degrees", "is_latitude_first", "is_mercator", "must_be_swapped", "swapped"]


def _number_of(reference: str) -> str:
    return reference.replace("#", "/").replace(":", "/").rstrip("/").rpartition("/")[2].casefold()


def is_degrees(reference: str) -> bool:
    """Whether a reference system is longitude and latitude; one that is not named is believed."""
    return not reference or _number_of(reference) in ("4326", "4979", "4258", "4269", "crs84", "crs84h", "84", "9470")


def is_mercator(reference: str) -> bool:
    """Whether it is metres of the web's maps."""
    return _number_of(reference) in ("3857", "900913", "102100", "102113", "3785")


def is_latitude_first(reference: str) -> bool:
    """By the letter: the long forms follow the EPSG register, the short ones and CRS84 begin with longitude."""
    long = reference.casefold().startswith(("urn:ogc:def:crs:epsg", "urn:x-ogc:def:crs:epsg")) or (
        "/def/crs/epsg/" in reference.casefold()
    )
    return long and is_degrees(reference)


def must_be_swapped(points: Iterator[tuple[float, float]]) -> bool:
    """Whether the second number of some point cannot be a latitude, while all the first ones could be."""
    beyond = False
    for first, second in points:
        if abs(first) > 90:
            return False
        beyond = beyond or abs(second) > 90
    return beyond


def swapped(coordinates: Any) -> Any:
    """The same with the first two numbers of every point exchanged."""
    if isinstance(coordinates, list) and coordinates and not isinstance(coordinates[0], list):
        return [*coordinates[1::-1], *coordinates[2:]] if len(coordinates) > 1 else coordinates
    return [swapped(one) for one in coordinates] if isinstance(coordinates, list) else coordinates


def points_of(geometry: Any) -> Iterator[tuple[float, float]]:
    """Every point of a geometry of GeoJSON."""
    if not isinstance(geometry, dict):
        return
    for inner in listed(geometry.get("geometries")):
        yield from points_of(inner)
    yield from _points(geometry.get("coordinates"))


def _points(found: Any) -> Iterator[tuple[float, float]]:
    if not isinstance(found, list) or not found:
        return
    if isinstance(found[0], list):
        for one in found:
            yield from _points(one)
    elif len(found) > 1:
        try:
            yield float(str(found[0])), float(str(found[1]))
        except ValueError:
            return


def turned(geometry: Any, turn: Callable[[Any], Any] = swapped) -> Any:
    """The geometry with `turn` done to its coordinates."""
    if not isinstance(geometry, dict):
        return geometry
    if "geometries" in geometry:
        return {**geometry, "geometries": [turned(one, turn) for one in geometry["geometries"]]}
    return {**geometry, "coordinates": turn(geometry.get("coordinates"))}


__all__ += ["points_of", "turned"]
