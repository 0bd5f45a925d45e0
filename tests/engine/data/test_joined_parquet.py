"""Row groups put together without unpacking: any reader finds what the files held, in the order asked for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import duckdb  # noqa: TID253 - an independent reader and writer of the files
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapalus.engine.data.parquet import thrift
from mapalus.engine.data.parquet.joining import Piece, join
from mapalus.engine.data.parquet.thrift import Listed, Struct, Value

COLUMNS = """
    n, CASE WHEN n % 7 = 0 THEN NULL ELSE 'teks ' || n END AS teks, (n % 3)::VARCHAR AS sedikit,
    n * 1.5 AS angka, n::HUGEINT * 10000000000000000000 AS besar, n::DECIMAL(18,3) / 8 AS uang, n % 2 = 0 AS ya,
    DATE '2024-01-01' + n::INTEGER AS hari, TIMESTAMP '2024-01-01 00:00:00' + INTERVAL (n) SECOND AS saat,
    [n, NULL, n + 1] AS daftar, {'a': n, 'b': 'x'} AS isi, encode('b' || n) AS biner, NULL::INTEGER AS kosong
"""


@pytest.fixture
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def written(
    engine: duckdb.DuckDBPyConnection, path: Path, first: int, last: int, *, columns: str = COLUMNS, size: int = 2048
) -> Path:
    engine.execute(
        f"COPY (SELECT {columns} FROM range({first}, {last}) t(n)) TO '{path}'"
        f" (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, ROW_GROUP_SIZE {size})"
    )
    return path


def rows(engine: duckdb.DuckDBPyConnection, *paths: Path) -> list[tuple[object, ...]]:
    return engine.execute(f"SELECT * FROM read_parquet({[str(path) for path in paths]})").fetchall()


def test_whole_files_in_their_order(engine, tmp_path):
    a, b = written(engine, tmp_path / "a.parquet", 0, 5000), written(engine, tmp_path / "b.parquet", 5000, 9000)
    expected = rows(engine, a, b)
    assert join([Piece(a), Piece(b)], tmp_path / "c.parquet") == 9000
    assert rows(engine, tmp_path / "c.parquet") == expected
    assert join([Piece(a), Piece(b)], a) == 9000  # the first one stays where it is
    assert rows(engine, a) == expected


@pytest.mark.parametrize("chosen", [[2, 0], [1], [], [0, 1, 2, 3]])
def test_chosen_row_groups(engine, tmp_path, chosen: Sequence[int]):
    a, b = written(engine, tmp_path / "a.parquet", 0, 8192), written(engine, tmp_path / "b.parquet", 8192, 9000)
    told = rows(engine, a)
    expected = [row for number in chosen for row in told[number * 2048 : number * 2048 + 2048]] + rows(engine, b)
    assert join([Piece(a, chosen), Piece(b)], tmp_path / "c.parquet") == len(expected)
    assert rows(engine, tmp_path / "c.parquet") == expected


def test_statistics_and_blooms_still_answer(engine, tmp_path):
    """A filter that skips by statistics or bloom filters finds every row, and only those."""
    a, b = written(engine, tmp_path / "a.parquet", 0, 6000), written(engine, tmp_path / "b.parquet", 6000, 12_000)
    path = tmp_path / "c.parquet"
    join([Piece(a, [1, 2]), Piece(b), Piece(a, [0])], path)
    blooms = engine.execute(
        f"SELECT count(DISTINCT bloom_filter_offset) FROM parquet_metadata('{path}') WHERE path_in_schema = 'sedikit'"
    ).fetchone()
    assert blooms == (6,)
    for where, number in (("sedikit = '2'", 4000), ("sedikit = '9'", 0), ("n BETWEEN 5990 AND 6009", 20),
                          ("n = 0", 1), ("n > 11998", 1)):  # fmt: skip
        assert len(engine.execute(f"SELECT n FROM '{path}' WHERE {where}").fetchall()) == number
    probe = engine.execute(
        f"SELECT count(*) FROM parquet_bloom_probe('{path}', 'sedikit', '2') WHERE NOT bloom_filter_excludes"
    ).fetchone()
    assert probe == (6,)
    ordinals = engine.execute(f"SELECT DISTINCT row_group_id FROM parquet_metadata('{path}')").fetchall()
    assert len(ordinals) == 6


def test_other_columns_are_refused(engine, tmp_path):
    a = written(engine, tmp_path / "a.parquet", 0, 10)
    b = written(engine, tmp_path / "b.parquet", 0, 10, columns="n, 'x' AS teks")
    with pytest.raises(ValueError, match="differ"):
        join([Piece(a), Piece(b)], tmp_path / "c.parquet")


def test_a_file_taken_apart_is_not_written_over(engine, tmp_path):
    a = written(engine, tmp_path / "a.parquet", 0, 10)
    with pytest.raises(ValueError, match="written over"):
        join([Piece(a, [0])], a)
    assert len(rows(engine, a)) == 10


def test_what_is_no_parquet_file_is_refused(engine, tmp_path):
    a = written(engine, tmp_path / "a.parquet", 0, 10)
    data = a.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    for broken in (b"", b"PAR1", data[:-9], data[:-8] + (2**31).to_bytes(4, "little") + b"PAR1",
                   data[: -8 - length] + b"\x9f" * length + data[-8:]):  # fmt: skip
        a.write_bytes(broken)
        with pytest.raises(ValueError):
            join([Piece(a)], tmp_path / "c.parquet")


def test_a_footer_is_written_as_it_was_read(engine, tmp_path):
    data = written(engine, tmp_path / "a.parquet", 0, 9000).read_bytes()
    footer = data[-8 - int.from_bytes(data[-8:-4], "little") : -8]
    assert thrift.dumps(thrift.loads(footer)) == footer


def test_any_bytes_are_read_or_refused():
    chance = random.Random(5)
    for _round in range(3000):
        data = bytes(
            chance.choice((chance.randrange(256), 0x19, 0x1C, 0x9C, 0xFF)) for _byte in range(chance.randrange(40))
        )
        try:
            thrift.loads(data)
        except ValueError:
            continue


whole = st.integers(-(2**63), 2**63 - 1)
scalars = st.one_of(
    st.builds(Value, st.just(thrift.I64), whole),
    st.builds(Value, st.just(thrift.I32), st.integers(-(2**31), 2**31 - 1)),
    st.builds(Value, st.just(thrift.BINARY), st.binary(max_size=300)),
    st.builds(Value, st.just(1), st.booleans()),
    st.builds(Value, st.just(7), st.binary(min_size=8, max_size=8)),
)


def listed(kind: int, items: st.SearchStrategy[list[object]]) -> st.SearchStrategy[Value]:
    return st.builds(Value, st.just(thrift.LIST), st.builds(Listed, st.just(kind), items))


lists = st.one_of(listed(thrift.I64, st.lists(whole, max_size=40)), listed(1, st.lists(st.booleans(), max_size=5)))
numbers = st.integers(1, 200)
structs: st.SearchStrategy[Struct] = st.recursive(
    st.dictionaries(numbers, st.one_of(scalars, lists), max_size=6),
    lambda inner: st.dictionaries(
        numbers,
        st.one_of(
            scalars,
            st.builds(Value, st.just(thrift.STRUCT), inner),
            listed(thrift.STRUCT, st.lists(inner, max_size=20)),
        ),
        max_size=5,
    ),
    max_leaves=8,
)


@given(structs)
def test_every_struct_comes_back(struct: Struct):
    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {number: plain(each.value) for number, each in value.items()}
        return [plain(item) for item in value.items] if isinstance(value, Listed) else value

    assert plain(thrift.loads(thrift.dumps(struct))) == plain(struct)
