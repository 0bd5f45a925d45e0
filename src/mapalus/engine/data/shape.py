"""The shape of a version: quantiles of its numbers and counts of its values, so that the next one can be compared.

Taken once, when the version is written, from its published rows: nothing masked or suppressed can be read back. Of a
large table a sample spread evenly over the file is enough: shares of a sample of 200,000 are right to 0.1 percent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.shown import Shown, quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["STEPS", "shape"]

STEPS = tuple(round(step * 0.05, 2) for step in range(21))  # 0, 5, ... 100 percent
_SAMPLE = 200_000  # rows
_VALUES = 400  # a column with more values is no category
_NUMBERS = ("integer", "number")
_PLAIN = ("string", "boolean", "year", "yearmonth", "date", "integer", "any")


def shape(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    shown: Sequence[Shown],
    *,
    rows: int,
    profile: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Per published column that is not masked: `quantiles` of numbers at STEPS, `values` (text -> count) of few values.

    `rows` and `profile` are those of the version's summary.
    """
    numbers = [one.name for one in shown if one.type in _NUMBERS and not one.masked]
    few = [
        one.name
        for one in shown
        if one.type in _PLAIN and not one.masked and 0 < int(profile.get(one.name, {}).get("distinct") or 0) <= _VALUES
    ]
    found: dict[str, dict[str, Any]] = {name: {} for name in (*numbers, *few)}
    if not rows or not found:
        return found
    source = _sampled(table, rows, is_counted=any(one.counted for one in shown))
    steps = ", ".join(str(step) for step in STEPS)
    parts = [f"quantile_cont({quoted(name)}::DOUBLE, [{steps}])" for name in numbers]
    parts += [f"histogram({quoted(name)}::VARCHAR)" for name in few]
    (values,) = connection.execute(f"SELECT {', '.join(parts)} FROM {source}").fetchall()
    for name, quantiles in zip(numbers, values, strict=False):
        if quantiles:
            found[name]["quantiles"] = [float(f"{value:.12g}") for value in quantiles]
    for name, counts in zip(few, values[len(numbers) :], strict=True):
        if counts and len(counts) <= _VALUES:
            found[name]["values"] = {str(value): int(count) for value, count in sorted(counts.items())}
    return found


def _sampled(table: str, rows: int, *, is_counted: bool) -> str:
    """Every n-th row of the file; groups of counted rows have no row of their own, and are few."""
    every = -(-rows // _SAMPLE)
    return table if every <= 1 or is_counted else f"(SELECT * FROM {table} WHERE _row % {every} = 0)"
