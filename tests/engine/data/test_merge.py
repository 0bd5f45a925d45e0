"""A version made of the one before and what changed: nothing lost, nothing doubled, each row knows where it is from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapalus.engine.data import contract as contracts
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.lake import VersionFolder, write_version
from mapalus.engine.data.merge import Change, Merged, Mode, merge, parts_of
from mapalus.engine.data.query import Query, search
from mapalus.engine.data.rows import place_of
from mapalus.engine.errors import Conflict

FIELDS = [{"name": "kode", "type": "string"}, {"name": "isi", "type": "integer"}]


def contract(*, key: Sequence[str] = ("kode",), fields: Sequence[dict[str, Any]] = FIELDS) -> Contract:
    return contracts.parse({"name": "uji", "schema": {"fields": list(fields), "primaryKey": list(key)}})


def good(path: Path, rows: Sequence[tuple[int, str, Any]], *, kind: str = "BIGINT") -> Path:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t (_row BIGINT, kode VARCHAR, isi {kind})")
        if rows:
            connection.executemany("INSERT INTO t VALUES (?, ?, ?)", list(rows))
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path


def stand(
    folder: Path, made: Merged | Path, *, number: int, of: Contract, previous: Path | None = None
) -> VersionFolder:
    merged = made if isinstance(made, Merged) else None
    return write_version(
        folder / "lake", dataset="uji", number=number, good=merged.path if merged else made, bad=None,  # type: ignore[arg-type]
        report={}, contract=of, origin={"snapshot": f"s{number}", "file": f"f{number}.csv"}, previous=previous,
        parts=merged.parts if merged else (),
    )  # fmt: skip


def rows_of(path: Path) -> list[tuple[Any, ...]]:
    import duckdb

    with duckdb.connect() as connection:
        return connection.execute(f"SELECT kode, isi, _part, _row FROM read_parquet('{path}')").fetchall()


def test_rows_are_replaced_in_their_place_deleted_and_added_at_the_end(tmp_path: Path) -> None:
    of = contract()
    first = stand(tmp_path, good(tmp_path / "a", [(2, "a", 1), (3, "b", 2), (4, "c", 3)]), number=1, of=of)
    deleted = tmp_path / "gone.ndjson"
    deleted.write_text('{"kode": "a"}\n{"kode": "x"}\n')
    made = merge(
        first,
        changes=[Change(good(tmp_path / "b", [(2, "d", 9), (3, "b", 20)]), {"snapshot": "s2"})],
        contract=of, out=tmp_path / "out.parquet", deleted=deleted,
    )  # fmt: skip
    assert rows_of(made.path) == [("b", 20, 1, 3), ("c", 3, 0, 4), ("d", 9, 1, 2)]
    assert (made.rows, made.added, made.replaced, made.removed, made.unknown) == (3, 1, 1, 1, 1)
    assert [part["snapshot"] for part in made.parts] == ["s1", "s2"]


def test_a_row_says_from_which_file_and_row_it_is_through_several_versions(tmp_path: Path) -> None:
    of = contract()
    folder = stand(tmp_path, good(tmp_path / "a", [(2, "a", 1), (3, "b", 2)]), number=1, of=of)
    for number, rows in ((2, [(7, "c", 5)]), (3, [(1, "a", 10), (9, "b", 20)]), (4, [(5, "d", 0)])):
        change = Change(good(tmp_path / f"g{number}", rows), {"snapshot": f"s{number}"})
        made = merge(folder, changes=[change], contract=of, out=tmp_path / f"m{number}.parquet")
        folder = stand(tmp_path, made, number=number, of=of, previous=folder.path)
    parts = parts_of(folder)
    found = search(folder.rows, Query())
    places = {record[1]: place_of(folder.rows, record[0]) for record in found.records}
    said = {kode: (parts[place[0]]["snapshot"], place[1]) for kode, place in places.items() if place}
    assert said == {"a": ("s3", 1), "b": ("s3", 9), "c": ("s2", 7), "d": ("s4", 5)}
    # nothing of the first file is left, so it is no part any more
    assert [part["snapshot"] for part in parts] == ["s2", "s3", "s4"]
    assert folder.summary["difference"]["added"] == 1
    assert "_part" not in [field["name"] for field in folder.summary["fields"]]


def test_without_a_key_every_row_is_new_and_nothing_can_be_deleted(tmp_path: Path) -> None:
    of = contract(key=())
    first = stand(tmp_path, good(tmp_path / "a", [(2, "a", 1)]), number=1, of=of)
    change = Change(good(tmp_path / "b", [(2, "a", 1)]), {"snapshot": "s2"})
    made = merge(first, changes=[change], contract=of, out=tmp_path / "out.parquet")
    assert rows_of(made.path) == [("a", 1, 0, 2), ("a", 1, 1, 2)]
    deleted = tmp_path / "gone.ndjson"
    deleted.write_text('{"kode": "a"}\n')
    with pytest.raises(Conflict):
        merge(first, changes=[change], contract=of, out=tmp_path / "no.parquet", deleted=deleted)


def test_appending_keeps_rows_with_a_known_key(tmp_path: Path) -> None:
    of = contract()
    first = stand(tmp_path, good(tmp_path / "a", [(2, "a", 1)]), number=1, of=of)
    change = Change(good(tmp_path / "b", [(2, "a", 2)]), {"snapshot": "s2"})
    made = merge(first, changes=[change], contract=of, out=tmp_path / "out.parquet", mode=Mode.APPEND)
    assert rows_of(made.path) == [("a", 1, 0, 2), ("a", 2, 1, 2)]


def test_a_column_that_changed_its_type_is_taken_over_or_refused(tmp_path: Path) -> None:
    of = contract()
    first = stand(tmp_path, good(tmp_path / "a", [(2, "a", 1)]), number=1, of=of)
    wider = Change(good(tmp_path / "b", [(2, "b", 2.5)], kind="DOUBLE"), {"snapshot": "s2"})
    made = merge(first, changes=[wider], contract=of, out=tmp_path / "out.parquet")
    assert rows_of(made.path) == [("a", 1.0, 0, 2), ("b", 2.5, 1, 2)]
    words = contract(fields=[FIELDS[0], {"name": "isi", "type": "string"}])
    text = stand(tmp_path, good(tmp_path / "t", [(2, "a", "satu")], kind="VARCHAR"), number=2, of=words)
    with pytest.raises(Conflict):
        merge(text, changes=[wider], contract=of, out=tmp_path / "no.parquet")


_ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 99)), max_size=8)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(before=_ROWS, changes=st.lists(_ROWS, min_size=1, max_size=3), gone=st.sets(st.sampled_from("abcdef")))
def test_it_does_what_a_dictionary_would(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, int]],
    changes: list[list[tuple[str, int]]],
    gone: set[str],
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    of = contract()
    start = {kode: (isi, "s1", n) for n, (kode, isi) in enumerate(before, start=2)}
    first = stand(folder, good(folder / "a", [(n, k, isi) for k, (isi, _s, n) in start.items()]), number=1, of=of)
    expected = {kode: value for kode, value in start.items() if kode not in gone}
    listed = []
    for number, rows in enumerate(changes, start=2):
        came = {kode: (isi, f"s{number}", n) for n, (kode, isi) in enumerate(rows, start=2)}
        path = good(folder / f"g{number}", [(n, k, isi) for k, (isi, _s, n) in came.items()])
        listed.append(Change(path, {"snapshot": f"s{number}"}))
        expected |= came
    deleted = folder / "gone.ndjson"
    deleted.write_text("".join(json.dumps({"kode": kode}) + "\n" for kode in sorted(gone)) or "\n")
    made = merge(first, changes=listed, contract=of, out=folder / "out.parquet", deleted=deleted)
    found = {k: (isi, made.parts[part]["snapshot"], row) for k, isi, part, row in rows_of(made.path)}
    assert found == expected
    assert made.rows == len(expected) == len(rows_of(made.path))
    survivors = [kode for kode in start if kode not in gone]
    assert [row[0] for row in rows_of(made.path)][: len(survivors)] == survivors
