"""Open boards while everything under them is killed: what they show afterwards, how soon, and what it left behind.

python -m benchmarks.killing [--postgresql] [--rounds 2] [--readers 50] [--seed 1] [--browser]

A whole province as `mapalus serve --all` runs it. Readers hold the events of its boards as a browser does: through the
web server, coming back with their last id. In each round, in random order: the stream process, a web worker, the whole
web server, the worker, the sealer, the intake and all of them get kill -9; a burst of 3,000 entries; on PostgreSQL (a
cluster of its own, made and thrown away here) all connections are ended, the server is stopped for 15 s, and the line
to it stands still without a word for 20 s. On SQLite, where a small file system can be mounted, its disk is full for
5 s. After each, a row is posted until it is acknowledged; every board must show it, by itself, within a minute.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import live

LIMIT = 60.0  # seconds until every board shows a row again
BIN = Path(min((str(one.parent) for one in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default="/usr/bin"))


# --- a database server of one's own, and the line to it ------------------------------------------------------------


class Server:
    """A PostgreSQL cluster in a folder; it refuses to run as root, so root lends it to `postgres`."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder / "pg", port
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        self.folder.mkdir()
        if self.user:
            folder.chmod(0o755)
            shutil.chown(self.folder, "postgres", "postgres")
        self._do("initdb", "-U", "postgres", "-A", "trust", "--no-sync", "-D", str(self.folder))
        self.start()

    def _do(self, name: str, *arguments: str) -> None:
        subprocess.run([*self.user, str(BIN / name), *arguments], check=True, cwd="/", stdout=subprocess.DEVNULL)

    def start(self) -> None:
        said = f"-p {self.port} -k {self.folder} -c max_connections=80 -c fsync=off"
        self._do("pg_ctl", "start", "-w", "-D", str(self.folder), "-o", said, "-l", str(self.folder / "log"))

    def stop(self) -> None:
        self._do("pg_ctl", "stop", "-m", "immediate", "-w", "-D", str(self.folder))

    def ask(self, question: str) -> Any:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(question).fetchall()


