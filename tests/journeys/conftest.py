"""One built province for all journeys, served by real processes, each journey in a copy of its own."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Served:
    """A province that answers: its address, its folder, and its command line."""

    address: str
    folder: Path
    process: int

    @property
    def stream(self) -> list[int]:
        """The processes that send events to open boards: the one our supervisor began, and its workers."""
        parents: dict[int, int] = {}
        first = 0
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes()
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue  # it ended while we looked
            if b"mapalus.project.asgi:application" in words and parents[int(entry.name)] == self.process:
                first = int(entry.name)
        assert first
        return [first, *(child for child, parent in parents.items() if parent == first)]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mapalus.project.cli", *words, "--data-dir", str(self.folder)],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def environment() -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith(("MAPALUS_", "DJANGO_", "PYTEST_"))}
    return {**own, "LANG": "id_ID.UTF-8", "PYTHONPATH": str(ROOT / "src")}


def fingerprint() -> str:
    """Of everything the built province depends on: the story never ages, but the code does."""
    digest = hashlib.sha256(time.strftime("%Y-%m-%d").encode())
    for path in sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.yml"), *(ROOT / "packs").rglob("*.*")]):
        stat = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole province; built once for all workers, and kept in the test cache while nothing changed."""
    home = ROOT / ".pytest_cache" / "provinces"
    home.mkdir(parents=True, exist_ok=True)
    folder = home / fingerprint()
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "provinsi-contoh.json").exists():
            for old in home.iterdir():
                if old.is_dir():
                    shutil.rmtree(old, ignore_errors=True)
            done = subprocess.run(
                [sys.executable, "-m", "mapalus.project.cli", "demo", "--no-serve", "--data-dir", str(folder)],
                env=environment(), capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    return folder


def free_port() -> int:
    """A port whose neighbour (the stream's) is free, too."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@pytest.fixture(scope="module")
def served(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("province") / "data"
    shutil.copytree(built, folder)
    port = free_port()
    log = (folder.parent / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "mapalus.project.cli", "demo", "--port", str(port), "--data-dir", str(folder)],
        env=environment(), stdout=log, stderr=log,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 90
        while time.monotonic() < until and process.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/-/ready", timeout=5).close()
                break
            except OSError:
                time.sleep(0.3)
        else:
            log.seek(0)
            raise AssertionError(log.read())
        yield Served(address, folder, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)
        log.close()
