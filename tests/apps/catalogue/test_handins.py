from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mapalus.apps.catalogue import actions, places, steps
from mapalus.apps.catalogue.checking import marked_path
from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandIn, HandInState, Version
from mapalus.apps.jobs.models import Job
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data import lake
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.query import Query, search
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, Unavailable
from tests.apps.catalogue.cast import (
    CONTRACT,
    GOOD,
    MIXED,
    NOW,
    Province,
    actor,
    awaiting_review,
    checked,
    contract,
    declared,
    handed_in,
    published,
)


def test_a_hand_in_gets_a_receipt_and_is_queued(here: Province) -> None:
    handin = handed_in(here.dataset, here.operator)
    assert handin.receipt == "S-2026-00001"
    assert handin.state == HandInState.RECEIVED
    assert Job.objects.filter(key=f"check:{handin.pk}").count() == 1


def test_receipts_count_on(here: Province) -> None:
    handed_in(here.dataset, here.operator)
    assert handed_in(here.dataset, here.operator, text=GOOD, period="2026-W46").receipt == "S-2026-00002"


def test_the_same_form_sent_twice_is_one_hand_in(here: Province) -> None:
    first = handed_in(here.dataset, here.operator, key="form-1")
    second = handed_in(here.dataset, here.operator, key="form-1")
    assert first.pk == second.pk
    assert HandIn.objects.count() == 1
    assert Entry.objects.filter(act="catalogue.hand-in").count() == 1


def test_the_same_file_again_says_where_it_is(here: Province) -> None:
    handed_in(here.dataset, here.operator, key="form-1")
    with pytest.raises(Conflict) as refused:
        handed_in(here.dataset, here.operator, key="form-2")
    assert "S-2026-00001" in str(refused.value)


def test_the_same_file_may_come_again_under_a_new_contract(here: Province, tmp_path) -> None:
    handed_in(here.dataset, here.operator, key="form-1")
    changed = contract(tmp_path, CONTRACT.replace("maximum: 53", "maximum: 54"))
    actions.change_contract(here.dataset, kept=changed, reason="Tahun 53 minggu", by=here.walidata, now=NOW)
    assert handed_in(here.dataset, here.operator, key="form-2").contract.number == 2


def test_a_newer_hand_in_of_a_period_replaces_the_earlier_open_one(here: Province) -> None:
    earlier = handed_in(here.dataset, here.operator)
    handed_in(here.dataset, here.operator, text=GOOD)
    earlier.refresh_from_db()
    assert earlier.state == HandInState.REPLACED
    assert not earlier.turn


def test_another_unit_hands_in_nothing_here(here: Province) -> None:
    with pytest.raises(NotAllowed):
        handed_in(here.dataset, here.stranger)
    assert not HandIn.objects.exists()


def test_walidata_hands_in_on_behalf_and_the_agency_confirms(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.walidata))
    assert handin.on_behalf_of == "dinkes"
    assert handin.turn == "dinkes.kadis"


