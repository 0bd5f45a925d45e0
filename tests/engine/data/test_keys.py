"""Keys: the table engine finds the rows that repeat one as the reference does, remembering the keys or not."""

from __future__ import annotations

from typing import Any

import duckdb  # noqa: TID253 - its exception
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapalus.engine.data.runners.duckdb import keys, passing, run
from tests.engine.data.twins import assert_same, contract_of

FIELDS: list[dict[str, Any]] = [
    {"name": "a", "constraints": {"unique": True}},
    {"name": "b", "type": "integer", "constraints": {"unique": True}},
    {"name": "c", "type": "number"},
    {"name": "d", "type": "date"},
    {"name": "e"},
]
SCHEMA: dict[str, Any] = {
    "primaryKey": ["a", "c"],
    "uniqueKeys": [["d", "e"], ["c", "d", "e"], ["a"]],
    "foreignKeys": [{"fields": ["e"], "reference": {"fields": ["a"]}}],
}
few = st.sampled_from
ROWS = st.lists(
    st.tuples(
        few(["", "x", "y", "xy", "1 x", "é", "x "]),
        few(["", "1", "01", "+1", "2", "x", "-0", "0"]),
        few(["", "1", "1.0", "1e0", "-0", "0", "+-1", " 1", "1_0"]),
        few(["", "2020-01-01", "2020-1-1", "2020-01-02"]),
        few(["", "x", "xx", " x"]),
    ),
    min_size=1,
    max_size=40,
)


@pytest.fixture(params=[6_000_000, 0], ids=["remembered", "looked-up"])
def most(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "KEYS_MOST", request.param)


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_repeated_keys_are_found_alike(most, rows):
    assert_same(contract_of(*FIELDS, **SCHEMA), rows)


@pytest.mark.slow
def test_two_keys_with_one_hash_are_two_keys(monkeypatch):
    monkeypatch.setattr(run, "KEYS_MOST", 0)
    real = keys.shared
    monkeypatch.setattr(keys, "shared", lambda hashes, *, null: real(hashes * 0, null=null))
    rows = [(str(n % 7), "x") for n in range(10)]
    assert_same(contract_of({"name": "a", "constraints": {"unique": True}}, {"name": "b"}), rows)


def test_keys_too_many_to_remember_are_looked_up(monkeypatch):
    real, calls = passing.pass_over, []

    def once_full(connection, question, good):
        calls.append(question.across.remembers)
        if len(calls) == 1:
            raise duckdb.OutOfMemoryException("full")
        return real(connection, question, good)

    monkeypatch.setattr(run, "pass_over", once_full)
    assert_same(contract_of({"name": "a", "constraints": {"unique": True}}, {"name": "b"}), [("1", "x"), ("1", "x")])
    assert calls[:2] == [True, False]
