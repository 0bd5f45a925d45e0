"""Between two versions: each row that came, went or changed, cell by cell, and nothing that is masked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapalus.engine.data.changes import Kind, page, stream, summary, write_changes
from mapalus.engine.errors import Invalid, NotFound
from tests.engine.data.tables import CONTRACT, GOOD, version
from tests.engine.data.test_merge import contract, good, stand


def test_rows_are_matched_by_key_and_cells_told_as_published(tmp_path: Path) -> None:
    contract = replace(CONTRACT, mapalus={})
    old = version(tmp_path, contract=contract)
    changed = GOOD.replace("120, 3.5", "150, 3.5").replace("'Budi'", "'Beny'").replace("(6, '71.72'", "(6, '71.73'")
    new = version(tmp_path, number=2, good=changed, contract=contract)
    out = tmp_path / "beda.sqlite"
    made = write_changes(out, old=old, new=new, contract=contract)
    assert made == summary(out)
    assert made.by == ("kode_wilayah", "tahun")
    assert made.counts == {"changed": 1, "added": 1, "removed": 1, "unchanged": 2}  # Budi and Beny are both B•••
    assert made.fields == {"jiwa": 1}
    (row,) = page(out, kind=Kind.CHANGED).rows
    assert (row.fields, row.old_row, row.new_row) == (("jiwa",), 1, 1)
    assert row.old is not None
    assert row.new is not None
    assert (row.old["jiwa"], row.new["jiwa"], row.new["nama"]) == (120, 150, "S••• W••••")
    (came,) = page(out, kind=Kind.ADDED).rows
    assert came.new is not None
    assert came.new["kode_wilayah"] == "71.73"
    assert came.old is None
    assert page(out, changed="jiwa").total == 1
    assert page(out, changed="persen").total == 0
    content = out.read_bytes()
    assert not [name for name in (b"Siti", b"Beny", b"0071011234567890") if name in content]
    with pytest.raises(Invalid):
        page(out, changed="tiada")
    with pytest.raises(NotFound):
        summary(tmp_path / "tiada.sqlite")


def test_a_small_count_does_not_show_by_its_change(tmp_path: Path) -> None:
    old = version(tmp_path)
    new = version(tmp_path, number=2, good=GOOD.replace("2023, 3, 4.25", "2023, 4, 4.25"))
    made = write_changes(tmp_path / "b.sqlite", old=old, new=new, contract=CONTRACT)
    assert made.counts["changed"] == 0


_ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), max_size=7)


@pytest.mark.slow
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(before=_ROWS, after=_ROWS, is_keyed=st.booleans())
def test_it_says_what_counting_would(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, int]],
    after: list[tuple[str, int]],
    is_keyed: bool,
) -> None:
    folder = tmp_path_factory.mktemp("beda")
    of = contract(key=("kode",) if is_keyed else ())
    sides = [list(dict(rows).items()) if is_keyed else rows for rows in (before, after)]
    old, new = (
        stand(folder, good(folder / f"g{n}", [(at, *row) for at, row in enumerate(rows, 2)]), number=n, of=of)
        for n, rows in enumerate(sides, start=1)
    )
    out = folder / "b.sqlite"
    made = write_changes(out, old=old, new=new, contract=of)
    came = Counter((row.new["kode"], row.new["isi"]) for row in stream(out, kind=Kind.ADDED) if row.new)
    went = Counter((row.old["kode"], row.old["isi"]) for row in stream(out, kind=Kind.REMOVED) if row.old)
    if is_keyed:
        one, two = dict(sides[0]), dict(sides[1])
        assert set(came) == {(k, v) for k, v in two.items() if k not in one}
        assert set(went) == {(k, v) for k, v in one.items() if k not in two}
        moved = {(r.old["kode"], r.old["isi"], r.new["isi"]) for r in stream(out, kind=Kind.CHANGED) if r.old and r.new}
        assert moved == {(k, one[k], two[k]) for k in one.keys() & two.keys() if one[k] != two[k]}
    else:
        assert came == Counter(sides[1]) - Counter(sides[0])
        assert went == Counter(sides[0]) - Counter(sides[1])
        assert made.counts["changed"] == 0
    assert made.counts["unchanged"] + made.counts["added"] + made.counts["changed"] == len(sides[1])
