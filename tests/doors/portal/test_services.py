"""Services as citizens meet them: found, begun, saved, sent, followed; and what nobody else may learn of it."""

from __future__ import annotations

import re
import socket
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Browser, expect

from mapalus.apps.cases import actions, drafts
from mapalus.apps.cases.models import Case, Draft, PackVersion
from mapalus.doors.portal import follow, limits
from mapalus.engine import clock
from mapalus.engine.errors import Invalid
from tests.apps.cases import cast
from tests.apps.cases.conftest import pack, told
from tests.browser import LOOKS, Viewed

__all__ = ["pack", "told"]

START = "/layanan/aduan-uji/mulai/1/"
ANSWERS = {
    "judul": "Jalan berlubang di depan sekolah",
    "isi": "Lubang besar sejak bulan lalu.",
    "kategori": "jalan",
    "lokasi-lat": "1,55",
    "lokasi-lon": "124.9",
    "nama": "Siti Rahmawati",
    "surel": "siti@contoh.test",
    "_anonim-ada": "1",
    "_rahasia-ada": "1",
}
PAGES = ("/layanan/", "/layanan/aduan-uji/", START, "/layanan/ikuti/", "/layanan/saya/", "/layanan/kotak-keluar/")


@pytest.fixture(autouse=True)
def _nothing_counted(settings: Any) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid.uuid4().hex}
    }


def text_of(answer: Any) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(plain.split())


def sent(client: Client, **more: Any) -> Case:
    """Fill in and send; the case."""
    answer = client.post(START, {**ANSWERS, **more, "aksi": "lanjut"})
    assert answer.status_code == 302, text_of(answer)
    assert answer["Location"] == "/layanan/aduan-uji/periksa/"
    answer = client.post("/layanan/aduan-uji/periksa/")
    assert answer.status_code == 302, text_of(answer)
    return Case.objects.get(number=answer["Location"].split("/")[3])


def code_of(client: Client, case: Case) -> str:
    page = client.get(f"/layanan/kasus/{case.number}/terkirim/").content.decode()
    found = re.search(r'id="kode">([^<]+)<', page)
    assert found
    return found[1]


# --- found -----------------------------------------------------------------------------------------------------------


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


# --- filled in and sent ----------------------------------------------------------------------------------------------


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
    _load(files)
    answer = Client().get("/layanan/aduan-uji/mulai/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/layanan/saya/?next=")
    assert Client().get("/layanan/aduan-uji/luring/").status_code == 302
    assert Client().post("/layanan/aduan-uji/kirim/", {**ANSWERS, "kunci": str(uuid.uuid4())}).status_code == 403


def _load(files: Any) -> PackVersion:
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.packs.loader import load_texts

    return actions.load_pack(load_texts(files), by=PLATFORM, now=cast.NOW)


def test_only_agencies_that_exist_are_taken(pack: PackVersion) -> None:
    form = pack.files["form.yml"].replace(
        "  nama: {",
        "  tujuan: { type: choice, label: Ke, label_en: To, privacy: public, options: { ref: 'ref:unit' } }\n  nama: {",
        1,
    )  # fmt: skip
    version = _load({**pack.files, "form.yml": form.replace("lokasi] }", "lokasi, tujuan] }")})
    assert "PUPR" in Client().get(START).content.decode()
    with pytest.raises(Invalid) as problem:
        actions.open_case(version, values={**cast.VALUES, "tujuan": "tiada"}, by=cast.CITIZEN, now=cast.NOW)
    assert "tujuan" in problem.value.fields
    opened = actions.open_case(version, values={**cast.VALUES, "tujuan": "pupr"}, by=cast.CITIZEN, now=cast.NOW)
    assert opened.case.values["tujuan"] == "pupr"


# --- saved -----------------------------------------------------------------------------------------------------------


def test_a_saved_form_goes_on_elsewhere_by_its_code_and_lies_sealed(pack: PackVersion) -> None:
    client = Client()
    assert client.post(START, {**ANSWERS, "judul": "", "aksi": "simpan"})["Location"].endswith("/tersimpan/")
    page = client.get("/layanan/aduan-uji/tersimpan/").content.decode()
    code = re.search(r'id="kode">([^<]+)<', page)
    assert code
    row = Draft.objects.get()
    assert "Siti" not in row.sealed
    assert code[1] not in row.sealed
    other = Client()
    assert "Lubang besar" not in other.get(START).content.decode()
    assert other.post("/layanan/saya/lanjut/", {"kode": "2222-2222-2222-2222"}).status_code == 422
    assert other.post("/layanan/saya/lanjut/", {"kode": code[1].lower()}).status_code == 302
    assert "Lubang besar" in other.get(START).content.decode()
    other.post("/layanan/aduan-uji/buang/")
    assert not Draft.objects.exists()


def test_forms_that_nobody_came_back_to_go(pack: PackVersion) -> None:
    Client().post(START, {**ANSWERS, "aksi": "simpan"})
    assert drafts.purge(now=clock.now()) == 0
    assert drafts.purge(now=clock.now() + drafts.KEPT) == 1


def test_a_page_with_answers_is_kept_by_nobody_on_the_way(pack: PackVersion) -> None:
    client = Client()
    case = sent(client)
    for address in (START, f"/layanan/kasus/{case.number}/", "/layanan/saya/"):
        assert "no-store" in client.get(address)["Cache-Control"]
    copy = client.get("/layanan/aduan-uji/luring/")
    assert "no-store" not in copy["Cache-Control"]
    assert "Siti" not in copy.content.decode()


# --- files -----------------------------------------------------------------------------------------------------------


