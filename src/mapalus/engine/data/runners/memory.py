"""The plan in plain Python, row by row: the reference that says what the table engine must say.

Slow and plain on purpose. Packs and tests may use it for small tables without any library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mapalus.engine.data.constraints import holds
from mapalus.engine.data.expression import Binary, Expression, Literal, Name, evaluate
from mapalus.engine.data.formats import Reader, reader
from mapalus.engine.data.plan import Column, Key, Plan, Reference

__all__ = ["Checked", "Row", "check_rows"]


@dataclass(frozen=True)
class Row:
    """A record of the file: its row number and its cells; fewer or more cells than columns are possible."""

    number: int
    cells: Sequence[str]


@dataclass
class Checked:
    """Errors as (row, field, code, rule), in file order, and the typed good rows by row number."""

    errors: list[tuple[int, str, str, str]] = field(default_factory=list)
    good: dict[int, dict[str, Any]] = field(default_factory=dict)


_ABSENT = object()
_UNREADABLE = object()


def check_rows(plan: Plan, rows: Iterable[Row]) -> Checked:
    """Check every row of a table."""
    readers = {column.field.name: reader(column.field) for column in plan.columns}
    values: list[dict[str, Any]] = []
    reasons: list[list[tuple[str, str, str]]] = []
    listed = list(rows)
    for row in listed:
        row_values, row_reasons = _row(plan, row, readers)
        values.append(row_values)
        reasons.append(row_reasons)
    for key in plan.keys:
        _unique(key, values, reasons)
    for reference in plan.references:
        _reference(reference, values, reasons)
    found = Checked()
    for row, row_values, row_reasons in zip(listed, values, reasons, strict=True):
        found.errors += [(row.number, *reason) for reason in row_reasons]
        if not row_reasons:
            found.good[row.number] = row_values
    return found


def _row(plan: Plan, row: Row, readers: Mapping[str, Reader]) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    reasons: list[tuple[str, str, str]] = []
    values = {}
    names = {column.place: column.field.name for column in plan.columns}
    absent = range(len(row.cells), plan.width)
    reasons += [(names.get(place, plan.names[place]), "missing-cell", "") for place in absent]
    if len(row.cells) > plan.width:
        reasons.append(("", "extra-cell", ""))
    for column in plan.columns:
        values[column.field.name] = _cell(column, row, readers[column.field.name], reasons)
    known = {name: value for name, value in values.items() if value not in (_ABSENT, _UNREADABLE)}
    for rule in plan.rules:
        slack = None if _is_whole(rule.tree, plan) else 1e-12
        if evaluate(rule.tree, known, tolerance=rule.tolerance, noise=slack) is False:
            reasons.append((rule.field, "constraint-error", rule.name))
    return {name: None if value in (_ABSENT, _UNREADABLE) else value for name, value in values.items()}, reasons


def _is_whole(tree: Expression, plan: Plan) -> bool:
    if isinstance(tree, Literal):
        return isinstance(tree.value, int)
    if isinstance(tree, Name):
        return plan.column(tree.field).field.type in ("integer", "year")
    return isinstance(tree, Binary) and _is_whole(tree.left, plan) and _is_whole(tree.right, plan)


def _cell(column: Column, row: Row, read: Reader, reasons: list[tuple[str, str, str]]) -> Any:
    name = column.field.name
    if column.place is None or column.place >= len(row.cells):
        return _ABSENT
    text = row.cells[column.place]
    if text in column.missing:
        if column.field.is_required:
            reasons.append((name, "constraint-error", "required"))
        return None
    if column.codes is not None:
        code = _code(column.codes, text)
        if code is None:
            reasons.append((name, "foreign-key", "codes"))
            return _UNREADABLE
        text = code
    try:
        value = read(text)
    except ValueError:
        kind = column.field.format if column.field.type == "string" else column.field.type
        reasons.append((name, "type-error", kind))
        return _UNREADABLE
    broken = (constraint.rule for constraint in column.constraints if not holds(constraint, value=value, text=text))
    reasons += [(name, "constraint-error", rule) for rule in broken]
    return value


def _code(codes: Mapping[str, str], text: str) -> str | None:
    folded = {" ".join(spelling.split()).casefold(): code for spelling, code in codes.items()}
    return codes.get(text) or folded.get(" ".join(text.split()).casefold())


def _unique(key: Key, values: list[dict[str, Any]], reasons: list[list[tuple[str, str, str]]]) -> None:
    seen: set[tuple[Any, ...]] = set()
    for row_values, row_reasons in zip(values, reasons, strict=True):
        parts = tuple(row_values[name] for name in key.fields)
        if any(part is None for part in parts):
            continue
        if parts in seen:
            row_reasons.append((key.label, key.code, key.rule))
        seen.add(parts)


def _reference(reference: Reference, values: list[dict[str, Any]], reasons: list[list[tuple[str, str, str]]]) -> None:
    allowed = reference.values
    if allowed is None:
        allowed = frozenset(tuple(row[name] for name in reference.others) for row in values)
    for row_values, row_reasons in zip(values, reasons, strict=True):
        parts = tuple(row_values[name] for name in reference.fields)
        if all(part is not None for part in parts) and parts not in allowed:
            row_reasons.append((reference.label, "foreign-key", "foreignKey"))
