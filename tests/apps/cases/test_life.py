"""Time, turns and ties: what happens to a case between its first and its last act."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from mapalus.apps.cases import actions, waking
from mapalus.apps.cases.models import Case, CaseEffect, LinkKind, PackVersion
from mapalus.apps.cases.reading import possible, read
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory import holdings
from mapalus.apps.directory.models import Appointment
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.notices.models import Channel, Notice
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from tests.apps.cases import cast
from tests.apps.cases.cast import (
    CITIZEN,
    INSPEKTUR,
    KABID,
    KADIS,
    NOW,
    PUPR,
    PUPR_KABID,
    SEKDA,
    STAF,
    VALUES,
    hat,
    opened,
    verified,
)

DAY = timedelta(days=1)


def told(receiver: str, channel: Channel = Channel.IN_APP) -> list[str]:
    found = Notice.objects.filter(receiver=receiver, channel=channel).order_by("pk")
    return list(found.values_list("subject", flat=True))


def done(now: datetime = NOW) -> None:
    """Let the background catch up."""
    run_waiting(now=now)


# --- what is told


def test_the_next_in_turn_and_the_applicant_are_told_once(pack: PackVersion) -> None:
    case = verified(opened(pack))
    done()
    assert told(f"position:{PUPR}") == [f"Giliran Anda: {case.number}"]
    assert told(f"case:{case.pk}", Channel.MAIL) == [
        f"Laporan {case.number} kami terima", f"Laporan {case.number} diteruskan"
    ]  # fmt: skip
    before = Notice.objects.count()
    CaseEffect.objects.update(done_at=None)
    from mapalus.apps.cases.outbox import work_off

    for version in (1, 2):
        work_off(case.pk, version, now=NOW)
    assert Notice.objects.count() == before


def test_a_notice_to_the_applicant_holds_no_personal_value_until_it_is_sent(
    pack: PackVersion, mailoutbox: list
) -> None:
    case = opened(pack)
    done()
    kept = Notice.objects.get(receiver=f"case:{case.pk}", channel=Channel.MAIL)
    assert "{nama}" in kept.body
    assert "Siti" not in kept.body
    (mail,) = [mail for mail in mailoutbox if mail.to == ["siti@contoh.test"]]
    assert "Yth. Siti Rahmawati" in mail.body
    assert "/ikuti/" in mail.body


# --- time


def test_time_reminds_once_then_escalates_and_lets_the_superior_look(pack: PackVersion) -> None:
    case = opened(pack)
    case.refresh_from_db()
    assert case.wake_at is not None
    assert waking.wake(now=NOW) == 0
    assert waking.wake(now=case.wake_at) == 1
    assert waking.wake(now=case.wake_at) == 0
    late = NOW + 30 * DAY
    assert not Case.objects.visible_to(hat(SEKDA)).filter(pk=case.pk).exists()
    assert waking.wake(now=late) == 1
    done(late)
    assert waking.wake(now=late) == 0
    assert told(f"position:{SEKDA}") == [f"{case.number} lewat tenggat"]
    assert Case.objects.visible_to(hat(SEKDA)).filter(pk=case.pk).exists()
    assert Case.objects.overdue(late).count() == 1
    assert case.clocks.get(name="verifikasi").is_late
    assert case.acts.get(act="escalate").label == "Verifikasi"


def test_a_case_that_cannot_be_ticked_keeps_no_other_waiting(pack: PackVersion) -> None:
    broken, whole = opened(pack), opened(pack)
    Case.objects.filter(pk=broken.pk).update(situation={"state": "diajukan"})
    assert waking.wake(now=NOW + 30 * DAY) == 1
    whole.refresh_from_db()
    assert whole.clocks.get().is_late


def test_a_pause_stops_the_clock_and_the_applicant_starts_it_again(pack: PackVersion) -> None:
    case = verified(opened(pack))
    actions.take(case, act="tanya", reason="Di kilometer berapa?", by=hat(PUPR), now=NOW + DAY)
    case.refresh_from_db()
    assert (case.turn, case.due_at, case.is_pausing) == ("", None, True)
    me = Applicant(case=case.pk)
    assert [one.transition for one in possible(case, by=me, now=NOW + DAY)] == ["jawab_pelapor"]
    actions.take(case, act="jawab_pelapor", reason="Km 7", by=me, now=NOW + 2 * DAY)
    case.refresh_from_db()
    assert case.turn == PUPR
    assert case.due_at is not None


def test_a_new_holiday_moves_what_is_due_and_says_so(pack: PackVersion) -> None:
    from mapalus.apps.directory.models import LocalDay

    case = opened(pack)
    case.refresh_from_db()
    before = case.due_at
    assert before is not None
    assert waking.recompute(now=NOW) == 0
    LocalDay.objects.create(day=before.date(), name="Libur daerah", decree="SK/2")
    assert waking.recompute(now=NOW) == 1
    case.refresh_from_db()
    assert case.due_at is not None
    assert case.due_at > before
    assert case.clocks.get().due_at == case.due_at
    assert "verifikasi:" in case.acts.get(act="recompute").reason
    assert waking.recompute(now=NOW) == 0


# --- turns


def test_an_official_is_moved_and_his_successor_finds_everything(pack: PackVersion) -> None:
    case = opened(pack)
    Appointment.objects.filter(position_id=KABID).update(to_on=date(2026, 11, 9))
    cast.newcomer("P20")
    cast.appoint(KABID, "P20", from_on=date(2026, 11, 10))
    later = NOW + 9 * DAY
    new = hat(KABID, now=later, person="P20")
    assert [row.pk for row in Case.objects.visible_to(new).inbox(new.covers).rows] == [case.pk]
    assert [one.key for one in holdings.held_by(KABID, later) if one.kind == "case"] == [case.number]
    moved = actions.take(case, act="verifikasi", values={"klasifikasi": "pengaduan"}, by=new, now=later)
    assert moved.acts.get(act="verifikasi").person == "P20"


def test_a_vacant_posts_cases_wait_with_its_superior(pack: PackVersion) -> None:
    case = opened(pack)
    Appointment.objects.filter(position_id=KABID).delete()
    head = hat(KADIS)
    assert [row.pk for row in Case.objects.visible_to(head).inbox(head.covers).rows] == [case.pk]
    verified_by_head = actions.take(case, act="verifikasi", values={"klasifikasi": "pengaduan"}, by=head, now=NOW)
    assert verified_by_head.state == "diteruskan"


def test_a_case_is_assigned_downward_and_comes_back(pack: PackVersion) -> None:
    case = verified(opened(pack))
    with pytest.raises(Invalid):
        actions.assign(case, to=STAF, by=hat(PUPR), now=NOW)
    with pytest.raises(NotAllowed):
        actions.assign(case, to=STAF, by=hat(KABID), now=NOW)
    actions.assign(case, to=PUPR_KABID, reason="Tolong tinjau.", by=hat(PUPR), now=NOW)
    case.refresh_from_db()
    assert (case.turn, case.turn_of) == (PUPR_KABID, PUPR)
    assert "tanya" in [one.transition for one in possible(case, by=hat(PUPR_KABID), now=NOW)]
    actions.return_(case, reason="Bukan wilayah kami.", by=hat(PUPR_KABID), now=NOW)
    case.refresh_from_db()
    assert (case.turn, case.turn_of) == (PUPR, "")
    actions.assign(case, to=PUPR_KABID, by=hat(PUPR), now=NOW)
    actions.assign(case, to=PUPR, by=hat(PUPR), now=NOW)  # taken back
    case.refresh_from_db()
    assert (case.turn, case.turn_of) == (PUPR, "")


def test_an_official_may_not_decide_over_his_own_report(pack: PackVersion) -> None:
    """As a citizen he reports, as the head he would close it: one person, two hats."""
    citizen = Applicant(person="P5")
    case = actions.open_case(pack, values=VALUES, by=citizen, now=NOW).case
    case = verified(case)
    with pytest.raises(NotAllowed) as problem:
        actions.take(case, act="selesaikan", values={"jawaban": "Sudah."}, by=hat(PUPR), now=NOW)
    assert problem.value.code == "not-same-actor"
    assert "P5" not in str(case.situation)


# --- ties


def test_a_duplicate_is_closed_tied_and_its_applicant_hears_of_the_other(pack: PackVersion) -> None:
    case, other = opened(pack), opened(pack)
    actions.merge(case, into=other, act="gabung", by=hat(KABID), now=NOW)
    case.refresh_from_db()
    assert (case.state, case.is_final, case.turn) == ("digabung", True, "")
    assert case.links.get().kind == LinkKind.DUPLICATE
    verified(other)
    done()
    assert f"Laporan {case.number} diteruskan" not in told(f"case:{other.pk}", Channel.MAIL)
    assert len([text for text in told(f"case:{case.pk}", Channel.MAIL) if "diteruskan" in text]) == 1
    with pytest.raises(Conflict):
        actions.merge(other, into=case, act="gabung", by=hat(KABID), now=NOW)


def test_a_part_gets_a_case_of_its_own_with_the_same_applicant(pack: PackVersion) -> None:
    case = opened(pack)
    part = actions.split(case, values={"judul": "Lampu mati", "kategori": "kesehatan"}, by=hat(KABID), now=NOW)
    assert (part.case.unit, part.case.title, part.case.opened_by) == ("dinkes", "Lampu mati", "applicant")
    assert part.case.links.get().target == case
    assert read(part.case, by=Applicant(case=part.case.pk)).title == "Lampu mati"


def test_a_case_made_from_a_restricted_one_is_restricted(pack: PackVersion) -> None:
    case = opened(pack)
    actions.take(case, act="awasi", values={"klasifikasi": "pengawasan"}, by=hat(KABID), now=NOW)
    part = actions.split(case, values={"judul": "Bagian"}, by=hat(INSPEKTUR), now=NOW).case
    assert part.is_restricted
    assert not Case.objects.visible_to(hat(PUPR)).filter(pk=part.pk).exists()


def test_the_case_an_act_sets_off_is_begun_once(pack: PackVersion) -> None:
    case = opened(pack)
    first = actions.derive(
        case, version=pack, values=VALUES, kind="converted", key="effect:1", by=cast.everything(), now=NOW
    )
    again = actions.derive(
        case, version=pack, values=VALUES, kind="converted", key="effect:1", by=cast.everything(), now=NOW
    )
    assert first.pk == again.pk
    assert first.links.get().target == case


def test_a_report_can_be_rated_when_it_is_done(pack: PackVersion) -> None:
    case = verified(opened(pack))
    actions.take(case, act="selesaikan", values={"jawaban": "Sudah ditambal."}, by=hat(PUPR), now=NOW + DAY)
    me = Applicant(case=case.pk)
    actions.take(case, act="nilai", values={"nilai": 5}, by=me, now=NOW + 2 * DAY)
    case.refresh_from_db()
    assert (case.values["nilai"], case.is_final, case.closed_at) == (5, True, NOW + DAY)
    assert CITIZEN.identity == ""


def test_what_nobody_could_do_yet_is_taken_up_when_somebody_can(pack: PackVersion) -> None:
    from mapalus.apps.cases import outbox

    case = opened(pack)
    done()
    CaseEffect.objects.create(case=case, version=99, place=0, kind="hook", data={"hook": "uji"}, queued_at=NOW)
    later = NOW + timedelta(hours=1)
    assert outbox.take_up(now=later) == 0
    seen: list[str] = []
    outbox.register("hook:uji", lambda effect, now: seen.append(effect.case.number))
    try:
        assert outbox.take_up(now=later) == 1
        assert outbox.take_up(now=later) == 0
    finally:
        outbox.HANDLERS.pop("hook:uji")
    assert seen == [case.number]
