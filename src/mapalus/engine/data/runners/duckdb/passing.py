"""The pass over all rows: good ones to Parquet, bad ones with their raw text to the table `bad_raw`.

One COPY writes the typed good rows; its WHERE hands each bad row to a `Sink`. Above some 5 % bad rows Python would be
the brake: then the bad rows are set apart by a second scan instead. Where a file can be cut into parts (parts.py) and
rows do not speak of each other beforehand, the parts are passed over side by side, and put together in abreast.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb  # noqa: TID253 - this package is imported only when a file is checked

from mapalus.engine.data.plan import Plan
from mapalus.engine.data.runners.duckdb import source
from mapalus.engine.data.runners.duckdb.across import Across
from mapalus.engine.data.runners.duckdb.names import literal, quoted
from mapalus.engine.data.runners.duckdb.render import Rendered
from mapalus.engine.data.runners.duckdb.sink import Sink
from mapalus.engine.data.table import Scan

__all__ = ["Question", "pass_over", "to_parquet", "with_typed"]

PARQUET = (
    "FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 1,"
    " DICTIONARY_SIZE_LIMIT 2000, ROW_GROUP_SIZE 122880"
)


@dataclass(frozen=True)
class Question:
    """What every row is asked, and what is kept of it."""

    plan: Plan
    scan: Scan
    rendered: Rendered
    across: Across

    def asked(self, rows: str) -> str:
        """Typed rows with whatever the condition needs, around a query of `source.rows_of`."""
        return self.across.rows(self.typed(rows))

    def typed(self, rows: str) -> str:
        return with_typed(self.rendered, rows)

    @property
    def fields(self) -> str:
        return ", ".join(f"{sql} AS {quoted(name)}" for sql, name in self.rendered.output)

    @property
    def cells(self) -> dict[str, str]:
        """The raw cells of a bad row, as SQL."""
        return {name: name for name in [*(f"c{n}" for n in range(self.plan.width)), *_EXTRAS]}

    @property
    def kept(self) -> Mapping[str, str]:
        """What is kept of a bad row: its cells, and the marks of what it says of other rows."""
        return self.cells | self.across.cells()

    @property
    def condition(self) -> str:
        """True for a good row, false or NULL for any other."""
        in_place = [f"c{self.plan.width - 1} IS NOT NULL", "x0 IS NULL"]
        parts = ["flaw = ''"] if self.scan.spooled else in_place
        parts += [*self.rendered.good, *self.across.good()]
        return " AND ".join(f"({part})" for part in parts)

    def copied(self, rows: str, sink: Sink) -> str:
        """The good ones of the rows; the others go into the sink."""
        where = f"CASE WHEN {self.condition} THEN true ELSE {sink.call} END"
        return f"SELECT _row, {self.fields} FROM ({self.asked(rows)}) WHERE {where}"


_EXTRAS = [f"x{n}" for n in range(source.EXTRA)]


def pass_over(connection: duckdb.DuckDBPyConnection, question: Question, good: Path) -> int:
    """One pass over the whole file on one core; the number of good rows."""
    rows = source.rows_of(question.scan)
    with Sink(connection, question.kept) as sink:
        try:
            count = to_parquet(connection, question.copied(rows, sink), good)
        except duckdb.Error:
            if not sink.is_full:
                raise
        else:
            sink.keep("bad_raw")
            return count
    asked = question.asked(rows)
    count = to_parquet(connection, f"SELECT _row, {question.fields} FROM ({asked}) WHERE {question.condition}", good)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE bad_raw AS SELECT n, _row, flaw,"
        f" {', '.join(f'{sql} AS {name}' for name, sql in question.kept.items())}"
        f" FROM ({asked}) WHERE ({question.condition}) IS NOT TRUE"
    )
    return count


def to_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write the rows of a query; their number."""
    done = connection.execute(f"COPY ({query}) TO {literal(str(path))} ({PARQUET})").fetchall()
    return int(done[0][0])


def with_typed(rendered: Rendered, rows: str) -> str:
    """Staged texts, then typed columns, around a query that gives the cells."""
    if rendered.staged:
        rows = f"SELECT *, {', '.join(f'{sql} AS {name}' for name, sql in rendered.staged)} FROM ({rows})"
    typed = ", ".join(f"{sql} AS {name}" for name, sql, _kind in rendered.typed)
    return f"SELECT *, {typed} FROM ({rows})"
