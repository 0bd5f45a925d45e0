"""What BMKG sends on other days."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.bmkg import source
from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Response
from tests.connectors.variants import brought, fails, rows

QUAKES = {"address": "{url}", "feed": "gempadirasakan"}
WEATHER: dict[str, Any] = {"address": "{url}", "feed": "prakiraan", "regions": ["71.71.01.1001"]}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


@pytest.mark.parametrize(("north", "east", "degrees"), [
    ("1.23 LU", "124.80 BT", ("1.23", "124.80")), ("10.01 LS", "118.81 BT", ("-10.01", "118.81")),
    ("1,23 LU", "120,5 BT", ("1.23", "120.5")), ("0.05LS", "179.9 BB", ("-0.05", "-179.9")),
    ("2 ls", "3 bt", ("-2", "3")),
    ("", "120 BT", None), ("utara", "timur", None), (None, None, None),
])  # fmt: skip
def test_degrees_with_a_sign_stand_beside_the_words(tmp_path: Path, north: Any, east: Any, degrees: Any) -> None:
    quake = {"Tanggal": "1", "Magnitude": "5.3", "Lintang": north, "Bujur": east}
    (row,) = rows(brought("bmkg", lambda request: Response.json({"Infogempa": {"gempa": quake}}), tmp_path, **QUAKES))
    found = (row["lintang_derajat"], row["bujur_derajat"]) if "lintang_derajat" in row else None
    assert found == degrees
    assert (row["Lintang"], row["Magnitude"]) == (north, "5.3")


HOUR = {"local_datetime": "2026-01-01 07:00:00", "t": 27, "hu": 88, "weather_desc": "Hujan Ringan"}
PLACE = {"adm4": "71.71.01.1001", "desa": "Contoh"}


@pytest.mark.parametrize("said", [
    {"lokasi": PLACE, "data": [{"lokasi": PLACE, "cuaca": [[HOUR, HOUR], [HOUR]]}]},
    {"lokasi": PLACE, "data": [{"cuaca": [[HOUR, HOUR, HOUR]]}]},
    {"lokasi": PLACE, "data": [{"lokasi": None, "cuaca": [HOUR, HOUR, HOUR]}]},
    {"data": [{"lokasi": PLACE, "cuaca": [[HOUR]]}, {"lokasi": PLACE, "cuaca": [[HOUR, HOUR], []]}]},
])  # fmt: skip
def test_forecasts_are_nested_in_several_ways(tmp_path: Path, said: Any) -> None:
    found = rows(brought("bmkg", lambda request: Response.json(said), tmp_path, **WEATHER))
    assert found == [{**PLACE, **HOUR}] * 3


@pytest.mark.parametrize(("said", "kind"), [
    (Response.json({"statusCode": 404, "error": "Not Found", "message": "Lokasi tidak ditemukan"}), Vanished),
    (Response(404, b'{"statusCode":404}'), Vanished), (Response.json({"status": 400}), Vanished),
    (Response(429, b"", {"Retry-After": "300"}), Unavailable), (Response(403, b"<html>"), Misconfigured),
    (Response(200, b"<html>Pemeliharaan"), Refused), (Response.json({"data": None}), Refused),
    (Response.json({"lokasi": {}, "data": [{"cuaca": "tidak ada"}]}), Refused),
])  # fmt: skip
def test_what_bmkg_says_instead(tmp_path: Path, said: Response, kind: type[Problem]) -> None:
    fails(kind, "bmkg", lambda request: said, tmp_path, **WEATHER)


@pytest.mark.parametrize("said", [
    {"Infogempa": {}}, {"Infogempa": {"gempa": ["x"]}}, {"Infogempa": None}, [], {"error": "x"}, "kosong",
], ids=str)  # fmt: skip
def test_a_feed_that_is_none(tmp_path: Path, said: Any) -> None:
    if said == []:
        assert rows(brought("bmkg", lambda request: Response.json(said), tmp_path, **QUAKES)) == []
    else:
        fails(Refused, "bmkg", lambda request: Response.json(said), tmp_path, **QUAKES)


def test_bmkg_is_not_asked_faster_than_it_allows() -> None:
    assert source._GENTLE.rate * 60 <= 60
    assert source._GENTLE.burst < 60


def test_a_fault_in_json_with_status_200_is_worth_another_try(tmp_path: Path) -> None:
    said = {"statusCode": 500, "message": "Internal server error"}
    fails(Unavailable, "bmkg", lambda request: Response.json(said), tmp_path, **QUAKES)
