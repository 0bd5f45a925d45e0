"""Servers of many ages: limits, ids, dates, codes, coordinates, and every way to say no with status 200."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Request, Response
from tests.connectors.variants import Answer, brought, fails, rows

LAYER = {"address": "{url}/arcgis/rest/services/Sekolah/MapServer/0"}
OID, NAME = {"name": "OBJECTID", "type": "esriFieldTypeOID"}, {"name": "nama", "type": "esriFieldTypeString"}
ABOUT: dict[str, Any] = {"name": "Sekolah", "fields": [OID, NAME], "maxRecordCount": 2}
DEGREES = {"wkid": 4326}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


def asked_of(request: Request) -> dict[str, str]:
    return {**request.query, **dict(parse_qsl(request.body.decode()))}


def server(
    features: list[dict[str, Any]], *, about: dict[str, Any] | None = None, reference: Any = DEGREES, cap: int = 2,
    pages: bool = True, ids: Any = True, count: Any = True,
) -> Answer:  # fmt: skip
    """A layer that gives `cap` features at once; what it cannot do it refuses as old servers do."""

    def answer(request: Request) -> Response:
        asked = asked_of(request)
        if not request.path.endswith("/query"):
            paging = {"advancedQueryCapabilities": {"supportsPagination": pages}}
            return Response.json({**ABOUT, **paging, **(about or {})})
        if asked.get("returnCountOnly") == "true":
            return Response.json({"count": len(features)} if count is True else count)
        if asked.get("returnIdsOnly") == "true":
            own = [one["attributes"]["OBJECTID"] for one in features]
            return Response.json({"objectIdFieldName": "OBJECTID", "objectIds": own[::-1]} if ids is True else ids)
        if "objectIds" in asked:
            wanted = set(asked["objectIds"].split(","))
            found = [one for one in features if str(one["attributes"]["OBJECTID"]) in wanted]
        elif "resultOffset" in asked and not pages:
            return Response.json({"error": {"code": 400, "message": "Pagination is not supported.", "details": []}})
        else:
            found = features[int(asked.get("resultOffset", 0)) :]
        more = {"exceededTransferLimit": True} if len(found) > cap else {}
        return Response.json({"spatialReference": reference, "features": found[:cap], **more})

    return answer


def feature(number: int, **more: Any) -> dict[str, Any]:
    return {"attributes": {"OBJECTID": number, "nama": f"SD {number}"}, "geometry": {"x": 124.8, "y": 1.5}, **more}


FIVE = [feature(n) for n in range(1, 6)]


@pytest.mark.parametrize("server_can", [
    {}, {"pages": False}, {"count": {"error": {"code": 400, "message": "no"}}}, {"pages": False, "cap": 1},
    {"about": {"maxRecordCount": 0}}, {"about": {"maxRecordCount": None, "advancedQueryCapabilities": None}},
    {"about": {"objectIdField": "OBJECTID", "fields": [NAME]}},
    {"about": {"advancedQueryCapabilities": {}}, "pages": False},
], ids=str)  # fmt: skip
def test_everything_comes_whatever_the_server_can_do(tmp_path: Path, server_can: dict[str, Any]) -> None:
    found = brought("arcgis", server(FIVE, **server_can), tmp_path, **LAYER)
    assert [row["properties"]["OBJECTID"] for row in rows(found)] == [1, 2, 3, 4, 5]


def test_a_server_without_pages_and_ids_that_gives_only_a_part_is_told(tmp_path: Path) -> None:
    cannot = server(FIVE, pages=False, ids={"error": {"code": 400, "message": "no"}})
    fails(Refused, "arcgis", cannot, tmp_path, says="only the first", **LAYER)


REFERENCES = [
    ({"wkid": 102100, "latestWkid": 3857}, True), ({"wkid": 3857}, True), ({"wkid": 102113}, True),
    ({"wkt": 'PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["x"]]'}, True), ({"wkid": 32651}, False),
    ({"wkt": 'PROJCS["DGN_1995_UTM_Zone_51N"]'}, False),
]  # fmt: skip


@pytest.mark.parametrize(("reference", "is_turned"), REFERENCES, ids=str)
@pytest.mark.parametrize("shape", ["point", "polygon"])
def test_metres_are_turned_into_degrees_where_a_formula_can(
    tmp_path: Path, reference: Any, is_turned: bool, shape: str
) -> None:
    x, y = 13892672.45, 166998.31
    rings = [[[x, y], [x, y + 9], [x + 9, y], [x, y]]]
    geometry = {"x": x, "y": y} if shape == "point" else {"rings": rings}
    found = brought("arcgis", server([feature(1, geometry=geometry)], reference=reference), tmp_path, **LAYER)
    (row,) = rows(found)
    assert found is not None
    if is_turned:
        first = row["geometry"]["coordinates"] if shape == "point" else row["geometry"]["coordinates"][0][0]
        assert (round(first[0], 3), round(first[1], 3)) == (124.8, 1.5)
        assert found.notes == ()
    else:
        assert row["geometry"] is None
        assert row["properties"]["geometri_asli"]["type"] == shape.capitalize()
        assert len(found.notes) == 1


FIELDS = [
    OID, {"name": "tgl", "type": "esriFieldTypeDate"}, {"name": "hari", "type": "esriFieldTypeDateOnly"},
    {"name": "jenis", "type": "esriFieldTypeSmallInteger", "domain": {"type": "codedValue", "codedValues": [
        {"name": "Negeri", "code": 1}, {"name": "Swasta", "code": 2}]}},
    {"name": "nilai", "type": "esriFieldTypeDouble", "domain": {"type": "range", "range": [0, 9]}},
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), [
    ({"tgl": 1704067200000, "jenis": 1}, {"tgl": "2024-01-01T00:00:00+00:00", "jenis": 1, "jenis_label": "Negeri"}),
    ({"tgl": -86400000, "jenis": 9}, {"tgl": "1969-12-31T00:00:00+00:00", "jenis": 9, "jenis_label": None}),
    ({"tgl": 1704067200123, "jenis": None}, {"tgl": "2024-01-01T00:00:00.123000+00:00", "jenis_label": None}),
    ({"tgl": None, "hari": "2024-01-01"}, {"tgl": None, "hari": "2024-01-01"}),
    ({"tgl": "2024-01-01", "jenis": 2.0}, {"tgl": "2024-01-01"}), ({"nilai": "NaN"}, {"nilai": "NaN"}),
    ({"tgl": 9e18}, {"tgl": 9e18}),
], ids=str)  # fmt: skip
def test_dates_and_codes(tmp_path: Path, given: dict[str, Any], expected: dict[str, Any]) -> None:
    one = {"attributes": {"OBJECTID": 1, **given}}
    (row,) = rows(brought("arcgis", server([one], about={"fields": FIELDS}), tmp_path, **LAYER))
    assert {name: row["properties"][name] for name in expected} == expected
    assert row["geometry"] is None


def error(code: Any, message: str, *details: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "details": list(details)}}


@pytest.mark.parametrize(("said", "kind"), [
    (error(499, "Token Required"), Misconfigured), (error(498, "Invalid token."), Misconfigured),
    (error(403, "You do not have permissions to access this resource"), Misconfigured),
    (error(404, "Layer not found"), Vanished), (error(400, "Invalid URL", "Invalid URL"), Vanished),
    (error(500, "Service Sekolah/MapServer not found"), Vanished),
    (error(500, "Service Sekolah/MapServer not started"), Unavailable), (error(500, "Error"), Unavailable),
    (error(504, "Gateway timeout"), Unavailable), (error("", ""), Vanished),
    ({"status": "error", "messages": ["Token Required"], "code": 499}, Misconfigured),
    ({"status": "error", "messages": ["x"], "code": 500}, Unavailable),
    ({"services": [], "folders": []}, Refused), ([], Refused),
], ids=str)  # fmt: skip
def test_a_no_with_status_200(tmp_path: Path, said: Any, kind: type[Problem]) -> None:
    fails(kind, "arcgis", lambda request: Response.json(said), tmp_path, **LAYER)


@pytest.mark.parametrize("said", [error(500, "Error performing query operation"), error(504, "x"), {"features": None}])
def test_a_page_that_fails_in_the_middle_brings_nothing(tmp_path: Path, said: Any) -> None:
    whole = server(FIVE)
    answer = lambda request: Response.json(said) if request.query.get("resultOffset") == "2" else whole(request)  # noqa: E731
    fails(Problem, "arcgis", answer, tmp_path, **LAYER)


def shrinking(counts: list[int], left: list[int]) -> Answer:
    """Of five features `left` are there once the first page was given."""
    first = server(FIVE)
    rest = server([feature(n) for n in left])

    def answer(request: Request) -> Response:
        if request.query.get("returnCountOnly"):
            return Response.json({"count": counts.pop(0)})
        return (rest if int(request.query.get("resultOffset", 0)) else first)(request)

    return answer


def test_features_that_are_deleted_between_two_pages_take_none_with_them(tmp_path: Path) -> None:
    fails(Unavailable, "arcgis", shrinking([5, 4], [2, 3, 4, 5]), tmp_path, says="changed", **LAYER)
    found = brought("arcgis", shrinking([4, 4], [1, 2, 4]), tmp_path, **LAYER)  # it counts wrong each time
    assert found is not None
    assert [text for text, _data in found.notes] == ["The source speaks of %(said)s records and brought %(brought)s."]


@pytest.mark.parametrize("pages", [True, False])
def test_a_server_that_cannot_order_is_asked_by_object_ids(tmp_path: Path, pages: bool) -> None:
    """It refuses the order in words, or overlooks it and gives its pages in any."""
    ready = server(FIVE[::-1] if pages else FIVE)

    def answer(request: Request) -> Response:
        if asked_of(request).get("orderByFields") and not pages:
            return Response.json(error(400, "Unable to complete operation.", "'orderByFields' is not supported"))
        return ready(request)

    found = brought("arcgis", answer, tmp_path, **LAYER)
    assert [row["id"] for row in rows(found)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("fields", "value", "expected"), [
    ("DateOnly", "2024-05-01", "2024-05-01"), ("TimeOnly", "13:00:00", "13:00:00"),
    ("TimestampOffset", "2024-05-01T13:00:00.000+08:00", "2024-05-01T13:00:00.000+08:00"),
    ("BigInteger", 9007199254740993, 9007199254740993), ("Date", 1704067200000.0, "2024-01-01T00:00:00+00:00"),
    ("GlobalID", "{5B3C9E14-0000-4000-8000-000000000001}", "{5B3C9E14-0000-4000-8000-000000000001}"),
])  # fmt: skip
def test_newer_kinds_of_columns_come_as_they_are(tmp_path: Path, fields: str, value: Any, expected: Any) -> None:
    about = {"fields": [OID, {"name": "x", "type": f"esriFieldType{fields}"}]}
    one = {"attributes": {"OBJECTID": 1, "x": value}, "geometry": {"x": "NaN", "y": "NaN"}}
    (row,) = rows(brought("arcgis", server([one], about=about), tmp_path, **LAYER))
    assert (row["properties"]["x"], row["geometry"]) == (expected, None)
