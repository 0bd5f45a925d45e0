"""The requests of the story stand on the day of the tour as the story says, and their pages show them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from mapalus.apps.cases import datasets, information
from mapalus.apps.cases.loading import load_packs
from mapalus.apps.cases.models import Case, CaseLink, LinkKind
from mapalus.apps.directory.loading import load_organisation
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.clock import Zone
from mapalus.engine.workdays import Calendar
from mapalus.project.demo import requests
from mapalus.project.demo.storyclock import StoryClock
from tests.apps.directory.conftest import NOW, STORY, H

pytestmark = pytest.mark.slow
PACKS = Path(__file__).resolve().parents[2] / "packs"
SERVICES = [PACKS / name for name in (requests.REQUEST, requests.OBJECTION, requests.CLEARANCE)]
# request of the story -> its state on the day of the tour
STATES = {
    "R01": "dikabulkan",
    "R02": "dikabulkan_sebagian",
    "R04": "ditolak",
    "R05": "diproses",
    "R07": "mediasi",
    "R08": "menunggu_kelengkapan",
    "R09": "dialihkan",
    "R10": "dikabulkan",
    "R11": "diproses",
    "R12": "diproses",
    "AP25": "ditolak",
}


@pytest.fixture(scope="module")
def told(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The organisation and the requests, told once for the tests of this module and taken back whole."""
    from django.conf import settings
    from django.test import override_settings

    clock = StoryClock(H, is_workday=Calendar.of(Zone.WITA).is_working, zone=Zone.WITA.tzinfo, present=NOW)
    folder = tmp_path_factory.mktemp("requests")
    with override_settings(DATA_DIR=folder, PACKS=SERVICES), django_db_blocker.unblock(), transaction.atomic():
        load_organisation(STORY, day0=H, by=PLATFORM, now=NOW)
        assert not load_packs(settings.PACKS, now=clock.moment(-199, "08:00")).refused
        requests.tell(STORY, clock)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def here(told: None, db: None, settings: Any) -> None:
    """What a test changes is undone."""
    settings.PACKS = SERVICES


def case(code: str) -> Case:
    return Case.objects.get(key=f"{_pack(code)}:contoh:{code}")


def _pack(code: str) -> str:
    return {"AP25": requests.CLEARANCE, "R07": requests.OBJECTION}.get(code, requests.REQUEST)


@pytest.mark.parametrize(("code", "state"), STATES.items())
def test_each_request_stands_where_the_story_has_it(here: None, code: str, state: str) -> None:
    assert case(code).state == state


def test_the_late_request_has_opened_an_objection_that_knows_what_it_is_against(here: None) -> None:
    late = case("R05")
    assert late.is_overdue(NOW)
    objection = CaseLink.objects.get(target=late, kind=LinkKind.APPEAL).origin
    assert (objection.state, objection.turn) == ("diajukan", "setda.sekda")
    assert objection.values["nomor_permohonan"] == late.number
    assert objection.values["alasan"] == ["c", "g"]


def test_the_refused_application_carries_its_evidence(here: None) -> None:
    refused = case("AP25")
    assert "0,86" in refused.values["duplikasi"]
    assert refused.is_published


def test_figures_count_every_request_and_show_the_vacancies(here: None) -> None:
    by_unit = {officer.unit.code: officer for officer in information.officers(now=NOW)}
    assert by_unit["bappeda"].figures.granted == 1
    assert by_unit["bappeda"].figures.median_days == 6
    assert by_unit["pupr"].figures.partly == 1
    assert by_unit["disdik"].figures.refused == 1
    assert by_unit["dinkes"].figures.late == 1
    assert information.report(2026, now=NOW).disputes == 1


PAGES = ("/ppid/", "/ppid/jawaban/", "/ppid/daftar/", "/ppid/daftar.csv", "/ppid/dikecualikan/", "/ppid/laporan/2026/")


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_and_never_tell_who_asked(here: None, path: str, client: Client) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "Pemohon Contoh" not in response.content.decode()


