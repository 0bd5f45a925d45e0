"""Whole tables with every kind of rule: the table engine and the reference give the same errors and the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.data.twins import assert_same, contract_of

CODES = ["71.01", "71.02", "71.71"]
FIELDS: list[dict[str, Any]] = [
    {"name": "nik", "constraints": {"required": True, "unique": True, "pattern": "[0-9]{4}"}},
    {"name": "kode", "constraints": {"required": True}},
    {"name": "tahun", "type": "integer", "constraints": {"minimum": 2000, "maximum": 2030}},
    {"name": "jenis", "constraints": {"enum": ["L", "P"], "maxLength": 1}},
    {"name": "laki", "type": "integer", "constraints": {"minimum": 0}},
    {"name": "perempuan", "type": "integer", "missingValues": ["", "-"]},
    {"name": "jumlah", "type": "integer"},
    {"name": "nilai", "type": "number", "constraints": {"exclusiveMinimum": 0, "exclusiveMaximum": 100}},
    {"name": "induk"},
]
KEYS: dict[str, Any] = {
    "primaryKey": ["kode", "tahun"],
    "foreignKeys": [
        {"fields": "kode", "reference": {"resource": "kode.csv", "fields": "kode"}},
        {"fields": "induk", "reference": {"fields": "nik"}},
    ],
    "mapalus": {
        "rules": [{"name": "jumlah cocok", "expression": "jumlah = laki + perempuan"}, "laki >= 0 or nilai > 50"]
    },
}
few = st.sampled_from
ROWS = st.lists(
    st.tuples(
        few(["0001", "0002", "0003", "0004", "", "12x", "0001 "]),
        few([*CODES, *CODES, "", "99"]),
        few(["2020", "2021", "02020", "1999", "2031", "", "x"]),
        few(["L", "P", "", "LP"]),
        few(["1", "2", "-1", "", "1.0"]),
        few(["1", "2", "-", "", "9223372036854775808"]),
        few(["2", "3", "4", "", "x"]),
        few(["0", "0.1", "100", "99.9", "1e1", "", "NaN", "INF"]),
        few(["", "0001", "0009"]),
    ),
    min_size=1,
    max_size=60,
)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists")
    (folder / "kode.csv").write_text("kode\n" + "\n".join(CODES) + "\n")
    return folder


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_tables_are_judged_alike(lists, rows):
    assert_same(contract_of(*FIELDS, **KEYS, folder=lists), rows)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.lists(few(["", "a", "b", "1"]), min_size=1, max_size=6), min_size=1, max_size=30))
def test_ragged_rows_are_judged_alike(rows):
    required = {"name": "b", "constraints": {"required": True}}
    assert_same(contract_of({"name": "a"}, required, {"name": "c", "type": "integer"}), rows)


PATTERNS = [
    "[0-9]{16}", r"\d{3}", r"\w+", r"a|b", "^abc$", "(ab)+?c", r"[^\s@]+@[^\s@]+", r"(?=a).*", r"(a)\1", "(?i)abc",
    ".*", "a{2,}", r"\S", "[é-ü]+",
    r"\D+", r"[\w-]+", r"[^a]", r"\.", r"\bab\b", "", r"\i\c*",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_mean_the_same(pattern):
    texts = ["1234567890123456", "123", "٣٤٥", "abc", "ABC", "ababc", "b", "aa", "aaa", "a@b", "é", "_", "a-b", "ab"]
    texts += [".", "a\nb", "abc\n", "\u00a0"]
    assert_same(
        contract_of({"name": "a", "constraints": {"pattern": pattern}}, {"name": "b"}), [(text, "x") for text in texts]
    )
