"""Permintaan setoran and what is owed: asked for, asked again by the calendar and by hand, passed up, fulfilled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mapalus.apps.catalogue import actions, waking
from mapalus.apps.catalogue.models import DataCall, Dataset, FigureStatus, Owed, Reminder
from mapalus.apps.notices.models import Notice
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from tests.apps.catalogue.cast import GOOD, NOW, Province, awaiting_review, checked, handed_in

DUE = datetime(2026, 12, 4, 8, tzinfo=UTC)  # Friday, 16.00 WITA


def at(day: int, hour: int = 1, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, 30, tzinfo=UTC)


def called(here: Province, *, due_at: datetime = DUE, period: str = "2026-10") -> DataCall:
    return actions.call(
        DataCall, title="Data SPM", reason="", datasets=[here.dataset], period=period, due_at=due_at,
        by=here.walidata, now=NOW,
    )  # fmt: skip


def said(position: str) -> list[str]:
    found = Notice.objects.filter(receiver=f"position:{position}", channel="in-app").order_by("pk")
    return [subject.partition(":")[0] for subject in found.values_list("subject", flat=True)]


def test_a_call_is_owed_by_its_datasets_and_told_to_their_producers(here: Province) -> None:
    call = called(here)
    assert call.number == "PS-2026-0001"
    assert called(here, period="2026-11").number == "PS-2026-0002"
    here.dataset.refresh_from_db()
    assert (here.dataset.expected_period, here.dataset.due_at) == ("2026-10", DUE)
    assert said("dinkes.kabid-p2p") == ["Diminta", "Diminta"]
    assert list(Dataset.objects.owed()) == [here.dataset]
    assert DataCall.objects.visible_to(here.operator).count() == 2
    assert not DataCall.objects.visible_to(here.stranger).exists()
    assert not DataCall.objects.visible_to(None).exists()


def test_only_walidata_calls_and_a_call_must_make_sense(here: Province) -> None:
    with pytest.raises(NotAllowed):
        actions.call(
            DataCall, title="x", reason="", datasets=[here.dataset], period="2026-10", due_at=DUE, by=here.head, now=NOW
        )
    with pytest.raises(Invalid) as refused:
        actions.call(DataCall, title=" ", reason="", datasets=[], period="", due_at=NOW, by=here.walidata, now=NOW)
    assert set(refused.value.fields) == {"title", "datasets", "period", "due_on"}


def test_the_calendar_asks_again_before_it_is_due_then_tells_the_head_then_the_secretary(here: Province) -> None:
    called(here)
    owed = Owed.objects.get()
    assert owed.wake_at == datetime(2026, 11, 25, 0, tzinfo=UTC)  # seven working days before, when the office opens
    for moment in (at(24, month=11), at(25, month=11), at(1), at(4), at(7), at(9), at(11)):
        waking.wake(now=moment)
        waking.wake(now=moment)
    assert said("dinkes.kabid-p2p") == ["Diminta", "Pengingat ke-1", "Pengingat ke-2", "Pengingat ke-3"]
    assert said("dinkes.kadis") == ["Belum disetor", "Belum disetor"]
    owed.refresh_from_db()
    assert owed.wake_at is None or owed.wake_at > at(11)
    assert list(owed.reminders.exclude(number=None).values_list("number", flat=True)) == [1, 2, 3]


def test_a_server_that_slept_says_only_the_last_of_what_it_missed(here: Province) -> None:
    called(here)
    waking.wake(now=at(10))
    assert said("dinkes.kabid-p2p") == ["Diminta", "Pengingat ke-1"]
    assert said("dinkes.kadis") == ["Belum disetor"]


def test_a_reminder_by_hand_is_counted_with_the_others_and_not_sent_twice_within_the_hour(here: Province) -> None:
    called(here)
    owed = Owed.objects.get()
    waking.wake(now=at(25, month=11))
    made = actions.remind(owed, by=here.walidata, now=at(26, month=11))
    assert made.number == 2
    with pytest.raises(Conflict):
        actions.remind(owed, by=here.walidata_head, now=at(26, month=11) + timedelta(minutes=20))
    with pytest.raises(NotAllowed):
        actions.remind(owed, by=here.head, now=at(27, month=11))
    assert Reminder.objects.count() == 2


@pytest.mark.slow
def test_what_is_on_its_way_is_asked_of_nobody_and_what_is_published_is_fulfilled(here: Province) -> None:
    called(here)
    owed = Owed.objects.get()
    handin = checked(handed_in(here.dataset, here.operator, text=GOOD, period="2026-10"))
    assert handin.due_at == DUE
    with pytest.raises(Conflict):
        actions.remind(owed, by=here.walidata, now=NOW)
    waking.wake(now=at(25, month=11))
    assert not owed.reminders.exists()
    handin = actions.confirm(handin, by=here.head, now=NOW)
    actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata, now=NOW)
    owed.refresh_from_db()
    assert owed.fulfilled_at == NOW
    here.dataset.refresh_from_db()
    assert here.dataset.due_at is None


@pytest.mark.slow
def test_what_was_published_before_the_call_counts(here: Province) -> None:
    handin = awaiting_review(here, text=GOOD, period="2026-10")
    actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata, now=NOW)
    called(here)
    assert Owed.objects.get().fulfilled_at == NOW
    assert said("dinkes.kabid-p2p") == []


def test_of_two_periods_owed_the_list_names_the_first_and_both_are_asked_for(here: Province) -> None:
    actions.expect(here.dataset, period="2026-W47", due_at=DUE - timedelta(days=7), by=here.walidata, now=NOW)
    call = called(here)
    here.dataset.refresh_from_db()
    assert here.dataset.expected_period == "2026-W47"
    assert Owed.objects.visible_to(here.operator).awaited().count() == 2
    actions.call_off(call, reason="Ada di SIPD", by=here.walidata, now=NOW)
    assert Owed.objects.open().get().period == "2026-W47"
    with pytest.raises(Conflict):
        actions.call_off(call, reason="Lagi", by=here.walidata, now=NOW)


def test_a_call_gives_nobody_more_time_than_he_had(here: Province) -> None:
    actions.expect(here.dataset, period="2026-10", due_at=DUE - timedelta(days=7), by=here.walidata, now=NOW)
    called(here)
    assert Owed.objects.get().due_at == DUE - timedelta(days=7)


def test_another_limit_is_reminded_anew(here: Province) -> None:
    actions.expect(here.dataset, period="2026-10", due_at=DUE, by=here.walidata, now=NOW)
    waking.wake(now=at(25, month=11))
    later = DUE + timedelta(days=7)
    actions.expect(here.dataset, period="2026-10", due_at=later, by=here.walidata, now=at(26, month=11))
    waking.wake(now=at(2))
    assert said("dinkes.kabid-p2p") == ["Pengingat ke-1", "Pengingat ke-2"]
