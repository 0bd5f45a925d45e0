"""The WebAPI of BPS: dynamic tables as long rows, static tables as pages, lists, and 200 for everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.bps import connector
from mapalus.connectors.bps.decoding import long_rows, plain
from mapalus.engine.errors import Invalid, Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Harvest, Surroundings, Vanished
from tests.conftest import SHARED
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import SECRET, HttpWorld


class VariableWorld(HttpWorld):
    """A dynamic table: a region a row."""

    connector = "bps"
    key = "kode_vervar"

    def options(self) -> dict[str, object]:
        return {"address": f"{self.served.url}/v1/api", "key": "BPS_KEY", "domain": "7100", "var": "31"}

    def held(self) -> object:
        return sorted(((row["id"], row["nama"], row["siswa"]) for row in self.rows), key=lambda row: row[0])

    def brought(self, harvest: Harvest) -> object:
        found = [json.loads(line) for line in harvest.path.read_text().splitlines()]
        return sorted(((one["kode_vervar"], one["vervar"], one["nilai"]) for one in found), key=lambda row: row[0])

    def answer(self, request: Request) -> Response:
        if request.query.get("key") != SECRET:
            return Response.json({"status": "Error", "message": "Invalid API key"})
        assert request.query["domain"] == "7100"
        if request.query["model"] == "th":
            rows = [{"th_id": 117, "th": 2017}]
            return Response.json({"status": "OK", "data-availability": "available", "data": [{"pages": 1}, rows]})
        assert request.query["th"] == "117"
        return Response.json({
            "status": "OK", "data-availability": "available", "labelvervar": "Kecamatan",
            "var": [{"val": 31, "label": "Murid", "unit": "Orang"}], "turvar": [{"val": 0, "label": "Tidak Ada"}],
            "vervar": [{"val": int(row["id"]), "label": f"<b>{row['nama']}</b>"} for row in self.rows] or [{"val": 1}],
            "tahun": [{"val": 117, "label": "2017"}], "turtahun": [{"val": 0, "label": "Tahun"}],
            "datacontent": {f"{row['id']}3101170": row["siswa"] for row in self.rows},
        })  # fmt: skip


class TestVariable(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[VariableWorld]:
        with VariableWorld.begin(tmp_path) as world:
            yield world


class ListWorld(VariableWorld):
    """The list of variables, in pages whose number is a guess."""

    key = "id"

    def options(self) -> dict[str, object]:
        return {"address": f"{self.served.url}/v1/api", "key": "BPS_KEY", "domain": "7100", "model": "var"}

    def held(self) -> object:
        return sorted(self.rows, key=lambda row: row["id"])

    def brought(self, harvest: Harvest) -> object:
        found = [json.loads(line) for line in harvest.path.read_text().splitlines()]
        return sorted(found, key=lambda row: row["id"])

    def answer(self, request: Request) -> Response:
        if request.query.get("key") != SECRET:
            return Response.json({"status": "Error", "message": "Invalid API key"})
        start = 20 * (int(request.query["page"]) - 1)
        rows = self.rows[start : start + 20]
        if not rows and start:
            return Response.json({"status": "OK", "data-availability": "list-not-available", "data": ""})
        head = {"page": 1, "pages": 30, "total": len(self.rows)}
        return Response.json({"status": "OK", "data-availability": "available", "data": [head, rows]})


class TestList(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[ListWorld]:
        with ListWorld.begin(tmp_path) as world:
            yield world


def recorded(name: str) -> bytes:
    return (SHARED / "data" / "api" / "bps_webapi" / f"{name}.json").read_bytes()


def _around() -> Surroundings:
    return Surroundings(secret=lambda name: SECRET, allowed=("127.0.0.1",))


def _harvest(body: bytes | Any, into: Path, **options: object) -> Harvest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with serving(lambda request: Response(200, content, {"Content-Type": "application/json"})) as served:
        source = connector.open({"address": served.url, "key": "K", **options}, _around())
        found = source.harvest(mark="", into=into)
    assert found is not None
    return found


@pytest.mark.shared
def test_a_recorded_dynamic_table_becomes_long_rows(tmp_path: Path) -> None:
    said = json.loads(recorded("data_dynamic_response"))
    found = _harvest(recorded("data_dynamic_response"), tmp_path, var="31", years="99:122")
    rows = [json.loads(line) for line in found.path.read_text().splitlines()]
    assert len(rows) == len(said["datacontent"])
    assert rows[0] == {
        "kode_variabel": "31", "variabel": "Jumlah Penduduk", "satuan": "Jiwa", "kode_vervar": "7315",
        "vervar": "Pinrang", "kode_turvar": "0", "turvar": "Tidak Ada", "kode_tahun": "99", "tahun": "1999",
        "kode_turtahun": "0", "turtahun": "Tahun", "nilai": said["datacontent"]["7315310990"],
    }  # fmt: skip
    assert found.facts["labelvervar"] == "Kecamatan"


@pytest.mark.shared
def test_a_recorded_static_table_is_a_page_that_the_reader_reads(tmp_path: Path) -> None:
    from mapalus.engine.data.reading import read

    found = _harvest(recorded("static_table_detail"), tmp_path, model="statictable", table="23")
    assert found.name == "bps-0000-23.html"
    page = found.path.read_text()
    assert "<table class=" in page
    assert "&lt;td" not in page
    (tmp_path / "scratch").mkdir()
    scan = read(found.path, scratch=tmp_path / "scratch")
    assert len(scan.columns) > 1


@pytest.mark.shared
@pytest.mark.parametrize("name", ["domain_list", "period_list", "unit_list", "variable_list", "vertical_variable_list"])
def test_recorded_lists_come_whole_and_a_wrong_number_of_pages_is_noticed(tmp_path: Path, name: str) -> None:
    said = json.loads(recorded(name))
    model = {"domain_list": "domain", "period_list": "th", "unit_list": "unit", "variable_list": "var",
             "vertical_variable_list": "vervar"}[name]  # fmt: skip
    said["data"][0]["total"] = len(said["data"][1])
    found = _harvest(said, tmp_path, model=model)
    assert len(found.path.read_text().splitlines()) == len(said["data"][1])


@pytest.mark.shared
def test_recorded_refusals_are_told(tmp_path: Path) -> None:
    with pytest.raises(Vanished, match="list-not-available"):
        _harvest(recorded("list_unavailable"), tmp_path, model="var")
    with pytest.raises(Unavailable, match="something wrong"):
        _harvest(recorded("error"), tmp_path, model="var")


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ({"status": "Error", "message": "Parameter key is required"}, Misconfigured),
        (b"<html><head><title>Request Rejected</title></head></html>", Refused),
        ({"status": "OK", "data-availability": "available", "data": "kosong"}, Refused),
        ({"status": "OK", "data-availability": "list-not-available"}, Vanished),
        ([], Refused),
    ],
)
def test_two_hundred_does_not_mean_yes(tmp_path: Path, body: Any, meaning: type[Problem]) -> None:
    with pytest.raises(meaning):
        _harvest(body, tmp_path, model="var")
    with pytest.raises(meaning):
        _harvest(body, tmp_path, var="1", years="117")


def table(**changed: Any) -> dict[str, Any]:
    return {
        "var": [{"val": 5, "label": "x", "unit": "Orang"}], "turvar": [{"val": 0, "label": ""}],
        "vervar": [{"val": 7101, "label": "Bolmong"}], "tahun": [{"val": 117, "label": "2017"}],
        "turtahun": [{"val": 0, "label": "Tahun"}], "datacontent": {"7101501170": 1}, **changed,
    }  # fmt: skip


def test_codes_of_different_length_are_told_apart_and_doubt_is_refused() -> None:
    vervar = [{"val": 71, "label": "Sulut"}, {"val": 7101, "label": "Bolmong"}]
    found = list(long_rows(table(vervar=vervar, datacontent={"71501170": 1, "7101501170": 2}), []))
    assert [(row["kode_vervar"], row["nilai"]) for row in found] == [("71", 1), ("7101", 2)]
    both = table(vervar=[{"val": 1}, {"val": 15}], var=[{"val": 51}, {"val": 1}], datacontent={"15101170": 1})
    with pytest.raises(Refused, match="more than one way"):
        list(long_rows(both, []))


def test_a_key_that_nothing_explains_is_counted() -> None:
    unread: list[str] = []
    found = list(long_rows(table(datacontent={"7101501170": None, "9999501170": 3}), unread))
    assert [row["nilai"] for row in found] == [None]
    assert unread == ["9999501170"]


def test_labels_lose_their_markup() -> None:
    assert plain("&lt;b&gt;SULAWESI&amp;nbsp;UTARA&lt;/b&gt;") == "SULAWESI UTARA"


def test_the_shelf_has_dynamic_and_static_tables_of_an_office() -> None:
    def answer(request: Request) -> Response:
        rows = {
            "var": [{"var_id": 1, "title": "A", "sub_name": "Gender"}, {"var_id": 2, "title": "B"}],
            "statictable": [{"table_id": 9, "title": "C &amp; D", "updt_date": "2020-08-05"}],
        }[request.query["model"]]
        return Response.json({"status": "OK", "data-availability": "available", "data": [{"pages": 1}, rows]})

    with serving(answer) as served:
        shelf = connector.shelf({"address": served.url, "key": "K", "domain": "7100"}, _around())
        assert shelf is not None
        found = list(shelf.offered())
    assert [(one.key, one.title) for one in found] == [
        ("7100/data/1", "A"), ("7100/data/2", "B"), ("7100/statictable/9", "C & D")
    ]  # fmt: skip
    assert found[2].options["table"] == "9"
    connector.open(found[0].options, _around())


def test_a_table_needs_its_number() -> None:
    for options in ({"model": "data"}, {"model": "statictable", "table": "x"}):
        with pytest.raises(Invalid):
            connector.open({"key": "K", **options}, _around())


def test_a_key_that_bps_repeats_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as told:
        _harvest({"status": "Error", "message": f"API key {SECRET} is not valid"}, tmp_path, model="var")
    assert SECRET not in str(told.value) + told.value.say(language="id") + repr(told.value.data)
