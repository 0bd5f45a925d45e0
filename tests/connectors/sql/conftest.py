"""A database of each kind with nothing in it, and a source on a table of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mapalus.connectors.sql.source import connector
from mapalus.engine.harvest.connector import Harvest, Shelf, Source, Surroundings
from tests.conftest import MARIADB, POSTGRESQL


@dataclass
class Database:
    """run: a statement, as its keeper would send it. options: what reaches it."""

    kind: str
    run: Callable[[str], Any]
    options: dict[str, object]
    surroundings: Surroundings
    into: Path

    def source(self, **options: Any) -> Source:
        return connector.open({**self.options, **options}, self.surroundings)

    def shelf(self) -> Shelf:
        found = connector.shelf(self.options, self.surroundings)
        assert found is not None
        return found

    def harvest(self, mark: str = "", /, **options: Any) -> Harvest | None:
        return self.source(**options).harvest(mark=mark, into=self.into)


def around(folder: Path) -> Surroundings:
    return Surroundings(secret=lambda name: os.environ.get(name, ""), allowed=["127.0.0.1", "localhost"], folder=folder)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    with closing(sqlite3.connect(tmp_path / "data.db", isolation_level=None)) as connection:
        yield Database(
            "sqlite", connection.execute, {"kind": "sqlite", "database": "data.db"}, around(tmp_path), _into(tmp_path)
        )


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Database]:
    import psycopg

    name, parts = f"mapalus_sql_{os.getpid()}", urlsplit(POSTGRESQL)
    with psycopg.connect(POSTGRESQL, autocommit=True) as boss:
        boss.execute(f"DROP DATABASE IF EXISTS {name}")
        boss.execute(f"CREATE DATABASE {name}")
        try:
            with psycopg.connect(f"postgresql://{parts.netloc}/{name}", autocommit=True) as connection:
                options = _reach("postgresql", parts.geturl(), name)
                yield Database("postgresql", connection.execute, options, around(tmp_path), _into(tmp_path))
        finally:
            boss.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def mariadb(tmp_path: Path) -> Iterator[Database]:
    import pymysql

    name, parts = f"mapalus_sql_{os.getpid()}", urlsplit(MARIADB)
    connection = pymysql.connect(
        host=parts.hostname or "", port=parts.port or 3306, user=parts.username or "", password=parts.password or "",
        autocommit=True,
    )  # fmt: skip
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"USE {name}")
        try:
            yield Database("mysql", cursor.execute, _reach("mysql", MARIADB, name), around(tmp_path), _into(tmp_path))
        finally:
            cursor.execute(f"DROP DATABASE {name}")


_EACH = [
    "sqlite",
    pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.slow]),
    pytest.param("mariadb", marks=[pytest.mark.mariadb, pytest.mark.slow]),
]


@pytest.fixture(params=_EACH)
def database(request: pytest.FixtureRequest) -> Database:
    """Each kind of database that a machine can run."""
    found: Database = request.getfixturevalue(request.param)
    return found


def _reach(kind: str, address: str, database: str) -> dict[str, object]:
    parts = urlsplit(address)
    return {"kind": kind, "host": parts.hostname, "port": parts.port, "database": database, "user": parts.username}


def _into(folder: Path) -> Path:
    (folder / "into").mkdir()
    return folder / "into"
