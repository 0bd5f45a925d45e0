"""Contracts as the pages show them: changes to decide, the next contract in words, proposals, grounds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from mapalus.apps.catalogue import actions, contracts, drifting
from mapalus.apps.catalogue.models import Change, Proposal
from mapalus.engine.errors import Invalid
from tests.apps.catalogue import test_changes as changes
from tests.apps.catalogue.cast import CONTRACT, NOW, Province, contract
from tests.apps.catalogue.examples_contracts import BROKEN, GROUND
from tests.doors.desk.conftest import Sit
from tests.doors.desk.test_way import text_of

pytestmark = [pytest.mark.slow]
PAGE = "/meja/data/dbd-mingguan/kontrak/"


def test_a_change_is_in_the_inbox_on_the_hand_in_and_is_decided_on_its_page(here: Province, sit: Sit) -> None:
    changes.first(here)
    handin = changes.second(here, changes.HEAD + changes.rows(week=46, count=9))
    client = sit(here.walidata)
    assert "Ada 9 baris" in text_of(client.get("/meja/"))
    page = client.get(f"/meja/setoran/{handin.receipt}/")
    assert "Yang berubah terhadap versi terakhir" in text_of(page)
    one = Change.objects.waiting().get(kind="volume")
    address = f"/meja/perubahan/{one.pk}/"
    assert "menahan penerbitan" in text_of(client.get(address))
    assert client.post(address, {"choice": "benar", "reason": ""}).status_code == 422
    done = client.post(address, {"choice": "benar", "reason": "Minggu libur"}, follow=True)
    assert "Minggu libur" in text_of(done)
    assert "Perubahan diputuskan" in text_of(client.get(f"/meja/setoran/{handin.receipt}/"))
    assert sit(here.stranger).get(address).status_code == 404
    assert "Ada 9 baris" in text_of(sit(here.producer).get(PAGE))
    assert len(drifting.waits(handin)) == 1  # the regions are still to be decided


def test_the_next_contract_says_what_it_changes_before_it_does(here: Province, sit: Sit) -> None:
    client = sit(here.walidata)
    wider = CONTRACT.replace("maximum: 53", "maximum: 54")
    looked = client.post(PAGE + "baru/", {"text": wider, "reason": "Tahun 53 minggu"})
    assert "lebih longgar" in text_of(looked)
    assert "1.1.0" in text_of(looked)
    here.dataset.refresh_from_db()
    assert here.dataset.contracts.count() == 1
    client.post(PAGE + "baru/", {"text": wider, "reason": "Tahun 53 minggu", "propose": "1"})
    assert here.dataset.contracts.count() == 2
    assert "1.1.0" in text_of(client.get(PAGE))


def test_what_is_wrong_in_a_contract_is_told_with_its_line(here: Province, sit: Sit) -> None:
    client = sit(here.walidata)
    page = client.post(PAGE + "baru/", {"text": CONTRACT.replace("type: integer", "type: angka", 1), "reason": "x"})
    assert page.status_code == 422
    assert "Baris 9" in text_of(page)
    page = client.post(PAGE + "baru/", {"text": "fields: [a\n  b: {", "reason": "x"})
    assert "Baris 2" in text_of(page)
    page = client.post(PAGE + "baru/", {"text": "", "reason": "x"})
    assert page.status_code == 422
    assert sit(here.operator).get(PAGE + "baru/").status_code == 403


def test_a_breaking_contract_is_asked_about_answered_and_decided(here: Province, sit: Sit, tmp_path: Path) -> None:
    stranger, walidata = sit(here.stranger), sit(here.walidata)
    stranger.post(PAGE, {"name": "SIM Jalan", "purpose": "Peta risiko"})
    asked = walidata.post(PAGE + "baru/", {"text": BROKEN, "reason": "Laporan baru", "propose": "1"}, follow=True)
    assert "SIM Jalan" in text_of(asked)
    made = Proposal.objects.get()
    address = f"/meja/kontrak/{made.pk}/"
    assert "SIM Jalan" in text_of(stranger.get("/meja/"))
    answer = made.answers.get()
    refused = stranger.post(address, {"answer": answer.pk, "word": "keberatan", "reason": ""})
    assert refused.status_code == 422
    stranger.post(address, {"answer": answer.pk, "word": "keberatan", "reason": "Peta kami rusak"})
    assert "Peta kami rusak" in text_of(walidata.get(address))
    assert stranger.post(address, {"taken": "ya", "decision": "x"}).status_code == 403
    walidata.post(address, {"taken": "tidak", "decision": "Menunggu SIM Jalan"})
    made.refresh_from_db()
    assert made.state == "dropped"
    assert "Menunggu SIM Jalan" in text_of(stranger.get(address))


def test_a_ground_is_whole_or_the_data_stay_open(here: Province, sit: Sit) -> None:
    client = sit(here.walidata)
    address = "/meja/data/dbd-mingguan/sifat/"
    sent = {"classification": "terbatas", "article": GROUND["article"], "reason": "Memuat NIK"}
    assert client.post(address, sent).status_code == 422
    sent |= {"test": GROUND["test"], "until": GROUND["until"], "entry": GROUND["dik"]}
    client.post(address, sent)
    here.dataset.refresh_from_db()
    assert not here.dataset.is_open
    assert GROUND["test"] in text_of(client.get(address))
    assert "segera berakhir" in text_of(client.get("/meja/")) or "dasar pembatasan" in text_of(client.get("/meja/"))
    public = Client().get("/data/dbd-mingguan/metadata/")
    assert GROUND["dik"] in text_of(public)
    assert GROUND["article"] in text_of(Client().get("/ppid/dikecualikan/"))


def test_the_contract_is_public_in_every_form(here: Province) -> None:
    anybody = Client()
    for ending in ("yaml", "json", "odcs.yaml", "odcs.json", "schema.json", "table.json", "datapackage-1.json"):
        answer = anybody.get(f"/data/dbd-mingguan/kontrak.{ending}")
        assert answer.status_code == 200, ending
    odcs = json.loads(anybody.get("/data/dbd-mingguan/kontrak.odcs.json").content)
    assert odcs["version"] == "1.0.0"
    for form in ("keg", "var", "ind"):
        assert anybody.get(f"/data/dbd-mingguan/ms-{form}.xlsx").content[:2] == b"PK"
    page = text_of(anybody.get("/data/dbd-mingguan/metadata/"))
    assert "MS-Keg" in page
    assert "Dinas Kesehatan" in page
    assert anybody.get("/data/tidak-ada/kontrak.yaml").status_code == 404


def test_the_published_file_describes_itself(here: Province) -> None:
    changes.first(here)
    made = json.loads(Client().get("/data/dbd-mingguan/datapackage.json").content)
    fields = {one["name"]: one for one in made["resources"][0]["schema"]["fields"]}
    assert fields["kasus"]["type"] == "integer"
    assert "constraints" not in fields["pelapor"]  # it is masked
    assert made["resources"][0]["path"].endswith("/data/dbd-mingguan.csv?version=1")


def test_surveys_without_a_recommendation_stand_first(here: Province, sit: Sit, tmp_path: Path) -> None:
    survey = CONTRACT + "  statistics: {cara: 2, rekomendasi: salah}\n"
    actions.change_contract(here.dataset, kept=contract(tmp_path, survey), reason="Survei", by=here.walidata, now=NOW)
    page = text_of(sit(here.walidata).get("/meja/survei/"))
    assert "Kasus DBD Mingguan" in page
    assert "bukan nomor BPS" in page


OPEN = CONTRACT.replace(
    "- {name: kasus, title: Kasus, type: integer, constraints: {required: true, minimum: 0}}",
    "- {name: kasus, title: Kasus, mapalus: {open: ["
    "{type: date, format: '%d/%m/%Y', reads: {03/04/2023: '2023-04-03'}},"
    " {type: date, format: '%m/%d/%Y', reads: {03/04/2023: '2023-03-04'}}]}}",
)


def test_a_column_that_can_be_read_in_two_ways_is_asked_for_once_with_both_examples(here: Province, sit: Sit) -> None:
    client = sit(here.walidata)
    page = client.post(PAGE + "baru/", {"text": OPEN, "reason": "Tanggal"})
    assert page.status_code == 422
    told = text_of(page)
    assert "3 April 2023" in told
    assert "4 Maret 2023" in told
    page = client.post(PAGE + "baru/", {"text": OPEN, "reason": "Tanggal", "cara_kasus": "1"})
    assert page.status_code == 200
    assert "%m/%d/%Y" in page.content.decode()
    assert "open:" not in page.content.decode()
    assert 'name="cara_kasus"' not in page.content.decode()


def test_a_contract_with_an_open_column_is_kept_by_no_way(here: Province, tmp_path: Path) -> None:
    path = tmp_path / "kontrak.yml"
    path.write_text(OPEN, encoding="utf-8")
    with pytest.raises(Invalid, match="Kasus"):
        contracts.keep(path, dataset="dbd-mingguan")