def _with_photo(pack: PackVersion) -> None:
    form = pack.files["form.yml"].replace(
        "  nama: {",
        "  foto: { type: file, label: Foto, label_en: Photo, multiple: true, accept: [image/png], max_size: 1 MB,"
        " privacy: public }\n  nama: {",
        1,
    )  # fmt: skip
    _load({**pack.files, "form.yml": form.replace("lokasi] }", "lokasi, foto] }")})


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "05000165e5c0160000000049454e44ae426082"
)  # fmt: skip


def test_a_photo_stays_between_attempts_and_comes_with_the_case(
    pack: PackVersion, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    _with_photo(pack)
    client = Client()
    answer = client.post(
        START, {**ANSWERS, "judul": "", "foto": SimpleUploadedFile("a.png", PNG, "image/png"), "aksi": "lanjut"}
    )
    kept = re.findall(r'name="foto-kept" value="([^"]+)"', answer.content.decode())
    assert len(kept) == 1
    case = sent(client, **{"foto-kept": kept[0].replace("&quot;", '"')})
    file = case.files.get()
    address = f"/layanan/kasus/{case.number}/berkas/{file.pk}/"
    got = client.get(address)
    assert got["Content-Type"] == "image/png"
    assert b"".join(got.streaming_content)  # type: ignore[attr-defined]
    assert Client().get(address).status_code == 404


def test_a_file_that_is_no_picture_is_said_beside_its_field(pack: PackVersion, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    _with_photo(pack)
    bad = SimpleUploadedFile("a.png", b"bukan gambar", "image/png")
    answer = Client().post(START, {**ANSWERS, "foto": bad, "aksi": "lanjut"})
    assert answer.status_code == 422
    assert 'href="#id_foto"' in answer.content.decode()


def test_more_than_a_form_may_bring_is_refused_before_it_is_read(pack: PackVersion) -> None:
    answer = Client().post(START, {"judul": "x"}, CONTENT_LENGTH=str(limits.MOST_BYTES + 1))
    assert answer.status_code == 413


# --- followed --------------------------------------------------------------------------------------------------------


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


# --- an account ------------------------------------------------------------------------------------------------------


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


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture
def served(transactional_db: None) -> PackVersion:
    """As `pack`, written down for a live server."""
    cast.organisation()
    return cast.pack()


def _fill(page: Any) -> None:
    page.fill("#id_judul", ANSWERS["judul"])
    page.fill("#id_isi", ANSWERS["isi"])
    page.check("input[name=kategori][value=jalan]") if page.query_selector(
        "input[name=kategori]"
    ) else page.select_option("#id_kategori", "jalan")
    page.fill("#id_nama", ANSWERS["nama"])


@pytest.mark.browser
@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_services_are_usable_by_everybody(
    served: PackVersion, view: Callable[..., Viewed], width: int, theme: str
) -> None:
    for address in (*PAGES, "/"):
        assert view(address, width=width, theme=theme).problems() == [], address
    viewed = view(START, width=width, theme=theme)
    with viewed.page.expect_navigation():
        viewed.page.click("button[value=lanjut]")
    viewed.console.clear()  # the browser reports the 422 itself
    assert viewed.problems() == []
    _fill(viewed.page)
    viewed.page.click("button[value=lanjut]")
    assert viewed.problems() == []
    viewed.page.click("main form .btn--big")
    assert viewed.problems() == []
    viewed.page.goto(viewed.page.url.replace("terkirim/", ""))
    assert viewed.problems() == []


@pytest.mark.browser
def test_a_form_is_sent_by_keyboard_on_a_telephone_without_scripts(
    served: PackVersion, view: Callable[..., Viewed]
) -> None:
    page = view(START, width=360, javascript=False).page
    _fill(page)
    page.focus("button[value=lanjut]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/periksa/"))
    page.focus("main form .btn--big")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sudah kami terima")).to_be_visible()
    assert Case.objects.get().title == ANSWERS["judul"]


class Line:
    """A wire to the live server that can be cut: the browser's own offline switch does not reach its workers."""

    def __init__(self, address: str) -> None:
        self._to = (urlsplit(address).hostname or "", urlsplit(address).port or 80)
        self._open: list[socket.socket] = []
        self.is_cut = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near = self._door.accept()[0]
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            far = socket.create_connection(self._to)
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while part := source.recv(65536):
                target.sendall(part)
        except OSError:
            pass
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self.is_cut = True
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        for one in (self._door, *self._open):
            one.close()


@pytest.mark.browser
def test_a_form_filled_in_without_a_network_is_sent_once_when_it_is_back(
    served: PackVersion, chromium: Browser, live_server: Any
) -> None:
    line = Line(live_server.url)
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        page.goto(f"{line.url}/layanan/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        line.cut()
        context.set_offline(True)
        page.goto(f"{line.url}/layanan/aduan-uji/mulai/")
        expect(page.locator("[data-offline]")).to_be_visible()
        _fill(page)
        page.click("button[value=lanjut]")
        expect(page).to_have_url(re.compile("/layanan/kotak-keluar/"))
        expect(page.get_by_text("Menunggu jaringan, belum terkirim")).to_be_visible()
        assert Case.objects.count() == 0
        line.is_cut = False
        context.set_offline(False)
        expect(page.locator("[data-part=number]")).to_be_visible()
        number = page.locator("[data-part=number]").inner_text()
        page.reload()
        expect(page.get_by_text("Terkirim", exact=True)).to_be_visible()
        assert Case.objects.get().number == number
    finally:
        context.close()
        line.close()
