"""Writes a second through granian's workers with 32 clients at once, and how many heard that the database is locked.

python -m benchmarks.writes [--seconds 8] [--workers 2] [--clients 32]

Three kinds of write: `prefer` (one small act: a row and its ledger entry), `remark` (an act on a case: seen, locked,
its words indexed), `open` (a case begun: form judged, process, clock, sealed personal values, words, job, ledger).
Beside them, as the naive peer, the small act on SQLite as Django sets it up by itself (deferred transactions, no WAL).
SQLite, or the database of MAPALUS_BENCH_DATABASE_URL. The clients take their share of the same processors.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

GOAL = 500


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.prepare:
        prepare()
        return 0
    locked = 0
    print(f"{given.clients} clients, {given.workers} workers, {given.seconds:g} s each")
    print(f"{'write':>16} {'a second':>9} {'p50 ms':>8} {'p99 ms':>8} {'locked':>7} {'failed':>7}")
    for kind in ("prefer", "remark", "open", "prefer (naive)"):
        rate, p50, p99, heard, failed = run(kind, given.seconds, given.workers, given.clients)
        print(f"{kind:>16} {rate:>9,.0f} {p50:>8.1f} {p99:>8.1f} {heard:>7} {failed:>7}", flush=True)
        locked += 0 if "naive" in kind else heard + failed
    return 1 if locked else 0


def run(kind: str, seconds: float, workers: int, clients: int) -> tuple[float, float, float, int, int]:
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-") as folder:
        port = 18_700 + os.getpid() % 200
        environment = {
            **os.environ,
            "MAPALUS_SECRET_KEY": "benchmark",
            "MAPALUS_DATA_DIR": folder,
            "MAPALUS_DATABASE_URL": os.environ.get("MAPALUS_BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite"),
            "MAPALUS_LOG_LEVEL": "error",
            "DJANGO_SETTINGS_MODULE": "benchmarks.naive_settings" if "naive" in kind else "mapalus.project.settings",
        }
        subprocess.run([sys.executable, "-m", "benchmarks.writes", "--prepare"], env=environment, check=True)
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", str(workers),
            "--blocking-threads", "4", "--log-level", "error", "--no-ws", "benchmarks.writes:application",
        ]  # fmt: skip
        server = subprocess.Popen(command, env=environment)
        try:
            _wait(port)
            return _drive(port, f"/{kind.partition(' ')[0]}", seconds, clients)
        finally:
            server.terminate()
            server.wait(20)


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server does not answer")


def _drive(port: int, path: str, seconds: float, clients: int) -> tuple[float, float, float, int, int]:
    times: list[float] = []
    answers: list[int] = []
    begin = threading.Barrier(clients + 1)
    until = [0.0]

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        begin.wait()
        while time.perf_counter() < until[0]:
            begun = time.perf_counter()
            connection.request("POST", path)
            answer = connection.getresponse()
            answer.read()
            times.append((time.perf_counter() - begun) * 1000)
            answers.append(answer.status)

    threads = [threading.Thread(target=client) for _n in range(clients)]
    for thread in threads:
        thread.start()
    until[0] = time.perf_counter() + seconds
    begin.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - begun
    ordered = sorted(times) or [0.0]
    good = sum(status == 200 for status in answers)
    return (
        good / lasted, ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100],
        sum(status == 503 for status in answers), sum(status not in (200, 503) for status in answers),
    )  # fmt: skip


# --- the server -----------------------------------------------------------------------------------------------------


def prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    from tests.apps.cases import cast

    cast.organisation()
    version = cast.pack()
    for _n in range(200):
        cast.opened(version)


_writes: dict[str, Callable[[], Any]] = {}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The smallest server around an act: what is measured is the act and the database."""
    from django.db import OperationalError

    if not _writes:
        _load()
    try:
        _writes[environ["PATH_INFO"]]()
        status = "200 OK"
    except OperationalError as error:
        status = "503 Locked" if "locked" in str(error) else "500 Failed"
    start_response(status, [("Content-Length", "0")])
    return [b""]


def _load() -> None:
    import random

    import django

    django.setup()
    from mapalus.apps.cases import actions
    from mapalus.apps.cases.models import Case, PackVersion
    from mapalus.apps.directory.models import Person
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.apps.notices import actions as notices
    from tests.apps.cases import cast

    cases, version = list(Case.objects.order_by("pk")[:200]), PackVersion.objects.get()
    people = list(Person.objects.all())
    official = cast.hat(cast.KABID)

    def prefer() -> None:
        person, mode = random.choice(people), random.choice(["at-once", "daily", "never"])
        notices.prefer(person, channel="mail", mode=mode, by=PLATFORM, now=cast.NOW)

    _writes.update(
        {
            "/ready": lambda: None,
            "/prefer": prefer,
            "/remark": lambda: actions.remark(random.choice(cases), text="Sudah ditelepon.", by=official, now=cast.NOW),
            "/open": lambda: cast.opened(version),
        }
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
