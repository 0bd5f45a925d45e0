"""Codes that a spreadsheet turned into powers of ten (7,17E+15): their digits are lost, whatever the rules say."""

from __future__ import annotations

from pathlib import Path

import duckdb  # noqa: TID253 - this package is imported only when a file is checked

from mapalus.engine.data.headers import is_code
from mapalus.engine.data.moments import ZONES
from mapalus.engine.data.patterns import compile_pattern
from mapalus.engine.data.plan import Column, Plan
from mapalus.engine.data.runners.duckdb.names import literal, quoted

__all__ = ["lost_digits", "mixed_zones"]

_FORM = r"\s*[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,2}\s*"
_ZONE = r"(Z|[+-]\d\d:?\d\d|WIB|WITA|WIT|UTC|GMT)?\s*$"
_CLOCK = r"\d[:.]\d\d"
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
    """Moments of different zones, or with and without one, in one column, as far as the first rows tell."""
    columns = [column for column in plan.columns if column.field.type == "datetime" and column.place is not None]
    columns = [each for each in columns if each.field.format == "default" or each.field.format[-2:] in ("%z", "%Z")]
    if not columns:
        return ()
    wanted = ", ".join(
        f"list(DISTINCT regexp_extract(upper(c{column.place}), {literal(_ZONE)}, 1))"
        f" FILTER (WHERE regexp_matches(c{column.place}, {literal(_CLOCK)}))"
        for column in columns
    )
    cells = ", ".join(f"c{column.place}" for column in columns)
    found = connection.execute(f"SELECT {wanted} FROM (SELECT {cells} FROM ({rows}) LIMIT {_FIRST})").fetchall()[0]
    return tuple(
        column.field.name
        for column, zones in zip(columns, found, strict=True)
        if len({_offset(zone) for zone in zones or ()}) > 1
    )


def _offset(zone: str) -> str:
    """`+08:00`, `+0800` and `WITA` are one zone."""
    plain = ZONES.get(zone, zone).replace(":", "")
    return "+0000" if plain in ("Z", "-0000") else plain


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
