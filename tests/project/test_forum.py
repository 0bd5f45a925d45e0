"""The Forum Satu Data and the requests for data of the story: what stands on the day of the tour, and their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from mapalus.apps.cases import actions, datasets, forum, planning, wanted
from mapalus.apps.cases.loading import load_packs
from mapalus.apps.cases.models import Case, CaseEffect, CaseLink
from mapalus.apps.cases.outbox import work_off
from mapalus.apps.cases.who import Applicant
from mapalus.apps.catalogue import daftar_acts, places
from mapalus.apps.catalogue.models import Dataset, PlanEntry
from mapalus.apps.directory.actor import Official
from mapalus.apps.directory.loading import load_organisation
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person, Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.clock import Zone
from mapalus.engine.data import snapshot
from mapalus.engine.errors import NotAllowed
from mapalus.engine.workdays import Calendar
from mapalus.project.demo import forum as story
from mapalus.project.demo.forum_told import OPENED
from mapalus.project.demo.organisation import actor
from mapalus.project.demo.paper import pdf_of
from mapalus.project.demo.storyclock import StoryClock
from tests.apps.directory.conftest import NOW, STORY, H
from tests.project.forum_scene import SERVICES, data_list

pytestmark = pytest.mark.slow
CLOCK = StoryClock(H, is_workday=Calendar.of(Zone.WITA).is_working, zone=Zone.WITA.tzinfo, present=NOW)


@pytest.fixture(scope="module")
def told(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The organisation, a data list, and the story of the forum, told once and taken back whole."""
    from django.conf import settings
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("forum")
    with override_settings(DATA_DIR=folder, PACKS=SERVICES), django_db_blocker.unblock(), transaction.atomic():
        load_organisation(STORY, day0=H, by=PLATFORM, now=NOW)
        data_list(folder, now=NOW)
        assert not load_packs(settings.PACKS, now=CLOCK.moment(-199, "08:00")).refused
        story.tell(CLOCK)
        yield folder
        transaction.set_rollback(True)


