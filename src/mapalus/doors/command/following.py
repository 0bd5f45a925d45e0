"""What the stream process asks the ledger: which parts of which boards changed, and when there is news to ask for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from mapalus.apps.boards.standing import ALL, boards, parts_touched
from mapalus.apps.ledger import beats, database
from mapalus.apps.ledger.models import Entry
from mapalus.engine import clock
from mapalus.engine.boards import Board

__all__ = ["ALL", "Changes", "begin", "changes", "forget", "listen", "say_alive", "say_gone"]

Changes = dict[str, dict[str, int]]  # board -> part -> sequence of its newest change
_BATCH = 1_000
_REMEMBERED = 5_000  # entries that are read when a process starts; who was away for longer asks for everything


def begin() -> tuple[Changes, int, int]:
    """What changed of late, since where that is known, and the place that was read to."""
    last = Entry.objects.last_sequence()
    since = max(last - _REMEMBERED, 0)
    found, place = changes(since)
    return found, since, max(place, last)


def changes(after: int) -> tuple[Changes, int]:
    """Parts of boards that changed behind `after`, and the place that was read to."""
    found: Changes = {}
    known = cache(boards)  # once for all that is read here
    while True:
        rows = list(Entry.objects.after(after).values_list("sequence", "act", "data")[:_BATCH])
        for sequence, act, data in rows:
            _take(found, act, data, sequence or 0, known)
            after = sequence or after
        if len(rows) < _BATCH:
            return found, after


def _take(
    found: Changes, act: str, data: Mapping[str, Any], sequence: int, known: Callable[[], Mapping[str, Board]]
) -> None:
    for board, touched in parts_touched(act, data, among=known).items():
        parts = found.setdefault(board, {})
        for part in touched:
            parts[part] = sequence


def forget() -> None:
    """Close this thread's connection: the next question opens another one."""
    connection.close()


def listen(woken: Callable[[], None], stopping: Callable[[], bool]) -> None:
    """Call `woken` whenever the sealer announces. Ends when the line is cut, or the database cannot announce."""
    try:
        with contextlib.suppress(DatabaseError, InterfaceError, *_cut()):
            for _news in database.announced(stopping):
                woken()
    finally:
        connection.close()


def _cut() -> tuple[type[Exception], ...]:
    """What the driver raises by itself, besides Django's: it waits on a connection that Django only lends."""
    wrapped = getattr(connection, "Database", None)
    return (wrapped.Error,) if wrapped is not None else ()


def say_alive(name: str, place: int) -> int:
    """Write down that the process lives. The newest sequence of the ledger."""
    beats.beat(name, now=clock.now(), place=place)
    return Entry.objects.last_sequence()


def say_gone(name: str) -> None:
    beats.leave(name)
    connection.close()
