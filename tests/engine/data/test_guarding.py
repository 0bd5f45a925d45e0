"""A hidden count is not reckoned from the sums of its row, its column, or its group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.guarding import guarded_query
from mapalus.engine.data.shown import shown_fields

LEAST = 5
REGION = Field("kode_wilayah", type="string", mapalus={"role": "region"})
SICK = Field("sakit", type="string")
SEX = (Field("l", type="integer"), Field("p", type="integer"), Field("jumlah", type="integer"))
GROUPS = Contract("kasus", fields=(REGION, SICK), mapalus={"suppress": LEAST, "counts_by": ["kode_wilayah", "sakit"]})
BY_SEX = Contract("penduduk", fields=(REGION, *SEX), primary_key=("kode_wilayah",), mapalus={"suppress": LEAST})


def published(contract: Contract, columns: str, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE s ({columns})")
        connection.executemany(f"INSERT INTO s VALUES ({', '.join('?' * len(rows[0]))})", rows)
        names = [row[0] for row in connection.execute("DESCRIBE s").fetchall()]
        shown = shown_fields(contract, columns=names)
        query = guarded_query(connection, contract, shown, source="s", columns=names)
        return connection.execute(query).fetchall()


def grouped(counts: dict[tuple[str, str], int]) -> dict[tuple[str, str], int | None]:
    rows = [(n, *cell) for cell, count in counts.items() for n in range(count)]
    found = published(GROUPS, "_row INTEGER, kode_wilayah VARCHAR, sakit VARCHAR", rows)
    return {(region, sick): count for _row, region, sick, count in found}


def reckoned(counts: dict[tuple[str, str], int], shown: dict[tuple[str, str], int | None]) -> set[tuple[str, str]]:
    """What somebody finds out who knows every sum of a row and of a column: whatever stands alone, again and again."""
    unknown = {cell for cell, count in shown.items() if count is None}
    found: set[tuple[str, str]] = set()
    lines = [[c for c in counts if c[place] == name] for place in (0, 1) for name in {c[place] for c in counts}]
    while alone := [one[0] for line in lines if len(one := [cell for cell in line if cell in unknown]) == 1]:
        unknown -= set(alone)
        found |= set(alone)
    return {cell for cell in found if counts[cell] < LEAST}


def test_a_group_goes_with_the_one_small_group_of_its_region_and_of_its_illness() -> None:
    counts = {("71.01", "a"): 3, ("71.01", "b"): 9, ("71.01", "c"): 8, ("71.02", "a"): 6, ("71.02", "b"): 7,
              ("71.02", "c"): 12}  # fmt: skip
    shown = grouped(counts)
    assert {cell for cell, count in shown.items() if count is not None} == {("71.01", "c"), ("71.02", "c")}
    assert reckoned(counts, shown) == set()


def test_two_small_groups_that_could_only_be_one_each_take_a_third_with_them() -> None:
    counts = {("71.01", "a"): 1, ("71.01", "b"): 1, ("71.01", "c"): 8, ("71.01", "d"): 30}
    assert [cell[1] for cell, count in grouped(counts).items() if count is None] == ["a", "b", "c"]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 14), min_size=12, max_size=12))
def test_no_small_group_is_reckoned_from_the_sums(values: list[int]) -> None:
    cells = [(f"71.{n // 4 + 1:02}", "abcd"[n % 4]) for n in range(12)]
    counts = dict(zip(cells, values, strict=True))
    shown = grouped(counts)
    assert all(count is None or count == counts[cell] >= LEAST for cell, count in shown.items())
    assert reckoned(counts, shown) == set()


def test_men_and_women_go_together_where_their_sum_stands_beside() -> None:
    rows = [(2, "71.01", 10, 3, 13), (3, "71.02", 20, 30, 50), (4, "71.03", 7, 8, 15), (5, "71.04", 40, 60, 100)]
    columns = "_row INTEGER, kode_wilayah VARCHAR, l INTEGER, p INTEGER, jumlah INTEGER"
    assert published(BY_SEX, columns, rows) == [
        (2, "71.01", None, None, 13), (3, "71.02", 20, 30, 50), (4, "71.03", None, None, 15),
        (5, "71.04", 40, 60, 100),
    ]  # fmt: skip


def test_districts_are_lines_of_their_own_and_other_columns_are_left() -> None:
    rows = [(2, "71", 500, 1, 0), (3, "71.01", 3, 8, 0), (4, "71.02", 90, 9, 0), (5, "71.01.01", 40, 10, 0),
            (6, "71.01.02", 41, 11, 0)]  # fmt: skip
    columns = "_row INTEGER, kode_wilayah VARCHAR, l INTEGER, p INTEGER, jumlah INTEGER"
    found = {row[1]: row[2] for row in published(BY_SEX, columns, rows)}
    assert found == {"71": 500, "71.01": None, "71.02": None, "71.01.01": 40, "71.01.02": 41}
