"""A table engine with its doors shut: bounded memory, a scratch folder, no network, no extension downloads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb  # noqa: TID253 - this package is imported only when a file is checked

__all__ = ["THREADS", "connect"]

MEMORY = "640MB"  # the rest of the promised GiB is for Python, numpy and the file cache
THREADS = 1  # row_number() over the scan works on one core: a second thread only waits, and costs CPU


@contextmanager
def connect(scratch: Path, *, memory: str = MEMORY, threads: int = THREADS) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that forgets everything at the end.

    `type_pushdown` is off, else TRY_CAST over read_csv becomes a hard cast inside the scan: an exception, or rows
    that vanish. Values in error messages stay out of logs: callers translate exceptions.
    """
    connection = duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": str(scratch / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    try:
        connection.execute("SET disabled_optimizers = 'type_pushdown'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET preserve_insertion_order = true")
        yield connection
    finally:
        connection.close()
