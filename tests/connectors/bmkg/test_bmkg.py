"""BMKG: earthquakes that move through a window, forecasts by village, and the older XML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.bmkg import connector
from mapalus.engine.errors import Invalid, Refused
from mapalus.engine.harvest.connector import Extent, Harvest, Surroundings, Vanished
from tests.conftest import SHARED
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import HttpWorld


class QuakeWorld(HttpWorld):
    connector = "bmkg"
    cannot = {
        "shut_out": "BMKG is open to all", "size_is_bounded": "a feed has fifteen earthquakes",
        "what_changed_is_followed": "what has left the feed is not gone; a test of its own looks at it",
        "broken_off_goes_on": "one answer", "killed_goes_on": "one answer",
    }  # fmt: skip

    def options(self) -> dict[str, object]:
        return {"address": self.served.url, "feed": "gempaterkini"}

    def answer(self, request: Request) -> Response:
        return Response.json({"Infogempa": {"gempa": [{**row, "Magnitude": "5.0"} for row in self.rows]}})

    def held(self) -> object:
        return sorted(({**row, "Magnitude": "5.0"} for row in self.rows), key=lambda row: row["id"])


class VillageWorld(HttpWorld):
    connector = "bmkg"
    cannot = {"shut_out": "BMKG is open to all"}

    def options(self) -> dict[str, object]:
        return {"address": self.served.url, "feed": "prakiraan", "regions": ["71.71.01.1001", "71.71.01.1002"]}

    def answer(self, request: Request) -> Response:
        first = request.query["adm4"] == "71.71.01.1001"
        half = len(self.rows) // 2
        hours = self.rows[:half] if first else self.rows[half:]
        return Response.json({"lokasi": {}, "data": [{"lokasi": {}, "cuaca": [hours[:3], hours[3:]]}]})


class TestQuakes(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[QuakeWorld]:
        with QuakeWorld.begin(tmp_path) as world:
            yield world


class TestVillages(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[VillageWorld]:
        with VillageWorld.begin(tmp_path) as world:
            yield world


def _harvest(body: bytes | Any, into: Path, mark: str = "", **options: object) -> Harvest | None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with serving(lambda request: Response(200, content)) as served:
        source = connector.open({"address": served.url, **options}, Surroundings(secret=str, allowed=("127.0.0.1",)))
        return source.harvest(mark=mark, into=into)


def rows(harvest: Harvest | None) -> list[dict[str, Any]]:
    assert harvest is not None
    return [json.loads(line) for line in harvest.path.read_text().splitlines()]


@pytest.mark.shared
def test_recorded_earthquakes_come_with_and_without_an_envelope(tmp_path: Path) -> None:
    folder = SHARED / "data" / "api" / "bmkg"
    latest = rows(_harvest((folder / "gempaterkini.json").read_bytes(), tmp_path))
    assert len(latest) == 15
    assert (latest[0]["Lintang"], latest[0]["Kedalaman"], latest[0]["Magnitude"]) == ("10.01 LS", "10 km", "5.3")
    bare = rows(_harvest((folder / "autogempa_tanpa_amplop.json").read_bytes(), tmp_path, feed="autogempa"))
    assert [row["Dirasakan"][:8] for row in bare] == ["IV Manna"]


def test_one_earthquake_as_an_object_and_as_xml(tmp_path: Path) -> None:
    one = {"Tanggal": "1", "Magnitude": "5"}
    assert rows(_harvest({"Infogempa": {"gempa": one}}, tmp_path)) == [one]
    xml = b"<Infogempa><gempa><Tanggal>1</Tanggal><point><coordinates>1,2</coordinates></point></gempa></Infogempa>"
    assert rows(_harvest(xml, tmp_path)) == [{"Tanggal": "1", "Coordinates": "1,2"}]


def test_what_has_left_the_feed_is_not_gone(tmp_path: Path) -> None:
    first = _harvest({"Infogempa": {"gempa": [{"Magnitude": "5", "n": 1}, {"Magnitude": "6", "n": 2}]}}, tmp_path)
    assert first is not None
    second = _harvest({"Infogempa": {"gempa": [{"Magnitude": "7", "n": 3}]}}, tmp_path, first.mark)
    assert second is not None
    assert (second.extent, [row["n"] for row in rows(second)], second.deleted) == (Extent.CHANGES, [3], None)


@pytest.mark.shared
def test_the_recorded_forecast_in_xml_becomes_a_row_a_value(tmp_path: Path) -> None:
    body = (SHARED / "data" / "api" / "bmkg" / "DigitalForecast-DKIJakarta_kutipan.xml").read_bytes()
    found = rows(_harvest(body, tmp_path, feed="prakiraan-xml", province="DKIJakarta"))
    assert found[0] == {
        "area_id": "501192", "area": "Kota Jakarta Barat", "domain": "DKI Jakarta", "latitude": "-6.203019",
        "longitude": "106.731319", "parameter": "humax", "keterangan": "Max humidity", "jenis": "daily",
        "waktu_utc": "2024-04-04T12:00:00+00:00", "unit": "%", "nilai": "100",
    }  # fmt: skip
    assert {row["unit"] for row in found if row["parameter"] == "tmax"} == {"C", "F"}


def test_a_region_that_bmkg_does_not_know(tmp_path: Path) -> None:
    with pytest.raises(Vanished, match=r"99\.99"):
        _harvest({"statusCode": 404, "message": "x"}, tmp_path, feed="prakiraan", regions=["99.99"])
    with pytest.raises(Refused):
        _harvest({"lokasi": {}, "data": [{"cuaca": None}]}, tmp_path, feed="prakiraan", regions=["99.99"])
    with pytest.raises(Invalid):
        _harvest({}, tmp_path, feed="prakiraan")


def test_entities_in_xml_are_refused(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><data>&b;</data>'
    with pytest.raises(Refused) as refused:
        _harvest(bomb, tmp_path, feed="prakiraan-xml", province="X")
    assert refused.value.reason == "xml-entities"
