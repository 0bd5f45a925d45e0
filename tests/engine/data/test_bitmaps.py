"""Rows kept as bits are counted as without them, in the order of their file, whatever is asked together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapalus.engine.data import bitmaps, query, sidefile, wordindex
from mapalus.engine.data.query import Query, search
from mapalus.engine.data.rows import open_rows
from tests.engine.data.sides import side_file

JENIS, TAHUN = ("jalan", "jembatan", "irigasi", None), (2022, 2023, 2024)
NAMA = ("Jalan rusak di desa", "Melayani warga desa", "Pelayanan jalan", "Pasar ikan", None)
ROWS = [
    (JENIS[n % 4], TAHUN[n * n % 3], NAMA[n * 7 % 5] and f"{NAMA[n * 7 % 5]} {n}", n * 37 % 101 + n / 1000, n % 3 == 0)
    for n in range(203)
]
FIELDS = {"jenis": "text", "tahun": "integer", "nama": "text", "nilai": "number", "aktif": "boolean"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same rows with bits and without."""
    folder = tmp_path_factory.mktemp("bits")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sidefile, "NARROW", 100)  # `nilai` and `nama` have B-trees
        plain = side_file(folder / "plain.sqlite", FIELDS, ROWS)
        patched.setattr(bitmaps, "_ROWS", 1)
        patched.setattr(bitmaps, "_SHARE", 200)
        patched.setattr(wordindex, "_TALLIED", 1)
        bits = side_file(folder / "bits.sqlite", FIELDS, ROWS)
    assert not open_rows(plain).bits
    kept = open_rows(bits)
    assert "=layan" in kept.bits
    assert {key[:3] for key in kept.bits if key[0] == "z"} == {"z0x", "z1x", "z4x"}  # columns of few values
    return plain, bits


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "jenis": st.sampled_from([*JENIS, ["jalan", "irigasi"], ["jalan", None], "tiada"]),
        "tahun": st.sampled_from([2022, [2022, 2024], {"gte": 2023}, {"gt": 2022, "lt": 2024}, {"gt": 2030}]),
        "aktif": st.booleans(),
        "nilai": st.sampled_from([{"gt": 50}, {"lte": 10.5}]),
        "$or": st.just([{"jenis": "jalan", "tahun": 2022}, {"aktif": True}]),
    },
)


@settings(max_examples=120, deadline=None)
@given(
    FILTERS, st.sampled_from(["", "jalan", "melayani", "desa jalan", "pasar", "12", "tiada"]),
    st.sampled_from(["", "nilai desc", "tahun, nilai", "jenis desc, nama", "nilai nulls first"]), st.integers(0, 30),
)  # fmt: skip
def test_questions_are_answered_as_without(
    files: tuple[Path, Path], filters: dict[str, Any], q: str, sort: str, offset: int
) -> None:
    query._totals.clear()
    asked = Query(filters=filters, q=q, sort=sort, offset=offset, limit=17)
    plain, bits = (search(path, asked) for path in files)
    assert (bits.total, bits.records) == (plain.total, plain.records)


def test_a_page_along_a_column_is_the_page_that_sorting_gives(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for sort in ("nilai", "nilai desc", "nilai desc nulls last, nama"):
        asked = Query(filters={"jenis": "jalan"}, sort=sort, limit=9, offset=3)
        monkeypatch.setattr(query, "_ALONG", 10_000)
        along = search(files[1], asked)
        monkeypatch.setattr(query, "_ALONG", 0)
        assert along == search(files[1], asked)
        expected = sorted((row[3] for row in ROWS if row[0] == "jalan"), reverse="desc" in sort)[3:12]
        assert [record[4] for record in along.records] == expected
