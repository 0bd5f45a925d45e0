"""A large file passed over in parts says to the last cell what one pass says."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb  # noqa: TID253 - reads what was written
import pytest

from mapalus.engine.data.check import check
from mapalus.engine.data.contract import parse
from mapalus.engine.data.reading import survey
from mapalus.engine.data.runners.duckdb import abreast, parts, passing, run, sink

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "kode", "constraints": {"required": True, "unique": True}},
        {"name": "nama"},
        {"name": "jumlah", "type": "number", "constraints": {"minimum": 0}},
        {"name": "tanggal", "type": "date"},
        {"name": "jenis", "constraints": {"enum": ["L", "P"]}},
        {"name": "catatan"},
    ],
    "primaryKey": ["nama", "jumlah"],
    "foreignKeys": [{"fields": "jenis", "reference": {"resource": "jenis.csv", "fields": "kode"}}],
}
HEADER = "kode,nama,jumlah,tanggal,jenis,catatan"
LINES = 2_400


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "_WINDOW", 3_000)
    monkeypatch.setattr(survey, "_APART", 5_000)
    monkeypatch.setattr(parts, "SMALLEST", 20_000)


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many parts each pass had."""
    seen: list[int] = []
    real = abreast.pass_abreast

    def told(*given: Any, **named: Any) -> Any:
        count = real(*given, **named)
        seen.append(len(given[2]) if count is not None else 0)
        return count

    monkeypatch.setattr(run, "pass_abreast", told)
    return seen


def lines(chance: random.Random, *, ordered: bool, twice: float, wrong: float) -> list[str]:
    """Rows of which some repeat a key anywhere before them, and some are wrong."""
    kept: list[list[str]] = []
    for n in range(LINES):
        number = n if ordered else chance.randrange(10**9)
        row = [f"K{number:09d}", f"Contoh {n}", f"{chance.randrange(1000)}.5", f"2024-01-{chance.randrange(1, 29):02d}",
               chance.choice("LP"), "" if chance.random() < 0.5 else '"a, b"']  # fmt: skip
        if kept and chance.random() < twice:
            other = chance.choice(kept)
            row[0] = other[0]
            if chance.random() < 0.5:
                row[1:3] = other[1:3]
        if chance.random() < wrong:
            place = chance.randrange(5)
            row[place] = ["", "", "banyak", "2024-02-30", "X"][place]
        if 300 < n < 800 and chance.random() < wrong:  # not where the reader looks closely
            row.append("lebih")
        kept.append(row)
    return [",".join(row) for row in kept]


def told(path: Path, folder: Path, most: int, cores: Callable[[int], None]) -> dict[str, Any]:
    """Report, good rows in the order of the file, bad rows and where the blocks begin."""
    cores(most)
    out = folder / f"out-{most}"
    out.mkdir()
    outcome = check(path, contract=parse(SCHEMA, folder=folder), out=out, language="en")
    with duckdb.connect() as connection:
        good = connection.execute(f"SELECT * FROM read_parquet('{outcome.good}')").fetchall()
        bad = connection.execute(f"SELECT * FROM read_parquet('{outcome.bad}')").fetchall()
    return {"report": dict(outcome.report), "good": good, "bad": bad}


@pytest.fixture
def cores(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def have(most: int) -> None:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(most)), raising=False)

    return have


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "jenis.csv").write_text("kode\nL\nP\n")
    return tmp_path


CASES: dict[str, dict[str, Any]] = {
    "ordered keys": {"ordered": True, "twice": 0.0, "wrong": 0.01},
    "keys in no order": {"ordered": False, "twice": 0.0, "wrong": 0.01},
    "some repeated": {"ordered": True, "twice": 0.005, "wrong": 0.01},
    "many repeated": {"ordered": False, "twice": 0.2, "wrong": 0.02},
    "nothing wrong": {"ordered": True, "twice": 0.0, "wrong": 0.0},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("number", "ends"), [(2, "\n"), (4, "\r\n")])
def test_parts_say_what_one_pass_says(
    name: str, number: int, ends: str, folder: Path, cores: Callable[[int], None], passes: list[int]
) -> None:
    rows = lines(random.Random(name + ends), **CASES[name])
    for blank in (700, 1300, 1301, 2200):
        rows.insert(blank, "")
    path = folder / "rows.csv"
    path.write_bytes(ends.join([HEADER, *rows, ""]).encode("utf-8-sig" if number == 4 else "utf-8"))
    once = told(path, folder, 1, cores)
    assert passes == []
    assert told(path, folder, number, cores) == once
    assert passes == [number]
    assert once["report"]["rows"] == LINES


