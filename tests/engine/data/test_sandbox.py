"""A SELECT of anybody reads the published rows it names, and nothing else, in bounded time and memory."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mapalus.engine.data import sandbox
from mapalus.engine.data.sandbox import identifiers, select
from mapalus.engine.errors import Invalid
from tests.engine.data.sides import side_file


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sandbox")
    cases = [(f"71.0{n % 9 + 1}", n % 52 + 1, n % 7) for n in range(2000)]
    regions = [(f"71.0{n}", f"Kabupaten {n}") for n in range(1, 10)]
    return {
        "dbd-mingguan": side_file(
            folder / "dbd.sqlite", {"kode": "text", "minggu": "integer", "kasus": "integer"}, cases
        ),
        "wilayah": side_file(folder / "wilayah.sqlite", {"kode": "text", "nama": "text"}, regions),
    }


def test_rows_are_selected_grouped_joined_and_windowed(tables: dict[str, Path]) -> None:
    found = select('SELECT * FROM "dbd-mingguan" WHERE minggu = 3 ORDER BY _id LIMIT 2', tables)
    assert found.columns == ("_id", "kode", "minggu", "kasus")
    assert found.records == [(3, "71.03", 3, 2), (55, "71.01", 3, 5)]
    joined = (
        'WITH jumlah AS (SELECT kode, sum(kasus) AS n FROM "dbd-mingguan" GROUP BY 1)'
        " SELECT nama, n, rank() OVER (ORDER BY n DESC) FROM jumlah JOIN wilayah USING (kode) ORDER BY 3, 1 LIMIT 1"
    )
    assert len(select(joined, tables).records) == 1
    assert select('SELECT count(*) FROM "DBD-Mingguan"', tables).records == [(2000,)]
    again = "WITH z AS (SELECT nama FROM wilayah), y AS (SELECT * FROM z) SELECT count(*) FROM y, z"
    assert select(again, tables).records == [(81,)]
    either = 'SELECT kode FROM wilayah UNION SELECT kode FROM "dbd-mingguan" WHERE EXISTS (SELECT 1 FROM wilayah)'
    assert len(select(either, tables).records) == 9
    assert select("SELECT count(*) AS n FROM (SELECT 1 FROM wilayah, wilayah b)", tables).records == [(81,)]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE wilayah",
        "INSERT INTO wilayah VALUES (1)",
        "PRAGMA database_list",
        "ATTACH '/etc/passwd' AS p",
        "EXPLAIN SELECT 1",
        "VACUUM INTO '/tmp/stolen'",
        "SELECT 1; SELECT 2",
        "SELECT * FROM d0.t",
        "SELECT * FROM d0.meta",
        "SELECT * FROM d1.f",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM d0.sqlite_schema",
        "SELECT * FROM temp.sqlite_temp_schema",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM json_each('[1]')",
        "SELECT count(*) FROM json_each('[1]')",
        "SELECT count(*) FROM d0.v",
        "SELECT count(*) FROM pragma_database_list",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT randomblob(1000000000)",
        "SELECT zeroblob(1000000000)",
        "SELECT printf('%1000000000d', 1)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "WITH x AS (SELECT 1) DELETE FROM wilayah",
        "WITH x AS (SELECT 1) INSERT INTO wilayah SELECT * FROM x",
        "SELECT * FROM wilayah WHERE nama = ?",
        "SELECT * FROM tidak_ada",
        "SELECT tidak_ada FROM wilayah",
        "SELECT",
        "",
        "\x00SELECT 1",
        "SELECT " + "(" * 500 + "1" + ")" * 500,
        "SELECT '" + "x" * 30_000 + "'",
        "SELECT group_concat(hex(a.nama || b.nama || c.nama)) FROM wilayah a, wilayah b, wilayah c, wilayah, wilayah e",
        "SELECT " + "hex(" * 18 + "nama" + ")" * 18 + " FROM wilayah",
    ],
)
def test_anything_else_is_one_sentence(statement: str, tables: dict[str, Path]) -> None:
    with pytest.raises(Invalid) as refused:
        select(statement, tables)
    assert list(refused.value.fields) == ["sql"]
    assert "\n" not in refused.value.say()


@pytest.mark.slow
def test_what_takes_too_long_is_ended(tables: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_SECONDS", 0.2)
    begun = time.monotonic()
    with pytest.raises(Invalid):
        select('SELECT count(*) FROM "dbd-mingguan" a, "dbd-mingguan" b, "dbd-mingguan" c', tables)
    assert time.monotonic() - begun < 60


def test_an_answer_is_cut_off_at_its_most(tables: dict[str, Path]) -> None:
    found = select('SELECT a._id FROM "dbd-mingguan" a, wilayah, wilayah w2', tables)
    assert (len(found.records), found.is_truncated) == (sandbox.MOST_ROWS, True)
    wide = select(
        "SELECT " + " || ".join(["hex(hex(nama || nama || nama || nama))"] * 40) + ' FROM wilayah, "dbd-mingguan"',
        tables,
    )
    assert wide.is_truncated
    assert sum(len(row[0]) for row in wide.records) < 17 * 1024**2


def test_names_are_found_quoted_and_bare() -> None:
    assert identifiers('SELECT a."x" FROM "dbd-mingguan" a, wilayah') == (
        "SELECT", "a", "x", "FROM", "dbd-mingguan", "wilayah",
    )  # fmt: skip


LONG = "(SELECT replace(replace('aaaaaaaaaa', 'a', '" + "a" * 170 + "'), 'a', '" + "a" * 170 + "') g)"  # 289,000


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT count(DISTINCT g || a._id || b._id) FROM cases a, cases b, {LONG}",
        f"SELECT sum(instr(g, 'ab' || a._id)) FROM cases a, cases b, {LONG}",
        f"SELECT g || a._id x FROM cases a, cases b, {LONG} ORDER BY x",
    ],
)
def test_long_texts_in_many_rows_end_soon_after_their_time(
    statement: str, tables: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step over a long text takes a thousand times as long as others: the clock is looked at often enough."""
    monkeypatch.setattr(sandbox, "_SECONDS", 0.1)
    started = time.process_time()
    with pytest.raises(Invalid):
        select(statement, {"cases": tables["dbd-mingguan"]})
    assert time.process_time() - started < 15


def test_one_row_of_many_long_texts_is_not_held(tables: dict[str, Path]) -> None:
    for statement in (f"SELECT {', '.join(['g'] * 150)} FROM {LONG}", f"SELECT g || g FROM {LONG}"):
        with pytest.raises(Invalid):
            select(statement, tables)


def test_looking_for_one_long_text_in_another_is_one_step_and_bounded(tables: dict[str, Path]) -> None:
    started = time.process_time()
    assert select(f"SELECT instr(g, substr(g, 1, 140000) || 'b') FROM {LONG}", tables).records == [(0,)]
    assert time.process_time() - started < 20