@pytest.fixture
def here(told: Path, db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day of the tour; what a test changes is undone."""
    settings.PACKS, settings.DATA_DIR = SERVICES, told
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: NOW)


@pytest.fixture
def sit(here: None) -> Callable[[str], Client]:
    """A browser of whoever holds a position."""

    def at(position: str) -> Client:
        by = actor(position, now=NOW)
        assert isinstance(by, Official)
        client = Client()
        user = Person.objects.get(pk=by.person).user
        assert user is not None
        client.force_login(user)
        session = client.session
        session[SESSION_KEY] = by.hat
        session.save()
        return client

    return at


def case(code: str) -> Case:
    opening = OPENED[code]
    if opening.of:
        links = CaseLink.objects.filter(target=case(opening.of), origin__pack_name=opening.pack)
        return Case.objects.get(pk__in=links.values("origin"))
    return Case.objects.get(key=f"{opening.pack}:contoh:{code}")


def took(code: str, act: str, position: str, reason: str = "", **values: Any) -> Case:
    """An act on a case of the story, and what it sets off."""
    moved = actions.take(case(code), act=act, values=values, reason=reason, by=actor(position, now=NOW), now=NOW)
    work_off(moved.pk, moved.version, now=NOW)
    return moved


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


# --- the forum -------------------------------------------------------------------------------------------------------


STATES = {
    "K1": "diputus", "K2": "diputus", "K3": "diusulkan", "FP4": "dijadwalkan", "F5": "dijadwalkan", "RFD1": "selesai",
    "RFD2": "selesai", "RFD3": "dijadwalkan", "A1": "selesai", "A3": "berjalan", "AK1": "selesai", "AK2": "berjalan",
    "PM1": "dijawab", "PM2": "dijanjikan", "PM3": "ditolak", "PM4": "pada_produsen", "PM5": "dijawab",
    "PM6": "dialihkan", "PM7": "menunggu_peminta", "PM8": "diajukan", "PM9": "dipenuhi",
}  # fmt: skip


@pytest.mark.parametrize(("code", "state"), STATES.items())
def test_each_case_stands_where_the_story_has_it(here: None, code: str, state: str) -> None:
    assert case(code).state == state


def test_both_series_carry_the_decision_with_its_minutes(here: None) -> None:
    for name in ("penduduk-dkb", "penduduk-proyeksi"):
        (decision,) = forum.decisions_about(name)
        assert decision.case == case("K1")
        assert decision.in_force_from == CLOCK.day(-30)
        assert decision.meeting in forum.minutes_of([decision.meeting])
    text = text_of(Client(), "/data/penduduk-proyeksi/")
    assert case("K1").number in text
    assert f"/forum/risalah/{case('RFD1').number}.pdf" in text


def test_a_decision_that_another_one_replaced_is_not_in_force(here: None) -> None:
    took("K3", "jadwalkan", "bappeda.data", rapat=case("RFD2").number, tanggal_rapat=CLOCK.day(-1).isoformat())
    took(
        "K3", "putuskan", "bappeda.kepala", putusan="Angka resmi adalah hasil survei Dinas PUPR.",
        berlaku_mulai=CLOCK.day(0).isoformat(), mengganti=case("K1").number,
    )  # fmt: skip
    assert forum.decisions_about("penduduk-dkb") == []
    assert [one.case for one in forum.decisions_about("kondisi-jalan")] == [case("K3")]
    assert case("K3").number in text_of(Client(), f"/forum/putusan/{case('K1').number}/")


def test_what_follows_from_a_decision_waits_for_the_position_it_names(here: None) -> None:
    item = case("AK2")
    assert item.turn == "dinkes.kabid-kesmas"
    assert item.due_at is not None
    assert item.due_at.astimezone(Zone.WITA.tzinfo).date() == CLOCK.day(10)
    (line,) = [one for one in forum.items(H.year, now=NOW) if one.case == item]
    assert (line.percent, line.decision, line.is_late) == (60, case("K2").number, False)


def test_the_plan_says_what_is_late_and_how_far_it_is(here: None) -> None:
    plan = forum.items(H.year, now=NOW, is_public=True)
    assert [one.case for one in plan if one.is_late] == [case("A3")]
    assert forum.share(plan) == round(sum(one.percent for one in plan) / len(plan))


def test_the_next_meeting_is_the_first_that_is_still_to_come(here: None) -> None:
    meeting = forum.next_meeting(now=NOW)
    assert meeting is not None
    assert meeting.case == case("RFD3")
    assert {one.case for one in forum.matters(forum.waiting(meeting.case.number))} == {case("FP4"), case("F5")}
    assert forum.next_meeting(now=CLOCK.moment(6, "08:00")) == meeting  # its minutes are owed


def test_nobody_but_the_coordinator_records_a_decision(here: None) -> None:
    took("K3", "jadwalkan", "bappeda.data", rapat=case("RFD3").number, tanggal_rapat=CLOCK.day(0).isoformat())
    values = {"putusan": "Angka resmi adalah hasil survei Dinas PUPR.", "berlaku_mulai": CLOCK.day(0).isoformat()}
    with pytest.raises(NotAllowed):
        took("K3", "putuskan", "bappeda.data", **values)


# --- at the desk -----------------------------------------------------------------------------------------------------


def test_the_secretariat_puts_what_waits_on_an_agenda(here: None, sit: Callable[[str], Client]) -> None:
    client, chosen = sit("bappeda.data"), case("K3").number
    assert f'value="{chosen}"' in text_of(client, "/meja/forum/")
    client.post("/meja/forum/agenda/", {"bahasan": [chosen], "rapat": case("RFD3").number})
    assert case("K3").state == "dijadwalkan"
    assert case("K3").values["tanggal_rapat"] == CLOCK.day(4).isoformat()


def test_others_read_the_page_and_schedule_nothing(here: None, sit: Callable[[str], Client]) -> None:
    client = sit("pupr.kadis")
    text = text_of(client, "/meja/forum/")
    assert "Kemantapan jalan provinsi" in text
    assert "bahasan" not in text.replace("mulai/?", "")[text.index("<main") :].split('name="')[1:]
    client.post("/meja/forum/agenda/", {"bahasan": [case("K3").number], "rapat": case("RFD3").number})
    assert case("K3").state == "diusulkan"


def test_a_conflict_can_be_brought_to_the_forum_once(here: None, sit: Callable[[str], Client]) -> None:
    Dataset.objects.filter(name__in=["kondisi-jalan", "cakupan-sinyal"]).update(conflict="Dua angka untuk satu hal.")
    text = text_of(sit("diskominfo.kabid-statistik"), "/meja/forum/")
    assert "kumpulan_data=cakupan-sinyal" in text
    assert "kumpulan_data=kondisi-jalan" not in text  # K3 is raised already


def test_minutes_to_be_signed_name_each_matter(here: None, sit: Callable[[str], Client]) -> None:
    answer = sit("bappeda.data").get(f"/meja/forum/{case('RFD3').number}/risalah.pdf")
    assert answer.content.startswith(b"%PDF")
    assert sit("bappeda.data").get("/meja/forum/RFD-1999-001/risalah.pdf").status_code == 404


# --- for everybody ---------------------------------------------------------------------------------------------------

PAGES = ("/forum/", "/forum/putusan/{K1}/", "/permintaan-data/", "/permintaan-data/{PM3}/", "/permintaan-data/{PM2}/")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_public_pages_open_and_tell_neither_who_asked_nor_what_is_not_decided(
    here: None, path: str, language: str
) -> None:
    client = Client()
    client.cookies.load({"django_language": language})
    text = text_of(client, path.format(**{code: case(code).number for code in ("K1", "PM2", "PM3")}))
    assert "Peminta Contoh" not in text
    assert "Daftar nama dan alamat penerima bantuan sosial per desa, semester lalu" not in text  # his own words
    assert case("K3").number not in text
    assert len(text) < 100_000


def test_the_minutes_are_a_file_for_everybody_and_others_are_not(here: None, client: Client) -> None:
    answer = client.get(f"/forum/risalah/{case('RFD1').number}.pdf")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-1.4")  # type: ignore[attr-defined]
    assert client.get(f"/forum/risalah/{case('RFD3').number}.pdf").status_code == 404
    assert client.get(f"/forum/putusan/{case('K3').number}/").status_code == 404


def test_a_request_is_found_by_the_words_of_walidata(here: None, client: Client) -> None:
    text = text_of(client, "/permintaan-data/?q=lelang+ikan")
    assert case("PM2").number in text
    assert case("PM1").number not in text
    assert case("PM1").number in text_of(client, "/permintaan-data/?keadaan=dijawab")


def test_what_is_not_forwarded_or_not_for_the_public_is_in_no_list(here: None) -> None:
    took("PM8", "teruskan_tertutup", "diskominfo.kabid-statistik", produsen="pupr", reason="Antarinstansi.")
    took(
        "PM8", "jawab", "pupr.data", jawaban="Tersedia pada kumpulan data kondisi jalan.", data_jawaban="kondisi-jalan"
    )
    shown = set(wanted.shown())
    assert case("PM8") not in shown
    assert case("PM7") not in shown
    assert case("PM1") in shown


def test_the_form_knows_the_dataset_it_was_opened_from(here: None, client: Client) -> None:
    text = text_of(client, "/layanan/permintaan-data/mulai/?kumpulan_data=kondisi-jalan")
    assert '<option value="kondisi-jalan" selected' in text
    assert "/layanan/permintaan-data/mulai/?kumpulan_data=kondisi-jalan" in text_of(client, "/data/kondisi-jalan/")


def test_an_official_asks_as_his_position(here: None, sit: Callable[[str], Client]) -> None:
    client = sit("dinsos.data")
    start = "/layanan/permintaan-data/mulai/1/"
    client.post(start, {
        "judul": "Usulan RTLH per desa", "rincian": "Usulan rumah tidak layak huni per desa.", "peminta": "instansi",
        "aksi": "lanjut",
    })  # fmt: skip
    answer = client.post("/layanan/permintaan-data/periksa/")
    assert answer.status_code == 302
    made = Case.objects.get(number=answer["Location"].split("/")[3])
    assert made.opened_by == "dinsos.data"
    assert made.situation["applicant_unit"] == "dinsos"


# --- what comes of a request -----------------------------------------------------------------------------------------


def test_a_promise_becomes_a_line_of_the_daftar_data_and_moves_with_it(here: None) -> None:
    unit = Unit.objects.get(code="diskominfo")
    assert planning.entry_of(case("PM2")) is None  # no plan of that year was open
    assert planning.plan_promises(now=NOW) == 0
    for year in {CLOCK.day(25).year, CLOCK.day(60).year}:
        daftar_acts.open_plan(unit, year=year, by=PLATFORM, now=NOW)
    assert planning.plan_promises(now=NOW) == 1
    assert planning.plan_promises(now=NOW) == 0
    entry = PlanEntry.objects.get(name="hasil-lelang-ikan-per-pelabuhan-perikanan")
    assert (entry.unit_id, entry.first_on, entry.schedule) == ("dkp", CLOCK.day(25), case("PM2").number)
    later = CLOCK.day(26)
    took("PM2", "ubah_janji", "dkp.data", tanggal_janji=later.isoformat(), reason="Petugas baru mulai bulan depan.")
    moved = planning.entry_of(case("PM2"))
    assert moved is not None
    assert moved.first_on == later
    told = {"jawaban": "Sudah terbit bersama data pendaratan.", "data_jawaban": "pendaratan-ikan-harian"}
    took("PM2", "penuhi", "dkp.data", **told)
    kept = planning.entry_of(case("PM2"))
    assert kept is not None
    assert kept.dataset == Dataset.objects.get(name="pendaratan-ikan-harian")


def test_a_refused_request_can_be_asked_for_formally(here: None) -> None:
    refused = case("PM3")
    moved = actions.take(refused, act="minta_resmi", by=Applicant(case=refused.pk), now=NOW)
    work_off(moved.pk, moved.version, now=NOW)
    asked = Case.objects.get(pack_name="permohonan-informasi")
    assert asked.values["rincian"] == refused.values["rincian"]
    assert asked.opened_by == refused.opened_by


def test_a_request_that_is_stuck_is_a_matter_of_the_forum_with_its_number(here: None) -> None:
    matter = case("FP4")
    assert matter.values["nomor_asal"] == case("PM4").number
    assert case("PM4").is_overdue(NOW)
    assert CaseEffect.objects.filter(case=case("PM4"), kind="escalate").exists()


def test_the_datasets_of_the_forum_hold_what_was_decided_and_nobodys_words(here: None) -> None:
    filled = {one.name: one.version for one in datasets.fill_all(now=NOW)}
    for name in ("putusan-forum-satu-data", "rencana-aksi-satu-data", "permintaan-data"):
        version = filled[name]
        assert version is not None
        content = snapshot.find(places.snapshots(), version.snapshot).path.read_text(encoding="utf-8")
        assert "Contoh 3" not in content
        assert "semester lalu" not in content
    assert case("PM3").number in content
    assert case("PM8").number not in content


def test_paper_of_the_story_is_a_pdf_of_as_many_pages_as_it_needs() -> None:
    paper = pdf_of(tuple(f"Baris {number} (contoh) \\ akhir" for number in range(120)), title="RISALAH")
    assert paper.startswith(b"%PDF-1.4")
    assert paper.rstrip().endswith(b"%%EOF")
    assert b"/Count 3" in paper
    start = int(paper.rpartition(b"startxref\n")[2].split()[0])
    assert paper[start:].startswith(b"xref")
