"""Parquet in, text out: the same table as if it had come as CSV."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapalus.engine.errors import Refused
from tests.engine.data.checked import errors_of, report_of, schema
from tests.engine.data.reading.scans import of, rows

ROWS = """SELECT 'a' AS nama, 2::DOUBLE AS n, DATE '2024-01-02' AS tgl, [1, 2] AS isi
UNION ALL SELECT 'b"' || chr(10) || ',', 2.5, NULL, []"""


def parquet(folder: Path) -> bytes:
    import duckdb

    with duckdb.connect() as engine:
        engine.execute(f"COPY ({ROWS}) TO '{folder}/x.parquet' (FORMAT parquet)")
    return (folder / "x.parquet").read_bytes()


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    scan = of(tmp_path, parquet(tmp_path), name="data.parquet")
    assert scan.columns == ("nama", "n", "tgl", "isi")
    assert rows(scan) == [(1, "", ["a", "2", "2024-01-02", "[1,2]"]), (2, "", ['b"\n,', "2.5", "", "[]"])]


def test_parquet_is_checked_like_any_file(tmp_path: Path) -> None:
    report = report_of(parquet(tmp_path), schema("nama", "n:integer", "tgl:date", "isi:array"), name="data.parquet")
    assert (report["rows"], errors_of(report)) == (2, {(2, "n", "type-error")})


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as found:
        of(tmp_path, parquet(tmp_path)[:-9], name="data.parquet")
    assert found.value.reason == "truncated"


def test_a_folder_is_refused_as_what_it_is(tmp_path: Path) -> None:
    from mapalus.engine.data.reading import read

    with pytest.raises(Refused) as found:
        read(tmp_path, scratch=tmp_path)
    assert found.value.reason == "not-tabular"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT repeat('x', 3000000) AS a, i FROM range(5) t(i)",
        "SELECT repeat('x', 900000) || (i % 2) AS a, i FROM range(40) t(i)",
        "SELECT 0 AS a FROM range(200000)",
    ],
    ids=["a long cell", "many long cells", "rows that take no room"],
)
def test_what_would_fill_the_machine_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    import duckdb

    from mapalus.engine.data.reading import parquet as room

    monkeypatch.setattr(room, "_MOST_TEXT", 30 << 20)
    monkeypatch.setattr(room, "_SOME_CELLS", 100_000)
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({query}) TO '{tmp_path}/bom.parquet' (FORMAT parquet)")
    with pytest.raises(Refused) as found:
        of(tmp_path, (tmp_path / "bom.parquet").read_bytes(), name="bom.parquet")
    assert found.value.reason == "too-large"
