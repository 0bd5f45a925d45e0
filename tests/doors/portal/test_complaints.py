"""Complaints are public after moderation only, and then without whoever told them; what is alike is said beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mapalus.apps.cases import lessons, near
from mapalus.apps.cases.models import Case, CaseLink, Lesson, RouteWord
from mapalus.apps.cases.packs import pack_of
from mapalus.engine import clock
from tests.browser import LOOKS, Viewed
from tests.doors.portal import complaints_told as told
from tests.doors.portal.complaints_told import NOW, VALUES, opened, shown, taken
from tests.engine.test_pictures import jpeg

pytestmark = [pytest.mark.slow]


@pytest.fixture
def public(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    for module in ("complaints", "complaints_figures"):
        monkeypatch.setattr(f"mapalus.doors.portal.{module}.present", lambda: NOW + timedelta(days=1), raising=False)
    cache.clear()
    told.organisation()
    told.pack()
    yield Client()
    cache.clear()


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_nothing_is_shown_before_an_official_looked_at_it(public: Client) -> None:
    case = opened()
    assert case.title not in text(public, "/aduan/")
    assert public.get(f"/aduan/{case.number}/").status_code == 404
    shown(case)
    assert case.title in text(public, "/aduan/")
    assert "Terverifikasi" in text(public, f"/aduan/{case.number}/")


def test_who_told_it_stands_nowhere(public: Client) -> None:
    case = shown(opened())
    for address in ("/aduan/", f"/aduan/{case.number}/", f"/aduan/{case.number}/ikut/", "/aduan/?q=jembatan"):
        page = text(public, address)
        assert "Rahasia" not in page
        assert "siti@" not in page
    assert case.number not in text(public, "/aduan/?q=rahasia")


@pytest.mark.parametrize("kind", ["secret", "inspection", "hidden", "spam"])
def test_what_must_not_be_shown_is_on_no_page(public: Client, kind: str) -> None:
    case = opened(is_secret=kind == "secret")
    if kind == "inspection":
        taken(case, "ke_inspektorat", klasifikasi="pengawasan")
    elif kind == "spam":
        taken(case, "arsipkan", reason="Iklan.")
    else:
        case = shown(case)
    if kind == "hidden":
        taken(case, "sembunyikan", reason="Menyebut nama orang.", at=NOW + timedelta(hours=2))
    for address in ("/aduan/", "/aduan/?q=jembatan", "/aduan/?instansi=pupr", "/aduan/?wilayah=71.71"):
        assert case.number not in text(public, address)
    for rest in ("", "ikut/", "foto/1/"):
        assert public.get(f"/aduan/{case.number}/{rest}").status_code == 404


def test_the_accused_agency_never_sees_a_complaint_that_calls_for_inspection(public: Client) -> None:
    case = opened(values={"kategori": "pendidikan", "judul": "Uang komite wajib tanpa kuitansi"})
    disdik = told.hat(told.DISDIK)
    assert not Case.objects.visible_to(disdik).filter(pk=case.pk).exists(), "before it was verified"
    case = taken(case, "ke_inspektorat", klasifikasi="pengawasan")
    assert not Case.objects.visible_to(disdik).filter(pk=case.pk).exists()
    assert not Case.objects.visible_to(told.hat(told.ADMIN)).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(told.hat("inspektorat.irban-khusus")).filter(pk=case.pk).exists()


def test_filters_words_and_the_map_lead_to_the_same_complaints(public: Client) -> None:
    road = shown(opened(values={"wilayah": "71.71"}))
    school = shown(
        opened(values={"kategori": "pendidikan", "judul": "Plafon ruang kelas jebol", "titik": ""}), "disdik"
    )
    for query, there, away in [
        ("kategori=jalan", road, school), ("instansi=disdik", school, road), ("wilayah=71.71", road, school),
        ("q=plafon", school, road), ("keadaan=terbuka", road, None), ("keadaan=selesai", None, road),
    ]:  # fmt: skip
        page = text(public, f"/aduan/?{query}")
        assert there is None or there.number in page
        assert away is None or away.number not in page
    assert "wilayah=71.71" in text(public, "/aduan/"), "the map"


def test_the_answer_and_the_returned_way_are_public_but_no_reason(public: Client) -> None:
    case = shown(opened())
    case = taken(case, "kembalikan", by=told.PUPR, reason="Ini urusan Pak Budi.", at=NOW + timedelta(hours=2))
    case = taken(case, "verifikasi_tayang", klasifikasi="pengaduan", unit_tujuan="pupr", at=NOW + timedelta(hours=3))
    case = taken(case, "terima", by=told.PUPR, at=NOW + timedelta(hours=4))
    case = taken(
        case, "jawab", by=told.PUPR, at=NOW + timedelta(hours=5), hasil="terbukti",
        jawaban="Lubang sudah ditambal hari ini; ruas ini dilapis ulang bulan depan.",
    )  # fmt: skip
    page = text(public, f"/aduan/{case.number}/")
    assert "Lubang sudah ditambal" in page
    assert "Instansi PUPR" in page
    assert "Pak Budi" not in page


def test_what_is_alike_is_found_before_it_is_sent_and_only_what_may_be_shown(public: Client) -> None:
    first = shown(opened(at=NOW - timedelta(days=1)))
    opened()  # not looked at yet
    pack = pack_of(first.pack)
    (like,) = near.like_values(
        pack, VALUES | {"titik": {"lat": 1.5563, "lon": 124.8724}, "isi": "lobang basar dekat jembatan"}, now=NOW
    )
    assert like.case == first
    assert like.likeness.metres is not None
    assert like.likeness.metres < 100
    assert not near.like_values(pack, VALUES | {"titik": {"lat": 1.7, "lon": 124.9}}, now=NOW)


def test_one_may_add_oneself_with_a_photo_and_an_official_merges(public: Client) -> None:
    first = shown(opened())
    answer = public.post(
        f"/aduan/{first.number}/ikut/",
        {
            "isi": "Saya juga jatuh di situ tadi malam, dalam sekali.",
            "foto": SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg"),
        },
    )
    assert answer.status_code == 302, answer.content
    mine = Case.objects.exclude(pk=first.pk).get()
    assert mine.values["titik"] == first.values["titik"]
    assert mine.values["foto"]
    assert CaseLink.objects.filter(origin=mine, target=first, kind="related").exists()
    (like,) = near.like_case(mine, by=told.hat(told.ADMIN))
    assert like.case == first
    from mapalus.apps.cases import actions

    actions.merge(mine, into=first, act="gabungkan", by=told.hat(told.ADMIN), now=NOW + timedelta(hours=3))
    assert "2 orang" in text(public, "/aduan/")


def test_too_short_a_word_is_refused_and_nothing_is_begun(public: Client) -> None:
    first = shown(opened())
    answer = public.post(f"/aduan/{first.number}/ikut/", {"isi": "sama"})
    assert answer.status_code == 422
    assert Case.objects.count() == 1


def test_where_it_goes_is_learned_from_the_act_and_taken_back_when_decided_anew(public: Client) -> None:
    case = shown(opened())
    assert Lesson.objects.get(case=case).label == "pupr"
    assert RouteWord.objects.get(aspect="unit", word="lubang", label="pupr").count == 1
    best = lessons.proposals_for(pack_of(case.pack), VALUES).units[0]
    assert best.label == "pupr"
    assert any(reason.word == "lubang" for reason in best.reasons)
    case = taken(case, "alihkan", klasifikasi="pengaduan", instansi_luar="Kota Manado", reason="Jalan kota.")
    assert Lesson.objects.get(case=case).label == "luar:kabkota"
    assert RouteWord.objects.get(aspect="unit", word="lubang", label="pupr").count == 0


def test_secret_words_teach_nothing(public: Client) -> None:
    taken(opened(is_secret=True), "ke_inspektorat", klasifikasi="pengawasan")
    assert not RouteWord.objects.exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_pages_are_usable_by_everybody(
    view: Callable[..., Viewed], settings: Any, tmp_path: Path, width: int, theme: str
) -> None:
    settings.DATA_DIR = tmp_path
    cache.clear()
    told.organisation()
    told.pack()
    case = shown(opened(values={"wilayah": "71.71"}))
    for address in ("/aduan/", f"/aduan/{case.number}/", f"/aduan/{case.number}/ikut/"):
        assert view(address, width=width, theme=theme).problems() == [], address
