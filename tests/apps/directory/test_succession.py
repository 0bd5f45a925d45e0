"""Nothing waits for nobody: vacancies fall upward and say so, abolished posts go on in their successors."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from mapalus.apps.directory import actions, holdings
from mapalus.apps.directory.actor import actors_of, official
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, PositionKind
from mapalus.apps.directory.roster import roster
from mapalus.apps.directory.succession import Capacity, holder_of
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.ports import Holding, same_person
from tests.apps.directory.conftest import NOW, at, day, hat

pytestmark = pytest.mark.usefixtures("province")


def _end(code: str, offset: int = -1) -> None:
    held = Appointment.objects.get(position=code, to_on=None)
    actions.end_appointment(held, last_on=day(offset), reason="Pensiun", by=PLATFORM, now=NOW)


def test_holder_says_in_which_capacity() -> None:
    known = {code: holder_of(code, NOW) for code in ("setda.sekda", "dinkes.kadis", "bps.kepala", "bpbd.kepala")}
    assert [(one.person, one.capacity) for one in known.values()] == [
        ("P06", Capacity.PLH),
        ("P28", Capacity.PLT),
        ("P61", Capacity.OUTSIDE),
        ("P06", Capacity.PLH),
    ]
    assert known["dinkes.kadis"].label == "Plt. Kepala Dinas Kesehatan"
    assert known["bpbd.kepala"].acts_as == "setda.sekda"  # in whose inbox it lies


def test_vacant_post_is_carried_on_by_the_superior_and_says_why() -> None:
    fallen = holder_of("pupr.kabid-bm", NOW)
    assert (fallen.capacity, fallen.person, fallen.acts_as) == (Capacity.SUPERIOR, "P37", "pupr.kadis")
    assert fallen.is_vacant
    assert fallen.because % fallen.data == (
        "carried on by Kepala Dinas Pekerjaan Umum dan Penataan Ruang because the position is vacant"
    )


def test_vacancies_fall_until_somebody_is_there() -> None:
    _end("pupr.kadis")
    _end("setda.asisten2")
    fallen = holder_of("pupr.kabid-bm", NOW)
    assert (fallen.acts_as, fallen.label) == ("setda.sekda", "Plh. Sekretaris Daerah")
    acting = hat("P06", "setda.sekda")
    assert {"pupr.kabid-bm", "pupr.kadis", "setda.asisten2"} <= acting.covers


def test_duties_below_a_post_held_ex_officio_reach_the_inbox_of_the_other() -> None:
    _end("bpbd.kalaksa")
    fallen = holder_of("bpbd.kalaksa", NOW)
    assert (fallen.person, fallen.acts_as) == ("P06", "setda.sekda")
    acting = official(fallen.person, fallen.acts_as, now=NOW)
    assert acting is not None
    assert "bpbd.kalaksa" in acting.covers


def test_where_nobody_is_left_it_says_so() -> None:
    _end("gov.gubernur")
    assert holder_of("gov.gubernur", NOW).capacity == Capacity.NOBODY
    assert holder_of("tidak.ada", NOW).capacity == Capacity.NOBODY


def test_everybody_who_answers_for_a_post_has_it_in_an_inbox() -> None:
    _end("dinkes.sekretaris")
    _end("bpbd.kalaksa")
    for code in roster(NOW).positions:
        answers = holder_of(code, NOW)
        if answers.person:
            covered = {one for actor in actors_of(answers.person, now=NOW) for one in actor.covers}
            assert code in covered, code


def test_abolished_post_goes_on_in_its_successor_with_its_rights() -> None:
    old = Position.objects.get(pk="dinkes.data")
    _end("dinkes.data", -2)
    new = Position.objects.get(pk="dinkes.kabid-p2p")
    actions.succeed_position(old, successor=new, last_on=day(-1), by=PLATFORM, now=NOW)
    answers = holder_of("dinkes.data", NOW)
    assert (answers.capacity, answers.acts_as) == (Capacity.SUCCESSOR, "dinkes.kabid-p2p")
    heir = hat("P30", "dinkes.kabid-p2p")
    assert "dinkes.data" in heir.covers
    assert ("operator", "dinkes") in heir.roles


def test_duties_of_an_abolished_post_whose_successor_is_vacant_fall_to_his_superior() -> None:
    _end("dinkes.data", -2)
    actions.succeed_position(
        Position.objects.get(pk="dinkes.data"),
        successor=Position.objects.get(pk="dinkes.kabid-p2p"), last_on=day(-1), by=PLATFORM, now=NOW,
    )  # fmt: skip
    _end("dinkes.kabid-p2p")
    assert holder_of("dinkes.data", NOW).acts_as == "dinkes.kadis"
    assert "dinkes.data" in hat("P28", "dinkes.kadis").covers


def test_posts_below_an_abolished_one_stand_under_its_successor() -> None:
    _end("dinkes.sekretaris", -2)
    actions.succeed_position(
        Position.objects.get(pk="dinkes.sekretaris"),
        successor=Position.objects.get(pk="dinkes.kabid-kesmas"), last_on=day(-1), by=PLATFORM, now=NOW,
    )  # fmt: skip
    _end("dinkes.data")
    assert holder_of("dinkes.data", NOW).acts_as == "dinkes.kabid-kesmas"


def test_superiors_in_a_circle_end() -> None:
    Position.objects.filter(pk="gov.gubernur").update(superior="pupr.kadis")
    for code in ("pupr.kadis", "setda.asisten2", "setda.sekda", "gov.gubernur"):
        Appointment.objects.filter(position=code).update(to_on=date(2020, 1, 1), from_on=date(2019, 1, 1))
    actions.set_roles(Position.objects.get(pk="pupr.kadis"), roles=["kepala"], by=PLATFORM, now=NOW)
    assert holder_of("pupr.kabid-bm", NOW).capacity == Capacity.NOBODY


def test_plt_ends_by_itself_and_the_duties_fall() -> None:
    assert holder_of("dinkes.kadis", at(20)).capacity == Capacity.PLT
    assert holder_of("dinkes.kadis", at(21)).acts_as == "setda.asisten1"


def test_transfer_moves_nothing_but_the_person() -> None:
    held = {one.key for one in holdings.held_by("diskominfo.kabid-ikp", NOW)}
    before = Appointment.objects.get(position="diskominfo.kabid-ikp", to_on=None)
    free = actions.create_position(
        before.position.unit, code="diskominfo.baru", title="Kepala Bidang Baru", by=PLATFORM, now=NOW
    )
    actions.transfer(before, to_position=free, last_on=day(-1), from_on=day(0), decree="CONTOH/9", by=PLATFORM, now=NOW)
    assert {one.key for one in holdings.held_by("diskominfo.kabid-ikp", NOW)} == held
    assert holder_of("diskominfo.kabid-ikp", NOW).acts_as == "diskominfo.kadis"


def test_same_person_looks_through_hats() -> None:
    acting, own = hat("P28", "dinkes.kadis"), hat("P28", "dinkes.sekretaris")
    assert same_person(acting, own)
    assert same_person(acting, "P28")
    assert not same_person(acting, hat("P32", "dinkes.data"))
    assert not same_person(PLATFORM, PLATFORM)
    assert not same_person(acting, "")


def test_what_waits_comes_first_and_what_is_due_first_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Some:
        def held_by(self, position: str, now: object) -> list[Holding]:
            return [
                Holding("dataset", "b", "B"),
                Holding("case", "c", "C", due_at=at(3), is_waiting=True),
                Holding("case", "a", "A", due_at=at(1), is_waiting=True),
            ]

    monkeypatch.setattr(holdings, "_sources", {"uji": Some()})
    assert [one.key for one in holdings.held_by("x", NOW)] == ["a", "c", "b"]
    assert dataclasses.asdict(holdings.held_by("x", NOW)[0])["kind"] == "case"


def test_new_post_of_a_person_is_a_second_inbox_not_a_second_voice() -> None:
    person = Person.objects.get(pk="P30")
    team = actions.create_position(
        Position.objects.get(pk="dinkes.kadis").unit, code="dinkes.tim", title="Ketua Tim Data",
        kind=PositionKind.TEAM, by=PLATFORM, now=NOW,
    )  # fmt: skip
    actions.appoint(team, person=person, kind=Kind.DEFINITIVE, from_on=day(0), decree="CONTOH/8", by=PLATFORM, now=NOW)
    assert [one.position for one in actors_of("P30", now=NOW)] == ["dinkes.kabid-p2p", "dinkes.tim"]
    assert same_person(hat("P30", "dinkes.tim"), hat("P30", "dinkes.kabid-p2p"))
