"""The constraints of one field, with their bounds read by the field's own rules."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import Any

from mapalus.engine.data.contract import Field
from mapalus.engine.data.formats import reader

__all__ = ["ORDERED", "Constraint", "compile_constraints", "holds"]

ORDERED = ("integer", "number", "date", "time", "datetime", "year", "yearmonth")
_MEASURED = ("string", "object", "array", "list", "geojson")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


@dataclass(frozen=True)
class Constraint:
    """One constraint: `rule` is its name in Table Schema, `bound` its argument as a typed value."""

    rule: str
    bound: Any


def compile_constraints(item: Field) -> tuple[Constraint, ...]:
    """In the order in which they are reported; `required` and `unique` are not about the value and stay out.

    Raises ValueError with a sentence where a constraint does not fit the type.
    """
    found = []
    for rule in (
        "minimum",
        "exclusiveMinimum",
        "maximum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "pattern",
        "enum",
    ):
        argument = item.constraints.get(rule)
        if argument is not None:
            found.append(Constraint(rule, _bound(item, rule, argument)))
    if item.options.get("categories") and item.constraints.get("enum") is None:
        found.append(Constraint("enum", _bound(item, "enum", _values(item.options["categories"]))))
    if item.constraints.get("jsonSchema") is not None:
        if item.type not in ("object", "array", "geojson"):
            raise ValueError(f"jsonSchema does not fit the type {item.type}")
        from mapalus.engine.data.json_schema import compile_schema

        found.append(Constraint("jsonSchema", compile_schema(item.constraints["jsonSchema"])))
    for rule in ("required", "unique"):
        if not isinstance(item.constraints.get(rule, False), bool):
            raise ValueError(f"{rule} must be true or false")
    return tuple(found)


def _bound(item: Field, rule: str, argument: Any) -> Any:
    if rule in _BOUNDS:
        if item.type not in ORDERED:
            raise ValueError(f"{rule} does not fit the type {item.type}")
        return _typed(item, rule, argument)
    if rule in ("minLength", "maxLength"):
        if item.type not in _MEASURED:
            raise ValueError(f"{rule} does not fit the type {item.type}")
        if isinstance(argument, bool) or not isinstance(argument, int) or argument < 0:
            raise ValueError(f"{rule} must be a whole number from 0")
        return argument
    if rule == "pattern":
        return _pattern(argument)
    if not isinstance(argument, list) or not argument:
        raise ValueError("enum must be a list of values")
    return tuple(_typed(item, rule, value) for value in argument)


def _values(categories: Any) -> Any:
    """Categories restrict a field as `enum` does; each may have a label beside its value."""
    if not isinstance(categories, list):
        raise ValueError("categories must be a list of values")
    return [one.get("value") if isinstance(one, dict) else one for one in categories]


def _typed(item: Field, rule: str, argument: Any) -> Any:
    """A bound as a value: written as in the data, or as a plain YAML number or ISO date."""
    text = ("true" if argument else "false") if isinstance(argument, bool) else str(argument)
    plain = Field(name=item.name, type=item.type)
    attempts = [item, plain] if isinstance(argument, str) else [plain, item]
    if item.type in ("object", "array", "geojson", "list") and not isinstance(argument, str):
        return argument
    for attempt in attempts:
        try:
            return reader(attempt)(text)
        except ValueError:
            continue
    raise ValueError(f"{rule} {text} is not a value of type {item.type}")


def _pattern(argument: Any) -> str:
    if not isinstance(argument, str):
        raise ValueError("pattern must be text")
    from mapalus.engine.data.patterns import compile_pattern

    compile_pattern(argument)
    return argument


def holds(constraint: Constraint, *, value: Any, text: str) -> bool:
    """Whether a value (read from `text`) satisfies the constraint. The reference for the table engine."""
    bound = constraint.bound
    match constraint.rule:
        case "minimum":
            return bool(value >= bound)
        case "maximum":
            return bool(value <= bound)
        case "exclusiveMinimum":
            return bool(value > bound)
        case "exclusiveMaximum":
            return bool(value < bound)
        case "minLength":
            return isinstance(value, Sized) and len(value) >= bound
        case "maxLength":
            return isinstance(value, Sized) and len(value) <= bound
        case "pattern":
            from mapalus.engine.data.patterns import compile_pattern

            return compile_pattern(bound)(text)
        case "enum":
            return value in bound
        case "jsonSchema":
            return bool(bound(value))
    raise ValueError(constraint.rule)
