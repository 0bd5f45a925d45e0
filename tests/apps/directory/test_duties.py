"""Duties of roles: the file is read strictly, periods and days are right, and what is done is written down once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from mapalus.apps.directory import actions, duties
from mapalus.apps.directory.actor import official
from mapalus.apps.directory.duties import Often
from mapalus.apps.directory.models import DutyDone, Position, Training
from mapalus.apps.ledger.models import Entry
from mapalus.engine.clock import Zone
from mapalus.engine.errors import Conflict, Invalid, Misconfigured, NotAllowed, NotFound
from mapalus.engine.workdays import Calendar
from tests.apps.catalogue import cast
from tests.apps.catalogue.cast import NOW

FILE = Path(duties.__file__).parent / "data" / "duties.yml"
WITA = Calendar.of(Zone.WITA)
ONE = """
duties:
  contoh-tugas:
    roles: [walidata]
    often: monthly
    day: 31
    title: Judul
    title_en: Title
    text: Aturan.
    text_en: Rule.
    basis: Perpres
    is_checked: false
    sample: Contoh
    sample_en: Sample
    ask: walidata
"""


def test_there_are_duties_for_every_role_that_has_any() -> None:
    assert len(duties.duties()) >= 25
    roles = {role for duty in duties.duties().values() for role in duty.roles}
    assert {
        "walidata", "walidata-pendukung", "produsen", "kepala", "ppid-utama", "ppid-pelaksana", "admin-sp4n",
        "penghubung-sp4n", "pengelola-aplikasi", "ttis", "koordinator-spbe", "koordinator-forum", "pembina-data",
        "operator",
    } <= roles  # fmt: skip


def test_every_page_a_duty_leads_to_exists() -> None:
    assert all(reverse(duty.how) for duty in duties.duties().values() if duty.how)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("often: monthly", "often: daily"),
        ("day: 31", "day: 32"),
        ("day: 31", "day: true"),
        ("day: 31", "day: 5\n    month: 2"),
        ("roles: [walidata]", "roles: []"),
        ("is_checked: false", "is_checked: maybe"),
        ("    basis: Perpres\n", ""),
        ("basis: Perpres", "basis: Perpres\n    extra: 1"),
        ("text: Aturan.", "text: " + "x" * 400),
        ("contoh-tugas", "Contoh Tugas"),
        ("duties:", "tugas:"),
        ("title: Judul", "title: Judul\n    title: Lagi"),
    ],
)
def test_wrong_file_is_refused(old: str, new: str) -> None:
    assert duties.read(ONE)
    with pytest.raises(Misconfigured):
        duties.read(ONE.replace(old, new, 1))


def one(**given: Any) -> duties.Duty:
    return duties.read(ONE)["contoh-tugas"].__class__(**{**vars(duties.read(ONE)["contoh-tugas"]), **given})


@pytest.mark.parametrize(
    ("often", "month", "day", "on", "period", "due"),
    [
        (Often.WEEKLY, 1, 5, date(2026, 11, 18), "2026-W47", date(2026, 11, 20)),
        (Often.WEEKLY, 1, 7, date(2026, 11, 18), "2026-W47", date(2026, 11, 20)),  # a Sunday: the Friday before
        (Often.WEEKLY, 1, 1, date(2027, 1, 1), "2026-W53", date(2026, 12, 28)),
        (Often.MONTHLY, 1, 31, date(2026, 2, 3), "2026-02", date(2026, 2, 27)),  # the 28th is a Saturday
        (Often.MONTHLY, 1, 10, date(2026, 11, 30), "2026-11", date(2026, 11, 10)),
        (Often.QUARTERLY, 2, 15, date(2026, 12, 31), "2026-Q4", date(2026, 11, 13)),
        (Often.YEARLY, 3, 31, date(2026, 11, 20), "2026", date(2026, 3, 31)),
    ],
)
def test_period_and_last_day(often: Often, month: int, day: int, on: date, period: str, due: date) -> None:
    duty = one(often=often, month=month, day=day)
    assert (duties.period_of(duty, on), duties.due_on(duty, on, WITA)) == (period, due)


@pytest.mark.parametrize("often", list(Often))
def test_periods_follow_one_another_without_a_gap(often: Often) -> None:
    duty, day = one(often=often), date(2024, 1, 1)
    for _step in range(120):
        following = duties.next_of(duty, day)
        assert duties.previous_of(duty, following) == duties.previous_of(duty, duties.next_of(duty, day))
        assert duties.period_of(duty, following) != duties.period_of(duty, day)
        assert duties.period_of(duty, date.fromordinal(following.toordinal() - 1)) == duties.period_of(duty, day)
        day = following


@pytest.mark.django_db
def test_duty_is_done_once_by_its_own_position_and_written_down() -> None:
    cast.people()
    head, stranger = cast.actor("diskominfo.kadis"), cast.actor("pupr.data")
    post = Position.objects.get(pk="diskominfo.kadis")
    with pytest.raises(NotAllowed):
        actions.do_duty(post, duty="laporan-kepatuhan", period="2026-11", by=stranger, now=NOW)
    actions.do_duty(post, duty="laporan-kepatuhan", period="2026-11", remark=" Surat  9 ", by=head, now=NOW)
    assert DutyDone.objects.get().note == "Surat 9"
    assert Entry.objects.filter(act="directory.do-duty", position="diskominfo.kadis").count() == 1
    with pytest.raises(Conflict):
        actions.do_duty(post, duty="laporan-kepatuhan", period="2026-11", by=head, now=NOW)
    for duty, period, wrong in (
        ("laporan-kepatuhan", "2026-12", Invalid), ("laporan-kepatuhan", "2026-09", Invalid),
        ("uji-konsekuensi", "2026-Q4", NotFound), ("tidak-ada", "2026-11", NotFound),
    ):  # fmt: skip
        with pytest.raises(wrong):
            actions.do_duty(post, duty=duty, period=period, by=head, now=NOW)


@pytest.mark.django_db
def test_duty_of_a_vacant_post_is_done_by_who_has_it() -> None:
    cast.people()
    above = cast.actor("pupr.kadis")
    vacant = Position.objects.get(pk="pupr.kabid-bm")
    actions.do_duty(vacant, duty="status-angka", period="2026-Q4", by=above, now=NOW)
    assert DutyDone.objects.get().by == "Kepala Dinas PUPR"


@pytest.mark.django_db
def test_training_is_recorded_by_walidata_and_seen_by_its_own_unit() -> None:
    cast.people()
    walidata, operator, stranger = (cast.actor(c) for c in ("diskominfo.kadis", "dinkes.data", "pupr.data"))
    post = Position.objects.get(pk="dinkes.data")
    person = post.appointments.get().person
    given: dict[str, Any] = {"position": post, "subject": "Satu Data", "now": NOW}
    with pytest.raises(NotAllowed):
        actions.record_training(person, held_on=date(2026, 11, 2), by=operator, **given)
    with pytest.raises(Invalid):
        actions.record_training(person, held_on=date(2026, 12, 2), by=walidata, **given)
    with pytest.raises(Invalid):
        actions.record_training(person, held_on=date(2025, 11, 2), by=walidata, **given)
    actions.record_training(person, held_on=date(2026, 11, 2), by=walidata, **given)
    with pytest.raises(Conflict):
        actions.record_training(person, held_on=date(2026, 11, 2), by=walidata, **given)
    seen = [Training.objects.visible_to(actor).count() for actor in (walidata, operator, stranger, None)]
    assert seen == [1, 1, 0, 0]
    assert official("P32", "dinkes.data", now=NOW) is not None
    assert "Contoh" not in str(Entry.objects.get(act="directory.record-training").subject_label)
