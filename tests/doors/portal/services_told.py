"""What tests of services share: a form and its answers, sending it, reading the page that comes back."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case, PackVersion
from tests.apps.cases import cast
from tests.apps.cases.conftest import pack, told

__all__ = ["ANSWERS", "PAGES", "START", "code_of", "load", "nothing_counted", "pack", "sent", "text_of", "told"]

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
def nothing_counted(settings: Any) -> None:
    """For whoever imports it: what other tests did counts for nothing."""
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


def load(files: Any) -> PackVersion:
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.packs.loader import load_texts

    return actions.load_pack(load_texts(files), by=PLATFORM, now=cast.NOW)
