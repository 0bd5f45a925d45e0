"""A range of a column of many numbers finds the rows the plain query finds, alone and beside whatever else is asked."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapalus.engine.data import bitmaps, query, sidefile, slices, wordindex
from mapalus.engine.data.query import Query, search
from mapalus.engine.data.rows import open_rows
from tests.engine.data.sides import side_file

JENIS = ("jalan", "jembatan", "irigasi", None)
FIELDS = {"jenis": "text", "aktif": "boolean", "nilai": "number", "jumlah": "integer", "nama": "text"}
_chance = random.Random(11)
NUMBERS = [0.0, 0.0, 0.0, 7.25, None, -1e300, 1e300]  # three in seven rows have the same
ROWS = [
    (
        JENIS[n % 4],
        n % 3 == 0,
        _chance.choice([*NUMBERS, round(_chance.uniform(-50, 50), 2), n / 8]),
        _chance.choice([None, 5, 5, n, -(2**62), 2**62 + n]),
        f"Jalan desa {n % 5}",
    )
    for n in range(389)
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same rows with slices and without."""
    folder = tmp_path_factory.mktemp("slices")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sidefile, "NARROW", 6)  # `nilai` and `jumlah` are wide
        plain = side_file(folder / "plain.sqlite", FIELDS, ROWS)
        patched.setattr(slices, "_ROWS", 1)
        patched.setattr(slices, "_LEAST", 8)
        patched.setattr(bitmaps, "_ROWS", 1)
        patched.setattr(bitmaps, "FEW", 3)  # `jenis` is found by its tokens alone
        patched.setattr(wordindex, "_TALLIED", 1)
        sliced = side_file(folder / "sliced.sqlite", FIELDS, ROWS)
    assert not open_rows(plain).slices
    assert {column for column, _place in open_rows(sliced).slices} == {2, 3}
    return plain, sliced


known = [row[place] for row in ROWS for place in (2, 3) if row[place] is not None]
LIMIT = st.one_of(st.sampled_from(known), st.floats(allow_nan=True), st.integers(-(2**63), 2**63 - 1), st.none())
SIGNS = st.dictionaries(st.sampled_from(["gt", "gte", "lt", "lte"]), LIMIT, min_size=1, max_size=3)
FILTERS = st.fixed_dictionaries(
    {"nilai": SIGNS},
    optional={
        "jumlah": st.one_of(SIGNS.map(lambda signs: {k: v for k, v in signs.items() if not isinstance(v, float)} or 5)),
        "jenis": st.sampled_from([*JENIS, ["jalan", None], "tiada"]),
        "aktif": st.booleans(),
        "$or": st.just([{"nilai": {"gt": 20}}, {"jenis": "jalan"}, {"jumlah": 5}]),
    },
)


@settings(max_examples=200, deadline=None)
@given(FILTERS, st.sampled_from(["", "desa", "jalan 3"]), st.sampled_from(["", "nilai desc"]), st.integers(0, 40))
def test_a_range_is_the_plain_one(
    files: tuple[Path, Path], filters: dict[str, Any], q: str, sort: str, offset: int
) -> None:
    query._totals.clear()
    asked = Query(filters=filters, q=q, sort=sort, offset=offset, limit=17)
    plain, sliced = (search(path, asked) for path in files)
    assert (sliced.total, sliced.records) == (plain.total, plain.records)


def test_a_block_is_small_or_holds_one_value(files: tuple[Path, Path]) -> None:
    connection = open_rows(files[1]).connection
    for column, place in ((2, "c2"), (3, "c3")):
        starts = [
            value for (value,) in connection.execute("SELECT value FROM block WHERE col = ? ORDER BY 1", (column,))
        ]
        assert len(starts) > 5
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            limit = "" if end is None else f" AND {place} < {end!r}"
            held = connection.execute(
                f"SELECT count(*), count(DISTINCT {place}) FROM t WHERE {place} >= {start!r}{limit}"
            )
            rows, values = held.fetchone()
            assert rows <= 16 or values == 1
