"""Tugas saya: what a position must do, marked as done, whom to ask; training; readiness of agencies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from mapalus.apps.catalogue import actions as catalogue
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.directory import actions, owing
from mapalus.apps.directory.models import Appointment, DutyDone, Person, Position, PositionRole, Training
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from tests.apps.catalogue import cast
from tests.apps.catalogue.cast import NOW, Province
from tests.browser import LOOKS, Viewed
from tests.doors.desk.conftest import Sit


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    found: str = response.content.decode()
    return found


@pytest.fixture
def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform has stood for a year, so that what was missed counts."""
    monkeypatch.setattr(owing, "begun_on", lambda _now: date(2025, 11, 1))


def test_nothing_is_late_that_was_due_before_the_platform_stood(here: Province, sit: Sit) -> None:
    page = text_of(sit(here.walidata_head).get("/meja/tugas/"))
    assert "Tugas saya" in page
    assert "status--late" not in page
    assert "Melaporkan kepatuhan data kepada Sekretaris Daerah" in page


@pytest.mark.usefixtures("long_ago")
def test_missed_duty_is_late_until_it_is_marked(here: Province, sit: Sit) -> None:
    client = sit(here.walidata_head)
    address = "/meja/tugas/laporan-kepatuhan/"
    assert "Lewat 8 hari kerja" in text_of(client.get("/meja/tugas/"))  # due on the 10th, today the 20th
    filled = {"which": "diskominfo.kadis 2026-11", "remark": "Surat CONTOH/9"}
    assert client.post(address, filled).status_code == 302
    assert DutyDone.objects.get().by == "Kepala Diskominfo"
    assert Entry.objects.filter(act="directory.do-duty").count() == 1
    assert "Lewat 8 hari kerja" not in text_of(client.get("/meja/tugas/"))
    assert "Surat CONTOH/9" in text_of(client.get(address))
    assert client.post(address, filled).status_code == 422


def test_page_of_a_duty_says_rule_ground_sample_and_whom_to_ask(here: Province, sit: Sit) -> None:
    page = text_of(sit(here.operator).get("/meja/tugas/menyetor-jadwal/"))
    for words in ("Dasar hukum", "perlu dicek", "Contoh terisi", "Kabid Statistik", "/meja/setor/"):
        assert words in page
    english = sit(here.operator)
    english.cookies["django_language"] = "en"
    assert "Whom to ask" in text_of(english.get("/meja/tugas/menyetor-jadwal/"))
    assert sit(here.operator).get("/meja/tugas/tidak-ada/").status_code == 404


@pytest.mark.usefixtures("long_ago")
def test_duty_of_another_role_is_read_but_not_marked(here: Province, sit: Sit) -> None:
    client = sit(here.stranger)
    page = text_of(client.get("/meja/tugas/laporan-kepatuhan/"))
    assert "Tandai selesai" not in page
    answer = client.post("/meja/tugas/laporan-kepatuhan/", {"which": "diskominfo.kadis 2026-11"})
    assert answer.status_code == 403
    other = sit(cast.actor("pupr.kadis"))
    forged = other.post("/meja/tugas/mengesahkan-angka/", {"which": "dinkes.kadis 2026-W47"})
    assert forged.status_code == 422
    assert not DutyDone.objects.exists()


def test_every_role_is_listed_ones_own_first(here: Province, sit: Sit) -> None:
    page = text_of(sit(here.operator).get("/meja/tugas/semua/"))
    assert page.index("peran Anda") < page.index("Atasan PPID")
    assert "Forum Satu Data" in page


