"""Live boards: what an event costs, how soon a number that was sent stands on a thousand of them, what holding costs.

    mapalus bench live [path|events|hold] [--readers N] [--seconds S] [--minutes M] [--database URL]

`path`: a province served as `mapalus serve --all` does; single rows are posted ten times a second; each reader is a
connection of its own that holds the events of a board, and knows a number once it stands in what it was given, or in
the tile that it fetched. `events`: CPU of the stream process for each event, beside the smallest ASGI application on
the same server that sends the same bytes to as many readers. `hold`: readers that stay; memory, and whether each has
the newest state. Readers are one process with epoll; its share of the processors is told.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.stream import part, tree_cpu

GOAL_PATH = 1.0  # seconds, p99
GOAL_EVENT = 20.0  # CPU microseconds beyond the floor
GOAL_GROWTH = 0.05  # of the memory of the stream process, from the first minute to the last
BOARDS = ("gubernur", "wagub", "sekda", "bencana")
FLOOR = """
import asyncio, os
EVENT = {"type": "http.response.body", "body": b"x" * int(os.environ["SIZE"]), "more_body": True}
async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            said = await receive()
            await send({"type": said["type"] + ".complete"})
            if said["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    while True:
        await asyncio.sleep(0.5)
        await send(EVENT)
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", nargs="?", choices=("path", "events", "hold", "all"), default="all")
    parser.add_argument("--readers", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--rate", type=float, default=10, help="publications a second")
    parser.add_argument("--fetching", type=int, default=0, help="readers that fetch what changed by themselves")
    parser.add_argument("--database", default=os.environ.get("MAPALUS_BENCH_DATABASE_URL", ""))
    given = parser.parse_args(arguments)
    wanted = ("path", "events", "hold") if given.part == "all" else (given.part,)
    measures = {"path": path, "events": events, "hold": hold}
    return max(measures[name](given) for name in wanted)


# --- readers ------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Reader:
    """One open page: its connection, and the newest it knows."""

    socket: socket.socket
    board: str
    rest: bytes = b""
    place: int = 0
    told: int = 0  # of its last event that was not only a sign of life
    events: int = 0
    number: int = -1
    is_fetching: bool = False


class Readers:
    """All of them, in one thread."""

    def __init__(self, addresses: Sequence[tuple[str, int, str]]) -> None:
        """`addresses`: board, port of the stream, and what is asked of it."""
        self.selector = selectors.EpollSelector()
        self.all: list[Reader] = []
        self.lost = self.size = 0
        for board, port, asked in addresses:
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
            connection.sendall(f"GET {asked} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
            connection.setblocking(False)
            reader = Reader(connection, board)
            self.selector.register(connection, selectors.EVENT_READ, reader)
            self.all.append(reader)
            if len(self.all) % 100 == 0:
                self.read(0.01)

    def read(self, seconds: float) -> Iterator[tuple[Reader, bytes]]:
        """Whole events as they come; use all of it."""
        return iter(list(self._read(seconds)))

    def _read(self, seconds: float) -> Iterator[tuple[Reader, bytes]]:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for key, _what in self.selector.select(left):
                yield from self._take(key.data)

    def _take(self, reader: Reader) -> Iterator[tuple[Reader, bytes]]:
        try:
            data = reader.socket.recv(262_144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.lost += 1
            self.selector.unregister(reader.socket)
            reader.socket.close()
            return
        *whole, reader.rest = (reader.rest + data).split(b"\n\n")
        for event in whole:
            found = re.search(rb"id: (\d+)\nevent: ([^\n]+)", event)
            if found is None:
                continue
            reader.place = int(found[1])
            if found[2] != b"pulse":
                reader.events += 1
                reader.told, self.size = reader.place, len(event) + 2
                yield reader, event

    def close(self) -> None:
        for reader in self.all:
            reader.socket.close()


# --- what an event costs ------------------------------------------------------------------------------------------


def events(given: argparse.Namespace) -> int:
    count = given.readers or 1_000
    with province(given.database) as home, stream(home) as (port, server):
        readers = Readers([(BOARDS[0], port, home.asked(BOARDS[0]))] * count)
        ours, received, share = _cost(readers, server, given.seconds, home)
        memory, size = rss(server) / count, readers.size
        readers.close()
    with floor(size) as (port, server):
        readers = Readers([("", port, "/events")] * count)
        beside, expected, _share = _cost(readers, server, given.seconds, None)
        memory_floor = rss(server) / count
        readers.close()
    print(f"{count:,} readers, {size} bytes an event, {given.seconds:.0f} s each; {database_of(given.database)}")
    print(f"{'':>12} {'events':>9} {'CPU us an event':>16} {'kB a reader, all told':>22}")
    print(f"{'ours':>12} {received:>9,} {ours:>16.1f} {memory:>22.0f}")
    print(f"{'floor':>12} {expected:>9,} {beside:>16.1f} {memory_floor:>22.0f}")
    print(
        f"beyond the floor: {ours - beside:.1f} us (goal {GOAL_EVENT:.0f}); the readers took {share:.0%} of a processor"
    )
    return 0 if ours - beside <= GOAL_EVENT else 1


def _cost(readers: Readers, server: int, seconds: float, home: Home | None) -> tuple[float, int, float]:
    """CPU microseconds for each event, how many, and the readers' share of a processor."""
    ending = threading.Event()
    writer = threading.Thread(target=_write, args=(home, ending)) if home else None
    if writer:
        writer.start()
    for _event in readers.read(2.0):
        pass
    cpu, own, bytes_read = tree_cpu(server) + own_cpu(server), time.process_time(), 0
    begun, count = time.monotonic(), 0
    while time.monotonic() < begun + seconds:
        if home:
            count += sum(1 for _event in readers.read(0.25))
        else:
            bytes_read += _drain(readers, 0.25)
    used, lasted = tree_cpu(server) + own_cpu(server) - cpu, time.monotonic() - begun
    ending.set()
    if writer:
        writer.join()
    count = count or int(lasted / 0.5 * len(readers.all))
    return used / count * 1e6, count, (time.process_time() - own) / lasted


def _drain(readers: Readers, seconds: float) -> int:
    until, found = time.monotonic() + seconds, 0
    while (left := until - time.monotonic()) > 0:
        for key, _what in readers.selector.select(left):
            found += len(key.data.socket.recv(65_536))
    return found


def _write(home: Home, ending: threading.Event) -> None:
    while not ending.wait(0.1):
        home.change()
    from django.db import connections

    connections.close_all()


def own_cpu(process: int) -> float:
    after = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")


def by_process(parent: int) -> dict[str, float]:
    """CPU seconds of each child of `mapalus serve --all`, what it began included."""
    found: dict[str, float] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_text()
        except (OSError, IndexError):
            continue
        if above == parent:
            names = {"wsgi": "pages", "asgi": "events", "intake": "intake", "sealer": "sealer", "worker": "jobs"}
            name = next((said for word, said in names.items() if word in words), "other")
            found[name] = own_cpu(int(entry.name)) + tree_cpu(int(entry.name))
    return found


def rss(process: int) -> float:
    """Kilobytes of the largest process of a server: its worker."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if process in (int(entry.name), parent):
                found += [
                    int(line.split()[1]) for line in (entry / "status").read_text().splitlines() if "VmRSS" in line
                ]
        except (OSError, IndexError):
            continue
    return max(found, default=0)


# --- holding ------------------------------------------------------------------------------------------------------


def hold(given: argparse.Namespace) -> int:
    count = given.readers or 5_000
    with province(given.database) as home, stream(home) as (port, server):
        begun = time.monotonic()
        readers = Readers([(board, port, home.asked(board)) for board in BOARDS for _n in range(count // len(BOARDS))])
        opened = time.monotonic() - begun
        told, sizes, changes, cpu = 0, [], 0, tree_cpu(server)
        until, changed_at = time.monotonic() + given.minutes * 60, 0.0
        while time.monotonic() < until:
            if time.monotonic() - changed_at > 2:
                changed_at = time.monotonic()
                home.change()
                changes += 1
            told += sum(1 for _event in readers.read(0.5))
            sizes.append((time.monotonic() - until + given.minutes * 60, rss(server)))
        cpu = tree_cpu(server) - cpu
        told += sum(1 for _event in readers.read(13.0))  # one more sign of life for each
        last = home.place()
        behind = sum(1 for reader in readers.all if reader.told < last)
        few = sum(1 for reader in readers.all if reader.events < changes)
        readers.close()
    early = [size for at, size in sizes if at <= max(given.minutes * 6, 10)][-1]
    growth = sizes[-1][1] / early - 1
    print(f"{count:,} readers on {len(BOARDS)} boards held for {given.minutes:g} min; opened in {opened:.1f} s;"
          f" {database_of(given.database)}")  # fmt: skip
    print(
        f"{changes} changes, {told:,} events; lost {readers.lost}, without the newest {behind}; {few} heard two joined"
    )
    print(f"memory of the process {early / 1024:.1f} MB after the first tenth, {sizes[-1][1] / 1024:.1f} MB at the"
          f" end ({growth:+.1%}, goal {GOAL_GROWTH:.0%}); {cpu / given.minutes / 60:.1%} of a processor")  # fmt: skip
    return 0 if not (readers.lost or behind) and growth <= GOAL_GROWTH else 1


# --- from the row to the number -----------------------------------------------------------------------------------


@dataclass
class Posted:
    """Rows that were sent: when, and how long each took to be acknowledged."""

    at: list[float] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)
    refused: int = 0


def path(given: argparse.Namespace) -> int:
    count = given.readers or 1_000
    with province(given.database) as home, served(home) as (port, server):
        fetching = min(given.fetching, count)
        boards = [BOARDS[n % len(BOARDS)] for n in range(count)]
        readers = Readers([(board, port + 1, home.asked(board, drawn=n >= fetching)) for n, board in enumerate(boards)])
        for reader in readers.all[:fetching]:
            reader.is_fetching = True
        posted, ending = Posted(), threading.Event()
        sender = threading.Thread(target=_send, args=(port, home.secret, given, posted, ending))
        seen: list[float] = []
        fetch = Fetch(port)
        _warm_up(port, home, readers)
        shares = by_process(server)
        cpu, own, begun = tree_cpu(server), time.process_time(), time.monotonic()
        sender.start()
        while sender.is_alive() or time.monotonic() < begun + given.seconds + 3:
            for reader, event in readers._read(0.05):
                _look(reader, event, posted, seen, fetch)
        cpu, own, lasted = tree_cpu(server) - cpu, time.process_time() - own, time.monotonic() - begun
        shares = {name: used - shares.get(name, 0.0) for name, used in by_process(server).items()}
        short = sum(1 for reader in readers.all if reader.number < len(posted.at))
        readers.close()
    late = part(seen, 0.99) / 1000
    print(f"{count:,} boards ({fetching} fetch by themselves), {given.rate:g} publications a second for"
          f" {given.seconds:.0f} s; {database_of(given.database)}")  # fmt: skip
    print(f"{'rows':>6} {'ack p50 ms':>11} {'p99':>6} {'on the board p50 ms':>20} {'p90':>6} {'p99':>6} {'worst':>6}"
          f" {'fetches':>8}")  # fmt: skip
    print(f"{len(posted.at):>6,} {part(posted.acks, 0.5):>11.0f} {part(posted.acks, 0.99):>6.0f}"
          f" {part(seen, 0.5):>20.0f} {part(seen, 0.9):>6.0f} {part(seen, 0.99):>6.0f} {part(seen, 1):>6.0f}"
          f" {fetch.count:>8,}")  # fmt: skip
    print(f"server {cpu / lasted:.2f} processors, readers and sender {own / lasted:.2f}; refused {posted.refused},"
          f" lost {readers.lost}, without the last number {short}")  # fmt: skip
    print("CPU ms for each row: " + ", ".join(f"{k} {v / len(posted.at) * 1000:.1f}" for k, v in shares.items()))
    return 0 if late < GOAL_PATH and not short and not readers.lost else 1


def _look(reader: Reader, event: bytes, posted: Posted, seen: list[float], fetch: Fetch) -> None:
    """What the page shows after an event: every row up to its number has arrived on this board."""
    number = _number(event)
    if number is None or reader.is_fetching:
        number = fetch.number(reader.board)
    now = time.monotonic()
    if number is not None and number > reader.number:
        seen.extend(now - posted.at[n] for n in range(max(reader.number, 0), min(number, len(posted.at))))
        reader.number = number


def _number(text: bytes) -> int | None:
    found = re.search(rb'data-tile=\\?"UJI-1\\?"[^>]*data-value=\\?"([0-9.]+)', text)
    return int(found[1].replace(b".", b"")) - 1 if found else None


class Fetch:
    """A page that asks for its tile."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.count = 0

    def number(self, board: str) -> int | None:
        self.count += 1
        self.connection.request("GET", f"/papan/{board}/", headers={"HX-Request": "true"})
        return _number(self.connection.getresponse().read())


def _warm_up(port: int, home: Home, readers: Readers) -> None:
    """One row, so that everything that is loaded late is loaded; it is not counted."""
    for n in range(12):
        _post(http.client.HTTPConnection("127.0.0.1", port, timeout=60), home.secret, f"warm{n}", "awal-0", 0)
    for _event in readers.read(3.0):
        pass


def _send(port: int, secret: str, given: argparse.Namespace, posted: Posted, ending: threading.Event) -> None:
    """Rows at a fixed pace, each a request of its own; three connections, so that a slow answer delays no other."""
    begun, lock = time.monotonic(), threading.Lock()
    numbers = iter(range(1, int(given.seconds * given.rate) + 1))

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                number = next(numbers, 0)
            if not number:
                return
            time.sleep(max(0.0, begun + number / given.rate - time.monotonic()))
            with lock:
                sent = time.monotonic()
                posted.at.append(sent)
            if _post(connection, secret, f"r{number}", f"r{number}", number) != 200:
                posted.refused += 1
            posted.acks.append(time.monotonic() - sent)

    threads = [threading.Thread(target=work) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _post(connection: http.client.HTTPConnection, secret: str, name: str, key: str, number: int) -> int:
    body = json.dumps({"kiriman": key, "nomor": number, "kode_wilayah": f"71.{number % 15 + 1:02}"}) + "\n"
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson", "Idempotency-Key": name}
    connection.request("POST", "/api/v1/datasets/sensor/rows", body=body.encode(), headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


# --- a province ---------------------------------------------------------------------------------------------------


@dataclass
class Home:
    """A province of its own, with an indicator that counts rows, and boards that show it."""

    folder: Path
    environment: Mapping[str, str]
    secret: str

    def change(self) -> bytes:
        """The indicator was worked out anew, says the ledger; the data of the event that follows from it."""
        from mapalus.apps.ledger import sealer
        from mapalus.apps.ledger.models import Entry
        from mapalus.engine.clock import now

        Entry.objects.create(
            act="catalogue.measure", at=now(), position="bench", actor_label="bench", subject="bench",
            data={"indicators": ["UJI-1"]},
        )  # fmt: skip
        sealer.seal(now=now())
        return b'{"parts":["*"]}'

    def place(self) -> int:
        from mapalus.apps.ledger.models import Entry

        return Entry.objects.last_sequence()

    def asked(self, board: str, *, drawn: bool = True) -> str:
        from mapalus.doors.command.ticket import issue

        return f"/events?ticket={issue([board], origin='', drawn='id' if drawn else '')}"


@contextmanager
def own(server: str) -> Iterator[str]:
    """A database of its own on a PostgreSQL server; empty: SQLite."""
    if not server:
        yield ""
        return
    import psycopg

    name = f"mapalus_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def province(server: str) -> Iterator[Home]:
    with own(server) as database, tempfile.TemporaryDirectory(prefix="mapalus-bench-") as name:
        folder = Path(name)
        environment = {
            "MAPALUS_SECRET_KEY": "benchmark", "MAPALUS_DATA_DIR": name, "MAPALUS_LOG_LEVEL": "error",
            "MAPALUS_DATABASE_URL": database or f"sqlite:///{name}/bench.sqlite", "MAPALUS_PACKS": str(_pack(folder)),
            "DJANGO_SETTINGS_MODULE": "mapalus.project.settings",
        }  # fmt: skip
        before = {key: os.environ.get(key) for key in environment}
        os.environ |= environment
        made = subprocess.run(
            [sys.executable, "-c", f"from benchmarks.live import prepare; print(prepare({name!r}))"],
            check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        import django
        from django.db import connections

        django.setup()
        from django.conf import settings

        # More than one province in a run: the connection follows the environment of this one.
        connections.close_all()
        place = database.rpartition("/")[2] if database else f"{name}/bench.sqlite"
        settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = place
        try:
            yield Home(folder, environment, made.stdout.decode().split()[-1])
        finally:
            connections.close_all()
            for key, value in before.items():
                if value is None:
                    os.environ.pop(key, None)
                else:
                    os.environ[key] = value


def _pack(folder: Path) -> Path:
    files = {
        "indicators/uji.yml": "code: UJI-1\ntitle: Kiriman\nunit: kiriman\ndataset: sensor\n"
        "value: {count: rows}\nregion: kode_wilayah\ndecimals: 0\n",
        **{f"boards/{board}.yml": f"title: Papan {board}\npublic: true\ntiles: [UJI-1]\n" for board in BOARDS},
    }
    for name, text in files.items():
        place = folder / "pack" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder / "pack"


FIELDS: list[dict[str, Any]] = [
    {"name": "kiriman", "type": "string", "constraints": {"required": True}},
    {"name": "nomor", "type": "integer", "constraints": {"required": True}},
    {"name": "kode_wilayah", "type": "string"},
]


def prepare(name: str) -> str:
    """Tables, an agency, a dataset that takes rows, its key; the secret of it."""
    import io

    from mapalus.project import home

    folder = Path(name)
    home.enter(name)
    home.prepare()
    from mapalus.apps.catalogue import actions, checking, contracts, indicators, places, streaming
    from mapalus.apps.catalogue.models import FigureStatus
    from mapalus.apps.directory.models import Position, Unit
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.clock import now
    from mapalus.engine.data import snapshot

    contract = {
        "name": "sensor", "title": "Sensor", "schema": {"fields": FIELDS, "primaryKey": ["kiriman"]},
        "mapalus": {
            "unit": "bpbd", "producer": "pos:bpbd.data", "cadence": "harian", "classification": "terbuka",
            "stream": {"rows": 5_000_000, "minutes": 600},
        },
    }  # fmt: skip
    unit = Unit.objects.create(code="bpbd", name="BPBD", short="BPBD", kind="dinas")
    Position.objects.create(code="bpbd.data", unit=unit, title="Pengelola data", is_head=True)
    place = folder / "contract.json"
    place.write_text(json.dumps(contract), encoding="utf-8")
    dataset = actions.declare_dataset(unit, kept=contracts.keep(place, dataset="sensor"), by=PLATFORM, now=now())
    stored = snapshot.store(places.snapshots(), io.BytesIO(b'{"kiriman": "0", "nomor": 0, "kode_wilayah": "71.01"}\n'))
    handin = actions.hand_in(
        dataset, snapshot=stored, file_name="awal.ndjson", period="2026", key="awal", by=PLATFORM, now=now(),
        is_queued=False,
    )  # fmt: skip
    handin = checking.check(handin, now=now())
    version = actions.publish(handin, status=FigureStatus.VERY_PROVISIONAL, by=PLATFORM, now=now())
    indicators.work_out_version(version, now=now())
    return streaming.issue_key(dataset, name="bench", by=PLATFORM, now=now())[1]


def database_of(database: str) -> str:
    return "PostgreSQL" if database.startswith("postgres") else "SQLite"


def _port() -> int:
    return 18_900 + os.getpid() % 300 * 2


@contextmanager
def served(home: Home) -> Iterator[tuple[int, int]]:
    port = _port()
    command = [sys.executable, "-m", "mapalus.project.cli", "serve", "--all", "--port", str(port)]
    with _running([*command, "--data-dir", str(home.folder)], port) as process:
        _wait(port + 1)
        time.sleep(2)  # the intake, too
        yield port, process


@contextmanager
def stream(home: Home) -> Iterator[tuple[int, int]]:
    """The stream process alone, as `mapalus serve` starts it."""
    from mapalus.project.serve import children

    port = _port()
    child = children(host="127.0.0.1", port=port - 1, stream_port=port, workers=1)[1]
    with _running(child.command, port, child.environment) as process:
        yield port, process


@contextmanager
def floor(size: int) -> Iterator[tuple[int, int]]:
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-") as folder:
        (Path(folder) / "smallest.py").write_text(FLOOR, encoding="utf-8")
        port = _port()
        command = [
            sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws", "--port", str(port), "--workers", "1",
            "--loop", "asyncio", "--backlog", "4096", "--backpressure", "11000", "--log-level", "error",
            "--working-dir", folder, "smallest:application",
        ]  # fmt: skip
        with _running(command, 0, {"SIZE": str(size)}) as process:
            time.sleep(1.5)
            yield port, process


@contextmanager
def _running(command: Sequence[str], port: int, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(list(command), env={**os.environ, **(environment or {})}, stdout=quiet, stderr=None)
    try:
        if port:
            _wait(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/-/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
