"""The one list of fields as others want to see it: JSON Schema of an answer, Table Schema of a table, OpenAPI.

Sources: JSON Schema 2020-12; Table Schema (https://datapackage.org/standard/table-schema/); OpenAPI 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mapalus.engine.forms.form import By, Field, FieldType, Form

__all__ = ["json_schema", "openapi", "table_schema"]

_STRINGS: dict[FieldType, dict[str, Any]] = {
    FieldType.DATE: {"format": "date"},
    FieldType.DATETIME: {"format": "date-time"},
    FieldType.EMAIL: {"format": "email"},
    FieldType.NIK: {"pattern": "^[0-9]{16}$"},
    FieldType.PHONE: {"pattern": r"^\+[1-9][0-9]{7,14}$"},
    FieldType.AREA: {"pattern": r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$"},
}
_TABLE_TYPES: dict[FieldType, str] = {
    FieldType.INTEGER: "integer",
    FieldType.NUMBER: "number",
    FieldType.MONEY: "number",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.DATETIME: "datetime",
    FieldType.MULTICHOICE: "array",
    FieldType.POINT: "geopoint",
    FieldType.SHAPE: "geojson",
    FieldType.FILE: "object",
    FieldType.TABLE: "array",
}


def json_schema(form: Form, *, by: str = By.APPLICANT) -> dict[str, Any]:
    """What an answer looks like as it is kept, for machines that send one. What depends on other answers is told in
    `x-show-if` and `x-required-if`; such a field is not required here, the server judges it."""
    asked = [item for item in form.fields if item.by == by]
    required = [item.name for item in asked if _is_required(item, form)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {item.name: _property(item) for item in asked},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _is_required(item: Field, form: Form) -> bool:
    step = form.step_of.get(item.name)
    return item.required and not item.show_if and not (step and step.show_if)


def _property(item: Field) -> dict[str, Any]:
    one = _one(item)
    if item.is_list and item.type is not FieldType.TABLE:
        one = {"type": "array", "items": one, "maxItems": 1000}
        if item.type is FieldType.MULTICHOICE:
            one |= {"uniqueItems": True, **_counts(item)}
    told = {"title": item.label, "description": item.help, "x-show-if": item.show_if, "x-required-if": item.required_if}
    return {**one, **{key: value for key, value in told.items() if value}}


def _one(item: Field) -> dict[str, Any]:
    match item.type:
        case FieldType.INTEGER | FieldType.NUMBER:
            return {"type": str(item.type), **_bounds(item)}
        case FieldType.MONEY:
            sen = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"}
            return {"anyOf": [{"type": "integer", **_bounds(item)}, sen]}
        case FieldType.BOOLEAN:
            return {"const": True} if item.must_agree else {"type": "boolean"}
        case FieldType.CHOICE | FieldType.MULTICHOICE if item.options:
            return {"type": "string", "enum": [option.value for option in item.options]}
        case FieldType.POINT:
            number = {"type": "number"}
            return {"type": "object", "properties": {"lat": number, "lon": number}, "required": ["lat", "lon"]}
        case FieldType.SHAPE:
            return {"type": "object", "required": ["type", "coordinates"]}
        case FieldType.FILE:
            text = {"type": "string"}
            properties = {"ref": text, "name": text, "type": text, "size": {"type": "integer", "minimum": 0}}
            return {"type": "object", "properties": properties, "required": ["ref"]}
        case FieldType.TABLE:
            return {"type": "array", "items": _row(item), "maxItems": 1000, **_counts(item)}
    return {"type": "string", **_STRINGS.get(item.type, {}), **_lengths(item)}


def _row(item: Field) -> dict[str, Any]:
    required = [column.name for column in item.fields if column.required]
    row: dict[str, Any] = {"type": "object", "properties": {column.name: _property(column) for column in item.fields}}
    return {**row, **({"required": required} if required else {}), "additionalProperties": False}


def _bounds(item: Field) -> dict[str, Any]:
    limits = {"minimum": item.minimum, "maximum": item.maximum}
    return {key: _number(value) for key, value in limits.items() if value}


def _counts(item: Field) -> dict[str, Any]:
    limits = {"minItems": item.minimum, "maxItems": item.maximum}
    return {key: int(value) for key, value in limits.items() if value}


def _lengths(item: Field) -> dict[str, Any]:
    limits = {"minLength": item.min_length, "maxLength": item.max_length}
    pattern = {"pattern": f"^(?:{item.pattern})$"} if item.pattern else {}
    return {**{key: value for key, value in limits.items() if value is not None}, **pattern}


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def table_schema(form: Form, names: Iterable[str]) -> dict[str, Any]:
    """Table Schema of these fields, as a dataset publishes them; types of texts are kept as `string`."""
    fields = []
    for name in names:
        item = form.field(name)
        column: dict[str, Any] = {"name": name, "type": _TABLE_TYPES.get(item.type, "string"), "title": item.label}
        if item.is_list:
            column["type"] = "array"
        if item.type is FieldType.EMAIL:
            column["format"] = "email"
        if item.type is FieldType.POINT:
            column["format"] = "object"
        constraints = _constraints(item)
        fields.append({**column, **({"constraints": constraints} if constraints else {})})
    return {"fields": fields}


def _constraints(item: Field) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if item.type in (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY):
        found |= _bounds(item)
    if item.type in (FieldType.STRING, FieldType.TEXT):
        found |= {key: value for key, value in _lengths(item).items() if key != "pattern"}
        found |= {"pattern": item.pattern} if item.pattern else {}
    if item.type is FieldType.CHOICE and item.options:
        found["enum"] = [option.value for option in item.options]
    return found


def openapi(form: Form, *, name: str) -> dict[str, Any]:
    """The component schemas of an OpenAPI 3.1 document: what an applicant sends (`<name>Values`)."""
    schema = json_schema(form)
    del schema["$schema"]
    return {"schemas": {f"{_title(name)}Values": schema}}


def _title(name: str) -> str:
    return "".join(part.capitalize() for part in name.replace("_", "-").split("-"))
