"""A glance at checked rows: the first ones, as text, with personal values masked. For whoever tries a source out."""

from __future__ import annotations

from pathlib import Path

from mapalus.engine.data.contract import Contract

__all__ = ["first_rows"]

_CELL = 120  # signs of a cell that are shown
_MASK = "•••"


def first_rows(good: Path, *, contract: Contract, number: int = 10) -> list[list[str]]:
    """The first rows of a Parquet file as the check writes it, in the order of the contract's fields."""
    import duckdb

    with duckdb.connect() as connection:
        relation = connection.read_parquet(str(good))
        there = set(relation.columns)
        listed = [field.name for field in contract.fields if field.name in there]
        if not listed:
            return []
        found = relation.select(*map(duckdb.ColumnExpression, listed)).limit(number).fetchall()
    at = {name: place for place, name in enumerate(listed)}
    masked = {field.name for field in contract.fields if field.mapalus.get("personal")}
    return [
        [_cell(row[at[field.name]], field.name in masked) if field.name in at else "" for field in contract.fields]
        for row in found
    ]


def _cell(value: object, is_masked: bool) -> str:
    if value is None:
        return ""
    return _MASK if is_masked else str(value)[:_CELL]
