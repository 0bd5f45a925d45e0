"""Where the bad rows go while the good ones are written: a function in the COPY's WHERE, called for bad rows only."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

import duckdb  # noqa: TID253 - this package is imported only when a file is checked
import numpy as np  # noqa: TID253 - see above
from duckdb.func import SPECIAL  # noqa: TID253 - see above

__all__ = ["Sink"]

BAD_SHARE = 0.05
BAD_MANY = 50_000


class TooManyBad(Exception):
    """More bad rows than Python should hold."""


class Sink:
    """Receives the bad rows, cell by cell. A context: inside it the table engine knows the function `name`."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, cells: Mapping[str, str], *, name: str = "sink", first: int = 0
    ) -> None:
        """`cells`: name -> SQL of every text of a bad row; `first` is the number of the first record that is passed."""
        self.connection, self.names, self.name, self.first = connection, list(cells), name, first
        self.call = f"{name}(n, _row, flaw, [{', '.join(cells.values())}])"  # false, for the WHERE
        self.numbers: list[int] = []
        self.rows: list[int] = []
        self.flaws: list[str] = []
        self.cells: list[list[str | None]] = []
        self.is_full = False

    def __enter__(self) -> Sink:
        self.connection.create_function(
            self.name,
            self._receive,
            ["BIGINT", "INTEGER", "VARCHAR", "VARCHAR[]"],
            "BOOLEAN",
            null_handling=SPECIAL,
            side_effects=True,
        )
        self._collects = gc.isenabled()
        gc.disable()  # what is kept here is no garbage; looking through it again and again costs time
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._collects:
            gc.enable()
        self.connection.remove_function(self.name)

    def _receive(self, n: int, row: int, flaw: str, cells: list[str | None]) -> bool:
        self.numbers.append(n)
        self.rows.append(row)
        self.flaws.append(flaw)
        self.cells.append(cells)
        if len(self.numbers) >= BAD_MANY and len(self.numbers) > BAD_SHARE * (n - self.first + 1):
            self.is_full = True
            raise TooManyBad
        return False

    def take(self, others: Iterable[Sink]) -> None:
        """Whatever the others received, which come behind in the file."""
        for other in others:
            self.numbers += other.numbers
            self.rows += other.rows
            self.flaws += other.flaws
            self.cells += other.cells

    def keep(self, table: str) -> None:
        """The rows received, as a table in file order: n, _row, flaw and the cells."""
        columns = self._columns()  # noqa: F841 - read by the engine
        texts = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in ["flaw", *self.names])
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT n, _row, {texts} FROM columns ORDER BY n"
        )

    def _columns(self) -> dict[str, Any]:
        turned: list[Any] = list(zip(*self.cells, strict=True)) or [()] * len(self.names)
        found: dict[str, Any] = {
            "n": np.array(self.numbers, dtype=np.int64),
            "_row": np.array(self.rows, dtype=np.int32),
            "flaw": np.array(self.flaws, dtype=object),
        }
        for name, cells in zip(self.names, turned, strict=True):
            column = np.empty(len(cells), dtype=object)
            column[:] = cells
            found[name] = column
        return found
