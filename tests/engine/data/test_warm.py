"""Rows of a stream at hand: what came later counts, and what finds no room is not kept at hand at all."""

from __future__ import annotations

from pathlib import Path

import duckdb  # noqa: TID253 - writes what is read
import pytest

from mapalus.engine.data import warm
from mapalus.engine.data.warm import Warm


@pytest.fixture
def version(tmp_path: Path) -> Path:
    return _rows(tmp_path / "data.parquet", "SELECT i AS _row, 'k' || i AS kode, i AS nilai FROM range(200000) t(i)")


def _rows(path: Path, said: str) -> Path:
    duckdb.sql(f"COPY ({said}) TO '{path}' (FORMAT parquet)")
    return path


def _total(table: Warm) -> tuple[int, int]:
    found = table.connection.execute(f"SELECT count(*), sum(nilai) FROM {table.source}").fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def test_a_later_row_takes_the_place_of_an_earlier_one_with_its_key(version: Path, tmp_path: Path) -> None:
    table = Warm(version, columns=["nilai"], key=["kode"])
    before = _total(table)
    table.add([_rows(tmp_path / "1.parquet", "SELECT 1 AS _row, 'k7' AS kode, 1007 AS nilai")])
    assert _total(table) == (before[0], before[1] + 1000)
    table.close()


def test_what_finds_no_room_is_said_and_nothing_is_written_beside(
    version: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(warm, "_MEMORY", "1MB")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(MemoryError):
        Warm(version, columns=["nilai"], key=["kode"])
    assert sorted(tmp_path.iterdir()) == before


def test_a_question_that_finds_no_room_is_said_the_same_way(version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_MEMORY", "40MB")
    table = Warm(version, columns=["nilai"], key=["kode"])
    with pytest.raises(MemoryError), table.within_bounds():
        table.connection.execute(f"SELECT list(kode) FROM {table.source}, range(40)").fetchall()
    table.close()
