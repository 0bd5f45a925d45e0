"""One built province for all journeys, served by real processes, each journey in a copy of its own."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from mapalus.engine.clock import Zone, now
from tests.apps.stage import stream_of
from tests.ports import free_pair

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Served:
    """A province that answers: its address, its folder, and its command line."""

    address: str
    folder: Path
    process: int

    @property
    def stream(self) -> list[int]:
        return stream_of(self.process)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mapalus.project.cli", *words, "--data-dir", str(self.folder)],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


def environment() -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith(("MAPALUS_", "DJANGO_", "PYTEST_"))}
    return {**own, "LANG": "id_ID.UTF-8", "PYTHONPATH": str(ROOT / "src"), "MAPALUS_WRITE_PATIENCE": "120"}


def fingerprint() -> str:
    """Of everything the built province depends on: the day in its own zone, and the code."""
    digest = hashlib.sha256(now().astimezone(Zone.WITA.tzinfo).date().isoformat().encode())
    for path in sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.yml"), *(ROOT / "packs").rglob("*.*")]):
        stat = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def build() -> Path:
    """The folder of a whole province; built once for all test processes, and kept while nothing changes."""
    home = ROOT / ".pytest_cache" / "provinces"
    home.mkdir(parents=True, exist_ok=True)
    folder = home / fingerprint()
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "provinsi-contoh.json").exists():
            for old in home.iterdir():  # another run of the tests may still use the newest
                if old.is_dir() and time.time() - old.stat().st_mtime > 1800:
                    shutil.rmtree(old, ignore_errors=True)
            done = subprocess.run(
                [sys.executable, "-m", "mapalus.project.cli", "demo", "--no-serve", "--data-dir", str(folder)],
                env=environment(), capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    return folder


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin to build while other tests run: journeys come last."""
    if not session.config.option.collectonly and any("built" in getattr(i, "fixturenames", ()) for i in session.items):
        building.append(_POOL.submit(build))


_POOL = ThreadPoolExecutor(1)
building: list[Future[Path]] = []


@pytest.fixture(scope="session")
def built() -> Path:
    return building[0].result()


@pytest.fixture(scope="module")
def served(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("province") / "data"
    shutil.copytree(built, folder)
    port = free_pair()
    log = (folder.parent / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "mapalus.project.cli", "demo", "--port", str(port), "--data-dir", str(folder)],
        env=environment(), stdout=log, stderr=log,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 600
        while time.monotonic() < until and process.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/-/ready", timeout=20).close()
                break
            except OSError:
                time.sleep(0.3)
        else:
            log.seek(0)
            raise AssertionError(log.read())
        yield Served(address, folder, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=180)
        log.close()
