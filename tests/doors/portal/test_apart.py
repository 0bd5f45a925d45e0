"""A report of misconduct leads to nobody's account, even of somebody signed in: not in the database, page or log."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mapalus.apps.cases import actions, outbox, personal
from mapalus.apps.cases.models import Case, CaseEffect, CaseSecret, Draft, PackVersion
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory.models import Person, Position
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.notices.models import Notice
from mapalus.engine import clock
from mapalus.engine.errors import NotAllowed
from mapalus.engine.packs.loader import load_pack
from tests.apps.cases import cast
from tests.apps.cases.conftest import told

__all__ = ["told"]

FOLDER = Path(__file__).resolve().parents[3] / "packs" / "wbs"
START, LOOK = "/layanan/wbs/mulai/", "/layanan/wbs/periksa/"
ANSWERS = {
    "perihal": "Uang diminta untuk surat keterangan",
    "jenis": "pungutan",
    "apa": "Setiap pemohon diminta membayar sebelum suratnya ditandatangani.",
    "siapa": "Petugas loket dua",
    "_rahasia-ada": "1",
    "_rahasia": "ya",
}
DESK = "pupr.staf"
NAME, MAIL = "Wulan Pelapor", "wulan.pelapor@contoh.test"
# Where an account may stand: its own rows, and the session of the browser that is signed in.
_OWN = {
    "auth.user",
    "account.emailaddress",
    "sessions.session",
    "usersessions.usersession",
    "directory.person",
    "directory.appointment",
}


@pytest.fixture(autouse=True)
def _nothing_counted(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid.uuid4().hex}
    }


@pytest.fixture
def wbs(told: PackVersion, db: None) -> PackVersion:
    Position.objects.create(
        code="inspektorat.irban-khusus", unit_id="inspektorat", title="Inspektur Pembantu Khusus",
        superior_id=cast.INSPEKTUR,
    )  # fmt: skip
    Person.objects.create(code="P9", name="Orang P9", is_sample=True)
    cast.appoint("inspektorat.irban-khusus", "P9")
    return actions.load_pack(load_pack(FOLDER), by=PLATFORM, now=clock.now())


@pytest.fixture
def reporter(wbs: PackVersion) -> Client:
    """An official who is signed in with an account of his own."""
    user = User.objects.create_user("pelapor-uji", MAIL, first_name="Wulan", last_name="Pelapor")
    Person.objects.create(code="PELAPOR-7", name=NAME, user=user, is_sample=True)
    Position.objects.create(code=DESK, unit_id="pupr", title="Staf", superior_id=cast.PUPR_KABID)
    cast.appoint(DESK, "PELAPOR-7")
    client = Client()
    client.force_login(user)
    return client


def carried(page: str) -> dict[str, str]:
    import html

    return {name: html.unescape(re.findall(rf'name="{name}" value="([^"]*)"', page)[-1]) for name in ("isian", "kunci")}


def sent(client: Client, **more: Any) -> tuple[Case, str]:
    page = client.post(START, {**ANSWERS, **more, "aksi": "lanjut"})
    assert page.status_code == 200
    answer = client.post(LOOK, carried(page.content.decode()))
    assert answer.status_code == 302, answer.content.decode()
    number = answer["Location"].split("/")[3]
    done = client.get(answer["Location"]).content.decode()
    code = re.search(r'id="kode">([^<]+)<', done)
    assert code
    return Case.objects.get(number=number), code[1]


def everything_kept() -> str:
    """Every row of every table where no account belongs, as text."""
    models = [model for model in apps.get_models() if model._meta.label_lower not in _OWN and model._meta.managed]
    return "\n".join(serializers.serialize("json", model._default_manager.all()) for model in models)


def test_no_row_leads_from_the_report_to_the_account(reporter: Client) -> None:
    user = User.objects.get(username="pelapor-uji")
    before = Entry.objects.count()
    case, code = sent(reporter, bukti=SimpleUploadedFile("kuitansi.pdf", b"%PDF-1.4 bukti", "application/pdf"))
    with_question(case)
    reporter.post("/layanan/ikuti/", {"kode": code})
    answer = reporter.post(
        f"/layanan/kasus/{case.number}/lakukan/jawab_pelapor/", {"alasan": "Loket dua pada hari Senin."}
    )
    assert answer.status_code == 302, answer.content.decode()
    reporter.post(f"/layanan/kasus/{case.number}/tulis/", {"pesan": "Masih terjadi minggu ini."})
    assert Case.objects.get(pk=case.pk).state == "diperiksa"
    assert CaseSecret.objects.get(case=case).user_id is None
    assert personal.read(case).identity == ""
    entries = Entry.objects.order_by("pk")[before:]
    assert {(one.person, one.position) for one in entries if one.position == "applicant"} == {("", "applicant")}
    assert len(entries) >= 3
    kept = everything_kept()
    for word in (NAME, MAIL, "PELAPOR-7", "pelapor-uji", f'"user": {user.pk}'):
        assert word not in kept, word


def with_question(case: Case) -> None:
    by = cast.hat("inspektorat.irban-khusus", now=clock.now(), person="P9")
    actions.take(case, act="tanya", reason="Loket yang mana, dan kapan?", by=by, now=clock.now())


def test_nothing_is_kept_before_it_is_sent(reporter: Client) -> None:
    page = reporter.post(START, {**ANSWERS, "aksi": "lanjut"}).content.decode()
    assert ANSWERS["perihal"] in page
    reporter.post(START, {**ANSWERS, "perihal": "x", "aksi": "lanjut"})
    reporter.post(START, {**ANSWERS, "aksi": "simpan"})
    assert Draft.objects.count() == 0
    assert Case.objects.count() == 0
    assert "draft" not in sessions()
    answer = reporter.post("/layanan/wbs/kirim/", {**ANSWERS, "kunci": str(uuid.uuid4())})
    assert answer.status_code == 400, "nothing goes through the outbox of a device"
    assert Draft.objects.count() == 0


def sessions() -> str:
    return " ".join(str(one.get_decoded()) for one in Session.objects.all())


def test_the_session_of_the_account_does_not_know_the_report(reporter: Client) -> None:
    case, code = sent(reporter)
    reporter.get(f"/layanan/ikuti/{code}/")
    assert reporter.get(f"/layanan/kasus/{case.number}/").status_code == 200
    assert "followed" not in sessions()
    assert case.number not in reporter.get("/layanan/saya/").content.decode()
    elsewhere = Client()
    elsewhere.force_login(User.objects.get(username="pelapor-uji"))
    assert elsewhere.get(f"/layanan/kasus/{case.number}/").status_code == 302, "the account opens nothing"
    assert elsewhere.post("/layanan/ikuti/", {"kode": code}).status_code == 302
    assert elsewhere.get(f"/layanan/kasus/{case.number}/").status_code == 200, "the code does"


def test_signing_in_afterwards_does_not_tie_the_report_to_the_account(wbs: PackVersion) -> None:
    client = Client()
    case, _code = sent(client)
    client.force_login(User.objects.create_user("kemudian", "kemudian@contoh.test"))
    assert str(case.pk) not in re.findall(r"\d+", sessions().replace("kemudian", "")) or "followed" not in sessions()
    assert case.number not in client.get("/layanan/saya/").content.decode()


def test_an_account_may_neither_begin_nor_act(reporter: Client) -> None:
    user = User.objects.get(username="pelapor-uji")
    now = clock.now()
    version = PackVersion.objects.get(name="wbs", is_current=True)
    for by in (Applicant(user=user.pk), Applicant(person="PELAPOR-7"), cast.hat(cast.PUPR, now=now)):
        with pytest.raises(NotAllowed):
            actions.open_case(version, values=ANSWERS, by=by, now=now)
    case, _code = sent(reporter)
    with pytest.raises(NotAllowed):
        actions.remark(case, text="Saya", audience="applicant", by=Applicant(user=user.pk, case=case.pk), now=now)


def test_nobody_is_told_and_nobody_else_finds_it(reporter: Client) -> None:
    case, _code = sent(reporter)
    with_question(case)
    for version in CaseEffect.objects.filter(case=case).values_list("version", flat=True).distinct():
        outbox.work_off(case.pk, version, now=clock.now())
    receivers = set(Notice.objects.values_list("receiver", flat=True))
    assert receivers <= {"position:inspektorat.irban-khusus", f"position:{cast.INSPEKTUR}"}
    assert receivers
    own = cast.hat(DESK, now=clock.now(), person="PELAPOR-7")
    for actor in (own, cast.hat(cast.KADIS, now=clock.now()), cast.hat(cast.SEKDA, now=clock.now()), Applicant(user=1)):
        assert not Case.objects.visible_to(actor).search("uang loket").exists()
        assert not Case.objects.visible_to(actor).filter(pk=case.pk).exists()
    seen = Case.objects.visible_to(cast.hat("inspektorat.irban-khusus", now=clock.now(), person="P9"))
    assert seen.search("diminta").filter(pk=case.pk).exists()


def test_no_log_line_names_the_reporter_or_the_code(reporter: Client, capfd: pytest.CaptureFixture[str]) -> None:
    case, code = sent(reporter)
    reporter.raise_request_exception = False
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("mapalus.doors.portal.follow.reading.with_code", lambda *_given: 1 / 0)
        assert reporter.get(f"/layanan/ikuti/{code}/").status_code == 500
    said = "".join(capfd.readouterr())
    assert "our_fault" in said
    for word in (NAME, MAIL, "PELAPOR-7", "pelapor-uji", code, case.number):
        assert word not in said, word


def test_the_page_for_changing_brings_every_answer_back_and_one_form_is_one_report(wbs: PackVersion) -> None:
    client = Client()
    page = client.post(START, {**ANSWERS, "aksi": "lanjut"}).content.decode()
    back = carried(page)
    form = client.post(START, {**back, "aksi": "ubah"}).content.decode()
    assert ANSWERS["apa"] in form
    assert "422" not in form
    first, again = client.post(LOOK, back), client.post(LOOK, back)
    assert first["Location"] == again["Location"]
    assert Case.objects.count() == 1


@pytest.mark.parametrize("given", ["", "[]", "{", '{"perihal": 7}', "x" * 500_000])
def test_what_a_page_brings_back_is_judged_again(wbs: PackVersion, given: str) -> None:
    answer = Client().post(LOOK, {"isian": given, "kunci": "nanti"})
    assert answer.status_code in (302, 422)
    assert Case.objects.count() == 0
