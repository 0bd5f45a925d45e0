"""The table engine reads and judges every text exactly as the reference in plain Python does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.data.twins import assert_same, contract_of

NASTY = [
    "", " ", "0", "-0", "+5", "007", " 12", "12 ", "1_000", "1.5", "1,5", "1e5", "1E-3", ".5", "5.", ".", "+",
    "-", "--5", "0x1F", "infinity", "inf", "INF", "-INF", "nan", "NaN", "1e999", "9223372036854775807",
    "9223372036854775808", "-9223372036854775809", "99999999999999999999999999999999999999",
    "111111111111111111111111111111111111111", "1.234", "1.234.567", "1,234,567.89", "1.234,56", "12.5", "1.2345",
    "Rp 1.200,-", "Rp.500", "95%", "(5)", "−5", "Rp -5", "$1,000", "٣", "１２", "true", "TRUE", "True", "t", "1",
    "yes", "Ya", "false", "2020-01-01", "2020-1-1", "2020-02-30", "2021-02-29", "2020-02-29", " 2020-01-01",
    "2020-01-01 ", "2020-1-01 ", "2020/01/01", "20200101", "2020-01-01T00:00:00", "0000-01-01", "0001-01-01",
    "9999-12-31", "10000-01-01", "epoch", "-2020-01-01", "2020-01-01 (BC)", "2020-01-01 10:00:00",
    "2020-01-01T10:00:00Z", "2020-01-01T10:00:00+07:00", "2020-01-01T10:00:00-0130", "2020-01-01T24:00:00",
    "2020-01-01T23:59:60", "2020-01-01T10:00", "2020-01-01T10:00:00.1234567", "2020-01-01T10:00:00.5",
    "2020-01-01 10:00:00 UTC", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", "2020-01-01t10:00:00",
    "10:00:00", "10:00", "25:00:00", "10:00:00Z", "10:00:00+07:00", "24:00:00", "23:59:59.999999", "17/08/2023",
    "1/8/2023", "31/02/2023", "17-08-2023", "08/17/2023", "17 Agustus 2023", "17 Agt 2023", "5 Peb 2020",
    "5 Nop 2020", "17/08/23", "2023", "23", "02023", "2023-08", "2023-13", "P1Y", "P", "PT", "P1DT2H", "-P1M",
    "PT1.5S", "a@b.id", "a@b", "a b@c.id", "a..b@c.id", "http://contoh.id/a?b=c", "http://", "x y:z", "urn:a:b",
    "{}", "[]", "[1,2]", '{"a":1}', "null", '{"a":NaN}', "1,2", "106.8,-6.2", "181,0", "1,2,3",
    '{"lon":1,"lat":2}', "a,b", "\n", "a\nb", "\t5", "5\r", "5\n", "\x1f", "é", "ﬁ", "🙂", "a'b", 'a"b',
    "550e8400-e29b-41d4-a716-446655440000", "aGFsbw==", "aGFsbw=", '{"type":"Point","coordinates":[1,2]}',
    '{"type":"Topology"}', "''", "\\N", "NULL",
]  # fmt: skip


def named(kind: dict[str, Any]) -> str:
    return "-".join(map(str, kind.values()))


TYPES: list[dict[str, Any]] = [
    {"type": "string"},
    *({"type": "string", "format": form} for form in ("email", "uri", "uuid", "binary")),
    {"type": "integer"},
    {"type": "integer", "groupChar": "."},
    {"type": "integer", "bareNumber": False},
    {"type": "integer", "bareNumber": False, "groupChar": "."},
    {"type": "number"},
    {"type": "number", "decimalChar": ",", "groupChar": "."},
    {"type": "number", "decimalChar": ","},
    {"type": "number", "groupChar": ","},
    {"type": "number", "bareNumber": False, "decimalChar": ",", "groupChar": "."},
    {"type": "number", "bareNumber": False},
    {"type": "boolean"},
    {"type": "boolean", "trueValues": ["Ya", "1"], "falseValues": ["Tidak", "0"]},
    {"type": "date"},
    *(
        {"type": "date", "format": form}
        for form in ("any", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d %B %Y", "%d/%m/%y", "%Y%m%d", "%Y/%m/%d")
    ),
    {"type": "time"},
    {"type": "time", "format": "%H:%M"},
    {"type": "datetime"},
    *(
        {"type": "datetime", "format": form}
        for form in ("any", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z")
    ),
    {"type": "year"},
    {"type": "yearmonth"},
    {"type": "duration"},
    {"type": "object"},
    {"type": "array"},
    {"type": "list"},
    {"type": "list", "itemType": "integer"},
    {"type": "geopoint"},
    {"type": "geopoint", "format": "array"},
    {"type": "geopoint", "format": "object"},
    {"type": "geojson"},
    {"type": "geojson", "format": "topojson"},
    {"type": "any"},
]
AS_TEXT = ("object", "array", "list", "geopoint", "geojson", "duration")


@pytest.mark.slow
@pytest.mark.parametrize("kind", TYPES, ids=named)
def test_every_nasty_text_is_read_alike(kind):
    contract = contract_of({"name": "a", **kind}, {"name": "b"})
    assert_same(contract, [(text, "x") for text in NASTY], values=kind["type"] not in AS_TEXT)


ALPHABET = st.sampled_from(list("0123456789012345678901234567890-+.,:/ TZeE_%RpINFat\tO()\u0663"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind["type"] not in AS_TEXT], ids=named)
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.text(ALPHABET, max_size=22), min_size=40, max_size=120))
def test_any_text_is_read_alike(kind, texts):
    assert_same(contract_of({"name": "a", **kind}, {"name": "b"}), [(text, "x") for text in texts])
