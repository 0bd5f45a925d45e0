"""What the good rows look like, column by column: count, missing, min, max, distinct (about), most frequent values."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.plan import Plan

if TYPE_CHECKING:
    import duckdb

__all__ = ["profile"]

_SAMPLE = 50_000
_TOP = 5


def profile(plan: Plan, good: Path, *, scratch: Path) -> dict[str, dict[str, Any]]:
    """A profile of the Parquet file `good`, keyed by field."""
    from mapalus.engine.data.runners.duckdb.connection import connect
    from mapalus.engine.data.runners.duckdb.names import literal, quoted

    names = [column.field.name for column in plan.columns]
    single = {key.fields[0] for key in plan.keys if len(key.fields) == 1}
    with connect(scratch, threads=1) as connection:
        table = f"read_parquet({literal(str(good))})"
        rows, nulls = _nulls(connection, str(good))
        counted = [name for name in names if name not in single]
        parts = [f"{kind}({quoted(name)})" for name in names for kind in ("min", "max")]
        bounds = connection.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchall()[0]
        distinct = dict.fromkeys(single, -1)
        if counted:
            parts = [f"approx_count_distinct({quoted(name)})" for name in counted]
            found = connection.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchall()[0]
            distinct |= dict(zip(counted, found, strict=True))
        tops = connection.execute(
            f"SELECT {', '.join(f'approx_top_k({quoted(name)}, {_TOP})' for name in names)}"
            f" FROM (FROM {table} LIMIT {_SAMPLE})"
        ).fetchall()[0]
    profiles = {}
    for n, name in enumerate(names):
        count = rows - nulls.get(name, 0)
        profiles[name] = {
            "count": count,
            "missing": rows - count,
            "min": plain(bounds[2 * n]),
            "max": plain(bounds[2 * n + 1]),
            "distinct": count if distinct[name] < 0 else min(distinct[name], count),
            "top": [plain(value) for value in tops[n] or []],
        }
    return profiles


def _nulls(connection: duckdb.DuckDBPyConnection, good: str) -> tuple[int, dict[str, int]]:
    """Rows, and empty cells per column, from the file's own statistics: no scan."""
    rows = connection.execute("SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata(?)", [good]).fetchall()[0][
        0
    ]
    found = connection.execute(
        "SELECT path_in_schema, sum(stats_null_count) FROM parquet_metadata(?) GROUP BY 1", [good]
    ).fetchall()
    return int(rows), {name: int(nulls or 0) for name, nulls in found}


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
