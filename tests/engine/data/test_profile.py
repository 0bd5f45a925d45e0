"""How many different values a column has is about right, also where only a sample of a large table is unpacked."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb  # noqa: TID253 - the engine is what is tested
import pytest

from mapalus.engine.data.profile import distinct_about

ROWS = 80_000
COLUMNS = {
    "nik": lambda n, chance: f"{n * 7919 % 99_999_999:016d}",
    "urut": lambda n, chance: f"baris nomor {n:09d}",
    "wilayah": lambda n, chance: f"kelurahan nomor {n // 40:06d}",  # sorted: blocks share no value
    "nama": lambda n, chance: f"Warga Contoh {chance.randrange(3000):06d}",
    "surel": lambda n, chance: f"warga{chance.randrange(60_000):06d}@contoh.id" if chance.random() < 0.7 else None,
    "lintang": lambda n, chance: str(round(chance.uniform(-11, 6), 3)),
    "bujur": lambda n, chance: str(95 + n // 8 / 1000),
    "kosong": lambda n, chance: None,
}


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """Field -> different values told, and the true ones."""
    path = tmp_path_factory.mktemp("profile") / "good.parquet"
    chance = random.Random(3)
    cells = [[n + 2, *(make(n, chance) for make in COLUMNS.values())] for n in range(ROWS)]
    columns = dict(zip(["_row", *COLUMNS], map(list, zip(*cells, strict=True)), strict=True))
    with duckdb.connect(config={"threads": 1}) as connection:
        import numpy as np

        listed = {name: np.array(values, object) for name, values in columns.items()}  # noqa: F841 - read by the engine
        kinds = {"lintang": "DOUBLE", "bujur": "DOUBLE"}
        texts = ", ".join(f"CAST({name} AS {kinds.get(name, 'VARCHAR')}) AS {name}" for name in COLUMNS)
        connection.execute(
            f"COPY (SELECT CAST(_row AS INTEGER) AS _row, {texts} FROM listed) TO '{path}'"
            " (FORMAT parquet, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 10, ROW_GROUP_SIZE 4096)"
        )
        told = distinct_about(connection, path, list(COLUMNS), rows=ROWS, unpacked=20_000)
    return {name: (told[name], len({value for value in columns[name] if value is not None})) for name in COLUMNS}


@pytest.mark.slow
@pytest.mark.parametrize("name", COLUMNS)
def test_a_sample_tells_about_how_many_values_differ(name: str, counted: dict[str, tuple[int, int]]) -> None:
    told, true = counted[name]
    assert told == pytest.approx(true, rel=0.15)


def test_a_file_without_rows_has_no_values(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS _row, 'a' AS nama LIMIT 0) TO '{tmp_path / 'good.parquet'}'")
        assert distinct_about(connection, tmp_path / "good.parquet", ["nama"], rows=0) == {"nama": 0}
