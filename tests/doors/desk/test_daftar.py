"""Pages of the yearly plan, the compliance board, use and evidence, as each position meets them."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mapalus.apps.catalogue import scores_acts, use
from mapalus.apps.catalogue.models import DataPlan, EntryState, PlanEntry, UnitScore
from mapalus.apps.directory.models import PositionRole
from tests.apps.catalogue import cast
from tests.apps.catalogue.cast import NOW, Province
from tests.apps.catalogue.examples_daftar import LINE, entry, plan
from tests.doors.desk.conftest import Sit

FORM = {**LINE, "producer": "dinkes.kabid-p2p", "kind": "statistik", "classification": "terbuka"}


@pytest.fixture
def forum(here: Province) -> None:
    PositionRole.objects.create(position_id="setda.asisten1", role="koordinator-forum")


def test_from_proposal_to_the_public_page_without_a_script(here: Province, forum: None, sit: Sit, client: Any) -> None:
    walidata, operator = sit(here.walidata), sit(here.operator)
    assert walidata.post("/meja/daftar-data/buka/", {"year": 2026}).status_code == 302
    assert client.get("/daftar-data/2026/").status_code == 404, "nothing is decided"
    answer = operator.post("/meja/daftar-data/baru/?tahun=2026", FORM)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert "Kunjungan puskesmas" in operator.get(address).text
    assert operator.post(address, {"langkah": "konfirmasi"}).status_code == 403
    assert walidata.post(address, {"langkah": "konfirmasi"}).status_code == 302
    assert PlanEntry.objects.get().stage is EntryState.CONFIRMED
    assert walidata.post("/meja/daftar-data/2026/tetapkan/", {"decree": "050/1"}).status_code == 403
    decider = sit(here.superior)
    assert "050" not in decider.get("/meja/daftar-data/?tahun=2026").text
    assert decider.post("/meja/daftar-data/2026/tetapkan/", {"decree": "050/1"}).status_code == 302
    assert DataPlan.objects.get().is_decided
    page = client.get("/daftar-data/2026/").text
    assert "Kunjungan puskesmas" in page
    assert "050/1" in page
    assert client.get("/daftar-data/").headers["Location"] == "/daftar-data/2026/"
    told = client.get("/daftar-data/2026.json").json()
    assert told["daftar"][0]["nama_data"] == "Kunjungan puskesmas"
    assert client.get("/daftar-data/2026.csv").text.startswith("Kode,Tahun,Nama Data")
    assert client.get("/daftar-data/2026.xlsx").content[:2] == b"PK"


def test_a_wrong_line_comes_back_with_its_field(here: Province, sit: Sit) -> None:
    plan()
    answer = sit(here.operator).post(
        "/meja/daftar-data/baru/?tahun=2027", {**FORM, "classification": "tertutup"}, follow=True
    )
    assert answer.status_code == 422
    assert "dasar pembatasannya" in answer.text or "dasar" in answer.text


def test_a_returned_line_says_why_and_can_be_corrected(here: Province, sit: Sit) -> None:
    made = entry(plan())
    address = f"/meja/daftar-data/{made.code}/"
    walidata, operator = sit(here.walidata), sit(here.operator)
    assert walidata.post(address, {"langkah": "kembalikan"}).status_code == 422
    assert walidata.post(address, {"langkah": "kembalikan", "reason": "Satuan keliru"}).status_code == 302
    assert "Satuan keliru" in operator.get(address).text
    assert operator.get(f"{address}?ubah").status_code == 200
    assert operator.post(address, {**FORM, "langkah": "ubah", "counted_in": "orang"}).status_code == 302
    assert PlanEntry.objects.get().counted_in == "orang"


def test_a_spreadsheet_is_shown_before_it_is_taken_over(here: Province, sit: Sit) -> None:
    plan()
    text = "Nama Data,Satuan,Frekuensi\nImunisasi,persen,Bulanan\n,persen,Bulanan\n"
    browser = sit(here.operator)
    address = "/meja/daftar-data/berkas/?tahun=2027"
    page = browser.post(address, {"file": SimpleUploadedFile("daftar.csv", text.encode())}).text
    assert "Imunisasi" in page
    assert "tidak dapat diambil" in page
    assert not PlanEntry.objects.exists()
    token = page.partition('name="berkas" value="')[2].partition('"')[0]
    assert browser.post(address, {"berkas": token}).status_code == 302
    assert PlanEntry.objects.get().title == "Imunisasi"
    assert sit(here.stranger).post(address, {"berkas": token}).status_code == 302, "another position: choose again"
    assert PlanEntry.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04rusak", b"Kolom\nsatu\n"])
def test_a_file_that_is_no_daftar_data_is_refused_in_words(here: Province, sit: Sit, content: bytes) -> None:
    plan()
    answer = sit(here.operator).post(
        "/meja/daftar-data/berkas/?tahun=2027", {"file": SimpleUploadedFile("daftar.xlsx", content)}
    )
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_a_line_becomes_a_dataset_on_the_page(here: Province, sit: Sit) -> None:
    made = entry(plan())
    walidata = sit(here.walidata)
    address = f"/meja/daftar-data/{made.code}/"
    walidata.post(address, {"langkah": "konfirmasi"})
    draft = walidata.get(f"{address}?rancangan").content
    file = SimpleUploadedFile("kontrak.yml", draft)
    assert walidata.post(address, {"langkah": "kontrak", "contract": file}).status_code == 302
    made.refresh_from_db()
    assert made.dataset is not None
    assert made.dataset.name == "kunjungan-puskesmas"
    bad = SimpleUploadedFile("kontrak.yml", b"name: [")
    other = entry(DataPlan.objects.get(), title="Lain")
    PlanEntry.objects.filter(pk=other.pk).update(state="dikonfirmasi", confirmed_at=NOW, confirmed_by="x")
    answer = walidata.post(f"/meja/daftar-data/{other.code}/", {"langkah": "kontrak", "contract": bad})
    assert answer.status_code == 422


# --- the board -------------------------------------------------------------------------------------------------------


def test_the_agency_objects_and_walidata_answers_on_the_page(
    here: Province, sit: Sit, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.published(here)
    scores_acts.score_month("2026-11", now=NOW)
    head, walidata = sit(here.head), sit(here.walidata)
    address = "/meja/papan-kepatuhan/dinkes/"
    page = head.get(address).text
    assert "Hanya instansi Anda" in page
    assert "Susunan nilai" in page
    assert walidata.get(address).status_code == 404
    assert head.post(address, {"text": "salah"}).status_code == 422
    assert head.post(address, {"text": "Tenggat minggu ke-45 keliru tercatat."}).status_code == 302
    assert walidata.post(address, {"langkah": "jawab", "outcome": "ditolak", "answer": "Sesuai"}).status_code == 302
    score = UnitScore.objects.get(unit="dinkes")
    assert client.get("/kepatuhan/dinkes/").status_code == 404
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: score.public_from + timedelta(hours=1))
    page = client.get("/kepatuhan/dinkes/").text
    assert "Susunan nilai" in page
    assert "keliru tercatat" in page
    assert "Dinas Kesehatan" in client.get("/kepatuhan/").text
    assert "Dinas Kesehatan" in client.get("/papan/kepatuhan/").text
    assert client.get("/papan/kepatuhan/dinding").status_code == 200


def test_leaders_see_the_board_before_the_public(
    here: Province, sit: Sit, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores_acts.score_month("2026-11", now=NOW)
    score = UnitScore.objects.get(unit="dinkes")
    walidata = sit(here.walidata)
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: score.leaders_from + timedelta(hours=1))
    assert "Dinas Kesehatan" in walidata.get("/papan/kepatuhan/").text
    assert "/kepatuhan/dinkes/" not in client.get("/papan/kepatuhan/").text
    assert "/kepatuhan/dinkes/" not in walidata.get("/papan/kepatuhan/dinding").text, "whoever stands before the wall"


# --- use -------------------------------------------------------------------------------------------------------------


def test_what_is_taken_read_and_opened_is_shown_to_the_producer(here: Province, sit: Sit, client: Any) -> None:
    cast.published(here)
    operator = sit(here.operator)
    agent = {"HTTP_USER_AGENT": "Mozilla/5.0"}
    client.get("/data/dbd-mingguan/", **agent)
    b"".join(client.get("/data/dbd-mingguan.csv", **agent).streaming_content)
    client.get("/data/dbd-mingguan.csv", HTTP_USER_AGENT="Googlebot/2.1")
    client.get("/api/3/action/datastore_search?resource_id=dbd-mingguan", **agent)
    client.get("/api/v1/datasets/dbd-mingguan/rows", HTTP_USER_AGENT="curl/8")
    client.head("/data/dbd-mingguan/", **agent)
    use.flush(now=NOW, is_last=True)
    found = use.used([here.dataset.pk], since=NOW.date(), until=NOW.date())[here.dataset.pk]
    assert found == use.Use(files=1, api=2, pages=1, robots=1)
    assert "diunduh 1 kali bulan ini" in client.get("/data/dbd-mingguan/", **agent).text
    assert "Dengue" in operator.get("/meja/pemakaian/").text or "DBD" in operator.get("/meja/pemakaian/").text
    assert operator.get("/meja/data/dbd-mingguan/pemakaian/").status_code == 200
    assert sit(here.stranger).get("/meja/data/dbd-mingguan/pemakaian/").status_code == 404


# --- evidence --------------------------------------------------------------------------------------------------------


def test_evidence_is_a_page_and_one_click_away_a_zip(here: Province, sit: Sit) -> None:
    cast.published(here)
    walidata = sit(here.walidata)
    assert "EPSS" in walidata.get("/meja/bukti/").text
    page = walidata.get("/meja/bukti/epss/").text
    assert "Kepala Diskominfo" in page
    answer = walidata.post("/meja/bukti/epss/", follow=True)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert any(name.endswith("indeks.html") for name in zipfile.ZipFile(io.BytesIO(content)).namelist())
    assert sit(here.operator).get("/meja/bukti/epss/").status_code == 403
