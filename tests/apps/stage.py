"""A database of their own for tests that need real processes: a SQLite file or a PostgreSQL database, migrated."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import POSTGRESQL

ROOT = Path(__file__).resolve().parents[2]
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@contextmanager
def stage(kind: str, folder: Path, *apps: str, migrated: bool = True) -> Iterator[dict[str, str]]:
    """Environment for child processes whose database holds the tables of `apps` (all when none is named)."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "MAPALUS_SECRET_KEY": "only-for-tests-" + "x" * 40,
        "MAPALUS_DATA_DIR": str(folder),
        "PYTHONPATH": str(ROOT),
    }
    if kind == "sqlite":
        environment["MAPALUS_DATABASE_URL"] = f"sqlite:///{folder / 'stage.sqlite'}"
        migrate(environment, *apps)
        yield environment
        return
    import psycopg

    name = f"mapalus_stage_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            environment["MAPALUS_DATABASE_URL"] = f"{POSTGRESQL.rsplit('/', 1)[0]}/{name}"
            if migrated:
                migrate(environment, *apps)
            yield environment
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate(environment: dict[str, str], *apps: str) -> None:
    for app in apps or ("",):
        command = [sys.executable, "-m", "django", "migrate", "-v", "0", "--skip-checks", *([app] if app else [])]
        subprocess.run(command, env=environment, check=True, cwd=ROOT)


def run(environment: dict[str, str], module: str, *arguments: str, timeout: float = 60) -> str:
    """Run a module in a process of its own and give back what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=timeout,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def start(environment: dict[str, str], module: str, *arguments: str, stdin: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment, cwd=ROOT, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def stream_of(parent: int) -> list[int]:
    """The processes that send events to open boards: the one this supervisor began, and its workers."""
    parents: dict[int, int] = {}
    first = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue  # it ended while we looked
        if b"mapalus.project.asgi:application" in words and parents[int(entry.name)] == parent:
            first = int(entry.name)
    assert first, f"process {parent} has no stream"
    return [first, *(child for child, above in parents.items() if above == first)]
