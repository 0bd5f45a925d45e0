"""Signs of life of those who seal and follow the ledger: who is there, since when it was last heard, how far it is."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from mapalus.apps.ledger.models import Cursor, Entry, Heartbeat

__all__ = ["BEHIND", "SILENT", "STREAM", "Beat", "beat", "beats_of", "leave"]

STREAM = "stream "  # names of processes that tell open boards begin so
SILENT = 30.0  # seconds after which something is wrong with a process
BEHIND = 5_000  # entries it may not have read yet when it was last heard
_FORGOTTEN = timedelta(days=1)  # a process that was silent for so long was taken down


@dataclass(frozen=True)
class Beat:
    """One process that follows the ledger: seconds since it was heard, and entries it has not read."""

    name: str
    silent: float
    behind: int

    @property
    def is_well(self) -> bool:
        return self.silent < SILENT and self.behind < BEHIND


def beat(name: str, *, now: datetime, place: int | None = None) -> None:
    """Write down that `name` lives, and how far it has read."""
    Heartbeat.objects.update_or_create(
        name=name[:40], defaults={"host": socket.gethostname()[:120], "pid": os.getpid(), "beat_at": now}
    )
    if place is not None:
        Cursor.objects.update_or_create(name=name[:40], defaults={"sequence": place})


def leave(name: str) -> None:
    """It ended as it should: nobody waits for it."""
    Heartbeat.objects.filter(name=name[:40]).delete()
    Cursor.objects.filter(name=name[:40]).delete()


def beats_of(prefix: str, *, now: datetime) -> list[Beat]:
    """Everybody whose name begins so and who was heard within a day; nobody where the whole platform stands still."""
    if not Heartbeat.objects.filter(name="sealer", beat_at__gt=now - timedelta(seconds=SILENT)).exists():
        return []
    last = Entry.objects.last_sequence()
    heard = dict(
        Heartbeat.objects.filter(name__startswith=prefix, beat_at__gt=now - _FORGOTTEN).values_list("name", "beat_at")
    )
    places = dict(Cursor.objects.filter(name__in=heard).values_list("name", "sequence"))
    return [
        Beat(name, (now - at).total_seconds(), max(last - places.get(name, last), 0))
        for name, at in sorted(heard.items())
    ]
