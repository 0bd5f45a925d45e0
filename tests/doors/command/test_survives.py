"""Nobody who follows a board misses anything: its processes are killed, its database is cut off, its readers lost."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mapalus.project.serve import children
from tests.apps.stage import DATABASES, ROOT, ask, stage, start
from tests.doors.command.following import Cut, Reader
from tests.doors.command.scene import write_pack
from tests.patience import PATIENCE
from tests.ports import free_pair

pytestmark = pytest.mark.slow
STEPS = 16


class Province:
    """A stream of events or two on one database, and a program that changes boards."""

    def __init__(self, environment: dict[str, str], *, count: int, cut: Cut | None) -> None:
        self.environment, self.cut = environment, cut
        self.place, self.ticket = 0, ""
        self.ports = [free_pair() for _n in range(count)]
        self.streams = {port: self._begin(port) for port in self.ports}
        for port in self.ports:
            self.wait(port)

    def _begin(self, port: int) -> subprocess.Popen[bytes]:
        environment = dict(self.environment)
        if self.cut is not None:
            url = urlsplit(environment["MAPALUS_DATABASE_URL"])
            environment["MAPALUS_DATABASE_URL"] = url._replace(
                netloc=f"{url.username}@127.0.0.1:{self.cut.port}"
            ).geturl()
        child = children(host="127.0.0.1", port=port + 1, stream_port=port, workers=1)[1]
        return subprocess.Popen(
            list(child.command), env={**environment, **child.environment}, cwd=ROOT, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def wait(self, port: int) -> None:
        until = time.monotonic() + 180
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                connection.request("GET", "/-/ready")
                with connection.getresponse() as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
            finally:
                connection.close()
        raise AssertionError("the stream did not start")

    def kill(self, port: int) -> None:
        """As when the machine takes it: the whole group, without a word; then it is started again."""
        os.killpg(self.streams[port].pid, signal.SIGKILL)
        self.streams[port].wait()
        self.streams[port] = self._begin(port)

    def end(self) -> None:
        for process in self.streams.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def province(kind: str, folder: Path) -> Iterator[tuple[Province, subprocess.Popen[str]]]:
    with stage(kind, folder) as environment:
        environment |= {"DJANGO_SETTINGS_MODULE": "mapalus.project.settings", "MAPALUS_PACKS": str(write_pack(folder))}
        url = urlsplit(environment["MAPALUS_DATABASE_URL"])
        cut = Cut((str(url.hostname), int(url.port or 5432))) if kind == "postgresql" else None
        with start(environment, "tests.doors.command.following", stdin=subprocess.PIPE) as changer:
            running = Province(environment, count=2 if cut else 1, cut=cut)
            try:
                yield running, changer
            finally:
                running.end()
                changer.communicate(timeout=PATIENCE)


def change(running: Province, changer: subprocess.Popen[str]) -> None:
    assert changer.stdin is not None
    assert changer.stdout is not None
    changer.stdin.write("\n")
    changer.stdin.flush()
    while not (line := changer.stdout.readline()).startswith("{"):
        assert line, "the program that changes boards ended"
    said = json.loads(line)
    running.place, running.ticket = int(said["place"]), str(said["ticket"])


@pytest.mark.parametrize("kind", DATABASES)
def test_after_all_that_happens_every_page_shows_the_newest_number(kind: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    with province(kind, tmp_path) as (running, changer):
        change(running, changer)
        readers = [Reader(running.ports, lambda: running.ticket, lambda: running.place, n) for n in range(8)]
        for reader in readers:
            reader.start()
        for step in range(STEPS):
            change(running, changer)
            if step % 8 == 3:
                running.kill(chance.choice(running.ports))
            elif step % 8 == 5 and kind == "postgresql":
                ask(
                    running.environment,
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
            elif step % 8 == 7 and running.cut is not None:
                running.cut.cut()
                time.sleep(0.5)
                running.cut.mend()
            time.sleep(chance.random() * 0.3)
        for port in running.ports:
            running.wait(port)
        last = running.place
        for reader in readers:
            reader.wanted = last
        until = time.monotonic() + 120
        while time.monotonic() < until and any(reader.known < last for reader in readers):
            time.sleep(0.1)
        assert [reader.known for reader in readers] == [last] * len(readers)
        for reader in readers:
            reader.join(PATIENCE)
        assert sum(reader.returns for reader in readers) >= len(readers)
