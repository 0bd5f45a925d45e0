"""What the good rows look like, column by column: count, missing, min, max, distinct (about), most frequent values.

How many different values a column has is estimated from hashes of all of them (HyperLogLog; Flajolet et al. 2007).
A large table is costly to unpack only for that: of its columns with many values the blocks of a sample, spread over
the whole table, are counted and the rest is reckoned from them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.plan import Plan

if TYPE_CHECKING:
    import duckdb

__all__ = ["profile"]

_SAMPLE = 25_000
_TOP = 5
_UNPACKED = 640_000  # rows of a column with many values
_ALL_NEW = 0.97  # hashes do not tell closer than this


def profile(plan: Plan, good: Path, *, scratch: Path) -> dict[str, dict[str, Any]]:
    """A profile of the Parquet file `good`, keyed by field."""
    from mapalus.engine.data.runners.duckdb.connection import connect
    from mapalus.engine.data.runners.duckdb.names import literal, quoted

    names = [column.field.name for column in plan.columns]
    single = {key.fields[0] for key in plan.keys if len(key.fields) == 1}
    with connect(scratch, threads=1) as connection:
        table = f"read_parquet({literal(str(good))})"
        rows, nulls = _nulls(connection, str(good))
        parts = [f"{kind}({quoted(name)})" for name in names for kind in ("min", "max")]
        bounds = connection.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchall()[0]
        distinct = dict.fromkeys(single, -1)
        distinct |= distinct_about(connection, good, [name for name in names if name not in single], rows=rows)
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


def distinct_about(
    connection: duckdb.DuckDBPyConnection, good: Path, names: Iterable[str], *, rows: int, unpacked: int = _UNPACKED
) -> dict[str, int]:
    """About how many different values each column of the Parquet file has. At most some `unpacked` rows of a column
    with many values are looked at."""
    from mapalus.engine.data.runners.duckdb.names import literal, quoted

    table = f"read_parquet({literal(str(good))})"
    blocks = _Blocks(connection, str(good), every=math.ceil(rows / unpacked))
    sampled = [name for name in names if blocks.every > 1 and blocks.is_various(name)]
    whole = [name for name in names if name not in sampled]
    found: dict[str, int] = {}
    for columns in (whole, sampled):
        if columns:
            where = f" WHERE {blocks.where}" if columns is sampled else ""
            parts = [f"approx_count_distinct({quoted(name)}), count({quoted(name)})" for name in columns]
            counts = connection.execute(f"SELECT {', '.join(parts)} FROM {table}{where}").fetchall()[0]
            found |= {
                name: _reckoned(
                    min(counts[2 * n], counts[2 * n + 1]),
                    counts[2 * n + 1],
                    blocks.values(name),
                    is_sorted=blocks.is_sorted(name),
                )
                for n, name in enumerate(columns)
            }
    return found


def _reckoned(different: int, seen: int, values: int, *, is_sorted: bool) -> int:
    """Different values among all `values`, of which `seen`, taken at random, had `different` ones."""
    if seen >= values or not different:
        return different
    if is_sorted or different > _ALL_NEW * seen:
        return round(different * values / seen)
    low, high = float(different), float(seen) ** 2
    for _round in range(60):  # how many there are to draw from, if so many draws show so many (occupancy problem)
        middle = math.sqrt(low * high)
        low, high = (middle, high) if middle * -math.expm1(-seen / middle) < different else (low, middle)
    return round(low * -math.expm1(-values / low))


class _Blocks:
    """The row groups of a Parquet file, of which every `every`th is a sample."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, good: str, *, every: int) -> None:
        self.every = every
        self.columns: dict[str, list[tuple[Any, ...]]] = {}
        found = connection.execute(
            "SELECT path_in_schema, stats_min_value, stats_max_value, num_values - coalesce(stats_null_count, 0),"
            " encodings FROM parquet_metadata(?) ORDER BY row_group_id",
            [good],
        ).fetchall()
        for name, *block in found:
            self.columns.setdefault(name, []).append(tuple(block))

    @property
    def where(self) -> str:
        return " OR ".join(
            f"_row BETWEEN {least} AND {most}" for least, most, *_ in self.columns["_row"][:: self.every]
        )

    def values(self, name: str) -> int:
        return sum(int(block[2]) for block in self.columns.get(name, ()))

    def is_various(self, name: str) -> bool:
        """Whether the column has too many values to be kept as a short list of them."""
        return any("DICTIONARY" not in coded for *_, coded in self.columns.get(name, ()))

    def is_sorted(self, name: str) -> bool:
        """Whether no value of a block comes before those of the last one: then blocks share none."""
        bounds = [
            (_comparable(least), _comparable(most))
            for least, most, *_ in self.columns.get(name, ())
            if least is not None
        ]
        return len(bounds) > 1 and all(a[1] <= b[0] for a, b in pairwise(bounds))


def _comparable(bound: str) -> tuple[float, str]:
    """A bound, given as text, in the order of its column: numbers as such, moments and texts as texts."""
    try:
        return float(bound), ""
    except ValueError:
        return 0.0, bound


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
