"""What a dataset promises: a Data Package (Frictionless v2) descriptor, plus one key `mapalus:`.

Source: Table Schema and Data Package v2, https://datapackage.org/standard/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Contract", "Field", "ForeignKey", "Rule"]


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
