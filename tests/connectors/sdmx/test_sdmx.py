"""SDMX: messages flat, by series and across, 1.0 and 2.0, what they delete, and CSV."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.sdmx import connector
from mapalus.connectors.sdmx.message import read_message
from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest, Surroundings, Vanished
from tests.conftest import SHARED
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import SECRET, HttpWorld


def message(rows: list[dict[str, str]], action: str = "Information") -> dict[str, Any]:
    """A flat message with a dimension for the row and its name."""
    regions = [{"id": row["id"], "name": row["nama"]} for row in rows]
    return {
        "header": {"prepared": "2026-01-01T00:00:00Z"},
        "structure": {
            "dimensions": {"dataSet": [{"id": "FREQ", "keyPosition": 0, "values": [{"id": "A"}]}], "series": [],
                           "observation": [{"id": "REGION", "keyPosition": 1, "values": regions}]},
            "attributes": {"dataSet": [], "series": [], "observation": []},
        },
        "dataSets": [{"action": action, "observations": {str(n): [row["siswa"]] for n, row in enumerate(rows)}}],
    }  # fmt: skip


class QueryWorld(HttpWorld):
    connector = "sdmx"
    cannot = {"broken_off_goes_on": "one answer holds everything", "killed_goes_on": "one answer holds everything"}

    def options(self) -> dict[str, object]:
        return {"address": f"{self.served.url}/data/SEKOLAH/A", "auth": "bearer", "secret": "TOKEN"}

    def brought(self, harvest: Harvest) -> object:
        found = [json.loads(line) for line in harvest.path.read_text().splitlines()]
        rows = [{"id": one["REGION"], "nama": one["REGION_label"], "siswa": one["OBS_VALUE"]} for one in found]
        return sorted(rows, key=lambda row: row["id"])

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return Response(401)
        assert "sdmx.data+json" in request.headers["accept"]
        return Response.json(message(self.rows))


class TestQuery(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[QueryWorld]:
        with QueryWorld.begin(tmp_path) as world:
            yield world


def recorded(name: str) -> Any:
    return json.loads((SHARED / "data" / "api" / "sdmx" / f"ecb_exr_{name}.json").read_bytes())


@pytest.mark.shared
def test_three_shapes_of_one_message_give_the_same_records() -> None:
    found = [list(read_message(recorded(name)).records(labels=True)) for name in ("flat", "ts", "xs")]
    assert len(found[0]) == 4

    def sortable(rows: list[dict[str, Any]]) -> list[str]:
        return sorted(json.dumps(row, sort_keys=True) for row in rows)

    assert sortable(found[0]) == sortable(found[1]) == sortable(found[2])
    assert found[0][0] == {
        "FREQ": "D", "FREQ_label": "Daily", "CURRENCY": "NZD", "CURRENCY_label": "New Zealand dollar",
        "CURRENCY_DENOM": "EUR", "CURRENCY_DENOM_label": "Euro", "EXR_TYPE": "SP00", "EXR_TYPE_label": "Spot rate",
        "EXR_SUFFIX": "A", "EXR_SUFFIX_label": "Average or standardised measure for given frequency",
        "TIME_PERIOD": "2013-01-18", "OBS_VALUE": 1.5931, "TITLE": "New Zealand dollar (NZD)",
        "OBS_STATUS": "A", "OBS_STATUS_label": "Normal value",
    }  # fmt: skip


def _harvest(answer: Any, into: Path, mark: str = "", **options: object) -> Harvest | None:
    respond = answer if callable(answer) else lambda request: Response.json(answer)
    with serving(respond) as served:
        known = {"address": f"{served.url}/data/x", **options}
        return connector.open(known, Surroundings(secret=str, allowed=("127.0.0.1",))).harvest(mark=mark, into=into)


@pytest.mark.shared
def test_a_recorded_deletion_is_handed_on_with_its_key(tmp_path: Path) -> None:
    found = _harvest(recorded("action-delete"), tmp_path)
    assert found is not None
    assert (found.extent, found.facts["key"]) == (
        Extent.CHANGES, "FREQ, CURRENCY, CURRENCY_DENOM, EXR_TYPE, EXR_SUFFIX, TIME_PERIOD"
    )  # fmt: skip
    rows = [json.loads(line) for line in found.path.read_text().splitlines()]
    assert [(row["CURRENCY"], row["TIME_PERIOD"], row["OBS_VALUE"]) for row in rows] == [
        ("RUB", "2013-01-18", 40.3426), ("RUB", "2013-01-21", 40.3)
    ]  # fmt: skip
    assert found.deleted is not None
    assert json.loads(found.deleted.read_text()) == {
        "FREQ": "D", "CURRENCY": "NZD", "CURRENCY_DENOM": "EUR", "EXR_TYPE": "SP00", "EXR_SUFFIX": "A",
        "TIME_PERIOD": "2013-01-18",
    }  # fmt: skip


ROWS = [{"id": "71", "nama": "Sulut", "siswa": "5"}]


@pytest.mark.parametrize(
    ("action", "extent"),
    [("Information", Extent.WHOLE), ("Replace", Extent.WHOLE), ("Append", Extent.CHANGES), ("Merge", Extent.CHANGES)],
)
def test_what_a_data_set_does_is_what_the_harvest_is(tmp_path: Path, action: str, extent: Extent) -> None:
    found = _harvest(message(ROWS, action), tmp_path)
    assert found is not None
    assert found.extent is extent


def test_the_second_version_wraps_names_measures_and_uncoded_values() -> None:
    region = {"id": "REGION", "keyPosition": 0, "values": [{"id": "71", "name": "Sulut"}]}
    said = {
        "meta": {"prepared": "x"},
        "data": {
            "structures": [{
                "dimensions": {"series": [region],
                               "observation": [{"id": "TIME", "values": [{"value": "2024"}, {"value": "2025"}]}]},
                "measures": {"observation": [{"id": "ORANG"}, {"id": "RUPIAH"}]},
                "attributes": {"dataSet": [{"id": "UNIT", "values": [{"id": "P"}]}], "series": [{"id": "CATATAN"}],
                               "observation": [{"id": "STATUS", "values": [{"id": "A"}]}],
                               "dimensionGroup": [{"id": "KELOMPOK", "values": [{"value": "g"}]}]},
            }],
            "dataSets": [{"structure": 0, "attributes": [0], "dimensionGroupAttributes": {"0:": [0]}, "series": {
                "0": {"attributes": ["teks bebas"], "observations": {"0": [1, 2, 0], "1": [3, None]}}}}],
        },
    }  # fmt: skip
    found = list(read_message(said).records(labels=True))
    assert found[0] == {
        "REGION": "71", "REGION_label": "Sulut", "TIME": "2024", "ORANG": 1, "RUPIAH": 2, "UNIT": "P",
        "CATATAN": "teks bebas", "STATUS": "A", "KELOMPOK": "g",
    }  # fmt: skip
    assert (found[1]["TIME"], found[1]["RUPIAH"], found[1]["STATUS"]) == ("2025", None, None)


def test_only_what_changed_is_asked_for_and_404_is_looked_into(tmp_path: Path) -> None:
    gone = False

    def answer(request: Request) -> Response:
        if "updatedAfter" in request.query or gone:
            return Response(404, b"No results found")
        return Response.json(message(ROWS))

    first = _harvest(answer, tmp_path, changes=True)
    assert first is not None
    assert _harvest(answer, tmp_path, first.mark, changes=True) is None
    gone = True
    with pytest.raises(Vanished):
        _harvest(answer, tmp_path, first.mark, changes=True)


def test_csv_is_handed_on_as_received(tmp_path: Path) -> None:
    body = b"DATAFLOW,REGION,OBS_VALUE\nx,71,1.50\n"
    found = _harvest(lambda request: Response(200, body, {"Content-Type": "text/csv"}), tmp_path, form="csv")
    assert found is not None
    assert (found.path.read_bytes(), found.name) == (body, "data.csv")


def test_csv_of_the_second_version_says_what_is_gone(tmp_path: Path) -> None:
    body = b"STRUCTURE,STRUCTURE_ID,ACTION,REGION,TIME,OBS_VALUE\ndataflow,X,A,71,2025,5\ndataflow,X,D,72,2024,\n"
    found = _harvest(lambda request: Response(200, body, {"Content-Type": "text/csv"}), tmp_path, form="csv")
    assert found is not None
    assert found.deleted is not None
    assert (found.extent, json.loads(found.deleted.read_text())) == (Extent.CHANGES, {"REGION": "72", "TIME": "2024"})
    assert b"72,2024" not in found.path.read_bytes()


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (b"<?xml version='1.0'?><mes:GenericData/>", Refused),
        (b'{"errors": [{"code": 100, "title": "No results found"}]}', Vanished),
        (b'{"errors": [{"code": 500, "title": "x"}]}', Unavailable),
        (b'{"dataSets": []}', Refused),
        (b'{"structure": {}, "dataSets": [1]}', Refused),
        (json.dumps({**message(ROWS), "dataSets": [{"observations": {"7": [1]}}]}).encode(), Refused),
        (json.dumps({**message(ROWS), "dataSets": [{"observations": {"0:0": [1]}}]}).encode(), Refused),
    ],
)
def test_what_is_no_message_is_told(tmp_path: Path, said: bytes, meaning: type[Problem]) -> None:
    with pytest.raises(meaning):
        _harvest(lambda request: Response(200, said), tmp_path)
