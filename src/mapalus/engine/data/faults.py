"""What a machine does wrong, apart from what we do wrong: the disk, SQLite, the table engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from mapalus.engine.errors import Unavailable

__all__ = ["faults", "faults_told"]


def faults() -> tuple[type[Exception], ...]:
    """Errors of the disk, of SQLite and of the table engine, which is only imported where it is used."""
    import duckdb

    return OSError, sqlite3.Error, duckdb.Error


@contextmanager
def faults_told() -> Iterator[None]:
    """What goes wrong outside of our hands becomes `Unavailable`, with its cause; anything else is a bug and stays."""
    try:
        yield
    except faults() as fault:
        raise Unavailable from fault
