"""Feature services as they are found: without paging, without ids, strict, in metres, and wrong with status 200."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.ogc.test_ogc import CAPABILITIES
from tests.connectors.served import Request, Response
from tests.connectors.variants import Answer, brought, fails, rows

WFS = {"address": "{url}/geoserver/ows", "layer": "sekolah"}
ITEMS = {"address": "{url}/api", "kind": "features", "layer": "sekolah"}
JSON_VALUE = "<ows:Value>application/json</ows:Value>"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


def place(number: int, *, identified: bool = True, **properties: Any) -> dict[str, Any]:
    shape = {"type": "Point", "coordinates": [124.8, 1.5]}
    own = {"id": f"s.{number}"} if identified else {}
    return {"type": "Feature", **own, "properties": {"n": number, **properties}, "geometry": shape}


def wfs(page: Any, *, hits: str = "unknown", json_too: bool = True, version: str = "2.0.0") -> Answer:
    """page: what GetFeature answers, given the question."""

    def answer(request: Request) -> Response:
        asked = {name.casefold(): value for name, value in request.query.items()}
        if asked["request"] == "GetCapabilities":
            text = CAPABILITIES.format(json=JSON_VALUE if json_too else "", pages="TRUE")
            return Response(200, text.replace('version="2.0.0"', f'version="{version}"').encode())
        if asked["request"] == "DescribeFeatureType":
            return Response(
                200, b"<xsd:schema><xsd:sequence><xsd:element name='n' type='xsd:int'/></xsd:sequence></xsd:schema>"
            )
        if asked.get("resulttype") == "hits":
            return Response(200, f"<wfs:FeatureCollection numberMatched='{hits}' numberReturned='0'/>".encode())
        found = page(asked)
        return found if isinstance(found, Response) else Response.json({"type": "FeatureCollection", "features": found})

    return answer


def numbers(found: Any) -> list[int]:
    return [row["properties"]["n"] for row in rows(found)]


@pytest.mark.parametrize("hits", ["unknown", "3"])
def test_a_short_answer_of_a_service_that_cannot_page_is_everything(tmp_path: Path, hits: str) -> None:
    found = brought("ogc", wfs(lambda asked: [place(n) for n in range(3)], hits=hits), tmp_path, **WFS)
    assert numbers(found) == [0, 1, 2]


def test_a_service_that_counts_and_does_not_page_is_asked_for_everything_at_once(tmp_path: Path) -> None:
    """It keeps to `count` and overlooks `startIndex`."""
    every = [place(n) for n in range(7)]
    found = brought("ogc", wfs(lambda asked: every[: int(asked.get("count", 99))], hits="7"), tmp_path, page=5, **WFS)
    assert numbers(found) == list(range(7))


def test_a_service_that_never_gives_the_rest_is_told(tmp_path: Path) -> None:
    fails(Unavailable, "ogc", wfs(lambda asked: [place(n) for n in range(5)], hits="7"), tmp_path, page=5,
          says="same page", **WFS)  # fmt: skip


def test_features_without_ids_that_say_the_same_are_all_kept(tmp_path: Path) -> None:
    """Long shapes begin alike: the boundary of one village in two years."""
    every = [place(n // 2, identified=False, batas="x" * 900) for n in range(6)]

    def page(asked: dict[str, str]) -> list[dict[str, Any]]:
        return every[int(asked["startindex"]) :][: int(asked["count"])]

    found = brought("ogc", wfs(page, hits="6"), tmp_path, page=3, **WFS)
    assert numbers(found) == [0, 0, 1, 1, 2, 2]


METRES = {"type": "Point", "coordinates": [13892700.0, 166998.0]}


@pytest.mark.parametrize("name", ["EPSG:3857", "urn:ogc:def:crs:EPSG::3857", "http://www.opengis.net/def/crs/EPSG/0/3857",
                                  "EPSG:900913"])  # fmt: skip
def test_metres_of_the_web_are_turned_into_degrees(tmp_path: Path, name: str) -> None:
    body = {"type": "FeatureCollection", "features": [{**place(1), "geometry": METRES}],
            "crs": {"type": "name", "properties": {"name": name}}}  # fmt: skip
    page = lambda asked: Response.json(body if asked["startindex"] == "0" else {**body, "features": []})  # noqa: E731
    found = brought("ogc", wfs(page), tmp_path, **WFS)
    east, north = rows(found)[0]["geometry"]["coordinates"]
    assert (round(east, 2), round(north, 2)) == (124.8, 1.5)
    assert found is not None
    assert found.notes == ()


def report(code: str, text: str, locator: str = "") -> Response:
    said = f"<ows:Exception exceptionCode='{code}' locator='{locator}'><ows:ExceptionText>{text}</ows:ExceptionText>"
    return Response(200, f"<ows:ExceptionReport version='2.0.0'>{said}</ows:Exception></ows:ExceptionReport>".encode())


ORDER = "Cannot do natural order without a primary key, please add it or specify a manual sort over existing attributes"


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_service_that_wants_an_order_is_given_one_however_it_says_so(tmp_path: Path, form: str) -> None:
    exceptions = {
        "version": "2.0.0",
        "exceptions": [{"code": "NoApplicableCode", "locator": "noLocator", "text": ORDER}],
    }

    def page(asked: dict[str, str]) -> Any:
        if "sortby" not in asked:
            return report("NoApplicableCode", ORDER) if form == "xml" else Response.json(exceptions)
        return [place(n) for n in range(3)][int(asked["startindex"]) :]

    assert numbers(brought("ogc", wfs(page), tmp_path, **WFS)) == [0, 1, 2]


@pytest.mark.parametrize(("said", "kind"), [
    (report("NoApplicableCode", "java.lang.OutOfMemoryError"), Unavailable),
    (report("InvalidParameterValue", "Feature type dinas:sekolah unknown", "typeName"), Vanished),
    (report("OperationNotSupported", "no"), Refused), (report("NoApplicableCode", "Access is denied"), Misconfigured),
    (Response.json({"exceptions": [{"code": "InvalidParameterValue", "locator": "typeName", "text": "x"}]}), Vanished),
    (Response(200, b"<ServiceExceptionReport><ServiceException>denied</ServiceException></ServiceExceptionReport>"),
     Misconfigured),
    (Response(200, b"<html>Login</html>"), Refused), (Response(200, b""), Problem), (Response(200, b"{}"), Refused),
])  # fmt: skip
def test_a_no_with_status_200(tmp_path: Path, said: Response, kind: type[Problem]) -> None:
    fails(kind, "ogc", wfs(lambda asked: said), tmp_path, **WFS)


MEMBER = (
    '<d:sekolah gml:id="s.{n}"><d:n>{n}</d:n><d:geom><gml:Point srsName="{name}"><gml:pos>{first}</gml:pos>'
    "</gml:Point></d:geom></d:sekolah>"
)


def gml(name: str, first: str) -> str:
    members = "".join(MEMBER.format(n=n, name=name, first=first) for n in (1, 2))
    inner = f"<gml:featureMembers>{members}</gml:featureMembers>"
    return f'<wfs:FeatureCollection numberOfFeatures="2">{inner}</wfs:FeatureCollection>'


@pytest.mark.parametrize(("name", "first"), [
    ("urn:ogc:def:crs:EPSG::4326", "1.5 124.8"), ("urn:x-ogc:def:crs:EPSG:4326", "1.5 124.8"),
    ("EPSG:4326", "124.8 1.5"), ("http://www.opengis.net/gml/srs/epsg.xml#4326", "124.8 1.5"),
    ("http://www.opengis.net/def/crs/EPSG/0/4326", "1.5 124.8"), ("urn:ogc:def:crs:OGC:1.3:CRS84", "124.8 1.5"),
    ("urn:ogc:def:crs:EPSG::4326", "124.8 1.5"),  # against the rule, and seen: such a latitude there is not
])  # fmt: skip
@pytest.mark.parametrize("version", ["1.1.0", "2.0.0"])
def test_longitude_comes_first_whatever_the_name_says(tmp_path: Path, name: str, first: str, version: str) -> None:
    def page(asked: dict[str, str]) -> Response:
        empty = "<wfs:FeatureCollection/>"
        body = gml(name, first) if asked.get("startindex", "0") == "0" else empty
        return Response(200, body.encode(), {"Content-Type": "text/xml"})

    found = brought("ogc", wfs(page, json_too=False, version=version), tmp_path, version=version, **WFS)
    assert [row["geometry"]["coordinates"] for row in rows(found)] == [[124.8, 1.5]] * 2


def items(every: list[dict[str, Any]], **more: Any) -> Answer:
    def answer(request: Request) -> Response:
        start, limit = int(request.query.get("offset", 0)), min(int(request.query.get("limit", 10)), 2)
        links = [{"rel": "next", "href": f"?limit={limit}&offset={start + limit}", "type": "application/geo+json"}]
        last = start + limit >= len(every)
        return Response.json({"type": "FeatureCollection", "features": every[start : start + limit],
                              "links": [] if last else links, **more})  # fmt: skip

    return answer


def test_links_are_followed_relative_and_without_ids_or_totals(tmp_path: Path) -> None:
    every = [place(n, identified=False) for n in range(5)]
    assert numbers(brought("ogc", items(every), tmp_path, **ITEMS)) == list(range(5))


def test_a_fault_in_the_middle_is_tried_again_and_a_lasting_one_brings_nothing(tmp_path: Path) -> None:
    every, faults = items([place(n) for n in range(5)]), [502, 500]

    def passing(request: Request) -> Response:
        return Response(faults.pop()) if request.query.get("offset") == "2" and faults else every(request)

    assert numbers(brought("ogc", passing, tmp_path / "a", **ITEMS)) == list(range(5))
    lasting = lambda request: Response(500) if request.query.get("offset") == "2" else every(request)  # noqa: E731
    fails(Unavailable, "ogc", lasting, tmp_path / "b", **ITEMS)


def test_a_strict_service_is_asked_without_what_it_does_not_know(tmp_path: Path) -> None:
    every = items([place(n) for n in range(3)])

    def answer(request: Request) -> Response:
        if "f" in request.query:
            body = json.dumps({"code": "InvalidParameterValue", "description": "Unknown query parameter f"})
            return Response(400, body.encode(), {"Content-Type": "application/json"})
        return every(request)

    assert numbers(brought("ogc", answer, tmp_path, **ITEMS)) == [0, 1, 2]


@pytest.mark.parametrize(("said", "kind"), [
    (Response(404, b'{"code": "NotFound"}'), Vanished), (Response(400, b"<html>"), Refused),
    (Response.json({"code": "NotFound", "description": "no"}), Vanished), (Response(401), Misconfigured),
    (Response.json({"code": "ServerError", "description": "no"}), Unavailable), (Response.json([]), Refused),
    (Response(200, b"<html>x"), Refused), (Response.json({"type": "FeatureCollection"}), Refused),
])  # fmt: skip
def test_what_a_collection_says_instead(tmp_path: Path, said: Response, kind: type[Problem]) -> None:
    fails(kind, "ogc", lambda request: said, tmp_path, **ITEMS)


@pytest.mark.parametrize(
    "path", ["collections/sekolah", "collections/sekolah/items", "collections/sekolah/items?f=json"]
)
def test_who_copies_the_address_of_a_collection_has_named_it(tmp_path: Path, path: str) -> None:
    ready = items([place(1), place(2)])
    assert numbers(brought("ogc", ready, tmp_path, address="{url}/api/" + path)) == [1, 2]


def test_another_service_at_the_address_is_not_a_layer_that_vanished(tmp_path: Path) -> None:
    answer = lambda request: Response(200, b"<WMS_Capabilities version='1.3.0'/>", {"Content-Type": "text/xml"})  # noqa: E731
    fails(Refused, "ogc", answer, tmp_path, says="WFS", **WFS)
