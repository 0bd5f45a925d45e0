"""What BMKG answers, as records: earthquakes in JSON or XML, forecasts in JSON, and the older forecast in XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mapalus.engine.errors import Refused, Unavailable
from mapalus.engine.plain_xml import Node, read_xml
from mapalus.engine.text import _
from mapalus.engine.web.answers import Answer

__all__ = ["forecast", "old_forecast", "quakes"]

_ANGLE = re.compile(r"(-?\d{1,3}(?:[.,]\d+)?)\s*°?\s*(LU|LS|BT|BB)", re.IGNORECASE)
_NOT = _("BMKG answers without the data that were asked for.")


def quakes(answer: Answer) -> list[dict[str, Any]]:
    """One record an earthquake; BMKG sends a list, a single one, either in an envelope or without, or XML."""
    if answer.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return [{**row, **_place(row)} for row in _xml_quakes(read_xml(answer.body))]
    said = answer.json()
    if isinstance(said, Mapping):
        if str(said.get("statusCode") or said.get("status")) in ("429", "500", "502", "503", "504"):
            raise Unavailable(_("BMKG has a fault of its own."))
        said = said.get("Infogempa", said)
    found = said.get("gempa") if isinstance(said, Mapping) and "gempa" in said else said
    items = found if isinstance(found, list) else [found]
    rows = [dict(one) for one in items if isinstance(one, Mapping)]
    if len(rows) != len(items) or any("Magnitude" not in row and "Tanggal" not in row for row in rows):
        raise Refused("not-bmkg", _NOT)
    return [{**row, **_place(row)} for row in rows]


def _place(row: Mapping[str, Any]) -> dict[str, str]:
    """Degrees with a sign beside `1.23 LS` and `120.5 BT`, so that it can stand on a map; digits as they are."""
    north, east = (_degrees(str(row.get(name) or "")) for name in ("Lintang", "Bujur"))
    return {"lintang_derajat": north, "bujur_derajat": east} if north and east else {}


def _degrees(said: str) -> str:
    found = _ANGLE.fullmatch(said.strip())
    if not found:
        return ""
    number = found[1].replace(",", ".")
    return f"-{number}" if found[2].upper() in ("LS", "BB") and not number.startswith("-") else number


def _xml_quakes(root: Node) -> list[dict[str, Any]]:
    if root.name != "Infogempa":
        raise Refused("not-bmkg", _NOT)
    return [
        {child.name if child.name != "point" else "Coordinates": child.text.strip() or child.say("coordinates")
         for child in quake.children}
        for quake in root.all("gempa", "Gempa")
    ]  # fmt: skip


def forecast(said: Any) -> Iterator[dict[str, Any]]:
    """One record an hour of a place: `cuaca` is a list of days, each a list of hours."""
    places = said.get("data") if isinstance(said, Mapping) else None
    if not isinstance(places, list):
        raise Refused("not-bmkg", _NOT)
    above = said.get("lokasi") if isinstance(said.get("lokasi"), Mapping) else {}
    for place in places:
        if not isinstance(place, Mapping) or not isinstance(place.get("cuaca"), list):
            raise Refused("not-bmkg", _NOT)
        own = place.get("lokasi")
        where = {**above, **(own if isinstance(own, Mapping) else {})}
        for day in place["cuaca"]:
            for hour in day if isinstance(day, list) else [day]:
                if isinstance(hour, Mapping):
                    yield {**where, **hour}


def old_forecast(root: Node) -> Iterator[dict[str, Any]]:
    """One record a value: area, parameter, time, unit. A value stands once for each of its units."""
    areas = [node for node in root.walk() if node.name == "area"]
    if root.name != "data" or not areas:
        raise Refused("not-bmkg", _NOT)
    for area in areas:
        names = {name.attributes.get("lang", ""): name.text.strip() for name in area.all("name")}
        where = {
            "area_id": area.attributes.get("id", ""),
            "area": names.get("id_ID") or area.attributes.get("description", ""),
            "domain": area.attributes.get("domain", ""),
            "latitude": area.attributes.get("latitude", ""),
            "longitude": area.attributes.get("longitude", ""),
        }
        for parameter in area.all("parameter"):
            what = {"parameter": parameter.attributes.get("id", ""),
                    "keterangan": parameter.attributes.get("description", "")}  # fmt: skip
            for moment in parameter.all("timerange"):
                for value in moment.all("value"):
                    yield {
                        **where, **what, "jenis": moment.attributes.get("type", ""),
                        "waktu_utc": _moment(moment.attributes.get("datetime", "")),
                        "unit": value.attributes.get("unit", ""), "nilai": value.text.strip(),
                    }  # fmt: skip


def _moment(text: str) -> str:
    """`202404041200`, which is UTC, as ISO 8601."""
    if len(text) < 12 or not text.isdigit():
        return text
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}:{text[12:14] or '00'}+00:00"
