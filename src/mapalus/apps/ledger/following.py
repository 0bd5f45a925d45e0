"""Following the ledger: what boards, notices and jobs do when something happened.

    register("indicators", {"catalogue.publish"}, on_publish)

A reader is called once for every entry it wants, in order. Its place moves in the transaction of what it did, so after
kill -9 it goes on exactly where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from mapalus.apps.ledger.models import Cursor, Entry

__all__ = ["READERS", "Reader", "follow", "register"]

_BATCH = 500


@dataclass(frozen=True)
class Reader:
    """Who wants to know, of which acts, and what it does with one entry (short, or a job: it holds the transaction)."""

    name: str
    acts: frozenset[str]
    react: Callable[[Entry], None]


READERS: dict[str, Reader] = {}


def register(name: str, acts: set[str], react: Callable[[Entry], None]) -> None:
    """Declare a reader; an app does it in `AppConfig.ready`. It begins with the ledger's first entry."""
    if name in READERS:
        raise RuntimeError(f"there is already a reader {name}")
    READERS[name] = Reader(name, frozenset(acts), react)


def follow(reader: Reader, *, limit: int = _BATCH) -> int:
    """Give the reader its next entries. How many entries of the ledger it has passed."""
    place = Cursor.objects.filter(name=reader.name).values_list("sequence", flat=True).first() or 0
    if not Entry.objects.after(place).exists():
        return 0
    with transaction.atomic():
        # Locked, so that two workers never give one entry to the same reader twice.
        Cursor.objects.get_or_create(name=reader.name)
        cursor = Cursor.objects.select_for_update().get(name=reader.name)
        passed = list(Entry.objects.after(cursor.sequence)[:limit])
        for entry in passed:
            if entry.act in reader.acts:
                reader.react(entry)
        if passed:
            cursor.sequence = passed[-1].sequence or 0
            cursor.save(update_fields=["sequence"])
    return len(passed)