class Line(threading.Thread):
    """Carries bytes to the server, unless it stands still: then they wait, and nobody is told."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.target = port
        self.door = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = int(self.door.getsockname()[1])
        self.goes = threading.Event()
        self.goes.set()
        self.start()

    def run(self) -> None:
        while True:
            here, _who = self.door.accept()
            threading.Thread(target=self._carry, args=(here,), daemon=True).start()

    def _carry(self, here: socket.socket) -> None:
        self.goes.wait()
        target = ("127.0.0.1", self.target)
        with suppress(OSError), here, socket.create_connection(target) as there, selectors.DefaultSelector() as both:
            both.register(here, selectors.EVENT_READ, there)
            both.register(there, selectors.EVENT_READ, here)
            while True:
                for key, _what in both.select():
                    self.goes.wait()
                    data = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                    if not data:
                        return
                    key.data.sendall(data)


# --- pages ---------------------------------------------------------------------------------------------------------


class Page(threading.Thread):
    """Holds the events of a board as the script of a page does. `number`: what it shows."""

    def __init__(self, board: str, port: int) -> None:
        super().__init__(daemon=True)
        self.board, self.port = board, port
        self.place, self.number, self.returns = 0, -1, 0
        self.sign = time.monotonic()
        self.worst = 0.0  # seconds without a sign of life
        self.odd: Counter[str] = Counter()
        self.is_ending = False

    def run(self) -> None:
        while not self.is_ending:
            try:
                self._hold()
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.odd[type(error).__name__] += 1
            self.returns += 1
            time.sleep(0.75 + random.random())

    def _hold(self) -> None:
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=25)
        web.request("GET", f"/events?papan={self.board}&after={self.place}", headers={"Last-Event-ID": str(self.place)})
        answer = web.getresponse()
        answer.read()
        web.close()
        if answer.status != 307:
            self.odd[str(answer.status)] += 1
            return
        address = urlsplit(answer.headers["Location"])
        stream = http.client.HTTPConnection("127.0.0.1", address.port, timeout=25)
        stream.request("GET", f"{address.path}?{address.query}")
        events = stream.getresponse()
        if events.status != 200:
            self.odd[f"stream {events.status}"] += 1
            return
        event, place = "", self.place
        while line := events.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                place = int(value)
            elif name == "event":
                event = value
            elif name == "data":
                if event == self.board:
                    self._look(value)
                self.place = max(self.place, place)
                now = time.monotonic()
                self.worst, self.sign = max(self.worst, now - self.sign), now
        stream.close()

    def _look(self, data: str) -> None:
        number = live._number(data.encode())
        if number is None:  # parts by name, or everything: the page fetches
            number = _shown(self.port, self.board)
        if number is not None:
            self.number = number


def _shown(port: int, board: str) -> int | None:
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=25)
    try:
        web.request("GET", f"/papan/{board}/", headers={"HX-Request": "true"})
        answer = web.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise OSError(answer.status)
        return live._number(text)
    finally:
        web.close()


# --- what happens --------------------------------------------------------------------------------------------------


class Trial:
    def __init__(self, port: int, home: live.Home, process: subprocess.Popen[bytes], server: Server | None) -> None:
        self.port, self.home, self.process, self.server = port, home, process, server
        self.line: Line | None = None
        self.full: Path | None = None  # a disk that can be filled
        self.answers: Counter[str] = Counter()
        self.rows = 12  # of the warm-up

    def acts(self) -> dict[str, Callable[[], None]]:
        found: dict[str, Callable[[], None]] = {
            "stream killed": lambda: self._kill(b"project.asgi"),
            "web worker killed": lambda: self._kill(b"project.wsgi", some=1, children=True),
            "web server killed": lambda: self._kill(b"project.wsgi"),
            "worker killed": lambda: self._kill(b"\0work\0worker"),
            "sealer killed": lambda: self._kill(b"\0work\0sealer"),
            "intake killed": lambda: self._kill(b"\0stream\0intake"),
            "everything killed but the parent": lambda: self._kill(b"mapalus"),
            "burst of 3,000 entries": self._burst,
        }
        if self.server is not None:
            found |= {
                "connections ended": self._end_connections,
                "database stopped 15 s": self._stop_database,
                "line stands still 20 s": self._stall,
            }
        if self.full is not None:
            found["disk full 5 s"] = self._fill
        return found

    def _kill(self, *words: bytes, some: int = 99, children: bool = False) -> None:
        found = [pid for pid, line, parent in _processes(self.process.pid)
                 if any(word in line for word in words) and (not children or parent != self.process.pid)]  # fmt: skip
        for pid in found[:some]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _burst(self) -> None:
        from django.db import connection

        from mapalus.apps.ledger.models import Entry
        from mapalus.engine.clock import now

        Entry.objects.bulk_create([
            Entry(act="uji.apa-saja", at=now(), position="uji", actor_label="uji", subject="uji", data={"n": n})
            for n in range(3_000)
        ])  # fmt: skip
        connection.close()

    def _end_connections(self) -> None:
        assert self.server is not None
        self.server.ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")  # fmt: skip

    def _stop_database(self) -> None:
        assert self.server is not None
        self.server.stop()
        time.sleep(15)
        self.server.start()

    def _stall(self) -> None:
        assert self.line is not None
        self.line.goes.clear()
        time.sleep(20)
        self.line.goes.set()

    def _fill(self) -> None:
        assert self.full is not None
        stuff = self.full / "stuff"
        with suppress(OSError), stuff.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 65_536)
        for n in range(5):
            self._post_once(f"full-{self.rows}-{n}", probe=True)
            time.sleep(1)
        stuff.unlink()

    def post(self) -> float:
        """One row, until it is acknowledged. Seconds that it took."""
        begun, name = time.monotonic(), f"k{self.rows}"
        while not self._post_once(name):
            if time.monotonic() - begun > LIMIT:
                raise SystemExit(f"no row was taken within {LIMIT:g} s")
            time.sleep(0.3)
        self.rows += 1
        return time.monotonic() - begun

    def _post_once(self, name: str, *, probe: bool = False) -> bool:
        try:
            # A probe sends a row that stands there already: it changes nothing when it is taken.
            key = "awal-0" if probe else name
            web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            status = live._post(web, self.home.secret, name, key, 0)
        except (OSError, http.client.HTTPException) as error:
            self.answers[type(error).__name__] += 1
            return False
        self.answers[str(status)] += 1
        return status == 200


def _processes(parent: int) -> list[tuple[int, bytes, int]]:
    """(id, command, parent) of all below one."""
    found: dict[int, tuple[bytes, int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            above = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            found[int(entry.name)] = ((entry / "cmdline").read_bytes(), above)
    below, new = set[int](), {parent}
    while new:
        new = {pid for pid, (_line, above) in found.items() if above in new and pid not in below}
        below |= new
    return sorted((pid, *found[pid]) for pid in below)


def _memory(parent: int) -> float:
    total = 0
    for pid, _line, _above in _processes(parent):
        with suppress(OSError, StopIteration):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
    return total / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description="Open boards while everything under them is killed.")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--browser", action="store_true")
    given = parser.parse_args()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's own loop runs in this thread
    with (
        tempfile.TemporaryDirectory(prefix="mapalus-bench-") as name,
        _database(given, Path(name)) as server,
        live.province(server.url if server else "") as home,
        _disk(home, given) as full,
    ):
        return _live_through(given, home, server, full)


@contextmanager
def _database(given: argparse.Namespace, folder: Path) -> Iterator[Server | None]:
    if not given.postgresql:
        yield None
        return
    server = Server(folder, live._port() + 700)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def _disk(home: live.Home, given: argparse.Namespace) -> Iterator[Path | None]:
    """SQLite: the province on a disk of 200 MB that can be filled, where this user may mount one."""
    if given.postgresql or os.getuid() != 0:
        yield None
        return
    kept = home.folder.with_name(f"{home.folder.name}-kept")
    shutil.copytree(home.folder, kept)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(home.folder)], check=False).returncode:
        shutil.rmtree(kept)
        yield None
        return
    try:
        shutil.copytree(kept, home.folder, dirs_exist_ok=True)
        yield home.folder
    finally:
        from django.db import connections

        connections.close_all()
        subprocess.run(["umount", "-l", str(home.folder)], check=False)
        shutil.rmtree(kept)


def _live_through(given: argparse.Namespace, home: live.Home, server: Server | None, full: Path | None) -> int:
    port, dice = live._port(), random.Random(given.seed)
    environment = {**os.environ, "MAPALUS_LOG_LEVEL": "warning"}
    line = Line(server.port) if server else None
    if line is not None:
        url = urlsplit(environment["MAPALUS_DATABASE_URL"])
        environment["MAPALUS_DATABASE_URL"] = url._replace(netloc=f"postgres@127.0.0.1:{line.port}").geturl()
    log = Path(tempfile.gettempdir()) / f"mapalus-killing-{os.getpid()}.log"
    command = [sys.executable, "-m", "mapalus.project.cli", "serve", "--all", "--port", str(port), "--data-dir",
               str(home.folder)]  # fmt: skip
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
    try:
        live._wait(port)
        live._wait(port + 1)
        trial = Trial(port, home, process, server)
        trial.line, trial.full, trial.rows = line, full, 0
        pages = [Page(live.BOARDS[n % len(live.BOARDS)], port) for n in range(given.readers)]
        for page in pages:
            page.start()
        failed = _rounds(given, trial, pages, dice)
    finally:
        process.terminate()
        process.wait(60)
    text = log.read_text(errors="replace")
    print(f"answers to rows: {dict(trial.answers)}; tracebacks in the log: {text.count('Traceback')} ({log})")
    return 1 if failed else 0


def _rounds(given: argparse.Namespace, trial: Trial, pages: list[Page], dice: random.Random) -> int:
    failed = 0
    trial.post()
    _until_shown(trial, pages)
    with _browser(given, trial) as shows:
        print(f"load {os.getloadavg()[0]:.1f}; {len(pages)} boards; {'PostgreSQL' if trial.server else 'SQLite'}")
        print("| round | what happened | row taken, s | on every board, s | longest silence, s | connections | MB |")
        print("|---|---|---|---|---|---|---|")
        for number in range(1, given.rounds + 1):
            acts = [pair for pair in trial.acts().items() if given.only in pair[0]]
            dice.shuffle(acts)
            for what, act in acts:
                time.sleep(dice.random() * 2)
                for page in pages:
                    page.worst = 0.0
                act()
                taken = trial.post()
                late, missing = _until_shown(trial, pages)
                is_shown = shows(trial.rows)
                failed += missing > 0 or not is_shown
                count = trial.server.ask("SELECT count(*) FROM pg_stat_activity")[0][0] if trial.server else "–"
                note = f" **{missing} without it**" if missing else "" if is_shown else " **not in the browser**"
                print(f"| {number} | {what} | {taken:.1f} | {late:.1f}{note} | {max(p.worst for p in pages):.1f} |"
                      f" {count} | {_memory(trial.process.pid):.0f} |", flush=True)  # fmt: skip
    odd = sum((page.odd for page in pages), Counter[str]())
    print(f"pages came back {sum(page.returns for page in pages)} times; what they met: {dict(odd)}")
    return failed


def _until_shown(trial: Trial, pages: list[Page]) -> tuple[float, int]:
    begun = time.monotonic()
    while (rest := [p for p in pages if p.number < trial.rows]) and time.monotonic() - begun < LIMIT:
        time.sleep(0.05)
    return time.monotonic() - begun, len(rest)


@contextmanager
def _browser(given: argparse.Namespace, trial: Trial) -> Iterator[Callable[[int], bool]]:
    """A real browser, too: whether its page shows a number, and that its line lives, without a reload."""
    if not given.browser:
        yield lambda number: True
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{trial.port}/papan/{live.BOARDS[0]}/")
        page.evaluate("window.notReloaded = true")

        def shows(number: int) -> bool:
            wanted = f"[data-tile='UJI-1'][data-value='{number + 1}']"
            with suppress(Exception):
                page.wait_for_selector(wanted, timeout=LIMIT * 1000)
                page.wait_for_selector("[data-live-on]:not([hidden])", timeout=LIMIT * 1000)
                return bool(page.evaluate("window.notReloaded"))
            return False

        yield shows
        browser.close()


if __name__ == "__main__":
    raise SystemExit(main())