def test_datasets_terms_and_mandates_become_tasks(here: Province, sit: Sit) -> None:
    cast.acting_until(NOW.date() + timedelta(days=30))
    due = NOW - timedelta(days=3)
    catalogue.expect(here.dataset, period="2026-W46", due_at=due, by=here.walidata, now=NOW - timedelta(days=9))
    operator = text_of(sit(here.operator).get("/meja/tugas/"))
    assert here.dataset.title in operator
    assert "jabatan Anda yang menyetor" in operator
    assert "jabatan Anda produsennya" in text_of(sit(here.producer).get("/meja/tugas/"))
    head = text_of(sit(here.head).get("/meja/tugas/"))
    assert "jabatan Anda yang mengesahkan" in head
    assert "Masa menjabat berakhir: Plt. Kepala Dinas Kesehatan" in head
    assert here.dataset.title not in text_of(sit(here.stranger).get("/meja/tugas/"))
    assert "Kumpulan data instansi lain yang terlambat: 1" in text_of(sit(here.walidata).get("/meja/tugas/"))


def test_sheet_waits_for_who_follows(here: Province, sit: Sit) -> None:
    held = Appointment.objects.get(position="dinkes.kabid-p2p", to_on=None)
    actions.end_appointment(held, last_on=date(2026, 11, 19), reason="Mutasi", by=PLATFORM, now=NOW)
    assert "Terima lembar serah terima: Kabid P2P" in text_of(sit(here.head).get("/meja/tugas/"))


def test_training_is_written_down_by_walidata_alone(here: Province, sit: Sit) -> None:
    Person.objects.filter(pk="P32").update(nip="000000000000000032")
    held = Appointment.objects.get(person="P32")
    filled = {"holder": held.pk, "subject": "Metadata MS-Ind", "held_on": "2026-11-03"}
    client = sit(here.walidata)
    assert client.post("/meja/pelatihan/", filled).status_code == 302
    assert client.post("/meja/pelatihan/", filled).status_code == 422
    page = text_of(client.get("/meja/pelatihan/"))
    assert "Metadata MS-Ind" in page
    assert "000032" not in page
    assert "Metadata MS-Ind" in text_of(sit(here.operator).get("/meja/pelatihan/"))
    assert "Metadata MS-Ind" not in text_of(sit(here.stranger).get("/meja/pelatihan/"))
    assert sit(here.operator).post("/meja/pelatihan/", filled).status_code == 403


def test_readiness_shows_all_agencies_to_walidata_and_ones_own_to_others(here: Province, sit: Sit) -> None:
    PositionRole.objects.create(position_id="dinkes.data", role="walidata-pendukung")
    Dataset.objects.update(due_at=NOW - timedelta(days=3), expected_period="2026-W46")
    page = text_of(sit(here.walidata).get("/meja/kesiapan/"))
    for words in ("Dinas PUPR", "Dinas Kesehatan", "Kabid Bina Marga", "belum ditunjuk", "0 dari 1 tepat waktu"):
        assert words in page
    own = text_of(sit(here.stranger).get("/meja/kesiapan/"))
    table = own[own.index("<table") :]
    assert "Dinas PUPR" in table
    assert "Dinas Kesehatan" not in table


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_of_duties_are_for_everybody(
    transactional_db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, view: Callable[..., Viewed],
    width: int, theme: str, long_ago: None,
) -> None:  # fmt: skip
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: NOW)
    cast.province(tmp_path)
    actor = cast.actor("diskominfo.kadis")
    Training.objects.create(
        person_id="P32", position_id="dinkes.data", subject="Metadata MS-Ind", held_on=date(2026, 11, 3),
        recorded_at=NOW, recorded_by="Walidata",
    )  # fmt: skip
    post = Position.objects.get(pk="diskominfo.kadis")
    actions.do_duty(post, duty="laporan-kepatuhan", period="2026-11", remark="Surat 9", by=actor, now=NOW)
    user = User.objects.create_user(actor.person)
    Person.objects.filter(pk=actor.person).update(user=user)
    client = Client(REMOTE_ADDR="127.0.0.1")
    client.force_login(user)
    session = client.session
    session["position"] = actor.hat
    session.save()
    found = {}
    for address in (
        "/meja/tugas/", "/meja/tugas/semua/", "/meja/tugas/menegur-terlambat/", "/meja/kesiapan/", "/meja/pelatihan/",
    ):  # fmt: skip
        page = view(address, width=width, theme=theme, cookies={"sessionid": str(session.session_key)})
        if problems := page.problems():
            found[address] = problems
        page.page.context.close()
    assert found == {}
