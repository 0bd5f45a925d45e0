"""What of a version may be seen outside the producing unit: masked, left out, counted, or as it is.

Marks in a contract (`mapalus:` of a field): `personal` (any truthy value: masked; `spesifik`: nothing of it remains),
`published: false` (left out). Of the whole contract: `suppress: k` (whole-number cells from 1 to k-1 are emptied; a
field opts out with `suppress: false`), and `counts_by: [fields]` (only counts of rows per group are published).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapalus.engine.data.contract import Contract, Field

__all__ = ["COUNT", "MARKS", "Shown", "is_open", "least", "published_query", "quoted", "shown_fields"]

MARKS = ("_row", "_part")  # of a row's origin; no field is called so
COUNT = "jumlah"  # name of the count column where only counts are published
_DOT = "•"


@dataclass(frozen=True)
class Shown:
    """One published column: name, title, Table Schema type as published, and whether it is masked."""

    name: str
    title: str
    description: str
    type: str
    expression: str  # SQL over the columns of data.parquet
    masked: bool = False
    suppressed: bool = False
    counted: bool = False
    mapalus: Mapping[str, Any] | None = None


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def shown_fields(contract: Contract, *, columns: Sequence[str]) -> tuple[Shown, ...]:
    """The published columns of a contract over a table that has these columns, in the contract's order."""
    fields = [field for field in contract.fields if field.mapalus.get("published", True)]
    by = contract.mapalus.get("counts_by")
    if by:
        names = {str(name) for name in by}
        groups = [_shown(field, contract, columns, grouped=True) for field in fields if field.name in names]
        return (*groups, _count(contract))
    return tuple(_shown(field, contract, columns) for field in fields)


def published_query(shown: Sequence[Shown], *, source: str, columns: Sequence[str] = ("_row",)) -> str:
    """SELECT of the published columns from `source` (SQL of a table with `columns`), in file order; or of counts.

    `_row` goes along, and `_part` where the source has it.
    """
    if not any(field.counted for field in shown):
        listed = ", ".join(f"{field.expression} AS {quoted(field.name)}" for field in shown)
        marks = "_row, _part" if "_part" in columns else "_row"
        return f"SELECT {marks}, {listed} FROM {source}"
    groups = [field for field in shown if not field.counted]
    listed = ", ".join(f"{field.expression} AS {quoted(field.name)}" for field in groups)
    count = next(field for field in shown if field.counted)
    places = ", ".join(str(number + 1) for number in range(len(groups)))
    grouped = f"SELECT {listed}, {count.expression} AS {quoted(count.name)} FROM {source} GROUP BY {places}"
    return f"SELECT NULL::BIGINT AS _row, * FROM ({grouped}) ORDER BY {places}"


def is_open(shown: Sequence[Shown], *, columns: Sequence[str]) -> bool:
    """Whether the published table is the table itself, `_row` and `_part` apart."""
    return [field.expression for field in shown] == [quoted(name) for name in columns if name not in MARKS]


def _count(contract: Contract) -> Shown:
    limit = least(contract)
    expression = f"CASE WHEN count(*) >= {limit} THEN count(*) END"
    return Shown(COUNT, "Jumlah", "", "integer", expression, suppressed=limit > 1, counted=True)


def _shown(field: Field, contract: Contract, columns: Sequence[str], *, grouped: bool = False) -> Shown:
    column = quoted(field.name) if field.name in columns else "NULL::VARCHAR"
    kind, limit = field.type, least(contract)
    whole, suppressed = field.mapalus.get("personal") == "spesifik", False
    # a group of people is no person: what it is grouped by shows, unless it would name one
    masked = whole if grouped else field.is_personal
    if masked:
        column, kind = _mask(column, whole=whole), "string"
    elif limit > 1 and _is_count(field, contract):
        column, suppressed = f"CASE WHEN abs({column}) BETWEEN 1 AND {limit - 1} THEN NULL ELSE {column} END", True
    return Shown(
        field.name,
        field.title or field.name,
        field.description,
        kind,
        column,
        masked=masked,
        suppressed=suppressed,
        mapalus=field.mapalus,
    )


def least(contract: Contract) -> int:
    """The smallest count that is published; 0: every one."""
    return int(contract.mapalus.get("suppress") or 0)


def _is_count(field: Field, contract: Contract) -> bool:
    if "suppress" in field.mapalus:
        return bool(field.mapalus["suppress"])
    return field.type == "integer" and field.name not in contract.primary_key


def _mask(column: str, *, whole: bool) -> str:
    """`Siti Wahyuni` becomes `S••• W••••`; what holds a digit, or is `spesifik`, keeps nothing. Length tells little."""
    text = f"trim({column}::VARCHAR)"
    nothing = f"repeat('{_DOT}', 4)"
    if whole:
        return f"CASE WHEN {column} IS NOT NULL THEN {nothing} END"
    # the lambda must not repeat the column: its parameter is a word of it
    word = f"lambda w: w[1] || repeat('{_DOT}', greatest(1, least(4, length(w) - 1)))"
    words = f"array_to_string(list_transform(regexp_split_to_array({text}, '\\s+'), {word}), ' ')"
    digits = f"regexp_matches({text}, '\\p{{N}}|@')"
    return f"CASE WHEN {column} IS NULL THEN NULL WHEN {digits} THEN {nothing} ELSE {words} END"
