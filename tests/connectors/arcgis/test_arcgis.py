"""ArcGIS: pages, object ids, limits that are exceeded, milliseconds, codes, rings, and errors that say 200."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from mapalus.connectors.arcgis import connector
from mapalus.connectors.arcgis.geometry import geojson
from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Harvest, Surroundings, Vanished
from tests.conftest import SHARED
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import SECRET, HttpWorld

LAYER = "/arcgis/rest/services/Sekolah/FeatureServer/0"
FIELDS = [{"name": "OBJECTID", "type": "esriFieldTypeOID"}, {"name": "nama", "type": "esriFieldTypeString"}]


def params(request: Request) -> dict[str, str]:
    return {**request.query, **dict(parse_qsl(request.body.decode()))}


class LayerWorld(HttpWorld):
    connector = "arcgis"
    can_page = True
    cap = 50

    def options(self) -> dict[str, object]:
        return {"address": f"{self.served.url}{LAYER}?f=pjson", "token": "TOKEN"}

    def brought(self, harvest: Harvest) -> Any:
        found = [json.loads(line) for line in harvest.path.read_text().splitlines()]
        rows = [{name: value for name, value in one["properties"].items() if name != "OBJECTID"} for one in found]
        return sorted(rows, key=lambda row: row["id"])

    def reply(self, request: Request) -> Response:
        if not self.is_there:
            return Response.json({"error": {"code": 400, "message": "Invalid URL", "details": []}})
        return self.answer(request)

    def shut_out(self) -> None:
        self.served.always = Response.json({"error": {"code": 498, "message": "Invalid token.", "details": []}})

    def answer(self, request: Request) -> Response:
        asked = params(request)
        if asked.get("token") != SECRET:
            return Response.json({"error": {"code": 499, "message": "Token Required", "details": []}})
        if request.path == LAYER:
            return Response.json({
                "name": "Sekolah", "type": "Feature Layer", "fields": FIELDS, "maxRecordCount": self.cap,
                "advancedQueryCapabilities": {"supportsPagination": self.can_page},
            })  # fmt: skip
        place = {"x": 124.8, "y": 1.5}
        features: list[dict[str, Any]] = [
            {"attributes": {"OBJECTID": int(row["id"]), **row}, "geometry": place} for row in self.rows
        ]
        if asked.get("returnCountOnly"):
            return Response.json({"count": len(features)})
        if asked.get("returnIdsOnly"):
            ids = [one["attributes"]["OBJECTID"] for one in features]
            return Response.json({"objectIdFieldName": "OBJECTID", "objectIds": ids[::-1] or None})
        if asked.get("objectIds"):
            wanted = set(asked["objectIds"].split(","))
            features = [one for one in features if str(one["attributes"]["OBJECTID"]) in wanted]
            return Response.json({"features": features, "spatialReference": {"wkid": 4326}})
        if asked.get("resultOffset") and not self.can_page:
            return Response.json({"error": {"code": 400, "message": "Pagination is not supported.", "details": []}})
        start = int(asked.get("resultOffset", 0))
        page = features[start : start + self.cap]
        return Response.json({
            "features": page, "spatialReference": {"wkid": 4326},
            "exceededTransferLimit": start + self.cap < len(features),
        })  # fmt: skip


class OldWorld(LayerWorld):
    """A server of 2011: no pages, only object ids."""

    can_page = False


class TestLayer(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[LayerWorld]:
        with LayerWorld.begin(tmp_path) as world:
            yield world


class TestOldLayer(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[OldWorld]:
        with OldWorld.begin(tmp_path) as world:
            yield world


def _harvest(answer: Any, into: Path, **options: object) -> Harvest:
    with serving(answer) as served:
        source = connector.open(
            {"address": served.url + LAYER, **options}, Surroundings(secret=str, allowed=("127.0.0.1",))
        )
        found = source.harvest(mark="", into=into)
    assert found is not None
    return found


def features(found: Harvest) -> list[dict[str, Any]]:
    return [json.loads(line) for line in found.path.read_text().splitlines()]


def layer(said: list[dict[str, Any]], **about: Any) -> Any:
    """A server with one layer that always gives this page."""

    def answer(request: Request) -> Response:
        asked = params(request)
        if request.path == LAYER:
            return Response.json(
                {"name": "x", "fields": FIELDS, "advancedQueryCapabilities": {"supportsPagination": True}, **about}
            )
        if asked.get("returnCountOnly"):
            return Response.json({"count": len(said)})
        start = int(asked.get("resultOffset", 0))
        return Response.json({"features": said[start:], "spatialReference": {"wkid": 4326}})

    return answer


@pytest.mark.shared
@pytest.mark.parametrize("county", ["us-ca-carson", "us-fl-polk", "us-mi-kent", "us-ms-madison"])
def test_recorded_layers_come_as_features(tmp_path: Path, county: str) -> None:
    folder = SHARED / "data" / "api" / "arcgis" / county
    about = (folder / f"{county}-metadata.json").read_bytes()
    page = json.loads((folder / f"{county}-0.json").read_bytes())
    oid = next(one["name"] for one in page["fields"] if one["type"] == "esriFieldTypeOID")
    ids = [one["attributes"][oid] for one in page["features"]]

    def answer(request: Request) -> Response:
        asked = params(request)
        if request.path == LAYER:
            return Response(200, about)
        if asked.get("returnCountOnly"):
            return Response.json({"count": len(ids)})
        if asked.get("returnIdsOnly"):
            return Response.json({"objectIdFieldName": oid, "objectIds": ids})
        return Response.json(page)

    found = _harvest(answer, tmp_path)
    rows = features(found)
    assert sorted(one["id"] for one in rows) == sorted(ids)
    assert set(page["features"][0]["attributes"]) <= set(rows[0]["properties"])
    if county == "us-ca-carson":  # two features under one id, and one without a place
        assert [one["properties"]["ADDRESS"][-3:] for one in rows[:2]] == ["122", "120"]
    if county == "us-fl-polk":
        assert (rows[0]["properties"]["SiteType"], rows[0]["properties"]["SiteType_label"]) == ("R1", "Single Family")
        assert json.loads(found.facts["codes"])["LR"] == {"L": "Left", "R": "Right"}
    if county == "us-mi-kent":  # a server that does not turn its coordinates
        assert rows[0]["geometry"] is None
        assert rows[0]["properties"]["geometri_asli"]["type"] == "Polygon"
        assert len(found.notes) == 1
    else:
        assert next(one for one in rows if one["geometry"])["geometry"]["type"] in ("Point", "Polygon")


def test_dates_are_read_out_of_milliseconds_also_before_1970(tmp_path: Path) -> None:
    said = [{"attributes": {"OBJECTID": n, "d": value}} for n, value in enumerate([0, -1, 1704067200123, None, "x"], 1)]
    about = {"fields": [*FIELDS, {"name": "d", "type": "esriFieldTypeDate"}]}
    assert [one["properties"]["d"] for one in features(_harvest(layer(said, **about), tmp_path))] == [
        "1970-01-01T00:00:00+00:00", "1969-12-31T23:59:59.999000+00:00", "2024-01-01T00:00:00.123000+00:00", None, "x",
    ]  # fmt: skip


def test_names_of_codes_follow_the_subtype(tmp_path: Path) -> None:
    def domain(**codes: str) -> dict[str, Any]:
        return {"type": "codedValue", "codedValues": [{"code": code, "name": name} for code, name in codes.items()]}

    about = {
        "fields": [*FIELDS, {"name": "jenis", "type": "x"}, {"name": "s", "type": "x", "domain": domain(a="Umum")}],
        "typeIdField": "jenis",
        "types": [
            {"id": 1, "name": "SD", "domains": {"s": domain(a="Khusus")}},
            {"id": 2, "name": "SMP", "domains": {}},
        ],
    }
    said = [{"attributes": {"OBJECTID": n, "jenis": n, "s": "a"}} for n in (1, 2)]
    found = [one["properties"] for one in features(_harvest(layer(said, **about), tmp_path))]
    assert [(one["jenis_label"], one["s_label"]) for one in found] == [("SD", "Khusus"), ("SMP", "Umum")]
    plain = features(_harvest(layer(said, **about), tmp_path, labels="codes"))
    assert "s_label" not in plain[0]["properties"]


def test_a_page_that_is_cut_by_the_server_is_gone_on_from(tmp_path: Path) -> None:
    said = [{"attributes": {"OBJECTID": n}} for n in range(1, 8)]

    def answer(request: Request) -> Response:
        asked = params(request)
        if request.path == LAYER:
            return Response.json({"fields": FIELDS, "advancedQueryCapabilities": {"supportsPagination": True}})
        if asked.get("returnCountOnly"):
            return Response.json({"count": 5})  # which is wrong
        start = int(asked["resultOffset"])
        return Response.json({"features": said[max(0, start - 1) : start + 3], "exceededTransferLimit": start + 3 < 7})

    found = _harvest(answer, tmp_path)
    assert [one["id"] for one in features(found)] == list(range(1, 8))
    assert len(found.notes) == 2


def test_a_server_that_repeats_a_page_or_gives_only_the_first_is_told(tmp_path: Path) -> None:
    said = [{"attributes": {"OBJECTID": n}} for n in range(1, 4)]

    def repeating(request: Request) -> Response:
        if request.path == LAYER:
            return Response.json({"fields": FIELDS, "advancedQueryCapabilities": {"supportsPagination": True}})
        return Response.json({"count": 900} if params(request).get("returnCountOnly") else {"features": said})

    with pytest.raises(Unavailable, match="same page"):
        _harvest(repeating, tmp_path)

    def first_only(request: Request) -> Response:
        if request.path == LAYER:
            return Response.json({"fields": [{"name": "nama", "type": "x"}]})
        if params(request).keys() & {"returnCountOnly", "returnIdsOnly"}:
            return Response.json({"error": {"code": 400, "message": "Unable to complete operation.", "details": []}})
        return Response.json({"features": said, "exceededTransferLimit": True})

    with pytest.raises(Refused, match="only the first 3"):
        _harvest(first_only, tmp_path)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ({"error": {"code": 499, "message": "Token Required", "details": []}}, Misconfigured),
        ({"error": {"code": 404, "message": "Service not found", "details": None}}, Vanished),
        ({"error": {"code": 400, "message": "Invalid URL", "details": ["Invalid URL"]}}, Vanished),
        ({"status": "error", "messages": ["Could not find resource or operation"]}, Vanished),
        ({"error": {"code": 500, "message": "Error performing query operation", "details": []}}, Unavailable),
        ({"currentVersion": 10.2, "layers": []}, Refused),
        ("teks", Refused),
    ],
)
def test_errors_with_status_200_are_told_apart(tmp_path: Path, said: Any, meaning: type[Problem]) -> None:
    with pytest.raises(meaning):
        _harvest(lambda request: Response.json(said), tmp_path)


SQUARE = [[0, 0], [0, 4], [4, 4], [4, 0], [0, 0]]  # clockwise: an outer ring of Esri
HOLE = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
FAR = [[9, 9], [9, 10], [10, 10], [10, 9], [9, 9]]


@pytest.mark.parametrize(
    ("esri", "kind", "rings"),
    [
        ({"rings": [SQUARE]}, "Polygon", [[SQUARE[::-1]]]),
        ({"rings": [SQUARE, HOLE]}, "Polygon", [[SQUARE[::-1], HOLE[::-1]]]),
        ({"rings": [HOLE, FAR, SQUARE]}, "MultiPolygon", [[FAR[::-1]], [SQUARE[::-1], HOLE[::-1]]]),
        ({"rings": [HOLE]}, "Polygon", [[HOLE]]),
    ],
)
def test_rings_and_holes_are_told_apart_by_direction(esri: Any, kind: str, rings: Any) -> None:
    found = geojson(esri)
    assert found is not None
    assert found["type"] == kind
    assert (found["coordinates"] if kind == "MultiPolygon" else [found["coordinates"]]) == rings


@pytest.mark.parametrize(
    ("esri", "found"),
    [
        ({"x": 1, "y": 2}, {"type": "Point", "coordinates": [1, 2]}),
        ({"x": 1, "y": 2, "z": 3}, {"type": "Point", "coordinates": [1, 2, 3]}),
        ({"x": "NaN", "y": "NaN"}, None),
        ({"x": None, "y": None}, None),
        ({"points": [[1, 2, 9]], "hasM": True}, {"type": "MultiPoint", "coordinates": [[1, 2]]}),
        ({"paths": [[[1, 2], [3, 4]]]}, {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}),
        ({"paths": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]},
         {"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]}),
        ({"rings": []}, None), ({}, None), (None, None),
    ],
)  # fmt: skip
def test_other_shapes(esri: Any, found: Any) -> None:
    assert geojson(esri) == found


def test_the_shelf_walks_folders_services_and_layers() -> None:
    root = "/arcgis/rest/services"

    def answer(request: Request) -> Response:
        maps, served = {"name": "Dinas/B", "type": "MapServer"}, {"name": "Dinas/B", "type": "FeatureServer"}
        group = {"id": 0, "name": "grup", "subLayerIds": [1]}
        return Response.json({
            root: {"folders": ["Dinas"], "services": [{"name": "A", "type": "MapServer"}, {"name": "G", "type": "x"}]},
            f"{root}/Dinas": {"services": [maps, served]},
            f"{root}/A/MapServer": {"layers": [group, {"id": 1, "name": "isi"}]},
            f"{root}/Dinas/B/FeatureServer": {"layers": [{"id": 0, "name": "b"}], "tables": [{"id": 1, "name": "t"}]},
        }[request.path])  # fmt: skip

    with serving(answer) as served:
        shelf = connector.shelf({"address": served.url + root}, Surroundings(secret=str, allowed=("127.0.0.1",)))
        assert shelf is not None
        found = [one.key.removeprefix(served.url + root) for one in shelf.offered()]
    assert found == ["/A/MapServer/1", "/Dinas/B/FeatureServer/0", "/Dinas/B/FeatureServer/1"]
