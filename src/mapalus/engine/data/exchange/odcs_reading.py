"""A contract from an Open Data Contract Standard document, ours or anybody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mapalus.engine.data.document import BadContract
from mapalus.engine.data.exchange.odcs_words import FREQUENCIES
from mapalus.engine.data.exchange.written import Lost, Read
from mapalus.engine.text import _, slug

__all__ = ["is_odcs", "read"]

_ONLY_OURS = ("year", "yearmonth", "list", "geojson", "geopoint", "duration", "datetime", "time", "any")
_TYPES = {"timestamp": "datetime", "time": "time", "map": "object"}
_OURS = ("string", "number", "integer", "boolean", "object", "array", "date", "datetime", "time", "year", "yearmonth",
         "list", "duration", "geopoint", "geojson", "any")  # fmt: skip
_RULES = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern")
_KNOWN = ("apiVersion", "kind", "id", "name", "version", "status", "schema", "description", "domain", "tags", "team",
          "slaProperties", "customProperties")  # fmt: skip
_KNOWN_OF_FIELD = ("id", "name", "logicalType", "physicalType", "physicalName", "businessName", "description",
                   "logicalTypeOptions", "required", "unique", "primaryKey", "primaryKeyPosition", "classification",
                   "quality", "customProperties", "criticalDataElement", "tags")  # fmt: skip


def is_odcs(document: object) -> bool:
    return isinstance(document, Mapping) and document.get("kind") == "DataContract"


def read(document: Mapping[str, Any], *, schema: str | None = None) -> Read:
    """The contract of one schema object (the first, or the one named). Raises `BadContract`."""
    if not str(document.get("apiVersion") or "").startswith("v3."):
        raise BadContract(_("Only version 3 of the Open Data Contract Standard is understood."))
    objects = [one for one in document.get("schema") or () if isinstance(one, Mapping)]
    found = next((one for one in objects if schema in (None, one.get("name"))), None)
    if found is None:
        raise BadContract(_("The contract has no resource %(name)s with a schema."), name=schema or "", allowed="")
    lost = [Lost("contract", str(key)) for key in document if key not in _KNOWN]
    lost += [Lost(str(one.get("name")), "schema") for one in objects if one is not found]
    kept = _custom(document, lost, "contract")
    table, keys = _schema(found, lost)
    for key in ("missingValues", "uniqueKeys", "foreignKeys", "fieldsMatch"):
        if key in kept:
            table[key] = kept[key]
    if keys:
        table["primaryKey"] = keys
    marks = dict(kept.get("mapalus") or _said(document))
    name = slug(str(document.get("name") or found.get("name") or "")) or "data"
    name = str(document["name"]) if kept and document.get("name") else name
    part: dict[str, Any] = {"name": name}
    if found.get("businessName"):
        part["title"] = str(found["businessName"])
    text = found.get("description") or (document.get("description") or {}).get("purpose")
    if text:
        part["description"] = str(text)
    part |= {key: kept[key] for key in ("licenses", "dialect") if key in kept}
    part["schema"] = table
    if marks:
        part["mapalus"] = marks
    others = [
        {"name": one, **({"data": at} if isinstance(at, list) else {"path": at})}
        for one, at in (kept.get("references") or {}).items()
    ]
    return Read({"name": name, "resources": [part, *others]}, tuple(lost))


def _custom(part: Mapping[str, Any], lost: list[Lost], where: str) -> dict[str, Any]:
    """Our own custom property; the others are named as lost."""
    kept: dict[str, Any] = {}
    for one in part.get("customProperties") or ():
        if isinstance(one, Mapping) and one.get("property") == "mapalus" and isinstance(one.get("value"), Mapping):
            kept = dict(one["value"])
        elif isinstance(one, Mapping):
            lost.append(Lost(where, f"customProperties.{one.get('property')}"))
    return kept


def _said(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a foreign document says of producer, cadence and theme."""
    marks: dict[str, Any] = {}
    if document.get("domain"):
        marks["unit"] = str(document["domain"])
    if document.get("tags"):
        marks["themes"] = [str(one) for one in document["tags"]]
    for one in document.get("slaProperties") or ():
        if one.get("property") == "frequency":
            every = (one.get("value"), str(one.get("unit") or "d")[:1])
            marks["cadence"] = next((name for name, each in FREQUENCIES.items() if each == every), "lainnya")
        elif one.get("property") == "timeOfAvailability":
            marks["due"] = str(one.get("value"))
    return marks