@pytest.mark.slow
def test_a_file_that_holds_itself_again_is_found_out(
    folder: Path, cores: Callable[[int], None], passes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink, "BAD_MANY", 10**9)
    monkeypatch.setattr(abreast, "_PIECES", 3)
    rows = lines(random.Random(1), ordered=True, twice=0, wrong=0)[:1000]
    path = folder / "rows.csv"
    path.write_text("\n".join([HEADER, *rows, *rows, ""]))
    once = told(path, folder, 1, cores)
    assert told(path, folder, 2, cores) == once
    assert once["report"]["bad_rows"] == 1000
    assert passes == [2]


@pytest.mark.slow
def test_a_part_with_too_many_bad_rows_leaves_it_to_one_pass(
    folder: Path, cores: Callable[[int], None], passes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink, "BAD_MANY", 100)
    rows = lines(random.Random(2), ordered=True, twice=0, wrong=0)
    rows[1500:] = [row.replace("2024", "2O24") for row in rows[1500:]]
    path = folder / "rows.csv"
    path.write_text("\n".join([HEADER, *rows, ""]))
    once = told(path, folder, 1, cores)
    assert told(path, folder, 2, cores) == once
    assert once["report"]["bad_rows"] == LINES - 1500
    assert passes == [0]


@pytest.mark.slow
def test_a_file_the_engine_cannot_take_in_place_is_read_otherwise(
    folder: Path, cores: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in any part ends the others; nothing hangs and nothing is left."""
    rows = lines(random.Random(3), ordered=True, twice=0, wrong=0)
    rows[2000] = rows[2000] + "x" * 3_000
    path = folder / "rows.csv"
    path.write_text("\n".join([HEADER, *rows, ""]))
    from mapalus.engine.data.runners.duckdb import source

    monkeypatch.setattr(source, "_LONGEST", 2_000)
    monkeypatch.setattr(source, "_BUFFER", 4_000)
    once = told(path, folder, 1, cores)
    assert told(path, folder, 4, cores) == once
    assert once["report"]["good_rows"] == LINES
    assert not list(folder.glob("out-4/scratch"))


@pytest.mark.slow
def test_a_file_system_that_lends_no_pages_is_read(
    folder: Path, cores: Callable[[int], None], passes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_given: object) -> int:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(parts, "_spliced", refused)
    path = folder / "rows.csv"
    path.write_text("\n".join([HEADER, *lines(random.Random(6), ordered=True, twice=0.01, wrong=0.01), ""]))
    once = told(path, folder, 1, cores)
    assert told(path, folder, 2, cores) == once
    assert passes == [2]


@pytest.mark.slow
def test_a_part_that_was_ended_is_never_left_out(
    folder: Path, cores: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = passing.to_parquet

    def ended(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
        if path.name == "good-1.parquet":
            raise duckdb.InterruptException("ended")
        return real(connection, query, path)

    monkeypatch.setattr(abreast, "to_parquet", ended)
    monkeypatch.setattr(duckdb.DuckDBPyConnection, "interrupt", lambda _line: None, raising=False)
    path = folder / "rows.csv"
    path.write_text("\n".join([HEADER, *lines(random.Random(7), ordered=True, twice=0, wrong=0), ""]))
    with pytest.raises(duckdb.InterruptException):
        told(path, folder, 2, cores)


def test_a_part_that_cannot_be_read_to_its_end_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" * 10)
    with pytest.raises(OSError, match="shorter"), parts.fed(path, parts.Part(4, 4000, 0)) as pipe:
        assert pipe.read_bytes() == b"a,b\n" * 9


@pytest.mark.slow
def test_row_groups_keep_their_order(
    folder: Path, cores: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "PARQUET", passing.PARQUET.replace("122880", "2048").replace("2000", "20"))
    path = folder / "rows.csv"
    rows = lines(random.Random(4), ordered=True, twice=0.01, wrong=0.01)
    path.write_text("\n".join([HEADER, *rows, ""]))
    once = told(path, folder, 1, cores)
    assert told(path, folder, 3, cores) == once
    assert [row[0] for row in once["good"]] == sorted(row[0] for row in once["good"])
