"""`mapalus work`: the background workers, and the sealer with the readers of the ledger. Several hosts may run it.

mapalus work [--workers N]        all of it, under one parent
mapalus work worker | sealer      one of its loops, as the parent starts them
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from mapalus.engine.text import _, translate
from mapalus.project import home
from mapalus.project.supervisor import Child, Supervisor

if TYPE_CHECKING:
    from mapalus.apps.ledger.following import Reader

__all__ = ["children", "follow_ledger", "main", "run", "seal_ledger"]

log = structlog.get_logger()
_POLL = 0.05
_REST = 2.0
_MOVED = 5.0  # seconds until the place of a reader is written down whom nothing concerned
_FEW = 1_000  # entries
_CHECKPOINT_EVERY = timedelta(minutes=1)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mapalus work", description=translate(_("Do what nobody waits for.")))
    parser.add_argument("loop", nargs="?", choices=("all", "worker", "sealer"), default="all")
    parser.add_argument("--workers", type=int, default=1, help=translate(_("processes for jobs")))
    parser.add_argument("--data-dir", default="")
    given = parser.parse_args(arguments)
    home.expect_province(home.enter(given.data_dir))
    if given.loop == "worker":
        from mapalus.apps.jobs import worker

        worker.run()
        return 0
    if given.loop == "sealer":
        return seal_ledger()
    return run(workers=given.workers)


def run(*, workers: int = 1) -> int:
    """All loops until TERM or INT."""
    return Supervisor(children(workers=workers)).run()


def children(*, workers: int = 1) -> list[Child]:
    """The processes of the background; the sealer is ended last, so that it puts in order what the others wrote."""
    mapalus = [sys.executable, "-m", "mapalus.project.cli", "work"]
    jobs = [Child(f"worker-{number}", [*mapalus, "worker"]) for number in range(1, workers + 1)]
    intake = Child("intake", [sys.executable, "-m", "mapalus.project.cli", "stream", "intake"])
    return [intake, *jobs, Child("sealer", [*mapalus, "sealer"])]


def seal_ledger() -> int:
    """The sealer's process: it seals, keeps a signed checkpoint beside the data, and lets the readers follow."""
    from django.conf import settings

    from mapalus.apps.ledger import checkpoint, sealer
    from mapalus.engine import clock

    folder = Path(settings.DATA_DIR) / "ledger"
    seed = checkpoint.key_seed(secret=settings.SECRET_KEY, own=settings.LEDGER_KEY)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_said: ending.set())
    kept_at: list[datetime] = []

    def keep(now: datetime) -> None:
        if not kept_at or now - kept_at[-1] >= _CHECKPOINT_EVERY:
            checkpoint.keep(folder, seed, now=now)
            kept_at[:] = [now]

    # Readers are apart: a slow or faulty one must not keep the sealer waiting.
    readers = threading.Thread(target=follow_ledger, args=(ending,), name="readers", daemon=True)
    readers.start()
    sealer.run(lock_file=folder / "sealer.lock", stopping=ending.is_set, after=keep)
    sealer.seal_all(now=clock.now())
    readers.join(5)
    return 0


def follow_ledger(ending: threading.Event) -> None:
    """Give every declared reader its entries, soon after they are sealed. A reader that fails rests and goes on.

    As long as nothing is sealed only one question is asked, and one whom nothing new concerns is not asked for its
    place: it moves every few seconds.
    """
    from django.db import DatabaseError, InterfaceError, close_old_connections, connections

    from mapalus.apps.ledger.following import READERS
    from mapalus.apps.ledger.models import Entry

    seen = 0
    passed: dict[str, int] = {}  # up to here a reader has nothing left to do
    moved_at: dict[str, float] = {}
    resting: dict[str, float] = {}
    while not ending.wait(_POLL):
        try:
            newest = Entry.objects.last_sequence()
            new = Entry.objects.after(seen).order_by() if seen and newest - seen <= _FEW else None
            acts = set(new.values_list("act", flat=True)) if new is not None and newest > seen else set()
        except (DatabaseError, InterfaceError) as error:
            log.warning("readers_without_database", error=type(error).__name__)
            connections.close_all()
            ending.wait(_REST)
            continue
        now = time.monotonic()
        for reader in READERS.values():
            place = passed.get(reader.name, -1)
            if place >= newest or resting.get(reader.name, 0.0) > now:
                continue
            is_concerned = new is None or place < seen or not acts.isdisjoint(reader.acts)
            if not is_concerned and now - moved_at.get(reader.name, 0.0) < _MOVED:
                passed[reader.name] = newest
                continue
            try:
                _give(reader)
                passed[reader.name], moved_at[reader.name] = newest, now
            except (DatabaseError, InterfaceError) as error:
                # Somebody else writes for long, or the database went away: the reader keeps its place.
                log.warning("reader_waits", reader=reader.name, error=type(error).__name__)
                close_old_connections()
                resting[reader.name] = time.monotonic() + _REST
            except Exception:
                # Whatever it was, the others go on, and this one keeps its place and tries again.
                log.exception("reader_failed", reader=reader.name)
                close_old_connections()
                resting[reader.name] = time.monotonic() + _REST
        seen = newest
    connections.close_all()


def _give(reader: Reader) -> None:
    """All there is for a reader."""
    from mapalus.apps.ledger.following import follow

    while follow(reader):
        pass
