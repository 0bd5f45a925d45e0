"""Services as citizens meet them: found, filled in, and sent once."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.engine.errors import Invalid
from tests.apps.cases import cast
from tests.doors.portal.services_told import ANSWERS, PAGES, START, load, nothing_counted, pack, sent, text_of, told

__all__ = ["nothing_counted", "pack", "told"]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_in_both_languages_and_is_light(pack: PackVersion, address: str, language: str) -> None:
    client = Client()
    client.cookies.load({"django_language": language})
    answer = client.get(address)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()
    assert len(answer.content) < 100_000


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_without_any_service(db: None, address: str) -> None:
    assert Client().get(address).status_code in (200, 404)


def test_a_service_says_what_it_asks_promises_and_costs(pack: PackVersion) -> None:
    page = text_of(Client().get("/layanan/aduan-uji/"))
    for said in ("14 hari kerja", "Tanpa biaya", "bukan peraturan", "Telepon", "Terkirim", "Tidak perlu akun"):
        assert said in page


def test_services_are_found_by_word_and_stand_on_the_first_page(pack: PackVersion) -> None:
    assert "Aduan contoh" in text_of(Client().get("/layanan/?q=aduan"))
    assert "Tidak ada layanan yang cocok" in text_of(Client().get("/layanan/?q=zzzz"))
    assert "Aduan contoh" in text_of(Client().get("/cari?q=aduan"))
    assert "Aduan contoh" in text_of(Client().get("/"))
    assert "/layanan/aduan-uji/" in Client().get("/sitemap.xml").content.decode()
    assert '"/layanan/aduan-uji/luring/"' in Client().get("/worker.js").content.decode()


def test_there_is_no_page_of_a_service_that_does_not_exist(pack: PackVersion) -> None:
    for address in ("/layanan/tiada/", "/layanan/tiada/mulai/", "/layanan/tiada/periksa/"):
        assert Client().get(address).status_code == 404


def test_a_form_goes_its_whole_way_without_a_script(pack: PackVersion) -> None:
    client = Client()
    case = sent(client)
    assert case.values["kategori"] == "jalan"
    assert case.latitude == 1.55
    page = text_of(client.get(f"/layanan/kasus/{case.number}/terkirim/"))
    assert case.number in page
    assert "Paling lambat" in page
    page = text_of(client.get(f"/layanan/kasus/{case.number}/"))
    assert "Jabatan kominfo.kabid" in page  # a position holds it
    assert "Orang P3" not in page  # never its name
    assert "Siti Rahmawati" in page
    assert "hari kerja" in page


def test_what_is_wrong_stands_beside_the_field_and_on_top(pack: PackVersion) -> None:
    answer = Client().post(START, {"judul": "", "kategori": "bukan", "aksi": "lanjut"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_judul">' in page
    assert 'id="id_judul-error"' in page
    assert "<title>Salah:" in page
    assert Case.objects.count() == 0


def test_what_was_typed_stays_when_something_is_wrong(pack: PackVersion) -> None:
    client = Client()
    client.post(START, {**ANSWERS, "judul": "", "aksi": "lanjut"})
    page = client.get(START).content.decode()
    assert "Lubang besar sejak bulan lalu." in page
    assert client.get("/layanan/aduan-uji/periksa/").status_code == 302  # not to be sent yet


def test_one_form_becomes_one_case_however_often_it_is_sent(pack: PackVersion) -> None:
    key = str(uuid.uuid4())
    client = Client()
    first = client.post("/layanan/aduan-uji/kirim/", {**ANSWERS, "kunci": key})
    again = Client().post("/layanan/aduan-uji/kirim/", {**ANSWERS, "kunci": key})
    assert first.status_code == again.status_code == 200
    assert first.json()["number"] == again.json()["number"]
    assert Case.objects.count() == 1
    other = client.post("/layanan/aduan-uji/kirim/", {**ANSWERS, "kunci": str(uuid.uuid4())})
    assert other.json()["number"] != first.json()["number"]


def test_a_form_of_the_outbox_without_a_key_is_refused(pack: PackVersion) -> None:
    for key in ("", "1", "a" * 36):
        assert Client().post("/layanan/aduan-uji/kirim/", {**ANSWERS, "kunci": key}).status_code == 400
    assert Case.objects.count() == 0


def test_a_wrong_form_of_the_outbox_comes_back_as_a_draft(pack: PackVersion) -> None:
    client = Client()
    answer = client.post("/layanan/aduan-uji/kirim/", {**ANSWERS, "judul": "", "kunci": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert "judul" in answer.json()["errors"]
    page = client.get(answer.json()["address"]).content.decode()
    assert "Lubang besar" in page
    assert 'id="id_judul-error"' in page


def test_anonymous_and_secret_are_kept_as_asked(pack: PackVersion) -> None:
    case = sent(Client(), _anonim="ya", _rahasia="ya")
    assert case.is_anonymous
    assert case.is_secret


def test_a_service_that_wants_an_account_leads_to_one(pack: PackVersion) -> None:
    files = {**pack.files, "pack.yml": pack.files["pack.yml"].replace("level: none", "level: account")}
    load(files)
    answer = Client().get("/layanan/aduan-uji/mulai/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/layanan/saya/?next=")
    assert Client().get("/layanan/aduan-uji/luring/").status_code == 302
    assert Client().post("/layanan/aduan-uji/kirim/", {**ANSWERS, "kunci": str(uuid.uuid4())}).status_code == 403


def test_only_agencies_that_exist_are_taken(pack: PackVersion) -> None:
    form = pack.files["form.yml"].replace(
        "  nama: {",
        "  tujuan: { type: choice, label: Ke, label_en: To, privacy: public, options: { ref: 'ref:unit' } }\n  nama: {",
        1,
    )  # fmt: skip
    version = load({**pack.files, "form.yml": form.replace("lokasi] }", "lokasi, tujuan] }")})
    assert "PUPR" in Client().get(START).content.decode()
    with pytest.raises(Invalid) as problem:
        actions.open_case(version, values={**cast.VALUES, "tujuan": "tiada"}, by=cast.CITIZEN, now=cast.NOW)
    assert "tujuan" in problem.value.fields
    opened = actions.open_case(version, values={**cast.VALUES, "tujuan": "pupr"}, by=cast.CITIZEN, now=cast.NOW)
    assert opened.case.values["tujuan"] == "pupr"
