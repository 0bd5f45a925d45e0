"""JSON Schema (2020-12) of one row, as our JSON gives it; and a contract from such a schema.

Source: https://json-schema.org/draft/2020-12.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.document import BadContract
from mapalus.engine.data.exchange.written import Lost, Read, Written
from mapalus.engine.text import _, slug

__all__ = ["read", "write"]

_TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "object": {"type": "object"},
    "array": {"type": "array"},
    "list": {"type": "array"},
    "year": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "datetime": {"type": "string", "format": "date-time"},
    "duration": {"type": "string", "format": "duration"},
    "yearmonth": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    "geojson": {"type": "object"},
    "any": {},
}
_FORMATS = {"email": "email", "uri": "uri", "uuid": "uuid"}
_BACK = {"date": "date", "time": "time", "date-time": "datetime", "duration": "duration"}
_SAME = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern")


def write(contract: Contract) -> Written:
    """The schema of one row: an object with a property for each field. Keys over rows have no place in it."""
    lost = [Lost("contract", name) for name, there in (
        ("primaryKey", contract.primary_key), ("uniqueKeys", contract.unique_keys),
        ("foreignKeys", contract.foreign_keys), ("rules", contract.rules),
    ) if there]  # fmt: skip
    lost += [Lost(item.name, "unique") for item in contract.fields if item.constraints.get("unique")]
    document: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": contract.title or contract.name,
        **({"description": contract.description} if contract.description else {}),
        "type": "object",
        "properties": {item.name: _property(item) for item in contract.fields},
        "additionalProperties": False,
    }
    needed = [item.name for item in contract.fields if item.is_required or item.name in contract.primary_key]
    return Written({**document, **({"required": needed} if needed else {})}, tuple(lost))


def _property(item: Field) -> dict[str, Any]:
    found = dict(_TYPES.get(item.type, {"type": "string"}))
    if item.type == "string" and item.format in _FORMATS:
        found["format"] = _FORMATS[item.format]
    found |= {key: text for key, text in (("title", item.title), ("description", item.description)) if text}
    if item.type not in ("date", "time", "datetime", "yearmonth"):
        found |= {key: item.constraints[key] for key in _SAME if key in item.constraints}
    if "pattern" in found and "pattern" in item.constraints:
        found["pattern"] = f"^(?:{item.constraints['pattern']})$"  # a pattern of Table Schema is for the whole value
    categories = item.options.get("categories")
    values = item.constraints.get("enum") or [
        one.get("value") if isinstance(one, Mapping) else one for one in categories or ()
    ]
    if values:
        found["enum"] = list(values)
    if not item.is_required and "type" in found:
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def read(document: Mapping[str, Any], *, name: str = "data") -> Read:
    """A contract from the schema of a row, or of a list of rows. Raises `BadContract`."""
    row = document.get("items") if document.get("type") == "array" else document
    if not isinstance(row, Mapping) or not isinstance(row.get("properties"), Mapping):
        raise BadContract(_("This JSON Schema describes no row: it has no properties."))
    required = {str(one) for one in row.get("required") or ()}
    lost: list[Lost] = []
    fields = [_field(str(key), item, str(key) in required, lost) for key, item in row["properties"].items()]
    lost += [
        Lost("contract", key) for key in row if key in ("allOf", "anyOf", "oneOf", "not", "if", "patternProperties")
    ]
    resource: dict[str, Any] = {"name": slug(str(document.get("title") or name)) or name, "schema": {"fields": fields}}
    for key in ("title", "description"):
        if document.get(key):
            resource[key] = str(document[key])
    return Read({"name": resource["name"], "resources": [resource]}, tuple(lost))


def _field(name: str, item: Any, is_required: bool, lost: list[Lost]) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        return {"name": name, "type": "any"}
    kinds = [item["type"]] if isinstance(item.get("type"), str) else list(item.get("type") or ())
    plain = [kind for kind in kinds if kind != "null"]
    kind = str(plain[0]) if len(plain) == 1 else "any"
    if kind == "string":
        kind = _BACK.get(str(item.get("format")), "string")
    field: dict[str, Any] = {"name": name, "type": kind}
    field |= {key: str(item[key]) for key in ("title", "description") if item.get(key)}
    if kind == "string" and item.get("format") in _FORMATS.values():
        field["format"] = item["format"]
    rules: dict[str, Any] = {key: item[key] for key in _SAME if key in item}
    if "pattern" in rules:
        rules["pattern"] = _whole(str(rules["pattern"]))
    if item.get("enum"):
        rules["enum"] = [one for one in item["enum"] if one is not None]
    if is_required and "null" not in kinds:
        rules["required"] = True
    known = {"type", "title", "description", "format", "enum", "$id", "$schema", "examples", "default", *_SAME}
    lost += [Lost(name, key) for key in item if key not in known]
    return {**field, **({"constraints": rules} if rules else {})}


def _whole(pattern: str) -> str:
    """A pattern that may match anywhere, as one for the whole value."""
    if pattern.startswith("^(?:") and pattern.endswith(")$"):
        return pattern[4:-2]
    start, end = "" if pattern.startswith("^") else ".*", "" if pattern.endswith("$") else ".*"
    return f"{start}{pattern.removeprefix('^').removesuffix('$')}{end}"
