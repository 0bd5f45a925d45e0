"""The suite of all connectors, on the databases that a machine can run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.harvest.connector import Harvest
from tests.connectors.conformance import Conformance
from tests.connectors.sql.conftest import Database
from tests.connectors.worlds import World

_AT_ONCE = "a database is read anew in one snapshot; nothing of a broken harvest is used"


class DatabaseWorld(World):
    connector = "sql"
    cannot = {
        "broken_off_goes_on": _AT_ONCE, "killed_goes_on": _AT_ONCE, "time_is_bounded": "see the test of statements",
        "secrets_are_nowhere": "the test servers know no password", "missing_secret_is_told": "as before",
    }  # fmt: skip

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder)
        self.database = database
        self.changed: dict[str, object] = {}
        self.write()

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in ("rows", "is_there") and hasattr(self, "database"):
            self.write()

    def write(self) -> None:
        self.database.run("DROP TABLE IF EXISTS sekolah")
        if self.is_there:
            self.database.run("CREATE TABLE sekolah (id varchar(20) PRIMARY KEY, nama varchar(200), siswa varchar(20))")
            values = ", ".join(f"('{row['id']}', '{row['nama']}', '{row['siswa']}')" for row in self.rows)
            if values:
                self.database.run(f"INSERT INTO sekolah VALUES {values}")

    def change(self) -> None:
        super().change()
        self.write()

    def options(self) -> dict[str, object]:
        return {**self.database.options, "table": "sekolah", "deletions": "keys", **self.changed}

    def brought(self, harvest: Harvest) -> object:
        rows = [json.loads(line) for line in harvest.path.read_text().splitlines()]
        return sorted(rows, key=lambda row: row["id"])

    def drop(self) -> Path | None:
        return self.database.surroundings.folder

    def down(self) -> None:
        self.changed = {"port": 1}

    def up(self) -> None:
        self.changed = {}

    def shut_out(self) -> None:
        self.changed = {"user": "bukan_siapa_siapa"}


class FileWorld(DatabaseWorld):
    cannot = {
        **DatabaseWorld.cannot, "down": "a file", "shut_out": "a file has no secret", "leaves_no_mark": "a file",
        "asked_unless_listed": "a file", "opening_asks_nothing": "a file",
    }  # fmt: skip


class TestSQLite(Conformance):
    @pytest.fixture
    def world(self, sqlite: Database, tmp_path: Path) -> FileWorld:
        return FileWorld(tmp_path, sqlite)

    @pytest.fixture
    def into(self, world: FileWorld) -> Path:
        return world.database.into


@pytest.mark.postgresql
@pytest.mark.slow
class TestPostgreSQL(Conformance):
    @pytest.fixture
    def world(self, postgresql: Database, tmp_path: Path) -> DatabaseWorld:
        return DatabaseWorld(tmp_path, postgresql)

    @pytest.fixture
    def into(self, world: DatabaseWorld) -> Path:
        return world.database.into


@pytest.mark.mariadb
@pytest.mark.slow
class TestMariaDB(Conformance):
    @pytest.fixture
    def world(self, mariadb: Database, tmp_path: Path) -> DatabaseWorld:
        return DatabaseWorld(tmp_path, mariadb)

    @pytest.fixture
    def into(self, world: DatabaseWorld) -> Path:
        return world.database.into
