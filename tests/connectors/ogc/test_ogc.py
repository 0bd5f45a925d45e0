"""WFS and OGC API Features: pages, links, GML, axis order, exceptions, and servers behind a proxy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.ogc import connector
from mapalus.connectors.ogc.capabilities import fields_of, read_answer, read_capabilities
from mapalus.connectors.ogc.gml import features, geometry_of, reference_of
from mapalus.connectors.ogc.places import is_latitude_first, must_be_swapped, swapped
from mapalus.engine import exact_json
from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Harvest, Surroundings, Vanished
from mapalus.engine.plain_xml import read_xml
from tests.conftest import SHARED
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import SECRET, HttpWorld

ITEMS = "/collections/sekolah/items"
CAPABILITIES = """<wfs:WFS_Capabilities version="2.0.0"><ows:ServiceIdentification><ows:Title>Geoportal</ows:Title>
 </ows:ServiceIdentification><ows:OperationsMetadata><ows:Operation name="GetFeature">
 <ows:Parameter name="outputFormat"><ows:AllowedValues><ows:Value>application/gml+xml; version=3.2</ows:Value>{json}
 </ows:AllowedValues></ows:Parameter>
 </ows:Operation><ows:Constraint name="ImplementsResultPaging"><ows:DefaultValue>{pages}</ows:DefaultValue>
 </ows:Constraint></ows:OperationsMetadata><FeatureTypeList><FeatureType><Name>dinas:sekolah</Name><Title>Sekolah</Title>
 <DefaultCRS>urn:ogc:def:crs:EPSG::4326</DefaultCRS></FeatureType></FeatureTypeList></wfs:WFS_Capabilities>"""


def feature(row: dict[str, str], **more: Any) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [124.8, 1.5]}
    return {"type": "Feature", "id": f"sekolah.{row['id']}", "properties": row, "geometry": place, **more}


class CollectionWorld(HttpWorld):
    connector = "ogc"

    def options(self) -> dict[str, object]:
        return {"address": f"{self.served.url}/collections", "layer": "sekolah", "auth": "bearer", "secret": "TOKEN",
                "page": 60}  # fmt: skip

    def brought(self, harvest: Harvest) -> object:
        found = [json.loads(line)["properties"] for line in harvest.path.read_text().splitlines()]
        return sorted(
            ({name: one[name] for name in ("id", "nama", "siswa")} for one in found), key=lambda row: row["id"]
        )

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return Response(401)
        assert request.path == ITEMS
        start, limit = int(request.query.get("offset", 0)), int(request.query["limit"])
        more = start + limit < len(self.rows)
        elsewhere = f"https://geo.example.go.id/api{ITEMS}?f=json&limit={limit}&offset={start + limit}"
        return Response.json({
            "type": "FeatureCollection", "numberMatched": len(self.rows),
            "features": [feature(row) for row in self.rows[start : start + limit]],
            "links": [{"rel": "self", "href": "x"}, *([{"rel": "next", "href": elsewhere}] if more else [])],
        })  # fmt: skip


class GmlWorld(CollectionWorld):
    """A WFS that has GML only, and writes latitude first as it should."""

    def options(self) -> dict[str, object]:
        return {**super().options(), "address": f"{self.served.url}/geoserver/ows", "layer": "sekolah"}

    def reply(self, request: Request) -> Response:
        if not self.is_there:
            gone = CAPABILITIES.format(json="", pages="TRUE").replace("dinas:sekolah", "dinas:lain")
            return Response(200, gone.encode())
        return self.answer(request)

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return Response(401)
        asked = request.query
        if asked["request"] == "GetCapabilities":
            return Response(200, CAPABILITIES.format(json="", pages="TRUE").encode())
        if asked["request"] == "DescribeFeatureType":
            return Response(
                200, b"<ExceptionReport><Exception exceptionCode='OperationNotSupported'/></ExceptionReport>"
            )
        assert asked["typeNames"] == "dinas:sekolah"
        if asked.get("resultType") == "hits":
            return Response(200, f"<wfs:FeatureCollection numberMatched='{len(self.rows)}'/>".encode())
        start = int(asked["startIndex"])
        members = "".join(
            f"<wfs:member><dinas:sekolah gml:id='s.{row['id']}'><dinas:id>{row['id']}</dinas:id><dinas:nama>"
            f"{row['nama']}</dinas:nama><dinas:siswa>{row['siswa']}</dinas:siswa><dinas:geom><gml:Point srsName="
            "'urn:ogc:def:crs:EPSG::4326'><gml:pos>1.5 124.8</gml:pos></gml:Point></dinas:geom>"
            "</dinas:sekolah></wfs:member>"
            for row in self.rows[start : start + int(asked["count"])]
        )
        return Response(200, f"<wfs:FeatureCollection>{members}</wfs:FeatureCollection>".encode())


class TestCollection(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[CollectionWorld]:
        with CollectionWorld.begin(tmp_path) as world:
            yield world


class TestGml(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[GmlWorld]:
        with GmlWorld.begin(tmp_path) as world:
            yield world

    def test_longitude_comes_first(self, world: GmlWorld, into: Path) -> None:
        found = self.whole(world, into)
        line = json.loads(found.path.read_text().splitlines()[0])
        assert (line["geometry"], line["properties"]["nama"]) == (
            {"type": "Point", "coordinates": [124.8, 1.5]}, "Sekolah 1"
        )  # fmt: skip


def wfs(name: str) -> bytes:
    return (SHARED / "data" / "api" / "wfs" / name).read_bytes()


def _harvest(answer: Any, into: Path, **options: object) -> Harvest:
    with serving(answer) as served:
        known = {"address": f"{served.url}/ows", "layer": "sekolah", **options}
        found = connector.open(known, Surroundings(secret=str, allowed=("127.0.0.1",))).harvest(mark="", into=into)
    assert found is not None
    return found


def lines(found: Harvest) -> list[dict[str, Any]]:
    return [json.loads(line) for line in found.path.read_text().splitlines()]


@pytest.mark.shared
def test_recorded_capabilities_of_both_versions_are_read() -> None:
    new = read_capabilities(wfs("capabilities-geo2france-2-0-0.xml"))
    assert (new.version, new.pages, new.most, new.title) == ("2.0.0", True, 1000000, "Service WFS de Géo2France")
    assert all(one.name and one.reference for one in new.types)
    old = read_capabilities(wfs("capabilities-pigma-1-1-0.xml"))
    assert old.version == "1.1.0"
    assert old.types


@pytest.mark.shared
def test_a_prefix_that_nobody_declared_does_no_harm() -> None:
    assert read_answer(wfs("getfeature-hits-pigma-2-0-0.xml")).attributes["numberMatched"] == "364237"
    fields = fields_of(read_answer(wfs("describefeaturetype-pigma-2-0-0-xsd.xml")))
    assert (fields["axe"], fields["cumuld"], fields["geom"]) == ("string", "long", "CurvePropertyType")


@pytest.mark.shared
def test_recorded_features_are_read_out_of_gml() -> None:
    cities = list(features(read_xml(wfs("getfeature-props-cities-1-1-0.xml"))))
    assert cities[0]["properties"] == {"POPULATION": "12116379", "NAME": "Buenos Aires"}
    assert cities[0]["id"] == "cities.8338"
    boring = list(features(read_xml(wfs("dov_boring_wfsgetfeature.xml"))))
    assert len(boring) == 1
    assert boring[0]["properties"]["diepte_tot_m"] == "30.00"
    assert len(list(features(read_xml(wfs("getfeature-props-pigma-2-0-0.xml"))))) == 10


@pytest.mark.shared
def test_a_recorded_exception_is_told(tmp_path: Path) -> None:
    body = wfs("exception-report-2-0-0.xml")
    for status in (200, 400):
        with pytest.raises(Refused, match="FooBar"):
            _harvest(lambda request, status=status: Response(status, body), tmp_path)


@pytest.mark.shared
def test_recorded_items_come_with_the_link_of_another_host(tmp_path: Path) -> None:
    body = (SHARED / "data" / "api" / "ogcapi" / "aires-covoiturage_items.json").read_bytes()
    first = json.loads(body)
    rest = [{**one, "@id": str(int(one["@id"]) + 10)} for one in first["features"][:9]]

    def answer(request: Request) -> Response:
        assert request.path == "/sample-data-2/collections/aires-covoiturage/items"
        if request.query.get("offset") == "10":
            return Response.json({**first, "features": rest, "links": []})
        return Response(200, body, {"Content-Type": "application/geo+json"})

    with serving(answer) as served:
        source = connector.open(
            {"address": f"{served.url}/sample-data-2", "layer": "aires-covoiturage"},
            Surroundings(secret=str, allowed=("127.0.0.1",)),
        )
        found = source.harvest(mark="", into=tmp_path)
    assert found is not None
    assert len(lines(found)) == 19
    assert found.notes == ()
    assert lines(found)[0]["properties"]["fid"] == "1"
    assert '"source":2.4590041e8' in found.path.read_text()


def geoserver(pages: dict[int, list[dict[str, Any]]], total: int | None, **crs: Any) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        asked = request.query
        if asked["request"] == "GetCapabilities":
            known = CAPABILITIES.format(json="<ows:Value>application/json</ows:Value>", pages="TRUE")
            return Response(200, known.encode())
        if asked["request"] == "DescribeFeatureType":
            sequence = "<xsd:sequence><xsd:element name='nama' type='xsd:string'/></xsd:sequence>"
            return Response(200, f"<xsd:schema>{sequence}</xsd:schema>".encode())
        if asked.get("resultType") == "hits":
            said = "unknown" if total is None else total
            return Response(200, f"<FeatureCollection numberMatched='{said}'/>".encode())
        assert asked["outputFormat"] == "application/json"
        start = int(asked.get("startIndex", 0))
        return Response.json({"type": "FeatureCollection", "features": pages.get(start, []), **crs})

    return answer


def test_a_geoserver_pages_until_nothing_comes_when_it_does_not_count(tmp_path: Path) -> None:
    row = {"nama": "x"}
    pages = {0: [feature({**row, "id": "1"}), feature({**row, "id": "2"})], 2: [feature({**row, "id": "2"}),
             feature({**row, "id": "3"})]}  # fmt: skip
    found = _harvest(geoserver(pages, None), tmp_path, page=2)
    assert [one["properties"]["id"] for one in lines(found)] == ["1", "2", "3"]
    assert json.loads(found.facts["fields"]) == {"nama": "string"}
    with pytest.raises(Unavailable, match="same page"):
        _harvest(geoserver({0: pages[0], 2: pages[0]}, 90), tmp_path, page=2)


def test_numbers_that_cannot_be_a_latitude_are_turned_and_projected_ones_kept_aside(tmp_path: Path) -> None:
    turned = feature({"id": "1"}, geometry={"type": "Point", "coordinates": [1.5, 124.8]})
    found = _harvest(geoserver({0: [turned]}, 1), tmp_path)
    assert lines(found)[0]["geometry"]["coordinates"] == [124.8, 1.5]
    assert len(found.notes) == 1
    metres = feature({"id": "1"}, geometry={"type": "Point", "coordinates": [700000.5, 160000]})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32651"}}
    (tmp_path / "b").mkdir()
    found = _harvest(geoserver({0: [metres]}, 1, crs=crs), tmp_path / "b")
    assert lines(found)[0]["geometry"] is None
    assert lines(found)[0]["properties"]["geometri_asli"]["coordinates"] == [700000.5, 160000]


def test_a_service_that_wants_an_order_gets_one(tmp_path: Path) -> None:
    inner = geoserver({0: [feature({"id": "1"})]}, 1)

    def answer(request: Request) -> Response:
        if request.query.get("outputFormat") and "sortBy" not in request.query:
            text = "Cannot do natural order without a primary key, please add it or specify a manual sort"
            inside = f"<ows:Exception><ows:ExceptionText>{text}</ows:ExceptionText></ows:Exception>"
            return Response(200, f"<ows:ExceptionReport>{inside}</ows:ExceptionReport>".encode())
        assert request.query.get("sortBy", "nama") == "nama"
        return inner(request)

    assert len(lines(_harvest(answer, tmp_path))) == 1


RING, INNER = "<LinearRing><posList>0 0 0 4 4 4 0 0</posList></LinearRing>", "<posList>1 1 1 2 2 2 1 1</posList>"
OLD_RING = "<LinearRing><coordinates>0,0 0,4 4,4 0,0</coordinates></LinearRing>"
PATCH = f"<patches><PolygonPatch><exterior>{RING}</exterior></PolygonPatch></patches>"
LINE, MORE = "<LineStringSegment><posList>1 2 3 4</posList></LineStringSegment>", "<posList>3 4 5 6</posList>"
CLOSED = "[[0,0],[0,4],[4,4],[0,0]]"
SHAPES = [
    ("<gml:Point><gml:pos>1 2</gml:pos></gml:Point>", "Point", "[1,2]"),
    ("<Point srsDimension='3'><pos>1 2 3.50</pos></Point>", "Point", "[1,2,3.50]"),
    ("<Point><coordinates>1,2</coordinates></Point>", "Point", "[1,2]"),
    ("<LineString><posList>1 2 3 4</posList></LineString>", "LineString", "[[1,2],[3,4]]"),
    ("<LineString><coordinates>1,2 3,4</coordinates></LineString>", "LineString", "[[1,2],[3,4]]"),
    (f"<Curve><segments>{LINE}<LineStringSegment>{MORE}</LineStringSegment></segments></Curve>", "LineString",
     "[[1,2],[3,4],[5,6]]"),
    (f"<Polygon><exterior>{RING}</exterior><interior><LinearRing>{INNER}</LinearRing></interior></Polygon>", "Polygon",
     f"[{CLOSED},[[1,1],[1,2],[2,2],[1,1]]]"),
    (f"<Polygon><outerBoundaryIs>{OLD_RING}</outerBoundaryIs></Polygon>", "Polygon", f"[{CLOSED}]"),
    (f"<MultiSurface><surfaceMember><Surface>{PATCH}</Surface></surfaceMember></MultiSurface>", "MultiPolygon",
     f"[[{CLOSED}]]"),
    ("<MultiCurve><curveMembers><LineString><posList>1 2 3 4</posList></LineString></curveMembers></MultiCurve>",
     "MultiLineString", "[[[1,2],[3,4]]]"),
    ("<MultiPoint><pointMember><Point><pos>1 2</pos></Point></pointMember></MultiPoint>", "MultiPoint", "[[1,2]]"),
]  # fmt: skip


@pytest.mark.parametrize(("xml", "kind", "coordinates"), SHAPES)
def test_shapes_of_gml(xml: str, kind: str, coordinates: str) -> None:
    found = geometry_of(read_xml(xml.encode()))
    assert found is not None
    assert (found["type"], exact_json.dump(found["coordinates"])) == (kind, coordinates)


def test_the_names_of_reference_systems_tell_what_comes_first() -> None:
    assert is_latitude_first("urn:ogc:def:crs:EPSG::4326")
    assert is_latitude_first("http://www.opengis.net/def/crs/EPSG/0/4326")
    assert not is_latitude_first("EPSG:4326")
    assert not is_latitude_first("http://www.opengis.net/gml/srs/epsg.xml#4326")
    assert not is_latitude_first("urn:ogc:def:crs:OGC:1.3:CRS84")
    assert must_be_swapped(iter([(1.5, 124.8)]))
    assert not must_be_swapped(iter([(124.8, 1.5)]))
    assert swapped([[[1, 2, 3]]]) == [[[2, 1, 3]]]
    assert reference_of(read_xml(b"<a><Point srsName='x'/></a>")) == "x"


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (Response(200, b'<ServiceExceptionReport><ServiceException code="x">Unknown layer</ServiceException>'
                       b"</ServiceExceptionReport>"), Vanished),
        (Response(400, b'<ows:ExceptionReport><ows:Exception exceptionCode="InvalidParameterValue" locator="typeName"/>'
                       b"</ows:ExceptionReport>"), Vanished),
        (Response(200, b'<ows:ExceptionReport><ows:Exception exceptionCode="NoApplicableCode"><ows:ExceptionText>java'
                       b"</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"), Unavailable),
        (Response(200, b"<html><body>masuk</body></html>"), Refused),
        (Response(200, b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"), Refused),
        (Response(200, b"<wfs:WFS_Capabilities version='2.0.0'/>"), Vanished),
    ],
)  # fmt: skip
def test_what_a_wfs_says_instead(tmp_path: Path, answer: Response, meaning: type[Problem]) -> None:
    with pytest.raises(meaning):
        _harvest(lambda request: answer, tmp_path)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (Response(404, b'{"code": "NotFound", "description": "Collection not found"}'), Vanished),
        (Response(200, b'{"code": "NotFound", "description": "Collection not found"}'), Vanished),
        (Response(200, b'{"code": "NoApplicableCode", "description": "x"}'), Unavailable),
        (Response(200, b"<html>"), Refused),
        (Response(200, b'{"type": "FeatureCollection"}'), Refused),
    ],
)
def test_what_a_collection_says_instead(tmp_path: Path, answer: Response, meaning: type[Problem]) -> None:
    with pytest.raises(meaning):
        _harvest(lambda request: answer, tmp_path, kind="features")


def _offered(answer: Any, address: str) -> list[Any]:
    with serving(answer) as served:
        shelf = connector.shelf({"address": served.url + address}, Surroundings(secret=str, allowed=("127.0.0.1",)))
        assert shelf is not None
        return list(shelf.offered())


@pytest.mark.shared
def test_recorded_lists_of_layers_are_offered() -> None:
    collections = (SHARED / "data" / "api" / "ogcapi" / "collections.json").read_bytes()
    found = _offered(lambda request: Response(200, collections), "")
    assert {one.key for one in found} >= {"aires-covoiturage", "antenne"}
    found = _offered(lambda request: Response(200, wfs("capabilities-geo2france-2-0-0.xml")), "/wfs")
    assert found[0].options["layer"] == found[0].key
    assert found[0].publisher == "Geo2France"
