"""Indicators: numbers people steer by, declared over datasets and other indicators, worked out from versions.

    code: LIV-14                      unit: persen            better: up          dataset: kondisi-jalan
    title: Kemantapan jalan provinsi
    value:  {sum: [baik, sedang], over: panjang, times: 100, where: {status: [tetap, sementara]}}
    period: semester                  # a column; {year: tahun, week: minggu}; without it: the period of the version
    region: kode_wilayah              # a column of dotted codes; without it: the province alone
    target: 72
    thresholds: {good: 72, soon: 65}  # or a band: {good: [60, 85], soon: [50, 92]}

Everything that may be declared is in docs/reference/indicators.md. `reader` reads a file, `reducing` turns the rows of
a dataset into frames (one for each input), `standing` puts frames of versions and inputs together, `frame` keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mapalus.engine.data.indicator.declaration import Declaration, Formula, Input, State, Target, state_of
from mapalus.engine.data.indicator.reader import declaration_of, examine, formula_of, read_declaration, read_yaml

if TYPE_CHECKING:
    import duckdb

    from mapalus.engine.data.indicator.frame import Frame

__all__ = [
    "Declaration",
    "Formula",
    "Input",
    "Measured",
    "State",
    "Target",
    "declaration_of",
    "examine",
    "formula_of",
    "measure",
    "measure_in",
    "read_declaration",
    "read_yaml",
    "state_of",
    "told",
]


@dataclass(frozen=True)
class Measured:
    """One value, with what went into it. `region` empty: the province. `value` None: no data, which is not 0."""

    period: str
    region: str
    value: float | None
    numerator: float | None
    denominator: float | None
    rows: int
    first_row: int | None
    last_row: int | None
    dimension: str = ""
    marks: int = 0


def measure(
    declaration: Declaration, *, data: Path, period: str = "", since: Sequence[Path] = (), key: Sequence[str] = ()
) -> list[Measured]:
    """Work out an indicator over one dataset from the rows of a version (Parquet), by period and region.

    `since`: files of rows that came since, by name in their order; with a `key` a later row replaces an earlier one.
    `period` is that of the version, used where the declaration names no column. Raises `Misconfigured` when the data
    lack a column or hold text where numbers should be. Runs in the worker, never in a web process.
    """
    from mapalus.engine.data.indicator.reducing import Rows, session, source_of

    source = source_of(Rows(data, tuple(since), tuple(key)))
    with session() as connection:
        return measure_in(connection, declaration, source=source, period=period)


def measure_in(
    connection: duckdb.DuckDBPyConnection, declaration: Declaration, *, source: str, period: str = ""
) -> list[Measured]:
    """The same from a table or query of an open connection, such as the rows of a stream that are kept at hand."""
    from mapalus.engine.data.indicator.reducing import Rows, reduce
    from mapalus.engine.data.indicator.standing import stand
    from mapalus.engine.errors import Problem

    rows = Rows(Path(), period=period, table=source)
    frames: dict[str, Frame] = {}
    for name, one in reduce({one.name: one for one in declaration.inputs}, rows, connection=connection).items():
        if isinstance(one, Problem):
            raise one
        frames[name] = one
    return told(stand(declaration, frames))


def told(frame: Frame) -> list[Measured]:
    """A frame as values, in the order of periods and regions."""
    return [
        Measured(
            period, region, value, n, d, rows, None if first < 0 else first, None if last < 0 else last, dimension, mark
        )
        for (period, region, dimension), value, n, d, rows, first, last, mark, _origin in zip(
            frame.keys, *frame.columns, strict=True
        )
    ]  # fmt: skip
