"""Permintaan setoran: who was asked, who has handed in, and asking again, as the pages show it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mapalus.apps.catalogue import actions
from mapalus.apps.catalogue.models import DataCall, Owed
from tests.apps.catalogue.cast import GOOD, NOW, Province, checked, handed_in
from tests.doors.desk.conftest import Sit
from tests.doors.desk.test_way import text_of

pytestmark = [pytest.mark.slow]


def called(here: Province) -> DataCall:
    return actions.call(
        DataCall, title="Data untuk SPM 2026", reason="Laporan SPM gubernur.", datasets=[here.dataset],
        period="2026-10", due_at=NOW + timedelta(days=12), by=here.walidata, now=NOW - timedelta(hours=2),
    )  # fmt: skip


def test_walidata_calls_for_data_and_the_producer_finds_it_in_inbox_and_tasks(here: Province, sit: Sit) -> None:
    page = sit(here.walidata).post(
        "/meja/permintaan/baru/",
        {"title": "Data untuk SPM", "reason": "", "period": "2026-10", "due_on": "2026-12-02",
         "datasets": ["dbd-mingguan"]},
        follow=True,
    )  # fmt: skip
    assert "0 dari 1" in text_of(page).replace("\n", " ") or "dari 1 terbit" in text_of(page)
    assert "Data untuk SPM" in text_of(sit(here.operator).get("/meja/"))
    tasks = text_of(sit(here.producer).get("/meja/tugas/"))
    assert "Kasus DBD Mingguan" in tasks
    assert "Data untuk SPM" in tasks
    assert "Diminta: Kasus DBD Mingguan, 2026-10" in text_of(sit(here.producer).get("/meja/kabar/"))


def test_a_call_without_a_dataset_says_so_in_the_form(here: Province, sit: Sit) -> None:
    page = sit(here.walidata).post(
        "/meja/permintaan/baru/", {"title": "X", "period": "2026-10", "due_on": "2026-12-02"}
    )
    assert page.status_code == 422


def test_one_press_reminds_and_counts(here: Province, sit: Sit) -> None:
    call = called(here)
    owed = Owed.objects.get()
    page = sit(here.walidata).post(f"/meja/tagihan/{owed.pk}/ingatkan/", {"ke": "permintaan"}, follow=True)
    assert page.redirect_chain[-1][0] == f"/meja/permintaan/{call.number}/"
    assert "pengingat ke-1" in text_of(page)
    again = sit(here.walidata).post(f"/meja/tagihan/{owed.pk}/ingatkan/", follow=True)
    assert "Tunggu satu jam" in text_of(again)
    assert owed.reminders.count() == 1
    assert "pengingat ke-1" in text_of(sit(here.operator).get("/meja/"))


def test_what_is_on_its_way_is_not_reminded_and_says_with_whom_it_is(here: Province, sit: Sit) -> None:
    call = called(here)
    handin = checked(handed_in(here.dataset, here.operator, text=GOOD, period="2026-10"))
    page = text_of(sit(here.walidata).get(f"/meja/permintaan/{call.number}/"))
    assert "Dalam perjalanan" in page
    assert "Plt. Kepala Dinas Kesehatan" in page
    owed = Owed.objects.get()
    refused = text_of(sit(here.walidata).post(f"/meja/tagihan/{owed.pk}/ingatkan/", follow=True))
    assert handin.receipt in refused


def test_reminding_all_reminds_those_of_whom_nothing_has_come(here: Province, sit: Sit) -> None:
    call = called(here)
    page = text_of(sit(here.walidata).post(f"/meja/permintaan/{call.number}/", follow=True))
    assert "1 produsen diingatkan" in page
    assert Owed.objects.get().reminders.count() == 1


def test_another_agency_sees_neither_the_call_nor_what_is_owed(here: Province, sit: Sit) -> None:
    call, owed = called(here), Owed.objects.get()
    assert sit(here.stranger).get(f"/meja/permintaan/{call.number}/").status_code == 404
    assert sit(here.stranger).get(f"/meja/tagihan/{owed.pk}/").status_code == 404
    assert sit(here.stranger).post(f"/meja/tagihan/{owed.pk}/ingatkan/").status_code == 404
    assert sit(here.operator).get(f"/meja/permintaan/{call.number}/").status_code == 200
    assert sit(here.operator).post(f"/meja/tagihan/{owed.pk}/ingatkan/").status_code == 403
    assert sit(here.operator).get("/meja/permintaan/baru/").status_code == 403


def test_a_call_is_called_off_with_a_reason(here: Province, sit: Sit) -> None:
    call = called(here)
    sit(here.walidata).post(f"/meja/permintaan/{call.number}/batal/", {"reason": ""})
    assert Owed.objects.get().is_open
    page = text_of(
        sit(here.walidata).post(f"/meja/permintaan/{call.number}/batal/", {"reason": "Ada di SIPD"}, follow=True)
    )
    assert "Ada di SIPD" in page
    assert not Owed.objects.get().is_open
    here.dataset.refresh_from_db()
    assert here.dataset.due_at is None
