"""Features as GeoJSON wants them: longitude first, in degrees; what cannot be brought there is told and kept aside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from mapalus.connectors.ogc.places import is_degrees, is_latitude_first, is_mercator, must_be_swapped, points_of, turned
from mapalus.engine.harvest.mercator import degrees_of
from mapalus.engine.harvest.whole import Note
from mapalus.engine.text import _

__all__ = ["Placing", "fresh"]


def fresh(found: Sequence[dict[str, Any]], kept: dict[str, Any]) -> list[dict[str, Any]]:
    """The features of a page that were not in the one before. Without ids only a whole page can be known again:
    two features that say the same may both be meant."""
    ids = [json.dumps(one.get("id", one.get("@id")), default=str)[:500] for one in found]
    digest = sha256(json.dumps(found, sort_keys=True, default=str).encode()).hexdigest()
    is_same = bool(found) and digest == kept.get("page")
    before = set(kept.get("ids", ()))
    kept |= {"ids": ids[-2000:], "page": digest}
    return [] if is_same else [one for one, own in zip(found, ids, strict=True) if own == "null" or own not in before]


@dataclass(frozen=True)
class Placing:
    """What is done to each geometry of a page."""

    swap: bool
    degrees: bool
    mercator: bool = False

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
            is_beyond = any(max(map(abs, point)) > 361 for point in all_points)
            kept["mercator"] = is_mercator(reference)
            kept["degrees"] = kept["mercator"] or (is_degrees(reference) and not is_beyond)
        return cls(bool(kept.get("swap")), bool(kept.get("degrees", True)), bool(kept.get("mercator")))

    def record(self, feature: Mapping[str, Any]) -> dict[str, Any]:
        given = feature.get("properties")
        properties = dict(given) if isinstance(given, Mapping) else {}
        shape, number = feature.get("geometry"), feature.get("id", feature.get("@id"))
        if shape and not self.degrees:
            properties["geometri_asli"], shape = shape, None
        elif self.mercator:
            shape = turned(shape, degrees_of)
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
