"""The complaints desk sees where a complaint might go and why; files of LAPOR! are taken over once, told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mapalus.apps.cases import lapor
from mapalus.apps.cases.models import Case
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person
from mapalus.engine import clock
from mapalus.engine.lapor import read
from tests.doors.portal import complaints_told as told
from tests.doors.portal.complaints_told import ADMIN, NOW, PUPR, opened, shown, taken

pytestmark = [pytest.mark.slow]
LATER = NOW + timedelta(hours=5)
FILE = (
    b"Nomor LAPOR;Judul;Isi;Status;Rahasia\n"
    b"9000001;Antrean panjang di loket;Antrean di loket dua jam setiap pagi, tidak ada kursi.;Belum Terverifikasi;\n"
    b"9000002;Daftar hadir palsu di kantor;Ditandatangani untuk orang yang tidak ada di sana.;Belum Terverifikasi;Ya\n"
    b"9000003;pendek;pendek;Belum Terverifikasi;\n"
)


@pytest.fixture
def desk(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(clock, "now", lambda: LATER)
    cache.clear()
    told.organisation()
    told.pack()
    yield entered(ADMIN)
    cache.clear()


def entered(position: str) -> Client:
    client = Client()
    user = User.objects.create_user(position)
    Person.objects.filter(code=told.hat(position).person).update(user=user)
    client.force_login(user)
    session = client.session
    session[SESSION_KEY] = position
    session.save()
    return client


def test_proposals_stand_beside_it_with_their_words_and_decide_nothing(desk: Client) -> None:
    for days in (3, 2):
        shown(opened(at=NOW - timedelta(days=days)))
    case = opened(
        values={"judul": "Lobang basar mo ka Wori", "isi": "Lobang basar dekat jembatan, so tiga orang jatung."}
    )
    page = desk.get(f"/meja/kasus/{case.number}/").content.decode()
    assert "Instansi PUPR" in page
    assert "lubang (" in page
    assert "0 m" in page, "the same place"
    assert Case.objects.get(pk=case.pk).state == "terkirim"


def test_a_file_is_taken_over_once(desk: Client) -> None:
    for _time in range(2):
        answer = desk.post("/meja/aduan/lapor/", {"berkas": SimpleUploadedFile("lapor.csv", FILE)})
        assert answer.status_code == 200
    assert Case.objects.count() == 2
    public, secret = Case.objects.order_by("pk")
    assert (public.channel, public.values["nomor_lapor"], public.values["status_lapor"]) == (
        "lapor",
        "9000001",
        "belum-verifikasi",
    )
    assert secret.is_secret
    assert "pendek" not in set(Case.objects.values_list("title", flat=True))


def test_an_answer_is_told_once_and_a_secret_one_never(desk: Client) -> None:
    lapor.take_over(read(FILE), by=told.hat(ADMIN), now=NOW)
    case = Case.objects.get(key="aduan:lapor:9000001")
    case = taken(case, "verifikasi", klasifikasi="pengaduan", unit_tujuan="pupr", tayang=False)
    case = taken(case, "terima", by=PUPR, at=NOW + timedelta(hours=2))
    case = taken(
        case,
        "jawab",
        by=PUPR,
        at=NOW + timedelta(hours=3),
        hasil="terbukti",
        jawaban="Kursi dan nomor antrean sudah disediakan.",
    )
    file = desk.get("/meja/aduan/lapor/berkas.csv").content.decode()
    assert "9000001" in file
    assert "Kursi dan nomor" in file
    assert "9000002" not in file
    case = Case.objects.get(pk=case.pk)
    desk.post("/meja/aduan/lapor/tercatat/", {"kasus": f"{case.number} {case.version}"})
    assert "9000001" not in desk.get("/meja/aduan/lapor/berkas.csv").content.decode()


def test_what_moved_on_since_it_was_looked_at_is_not_noted_as_told(desk: Client) -> None:
    lapor.take_over(read(FILE), by=told.hat(ADMIN), now=NOW)
    case = Case.objects.get(key="aduan:lapor:9000001")
    case = taken(case, "verifikasi", klasifikasi="pengaduan", unit_tujuan="pupr", tayang=False)
    desk.post("/meja/aduan/lapor/tercatat/", {"kasus": f"{case.number} {case.version - 1}"})
    assert "9000001" in desk.get("/meja/aduan/lapor/berkas.csv").content.decode()


def test_what_was_answered_there_is_not_answered_again(desk: Client) -> None:
    lapor.take_over(read(FILE), by=told.hat(ADMIN), now=NOW)
    case = Case.objects.get(key="aduan:lapor:9000001")
    lapor.take_over(read(b"id,status\n9000001,Selesai\n"), by=told.hat(ADMIN), now=NOW)
    case.refresh_from_db()
    case = taken(case, "verifikasi", klasifikasi="pengaduan", unit_tujuan="pupr", tayang=False)
    case = taken(case, "terima", by=PUPR, at=NOW + timedelta(hours=2))
    taken(
        case,
        "jawab",
        by=PUPR,
        at=NOW + timedelta(hours=3),
        hasil="terbukti",
        jawaban="Kursi dan nomor antrean sudah disediakan.",
    )
    assert "Kursi dan nomor" not in desk.get("/meja/aduan/lapor/berkas.csv").content.decode()


def test_a_number_noted_by_hand_is_found_again(desk: Client) -> None:
    case = taken(opened(), "catat_lapor", nomor_lapor="9000001", status_lapor="belum-verifikasi")
    (row,) = lapor.take_over(read(b"id,status\n9000001,Sedang Diproses\n"), by=told.hat(ADMIN), now=NOW).rows
    assert (row.what, row.number) == ("changed", case.number)
    assert Case.objects.count() == 1


def test_only_the_complaints_desk_exchanges_files(desk: Client) -> None:
    other = entered(PUPR)
    for address in ("/meja/aduan/lapor/", "/meja/aduan/lapor/berkas.csv"):
        assert other.get(address).status_code == 403
    assert other.post("/meja/aduan/lapor/tercatat/", {"kasus": "x 1"}).status_code == 403
