"""A database of their own for tests that need real processes: a SQLite file or a PostgreSQL database, migrated."""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import POSTGRESQL

ROOT = Path(__file__).resolve().parents[2]


SUITE = "postgresql" if os.environ.get("MAPALUS_DATABASE_URL", "").startswith("postgres") else "sqlite"

# Where the suite itself runs on PostgreSQL, SQLite was tried before; where it runs on both in turn, each tries its own.
_POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
_IS_OWN_ONLY = os.environ.get("MAPALUS_TEST_STAGES") == "own"
DATABASES = [_POSTGRESQL] if SUITE == "postgresql" else ["sqlite"] if _IS_OWN_ONLY else ["sqlite", _POSTGRESQL]


@contextmanager
def stage(kind: str, folder: Path, *, migrated: bool = True) -> Iterator[dict[str, str]]:
    """Environment for child processes whose database, their own, holds all tables."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "MAPALUS_SECRET_KEY": "only-for-tests-" + "x" * 40,
        "MAPALUS_DATA_DIR": str(folder),
        "PYTHONPATH": str(ROOT),
        "MAPALUS_WRITE_PATIENCE": "120",  # nobody is stopped here, only slow
    }
    if kind == "sqlite":
        environment["MAPALUS_DATABASE_URL"] = f"sqlite:///{folder / 'stage.sqlite'}"
        shutil.copyfile(_sqlite_template(), folder / "stage.sqlite")
        yield environment
        return
    name = f"mapalus_stage_{uuid.uuid4().hex[:12]}"
    environment["MAPALUS_DATABASE_URL"] = _url(name)
    template = _postgresql_template() if migrated else "template0"
    _server(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield environment
    finally:
        _server(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _sqlite_template() -> Path:
    """A database with all tables, made once in a test process; it goes with the data folder of the tests."""
    # Not `settings.DATA_DIR`: the first test that asks may have a folder of its own there, which goes with it.
    path = Path(os.environ["MAPALUS_DATA_DIR"]) / f"template-{os.getpid()}.sqlite"
    _migrate(f"sqlite:///{path}")
    assert not path.with_name(f"{path.name}-wal").exists()
    return path


@cache
def _postgresql_template() -> str:
    name = f"mapalus_template_{uuid.uuid4().hex[:12]}"
    _server(f"CREATE DATABASE {name}")
    atexit.register(_server, f"DROP DATABASE {name} WITH (FORCE)")
    _migrate(_url(name))
    return name


def _migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v", "0", "--skip-checks"],
        env={**os.environ, "MAPALUS_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        check=True,
        cwd=ROOT,
    )


def _url(name: str) -> str:
    return f"{POSTGRESQL.rsplit('/', 1)[0]}/{name}"


def _server(statement: str) -> None:
    import psycopg

    with psycopg.connect(POSTGRESQL, autocommit=True) as server:
        server.execute(statement)


def ask(environment: dict[str, str], question: str) -> list[tuple[Any, ...]]:
    """What the database says, without a process of its own."""
    url = environment["MAPALUS_DATABASE_URL"]
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)) as database:
            return database.execute(question).fetchall()
    import psycopg

    with psycopg.connect(url) as server:
        return server.execute(question).fetchall()


def run(environment: dict[str, str], module: str, *arguments: str, given: str = "", timeout: float = 900) -> str:
    """Run a module in a process of its own, with `given` on its input, and give back what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=timeout, input=given,
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
