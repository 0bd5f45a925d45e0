"""Whether columns together are different in every row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mapalus.engine.data.reading import spool
from mapalus.engine.data.runners.duckdb import source
from mapalus.engine.data.runners.duckdb.connection import connect
from mapalus.engine.data.table import Scan

__all__ = ["are_keys"]


def are_keys(scan: Scan, tried: Sequence[tuple[int, ...]], *, rows: int, scratch: Path) -> list[tuple[int, ...]]:
    """Those of the sets of columns (by place) that no two rows share."""
    table = spool(scan, scratch)
    with connect(scratch) as connection:
        connection.execute(f"CREATE TEMP TABLE seen AS {source.rows_of(table)}")
        good = []
        for one in tried:
            names = ", ".join(f"c{n}" for n in one)
            found = connection.execute(f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM seen)").fetchall()
            if int(found[0][0]) == rows:
                good.append(one)
    return good
