"""Who may do what, what an act asks, and what it does to a case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mapalus.engine.errors import Problem
from mapalus.engine.expression import parse
from mapalus.engine.flow import (
    BEGIN,
    SYSTEM,
    Notify,
    OpenCase,
    Period,
    Publish,
    Role,
    Routed,
    Seat,
    State,
    Transition,
    Within,
    appeal_of,
    begin,
    possible,
    problems,
    seat,
    take,
    turn_of,
)
from tests.engine.flow.cast import ANI, BUDI, CALENDAR, DEDI, SITI, Person, at, complaint, mapped, person


class Desk:
    """A case of a process, to try things on."""

    def __init__(self, process=None, *, who=SITI, values=None, when="11-02 09:00"):
        self.process = process or complaint()
        given = {"kategori": "jalan"} if values is None else values
        self.outcome = begin(self.process, values=given, who=who, now=at(when), calendar=CALENDAR, number="ADU-1")
        self.case = self.outcome.situation

    def take(self, act, who, when, reason="", **values):
        arguments = {"values": values, "reason": reason, "who": who, "now": at(when), "calendar": CALENDAR}
        self.outcome = take(self.process, self.case, act, **arguments)
        self.case = self.outcome.situation
        return self

    def refused(self, act, who, when, reason="", **values):
        with pytest.raises(Problem) as refused:
            take(self.process, self.case, act, values=values, reason=reason, who=who, now=at(when), calendar=CALENDAR)
        assert refused.value.say(language="id")
        return refused.value

    def open_to(self, who, when):
        found = possible(self.process, self.case, who=who, now=at(when), calendar=CALENDAR)
        return {act.transition: act.blocked for act in found}


def routed(**values):
    return Desk().take("verifikasi", BUDI, "11-03 10:00", klasifikasi="pengaduan", **values)


def closed():
    return routed().take("selesaikan", ANI, "11-05 10:00")


# --- the beginning


def test_a_case_begins_with_an_act_a_unit_and_what_the_pack_sets_off():
    desk = Desk()
    assert (desk.case.state, desk.case.routed_unit, desk.case.number) == ("diajukan", "pu", "ADU-1")
    assert desk.outcome.effects == (Notify("applicant", "diterima"),)
    assert [(taken.act, taken.origin, taken.to, taken.person) for taken in desk.case.acts] == [
        (BEGIN, "", "diajukan", "siti")
    ]


def test_whoever_has_no_role_of_the_opening_does_not_begin():
    process = complaint()
    process = replace(process, opening=replace(process.opening, by=("verifikator",)))
    with pytest.raises(Problem) as refused:
        Desk(process)
    assert refused.value.code == "not-allowed"


def test_a_case_without_a_unit_falls_to_the_fallback_of_the_routing():
    desk = Desk(values={"kategori": "lainnya"})
    assert seat(desk.process, "penangan", desk.case) == Seat("penangan", position="diskominfo.kadis")
    assert seat(routed().process, "penangan", routed().case) == Seat("penangan", unit="pu", unit_role="kepala")


def test_a_role_may_be_named_by_a_field_or_be_in_the_unit_of_the_applicant():
    process = complaint(
        roles=mapped(
            Role("tertulis", position_field="tujuan"),
            Role("atasan", unit="applicant", role="kepala"),
            Role("bidang", unit_field="unit_tujuan", role="kabid"),
        )
    )
    official = person("rudi", position="bappeda.staf")
    desk = Desk(process, who=official, values={"tujuan": "pos:setda.sekda", "unit_tujuan": "dinkes"})
    assert seat(process, "tertulis", desk.case).position == "setda.sekda"
    assert seat(process, "atasan", desk.case) == Seat("atasan", unit="bappeda", unit_role="kepala")
    assert seat(process, "bidang", desk.case) == Seat("bidang", unit="dinkes", unit_role="kabid")
    assert seat(process, "owner", desk.case).position == "diskominfo.kadis"


# --- who


def test_only_the_roles_of_an_act_may_take_it():
    desk = Desk()
    assert desk.refused("verifikasi", ANI, "11-03 10:00", klasifikasi="pengaduan").code == "not-allowed"
    assert desk.refused("verifikasi", SYSTEM, "11-03 10:00", klasifikasi="pengaduan").code == "not-allowed"
    assert desk.open_to(ANI, "11-03 10:00") == {}


def test_the_unit_to_which_a_case_is_routed_acts_and_no_other():
    desk = routed()
    assert desk.refused("tunda", DEDI, "11-04 10:00").code == "not-allowed"
    desk.take("tunda", ANI, "11-04 10:00")


def test_an_act_from_another_state_is_refused_with_the_state_in_words():
    problem = Desk().refused("selesaikan", ANI, "11-03 10:00")
    assert problem.code == "wrong-state"
    assert "Menunggu verifikasi" in problem.say(language="en")


def test_an_act_that_does_not_exist_is_refused():
    assert Desk().refused("musnahkan", BUDI, "11-03 10:00").code == "unknown-act"


def test_nobody_decides_over_himself_across_hats():
    two_hats = person("budi", "penangan", position="pu.kepala", unit="pu")
    desk = routed()
    assert desk.refused("selesaikan", two_hats, "11-04 10:00").code == "not-same-actor"
    assert desk.open_to(two_hats, "11-04 10:00")["selesaikan"] == "not-same-actor"


def test_whoever_began_the_case_does_not_verify_it():
    desk = Desk(who=person("budi", "applicant"))
    assert desk.refused("verifikasi", BUDI, "11-03 10:00", klasifikasi="pengaduan").code == "not-same-actor"


def test_who_acts_in_the_name_of_another_counts_as_both():
    aide = Person("eka", frozenset({"verifikator"}), "diskominfo.kabid-ikp", stands_for="ani")
    desk = Desk().take("verifikasi", aide, "11-03 10:00", klasifikasi="pengaduan")
    assert desk.refused("selesaikan", ANI, "11-04 10:00").code == "not-same-actor"
    other = person("eka", "penangan", unit="pu")
    assert desk.refused("selesaikan", other, "11-04 10:00").code == "not-same-actor"


def test_an_earlier_time_counts_even_when_somebody_else_was_the_last():
    desk = routed().take("kembalikan", ANI, "11-04 10:00", reason="bukan kewenangan")
    other = person("cici", "verifikator")
    desk.take("verifikasi", other, "11-05 10:00", klasifikasi="pengaduan")
    desk.case = replace(desk.case, routed_unit="pu")
    assert desk.refused("selesaikan", person("budi", "penangan", unit="pu"), "11-06 10:00").code == "not-same-actor"


def test_people_nobody_knows_are_nobodys_same():
    anonymous = person("", "applicant", "verifikator")
    Desk(who=anonymous).take("verifikasi", anonymous, "11-03 10:00", klasifikasi="pengaduan")


# --- what it asks


def test_what_an_act_needs_must_be_filled_after_it():
    problem = Desk().refused("verifikasi", BUDI, "11-03 10:00")
    assert (problem.code, list(problem.fields)) == ("needs", ["klasifikasi"])
    assert Desk().refused("verifikasi", BUDI, "11-03 10:00", klasifikasi="").code == "needs"


def test_what_stands_already_need_not_be_given_again():
    Desk(values={"kategori": "jalan", "klasifikasi": "pengaduan"}).take("verifikasi", BUDI, "11-03 10:00")


def test_what_an_act_sets_itself_need_not_be_given():
    process = complaint(
        transitions=mapped(
            Transition(
                "catat", ("diajukan",), "", ("verifikator",), needs=("hari",), sets=(("hari", parse("today()")),)
            )
        )
    )
    assert Desk(process).take("catat", BUDI, "11-03 10:00").case.values["hari"] == "2026-11-03"


def test_values_that_are_not_asked_for_are_refused_and_name_themselves():
    problem = Desk().refused("verifikasi", BUDI, "11-03 10:00", klasifikasi="pengaduan", nilai=5)
    assert (problem.code, list(problem.fields)) == ("not-asked", ["nilai"])


def test_a_value_that_is_asked_may_be_taken_away():
    desk = routed(unit_tujuan="pu").take("kembalikan", ANI, "11-04 10:00", reason="salah")
    desk.take("verifikasi", BUDI, "11-05 10:00", unit_tujuan=None)
    assert "unit_tujuan" not in desk.case.values


def test_a_condition_looks_at_the_values_of_the_act_and_an_unknown_one_is_not_met():
    assert Desk().refused("verifikasi", BUDI, "11-03 10:00", klasifikasi="wbs").code == "condition"
    assert Desk().open_to(BUDI, "11-03 10:00")["verifikasi"] is None  # it cannot be judged before


def test_a_reason_is_asked_in_words():
    assert routed().refused("kembalikan", ANI, "11-04 10:00", reason="  ").code == "reason-needed"
    desk = routed().take("kembalikan", ANI, "11-04 10:00", reason=" bukan kewenangan ")
    assert desk.case.acts[-1].reason == "bukan kewenangan"


# --- what it does


def test_an_act_sets_values_and_gives_its_effects_in_order():
    desk = routed()
    assert desk.case.values["tanggal_verifikasi"] == "2026-11-03"
    assert desk.outcome.effects == (Notify("applicant", "diteruskan"),)
    desk.take("selesaikan", ANI, "11-05 10:00")
    assert desk.outcome.effects == (Publish(), OpenCase("survei", {"nomor": "ADU-1"}))
    assert (desk.case.closed_at, turn_of(desk.process, desk.case)) == (at("11-05 10:00"), None)


def test_a_wrong_address_comes_back_is_counted_and_is_routed_again():
    desk = routed().take("kembalikan", ANI, "11-04 10:00", reason="jalan nasional")
    assert desk.outcome.effects == (Routed("", "pu", is_bounce=True),)
    assert (desk.case.bounces, desk.case.returned_by, desk.case.routed_unit) == (1, ("pu",), "")
    desk.take("alihkan", BUDI, "11-04 11:00", unit_tujuan="dinkes")
    assert desk.outcome.effects == (Routed("dinkes", ""),)
    desk.take("kembalikan", DEDI, "11-04 12:00", reason="bukan")
    desk.take("alihkan", BUDI, "11-04 13:00", unit_tujuan="dinkes").take(
        "kembalikan", DEDI, "11-04 14:00", reason="lagi"
    )
    desk.take("alihkan", BUDI, "11-04 15:00", unit_tujuan="pu")
    assert desk.refused("kembalikan", ANI, "11-04 15:30", reason="keempat").code == "condition"
    assert desk.open_to(ANI, "11-04 15:30")["kembalikan"] == "condition"


def test_the_history_only_grows_and_time_does_not_go_back_in_it():
    desk = routed().take("tunda", ANI, "11-03 09:00")  # a clock of another machine is behind
    assert [taken.act for taken in desk.case.acts] == [BEGIN, "verifikasi", "tunda"]
    assert desk.case.acts[-1].at == at("11-03 10:00")


# --- the end, and after it


def test_nothing_leads_out_of_a_final_state_but_what_reopens_it_in_time():
    desk = closed()
    assert desk.open_to(SITI, "11-06 10:00") == {"nilai": None, "buka_lagi": None}
    assert desk.refused("buka_lagi", SITI, "11-20 10:00", reason="masih rusak").code == "late"
    desk.take("buka_lagi", SITI, "11-19 10:00", reason="masih rusak")
    assert (desk.case.state, desk.case.closed_at) == ("diteruskan", None)


def test_a_transition_out_of_a_final_state_that_does_not_reopen_never_works():
    process = complaint()
    sneaky = replace(process.transitions["buka_lagi"], reopens=False, within=None)
    process = replace(process, transitions={**process.transitions, "buka_lagi": sneaky})
    desk = Desk(process).take("verifikasi", BUDI, "11-03 10:00", klasifikasi="pengaduan")
    desk.take("selesaikan", ANI, "11-05 10:00")
    assert desk.refused("buka_lagi", SITI, "11-06 10:00", reason="masih").code == "wrong-state"
    assert "buka_lagi" not in desk.open_to(SITI, "11-06 10:00")


def test_something_may_still_be_said_about_a_closed_case_without_moving_it():
    desk = closed().take("nilai", SITI, "11-06 10:00", nilai=4)
    assert (desk.case.state, desk.case.values["nilai"], desk.case.closed_at) == ("selesai", 4, at("11-05 10:00"))
    assert desk.refused("nilai", SITI, "11-13 10:00", nilai=1).code == "late"


def test_a_window_that_has_not_begun_is_not_open():
    process = complaint(states=mapped(State("diajukan", turn="verifikator")), clocks={})
    early = Transition("nilai", ("diajukan",), "", ("applicant",), within=Within(Period.days(5), "selesaikan"))
    desk = Desk(replace(process, transitions=mapped(early)))
    assert desk.refused("nilai", SITI, "11-03 10:00").code == "condition"


def test_an_appeal_opens_another_pack_for_the_applicant_once_and_in_time():
    desk = closed()
    found = appeal_of(desk.process, desk.case, now=at("11-06 10:00"), calendar=CALENDAR)
    assert found is not None
    assert (found.opens, found.until, found.problem) == ("keberatan", at("12-17 16:00"), None)
    assert desk.refused("appeal", BUDI, "11-06 10:00").code == "not-allowed"
    assert desk.refused("appeal", SITI, "12-18 08:00").code == "late"
    desk.take("appeal", SITI, "11-06 10:00", reason="tidak dijawab")
    assert desk.outcome.effects == (OpenCase("keberatan", {}, "appeal"),)
    assert desk.case.state == "selesai"
    assert desk.refused("appeal", SITI, "11-07 10:00").code == "wrong-state"
    assert Desk().refused("appeal", SITI, "11-03 10:00").code == "wrong-state"


def test_a_refusal_is_said_in_the_language_of_the_reader_with_the_names_of_the_pack():
    process = complaint()
    states = {**process.states, "diajukan": replace(process.states["diajukan"], label_en="Waiting to be verified")}
    problem = Desk(replace(process, states=states)).refused("selesaikan", ANI, "11-03 10:00")
    assert "Waiting to be verified" in problem.say(language="en")
    assert "Menunggu verifikasi" in problem.say(language="id")
    missing = Desk().refused("verifikasi", BUDI, "11-03 10:00")
    assert missing.fields["klasifikasi"] == "This must be filled in here."  # an id, which the door translates


@pytest.mark.parametrize("page", ["explanation/life-of-a-case.md", "reference/problems.md", "reference/pack.md"])
def test_every_code_of_a_refusal_is_explained(page):
    text = (Path(__file__).parents[3] / "docs" / page).read_text(encoding="utf-8")
    codes = {getattr(problems, name).code for name in problems.__all__ if name[0].isupper() and name != "Problem"}
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []
