"""Other systems read complaints and file new ones by Open311 GeoReport v2, with the real pack of complaints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import georeport
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mapalus.apps.cases import actions, files
from mapalus.apps.cases.models import Case
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.packs.loader import load_pack
from tests.engine.test_pictures import exif, jpeg

PACK = Path(__file__).resolve().parents[3] / "packs" / "aduan"
V2 = "/open311/v2"
REPORT = {
    "api_key": "rahasia",
    "service_code": "jalan",
    "lat": "1.556",
    "long": "124.872",
    "description": "Lubang besar di jalan provinsi arah Wori. Sudah tiga orang jatuh.",
    "email": "siti@contoh.test",
    "first_name": "Siti",
    "last_name": "Contoh",
    "phone": "081234567890",
}


@pytest.fixture
def server(db: None, settings: Any, tmp_path: Path) -> Iterator[Client]:
    settings.DATA_DIR = tmp_path
    settings.OPEN311_KEYS = ["mitra:rahasia"]
    settings.SAMPLE_DATA = False
    cache.clear()
    build()
    yield Client()
    cache.clear()


def build() -> None:
    for code, name in (("diskominfo", "Dinas Kominfo"), ("pupr", "Dinas PUPR")):
        unit = Unit.objects.create(code=code, name=name, short=code, kind="dinas")
        Position.objects.create(code=f"{code}.kadis", unit=unit, title=f"Kepala {name}", is_head=True)
    kabid = Position.objects.create(
        code="diskominfo.kabid-ikp", unit_id="diskominfo", title="Kabid IKP", superior_id="diskominfo.kadis"
    )
    Person.objects.create(code="P1", name="Orang Contoh", is_sample=True)
    Appointment.objects.create(
        position=kabid,
        person_id="P1",
        kind=Kind.DEFINITIVE,
        from_on=clock.now().date() - timedelta(days=400),
        decree="1",
    )
    actions.load_pack(load_pack(PACK), by=PLATFORM, now=clock.now())


def shown(number: str) -> None:
    """Past the rules: as if it had been looked at."""
    Case.objects.filter(number=number).update(is_published=True, published_at=clock.now())


def filed(server: Client, **more: str) -> str:
    answer = server.post(f"{V2}/requests.json", {**REPORT, **more})
    assert answer.status_code == 201, answer.content
    return str(answer.json()[0]["service_request_id"])


def test_services_are_the_categories_in_both_forms(server: Client) -> None:
    rows = server.get(f"{V2}/services.json").json()
    first = rows[0]
    assert (first["service_code"], first["service_name"]) == ("jalan", "Jalan dan jembatan")
    assert (first["type"], first["metadata"]) == ("realtime", True)
    root = ElementTree.fromstring(server.get(f"{V2}/services.xml").content)
    assert [one.findtext("service_code") for one in root.findall("service")] == [row["service_code"] for row in rows]
    assert root.find("service/metadata").text == "true"  # type: ignore[union-attr]


def test_a_definition_names_its_questions(server: Client) -> None:
    said = server.get(f"{V2}/services/jalan.json").json()
    assert said["service_code"] == "jalan"
    attributes = {one["code"]: one for one in said["attributes"]}
    assert attributes["terjadi_pada"]["datatype"] == "datetime"
    assert sorted(one["order"] for one in said["attributes"]) == list(range(1, len(attributes) + 1))
    assert not {"nama", "surel", "telepon"} & attributes.keys()
    assert server.get(f"{V2}/services/tidak-ada.json").status_code == 404
    root = ElementTree.fromstring(server.get(f"{V2}/services/jalan.xml").content)
    assert root.tag == "service_definition"
    assert root.find("attributes/attribute/code") is not None


def test_a_report_is_filed_and_read_back_with_its_due_day(server: Client) -> None:
    number = filed(server)
    case = Case.objects.get(number=number)
    assert (case.channel, case.turn) == ("open311", "diskominfo.kabid-ikp")
    assert case.unit == "diskominfo", "the agency it may be about reads it only once it was verified"
    before = server.get(f"{V2}/requests/{number}.json").json()
    assert (before[0]["status"], before[0]["description"], before[0]["lat"]) == ("open", None, None)
    shown(number)
    [row] = server.get(f"{V2}/requests/{number}.json").json()
    assert row["description"].endswith("Sudah tiga orang jatuh.")
    assert (row["lat"], row["long"]) == (1.556, 124.872)
    assert row["agency_responsible"] == "Dinas Kominfo"  # until it is verified
    due = case.clocks.get(name="verifikasi").due_at
    assert due is not None
    assert row["expected_datetime"] == due.isoformat(timespec="seconds")
    assert all(name not in json.dumps(row) for name in ("siti", "Siti", "0812"))


def test_the_list_shows_what_was_looked_at_and_nothing_else(server: Client) -> None:
    one, other = filed(server), filed(server, description="Jembatan gantung putus sejak kemarin malam.")
    shown(one)
    assert [row["service_request_id"] for row in server.get(f"{V2}/requests.json").json()] == [one]
    Case.objects.filter(number=other).update(is_secret=True)
    assert server.get(f"{V2}/requests/{other}.json").status_code == 404
    asked = server.get(f"{V2}/requests.json", {"service_request_id": f"{one},{other}", "status": "closed"}).json()
    assert [row["service_request_id"] for row in asked] == [one]  # numbers come before every other filter


def test_filters_of_the_list(server: Client) -> None:
    one = filed(server)
    shown(one)
    now = clock.now()
    cases = {
        "status=open": 1, "status=closed": 0, "status=": 1, "status=open,closed": 1, "service_code=jalan": 1,
        "service_code=bansos,jalan": 1, "service_code=bansos": 0, "page_size=1&page=2": 0,
    }  # fmt: skip
    for query, expected in cases.items():
        assert len(server.get(f"{V2}/requests.json?{query}").json()) == expected, query
    start = (now - timedelta(hours=1)).isoformat()
    assert len(server.get(f"{V2}/requests.json", {"start_date": start}).json()) == 1
    assert server.get(f"{V2}/requests.xml", {"end_date": start}).content.endswith(
        b"<service_requests></service_requests>"
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("status=half", 400),
        ("start_date=2026-11-20T08:00:00", 400),
        ("start_date=kemarin", 400),
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-04-02T00:00:00Z", 400),
        ("start_date=2026-04-02T00:00:00Z&end_date=2026-01-01T00:00:00Z", 400),
        ("service_code=tidak-ada", 404),
        ("jurisdiction_id=mars.example", 404),
        ("page=0", 400),
    ],
)
def test_what_cannot_be_asked_is_said(server: Client, query: str, status: int) -> None:
    for form in ("json", "xml"):
        answer = server.get(f"{V2}/requests.{form}?{query}")
        assert answer.status_code == status
        assert b"description" in answer.content


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "salah"}, 403, "api_key"),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "tidak-ada"}, 404, "service_code"),
        ({"long": ""}, 400, "lat and long"),
        ({"lat": "", "long": ""}, 400, "where"),
        ({"lat": "91"}, 400, "lat"),
        ({"lat": "satu"}, 400, "lat"),
        ({"description": "a" * 4001}, 400, "4001"),
        ({"email": "bukan surel"}, 400, "email"),
        ({"attribute[tidak_ada]": "x"}, 400, "tidak_ada"),
        ({"attribute[terjadi_pada]": "2999-01-01"}, 400, "terjadi_pada"),
    ],
)
def test_a_report_that_does_not_fit_is_refused_with_its_argument(
    server: Client, change: dict[str, str], status: int, says: str
) -> None:
    answer = server.post(f"{V2}/requests.json", {**REPORT, **change})
    assert answer.status_code == status
    assert says in answer.json()[0]["description"]
    assert not Case.objects.exists()


def test_the_same_report_again_gives_the_same_number(server: Client) -> None:
    assert filed(server) == filed(server)
    assert filed(server, description="Yang lain lagi, di tempat yang sama.") != filed(server)


def test_short_and_marked_up_texts_are_taken_as_text(server: Client) -> None:
    number = filed(server, description="<b>Lubang</b> besar")
    case = Case.objects.get(number=number)
    assert "<b>" not in json.dumps(case.values)
    assert "Lubang besar" in case.values["isi"]
    filed(server, description="", lat="", long="", address_string="Jl. Piere Tendean, Manado")


def test_a_picture_comes_along(server: Client) -> None:
    photo = SimpleUploadedFile("lubang.jpg", jpeg(exif(1)), content_type="image/jpeg")
    answer = server.post(f"{V2}/requests.xml", {**REPORT, "media": photo})
    assert answer.status_code == 201, answer.content
    number = ElementTree.fromstring(answer.content).findtext("request/service_request_id")
    case = Case.objects.get(number=number)
    assert case.values["foto"][0]["name"] == "lubang.jpg"
    assert files.path_of(case.files.get()).read_bytes() == jpeg()  # without the place
    broken = SimpleUploadedFile("a.jpg", b"bukan foto", content_type="image/jpeg")
    assert server.post(f"{V2}/requests.json", {**REPORT, "media": broken, "phone": ""}).status_code == 400
    wrong = SimpleUploadedFile("a.exe", b"MZ", content_type="application/x-msdownload")
    assert server.post(f"{V2}/requests.json", {**REPORT, "media": wrong, "phone": ""}).status_code == 400


def test_a_token_is_the_number_or_the_code(server: Client) -> None:
    number = filed(server)
    [row] = server.get(f"{V2}/tokens/{number}.json").json()
    assert row == {"service_request_id": number, "token": number}
    assert server.get(f"{V2}/tokens/tidak-ada.json").status_code == 404


def test_discovery_in_both_forms(server: Client) -> None:
    for address in ("/discovery", "/open311/discovery", "/open311/v2/discovery"):
        said = server.get(f"{address}.json").json()
        assert said["endpoints"][0]["specification"] == "http://wiki.open311.org/GeoReport_v2"
        root = ElementTree.fromstring(server.get(f"{address}.xml").content)
        assert root.findtext("endpoints/endpoint/url", "").endswith("/open311/v2")


def test_updates_of_published_reports(server: Client) -> None:
    number = filed(server)
    shown(number)
    rows = server.get(f"{V2}/servicerequestupdates.json").json()
    assert all(row["service_request_id"] == number and row["status"] in ("open", "closed") for row in rows)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_us(transactional_db: None, live_server: Any, settings: Any, tmp_path: Path, form: str) -> None:
    settings.DATA_DIR, settings.OPEN311_KEYS = tmp_path, ["mitra:rahasia"]
    cache.clear()
    build()
    number = filed(Client())
    shown(number)
    client = georeport.GeoReport(f"{live_server.url}{V2}", output_format=form)
    assert client.get_service_list()[0]["service_code"] == "jalan"
    assert client.get_service_definition("jalan")["service_code"] == "jalan"
    assert client.get_service_request(number)["service_request_id"] == number
