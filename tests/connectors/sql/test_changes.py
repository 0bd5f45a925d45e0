"""Only what changed since the last harvest is read; equal marks, late rows and deleted rows are not lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mapalus.engine.errors import Misconfigured
from mapalus.engine.harvest.connector import Extent, Harvest
from tests.connectors.sql.conftest import Database

_INCREMENTAL: dict[str, Any] = {"table": "desa", "since": "diubah", "overlap": 0}


@pytest.fixture
def desa(database: Database) -> Database:
    database.run("CREATE TABLE desa (id integer PRIMARY KEY, nama varchar(40), diubah timestamp NULL, hapus integer)")
    database.run("INSERT INTO desa VALUES (1, 'a', '2024-01-01 10:00:00', 0), (2, 'b', '2024-01-02 10:00:00', 0)")
    return database


def ids(harvest: Harvest | None) -> list[int]:
    assert harvest is not None
    return sorted(json.loads(line)["id"] for line in harvest.path.read_text().splitlines())


def test_only_rows_at_and_after_the_mark_come(desa: Database) -> None:
    first = desa.harvest(**_INCREMENTAL)
    assert first is not None
    assert (ids(first), first.extent) == ([1, 2], Extent.WHOLE)
    assert desa.harvest(first.mark, **_INCREMENTAL) is None
    desa.run("UPDATE desa SET nama = 'A', diubah = '2024-01-03 10:00:00' WHERE id = 1")
    second = desa.harvest(first.mark, **_INCREMENTAL)
    assert second is not None
    assert (ids(second), second.extent, second.deleted) == ([1], Extent.CHANGES, None)


def test_a_row_with_the_very_same_mark_that_came_later_is_not_lost(desa: Database) -> None:
    first = desa.harvest(**_INCREMENTAL)
    assert first is not None
    desa.run("INSERT INTO desa VALUES (3, 'c', '2024-01-02 10:00:00', 0)")
    second = desa.harvest(first.mark, **_INCREMENTAL)
    assert ids(second) == [3]
    assert second is not None
    assert desa.harvest(second.mark, **_INCREMENTAL) is None


def test_a_transaction_that_came_late_is_found_in_the_overlap(desa: Database) -> None:
    first = desa.harvest(**{**_INCREMENTAL, "overlap": 3600})
    assert first is not None
    desa.run("INSERT INTO desa VALUES (3, 'c', '2024-01-02 09:30:00', 0)")
    assert ids(desa.harvest(first.mark, **{**_INCREMENTAL, "overlap": 3600})) == [3]


def test_rows_without_a_moment_come_every_time(desa: Database) -> None:
    desa.run("INSERT INTO desa VALUES (4, 'd', NULL, 0)")
    first = desa.harvest(**_INCREMENTAL)
    assert first is not None
    assert ids(desa.harvest(first.mark, **_INCREMENTAL)) == [4]


def test_a_day_that_is_still_to_come_moves_no_mark(desa: Database) -> None:
    if desa.kind == "mysql":
        desa.run("ALTER TABLE desa MODIFY diubah datetime NULL")
    desa.run("INSERT INTO desa VALUES (9, 'z', '9999-12-31 00:00:00', 0)")
    first = desa.harvest(**_INCREMENTAL)
    assert first is not None
    desa.run("INSERT INTO desa VALUES (5, 'e', '2024-02-01 10:00:00', 0)")
    assert 5 in ids(desa.harvest(first.mark, **_INCREMENTAL))


def test_numbers_serve_as_marks(desa: Database) -> None:
    options: dict[str, Any] = {"table": "desa", "since": "id", "overlap": 0}
    first = desa.harvest(**options)
    assert first is not None
    desa.run("INSERT INTO desa VALUES (10, 'x', NULL, 0)")
    assert ids(desa.harvest(first.mark, **options)) == [10]


def test_a_deleted_row_is_noticed_by_its_missing_key(desa: Database) -> None:
    options = {**_INCREMENTAL, "deletions": "keys"}
    first = desa.harvest(**options)
    assert first is not None
    desa.run("INSERT INTO desa VALUES (3, 'c', '2024-01-05 10:00:00', 0)")
    second = desa.harvest(first.mark, **options)
    assert second is not None
    assert (second.extent, ids(second)) == (Extent.CHANGES, [3])
    assert desa.harvest(second.mark, **options) is None
    desa.run("DELETE FROM desa WHERE id = 1")
    desa.run("INSERT INTO desa VALUES (4, 'd', '2024-01-06 10:00:00', 0)")
    third = desa.harvest(second.mark, **options)
    assert third is not None
    assert (third.extent, ids(third)) == (Extent.WHOLE, [2, 3, 4])


def test_a_row_marked_as_deleted_is_handed_on_as_gone(desa: Database) -> None:
    options = {**_INCREMENTAL, "deletions": "column", "deleted_column": "hapus"}
    first = desa.harvest(**options)
    assert first is not None
    desa.run("UPDATE desa SET hapus = 1, diubah = '2024-01-09 10:00:00' WHERE id = 2")
    second = desa.harvest(first.mark, **options)
    assert second is not None
    assert second.deleted is not None
    assert (ids(second), second.deleted.read_text()) == ([], '{"id": 2}\n')
    assert ids(desa.harvest(**options)) == [1]


def test_another_column_of_changes_begins_anew(desa: Database) -> None:
    first = desa.harvest(**_INCREMENTAL)
    assert first is not None
    other = desa.harvest(first.mark, **{**_INCREMENTAL, "since": "id"})
    assert other is not None
    assert other.extent is Extent.WHOLE
    broken = desa.harvest("rusak{", **_INCREMENTAL)
    assert broken is not None
    assert broken.extent is Extent.WHOLE


def test_changes_without_a_key_are_refused(database: Database) -> None:
    database.run("CREATE TABLE desa (id integer, diubah timestamp NULL)")
    with pytest.raises(Misconfigured, match="no primary key"):
        database.source(table="desa", since="diubah").check()
    database.source(table="desa", since="diubah", key="id").check()


@pytest.mark.slow
def test_a_thousand_rows_of_one_moment_lose_none(sqlite: Database) -> None:
    sqlite.run("CREATE TABLE desa (id integer PRIMARY KEY, nama text, diubah text)")
    for number in range(1200):
        sqlite.run(f"INSERT INTO desa VALUES ({number}, 'x', '2024-01-02 10:00:00')")
    first = sqlite.harvest(**_INCREMENTAL)
    assert first is not None
    sqlite.run("INSERT INTO desa VALUES (5000, 'x', '2024-01-02 10:00:00')")
    assert 5000 in ids(sqlite.harvest(first.mark, **_INCREMENTAL))


@pytest.mark.parametrize("change", ["RENAME COLUMN nama TO nama_desa", "ADD COLUMN jumlah integer DEFAULT 7"])
def test_another_column_gives_every_row_another_shape(desa: Database, change: str) -> None:
    first = desa.harvest(**_INCREMENTAL)
    assert first is not None
    desa.run(f"ALTER TABLE desa {change}")
    second = desa.harvest(first.mark, **_INCREMENTAL)
    assert second is not None
    assert (ids(second), second.extent) == ([1, 2], Extent.WHOLE)
    assert desa.harvest(second.mark, **_INCREMENTAL) is None