@pytest.mark.slow
def test_a_check_makes_a_version_that_nobody_sees_yet(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    assert handin.state == HandInState.AWAITING_CONFIRMATION
    assert (handin.rows, handin.rows_good, handin.rows_bad) == (4, 2, 2)
    version = Version.objects.get()
    assert (version.path / "rows.sqlite").is_file()
    assert marked_path(version.run).is_file()
    assert not Version.objects.visible_to(None).exists()
    assert not Dataset.objects.visible_to(None).exists()
    assert Version.objects.visible_to(here.operator).exists()
    assert not Version.objects.visible_to(here.stranger).exists()


@pytest.mark.slow
def test_checking_again_changes_nothing(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    entries = Entry.objects.count()
    assert checked(handin).state == HandInState.AWAITING_CONFIRMATION
    assert Entry.objects.count() == entries
    assert Version.objects.count() == 1


@pytest.mark.slow
def test_the_whole_way_ends_before_the_public(here: Province) -> None:
    version = published(here)
    assert version.number == 1
    assert list(Dataset.objects.visible_to(None)) == [here.dataset]
    assert list(Version.objects.visible_to(None)) == [version]
    entry = Entry.objects.get(act="catalogue.publish")
    assert entry.data["dataset"] == "dbd-mingguan"
    assert entry.data["version_id"] == version.pk
    assert entry.data["status"] == "sementara"


@pytest.mark.slow
def test_the_acting_head_may_not_confirm_what_he_handed_in_in_his_own_post(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.head_own))
    assert handin.turn == "setda.asisten1"
    assert handin.turn_reason == "same-person"
    with pytest.raises(NotAllowed):
        actions.confirm(handin, by=here.head, now=NOW)
    assert actions.confirm(handin, by=here.superior, now=NOW).state == HandInState.AWAITING_REVIEW


@pytest.mark.slow
def test_a_vacant_producer_shows_and_the_head_decides(here: Province, tmp_path) -> None:
    text = CONTRACT.replace("dbd-mingguan", "kondisi-jalan").replace("dinkes.kabid-p2p", "pupr.kabid-bm")
    roads = declared(tmp_path, unit="pupr", text=text)
    handin = checked(handed_in(roads, here.stranger))
    assert (handin.turn, handin.turn_reason) == ("pupr.kadis", "producer-vacant")
    assert actions.confirm(handin, by=actor("pupr.kadis"), now=NOW).turn == "diskominfo.kabid-statistik"


@pytest.mark.slow
def test_only_the_position_whose_turn_it_is_confirms(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    for other in (here.operator, here.producer, here.stranger, here.walidata, here.superior):
        with pytest.raises(NotAllowed):
            actions.confirm(handin, by=other, now=NOW)


@pytest.mark.slow
def test_two_officials_deciding_at_once_meet_a_conflict(here: Province) -> None:
    handin = awaiting_review(here)
    actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata, now=NOW)
    with pytest.raises(Conflict):
        actions.publish(handin, status=FigureStatus.FINAL, by=here.walidata_head, now=NOW)
    with pytest.raises(Conflict):
        actions.return_handin(handin, reason="Terlambat", by=here.walidata_head, now=NOW)
    assert Entry.objects.filter(act="catalogue.publish").count() == 1


@pytest.mark.slow
def test_a_return_needs_a_reason_and_goes_back_to_the_sender(here: Province) -> None:
    handin = awaiting_review(here)
    with pytest.raises(Invalid):
        actions.return_handin(handin, reason="  ", by=here.walidata, now=NOW)
    back = actions.return_handin(handin, reason="Sitaro belum ada", by=here.walidata, now=NOW)
    assert (back.state, back.turn, back.confirmed_by) == (HandInState.RETURNED, "dinkes.data", "")


@pytest.mark.slow
def test_walidata_does_not_return_what_is_with_the_agency(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    with pytest.raises(NotAllowed):
        actions.return_handin(handin, reason="Belum giliran", by=here.walidata, now=NOW)


@pytest.mark.slow
def test_reject_keeps_everything_back_and_the_old_version_stays(here: Province, tmp_path) -> None:
    first = published(here, text=GOOD)
    strict = contract(tmp_path, CONTRACT.replace("  unit: dinkes", "  unit: dinkes\n  bad_rows: reject"))
    actions.change_contract(here.dataset, kept=strict, reason="Forum 12", by=here.walidata, now=NOW)
    here.dataset.refresh_from_db()
    handin = checked(handed_in(here.dataset, here.operator, text=MIXED, period="2026-W46"))
    assert handin.state == HandInState.NEEDS_CORRECTION
    assert handin.turn == "dinkes.data"
    assert handin.version is None
    run = handin.runs.get()
    assert run.path is not None
    assert (run.path / "report.sqlite").is_file()
    assert run.number is None
    here.dataset.refresh_from_db()
    assert here.dataset.current == first
    fixed = checked(handed_in(here.dataset, here.operator, text=GOOD.replace("41", "42"), period="2026-W46"))
    assert fixed.version is not None
    assert fixed.version.number == 2


@pytest.mark.slow
def test_a_file_without_one_good_row_waits_for_a_correction(here: Province) -> None:
    text = GOOD.replace(",41", ",4l").replace(",12", ",l2")
    made = checked(handed_in(here.dataset, here.operator, text=text))
    assert made.state == HandInState.NEEDS_CORRECTION
    assert made.verdict.startswith("Tidak ada baris")
    assert made.version is None


def test_a_file_that_is_no_table_is_refused_with_a_sentence(here: Province) -> None:
    handin = checked(handed_in(here.dataset, here.operator, text=b"", name="kosong.csv"))
    assert handin.state == HandInState.REFUSED
    assert handin.verdict
    assert handin.turn == "dinkes.data"
    assert handin.runs.get().report["refused"]["code"]


@pytest.mark.slow
def test_withdrawing_brings_the_version_before_back(here: Province) -> None:
    first = published(here, text=GOOD)
    second = published(here, text=GOOD.replace("41", "40"), period="2026-W46")
    here.dataset.refresh_from_db()
    assert here.dataset.current == second
    with pytest.raises(Invalid):
        actions.withdraw(second, reason="", by=here.walidata, now=NOW)
    actions.withdraw(second, reason="Angka Manado keliru", by=here.walidata, now=NOW)
    here.dataset.refresh_from_db()
    assert here.dataset.current == first
    assert list(Version.objects.visible_to(None)) == [first]
    with pytest.raises(Conflict):
        actions.withdraw(second, reason="Sekali lagi", by=here.walidata, now=NOW)


@pytest.mark.slow
def test_rolling_back_makes_an_earlier_version_current(here: Province) -> None:
    first = published(here, text=GOOD)
    published(here, text=GOOD.replace("41", "40"), period="2026-W46")
    actions.roll_back(here.dataset, to=first, reason="Revisi BPS", by=here.walidata, now=NOW)
    here.dataset.refresh_from_db()
    assert here.dataset.current == first
    with pytest.raises(Conflict):
        actions.roll_back(here.dataset, to=first, reason="Lagi", by=here.walidata, now=NOW)


def test_only_the_sender_takes_back(here: Province) -> None:
    handin = handed_in(here.dataset, here.operator)
    with pytest.raises(NotAllowed):
        actions.take_back(handin, reason="Keliru", by=here.producer, now=NOW)
    assert actions.take_back(handin, reason="Keliru", by=here.operator, now=NOW).state == HandInState.WITHDRAWN


def test_what_is_expected_is_owed_until_it_comes(here: Province) -> None:
    due = NOW - timedelta(days=3)
    actions.expect(here.dataset, period="2026-W45", due_at=due, by=here.walidata, now=NOW)
    assert list(Dataset.objects.owed()) == [here.dataset]
    assert list(Dataset.objects.overdue(NOW)) == [here.dataset]
    handin = handed_in(here.dataset, here.operator)
    assert handin.was_late
    assert not Dataset.objects.owed().exists()


def test_hand_ins_are_seen_by_their_unit_and_walidata_only(here: Province) -> None:
    handed_in(here.dataset, here.operator)
    assert HandIn.objects.visible_to(here.producer).count() == 1
    assert HandIn.objects.visible_to(here.walidata).count() == 1
    assert HandIn.objects.visible_to(here.stranger).count() == 0
    assert HandIn.objects.visible_to(None).count() == 0


def test_a_name_is_declared_once(here: Province, tmp_path) -> None:
    with pytest.raises(Conflict):
        declared(tmp_path)


def test_a_worker_that_slept_while_another_ended_its_check_breaks_nothing(
    here: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped just before it writes its folder, taken for dead, and waking up when the version is published."""
    handin = handed_in(here.dataset, here.operator, text=GOOD)
    write = lake.write_version
    slept: list[bool] = []

    def sleeps(*args: Any, **kwargs: Any) -> Any:
        if not slept:
            slept.append(True)
            other = checked(HandIn.objects.get(pk=handin.pk))
            actions.publish(actions.confirm(other, by=here.head, now=NOW), status=FigureStatus.FINAL, by=here.walidata,
                            now=NOW)  # fmt: skip
        return write(*args, **kwargs)

    monkeypatch.setattr(lake, "write_version", sleeps)
    with pytest.raises(Unavailable):
        checked(handin)
    version = Version.objects.get()
    assert (version.number, version.is_published) == (1, True)
    assert search(VersionFolder(version.path).rows, Query()).total == 2
    assert not list(places.workshop().iterdir())


def test_a_worker_that_slept_moves_no_folder_that_a_version_names(here: Province) -> None:
    handin = handed_in(here.dataset, here.operator, text=GOOD)
    slept = actions.begin_check(handin, by=PLATFORM, now=NOW)
    checked(HandIn.objects.get(pk=handin.pk))
    version = Version.objects.get()
    assert version.number == slept.number
    with pytest.raises(Unavailable):
        steps.make_room(slept, version.path, aside=places.workshop())
    assert version.path.is_dir()
