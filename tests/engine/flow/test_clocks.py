"""Clocks of a case: when they run, stand, go on, are extended, and what passing time gives rise to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mapalus.engine.clock import Zone
from mapalus.engine.deadlines import Unit
from mapalus.engine.expression import parse
from mapalus.engine.flow import (
    Clock,
    Escalate,
    Escalation,
    Extension,
    Lapse,
    Period,
    Remind,
    State,
    Transition,
    answer,
    dues,
    next_wake,
    recompute,
    tick,
)
from mapalus.engine.workdays import Calendar
from tests.engine.flow.cast import ANI, BUDI, CALENDAR, SITI, at, complaint, mapped
from tests.engine.flow.test_acts import Desk, routed


def due(desk, clock, when="11-03 10:00", calendar=CALENDAR):
    return next(item for item in dues(desk.process, desk.case, now=at(when), calendar=calendar) if item.clock == clock)


def day(desk, clock, when="11-03 10:00"):
    found = due(desk, clock, when).due
    return found.day.isoformat()[5:] if found and found.day else None


def passed(desk, when, calendar=CALENDAR):
    """Let time pass; the names of what it gave rise to."""
    outcome = tick(desk.process, desk.case, now=at(when), calendar=calendar)
    desk.case = outcome.situation
    return [effect.name for effect in outcome.effects]


def with_clock(clock, *transitions, **changes):
    process = complaint(clocks=mapped(clock), **changes)
    return replace(process, transitions={**process.transitions, **mapped(*transitions)})


# --- running


def test_several_clocks_run_at_once_and_end_where_they_are_told_to():
    desk = routed()
    found = {
        item.clock: (item.is_running, item.is_late)
        for item in dues(desk.process, desk.case, now=at("11-03 10:00"), calendar=CALENDAR)
    }
    assert found == {"verifikasi": (False, False), "penyelesaian": (True, False)}
    desk.take("tanya", ANI, "11-04 10:00")
    assert due(desk, "jawaban").is_running
    desk.take("jawab", SITI, "11-05 10:00")
    assert not due(desk, "jawaban").is_running


def test_a_final_state_ends_every_clock():
    desk = routed().take("tanya", ANI, "11-04 10:00")
    passed(desk, "12-01 10:00")
    assert desk.case.state == "ditutup"
    assert not any(ticking.is_running for ticking in desk.case.clocks.values())


def test_a_clock_stands_where_a_state_says_so_and_goes_on_after_it():
    desk = routed()
    assert day(desk, "penyelesaian") == "11-23"
    desk.take("tunda", ANI, "11-04 10:00")
    assert due(desk, "penyelesaian").is_paused
    assert due(desk, "penyelesaian").due.day is None
    assert passed(desk, "12-30 10:00") == []
    desk.take("lanjutkan", ANI, "12-30 10:00")
    assert day(desk, "penyelesaian") == "01-18"
    moved = desk.outcome.moved[0]
    assert (moved.why, moved.old.day, moved.new.day) == ("pause", date(2026, 11, 23), date(2027, 1, 18))


def test_a_clock_may_itself_name_the_states_in_which_it_stands():
    process = complaint()
    clock = replace(process.clocks["penyelesaian"], pauses_in=frozenset({"menunggu_pelapor"}))
    desk = Desk(replace(process, clocks={**process.clocks, "penyelesaian": clock}))
    desk.take("verifikasi", BUDI, "11-03 10:00", klasifikasi="pengaduan").take("tanya", ANI, "11-04 10:00")
    assert due(desk, "penyelesaian").is_paused


def test_a_clock_that_starts_again_has_the_rest_of_its_time():
    desk = Desk()  # 3 days from Monday: Thursday
    desk.take("alihkan", BUDI, "11-03 17:00", unit_tujuan="pu")  # one of them is used
    desk.take("kembalikan", ANI, "11-09 09:00", reason="bukan")
    assert day(desk, "verifikasi", "11-09 09:00") == "11-10"


def test_a_clock_that_restarts_has_all_of_it_again():
    process = complaint()
    clock = replace(process.clocks["verifikasi"], restarts=True)
    desk = Desk(replace(process, clocks={**process.clocks, "verifikasi": clock}))
    desk.take("alihkan", BUDI, "11-03 17:00", unit_tujuan="pu")
    desk.take("kembalikan", ANI, "11-09 09:00", reason="bukan")
    assert day(desk, "verifikasi", "11-09 09:00") == "11-12"


def test_a_clock_may_start_and_end_with_acts():
    process = with_clock(Clock("tanggapan", Period.days(2), starts=("perpanjang",), until=("ubah_kelas",)))
    desk = Desk(process).take("verifikasi", BUDI, "11-03 10:00", klasifikasi="pengaduan")
    assert "tanggapan" not in desk.case.clocks
    desk.take("perpanjang", ANI, "11-04 10:00")
    assert due(desk, "tanggapan").is_running
    desk.take("ubah_kelas", ANI, "11-05 10:00", klasifikasi="informasi")
    assert not due(desk, "tanggapan").is_running


# --- how much time


def test_an_amount_known_only_later_counts_from_the_same_start_and_is_told():
    desk = routed().take("ubah_kelas", ANI, "11-04 10:00", klasifikasi="informasi")
    assert day(desk, "penyelesaian") == "11-10"
    moved = desk.outcome.moved[0]
    assert (moved.clock, moved.why, moved.old.day, moved.new.day) == (
        "penyelesaian", "value", date(2026, 11, 23), date(2026, 11, 10),
    )  # fmt: skip


def test_a_clock_without_a_known_amount_runs_and_has_no_due_date_until_it_is_known():
    clock = Clock("jawab", Period(by="klasifikasi", of={"informasi": 5}), starts=("diajukan",), until=("selesai",))
    desk = Desk(with_clock(clock))
    assert due(desk, "jawab").due is None
    assert due(desk, "jawab").used is None
    assert passed(desk, "11-03 09:00") == []
    desk.take("verifikasi", BUDI, "11-03 10:00", klasifikasi="informasi")
    assert day(desk, "jawab") == "11-09"


def test_an_extension_counts_from_the_same_day_0_and_is_given_once_and_in_time():
    desk = routed().take("perpanjang", ANI, "11-20 10:00", reason="perlu survei")
    assert day(desk, "penyelesaian") == "11-26"
    assert desk.outcome.moved[0].why == "extension"
    assert desk.refused("perpanjang", ANI, "11-23 10:00").code == "extension-used"
    assert desk.open_to(ANI, "11-23 10:00")["perpanjang"] == "extension-used"
    assert routed().refused("perpanjang", ANI, "11-23 17:00").code == "late"


def test_an_extension_may_add_and_may_be_given_more_than_once():
    extension = Extension("perpanjang", add=7, times=2)
    clock = Clock("jawab", Period.days(10), starts=("diajukan",), until=("selesai",), extension=extension)
    desk = Desk(with_clock(clock)).take("verifikasi", BUDI, "11-03 10:00", klasifikasi="informasi")
    desk.take("perpanjang", ANI, "11-04 10:00").take("perpanjang", ANI, "11-05 10:00")
    assert desk.case.clocks["jawab"].term.amount == 24
    assert desk.refused("perpanjang", ANI, "11-05 10:00").code == "extension-used"


def test_what_does_not_run_cannot_be_extended():
    clock = Clock(
        "jawab", Period.days(10), starts=("ditunda",), until=("selesai",), extension=Extension("perpanjang", add=7)
    )
    desk = Desk(with_clock(clock)).take("verifikasi", BUDI, "11-03 10:00", klasifikasi="informasi")
    assert desk.refused("perpanjang", ANI, "11-04 10:00").code == "clock-stopped"


def test_another_class_never_takes_back_what_an_extension_gave():
    desk = routed().take("perpanjang", ANI, "11-04 10:00")
    desk.take("ubah_kelas", ANI, "11-05 10:00", klasifikasi="informasi")
    assert day(desk, "penyelesaian") == "11-26"


def test_a_due_day_may_stand_in_a_field_and_moves_with_it():
    clock = Clock("janji", Period(date="hari"), starts=("diajukan",), until=("selesai",), reminders=(50,))
    rename = Transition("jadwal", ("diajukan",), "", ("verifikator",), needs=("hari",))
    desk = Desk(with_clock(clock, rename), values={"hari": "2026-11-10"})
    assert due(desk, "janji").due.at == at("11-10 16:00")
    desk.take("jadwal", BUDI, "11-03 10:00", hari="2026-11-14")  # a Saturday
    assert due(desk, "janji").due.day == date(2026, 11, 14)
    assert desk.outcome.moved[0].why == "value"
    assert passed(desk, "11-08 22:00") == ["remind:janji:50"]


@pytest.mark.parametrize(("unit", "due_at"), [(Unit.HOURS, "11-03 07:00"), (Unit.OPEN_HOURS, "11-04 15:00")])
def test_hours_count_all_or_open_ones(unit, due_at):
    clock = Clock("darurat", Period(unit, 22), starts=("diajukan",), until=("selesai",))
    assert due(Desk(with_clock(clock)), "darurat").due.at == at(due_at)


# --- time that passes


def test_reminders_lateness_and_escalation_come_each_once_and_in_order():
    desk = Desk()
    assert passed(desk, "11-03 11:00") == []
    assert passed(desk, "11-05 15:59") == ["remind:verifikasi:50"]
    assert passed(desk, "11-05 16:00") == ["remind:verifikasi:100"]
    assert passed(desk, "11-05 16:01") == ["late:verifikasi", "escalate:verifikasi:kadis"]
    assert passed(desk, "11-30 16:01") == []


def test_looking_late_says_the_same_in_the_same_order():
    desk = routed()
    names = ["remind:penyelesaian:50", "remind:penyelesaian:80", "late:penyelesaian"]
    assert passed(desk, "12-10 10:00") == [*names, "escalate:penyelesaian:kadis", "escalate:penyelesaian:sekda"]


def test_what_fell_due_before_an_act_is_said_with_it_first():
    desk = Desk().take("verifikasi", BUDI, "11-06 10:00", klasifikasi="pengaduan")
    names = [effect.name for effect in desk.outcome.effects]
    assert names[:-1] == [
        "remind:verifikasi:50",
        "remind:verifikasi:100",
        "late:verifikasi",
        "escalate:verifikasi:kadis",
    ]
    assert due(desk, "verifikasi").is_late


def test_a_reminder_names_whose_turn_it_is_and_when_it_is_due():
    outcome = tick(complaint(), Desk().case, now=at("11-06 10:00"), calendar=CALENDAR)
    remind, _second, lapse, escalate = outcome.effects
    assert remind == Remind("verifikasi", 50, "verifikator", at("11-05 16:00"))
    assert lapse == Lapse("verifikasi", at("11-05 16:00"))
    assert escalate == Escalate("verifikasi", "kadis", 1, at("11-05 16:00"))


def test_silence_closes_a_case_as_of_the_deadline():
    desk = routed().take("tanya", ANI, "11-04 10:00")
    assert "late:jawaban" in passed(desk, "12-01 10:00")
    last = desk.case.acts[-1]
    assert (last.act, last.position, last.at) == ("tutup", "system", at("11-18 16:00"))
    assert desk.case.closed_at == at("11-18 16:00")
    assert due(desk, "jawaban", "12-01 10:00").is_late


def test_an_act_after_silence_has_closed_the_case_comes_too_late():
    desk = routed().take("tanya", ANI, "11-04 10:00")
    assert desk.refused("jawab", SITI, "11-19 09:00").code == "wrong-state"
    assert desk.open_to(SITI, "11-19 09:00") == {}
    desk.take("jawab", SITI, "11-18 16:00")


def test_what_the_system_cannot_do_at_a_deadline_is_said_with_the_reason():
    process = complaint()
    clock = replace(process.clocks["verifikasi"], then="alihkan", reminders=(), escalate_to=())
    desk = Desk(replace(process, clocks=mapped(clock)))
    outcome = tick(desk.process, desk.case, now=at("11-06 10:00"), calendar=CALENDAR)
    assert outcome.effects == (Lapse("verifikasi", at("11-05 16:00"), "alihkan", "needs"),)
    assert outcome.situation.state == "diajukan"


def test_one_deadline_after_another_runs_from_the_moment_of_the_first():
    process = complaint(
        states=mapped(State("satu"), State("dua"), State("tiga", is_final=True)),
        initial="satu",
        transitions=mapped(
            Transition("a", ("satu",), "dua", ("system",)), Transition("b", ("dua",), "tiga", ("system",))
        ),
        clocks=mapped(
            Clock("satu", Period.hours(10), while_in="satu", then="a"),
            Clock("dua", Period.hours(5), while_in="dua", then="b"),
        ),
    )
    desk = Desk(process)
    assert next_wake(process, desk.case, now=at("11-02 09:00"), calendar=CALENDAR) == at("11-02 19:00") + timedelta(
        microseconds=1
    )
    assert passed(desk, "11-09 09:00") == ["late:satu", "late:dua"]
    assert desk.case.closed_at == at("11-03 00:00")


def test_what_the_system_does_for_ever_ends_for_now():
    process = complaint(
        states=mapped(State("satu"), State("dua")),
        initial="satu",
        transitions=mapped(
            Transition("a", ("satu",), "dua", ("system",)), Transition("b", ("dua",), "satu", ("system",))
        ),
        clocks=mapped(
            Clock("satu", Period.hours(0), while_in="satu", then="a", restarts=True),
            Clock("dua", Period.hours(0), while_in="dua", then="b", restarts=True),
        ),
    )
    assert len(passed(Desk(process), "11-02 09:01")) == 1000


def test_a_clock_that_was_late_and_is_not_any_more_becomes_late_again():
    desk = Desk(values={"kategori": "jalan", "klasifikasi": "informasi"}).take("verifikasi", BUDI, "11-03 10:00")
    late = ["late:penyelesaian", "escalate:penyelesaian:kadis"]
    assert passed(desk, "11-11 10:00")[-2:] == late
    desk.take("ubah_kelas", ANI, "11-11 11:00", klasifikasi="pengaduan")
    assert not due(desk, "penyelesaian", "11-11 11:00").is_late
    assert passed(desk, "11-23 15:00") == []
    assert passed(desk, "11-24 15:00") == late


def test_the_next_moment_to_look_is_known():
    desk = Desk()
    for expected in ("11-04 12:00", "11-05 16:00"):
        wake = next_wake(desk.process, desk.case, now=desk.case.last_at, calendar=CALENDAR)
        assert wake == at(expected)
        desk.case = tick(desk.process, desk.case, now=wake, calendar=CALENDAR).situation
    closed = routed().take("selesaikan", ANI, "11-04 10:00")
    assert next_wake(closed.process, closed.case, now=at("11-04 10:00"), calendar=CALENDAR) is None


# --- another calendar


def test_a_new_holiday_moves_open_clocks_and_says_which_day():
    desk = routed().take("tanya", ANI, "11-04 10:00")
    after = Calendar.of(Zone.WITA, local=[date(2026, 11, 12)], is_national=False)
    found = {moved.clock: moved for moved in recompute(desk.process, desk.case, before=CALENDAR, after=after)}
    assert set(found) == {"penyelesaian", "jawaban"}  # the ended one is what it was
    moved = found["jawaban"]
    assert moved.old
    assert moved.new
    assert (moved.old.day, moved.new.day) == (date(2026, 11, 18), date(2026, 11, 19))
    assert (moved.why, moved.days) == ("calendar", (date(2026, 11, 12),))


def test_a_day_after_the_deadline_or_the_same_calendar_moves_nothing():
    desk = routed()
    assert recompute(desk.process, desk.case, before=CALENDAR, after=CALENDAR) == ()
    after = Calendar.of(Zone.WITA, local=[date(2026, 12, 24)], is_national=False)
    assert recompute(desk.process, desk.case, before=CALENDAR, after=after) == ()


def test_a_holiday_announced_late_takes_lateness_back():
    desk = Desk()
    assert passed(desk, "11-06 10:00")[-1] == "escalate:verifikasi:kadis"
    after = Calendar.of(Zone.WITA, local=[date(2026, 11, 4)], is_national=False)
    assert passed(desk, "11-06 11:00", after) == []
    assert not due(desk, "verifikasi", "11-06 11:00", after).is_late
    assert passed(desk, "11-06 17:00", after) == [
        "remind:verifikasi:100",
        "late:verifikasi",
        "escalate:verifikasi:kadis",
    ]


def test_every_due_date_is_explained_day_by_day():
    desk = Desk()
    found = dues(desk.process, desk.case, now=at("11-03 10:00"), calendar=CALENDAR, explain=True)[0]
    assert [(told.day.day, told.number) for told in found.story] == [(2, 0), (3, 1), (4, 2), (5, 3)]


def test_escalation_may_come_before_the_deadline():
    process = complaint()
    clock = replace(
        process.clocks["verifikasi"], reminders=(), escalate_to=(Escalation("kadis", 80), Escalation("sekda"))
    )
    desk = Desk(replace(process, clocks=mapped(clock)))
    assert passed(desk, "11-05 15:00") == ["escalate:verifikasi:kadis"]
    assert passed(desk, "11-05 17:00") == ["late:verifikasi", "escalate:verifikasi:sekda"]


def test_what_the_system_does_at_a_moment_comes_before_others_are_late_by_it():
    process = complaint(
        states=mapped(State("satu"), State("dua", pauses=frozenset({"lain", "tutup"})), State("tiga")),
        initial="satu",
        transitions=mapped(
            Transition("a", ("satu",), "dua", ("system",)), Transition("b", ("dua",), "tiga", ("verifikator",))
        ),
        clocks=mapped(
            Clock("lain", Period.days(1), starts=("satu",), until=("b",)),
            Clock("tutup", Period.days(1), starts=("satu",), until=("b",), then="a"),
        ),
    )
    desk = Desk(process)
    assert passed(desk, "11-03 17:00") == ["late:tutup"]
    before = desk.case
    assert passed(desk, "11-03 17:00") == []
    assert desk.case == before
    assert due(desk, "lain").is_paused


def test_lateness_taken_back_by_an_act_is_said_again_however_late_one_looks():
    values = {"kategori": "jalan", "klasifikasi": "informasi"}
    desk = Desk(values=values).take("verifikasi", BUDI, "11-03 10:00")
    desk.take("ubah_kelas", ANI, "11-11 11:00", klasifikasi="pengaduan")
    assert passed(desk, "12-30 10:00")[:2] == ["late:penyelesaian", "escalate:penyelesaian:kadis"]


def test_a_machine_whose_clock_is_behind_says_nothing_twice():
    desk = Desk()
    assert passed(desk, "11-05 16:01")[-2:] == ["late:verifikasi", "escalate:verifikasi:kadis"]
    before = desk.case
    assert passed(desk, "11-05 15:59") == []
    assert desk.case == before
    assert passed(desk, "11-05 16:02") == []


def test_a_condition_on_lateness_holds_while_a_clock_is_past_its_time_and_after_it_ended_so():
    def is_late(desk, when):
        return answer(parse("$is_late"), desk.case, {}, now=at(when), calendar=CALENDAR)

    desk = routed()
    assert is_late(desk, "11-03 10:00") is False
    assert is_late(desk, "12-31 10:00") is True
    in_time = routed().take("tanya", ANI, "11-04 10:00").take("jawab", SITI, "11-05 10:00")
    assert is_late(in_time, "11-05 11:00") is False
