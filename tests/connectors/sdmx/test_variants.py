"""The XML of SDMX in its forms, the same table each time, and what services say instead of data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Extent, Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Request, Response
from tests.connectors.variants import Answer, brought, fails, rows

NAMES = (
    'xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" xmlns:gen="http://g" xmlns:ss="http://ss" '
    'xmlns:com="http://c" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:f="http://f"'
)
HEADER = (
    "<mes:Header><mes:ID>1</mes:ID><mes:Prepared>2026-02-01T00:00:00</mes:Prepared>"
    '<mes:Structure structureID="S" dimensionAtObservation="{0}"/></mes:Header>'
)


def value(**given: str) -> str:
    return "".join(f'<gen:Value id="{name}" value="{text}"/>' for name, text in given.items())


def generic(*, action: str = "Replace") -> str:
    def series(region: str, observations: str) -> str:
        key = f"<gen:SeriesKey>{value(FREQ='A', REGION=region)}</gen:SeriesKey>"
        return f"<gen:Series>{key}<gen:Attributes>{value(UNIT='JIWA')}</gen:Attributes>{observations}</gen:Series>"

    def seen(time: str, number: str, status: str = "") -> str:
        said = f"<gen:Attributes>{value(OBS_STATUS=status)}</gen:Attributes>" if status else ""
        measure = f'<gen:ObsValue value="{number}"/>' if number else ""
        return f'<gen:Obs><gen:ObsDimension value="{time}"/>{measure}{said}</gen:Obs>'

    group = f"<gen:Group type='G'><gen:GroupKey>{value(REGION='71')}</gen:GroupKey><gen:Attributes>" + (
        value(JUDUL="Sulut") + "</gen:Attributes></gen:Group>"
    )
    body = group + series("71", seen("2024", "10.50") + seen("2025", "12", "P")) + series("72", seen("2024", ""))
    head = HEADER.format("TIME_PERIOD")
    data = f'<mes:DataSet action="{action}">{body}</mes:DataSet>'
    return f"<mes:GenericData {NAMES}>{head}{data}</mes:GenericData>"


def flat() -> str:
    def seen(region: str, time: str, number: str, status: str = "", title: str = "") -> str:
        more = {"UNIT": "JIWA", **({"JUDUL": title} if title else {}), **({"OBS_STATUS": status} if status else {})}
        measure = f'<gen:ObsValue value="{number}"/>' if number else ""
        key = value(FREQ="A", REGION=region, TIME_PERIOD=time)
        said = f"<gen:Attributes>{value(**more)}</gen:Attributes>"
        return f"<gen:Obs><gen:ObsKey>{key}</gen:ObsKey>{measure}{said}</gen:Obs>"

    body = seen("71", "2024", "10.50", "", "Sulut") + seen("71", "2025", "12", "P", "Sulut") + seen("72", "2024", "")
    data = f'<mes:DataSet action="Replace">{body}</mes:DataSet>'
    return f"<mes:GenericData {NAMES}>{HEADER.format('AllDimensions')}{data}</mes:GenericData>"


def specific(root: str = "StructureSpecificData") -> str:
    body = (
        '<Group xsi:type="ns:G" REGION="71" JUDUL="Sulut"/>'
        '<Series FREQ="A" REGION="71" UNIT="JIWA"><Obs TIME_PERIOD="2024" OBS_VALUE="10.50"/>'
        '<Obs TIME_PERIOD="2025" OBS_VALUE="12" OBS_STATUS="P"/></Series>'
        '<Series FREQ="A" REGION="72" UNIT="JIWA"><Obs TIME_PERIOD="2024"/></Series>'
    )
    head = HEADER.format("TIME_PERIOD")
    own = 'ss:dataScope="DataStructure" ss:structureRef="S" xsi:type="ns:D" action="Replace"'
    return f"<mes:{root} {NAMES}>{head}<mes:DataSet {own}>{body}</mes:DataSet></mes:{root}>"


def specific_flat() -> str:
    body = (
        '<Obs FREQ="A" REGION="71" TIME_PERIOD="2024" OBS_VALUE="10.50" UNIT="JIWA" JUDUL="Sulut"/>'
        '<Obs FREQ="A" REGION="71" TIME_PERIOD="2025" OBS_VALUE="12" UNIT="JIWA" JUDUL="Sulut" OBS_STATUS="P"/>'
        '<Obs FREQ="A" REGION="72" TIME_PERIOD="2024" OBS_VALUE="" UNIT="JIWA"/>'
    ).replace('OBS_VALUE="" ', "")
    head = HEADER.format("AllDimensions")
    body = body.replace('TIME_PERIOD="2024" UNIT', 'TIME_PERIOD="2024" OBS_VALUE="" UNIT')
    data = f'<mes:DataSet action="Replace">{body}</mes:DataSet>'
    return f"<mes:StructureSpecificData {NAMES}>{head}{data}</mes:StructureSpecificData>"


def old() -> str:
    """2.0: concepts instead of ids, time as text."""
    text = generic().replace("Value id=", "Value concept=").replace("mes:Attributes", "gen:Attributes")
    return text.replace('<gen:ObsDimension value="2024"/>', "<gen:Time>2024</gen:Time>").replace(
        '<gen:ObsDimension value="2025"/>', "<gen:Time>2025</gen:Time>"
    )


FORMS = {
    "generic": generic(), "flat": flat(), "specific": specific(), "specific flat": specific_flat(), "2.0": old(),
    "compact": specific("CompactData"), "time series": specific("StructureSpecificTimeSeriesData"),
}  # fmt: skip
COLUMNS = ("FREQ", "REGION", "TIME_PERIOD", "OBS_VALUE", "UNIT", "JUDUL", "OBS_STATUS")
TABLE = [
    dict(zip(COLUMNS, row, strict=True)) for row in (
        ("A", "71", "2024", "10.50", "JIWA", "Sulut", None), ("A", "71", "2025", "12", "JIWA", "Sulut", "P"),
        ("A", "72", "2024", None, "JIWA", None, None),
    )
]  # fmt: skip


def says(body: str, kind: str = "application/vnd.sdmx.genericdata+xml;version=2.1") -> Answer:
    return lambda request: Response(200, body.encode(), {"Content-Type": kind})


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("asked", ["json", "xml"])
def test_every_way_of_writing_gives_the_same_table(tmp_path: Path, form: str, asked: str) -> None:
    """Also where JSON was asked for: many services know only the one form."""
    found = brought("sdmx", says(FORMS[form]), tmp_path, address="{url}/data/X", form=asked)
    got = [{name: row[name] or None for name in TABLE[0]} for row in rows(found)]
    assert got == TABLE
    assert found is not None
    assert found.extent is Extent.WHOLE
    assert found.facts["key"].replace("UNIT, ", "") == "FREQ, REGION, TIME_PERIOD"  # or an attribute of every series
    again = brought("sdmx", says(FORMS[form]), tmp_path / "b", found.mark, address="{url}/data/X", form=asked)
    assert again is None


def test_a_deletion_in_xml_names_its_key(tmp_path: Path) -> None:
    found = brought("sdmx", says(generic(action="Delete")), tmp_path, address="{url}/data/X")
    assert found is not None
    assert found.deleted is not None
    assert found.extent is Extent.CHANGES
    gone = json.loads(found.deleted.read_text().splitlines()[0])
    assert gone == {"FREQ": "A", "REGION": "71", "TIME_PERIOD": "2024"}
    assert found.path.read_text() == ""


def test_an_empty_message_is_an_empty_table(tmp_path: Path) -> None:
    empty = f"<mes:GenericData {NAMES}>{HEADER}<mes:DataSet/></mes:GenericData>"
    assert rows(brought("sdmx", says(empty), tmp_path, address="{url}/data/X")) == []


def error(code: str) -> bytes:
    text = f"<com:Text>pesan {code}</com:Text>"
    said = f'<mes:ErrorMessage code="{code}">{text}</mes:ErrorMessage>'
    return f'<?xml version="1.0"?><mes:Error {NAMES}>{said}</mes:Error>'.encode()


FOOTER = (
    f'<mes:GenericData {NAMES}><mes:Header/><f:Footer><f:Message code="413" severity="Information">'
    "<com:Text>terlalu besar</com:Text></f:Message></f:Footer></mes:GenericData>"
).encode()


@pytest.mark.parametrize(("body", "kind"), [
    (error("100"), Vanished), (error("110"), Misconfigured), (error("140"), Refused), (error("150"), Refused),
    (error("500"), Unavailable), (error("503"), Unavailable), (error("130"), Refused), (FOOTER, Refused),
    (b"<!DOCTYPE html><html>Masuk", Refused), (b"<a/>", Refused), (b"<GenericData>", Refused),
    (b'{"errors": [{"code": 110, "title": "Unauthorized"}]}', Misconfigured),
    (b'{"errors": [{"code": 404, "titles": {"en": "x"}}]}', Vanished),
    (b'{"data": {"dataSets": []}}', Refused), (b"[]", Refused), (b"", Refused), (b"No results", Refused),
    (b"<!DOCTYPE a [<!ENTITY b 'c'>]><GenericData>&b;</GenericData>", Refused),
])  # fmt: skip
def test_what_a_service_says_instead(tmp_path: Path, body: bytes, kind: type[Problem]) -> None:
    fails(kind, "sdmx", lambda request: Response(200, body), tmp_path, address="{url}/data/X")


@pytest.mark.parametrize(("status", "kind"), [
    (404, Vanished), (406, Misconfigured), (413, Misconfigured), (501, Unavailable), (503, Unavailable),
    (401, Misconfigured),
])  # fmt: skip
def test_statuses(tmp_path: Path, status: int, kind: type[Problem], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)
    fails(kind, "sdmx", lambda request: Response(status, error("100")), tmp_path, address="{url}/data/X")


@pytest.mark.parametrize("body", [
    "DATAFLOW,REGION,TIME_PERIOD,OBS_VALUE\nX,71,2024,1\n", "DATAFLOW;REGION;TIME_PERIOD;OBS_VALUE\nX;71;2024;1,5\n",
    "\ufeffDATAFLOW,REGION: Wilayah,TIME_PERIOD,OBS_VALUE\nX,71: Sulut,2024,1\n",
])  # fmt: skip
def test_csv_comes_as_it_is_also_without_being_asked_for(tmp_path: Path, body: str) -> None:
    found = brought("sdmx", says(body, "application/vnd.sdmx.data+csv;version=1.0.0"), tmp_path, address="{url}/d")
    assert found is not None
    assert (found.name, found.path.read_text(encoding="utf-8")) == ("data.csv", body)


def test_xml_can_be_accepted_where_json_is_wished_for(tmp_path: Path) -> None:
    seen: list[str] = []

    def answer(request: Request) -> Response:
        seen.append(request.headers["accept"])
        return Response(200, generic().encode())

    brought("sdmx", answer, tmp_path, address="{url}/data/X")
    assert "data+json" in seen[0]
    assert "+xml" in seen[0]
