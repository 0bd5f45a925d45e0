"""GML 2, 3.1 and 3.2 as features of GeoJSON. Coordinates keep their digits, and their order: `placing` looks at it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mapalus.engine.errors import Refused
from mapalus.engine.exact_json import Digits
from mapalus.engine.plain_xml import Node
from mapalus.engine.text import _

__all__ = ["features", "geometry_of", "reference_of"]

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_MEMBERS = ("member", "featureMember")
_POINTS, _LINES = (
    ("Point",),
    ("LineString", "Curve", "OrientableCurve", "LineStringSegment", "CompositeCurve", "LinearRing"),
)
_AREAS = ("Polygon", "Surface", "PolygonPatch", "Rectangle", "CompositeSurface", "OrientableSurface")
_PATCHES = ("patches", "surfaceMember", "baseSurface", "polygonPatches")
_MANY = {
    "MultiPoint": "MultiPoint", "MultiLineString": "MultiLineString", "MultiCurve": "MultiLineString",
    "MultiPolygon": "MultiPolygon", "MultiSurface": "MultiPolygon",
}  # fmt: skip
_KNOWN = {*_POINTS, *_LINES, *_AREAS, *_MANY, "MultiGeometry", "GeometryCollection", "Envelope", "Box"}


def features(root: Node) -> Iterator[dict[str, Any]]:
    """The features of a collection."""
    for child in root.children:
        if child.name in _MEMBERS:
            if inner := child.first("FeatureCollection"):
                yield from features(inner)
            else:
                yield from map(_feature, child.children)
        elif child.name == "featureMembers":
            yield from map(_feature, child.children)


def _feature(node: Node) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    geometry = None
    for child in node.children:
        if child.name == "boundedBy":
            continue
        shape = next((one for one in child.children if one.name in _KNOWN), None)
        if shape is not None and geometry is None:
            geometry = geometry_of(shape)
        elif shape is None:
            _put(properties, child.name, _value(child))
    number = node.attributes.get("id", node.attributes.get("fid"))
    return {"type": "Feature", **({"id": number} if number else {}), "properties": properties, "geometry": geometry}


def _put(properties: dict[str, Any], name: str, value: Any) -> None:
    if name not in properties:
        properties[name] = value
    elif isinstance(properties[name], list):
        properties[name].append(value)
    else:
        properties[name] = [properties[name], value]


def _value(node: Node) -> Any:
    """A text, a nested object, or None where the element says that it has none."""
    if node.attributes.get("nil") in ("true", "1"):
        return None
    if not node.children:
        return node.text if node.text.strip() else (node.attributes.get("href") or "")
    nested: dict[str, Any] = {}
    for child in node.children:
        _put(nested, child.name, _value(child))
    return nested


def reference_of(root: Node) -> str:
    """The first reference system that the geometries name; empty where none does."""
    names = (node.attributes.get("srsName", "") for node in root.walk() if node.name in _KNOWN)
    return next(filter(None, names), "")


def geometry_of(node: Node, size: int = 0) -> dict[str, Any] | None:
    """None for an empty one and for what GeoJSON does not have."""
    size = _size(node, size)
    name = node.name
    if name in _POINTS:
        points = _points(node, size)
        return {"type": "Point", "coordinates": points[0]} if points else None
    if name in _LINES:
        line = _line(node, size)
        return {"type": "LineString", "coordinates": line} if len(line) > 1 else None
    if name in _AREAS:
        polygons = _polygons(node, size)
        return _single("Polygon", "MultiPolygon", polygons)
    if name in _MANY:
        return _many(node, _MANY[name], size)
    if name in ("MultiGeometry", "GeometryCollection"):
        inner = [shape for one in _members(node) if (shape := geometry_of(one, size))]
        return {"type": "GeometryCollection", "geometries": inner} if inner else None
    return None


def _many(node: Node, kind: str, size: int) -> dict[str, Any] | None:
    found: list[Any] = []
    for one in _members(node):
        if kind == "MultiPolygon":
            found += _polygons(one, _size(one, size))
        else:
            shape = geometry_of(one, size)
            found += [shape["coordinates"]] if shape else []
    return {"type": kind, "coordinates": found} if found else None


def _members(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.name in _KNOWN:
            yield child
        elif child.name.casefold().endswith(("member", "members")):
            yield from (one for one in child.children if one.name in _KNOWN)


def _single(one: str, many: str, found: list[Any]) -> dict[str, Any] | None:
    if not found:
        return None
    return {"type": one, "coordinates": found[0]} if len(found) == 1 else {"type": many, "coordinates": found}


def _polygons(node: Node, size: int) -> list[list[Any]]:
    if node.name in ("Polygon", "PolygonPatch", "Rectangle"):
        outer = [_line(ring, size) for side in node.all("exterior", "outerBoundaryIs") for ring in side.children]
        holes = [_line(ring, size) for side in node.all("interior", "innerBoundaryIs") for ring in side.children]
        return [[outer[0], *(hole for hole in holes if hole)]] if outer and outer[0] else []
    holders = [child for child in node.children if child.name in _PATCHES]
    inner = [one for holder in holders for one in holder.children]
    return [polygon for one in inner for polygon in _polygons(one, _size(one, size))]


def _line(node: Node, size: int) -> list[Any]:
    """The points of a line, those of its segments one after the other, without the point that both share."""
    size = _size(node, size)
    points: list[Any] = []
    parts = [
        one
        for child in node.children
        if child.name in ("segments", "curveMember", "baseCurve")
        for one in child.children
    ]
    if not parts:
        return _points(node, size)
    for part in parts:
        more = _line(part, size)
        points += more[1:] if points and more and points[-1] == more[0] else more
    return points


def _points(node: Node, size: int) -> list[list[Any]]:
    points: list[list[Any]] = []
    for child in node.children:
        if child.name in ("pos", "posList"):
            numbers = [_number(one) for one in child.text.split()]
            step = _size(child, size) or (len(numbers) if child.name == "pos" else 2)
            points += [numbers[n : n + step] for n in range(0, len(numbers) - step + 1, max(step, 1))]
        elif child.name == "coordinates":
            comma, space = child.attributes.get("cs", ","), child.attributes.get("ts", " ")
            rows = child.text.split(space) if space.strip() else child.text.split()
            points += [[_number(one) for one in row.split(comma)] for row in rows if row.strip()]
        elif child.name == "coord":
            points.append([_number(one.text) for one in child.children])
        elif child.name in ("pointProperty", "pointRep", "Point"):
            points += _points(child.first("Point") or child, size)
    return points


def _number(text: str) -> Digits | float:
    """The digits of the service, where JSON can hold them so."""
    said = text.strip()
    if _JSON_NUMBER.match(said):
        return Digits(said)
    try:
        return float(said)
    except ValueError:
        raise Refused("not-xml", _("%(words)s is no coordinate."), words=said[:40]) from None


def _size(node: Node, size: int) -> int:
    given = node.attributes.get("srsDimension", node.attributes.get("dimension", ""))
    return int(given) if given in ("2", "3") else size
