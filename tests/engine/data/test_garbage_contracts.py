"""Contracts that are none: one sentence each, never a traceback."""

from __future__ import annotations

from typing import Any

import pytest

from mapalus.engine.data.contract import parse
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.errors import Problem
from tests.engine.data.checked import schema

GARBAGE: list[Any] = [
    5,
    None,
    [],
    ["a"],
    {},
    {"fields": 5},
    {"fields": []},
    {"fields": [{"name": 5}]},
    {"fields": [{"type": "string"}]},
    {"resources": []},
    {"resources": [5]},
    {"schema": "http://contoh.test/x"},
    schema("a:foo"),
    schema("a", "a"),
    schema(*(f"c{n}" for n in range(16_385))),
    schema({"name": "a", "mapalus": {"aliases": 5}}),
    schema({"name": "a", "mapalus": {"codes": 5}}),
    schema({"name": "a", "mapalus": {"written": "date"}}),
    schema({"name": "a", "categories": 5}),
    schema({"name": "a", "type": "object", "constraints": {"jsonSchema": {"type": 5}}}),
    schema({"name": "a", "constraints": {"pattern": "(["}}),
    schema({"name": "a", "type": "date", "format": "%Q"}),
    schema({"name": "a", "type": "number", "decimalChar": ".."}),
    schema({"name": "a", "type": "boolean", "trueValues": 5}),
    schema({"name": "a", "type": "integer", "constraints": {"minimum": "abc"}}),
    schema({"name": "a", "type": "integer", "constraints": {"maximum": float("inf")}}),
    schema("a", missingValues="x"),
    schema("a", primaryKey="b"),
    schema("a", mapalus={"rules": ["a <"]}),
    schema("a", mapalus={"reading": 5}),
    schema("a", mapalus={"reading": {"header_row": "x"}}),
    schema("a", mapalus={"reading": {"delimiter": 5}}),
    schema("a", mapalus={"reading": {"skip_rows": "x"}}),
    {"schema": schema("a"), "dialect": {"delimiter": "ab"}},
    {"schema": schema("a"), "dialect": {"quoteChar": "ab"}},
    {"schema": schema("a"), "dialect": {"headerRows": [0]}},
]


@pytest.mark.parametrize("document", GARBAGE, ids=lambda document: str(document)[:60])
def test_what_is_no_contract_is_refused_with_a_sentence(document: Any) -> None:
    with pytest.raises(Problem) as found:
        Declared.of(parse(document))
    assert found.value.say(language="en")
