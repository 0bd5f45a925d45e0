"""Codes that a spreadsheet turned into powers of ten (7,17E+15): their digits are lost, whatever the rules say."""

from __future__ import annotations

from pathlib import Path

import duckdb  # noqa: TID253 - this package is imported only when a file is checked

from mapalus.engine.data.headers import is_code
from mapalus.engine.data.patterns import compile_pattern
from mapalus.engine.data.plan import Column, Plan
from mapalus.engine.data.runners.duckdb.names import literal, quoted

__all__ = ["lost_digits", "mixed_zones"]

_FORM = r"\s*[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,2}\s*"
_ZONED = r"WHERE regexp_full_match(c{n}, '\s*\d{{4}}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)\s*')"
_BARE = r"WHERE regexp_full_match(c{n}, '\s*\d{{4}}-\d\d-\d\d[T ][\d:.]+\s*')"
_FIRST = 20_000  # rows in which mixed zones are looked for
_SAMPLES = ("7,17E+15", "7.17E+15", "4E+07")


def lost_digits(connection: duckdb.DuckDBPyConnection, plan: Plan, *, good: Path) -> tuple[tuple[str, str, int], ...]:
    """Per text column: field, one such value, and how often. Good rows are asked only where one could be among them."""
    found = []
    for column in plan.columns:
        if column.place is None or column.field.type not in ("string", "any"):
            continue
        parts = [f"SELECT c{column.place} AS value FROM bad_raw"]
        if _may_be_good(column):
            parts.append(f"SELECT {quoted(column.field.name)} AS value FROM read_parquet({literal(str(good))})")
        query = (
            f"SELECT min(value), count(*) FROM ({' UNION ALL '.join(parts)})"
            f" WHERE contains(upper(value), 'E+') AND regexp_full_match(value, {literal(_FORM)})"
        )
        value, count = connection.execute(query).fetchall()[0]
        if count:
            found.append((column.field.name, str(value), int(count)))
    return tuple(found)


def mixed_zones(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: str) -> tuple[str, ...]:
    """Moments with and without a zone in one column, as far as the first rows of the file tell."""
    columns = [column for column in plan.columns if column.field.type == "datetime" and column.place is not None]
    columns = [column for column in columns if column.field.format == "default"]
    if not columns:
        return ()
    wanted = ", ".join(
        f"count(*) FILTER ({_ZONED.format(n=column.place)}), count(*) FILTER ({_BARE.format(n=column.place)})"
        for column in columns
    )
    cells = ", ".join(f"c{column.place}" for column in columns)
    found = connection.execute(f"SELECT {wanted} FROM (SELECT {cells} FROM ({rows}) LIMIT {_FIRST})").fetchall()[0]
    pairs = zip(found[::2], found[1::2], strict=True)
    return tuple(column.field.name for column, (zoned, bare) in zip(columns, pairs, strict=True) if zoned and bare)


def _may_be_good(column: Column) -> bool:
    """Whether the column holds codes and no rule of it forbids such a text."""
    if column.codes is not None or column.field.format != "default":
        return False
    rules = {constraint.rule: constraint.bound for constraint in column.constraints}
    if "enum" in rules:
        return False
    if "pattern" in rules and not any(map(compile_pattern(rules["pattern"]), _SAMPLES)):
        return False
    return is_code(column.field.title or column.field.name) or is_code(column.field.name)
