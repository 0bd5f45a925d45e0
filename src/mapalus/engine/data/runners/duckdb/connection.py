"""A table engine with its doors shut: bounded memory, a scratch folder, no network, no extension downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import local
from typing import TypeVar

import duckdb  # noqa: TID253 - this package is imported only when a file is checked

from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["THREADS", "batched", "connect", "kept_warm", "unproven", "watched"]

_threads = local()
T = TypeVar("T")
AT_ONCE = 200  # expressions of one question; with thousands, its plan alone fills the memory
MEMORY = "640MB"  # the rest of the promised GiB is for Python, numpy and the file cache
THREADS = 1  # row_number() over the scan works on one core: a second thread only waits, and costs CPU


_DISABLED = "SET disabled_optimizers = '{}'"
_ALWAYS = "type_pushdown"


@contextmanager
def unproven(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Within it statistics prove nothing: else a column they know to be full is written in another form (REQUIRED)."""
    connection.execute(_DISABLED.format(f"{_ALWAYS},statistics_propagation"))
    try:
        yield
    finally:
        connection.execute(_DISABLED.format(_ALWAYS))


@contextmanager
def connect(scratch: Path, *, memory: str = MEMORY, threads: int = THREADS) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that forgets everything at the end.

    `type_pushdown` is off, else TRY_CAST over read_csv becomes a hard cast inside the scan: an exception, or rows
    that vanish. Values in error messages stay out of logs: callers translate exceptions.
    """
    warm = getattr(_threads, "engine", None)
    if warm is not None:
        with closing(warm.cursor()) as connection:  # tables of one are not seen by another
            yield connection
        return
    connection = _opened(scratch, memory=memory, threads=threads)
    try:
        yield connection
    except duckdb.OutOfMemoryException as error:
        raise Refused(
            "too-large",
            _("The table has too many columns, or too long ones, for the %(limit)s of memory that a check may take."),
            advice=_("Split the table into several with fewer columns."),
            limit=memory,
        ) from error
    finally:
        connection.close()


@contextmanager
def kept_warm(scratch: Path, *, memory: str = MEMORY, threads: int = THREADS) -> Iterator[None]:
    """Within it `connect` of this thread gives the one engine that it keeps for next time: opening one takes 15 ms.

    Who asks for functions of his own takes them back (`remove_function`): they are the engine's, not the connection's.
    """
    warm = getattr(_threads, "kept", None)
    if warm is None:
        warm = _threads.kept = _opened(scratch, memory=memory, threads=threads)
    _threads.engine = warm
    try:
        yield
    except BaseException:
        del _threads.kept  # whatever it was, the next one begins anew
        warm.close()
        raise
    finally:
        _threads.engine = None


def _opened(scratch: Path, *, memory: str, threads: int) -> duckdb.DuckDBPyConnection:
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
        connection.execute(_DISABLED.format(_ALWAYS))
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET preserve_insertion_order = true")
    except BaseException:
        connection.close()
        raise

    return connection


def batched(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as one question may hold."""
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


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
