"""A form that is not sent yet: saved, gone on with elsewhere, its files kept between attempts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mapalus.apps.cases import drafts
from mapalus.apps.cases.models import Draft, PackVersion
from mapalus.doors.portal import limits
from mapalus.engine import clock
from tests.doors.portal.services_told import ANSWERS, START, load, nothing_counted, pack, sent, told

__all__ = ["nothing_counted", "pack", "told"]


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
    assert "csrftoken" not in copy.cookies  # it would take the place of that of a form open at this moment
    assert "no-store" not in copy["Cache-Control"]
    assert "Siti" not in copy.content.decode()


def _with_photo(pack: PackVersion) -> None:
    form = pack.files["form.yml"].replace(
        "  nama: {",
        "  foto: { type: file, label: Foto, label_en: Photo, multiple: true, accept: [image/png], max_size: 1 MB,"
        " privacy: public }\n  nama: {",
        1,
    )  # fmt: skip
    load({**pack.files, "form.yml": form.replace("lokasi] }", "lokasi, foto] }")})


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
