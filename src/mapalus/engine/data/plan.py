"""What is to be checked, as data: one tree of checks, rendered by each runner.

A plan binds a contract to the columns of one file. The runners (`runners/duckdb`, and `runners/memory`, the
reference in plain Python) must give the same errors and the same values for the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mapalus.engine.data.constraints import Constraint, compile_constraints
from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.expression import Expression, parse_expression

__all__ = ["Column", "Key", "Plan", "Reference", "RowRule", "make_plan"]

JOINT = ", "  # between the names of a key over several fields


@dataclass(frozen=True)
class Column:
    """One field on one column of the file (`place` counts from 0; None: the file has no such column)."""

    field: Field
    place: int | None
    missing: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    codes: Mapping[str, str] | None = None  # spelling -> code, where the field has a code list


@dataclass(frozen=True)
class Key:
    """Values that may occur only once. `code` is unique-error or primary-key."""

    fields: tuple[str, ...]
    code: str
    rule: str

    @property
    def label(self) -> str:
        return JOINT.join(self.fields)


@dataclass(frozen=True)
class Reference:
    """Values of `fields` must be among `values` (typed tuples); None: those of the table's own `others`."""

    fields: tuple[str, ...]
    others: tuple[str, ...]
    values: frozenset[tuple[object, ...]] | None
    source: str

    @property
    def label(self) -> str:
        return JOINT.join(self.fields)


@dataclass(frozen=True)
class RowRule:
    """A rule over several cells of a row; `field` is the one it is reported at: the first it names."""

    name: str
    tree: Expression
    field: str
    message: str
    tolerance: float


@dataclass(frozen=True)
class Plan:
    """Everything a runner needs to know besides where the rows are. `width` counts the file's columns."""

    columns: tuple[Column, ...]
    width: int
    keys: tuple[Key, ...] = ()
    references: tuple[Reference, ...] = ()
    rules: tuple[RowRule, ...] = ()
    names: tuple[str, ...] = ()  # the file's columns
    wide: frozenset[str] = field(default_factory=frozenset)  # integer fields beyond 64 bits

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.field.name == name)


def make_plan(
    contract: Contract,
    *,
    places: Mapping[str, int],
    names: Sequence[str],
    references: Sequence[Reference] = (),
    codes: Mapping[str, Mapping[str, str]] | None = None,
) -> Plan:
    """Bind a contract to the columns of a file."""
    columns = tuple(
        Column(
            field=item,
            place=places.get(item.name),
            missing=contract.missing_of(item),
            constraints=compile_constraints(item),
            codes=(codes or {}).get(item.name),
        )
        for item in contract.fields
    )
    return Plan(
        columns=columns,
        width=len(names),
        keys=_keys(contract),
        references=tuple(references),
        rules=tuple(_rules(contract)),
        names=tuple(names),
    )


def _keys(contract: Contract) -> tuple[Key, ...]:
    keys = [Key((item.name,), "unique-error", "unique") for item in contract.fields if item.constraints.get("unique")]
    if contract.primary_key:
        keys.append(Key(contract.primary_key, "primary-key", "primaryKey"))
    known = {key.fields for key in keys if key.code == "unique-error"}
    keys += [Key(names, "unique-error", "uniqueKeys") for names in contract.unique_keys if names not in known]
    return tuple(keys)


def _rules(contract: Contract) -> list[RowRule]:
    found = []
    for rule in contract.rules:
        tree = parse_expression(rule.expression)
        first = next(iter(tree.names()), "")
        found.append(RowRule(rule.name, tree, first, rule.message, rule.tolerance))
    return found
