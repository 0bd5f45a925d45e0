"""Rows sent one after another over HTTP: how many a second, acknowledged on the disk, and how soon they are read.

python -m benchmarks.stream [--seconds 20] [--rate 10000] [--batch 1000] [--clients 6]

A province with a stream of ten fields is served as `mapalus serve --all` does. Clients send batches at a fixed pace;
each is answered once its rows are checked, written, synced and committed. `read after`: from the sending of a batch
until the API gives its rows. Beside it the naive peer: each row by itself checked in Python and committed to SQLite
(synchronous=FULL), without HTTP. The clients and the question take their share of the same processors.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

GOAL = 10_000
FIELDS: list[dict[str, Any]] = [
    {"name": "kiriman", "type": "string", "constraints": {"required": True}},
    {"name": "nomor", "type": "integer", "constraints": {"required": True, "minimum": 0}},
    {"name": "kode_wilayah", "type": "string", "constraints": {"pattern": "71\\.\\d\\d"}},
    {"name": "waktu", "type": "datetime"},
    {"name": "suhu", "type": "number", "constraints": {"minimum": -50, "maximum": 60}},
    {"name": "hujan", "type": "number", "constraints": {"minimum": 0}},
    {"name": "tinggi_air", "type": "integer"},
    {"name": "siaga", "type": "string", "constraints": {"enum": ["normal", "waspada", "siaga", "awas"]}},
    {"name": "berfungsi", "type": "boolean"},
    {"name": "catatan", "type": "string", "constraints": {"maxLength": 80}},
]
CONTRACT: dict[str, Any] = {
    "name": "sensor",
    "title": "Sensor",
    "schema": {"fields": FIELDS, "primaryKey": ["kiriman", "nomor"]},
    "mapalus": {
        "unit": "bpbd", "producer": "pos:bpbd.data", "cadence": "harian", "classification": "terbuka",
        "stream": {"rows": 5_000_000, "minutes": 600},
    },
}  # fmt: skip


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=int, default=GOAL)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--compact", type=int, default=5_000_000, help="rows that become a version during the run")
    parser.add_argument("--prepare", default="", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.prepare:
        print(prepare(Path(given.prepare), compact=given.compact))
        return 0
    with served(compact=given.compact) as (port, secret, server):
        run = Run(port, secret, given.seconds, given.rate, given.batch, given.clients)
        cpu = tree_cpu(server.pid)
        run.drive()
        cpu = tree_cpu(server.pid) - cpu
        kept = run.total()
    naive = peer(3.0)
    rows = sum(run.accepted)
    print(f"{given.clients} clients, batches of {given.batch}, asked for {given.rate:,} rows a second")
    print(f"{'acknowledged':>14} {'rows a second':>14} {'ack p50 ms':>11} {'p99 ms':>8}"
          f" {'read after p50':>15} {'p99 ms':>8} {'CPU ms/1,000':>13}")  # fmt: skip
    print(f"{rows:>14,} {rows / run.lasted:>14,.0f} {part(run.acks, 0.5):>11.0f} {part(run.acks, 0.99):>8.0f}"
          f" {part(run.reads, 0.5):>15.0f} {part(run.reads, 0.99):>8.0f} {cpu / rows * 1e6:>13.1f}")  # fmt: skip
    print(f"naive peer, a commit for each row: {naive[0]:,.0f} rows a second, {naive[1]:.1f} CPU ms per 1,000;"
          f" {rows / run.lasted / naive[0]:.1f} times")  # fmt: skip
    print(f"kept {kept:,}, sent and acknowledged {rows:,}; asked to come again {run.refused}, failed {run.failed}")
    is_whole = kept == rows and not run.failed
    return 0 if is_whole and rows / run.lasted >= 0.97 * given.rate and part(run.reads, 0.99) < 1000 else 1


def part(values: Iterable[float], share: float) -> float:
    """A percentile in milliseconds."""
    found = sorted(values)
    return found[min(len(found) - 1, int(len(found) * share))] * 1000 if found else float("nan")


def tree_cpu(root: int) -> float:
    """CPU seconds of a process and all below it."""
    parents: dict[int, list[tuple[int, float]]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                after = (path / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            used = (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")
            parents.setdefault(int(after[1]), []).append((int(path.name), used))
    total, waiting = 0.0, [root]
    while waiting:
        for child, used in parents.get(waiting.pop(), ()):
            total += used
            waiting.append(child)
    return total


class Run:
    """The clients, and a reader that waits for what some of them send."""

    def __init__(self, port: int, secret: str, seconds: float, rate: int, batch: int, clients: int) -> None:
        self.port, self.secret, self.seconds, self.batch, self.clients = port, secret, seconds, batch, clients
        self.pause = batch * clients / rate
        self.acks: list[float] = []
        self.reads: list[float] = []
        self.accepted: list[int] = []
        self.refused = self.failed = 0
        self.lasted = seconds
        self._watched: tuple[str, float] | None = None

    def drive(self) -> None:
        begun = time.monotonic()
        threads = [threading.Thread(target=self._send, args=(n, begun)) for n in range(self.clients)]
        watcher = threading.Thread(target=self._watch, args=(begun,), daemon=True)
        for thread in (*threads, watcher):
            thread.start()
        for thread in threads:
            thread.join()
        self.lasted = time.monotonic() - begun
        watcher.join(5)

    def total(self) -> int:
        return int(self._get("{}")["total"]) - 1

    def _send(self, client: int, begun: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        number, due = 0, begun + client * self.pause / self.clients
        while due < begun + self.seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            name = f"c{client}-{number}"
            body = "".join(json.dumps(row(name, n)) + "\n" for n in range(self.batch)).encode()
            sent = time.monotonic()
            if self._watched is None and number % 5 == client % 5:
                self._watched = name, sent
            connection = self._until_taken(connection, name, body)
            self.acks.append(time.monotonic() - sent)
            number += 1
            due += self.pause

    def _until_taken(self, connection: Any, name: str, body: bytes) -> Any:
        headers = {
            "Authorization": f"Bearer {self.secret}", "Content-Type": "application/x-ndjson", "Idempotency-Key": name,
        }  # fmt: skip
        while True:
            try:
                connection.request("POST", "/api/v1/datasets/sensor/rows", body=body, headers=headers)
                answer = connection.getresponse()
                said = json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                self.failed += 1
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                continue
            if answer.status == 200:
                self.accepted.append(said["accepted"])
                return connection
            if answer.status not in (429, 503):
                raise SystemExit(f"{answer.status}: {said}")
            self.refused += 1
            time.sleep(0.2)

    def _watch(self, begun: float) -> None:
        while time.monotonic() < begun + self.seconds + 2:
            watched = self._watched
            if watched is None:
                time.sleep(0.01)
                continue
            name, sent = watched
            if self._get(json.dumps({"kiriman": name}))["total"] == self.batch:
                self.reads.append(time.monotonic() - sent)
                self._watched = None
            else:
                time.sleep(0.02)

    def _get(self, filters: str) -> dict[str, Any]:
        from urllib.parse import urlencode

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        asked = urlencode({"filters": filters, "limit": 1})
        connection.request("GET", f"/api/v1/datasets/sensor/rows?{asked}")
        said: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return said


def row(name: str, n: int) -> dict[str, Any]:
    return {
        "kiriman": name, "nomor": n, "kode_wilayah": f"71.{n % 15 + 1:02}", "waktu": "2026-11-22T10:00:00",
        "suhu": 20 + n % 150 / 10, "hujan": n % 40 / 4, "tinggi_air": n % 300, "siaga": ("normal", "awas")[n % 2],
        "berfungsi": n % 3 > 0, "catatan": f"pos {n % 50}",
    }  # fmt: skip


@contextmanager
def served(*, compact: int) -> Iterator[tuple[int, str, subprocess.Popen[bytes]]]:
    """A province of its own with a stream: port, secret of a key, the parent process."""
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-") as folder:
        port = 18_300 + os.getpid() % 300 * 2
        environment = {
            **os.environ, "MAPALUS_SECRET_KEY": "benchmark", "MAPALUS_DATA_DIR": folder, "MAPALUS_LOG_LEVEL": "error",
            "MAPALUS_DATABASE_URL": os.environ.get("MAPALUS_BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite"),
        }  # fmt: skip
        made = subprocess.run(
            [sys.executable, "-m", "benchmarks.stream", "--prepare", folder, "--compact", str(compact)],
            env=environment, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        command = [sys.executable, "-m", "mapalus.project.cli", "serve", "--all", "--port", str(port)]
        quiet = subprocess.DEVNULL
        server = subprocess.Popen([*command, "--data-dir", folder], env=environment, stdout=quiet, stderr=quiet)
        try:
            _wait(port)
            yield port, made.stdout.decode().split()[-1], server
        finally:
            server.terminate()
            server.wait(60)


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/-/ready")
            if connection.getresponse().status == 200:
                time.sleep(2)  # the intake, too
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def prepare(folder: Path, *, compact: int) -> str:
    """Tables, an agency, the dataset with one row, a key; its secret."""
    import io

    from mapalus.project import home

    home.enter(str(folder))
    home.prepare()
    from mapalus.apps.catalogue import actions, checking, contracts, places, streaming
    from mapalus.apps.catalogue.models import FigureStatus
    from mapalus.apps.directory.models import Position, Unit
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.clock import now
    from mapalus.engine.data import snapshot

    unit = Unit.objects.create(code="bpbd", name="BPBD", short="BPBD", kind="dinas")
    Position.objects.create(code="bpbd.data", unit=unit, title="Pengelola data", is_head=True)
    path = folder / "contract.json"
    CONTRACT["mapalus"]["stream"]["rows"] = compact
    path.write_text(json.dumps(CONTRACT), encoding="utf-8")
    dataset = actions.declare_dataset(unit, kept=contracts.keep(path, dataset="sensor"), by=PLATFORM, now=now())
    stored = snapshot.store(places.snapshots(), io.BytesIO((json.dumps(row("awal", 1)) + "\n").encode()))
    handin = actions.hand_in(
        dataset, snapshot=stored, file_name="awal.ndjson", period="2026", key="awal", by=PLATFORM, now=now(),
        is_queued=False,
    )  # fmt: skip
    handin = checking.check(handin, now=now())
    actions.publish(handin, status=FigureStatus.VERY_PROVISIONAL, by=PLATFORM, now=now())
    _key, secret = streaming.issue_key(dataset, name="bench", by=PLATFORM, now=now())
    return secret


def peer(seconds: float) -> tuple[float, float]:
    """Rows a second, and CPU milliseconds per 1,000, where each row is checked in Python and committed by itself."""
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-") as folder:
        connection = sqlite3.connect(f"{folder}/naive.sqlite", isolation_level=None)
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute("PRAGMA synchronous=full")
        connection.execute(
            f"CREATE TABLE t ({', '.join(field['name'] for field in FIELDS)}, PRIMARY KEY (kiriman, nomor))"
        )
        lines = [json.dumps(row(f"n{n // 1000}", n % 1000)) for n in range(200_000)]
        marks = ", ".join("?" * len(FIELDS))
        begun, cpu, count = time.monotonic(), time.process_time(), 0
        while time.monotonic() < begun + seconds:
            one = json.loads(lines[count])
            assert one["kiriman"]
            assert one["nomor"] >= 0
            assert -50 <= one["suhu"] <= 60
            assert one["siaga"] in ("normal", "waspada", "siaga", "awas")
            connection.execute(f"INSERT INTO t VALUES ({marks})", tuple(one.values()))
            count += 1
        lasted, used = time.monotonic() - begun, time.process_time() - cpu
        connection.close()
        return count / lasted, used / count * 1e6


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
