"""What a layer says of itself, and its attributes as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from mapalus.connectors.arcgis.geometry import geojson
from mapalus.engine.harvest.mercator import degrees_of
from mapalus.engine.harvest.whole import listed

__all__ = ["Layer", "Plane", "plane_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DEGREES = {4326, 4979, 4937, 4269, 4258, 4755, 9470, 4167, 4283, 7844}  # if not to the last metre
_MERCATOR = {3857, 102100, 102113, 900913, 3785}
_PAGE = 1000


class Plane(Enum):
    """In what coordinates are written."""

    DEGREES = "degrees"
    MERCATOR = "mercator"  # metres of the web's maps, which are turned into degrees by a formula
    OTHER = "other"


def plane_of(reference: Any) -> Plane:
    """Longitude and latitude, or something else; a layer that does not say is believed."""
    if not isinstance(reference, Mapping) or not reference:
        return Plane.DEGREES
    known = {_whole(reference.get("wkid")), _whole(reference.get("latestWkid"))}
    if known & _DEGREES:
        return Plane.DEGREES
    if known & _MERCATOR:
        return Plane.MERCATOR
    words = str(reference.get("wkt", reference.get("wkt2", "GEOGCS")))
    if known == {None} and "Mercator_Auxiliary_Sphere" in words:
        return Plane.MERCATOR
    return Plane.DEGREES if known == {None} and words.startswith("GEOG") else Plane.OTHER


@dataclass(frozen=True)
class Layer:
    """id_field: the column of object ids; empty where the layer has none. dates: columns of milliseconds."""

    name: str
    id_field: str
    dates: frozenset[str]
    domains: Mapping[str, Mapping[str, str]]
    page: int
    can_page: bool
    edited: str
    types: Mapping[str, str] = field(default_factory=dict)
    subtypes: tuple[str, Mapping[str, Mapping[str, Mapping[str, str]]]] = ("", {})

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Layer:
        fields = [one for one in listed(said.get("fields")) if isinstance(one, Mapping) and one.get("name")]
        types = {str(one["name"]): str(one.get("type", "")) for one in fields}
        advanced = said.get("advancedQueryCapabilities")
        editing = said.get("editingInfo")
        oid = next((name for name, kind in types.items() if kind == "esriFieldTypeOID"), "")
        most = said.get("maxRecordCount")
        return cls(
            name=str(said.get("name") or ""),
            id_field=str(said.get("objectIdField") or oid),
            dates=frozenset(name for name, kind in types.items() if kind == "esriFieldTypeDate"),
            domains={
                name: codes
                for name, codes in ((str(one["name"]), _codes(one.get("domain"))) for one in fields)
                if codes
            },
            page=most if isinstance(most, int) and most > 0 else _PAGE,
            can_page=isinstance(advanced, Mapping) and advanced.get("supportsPagination") is True,
            edited=str((editing or {}).get("lastEditDate") or "") if isinstance(editing, Mapping) else "",
            types=types,
            subtypes=_subtypes(said),
        )

    def record(self, feature: Mapping[str, Any], *, labels: bool, plane: Plane) -> dict[str, Any]:
        """A feature of GeoJSON. What is not in degrees stays beside it as `geometri_asli`: it is no GeoJSON."""
        given = feature.get("attributes", feature.get("properties"))
        known = given if isinstance(given, Mapping) else {}
        properties: dict[str, Any] = {}
        for name, value in known.items():
            properties[name] = self._moment(value) if name in self.dates else value
            codes = self._codes_of(name, known)
            if labels and codes is not None:
                properties[f"{name}_label"] = codes.get(str(value)) if value is not None else None
        shape = geojson(feature.get("geometry"))
        if shape is not None and plane is Plane.MERCATOR:
            shape = {**shape, "coordinates": degrees_of(shape["coordinates"])}
        elif shape is not None and plane is Plane.OTHER:
            properties["geometri_asli"], shape = shape, None
        number = known.get(self.id_field) if self.id_field else None
        return {"type": "Feature", **({"id": number} if number is not None else {}), "properties": properties,
                "geometry": shape}  # fmt: skip

    def _codes_of(self, name: str, known: Mapping[str, Any]) -> Mapping[str, str] | None:
        kind, by_type = self.subtypes
        special = by_type.get(str(known.get(kind)), {}).get(name) if kind else None
        return special or self.domains.get(name)

    def _moment(self, value: Any) -> Any:
        """Milliseconds since 1970, before it too, as ISO 8601 in UTC; anything else as it is."""
        try:
            return (_EPOCH + timedelta(milliseconds=int(Decimal(str(value))))).isoformat()
        except (ArithmeticError, ValueError):
            return value


def _codes(domain: Any) -> Mapping[str, str]:
    if not isinstance(domain, Mapping) or domain.get("type") != "codedValue":
        return {}
    values = domain.get("codedValues")
    return {str(one.get("code")): str(one.get("name")) for one in listed(values) if isinstance(one, Mapping)}


def _subtypes(said: Mapping[str, Any]) -> tuple[str, Mapping[str, Mapping[str, Mapping[str, str]]]]:
    """The column that tells the kind of a feature, and the codes that each kind has of its own."""
    kinds = [one for one in listed(said.get("types")) if isinstance(one, Mapping)]
    by_type: dict[str, dict[str, Mapping[str, str]]] = {}
    for one in kinds:
        own = {name: _codes(domain) for name, domain in _mapping(one.get("domains")).items()}
        by_type[str(one.get("id"))] = {name: codes for name, codes in own.items() if codes}
    name = str(said.get("typeIdField") or "")
    if name and kinds:
        for one in kinds:
            by_type.setdefault(str(one.get("id")), {})
            by_type[str(one.get("id"))].setdefault(name, {str(each.get("id")): str(each.get("name")) for each in kinds})
    return (name, by_type) if name else ("", {})


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}
