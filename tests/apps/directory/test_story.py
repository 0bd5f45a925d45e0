"""The five personnel cases of the sample province come out right without anybody's help."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mapalus.apps.directory.actor import actors_of
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, Unit
from mapalus.apps.directory.roster import roster
from mapalus.apps.ledger.models import Entry
from tests.apps.directory.conftest import NOW, at, day, hat

pytestmark = [pytest.mark.usefixtures("province"), pytest.mark.slow]


@dataclass(frozen=True)
class Subject:
    unit_code: str = ""
    producer_code: str = ""
    turn: str = ""
    position: str = ""


def titles(person: str, offset: int = 0) -> list[str]:
    return [actor.label for actor in actors_of(person, now=at(offset))]


def test_whole_organisation_is_read() -> None:
    assert (Unit.objects.count(), Position.objects.count(), Person.objects.count()) == (17, 73, 72)
    assert Appointment.objects.filter(extends__isnull=True).count() == 76


def test_plt_has_two_hats_and_her_term_is_announced() -> None:
    assert titles("P28") == ["Sekretaris Dinas Kesehatan", "Plt. Kepala Dinas Kesehatan"]
    line = next(line for line in roster(NOW).lines() if line.position.code == "dinkes.kadis")
    assert line.held is not None
    assert line.held.kind == Kind.PLT
    assert line.is_ending
    assert roster(at(21)).holder("dinkes.kadis") is None


def test_post_was_vacant_between_retirement_and_plt() -> None:
    assert roster(at(-43)).holder("dinkes.kadis") is not None
    assert titles("P27", -42) == []
    assert roster(at(-42)).holder("dinkes.kadis").person == "P28"  # type: ignore[union-attr]


def test_plt_confirms_what_her_operator_handed_in() -> None:
    waiting = Subject(unit_code="dinkes", turn="dinkes.kadis")
    assert hat("P28", "dinkes.kadis").may("catalogue.confirm", waiting, NOW)
    assert not hat("P28", "dinkes.sekretaris").may("catalogue.confirm", waiting, NOW)
    assert not hat("P04", "setda.asisten1").may("catalogue.confirm", waiting, NOW)


def test_plh_signs_for_the_secretary_until_he_is_back() -> None:
    assert titles("P06") == ["Asisten Administrasi Umum", "Plh. Sekretaris Daerah"]
    assert titles("P03") == []
    assert titles("P03", 3) == ["Sekretaris Daerah"]
    assert titles("P06", 3) == ["Asisten Administrasi Umum"]
    assert titles("P06", -3) == ["Asisten Administrasi Umum"]


def test_ex_officio_post_follows_the_plh() -> None:
    held = roster(NOW).holder("bpbd.kepala")
    assert held is not None
    assert (held.person, held.title) == ("P06", "Kepala BPBD (ex officio Plh. Sekretaris Daerah)")
    assert roster(at(3)).holder("bpbd.kepala").title == "Kepala BPBD (ex officio Sekretaris Daerah)"  # type: ignore[union-attr]
    assert hat("P06", "setda.sekda").may("catalogue.confirm", Subject(turn="bpbd.kepala"), NOW)


def test_vacancy_shows_and_its_duties_fall_to_the_superior() -> None:
    known = roster(NOW)
    assert [p.code for p in known.vacancies()] == ["pupr.kabid-bm"]
    assert known.responsible("pupr.kabid-bm").title == "Kepala Dinas Pekerjaan Umum dan Penataan Ruang"  # type: ignore[union-attr]
    kadis = hat("P37", "pupr.kadis")
    assert "pupr.kabid-bm" in kadis.covers
    assert kadis.may("catalogue.return", Subject(turn="pupr.kabid-bm"), NOW)
    assert roster(at(-11)).holder("pupr.kabid-bm").person == "P72"  # type: ignore[union-attr]


def test_transferred_officer_leaves_everything_behind() -> None:
    assert titles("P20", -5) == ["Kepala Bidang Informasi dan Komunikasi Publik"]
    assert titles("P20", -4) == ["Sekretaris Dinas Pariwisata"]
    assert titles("P71") == ["Kepala Bidang Informasi dan Komunikasi Publik"]
    assert not hat("P20", "dispar.sekretaris").may("catalogue.return", Subject(turn="diskominfo.kabid-ikp"), NOW)
    assert hat("P71", "diskominfo.kabid-ikp").may("catalogue.return", Subject(turn="diskominfo.kabid-ikp"), NOW)


def test_operator_hands_in_for_his_own_unit_only() -> None:
    operator = hat("P32", "dinkes.data")
    assert operator.may("catalogue.hand-in", Subject(unit_code="dinkes"), NOW)
    assert not operator.may("catalogue.hand-in", Subject(unit_code="disdik"), NOW)
    assert not operator.may("catalogue.publish", Subject(unit_code="dinkes"), NOW)


def test_walidata_hands_in_for_others_and_publishes() -> None:
    daily, checker = hat("P23", "diskominfo.kabid-statistik"), hat("P24", "diskominfo.op-walidata")
    for actor in (daily, checker):
        assert actor.may("catalogue.hand-in", Subject(unit_code="dinkes"), NOW)
        assert actor.may("catalogue.see-all", None, NOW)
    assert daily.may("catalogue.publish", Subject(unit_code="dinkes"), NOW)


@pytest.mark.parametrize(("person", "position"), [("P63", "manado.kadis-kominfo"), ("P61", "bps.kepala")])
def test_other_governments_have_no_right_in_the_province(person: str, position: str) -> None:
    actor = hat(person, position)
    for act in ("catalogue.publish", "catalogue.see-all", "catalogue.withdraw", "ledger.read"):
        assert not actor.may(act, Subject(unit_code="dinkes"), NOW)


def test_one_position_carries_the_role_of_walidata() -> None:
    known = roster(NOW)
    assert known.with_role("walidata") == ("diskominfo.kadis",)
    assert known.with_role("walidata-pelaksana") == ("diskominfo.kabid-statistik",)
    assert known.with_role("pemeriksa-data") == ("diskominfo.op-walidata",)
    assert known.with_role("sekda") == ("setda.sekda",)
    assert known.head("dinkes") == "dinkes.kadis"


def test_nobody_may_what_no_rule_names() -> None:
    governor = hat("P01", "gov.gubernur")
    assert not governor.may("catalogue.burn", None, NOW)
    assert not governor.may("catalogue.publish", Subject(), NOW)


def test_hat_of_yesterday_is_worth_nothing_today() -> None:
    plh = hat("P06", "setda.sekda")
    assert plh.may("catalogue.confirm", Subject(turn="setda.sekda"), NOW)
    assert not plh.may("catalogue.confirm", Subject(turn="setda.sekda"), at(3))


def test_no_name_reaches_the_ledger() -> None:
    written = " ".join(f"{e.subject} {e.subject_label} {e.actor_label} {e.data}" for e in Entry.objects.all())
    for person in Person.objects.all():
        assert person.name not in written
        assert person.nip not in written
        assert str(person.user and person.user.email) not in written


def test_appointments_are_written_at_the_day_they_happened() -> None:
    entry = Entry.objects.get(act="directory.appoint", data__position="setda.sekda", data__kind="plh")
    assert entry.at.astimezone(at(0).tzinfo).date() == day(-2)
