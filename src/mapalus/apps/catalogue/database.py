"""The only SQL of the catalogue that differs between databases: whether anything at all was written since."""

from __future__ import annotations

from collections.abc import Callable
from threading import local
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["unless_written"]

T = TypeVar("T")


class _Known(local):
    """Of this thread: name -> the connection it was asked on, what that had seen by then, the answer."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[object, object, Any]] = {}


_known = _Known()


def unless_written(name: str, ask: Callable[[], T]) -> T:
    """The last answer of this thread to a question, while nobody has written anything to the database; else a new one.

    In a transaction the question is always asked: it may be rolled back, and what it wrote itself has no mark. The
    mark is taken before the question, so an answer is at most newer than its mark, and then not given again.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    if connection.in_atomic_block or (mark := _seen(connection)) is None:
        return ask()
    held = _known.answers.get(name)
    if held is not None and held[0] is connection.connection and held[1] == mark:
        answer: T = held[2]
        return answer
    answer = ask()
    _known.answers[name] = connection.connection, mark, answer
    return answer


def _seen(connection: BaseDatabaseWrapper) -> object:
    """Another one after any commit of whoever, and any change of our own; None where there is no such thing."""
    raw = connection.connection
    if connection.vendor == "sqlite":
        # changes of other connections have a version, our own are counted
        return None if raw.in_transaction else (raw.execute("PRAGMA data_version").fetchone()[0], raw.total_changes)
    with connection.cursor() as cursor:
        # what is visible depends on nothing else, and it never comes back once it has gone on
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])
