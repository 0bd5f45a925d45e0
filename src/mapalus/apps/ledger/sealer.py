"""The one sealer: gives committed entries their gapless sequence and closes blocks.

Writers never wait for one another: they write entries without a sequence. What a pass can see is committed, so
whatever it numbers stands behind everything numbered before, and a reader by sequence misses nothing, in whichever
order writers commit. A pass is one transaction: kill -9 leaves it done or not begun.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from mapalus.apps.ledger.beats import beat
from mapalus.apps.ledger.canonical import ZERO, block_hash, entry_hash, merkle_root, stamp
from mapalus.apps.ledger.database import (
    announce,
    is_nobody_told,
    is_sealing_free,
    one_sealer,
    read_waiting,
    write_sequences,
)
from mapalus.apps.ledger.models import Block, Entry
from mapalus.engine import clock

__all__ = ["BLOCK_LIMIT", "run", "seal", "seal_all"]

log = structlog.get_logger()
BLOCK_LIMIT = 5_000  # entries; bounds memory and the time writers on SQLite wait for a pass
_POLL = 0.05  # seconds between looks; a block closes at most 100 ms after commit
_BEAT = 2.0
_STANDBY = 1.0


def seal(*, now: datetime, limit: int = BLOCK_LIMIT) -> int:
    """One pass: number and hash up to `limit` waiting entries and close one block over them. How many it sealed."""
    # Looking first without a transaction: an idle sealer must not take SQLite's only write lock.
    if not Entry.objects.waiting().exists():
        return 0
    try:
        return _pass(now=now, limit=limit, tell=announce)
    except OperationalError as error:
        if not is_nobody_told(error):
            raise
        # Somebody listens and takes nothing, until there is no room for more. Readers look by themselves, too.
        log.warning("announcing_failed")
        return _pass(now=now, limit=limit, tell=lambda: None)


def _pass(*, now: datetime, limit: int, tell: Callable[[], None]) -> int:
    with transaction.atomic():
        if not is_sealing_free():
            return 0
        waiting = read_waiting(limit)
        if not waiting:
            return 0
        before = Block.objects.order_by("-number").first()
        first = before.last + 1 if before else 1
        rows = [(number, entry_hash(number, row), key) for number, (key, row) in enumerate(waiting, start=first)]
        write_sequences(rows)
        _close(before, first=first, hashes=[row[1] for row in rows], now=now)
        tell()
    return len(rows)


def _close(before: Block | None, *, first: int, hashes: list[str], now: datetime) -> None:
    block = Block(
        number=before.number + 1 if before else 1,
        first=first,
        last=first + len(hashes) - 1,
        root=merkle_root(hashes),
        previous=before.hash if before else ZERO,
        sealed_at=now,
    )
    block.hash = block_hash(
        number=block.number,
        first=block.first,
        last=block.last,
        root=block.root,
        previous=block.previous,
        sealed_at=stamp(now),
    )
    block.save(force_insert=True)


def seal_all(*, now: datetime) -> int:
    """Pass after pass until nothing waits."""
    total = 0
    while sealed := seal(now=now):
        total += sealed
    return total


def run(*, lock_file: Path, stopping: Callable[[], bool], after: Callable[[datetime], None] | None = None) -> None:
    """The sealer's loop. A second one stands by until the first is gone. `after` is called a few times a minute."""
    while not stopping():
        try:
            with one_sealer(lock_file) as is_mine:
                if is_mine:
                    log.info("sealer_started", pid=os.getpid())
                    _loop(stopping, after)
        except (OperationalError, InterfaceError) as error:
            # The database went away, or SQLite was locked for long. The lock fell with the connection: begin again.
            log.warning("sealer_interrupted", error=type(error).__name__)
            connection.close()
        _sleep(_STANDBY, stopping)


def _loop(stopping: Callable[[], bool], after: Callable[[datetime], None] | None) -> None:
    beat_at = -_BEAT  # by a clock that nobody sets: one that is put back by an hour must not silence the sealer
    while not stopping():
        now, ticks = clock.now(), time.monotonic()
        sealed = seal(now=now)
        if ticks - beat_at >= _BEAT:
            beat("sealer", now=now)
            beat_at = ticks
            if after is not None:
                after(now)
        if sealed < BLOCK_LIMIT:
            time.sleep(_POLL)


def _sleep(seconds: float, stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stopping() and time.monotonic() < until:
        time.sleep(_POLL)
