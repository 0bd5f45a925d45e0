"""A case as its applicant follows it, by code or by account; and what nobody else may learn of it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.doors.portal import follow
from mapalus.engine import clock
from tests.apps.cases import cast
from tests.doors.portal.services_told import ANSWERS, START, code_of, nothing_counted, pack, sent, text_of, told

__all__ = ["nothing_counted", "pack", "told"]


def test_a_case_is_followed_by_its_code_alone_or_with_its_number(pack: PackVersion) -> None:
    client = Client()
    case = sent(client)
    code = code_of(client, case)
    for said in ({"kode": code}, {"kode": code.lower().replace("-", " "), "nomor": case.number.lower()}):
        other = Client()
        assert other.post("/layanan/ikuti/", said)["Location"] == f"/layanan/kasus/{case.number}/"
        assert "Siti Rahmawati" in text_of(other.get(f"/layanan/kasus/{case.number}/"))
    assert Client().get(f"/layanan/ikuti/{code}/")["Location"] == f"/layanan/kasus/{case.number}/"
    assert Client().post("/layanan/ikuti/", {"kode": code, "nomor": "UJI-2026-99999"}).status_code == 422


def test_without_the_code_nothing_of_a_case_is_told(pack: PackVersion) -> None:
    case = sent(Client())
    stranger = Client()
    for address in ("", "terkirim/"):
        answer = stranger.get(f"/layanan/kasus/{case.number}/{address}")
        assert answer.status_code == 302
        assert case.title not in text_of(stranger.get(answer["Location"]))
    missing = stranger.get("/layanan/kasus/UJI-2026-77777/")
    assert missing.status_code == 302  # as for one that exists
    for post in ("tulis/", "lakukan/jawab_pelapor/"):
        assert stranger.post(f"/layanan/kasus/{case.number}/{post}", {"pesan": "x"}).status_code == 404
    assert stranger.get("/layanan/saya/").content.decode().count(case.number) == 0
    assert case.number not in text_of(stranger.get("/cari?q=sekolah"))


@pytest.mark.usefixtures("same_minutes")
def test_codes_cannot_be_tried_on_and_on(pack: PackVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "TRIES", 3)
    owner, guesser = Client(), Client()
    code = code_of(owner, sent(owner))
    for _round in range(3):
        assert guesser.post("/layanan/ikuti/", {"kode": "2222-2222-2222-2222"}).status_code == 422
    assert guesser.post("/layanan/ikuti/", {"kode": code}).status_code == 429
    assert guesser.get(f"/layanan/ikuti/{code}/").status_code == 429


def test_the_applicant_answers_writes_and_rates(pack: PackVersion) -> None:
    client = Client()
    case = sent(client)
    page = f"/layanan/kasus/{case.number}/"
    actions.take(case, act="verifikasi", values={"klasifikasi": "pengaduan"}, by=cast.hat(cast.KABID), now=clock.now())
    actions.take(case, act="tanya", reason="Di sekolah yang mana?", by=cast.hat(cast.PUPR), now=clock.now())
    shown = text_of(client.get(page))
    assert "Giliran Anda" in shown
    assert "Di sekolah yang mana?" in shown
    assert client.post(f"{page}lakukan/jawab_pelapor/", {"alasan": ""}).status_code in (409, 422)
    assert client.post(f"{page}lakukan/jawab_pelapor/", {"alasan": "SD Wori"}).status_code == 302
    assert client.post(f"{page}tulis/", {"pesan": "Sudah lebih lebar."}).status_code == 302
    actions.take(case, act="selesaikan", values={"jawaban": "Sudah ditambal."}, by=cast.hat(cast.PUPR), now=clock.now())
    shown = text_of(client.get(page))
    for said in ("SD Wori", "Sudah lebih lebar.", "Sudah ditambal.", "Selesai", "5, sangat baik"):
        assert said in shown
    assert client.post(f"{page}lakukan/nilai/", {"nilai": "9"}).status_code == 422
    assert client.post(f"{page}lakukan/nilai/", {"nilai": "5"}).status_code == 302
    assert Case.objects.get().values["nilai"] == 5


def test_every_form_of_a_case_carries_its_token(pack: PackVersion) -> None:
    client = Client()
    case = sent(client)
    actions.take(case, act="verifikasi", values={"klasifikasi": "pengaduan"}, by=cast.hat(cast.KABID), now=clock.now())
    actions.take(case, act="tanya", reason="Yang mana?", by=cast.hat(cast.PUPR), now=clock.now())
    page = client.get(f"/layanan/kasus/{case.number}/").content.decode()
    own = [form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'action="/layanan/kasus/' in form]
    assert len(own) == 2
    assert all("csrfmiddlewaretoken" in form for form in own)


def test_what_officials_say_among_themselves_is_not_the_applicants(pack: PackVersion) -> None:
    client = Client()
    case = sent(client)
    actions.remark(case, text="Catatan dalam.", by=cast.hat(cast.KABID), now=clock.now())
    assert "Catatan dalam." not in text_of(client.get(f"/layanan/kasus/{case.number}/"))


def test_a_published_case_shows_its_public_values_to_everybody(pack: PackVersion) -> None:
    case = sent(Client())
    actions.take(case, act="verifikasi", values={"klasifikasi": "pengaduan"}, by=cast.hat(cast.KABID), now=clock.now())
    page = text_of(Client().get(f"/layanan/kasus/{case.number}/"))
    assert "Jalan berlubang di depan sekolah" in page
    for hidden in ("Siti", "siti@contoh.test", "Lubang besar sejak"):
        assert hidden not in page
    assert case.number in text_of(Client().get("/cari?q=sekolah"))


@pytest.mark.parametrize(
    "address", [START, "/layanan/aduan-uji/periksa/", "/layanan/ikuti/", "/layanan/aduan-uji/kirim/"]
)
def test_nothing_is_sent_from_another_site(pack: PackVersion, address: str) -> None:
    assert Client(enforce_csrf_checks=True).post(address, ANSWERS).status_code == 403


def test_an_account_is_an_address_and_a_code(pack: PackVersion) -> None:
    client = Client()
    answer = client.post("/layanan/saya/kode/", {"email": "Siti@Contoh.test"})
    assert answer.status_code == 302
    code = re.search(r"\n\s*([A-Z0-9][A-Z0-9-]{3,})\s*\n", str(mail.outbox[0].body))
    assert code, mail.outbox[0].body
    assert client.post(answer["Location"], {"code": code[1]}).status_code == 302
    user = User.objects.get(email="siti@contoh.test")
    assert client.session["_auth_user_id"] == str(user.pk)
    case = sent(client)
    assert case.secret.user_id == user.pk
    elsewhere = Client()
    elsewhere.force_login(user)
    assert case.number in text_of(elsewhere.get("/layanan/saya/"))
    assert elsewhere.get(f"/layanan/kasus/{case.number}/").status_code == 200


def test_asking_for_a_code_says_the_same_whether_there_was_an_account(pack: PackVersion) -> None:
    User.objects.create_user("lama", email="lama@contoh.test")
    told = [Client().post("/layanan/saya/kode/", {"email": f"{name}@contoh.test"}) for name in ("lama", "baru")]
    assert told[0].status_code == told[1].status_code == 302
    assert told[0]["Location"] == told[1]["Location"]
    assert Client().post("/layanan/saya/kode/", {"email": "bukan alamat"}).status_code == 422


def test_the_case_of_one_account_is_not_anothers(pack: PackVersion) -> None:
    users = [User.objects.create_user(name, email=f"{name}@contoh.test") for name in ("satu", "dua")]
    first, second = Client(), Client()
    first.force_login(users[0])
    second.force_login(users[1])
    case = sent(first)
    assert second.get(f"/layanan/kasus/{case.number}/").status_code == 302
    assert case.number not in text_of(second.get("/layanan/saya/"))
