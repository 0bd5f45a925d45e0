"""A table engine with its doors shut: bounded memory, a scratch folder, no network, no extension downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb  # noqa: TID253 - this package is imported only when a file is checked

__all__ = ["THREADS", "connect", "watched"]

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
            "allocator_flush_threshold": "4GB",  # giving memory back to the system and asking again costs page faults
            "allocator_bulk_deallocation_flush_threshold": "4GB",
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


@contextmanager
def watched(
    connection: duckdb.DuckDBPyConnection, progress: Callable[[str, float], None] | None
) -> Iterator[Callable[[str, float], None]]:
    """A function that takes each step; while it lasts, `progress` hears several times a second how far it is."""
    if progress is None:
        yield lambda _step, _share: None
        return
    from threading import Event, Thread

    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    current = ["read"]
    done = Event()

    def look() -> None:
        while not done.wait(0.25):
            share = connection.query_progress()
            if share >= 0:
                progress(current[0], min(share / 100, 1.0))

    def step(name: str, share: float) -> None:
        current[0] = name
        progress(name, share)

    watcher = Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield step
    finally:
        done.set()
        watcher.join()