def test_an_answer_is_found_by_its_words(here: None, client: Client) -> None:
    text = client.get("/ppid/jawaban/?q=evaluasi+pembangunan").content.decode()
    assert case("R01").number in text
    assert case("R04").number not in text


def test_a_refusal_says_the_article_and_what_can_be_had_instead(here: None, client: Client) -> None:
    text = client.get(f"/ppid/jawaban/{case('R04').number}/").content.decode()
    assert "Pasal 17 huruf h" in text
    assert "/data/anak-tidak-sekolah/" in text


def test_an_open_request_has_no_page(here: None, client: Client) -> None:
    assert client.get(f"/ppid/jawaban/{case('R12').number}/").status_code == 404


def test_the_list_of_exempt_information_comes_of_decided_tests(here: None, client: Client) -> None:
    text = client.get("/ppid/dikecualikan/").content.decode()
    assert case("R02").number in text
    assert case("R04").number in text
    assert case("R01").number not in text


def _desk(person: str, position: str) -> Client:
    """A browser of the desk, signed in as somebody of the story."""
    user = Person.objects.get(pk=person).user
    assert user is not None
    client = Client()
    client.force_login(user)
    session = client.session
    session[SESSION_KEY] = position
    session.save()
    return client


def test_registers_are_files_without_the_applicant(here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: NOW)
    desk = _desk("P18", "diskominfo.kadis")
    assert desk.get("/meja/ppid/").status_code == 200
    text = desk.get("/meja/ppid/permohonan.csv").content.decode()
    assert case("R05").number in text
    assert "Pemohon Contoh" not in text
    assert "Harga satuan rinci dikecualikan" in desk.get("/meja/ppid/uji-konsekuensi.csv").content.decode()
    assert desk.get("/meja/ppid/keberatan.xlsx").content.startswith(b"PK")
    assert desk.get("/meja/ppid/permohonan.exe").status_code == 404
    assert _desk("P40", "pupr.data").get("/meja/ppid/permohonan.csv").status_code == 403


def test_spending_of_a_file_is_compared_at_the_desk(here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: NOW)
    desk = _desk("P18", "diskominfo.kadis")
    content = f"Nama Paket;Pagu;Keterangan\nAplikasi absensi wajah;720000000;{case('AP25').number}\n".encode()
    sent = {"file": SimpleUploadedFile("rup.csv", content), "year": "2027"}
    page = desk.post("/meja/rekomendasi/", sent)
    assert page.status_code == 200
    assert "tidak direkomendasikan" in page.content.decode().lower()
    assert "Absensi Wajah Sekretariat" in desk.get("/meja/rekomendasi/").content.decode()


def test_before_a_request_is_sent_answers_to_much_the_same_are_offered(here: None) -> None:
    from mapalus.apps.cases.packs import current, pack_of
    from mapalus.doors.portal.asking import answered_alike

    asked = {"rincian": "Laporan evaluasi pelaksanaan pembangunan dua tahun terakhir"}
    (found,) = answered_alike(pack_of(current(requests.REQUEST)), asked, NOW)
    assert (found.case.number, found.href) == (case("R01").number, f"/ppid/jawaban/{case('R01').number}/")


def test_a_link_fills_in_what_the_feedback_is_about(here: None, client: Client) -> None:
    page = client.get("/layanan/permohonan-informasi/mulai/?tujuan=penelitian-dari-tautan&nama=Orang").content.decode()
    assert "penelitian-dari-tautan" in page
    assert 'value="Orang"' not in page


def test_answers_are_open_data_and_what_waits_is_not(here: None, client: Client) -> None:
    filled = {one.name: one.version for one in datasets.fill_all(now=NOW)}
    assert filled["permohonan-informasi"] is not None
    text = b"".join(client.get("/data/permohonan-informasi.csv")).decode()
    assert case("R01").number in text
    assert case("R12").number not in text
    assert "Pemohon Contoh" not in text
    assert client.get("/data/rekomendasi-aplikasi/").status_code == 200
