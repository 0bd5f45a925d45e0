"""The part of JSON Schema that contracts use for cells holding JSON; other keywords are refused, not ignored.

Source: https://json-schema.org/draft/2020-12.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["compile_schema"]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_KNOWN = frozenset(
    [
        "type",
        "required",
        "properties",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "pattern",
        "title",
        "description",
        "$schema",
        "$id",
        "default",
        "examples",
    ]
)


def compile_schema(schema: Any) -> Callable[[Any], bool]:
    """The test that the schema declares; ValueError where it uses something that is not known here."""
    if isinstance(schema, bool):
        return lambda _value: schema
    if not isinstance(schema, Mapping):
        raise ValueError("jsonSchema must be an object")
    unknown = sorted(set(schema) - _KNOWN)
    if unknown:
        raise ValueError(f"jsonSchema: {unknown[0]} is not supported")
    tests = [*_type_tests(schema), *_value_tests(schema), *_inner_tests(schema)]
    return lambda value: all(test(value) for test in tests)


def _type_tests(schema: Mapping[str, Any]) -> list[Callable[[Any], bool]]:
    if "type" not in schema:
        return []
    names = [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
    if not set(names) <= set(_TYPES):
        raise ValueError("jsonSchema: a type is not known")

    def fits(value: Any) -> bool:
        if isinstance(value, bool):
            return "boolean" in names
        if isinstance(value, float) and value.is_integer() and "integer" in names:
            return True
        return any(isinstance(value, _TYPES[name]) for name in names if name != "boolean")

    return [fits]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _value_tests(schema: Mapping[str, Any]) -> list[Callable[[Any], bool]]:
    tests: list[Callable[[Any], bool]] = []
    if "enum" in schema:
        tests.append(lambda value: value in schema["enum"])
    if "const" in schema:
        tests.append(lambda value: bool(value == schema["const"]))
    for key, compare in (
        ("minimum", lambda value, bound: value >= bound),
        ("maximum", lambda value, bound: value <= bound),
        ("exclusiveMinimum", lambda value, bound: value > bound),
        ("exclusiveMaximum", lambda value, bound: value < bound),
    ):
        if key in schema:
            bound = schema[key]
            tests.append(lambda value, c=compare, b=bound: not _is_number(value) or c(value, b))  # type: ignore[misc]
    for key, kind, sign in (
        ("minLength", str, 1),
        ("maxLength", str, -1),
        ("minItems", list, 1),
        ("maxItems", list, -1),
    ):
        if key in schema:
            bound = schema[key]
            tests.append(
                lambda value, k=kind, s=sign, b=bound: not isinstance(value, k) or s * (len(value) - b) >= 0  # type: ignore[misc]
            )
    if "pattern" in schema:
        form = re.compile(schema["pattern"])
        tests.append(lambda value: not isinstance(value, str) or form.search(value) is not None)
    return tests


def _inner_tests(schema: Mapping[str, Any]) -> list[Callable[[Any], bool]]:
    tests: list[Callable[[Any], bool]] = []
    required = tuple(schema.get("required") or ())
    if required:
        tests.append(lambda value: not isinstance(value, dict) or all(name in value for name in required))
    properties = {name: compile_schema(part) for name, part in (schema.get("properties") or {}).items()}
    others = compile_schema(schema.get("additionalProperties", True))
    if properties or "additionalProperties" in schema:
        tests.append(
            lambda value: (
                not isinstance(value, dict) or all(properties.get(name, others)(part) for name, part in value.items())
            )
        )
    if "items" in schema:
        each = compile_schema(schema["items"])
        tests.append(lambda value: not isinstance(value, list) or all(map(each, value)))
    return tests
