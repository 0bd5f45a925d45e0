"""Sets as bits: the same as Python's own sets, and a page of one as sorting would give it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mapalus.engine import bitsets
from mapalus.engine.bitsets import Order, Posting

numbers = st.sets(st.integers(0, 300))


@given(numbers)
def test_bits_hold_what_was_put_in(found: set[int]) -> None:
    assert bitsets.numbers(bitsets.of(found)) == sorted(found)
    assert bitsets.of(found).bit_count() == len(found)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=120))
def test_postings_grow_and_shrink_as_sets_do(steps: list[tuple[bool, int]]) -> None:
    posting: Posting = ()
    known: set[int] = set()
    for is_added, number in steps:
        posting = (bitsets.added if is_added else bitsets.removed)(posting, number)
        known = known | {number} if is_added else known - {number}
        assert bitsets.numbers(bitsets.bits(posting)) == sorted(known)
        assert bool(posting) == bool(known)


@given(st.permutations(range(80)), st.sets(st.integers(0, 79)), st.integers(0, 90), st.integers(0, 90))
def test_a_page_is_picked_as_sorting_would(sequence: list[int], found: set[int], start: int, more: int) -> None:
    expected = [one for one in sequence if one in found][start : start + more]
    assert Order(sequence).part(bitsets.of(found), start, start + more) == expected
