"""What the good rows look like, column by column: count, missing, min, max, distinct (about), most frequent values."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from mapalus.engine.data.plan import Plan

__all__ = ["profile"]

_SAMPLE = 122_880
_TOP = 5


def profile(plan: Plan, good: Path, *, scratch: Path) -> dict[str, dict[str, Any]]:
    """A profile of the Parquet file `good`, keyed by field."""
    from mapalus.engine.data.runners.duckdb.connection import connect
    from mapalus.engine.data.runners.duckdb.names import literal, quoted

    names = [column.field.name for column in plan.columns]
    with connect(scratch) as connection:
        table = f"read_parquet({literal(str(good))})"
        parts = []
        for name in names:
            x = quoted(name)
            parts += [f"count({x})", f"min({x})", f"max({x})", f"approx_count_distinct({x})"]
        row = connection.execute(f"SELECT count(*), {', '.join(parts)} FROM {table}").fetchall()[0]
        tops = connection.execute(
            f"SELECT {', '.join(f'approx_top_k({quoted(name)}, {_TOP})' for name in names)} FROM (FROM {table} LIMIT {_SAMPLE})"
        ).fetchall()[0]
    found = {}
    for n, name in enumerate(names):
        count, least, most, distinct = row[1 + 4 * n : 5 + 4 * n]
        found[name] = {
            "count": count,
            "missing": row[0] - count,
            "min": plain(least),
            "max": plain(most),
            "distinct": distinct,
            "top": [plain(value) for value in tops[n] or []],
        }
    return found


def plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value