def _schema(found: Mapping[str, Any], lost: list[Lost]) -> tuple[dict[str, Any], list[str]]:
    fields, keys = [], []
    for n, item in enumerate(found.get("properties") or ()):
        if not isinstance(item, Mapping) or not item.get("name"):
            raise BadContract(_("In the contract, %(where)s has no name."), where=f"properties[{n}]")
        fields.append(_field(item, lost))
        if item.get("primaryKey"):
            keys.append((int(item.get("primaryKeyPosition") or n), str(item["name"])))
    if not fields:
        raise BadContract(_("The contract declares no fields."))
    lost += [Lost(str(found.get("name")), key) for key in found if key in ("relationships", "authoritativeDefinitions")]
    lost += [Lost(str(found.get("name")), f"quality.{one.get('type', 'library')}")
             for one in found.get("quality") or () if one.get("type") != "text"]  # fmt: skip
    return {"fields": fields}, [name for _place, name in sorted(keys)]


def _field(item: Mapping[str, Any], lost: list[Lost]) -> dict[str, Any]:
    name = str(item["name"])
    kept = _custom(item, lost, name)
    physical, logical = str(item.get("physicalType") or ""), str(item.get("logicalType") or "")
    logical = _TYPES.get(logical, logical)
    options: Mapping[str, Any] = item.get("logicalTypeOptions") or {}
    if logical == "date" and "HH" in str(options.get("format") or ""):
        logical = "datetime"
    kind = physical if physical in _OURS and (kept or not logical or physical == logical) else logical or "string"
    kind = physical if physical in _ONLY_OURS else kind
    field: dict[str, Any] = {"name": name}
    if item.get("businessName"):
        field["title"] = str(item["businessName"])
    if item.get("description"):
        field["description"] = str(item["description"])
    field["type"] = kind if kind in _OURS else "string"
    if kept.get("format"):
        field["format"] = kept["format"]
    field |= dict(kept.get("options") or {})
    if "missingValues" in kept:
        field["missingValues"] = kept["missingValues"]
    rules = {**{key: options[key] for key in _RULES if key in options}, **(kept.get("constraints") or {})}
    rules |= {key: True for key in ("required", "unique") if item.get(key)}
    rules |= dict(_listed(item, name, lost))
    if rules:
        field["constraints"] = rules
    marks = dict(kept.get("mapalus") or {})
    if not kept and str(item.get("classification")) in ("restricted", "confidential", "sensitive", "pii"):
        marks["personal"] = True
    if marks:
        field["mapalus"] = marks
    lost += [Lost(name, str(key)) for key in item if key not in _KNOWN_OF_FIELD]
    return field


def _listed(item: Mapping[str, Any], name: str, lost: list[Lost]) -> Iterator[tuple[str, Any]]:
    """Quality that is a constraint: a list of valid values, no empty cell, no value twice."""
    for one in item.get("quality") or ():
        metric = str(one.get("metric") or one.get("rule") or "")
        values = one.get("validValues") or (one.get("arguments") or {}).get("validValues")
        if metric in ("validValues", "invalidValues") and isinstance(values, list) and one.get("mustBe") in (0, None):
            yield "enum", values
        elif metric in ("nullValues", "nullCheck", "missingValues") and one.get("mustBe") == 0:
            yield "required", True
        elif metric in ("duplicateValues", "duplicateCount") and one.get("mustBe") == 0:
            yield "unique", True
        else:
            lost.append(Lost(name, f"quality.{metric or one.get('type') or '?'}"))
