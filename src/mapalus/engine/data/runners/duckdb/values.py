"""The distinct texts of every column with their numbers, for inference."""

from __future__ import annotations

from pathlib import Path

import duckdb  # noqa: TID253 - this package is imported only when a file is checked

from mapalus.engine.data.infer import Values
from mapalus.engine.data.reading import spool
from mapalus.engine.data.runners.duckdb import source
from mapalus.engine.data.runners.duckdb.connection import connect
from mapalus.engine.data.table import Scan

__all__ = ["column_values"]

_ALL_ROWS = 300_000  # up to here every value is weighed; above, whole columns of few values and a sample of the others


def column_values(scan: Scan, *, scratch: Path, few: int) -> list[Values]:
    """One entry per column, in the order of the file."""
    for attempt in (scan, None):
        table = attempt or spool(scan, scratch)
        try:
            with connect(scratch) as connection:
                return _values(connection, table, few)
        except duckdb.Error:
            if attempt is None or scan.spooled:
                raise
    raise AssertionError("unreachable")


def _values(connection: duckdb.DuckDBPyConnection, scan: Scan, few: int) -> list[Values]:
    width = len(scan.columns)
    cells = ", ".join(f"c{n}" for n in range(width))
    counted = ", ".join(f"approx_count_distinct(c{n})" for n in range(width))
    rows = source.rows_of(scan)
    total, *distinct = connection.execute(f"SELECT count(*), {counted} FROM ({rows})").fetchall()[0]
    step = max(1, total // _ALL_ROWS)
    connection.execute(f"CREATE TEMP TABLE sampled AS SELECT {cells} FROM ({rows}) WHERE n % {step} = 0")
    found = []
    for n in range(width):
        of = "sampled" if step == 1 or distinct[n] > few else f"({rows})"
        query = f"SELECT c{n}, count(*) FROM {of} WHERE c{n} IS NOT NULL GROUP BY c{n}"
        if step > 1 or distinct[n] > 4 * few:
            query += f" ORDER BY hash(c{n}) LIMIT {few}"
        counts = dict(connection.execute(query).fetchall())
        is_all = step == 1 and len(counts) != few
        unique = is_all and len(counts) == total and total > 0
        found.append(Values(counts, is_all=is_all, is_unique=unique, rows=total))
    return found
