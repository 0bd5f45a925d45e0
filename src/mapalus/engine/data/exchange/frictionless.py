"""Data Package and Table Schema, as others read them: version 2, or version 1 for older readers.

`ours` keeps what the standard leaves to extensions (`mapalus`, rules). Version 1 has no lists, no exclusive limits, no
categories, no `fieldsMatch`, no unique keys over several fields and no missing values of one field.
Source: https://datapackage.org/standard/ (2.0), https://specs.frictionlessdata.io/ (1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mapalus.engine.data.contract import Contract, to_descriptor
from mapalus.engine.data.exchange.written import Lost, Written

__all__ = ["published_package", "write"]

_PROFILES = "https://datapackage.org/profiles/2.0"
_ONLY_2 = ("exclusiveMinimum", "exclusiveMaximum", "jsonSchema")


def write(contract: Contract, *, version: int = 2, path: str = "", ours: bool = True) -> Written:
    """A Data Package with one table; `path` is where the rows are."""
    descriptor = to_descriptor(contract)
    part = descriptor["resources"][0]
    lost: list[Lost] = []
    if not ours:
        lost += _bare(part)
    part["name"] = descriptor["name"] = _named(contract.name)
    part["path"] = path or f"{part['name']}.csv"
    for n, other in enumerate(descriptor["resources"]):
        other["name"] = _named(str(other["name"])) if n else other["name"]
    if version == 1:
        lost += _version_1(descriptor)
    else:
        descriptor = {"$schema": f"{_PROFILES}/datapackage.json", **descriptor}
        part["$schema"] = f"{_PROFILES}/dataresource.json"
        part["type"] = "table"
    return Written(descriptor, tuple(lost))


def _named(name: str) -> str:
    """A name as both versions want it: small letters, digits, dot, dash and underscore."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "data"


def _bare(part: dict[str, Any]) -> list[Lost]:
    """Take away what only this platform understands."""
    lost = [Lost("contract", key) for key in part.pop("mapalus", {})]
    for item in part["schema"]["fields"]:
        lost += [Lost(str(item["name"]), key) for key in item.pop("mapalus", {})]
    return lost


def _version_1(descriptor: dict[str, Any]) -> list[Lost]:
    lost: list[Lost] = []
    descriptor["profile"] = "tabular-data-package"
    part = descriptor["resources"][0]
    part["profile"] = "tabular-data-resource"
    schema = part["schema"]
    lost += [Lost("contract", key) for key in ("fieldsMatch", "uniqueKeys") if schema.pop(key, None) is not None]
    for key in schema.get("foreignKeys") or ():
        key["reference"].setdefault("resource", "")
    for item in schema["fields"]:
        lost += _field_1(item)
    return lost


def _field_1(item: dict[str, Any]) -> list[Lost]:
    name, lost = str(item["name"]), []
    if item["type"] == "list":
        item["type"] = "array"
        lost += [Lost(name, key) for key in ("delimiter", "itemType") if item.pop(key, None) is not None]
    if item.pop("missingValues", None) is not None:
        lost.append(Lost(name, "missingValues"))
    categories = item.pop("categories", None)
    if categories is not None:
        values = [one.get("value") if isinstance(one, Mapping) else one for one in categories]
        item.setdefault("constraints", {}).setdefault("enum", values)
    if item.pop("categoriesOrdered", None) is not None:
        lost.append(Lost(name, "categoriesOrdered"))
    constraints = item.get("constraints") or {}
    lost += [Lost(name, key) for key in _ONLY_2 if constraints.pop(key, None) is not None]
    return lost


def published_package(
    contract: Contract, *, shown: list[Mapping[str, Any]], path: str, version: str, licence: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What describes the published file itself: its columns as they are there, masked ones as text.

    `shown`: the columns of the version's summary. The file is plain CSV, so nothing of how it was handed in counts.
    """
    by_name = {item.name: item for item in contract.fields}
    fields = []
    for one in shown:
        item = by_name.get(str(one["name"]))
        kept: dict[str, Any] = {"name": one["name"], "title": one.get("title") or one["name"], "type": one["type"]}
        if one.get("description"):
            kept["description"] = one["description"]
        if item is not None and item.constraints and not (one.get("masked") or one.get("suppressed")):
            rules = {key: value for key, value in item.constraints.items() if key != "jsonSchema"}
            kept |= {"constraints": rules} if rules else {}
        fields.append(kept)
    name = _named(contract.name)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    open_names = {str(one["name"]) for one in shown if not one.get("masked")}
    if contract.primary_key and set(contract.primary_key) <= open_names:
        schema["primaryKey"] = list(contract.primary_key)
    part = {
        "name": name, "type": "table", "path": path, "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
        "schema": schema,
    }  # fmt: skip
    package: dict[str, Any] = {"$schema": f"{_PROFILES}/datapackage.json", "name": name, "version": version}
    package |= {key: text for key, text in (("title", contract.title), ("description", contract.description)) if text}
    return {**package, **({"licenses": [dict(licence)]} if licence else {}), "resources": [part]}
