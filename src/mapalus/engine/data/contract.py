"""What a dataset promises: a Data Package (Frictionless v2) descriptor, plus one key `mapalus:`.

The values are frozen; `load` reads them from YAML or JSON, `to_descriptor` writes them back.
Source: Table Schema and Data Package v2, https://datapackage.org/standard/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["BadRows", "Contract", "Field", "ForeignKey", "Rule", "load", "parse", "to_descriptor"]


@dataclass(frozen=True)
class Field:
    """One column: its Table Schema type, format and constraints, and what `mapalus:` adds to it."""

    name: str
    title: str = ""
    description: str = ""
    type: str = "string"
    format: str = "default"
    constraints: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)  # decimalChar, groupChar, bareNumber, trueValues, ...
    missing_values: tuple[str, ...] | None = None  # None: those of the schema
    mapalus: Mapping[str, Any] = field(default_factory=dict)  # concept, definition, unit, personal, aliases, codes

    @property
    def is_personal(self) -> bool:
        return bool(self.mapalus.get("personal"))

    @property
    def is_required(self) -> bool:
        return bool(self.constraints.get("required"))

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other headers under which this column comes."""
        return tuple(self.mapalus.get("aliases") or ())


@dataclass(frozen=True)
class ForeignKey:
    """Values of `fields` must occur in `reference_fields` of a reference list beside the contract."""

    fields: tuple[str, ...]
    resource: str  # name of a resource of the package, a path beside the contract, or "" for the table itself
    reference_fields: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A rule over several columns of one row, such as `terisi <= kapasitas`."""

    name: str
    expression: str
    message: str = ""
    tolerance: float = 0.0  # how far two sides of `=` may be apart


@dataclass(frozen=True)
class BadRows:
    """What bad rows do to a hand-in: `reject` all of it, `quarantine` them, or quarantine up to a limit."""

    policy: str = "quarantine"
    limit_percent: float | None = None

    def accepts(self, *, rows: int, bad: int) -> bool:
        if self.policy == "reject":
            return bad == 0
        return self.limit_percent is None or bad * 100 <= self.limit_percent * rows


@dataclass(frozen=True)
class Contract:
    """The promise of one dataset. `descriptor` is what was read, untouched."""

    name: str
    title: str = ""
    description: str = ""
    fields: tuple[Field, ...] = ()
    missing_values: tuple[str, ...] = ("",)
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rules: tuple[Rule, ...] = ()
    licenses: tuple[Mapping[str, Any], ...] = ()
    dialect: Mapping[str, Any] = field(default_factory=dict)  # pinned in the resource
    mapalus: Mapping[str, Any] = field(default_factory=dict)
    descriptor: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None  # where paths of reference lists are found
    bad_rows: BadRows = field(default_factory=BadRows)
    references: Mapping[str, Any] = field(default_factory=dict)  # resource name -> path beside the contract, or rows
    fields_match: str = ""  # exact, equal, subset, superset, partial; empty: what is absent or more is told

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where there is none."""
        return self._by_name[name]

    @property
    def _by_name(self) -> dict[str, Field]:
        return {item.name: item for item in self.fields}

    def missing_of(self, item: Field) -> tuple[str, ...]:
        """The texts that mean "no value" in this column."""
        texts = self.missing_values if item.missing_values is None else item.missing_values
        null = self.dialect.get("nullSequence")
        return texts if null is None or null in texts else (*texts, str(null))


def load(path: Path, *, resource: str | None = None) -> Contract:
    """Read a contract from YAML or JSON; Misconfigured with one sentence where it cannot be one."""
    from mapalus.engine.data import descriptor

    return descriptor.load(path, resource=resource)


def parse(document: object, *, folder: Path | None = None, resource: str | None = None) -> Contract:
    """The contract in an already loaded descriptor."""
    from mapalus.engine.data import descriptor

    return descriptor.parse(document, folder=folder, resource=resource)


def to_descriptor(contract: Contract) -> dict[str, Any]:
    """The contract as a Data Package descriptor with one resource; `parse` of it gives the same contract."""
    from mapalus.engine.data import descriptor

    return descriptor.to_descriptor(contract)
