"""Questions to the rows mean what CKAN's datastore_search means by them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.query import Query, TooSlow, search, stream
from mapalus.engine.data.rows import open_rows
from mapalus.engine.data.shown import published_query, shown_fields
from mapalus.engine.data.sidefile import build, index
from mapalus.engine.data.wordindex import Later
from mapalus.engine.errors import Invalid, NotFound, Unavailable

ROWS = [
    # _row, kode, nama, jenis, tahun, nilai, aktif, tanggal
    (2, "71.01", "Pelayanan jalan rusak", "jalan", 2023, 1.5, True, "2024-01-31"),
    (3, "71.02", "Melayani warga", "umum", 2023, None, False, "2024-02-01"),
    (4, "71.03", "Jembatan gantung", "jalan", 2024, -2.0, None, None),
    (5, "71.04", "Pasar ikan", None, 2025, 7.0, True, "2025-01-01"),
    (6, "71.05", None, "umum", None, 7.0, True, "2025-01-01"),
]
FIELDS = tuple(
    Field(name, type=kind)
    for name, kind in (
        ("kode", "string"),
        ("nama", "string"),
        ("jenis", "string"),
        ("tahun", "integer"),
        ("nilai", "number"),
        ("aktif", "boolean"),
        ("tanggal", "date"),
    )
)


def side_file(
    path: Path, rows: list[tuple[Any, ...]] = ROWS, *, apart: int = 100_000, later: Later | None = None
) -> Path:
    import duckdb

    with duckdb.connect() as connection:
        kinds = "_row BIGINT, kode VARCHAR, nama VARCHAR, jenis VARCHAR, tahun BIGINT, nilai DOUBLE, aktif BOOLEAN"
        connection.execute(f"CREATE TABLE source ({kinds}, tanggal DATE)")
        connection.executemany("INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute(f"COPY source TO '{path}.parquet' (FORMAT parquet)")
        shown = shown_fields(Contract("t", fields=FIELDS), columns=[field.name for field in FIELDS])
        query = published_query(shown, source=f"read_parquet('{path}.parquet')")
        build(path, connection=connection, table=f"({query})", shown=shown, apart=apart, later=later)
    return path


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return side_file(tmp_path_factory.mktemp("rows") / "rows.sqlite")


@pytest.fixture(scope="module", params=["narrow", "wide", "long", "apart"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rows with tokens for values; with B-trees, as a large table has them; found by their words alone, and
    words counted beforehand; with a word index that another process built."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "narrow":
            patch.setattr("mapalus.engine.data.sidefile.NARROW", 0)
            patch.setattr("mapalus.engine.data.sidefile._FEW", 0)
        if request.param == "long":
            patch.setattr("mapalus.engine.data.sidefile._LONG", 0)
            patch.setattr("mapalus.engine.data.wordindex._TALLIED", 1)
        folder = tmp_path_factory.mktemp(request.param)
        return side_file(folder / "rows.sqlite", apart=0 if request.param == "apart" else 100_000)


def test_an_index_built_apart_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    side_file(tmp_path / "rows.sqlite", apart=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.sqlite", "rows.sqlite.parquet"]


def test_rows_can_be_asked_before_they_are_indexed_but_not_for_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    monkeypatch.setattr("mapalus.engine.data.sidefile._FEW", 0)
    path = tmp_path / "rows.sqlite"
    with Later(tmp_path) as later:
        side_file(path, apart=0, later=later)
        assert later.index is not None
        before = open_rows(path)
        assert not before.is_indexed
        assert ids(path, filters={"jenis": "jalan"}) == [1, 3]
        assert ids(path, filters={"tahun": {"gte": 2024}}) == [3, 4]
        assert ids(path, sort="tahun desc nulls last, _id") == [4, 3, 1, 2, 5]
        with pytest.raises(Unavailable, match="still being indexed"):
            ids(path, q="jalan")
        with duckdb.connect() as connection:
            table = f"(SELECT * FROM read_parquet('{path}.parquet'))"
            index(path, tmp_path / "new.sqlite", connection=connection, table=table, later=later)
    (tmp_path / "new.sqlite").rename(path)
    assert open_rows(path).is_indexed
    assert ids(path, q="melayani") == [1, 2]
    assert ids(path, filters={"jenis": "jalan"}) == [1, 3]
    assert not (tmp_path / "words.sqlite").exists()


def test_an_index_that_cannot_be_built_apart_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapalus.engine.data.wordindex.sys.executable", "/bin/false")
    with pytest.raises(RuntimeError, match="not built"):
        side_file(tmp_path / "rows.sqlite", apart=0)


def ids(path: Path, **asked: Any) -> list[int]:
    found = search(path, Query(**asked))
    assert found.total == len(found.records)
    return [record[0] for record in found.records]


def test_all_rows_come_typed_with_their_number_first(rows: Path) -> None:
    found = search(rows, Query(limit=2))
    assert [column.name for column in found.columns] == ["_id", *(field.name for field in FIELDS)]
    assert found.total == 5
    assert found.records == [
        (1, "71.01", "Pelayanan jalan rusak", "jalan", 2023, 1.5, True, "2024-01-31"),
        (2, "71.02", "Melayani warga", "umum", 2023, None, False, "2024-02-01"),
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kode": "71.02"}, [2]),
        ({"jenis": ["jalan", "umum"]}, [1, 2, 3, 5]),
        ({"jenis": None}, [4]),
        ({"jenis": [None, "jalan"]}, [1, 3, 4]),
        ({"tahun": "2023"}, [1, 2]),
        ({"tahun": {"gte": 2024}}, [3, 4]),
        ({"tahun": {"gt": 2023, "lt": 2025}}, [3]),
        ({"nilai": {"lte": 1.5}}, [1, 3]),
        ({"nilai": 7}, [4, 5]),
        ({"aktif": True}, [1, 4, 5]),
        ({"aktif": "false"}, [2]),
        ({"tanggal": {"gt": "2024-01-31"}}, [2, 4, 5]),
        ({"tahun": {"in": [2024, 2025]}}, [3, 4]),
        ({"tahun": {"eq": 2024}}, [3]),
        ({"tahun": [{"lt": 2024}, 2025]}, [1, 2, 4]),
        ({"$or": [{"kode": "71.01"}, {"tahun": 2025}]}, [1, 4]),
        ({"$and": [{"jenis": "jalan"}, {"tahun": 2023}]}, [1]),
        ({"jenis": "jalan", "$or": [{"tahun": 2024}, {"tahun": 2025}]}, [3]),
        ({"_id": 3}, [3]),
        ({"_id": {"gt": 3}}, [4, 5]),
        ({"kode": "none such"}, []),
        ({"kode": []}, []),
        ({}, [1, 2, 3, 4, 5]),
    ],
)
def test_filters(both: Path, filters: dict[str, Any], expected: list[int]) -> None:
    assert ids(both, filters=filters) == expected


@pytest.mark.parametrize(
    "filters",
    [
        {"x": 1},
        {"tahun": "dua"},
        {"tahun": {"like": 1}},
        {"tahun": {}},
        {"$or": {"tahun": 1}},
        {"kode": {"eq": {"a": 1}}},
        {"x; DROP TABLE t": 1},
        {"aktif": "mungkin"},
    ],
)
def test_filters_that_mean_nothing_are_refused(rows: Path, filters: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        search(rows, Query(filters=filters))
    assert list(caught.value.fields) == ["filters"]


def test_unknown_column_is_named_as_ckan_names_it(rows: Path) -> None:
    with pytest.raises(Invalid) as caught:
        search(rows, Query(filters={"x": 1}))
    assert caught.value.fields == {"filters": "Unknown field: x"}


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("layanan", [1, 2]),
        ("PELAYANAN", [1, 2]),
        ("jalan", [1, 3]),
        ("pelayanan rusak", [1]),
        ("71.02", [2]),
        ("2024", [3]),
        ("2025-01-01", [4, 5]),
        ("layanan 2023", [1, 2]),
        ("2024 jalan", [3]),
        ("gantung 2023", []),
        ("ikan 7 2025", [4]),
        ("7 umum", [5]),
        ('"*^:', []),
        ("tidakada", []),
        ({"nama": "jalan"}, [1]),
        ({"jenis": "jalan", "nama": "gantung"}, [3]),
    ],
)
def test_words(both: Path, q: Any, expected: list[int]) -> None:
    if q == '"*^:':
        assert ids(both, q=q) == [1, 2, 3, 4, 5], "no word at all asks for nothing"
    else:
        assert ids(both, q=q) == expected


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("pela:*", [1]),
        ("jembatan | pasar", [3, 4]),
        ("jalan & !rusak", [3]),
        ("(jembatan | rusak) & jalan", [1, 3]),
        ("!jalan", [2, 4, 5]),
    ],
)
def test_expressions_of_words(both: Path, q: str, expected: list[int]) -> None:
    assert ids(both, q=q, plain=False) == expected


@pytest.mark.parametrize("q", ["(jalan", "jalan &", "& jalan", "jalan )", "!" * 900 + "jalan"])
def test_broken_expressions_are_refused(rows: Path, q: str) -> None:
    with pytest.raises(Invalid):
        search(rows, Query(q=q, plain=False))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("tahun", [1, 2, 3, 4, 5]),
        ("tahun desc", [5, 4, 3, 1, 2]),
        ("tahun desc nulls last", [4, 3, 1, 2, 5]),
        ("nilai asc, kode desc", [3, 1, 5, 4, 2]),
        ('"kode" desc', [5, 4, 3, 2, 1]),
        ("_id desc", [5, 4, 3, 2, 1]),
    ],
)
def test_sorting_is_that_of_postgresql(both: Path, sort: str, expected: list[int]) -> None:
    assert ids(both, sort=sort) == expected


def test_walking_a_narrow_column_gives_the_same_pages_as_sorting(rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pages() -> list[list[Any]]:
        asked = [
            Query(sort=sort, limit=2, offset=offset, q=q)
            for sort in ("jenis", "jenis desc, kode desc", "tahun desc nulls last, nilai")
            for offset in range(5)
            for q in ("", "jalan")
        ]
        return [search(rows, one).records for one in asked]

    sorted_pages = pages()
    monkeypatch.setattr("mapalus.engine.data.query._WALK", 0)
    assert pages() == sorted_pages


def test_fields_distinct_limit_and_offset(both: Path) -> None:
    found = search(both, Query(fields=("jenis",), distinct=True, sort="jenis"))
    assert (found.records, found.total) == ([("jalan",), ("umum",), (None,)], 3)
    assert search(both, Query(limit=1, offset=4)).records[0][0] == 5
    assert search(both, Query(offset=50)).records == []
    assert search(both, Query(limit=0)).total == 5
    assert search(both, Query(include_total=False)).total is None
    for asked in ({"fields": ("x",)}, {"sort": "x"}, {"limit": -1}, {"offset": -1}, {"q": {"x": "a"}}):
        with pytest.raises(Invalid):
            search(both, Query(**asked))


def test_a_question_that_takes_too_long_is_ended(rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapalus.engine.data.query._SECONDS", -1.0)
    monkeypatch.setattr("mapalus.engine.data.query._STEPS", 1)
    with pytest.raises(TooSlow):
        search(rows, Query(sort="nama"))


def test_a_file_that_is_gone_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        search(tmp_path / "rows.sqlite", Query())


def test_streaming_gives_every_row(rows: Path) -> None:
    columns, records = stream(rows)
    assert len(columns) == 8
    assert len(list(records)) == 5


VALUES = st.one_of(st.none(), st.text(max_size=8), st.integers(), st.floats(), st.booleans())
NAMES = st.sampled_from(["kode", "nama", "tahun", "nilai", "aktif", "_id", "$or", "x"])


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    filters=st.dictionaries(NAMES, st.one_of(VALUES, st.lists(VALUES, max_size=3)), max_size=3),
    q=st.one_of(st.text(max_size=20), st.dictionaries(NAMES, st.text(max_size=8), max_size=2)),
    plain=st.booleans(),
    sort=st.text(max_size=12),
)
def test_any_question_is_answered_or_refused(rows: Path, filters: Any, q: Any, plain: bool, sort: str) -> None:
    with suppress(Invalid):
        search(rows, Query(filters=filters, q=q, plain=plain, sort=sort))
