"""The rows of a stream as they stand now, kept at hand in memory: indicators follow without reading everything again.

Only the columns that are asked for, of a version and of what came since. Working out an indicator from it takes
milliseconds, however many segments wait beside the version, and gives exactly what reading them all would.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mapalus.engine.data.shown import quoted

__all__ = ["Warm"]

_MEMORY = "600MB"


class Warm:
    """One table. Not safe for several threads at once. With a `key` a later row takes the place of an earlier one.

    Raises `MemoryError` where its rows find no room, here and in whatever is asked of it `within_bounds`.
    """

    source = "rows_now"

    def __init__(self, data: Path, *, columns: Collection[str], key: Sequence[str] = ()) -> None:
        import duckdb

        # Without a place to swap to: what does not find room in memory is not kept at hand at all.
        self.connection = duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY, "temp_directory": ""})
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET enable_progress_bar = false")
        self.wanted = frozenset(columns) | frozenset(key) | {"_row"}
        self.columns = self._kinds([data])
        self.key = tuple(key) if set(key) <= self.columns.keys() else ()
        listed = ", ".join(map(quoted, self.columns))
        try:
            with self.within_bounds():
                self._ask(f"CREATE TABLE {self.source} AS SELECT {listed} FROM {_files([data])}")
        except MemoryError:
            self.close()
            raise

    @contextmanager
    def within_bounds(self) -> Iterator[None]:
        import duckdb

        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise MemoryError(str(error).partition("\n")[0]) from None

    def close(self) -> None:
        self.connection.close()

    def add(self, some: Sequence[Path]) -> None:
        """The rows of the next segments, by name in their order."""
        with self.within_bounds():
            self._add(some)

    def _add(self, some: Sequence[Path]) -> None:
        came = self._kinds(some)
        for name, kind in came.items():
            if name not in self.columns:
                self._ask(f"ALTER TABLE {self.source} ADD COLUMN {quoted(name)} {kind}")
                self.columns[name] = kind
        listed = ", ".join(map(quoted, came))
        if not self.key or not set(self.key) <= came.keys():
            self._ask(f"INSERT INTO {self.source} BY NAME SELECT {listed} FROM {_files(some)}")
            return
        by = ", ".join(map(quoted, self.key))
        rank = f"row_number() OVER (PARTITION BY {by} ORDER BY filename DESC, _row DESC)"
        self._ask(f"CREATE OR REPLACE TEMP TABLE came AS SELECT {listed} FROM {_files(some)} QUALIFY {rank} = 1")
        same = " AND ".join(
            f"{self.source}.{quoted(name)} IS NOT DISTINCT FROM came.{quoted(name)}" for name in self.key
        )
        self._ask("BEGIN")
        self._ask(f"DELETE FROM {self.source} USING came WHERE {same}")
        self._ask(f"INSERT INTO {self.source} BY NAME SELECT * FROM came")
        self._ask("COMMIT")

    def _kinds(self, files: Sequence[Path]) -> dict[str, str]:
        described = self._ask(f"DESCRIBE SELECT * FROM {_files(files)}").fetchall()
        return {str(row[0]): str(row[1]) for row in described if str(row[0]) in self.wanted}

    def _ask(self, statement: str) -> Any:
        return self.connection.execute(statement)


def _files(paths: Sequence[Path]) -> str:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}], union_by_name = true, filename = true)"
