"""A decision becomes a numbered letter, in the same transaction or not at all, and its PDF lies with the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from mapalus.apps.cases import actions as cases
from mapalus.apps.cases import files, outbox
from mapalus.apps.cases.models import Audience, Case, CaseEffect, CaseFile, PackVersion
from mapalus.apps.directory.models import Person, Position
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.letters import actions, issuing
from mapalus.apps.letters.models import Letter, Register
from mapalus.apps.notices.models import Notice
from mapalus.engine import clock
from mapalus.engine.packs.loader import load_pack
from tests.apps.cases import cast
from tests.apps.cases.conftest import told
from tests.apps.letters.examples import draft

__all__ = ["told"]

PACKS = Path(__file__).resolve().parents[3] / "packs"
GIVEN = {
    "nama_aplikasi": "Antrean <Puskesmas>", "tahun_anggaran": 2027, "jenis": "bangun",
    "fungsi": "Warga antre sejak subuh tanpa tahu gilirannya; aplikasi memberi nomor.", "pengguna": "40.000 warga",
    "data_dipakai": "Jadwal dokter", "biaya_bangun": 100_000_000, "biaya_tahunan": 10_000_000,
}  # fmt: skip


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def case(told: PackVersion, db: None, home: None) -> Case:
    """A case whose effects are worked off by hand."""
    return cast.opened(told)


def effect(case: Case, place: int) -> CaseEffect:
    return CaseEffect.objects.create(
        case=case, version=1, place=place, kind="letter", data={"template": "letters/x.md"}, queued_at=cast.NOW
    )


def issued(case: Case, place: int, **known: object) -> Letter:
    made = actions.issue(case, effect=effect(case, place), draft=draft(**known), by=PLATFORM, now=cast.NOW)
    assert isinstance(made, Letter)
    return made


def test_numbers_have_no_gap_for_each_unit_and_year(case: Case) -> None:
    first = issued(case, 50)
    assert first.number == "555/0001/KOMINFO/XI/2026"
    with transaction.atomic():
        issued(case, 51)
        transaction.set_rollback(True)
    assert issued(case, 52).sequence == 2, "what was rolled back used no number"
    assert issued(case, 53, unit="pupr").number == "555/0001/PUPR/XI/2026"
    assert issued(case, 54, dated_on=date(2027, 1, 4)).number == "555/0001/KOMINFO/I/2027"
    assert sorted(Register.objects.values_list("unit", "year", "last")) == [
        ("kominfo", 2026, 2), ("kominfo", 2027, 1), ("pupr", 2026, 1),
    ]  # fmt: skip


def test_one_effect_makes_one_letter(case: Case) -> None:
    one = effect(case, 60)
    made = [actions.issue(case, effect=one, draft=draft(), by=PLATFORM, now=cast.NOW) for _turn in range(3)]
    assert len({letter.pk for letter in made}) == 1
    assert Register.objects.get().last == 1


def test_the_paper_is_made_once_and_then_alone_holds_the_text(case: Case) -> None:
    letter = issued(case, 70, content={"body": [{"lines": ["Isi surat"], "list": False}], "head": {"hal": "Uji"}})
    assert "Isi surat" not in letter.sealed
    assert letter.sealed
    issuing.make_paper(letter.pk, now=cast.NOW)
    issuing.make_paper(letter.pk, now=cast.NOW)
    letter.refresh_from_db()
    assert letter.file is not None
    assert (letter.sealed, letter.file.audience) == ("", Audience.APPLICANT)
    assert letter.file.name == "Surat 555-0001-KOMINFO-XI-2026.pdf"
    assert files.path_of(letter.file).read_bytes().startswith(b"%PDF-")
    assert CaseFile.objects.filter(case=case).count() == 1


def test_without_the_library_the_paper_is_a_page(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_page: str) -> bytes:
        raise ImportError

    monkeypatch.setattr("mapalus.engine.letters.paper.pdf", missing)
    letter = issued(case, 71, content={"body": [{"lines": ["<b>Isi</b>"], "list": False}], "head": {}})
    issuing.make_paper(letter.pk, now=cast.NOW)
    letter.refresh_from_db()
    assert letter.file is not None
    assert "&lt;b&gt;Isi" in files.path_of(letter.file).read_text()


# --- the packs that use it -------------------------------------------------------------------------------------------


@pytest.fixture
def clearance(told: PackVersion, db: None, home: None) -> PackVersion:
    from mapalus.apps.directory.models import Unit

    Unit.objects.create(code="diskominfo", name="Dinas Komunikasi dan Informatika", short="Diskominfo", kind="dinas")
    posts = {"kadis": "Kepala Dinas", "kabid-aptika": "Kabid Aptika", "kabid-persandian": "Kabid Persandian"}
    for at, (post, title) in enumerate(posts.items(), 20):
        Position.objects.create(
            code=f"diskominfo.{post}", unit_id="diskominfo", title=title, is_head=post == "kadis",
            superior_id=cast.SEKDA,
        )  # fmt: skip
        Person.objects.create(code=f"P{at}", name=f"Pejabat {at}", is_sample=True)
        cast.appoint(f"diskominfo.{post}", f"P{at}")
    return cases.load_pack(load_pack(PACKS / "rekomendasi-aplikasi"), by=PLATFORM, now=clock.now())


def decided(version: PackVersion, act: str = "rekomendasikan", decision: str = "direkomendasikan") -> Case:
    from io import BytesIO

    now = clock.now()
    kak = files.keep(BytesIO(b"%PDF-1.4 kak"), name="kak.pdf", media_type="application/pdf", field="kak").answer
    kinds = version.files["lists/raa.csv"].split("\n")[1].split(",")[0]
    given = {**GIVEN, "kelompok": kinds, "kak": kak}
    case = cases.open_case(version, values=given, by=cast.hat(cast.PUPR_KABID, now=now), now=now).case
    hat: Callable[[str, str], Any] = lambda post, person: cast.hat(f"diskominfo.{post}", now=now, person=person)  # noqa: E731
    reviewer, security, head = hat("kabid-aptika", "P21"), hat("kabid-persandian", "P22"), hat("kadis", "P20")
    cases.take(case, act="mulai_telaah", by=reviewer, now=now)
    review = {"duplikasi": "Tidak ada yang serupa di register.", "skor": 80}
    cases.take(case, act="selesai_telaah", values=review, by=reviewer, now=now)
    cases.take(case, act="telaah_keamanan", values={"catatan_keamanan": "Cukup."}, by=security, now=now)
    reason = "" if act == "rekomendasikan" else "Pakai aplikasi yang ada."
    cases.take(case, act=act, values={"keputusan": decision}, reason=reason, by=head, now=now)
    case.refresh_from_db()
    return case


def worked_off(case: Case) -> None:
    for version in sorted(set(CaseEffect.objects.filter(case=case).values_list("version", flat=True))):
        outbox.work_off(case.pk, version, now=clock.now())
    for letter in Letter.objects.filter(case=case):
        issuing.make_paper(letter.pk, now=clock.now())


@pytest.mark.slow
def test_a_clearance_is_a_letter_of_the_agency(clearance: PackVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[str] = []
    real = issuing._printed

    def printed(page: str) -> tuple[bytes, str, str]:
        pages.append(page)
        return real(page)

    monkeypatch.setattr(issuing, "_printed", printed)
    case = decided(clearance)
    worked_off(case)
    letter = Letter.objects.get(case=case)
    assert letter.number.startswith("555/0001/DISKOMINFO/")
    assert (letter.about, letter.signer_label) == ("Rekomendasi aplikasi Antrean <Puskesmas>", "Kepala Dinas")
    page = pages[0]
    for words in (
        "Dinas Komunikasi dan Informatika", letter.number, "Antrean &lt;Puskesmas&gt;", "Tidak ada yang serupa",
        "Pejabat 20", "Tembusan:", "Sekretaris Daerah selaku Koordinator SPBE", "Yth. Kepala PUPR",
    ):  # fmt: skip
        assert words in page, words
    assert "Syarat:" not in page, "an item nobody filled is left out"
    assert not Notice.objects.filter(body__contains="{syarat}").exists(), "nor does a notice show its place"
    assert [entry.data["number"] for entry in Entry.objects.filter(act="letters.issue")] == [letter.number]


@pytest.mark.slow
def test_the_case_page_lists_the_letter_and_gives_the_file(clearance: PackVersion) -> None:
    case = decided(clearance, act="tolak", decision="pakai_yang_ada")
    user = User.objects.create_user("kabid-pupr")
    Person.objects.filter(code="P6").update(user=user)
    client = Client()
    client.force_login(user)
    version = CaseEffect.objects.filter(case=case, kind="letter").values_list("version", flat=True)[0]
    outbox.work_off(case.pk, version, now=clock.now())
    page = client.get(f"/meja/kasus/{case.number}/").content.decode()
    assert "suratnya sedang dibuat" in page
    worked_off(case)
    letter = Letter.objects.get()
    page = client.get(f"/meja/kasus/{case.number}/").content.decode()
    assert letter.number in page
    assert "tidak direkomendasikan" in page
    answer = client.get(f"/meja/kasus/{case.number}/berkas/{letter.file_id}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_letter_with_personal_values_opens_with_them(told: PackVersion, db: None, home: None) -> None:
    """Its line is seen by whoever sees the case; the file, like other personal files, only after unmasking."""
    case = cast.opened(told)
    letter = issued(case, 80, is_personal=True)
    issuing.make_paper(letter.pk, now=cast.NOW)
    letter.refresh_from_db()
    assert letter.file is not None
    assert letter.file.is_personal
    cases.erase(case, ground="permintaan pemohon", by=cast.everything(), now=cast.NOW)
    letter.refresh_from_db()
    assert letter.number
    assert letter.file is None or letter.file.sha256 == ""


def test_nobody_reads_letters_of_cases_he_may_not_open(case: Case) -> None:
    issued(case, 90)
    assert not Letter.objects.visible_to(None).exists()
    assert not Letter.objects.visible_to(cast.hat(cast.DINKES)).exists()
    assert Letter.objects.visible_to(cast.hat(cast.KABID)).exists()
