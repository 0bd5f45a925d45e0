"""Features as GeoJSON wants them: longitude first, in degrees; what cannot be brought there is told and kept aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mapalus.connectors.ogc.places import is_degrees, is_latitude_first, must_be_swapped, points_of, turned
from mapalus.engine.harvest.whole import Note
from mapalus.engine.text import _

__all__ = ["Placing"]


@dataclass(frozen=True)
class Placing:
    """What is done to each geometry of a page."""

    swap: bool
    degrees: bool

    @classmethod
    def of(cls, kept: dict[str, Any], reference: str, found: Iterable[Mapping[str, Any]], *, is_json: bool) -> Placing:
        """By the reference system, and by the numbers where they cannot be what it says. Decided once for a harvest."""
        shapes = [one.get("geometry") for one in found if one.get("geometry")]
        if "swap" not in kept and shapes:
            impossible = must_be_swapped(point for shape in shapes for point in points_of(shape))
            by_name = not is_json and is_latitude_first(reference)
            all_points = [point for shape in shapes for point in points_of(shape)]
            is_odd = by_name and bool(all_points) and any(abs(first) > 90 for first, _second in all_points)
            kept["swap"] = (by_name and not is_odd) or impossible
            kept["odd"] = is_odd or (impossible and not by_name)
            # Beyond 180 nothing is a longitude, whatever the service calls it.
            kept["degrees"] = is_degrees(reference) and all(max(map(abs, point)) <= 361 for point in all_points)
        return cls(bool(kept.get("swap")), bool(kept.get("degrees", True)))

    def record(self, feature: Mapping[str, Any]) -> dict[str, Any]:
        given = feature.get("properties")
        properties = dict(given) if isinstance(given, Mapping) else {}
        shape, number = feature.get("geometry"), feature.get("id", feature.get("@id"))
        if shape and not self.degrees:
            properties["geometri_asli"], shape = shape, None
        elif self.swap:
            shape = turned(shape)
        if number is not None and "fid" not in properties and "id" not in properties:
            properties = {"fid": number, **properties}
        return {"type": "Feature", **({"id": number} if number is not None else {}), "properties": properties,
                "geometry": shape}  # fmt: skip

    @staticmethod
    def notes(kept: Mapping[str, Any]) -> list[Note]:
        notes: list[Note] = []
        if kept.get("odd"):
            notes.append((_("The service writes latitude and longitude the other way round than it says."), {}))
        if kept.get("degrees") is False:
            text = _("The coordinates did not come as longitude and latitude: they stand in geometri_asli.")
            notes.append((text, {}))
        return notes
