"""How long sealing and verifying a ledger take, and how much memory verifying needs.

uv run python -m benchmarks.ledger [ENTRIES]       (MAPALUS_DATABASE_URL for another database than a SQLite file)
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

os.environ.setdefault("MAPALUS_SECRET_KEY", "benchmark")
os.environ.setdefault("MAPALUS_DATA_DIR", tempfile.mkdtemp(prefix="mapalus-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mapalus.project.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from mapalus.apps.ledger.database import guard, unguard
from mapalus.apps.ledger.models import Block, Entry
from mapalus.apps.ledger.sealer import seal_all
from mapalus.apps.ledger.verify import verify

START = datetime(2026, 1, 1, tzinfo=UTC)


def _entry(n: int) -> Entry:
    return Entry(
        act="catalogue.publish",
        at=START + timedelta(milliseconds=n),
        position="dinkes.kepala",
        person=f"p{n % 97}",
        unit="dinkes",
        actor_label="Kepala Dinas Kesehatan",
        subject=f"catalogue.version:{n}",
        subject_label="Prevalensi stunting, versi 17",
        data={"rows": n, "hash": f"{n:064x}", "valid": 0.987, "status": "tetap"},
    )


@contextmanager
def timed(what: str, entries: int) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<8} {entries:>9,} entries  {wall:7.2f} s wall  {cpu:7.2f} s CPU  {entries / wall:>9,.0f}/s"
          f"  {memory:5.0f} MiB", flush=True)  # fmt: skip


def main(arguments: list[str]) -> int:
    entries = int(arguments[0]) if arguments else 200_000
    os.makedirs(os.environ["MAPALUS_DATA_DIR"], exist_ok=True)
    call_command("migrate", "ledger", verbosity=0, skip_checks=True)
    unguard()
    Entry.objects.all().delete()
    Block.objects.all().delete()
    guard()  # sealed as in a running province
    print(connection.vendor)
    with timed("write", entries):
        for first in range(0, entries, 2_000):
            Entry.objects.bulk_create(_entry(n) for n in range(first, min(first + 2_000, entries)))
    with timed("seal", entries):
        seal_all(now=START)
    with timed("verify", entries):
        verdict = verify()
    print(verdict.say(language="en"))
    return 0 if verdict.is_whole else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
