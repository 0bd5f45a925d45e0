"""A stream's rows are read with the version they follow, as if both were one table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.data import contract as contracts
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.export import Format, export
from mapalus.engine.data.lake import VersionFolder, write_version
from mapalus.engine.data.live import Live
from mapalus.engine.data.query import Query
from mapalus.engine.data.sandbox import select
from mapalus.engine.data.segments import Segment, write_segment
from mapalus.engine.data.served import Served, newest_rows, number_of_rows, origin_of, search, stream
from mapalus.engine.errors import Invalid

FIELDS = [
    {"name": "kode", "type": "string", "constraints": {"required": True}},
    {"name": "isi", "type": "integer", "constraints": {"minimum": 0}},
    {"name": "uraian", "type": "string"},
    {"name": "nama", "type": "string", "mapalus": {"personal": "pribadi"}},
]


def contract(*, is_keyed: bool = True) -> Contract:
    key = {"primaryKey": ["kode"]} if is_keyed else {}
    return contracts.parse({"name": "uji", "schema": {"fields": FIELDS, **key}})


def line(kode: str, isi: Any, uraian: str = "pelayanan jalan", nama: str = "Siti Wanea") -> bytes:
    return json.dumps({"kode": kode, "isi": isi, "uraian": uraian, "nama": nama}).encode()


def segment(folder: Path, sequence: int, *lines: bytes, of: Contract | None = None) -> Segment:
    return write_segment(
        folder / "streams", dataset="uji", sequence=sequence, lines=lines, contract=of or contract(),
        scratch=folder / "scratch",
    )  # fmt: skip


def base(folder: Path, *, of: Contract, rows: int = 5) -> VersionFolder:
    first = segment(folder, 1, *(line(f"a{n}", n) for n in range(rows)), of=of)
    return write_version(
        folder / "lake", dataset="uji", number=1, good=first.path / "good.parquet", bad=None, report={}, contract=of,
        origin={"snapshot": first.sha256}, previous=None,
    )  # fmt: skip


def begun(folder: Path, *, is_keyed: bool = True, rows: int = 5) -> tuple[Live, Served]:
    of = contract(is_keyed=is_keyed)
    version = base(folder, of=of, rows=rows)
    live = Live(folder / "live", base=version.rows, data=version.data, contract=of, is_keyed=is_keyed)
    live.publish()
    return live, Served(version.rows, folder / "live")


def test_lines_are_checked_one_by_one(tmp_path: Path) -> None:
    made = segment(
        tmp_path, 1, line("a", 1), b"sampah", line("b", -3), b"[1]", b'{"isi": 1}', b'{"kode": "c", "lain": 1}'
    )
    assert (made.lines, made.good, made.bad) == (6, 2, 4)
    assert [(flaw.line, flaw.field, flaw.code) for flaw in made.flaws] == [
        (2, "", "parse-error"), (3, "isi", "constraint-error"), (4, "", "parse-error"), (5, "kode", "constraint-error"),
    ]  # fmt: skip
    assert made.bad_lines == {2, 3, 4, 5}
    assert (made.path / "rows.ndjson").read_bytes().splitlines()[1] == b"sampah"


def test_rows_of_a_stream_are_read_after_those_of_the_version(tmp_path: Path) -> None:
    live, served = begun(tmp_path)
    live.apply(segment(tmp_path, 2, line("b0", 10), line("b1", 11)).path / "good.parquet", sequence=2)
    found = search(served, Query(fields=("_id", "kode", "nama"), limit=4, offset=3))
    assert found.total == 7
    assert found.records == [
        (4, "a3", "S••• W••••"), (5, "a4", "S••• W••••"), (6, "b0", "S••• W••••"), (7, "b1", "S••• W••••"),
    ]  # fmt: skip
    assert newest_rows(served) == 2
    assert origin_of(served, 7) == (2, 2)
    assert origin_of(served, 3) is None


def test_a_row_that_came_again_replaces_the_one_before(tmp_path: Path) -> None:
    live, served = begun(tmp_path)
    live.apply(segment(tmp_path, 2, line("a1", 100), line("b", 1)).path / "good.parquet", sequence=2)
    live.apply(segment(tmp_path, 3, line("b", 2), line("b", 3), line("a1", 200)).path / "good.parquet", sequence=3)
    found = search(served, Query(fields=("kode", "isi"), sort="kode"))
    assert found.records == [("a0", 0), ("a1", 200), ("a2", 2), ("a3", 3), ("a4", 4), ("b", 3)]
    assert found.total == 6
    assert search(served, Query(filters={"isi": {"gte": 3}}, limit=0)).total == 4
    assert search(served, Query(filters={"kode": "a1"}, fields=("isi",))).records == [(200,)]
    assert search(served, Query(q="melayani", limit=0)).total == 6


def test_without_a_key_nothing_replaces_anything(tmp_path: Path) -> None:
    live, served = begun(tmp_path, is_keyed=False)
    live.apply(segment(tmp_path, 2, line("a1", 1), of=contract(is_keyed=False)).path / "good.parquet", sequence=2)
    assert search(served, Query(filters={"kode": "a1"}, limit=0)).total == 2


@pytest.mark.parametrize("sort", ["isi desc, kode", "kode", "uraian nulls first, isi desc"])
def test_a_sorted_page_is_that_of_one_table(tmp_path: Path, sort: str) -> None:
    live, served = begun(tmp_path)
    rows = [line("c2", 3, "b"), line("c1", 3), b'{"kode": "c3"}']
    live.apply(segment(tmp_path, 2, *rows).path / "good.parquet", sequence=2)
    whole = search(served, Query(fields=("kode", "isi", "uraian"), sort=sort)).records
    keys: dict[str, Any] = {
        "isi desc, kode": lambda r: (r[1] is not None, -(r[1] or 0), r[0]),
        "kode": lambda r: r[0],
        "uraian nulls first, isi desc": lambda r: (r[2] or "", -(r[1] or 0)),
    }
    assert whole == sorted(whole, key=keys[sort])
    paged = [
        record
        for offset in range(0, 8, 3)
        for record in search(served, Query(fields=("kode", "isi", "uraian"), sort=sort, limit=3, offset=offset)).records
    ]
    assert paged == whole
    assert len(whole) == 8
    distinct = search(served, Query(fields=("uraian",), distinct=True))
    assert distinct.records == [("b",), ("pelayanan jalan",), (None,)]
    assert distinct.total == 3


def test_a_new_file_takes_over_at_once_and_the_old_one_is_read_until_then(tmp_path: Path) -> None:
    live, served = begun(tmp_path)
    good = segment(tmp_path, 2, line("b", 1)).path / "good.parquet"
    live.apply(good, sequence=2)
    version = VersionFolder(served.rows.parent)
    again = Live(tmp_path / "live", base=version.rows, data=version.data, contract=contract(), is_keyed=True)
    assert search(served, Query(limit=0)).total == 6
    again.apply(good, sequence=2)
    again.apply(segment(tmp_path, 3, line("c", 1)).path / "good.parquet", sequence=3)
    assert search(served, Query(limit=0)).total == 6
    again.publish()
    assert search(served, Query(limit=0)).total == 7
    Live(tmp_path / "live", base=version.rows, data=version.data, contract=contract(), is_keyed=True).publish()
    names = {path.name for path in (tmp_path / "live").iterdir()}
    assert not [name for name in names if name.startswith(live.path.stem)]


@pytest.fixture
def both(tmp_path: Path) -> tuple[Live, Served]:
    """Five rows of a version, of which one is replaced, and three that came since."""
    live, served = begun(tmp_path)
    rows = [line("a1", 100, "b", "Budi Contoh"), line("c2", 3, "b"), b'{"kode": "c3"}']
    live.apply(segment(tmp_path, 2, *rows).path / "good.parquet", sequence=2)
    return live, served


def test_a_file_holds_what_a_question_finds(both: tuple[Live, Served], tmp_path: Path) -> None:
    live, served = both
    whole = search(served, Query(fields=("_id", "kode", "isi"))).records
    columns, records = stream(served, Query(fields=("_id", "kode", "isi")))
    first = next(records)
    live.apply(segment(tmp_path, 3, line("a0", 7), line("z", 1)).path / "good.parquet", sequence=3)
    assert [first, *records] == whole  # as it was at the moment of asking
    assert [column.name for column in columns] == ["_id", "kode", "isi"]
    for kind in (Format.CSV, Format.NDJSON, Format.JSON, Format.GEOJSON):
        said = b"".join(export(served, kind)).decode()
        assert [said.count(f"{name}") for name in ("a0", "a1", "z")] == [1, 1, 1]
        assert "Budi" not in said
        assert "Siti" not in said
    sheet = b"".join(export(served, Format.XLSX))
    assert number_of_rows(served) == 8
    assert sheet.startswith(b"PK")


@pytest.mark.parametrize("sort", ["isi desc, kode", "kode", "uraian nulls first, isi desc, kode", "_id desc"])
@pytest.mark.parametrize("limits", [(0, 0), (3, 2)])
def test_a_sorted_file_is_that_of_one_table(both: tuple[Live, Served], sort: str, limits: tuple[int, int]) -> None:
    _live, served = both
    limit, offset = limits
    asked = Query(fields=("kode", "uraian"), sort=sort, limit=limit, offset=offset)
    found = search(served, replace(asked, limit=limit or 100)).records
    assert list(stream(served, asked)[1]) == found


def test_a_file_of_different_rows_has_each_once(both: tuple[Live, Served]) -> None:
    _live, served = both
    asked = Query(fields=("uraian",), distinct=True)
    assert sorted(stream(served, replace(asked, limit=0))[1], key=str) == sorted(search(served, asked).records, key=str)


def test_sql_sees_what_came_since_and_not_what_it_replaced(both: tuple[Live, Served]) -> None:
    _live, served = both
    found = select(
        "SELECT kode, isi, nama FROM \"uji\" WHERE kode LIKE 'a1' OR isi IS NULL ORDER BY 1", {"uji": served}
    )
    assert found.records == [("a1", 100, "B••• C••••"), ("c3", None, None)]
    assert select("SELECT count(*), sum(isi), max(_id) FROM uji", {"uji": served}).records == [(7, 112, 8)]
    for hostile in (
        "SELECT * FROM gone", "SELECT * FROM l0.gone", "SELECT * FROM l0.t", "SELECT * FROM l0.meta",
        "SELECT * FROM d0.t", "SELECT * FROM l0.state", "SELECT * FROM l0.sqlite_master",
        "SELECT count(*) FROM l0.gone", "SELECT '\ud800'", "WITH gone AS (SELECT 1) SELECT * FROM l0.f",
    ):  # fmt: skip
        with pytest.raises(Invalid):
            select(hostile, {"uji": served})


def test_half_a_letter_is_no_filter(both: tuple[Live, Served]) -> None:
    with pytest.raises(Invalid):
        search(both[1], Query(filters={"kode": "\ud800"}))
