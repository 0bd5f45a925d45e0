"""Open Data Contract Standard 3: written as 3.0.2, which every reader of 3.x takes; read from 3.0 and 3.1.

What Table Schema has and ODCS lacks (how values are written in the file, standar data, masking) goes into
`customProperties` under the name `mapalus`, so that a contract comes back as it went; other readers ignore it.
Source: https://bitol-io.github.io/open-data-contract-standard/.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.exchange.odcs_words import (
    CLASSIFICATIONS,
    FREQUENCIES,
    LOGICAL,
    OPTIONS,
    STATUS,
)
from mapalus.engine.data.exchange.written import Lost, Written

__all__ = ["write"]

API = "v3.0.2"
_IN_LOGICAL = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern"}
_CARRIED = ("required", "unique", "enum", *_IN_LOGICAL)


def write(contract: Contract, *, version: str = "1.0.0", status: str = STATUS, address: str = "") -> Written:
    """The contract as one ODCS document with one schema object. `address`: where the rows can be had."""
    marks = dict(contract.mapalus)
    document: dict[str, Any] = {
        "apiVersion": API,
        "kind": "DataContract",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"mapalus:{contract.name}")),
        "name": contract.name,
        "version": version,
        "status": status,
        "schema": [_object(contract)],
    }
    if contract.description or marks.get("purpose"):
        document["description"] = {"purpose": str(marks.get("purpose") or contract.description)}
    if marks.get("unit"):
        document["domain"] = str(marks["unit"])
    if marks.get("themes"):
        document["tags"] = [str(one) for one in marks["themes"]]
    team = [{"username": str(marks[key]), "role": key} for key in ("producer", "confirmer") if marks.get(key)]
    if team:
        document["team"] = team
    sla = _sla(marks)
    if sla:
        document["slaProperties"] = sla
    if address:
        document["servers"] = [{"server": "mapalus", "type": "api", "location": address}]
    kept = _whole(contract, marks)
    if kept:
        document["customProperties"] = [{"property": "mapalus", "value": kept}]
    return Written(document, tuple(_lost(contract)))


def _object(contract: Contract) -> dict[str, Any]:
    found: dict[str, Any] = {"name": contract.name, "logicalType": "object", "physicalType": "table"}
    if contract.title:
        found["businessName"] = contract.title
    if contract.description:
        found["description"] = contract.description
    found["properties"] = [_property(item, contract) for item in contract.fields]
    quality = [
        {
            "type": "text", "name": rule.name, "dimension": "consistency",
            "description": rule.message or f"{rule.name}: {rule.expression}",
        }
        for rule in contract.rules
    ]  # fmt: skip
    if contract.bad_rows.limit_percent is not None:
        text = f"At most {contract.bad_rows.limit_percent} percent of the rows may be wrong."
        quality.append({"type": "text", "name": "bad_rows", "dimension": "conformity", "description": text})
    return {**found, **({"quality": quality} if quality else {})}


def _property(item: Field, contract: Contract) -> dict[str, Any]:
    kind, form = LOGICAL.get(item.type, ("string", ""))
    found: dict[str, Any] = {"name": item.name, "logicalType": kind, "physicalType": item.type}
    if item.title:
        found["businessName"] = item.title
    if item.description:
        found["description"] = item.description
    options = {key: item.constraints[key] for key in OPTIONS.get(kind, ()) if key in item.constraints}
    if form:
        options["format"] = form
    if options:
        found["logicalTypeOptions"] = options
    if item.is_required:
        found["required"] = True
    if item.constraints.get("unique"):
        found["unique"] = True
    if item.name in contract.primary_key:
        found |= {"primaryKey": True, "primaryKeyPosition": contract.primary_key.index(item.name) + 1}
    if item.is_personal:
        found["classification"] = CLASSIFICATIONS.get(str(item.mapalus.get("personal")), "confidential")
    if item.constraints.get("enum"):
        values = list(item.constraints["enum"])
        found["quality"] = [{
            "type": "library", "rule": "validValues", "validValues": values, "mustBe": 0, "dimension": "conformity",
        }]  # fmt: skip
    kept = _field_kept(item, kind)
    return {**found, **({"customProperties": [{"property": "mapalus", "value": kept}]} if kept else {})}


def _field_kept(item: Field, kind: str) -> dict[str, Any]:
    """What comes back only from here."""
    kept: dict[str, Any] = {}
    if item.format != "default":
        kept["format"] = item.format
    if item.options:
        kept["options"] = dict(item.options)
    if item.missing_values is not None:
        kept["missingValues"] = list(item.missing_values)
    rest = {
        key: value for key, value in item.constraints.items()
        if key not in _CARRIED or (key in _IN_LOGICAL and key not in OPTIONS.get(kind, ()))
    }  # fmt: skip
    if rest:
        kept["constraints"] = rest
    if item.mapalus:
        kept["mapalus"] = dict(item.mapalus)
    return kept


def _whole(contract: Contract, marks: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if marks:
        kept["mapalus"] = dict(marks)
    if contract.missing_values != ("",):
        kept["missingValues"] = list(contract.missing_values)
    if contract.unique_keys:
        kept["uniqueKeys"] = [list(key) for key in contract.unique_keys]
    if contract.foreign_keys:
        kept["foreignKeys"] = [
            {"fields": list(key.fields), "reference": {
                **({"resource": key.resource} if key.resource else {}), "fields": list(key.reference_fields)}}
            for key in contract.foreign_keys
        ]  # fmt: skip
    if contract.dialect:
        kept["dialect"] = dict(contract.dialect)
    if contract.fields_match:
        kept["fieldsMatch"] = contract.fields_match
    if contract.licenses:
        kept["licenses"] = [dict(one) for one in contract.licenses]
    others = {name: at for name, at in contract.references.items() if name != contract.name and at is not None}
    return {**kept, **({"references": others} if others else {})}


def _sla(marks: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    every = FREQUENCIES.get(str(marks.get("cadence") or ""))
    if every:
        found.append({"property": "frequency", "value": every[0], "unit": every[1]})
    if marks.get("due"):
        found.append({"property": "timeOfAvailability", "value": str(marks["due"])})
    if marks.get("retention"):
        found.append({"property": "retention", "value": str(marks["retention"])})
    return found


def _lost(contract: Contract) -> list[Lost]:
    """Without our own properties: what another reader of ODCS does not see."""
    found = [Lost(item.name, "jsonSchema") for item in contract.fields if "jsonSchema" in item.constraints]
    found += [Lost(item.name, key) for item in contract.fields for key in item.options]
    found += [Lost(", ".join(key.fields), "foreignKeys") for key in contract.foreign_keys]
    found += [Lost(", ".join(key), "uniqueKeys") for key in contract.unique_keys]
    return found + [Lost("contract", "dialect") for _one in [0] if contract.dialect]
