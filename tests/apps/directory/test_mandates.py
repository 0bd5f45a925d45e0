"""a.n., u.b., delegation, and an aide who only looks: given within limits, shown on each act, ended at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mapalus.apps.catalogue.models import Dataset, HandIn
from mapalus.apps.directory import actions, mandating
from mapalus.apps.directory.actor import Official, actors_of
from mapalus.apps.directory.models import Appointment, Form, LocalDay, Mandate, Person, Position, Unit
from mapalus.apps.directory.rights import barred_acts, never_mandated, rights
from mapalus.apps.directory.roster import roster
from mapalus.apps.ledger.action import ACTIONS
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.ports import same_person
from tests.apps.directory.conftest import NOW, at, day, hat

pytestmark = pytest.mark.usefixtures("province")


def given(form: Form = Form.AN, **other: Any) -> Mandate:
    """The Kadis of the Dinas Pekerjaan Umum lets his Sekretaris confirm in his name."""
    giver = Position.objects.get(pk=other.pop("giver", "pupr.kadis"))
    known: dict[str, Any] = {
        "taker": Position.objects.get(pk=other.pop("taker", "pupr.sekretaris")),
        "matter": "pengesahan setoran data",
        "ground": "Keputusan Kepala Dinas CONTOH/12",
        "from_on": day(0),
        "to_on": day(20),
        "by": PLATFORM,
        "now": NOW,
        **other,
    }
    if form == Form.DELEGATION:
        return actions.delegate(giver, **{"acts": ["catalogue.confirm"], **known})
    acts = {"acts": ["catalogue.confirm"]} if form.acts else {}
    return actions.give_mandate(giver, form=form, **{**acts, **known})


def under(mandate: Mandate, person: str, offset: int = 0) -> Official:
    found = [one for one in actors_of(person, now=at(offset)) if one.mandate and one.mandate.number == mandate.pk]
    assert len(found) == 1, f"{person} acts under {len(found)} such mandates"
    return found[0]


def refused(**known: Any) -> str:
    with pytest.raises(Invalid) as told:
        given(**known)
    return " ".join(told.value.fields.values())


def test_in_the_name_of_is_a_hat_of_its_own_and_signs_so() -> None:
    acting = under(given(), "P38")
    assert acting.label == "a.n. Kepala Dinas Pekerjaan Umum dan Penataan Ruang, Sekretaris Dinas PUPR"
    assert acting.position == "pupr.kadis"  # the giver goes on answering
    assert acting.hat != "pupr.kadis"
    assert next(one.position for one in actors_of("P38", now=NOW)) == "pupr.sekretaris"  # one's own post comes first


def test_only_the_acts_that_were_given() -> None:
    acting, own = under(given(), "P38"), hat("P37", "pupr.kadis")

    class Waiting:
        turn = "pupr.kadis"
        unit_code = "pupr"

    assert acting.may("catalogue.confirm", Waiting(), NOW)
    assert own.may("catalogue.return", Waiting(), NOW)
    assert not acting.may("catalogue.return", Waiting(), NOW)
    assert not hat("P38", "pupr.sekretaris").may("catalogue.confirm", Waiting(), NOW)


def test_for_him_signs_through_the_one_between() -> None:
    acting = under(given(Form.UB, taker="pupr.data"), "P40")
    assert acting.label.startswith("a.n. Kepala Dinas Pekerjaan Umum dan Penataan Ruang, Sekretaris Dinas PUPR, u.b. ")


def test_line_of_posts_decides_who_signs_in_which_form() -> None:
    assert "directly under" in refused(taker="pupr.data")
    assert "two steps" in refused(form=Form.UB, taker="pupr.sekretaris")
    known = roster(NOW)
    assert set(mandating.takers(known, "pupr.kadis", Form.AN)) == {"pupr.sekretaris", "pupr.kabid-bm", "pupr.kabid-ck"}
    assert mandating.takers(known, "pupr.kadis", Form.UB) == ("pupr.data",)
    assert "bps.kepala" not in mandating.takers(known, "pupr.kadis", Form.LOOK)


def test_delegate_answers_himself() -> None:
    acting = under(given(Form.DELEGATION), "P38")
    assert acting.position == "pupr.sekretaris"
    assert acting.label.endswith("(delegasi dari Kepala Dinas Pekerjaan Umum dan Penataan Ruang)")


def test_what_was_given_is_not_handed_on() -> None:
    acting = under(given(Form.DELEGATION), "P38")
    for act in ("directory.give-mandate", "directory.delegate"):
        assert not acting.may(act, Position.objects.get(pk="pupr.kadis"), NOW)
    # nor does the post itself own it now: from there it can give no more than before
    assert "directly under" not in (
        said := refused(giver="pupr.sekretaris", taker="pupr.data", acts=["catalogue.withdraw"])
    )
    assert "may not do one of these acts itself" in said


def test_what_a_plt_may_not_do_nobody_does_for_another() -> None:
    assert barred_acts() <= never_mandated()
    assert {"directory.appoint", "directory.set-roles", "directory.transfer"} <= barred_acts()
    for form in (Form.AN, Form.DELEGATION):
        said = refused(form=form, giver="gov.gubernur", taker="setda.sekda", acts=["directory.appoint"])
        assert "Plt" in said


def test_barred_act_stays_barred_even_if_a_row_says_otherwise() -> None:
    made = given(giver="gov.gubernur", taker="setda.sekda", acts=["directory.create-person"])
    Mandate.objects.filter(pk=made.pk).update(acts=["directory.appoint", "directory.create-person"])
    actions.set_roles(
        Position.objects.get(pk="pupr.kabid-ck"), roles=[], by=PLATFORM, now=NOW
    )  # the roster looks again
    acting = under(made, "P06")
    assert acting.may("directory.create-person", Person, NOW)
    assert not acting.may("directory.appoint", Position.objects.get(pk="dinkes.kadis"), NOW)


def test_plt_gives_no_delegation_but_lets_sign_in_his_name() -> None:
    plt = hat("P28", "dinkes.kadis")
    common: dict[str, Any] = {"giver": "dinkes.kadis", "taker": "dinkes.kabid-p2p", "by": plt}
    assert given(**common).giver_id == "dinkes.kadis"
    with pytest.raises(NotAllowed):
        given(Form.DELEGATION, **common)


def test_only_the_giver_gives_and_takes_back() -> None:
    with pytest.raises(NotAllowed):
        given(by=hat("P38", "pupr.sekretaris"))
    made = given(by=hat("P37", "pupr.kadis"))
    with pytest.raises(NotAllowed):
        actions.revoke_mandate(made, reason="ingin", by=hat("P38", "pupr.sekretaris"), now=NOW)
    acting = under(made, "P38")
    actions.revoke_mandate(made, reason="Kepala dinas sudah kembali", by=hat("P37", "pupr.kadis"), now=NOW)
    assert [one for one in actors_of("P38", now=NOW) if one.mandate] == []
    with pytest.raises(Conflict):
        actions.revoke_mandate(made, reason="lagi", by=hat("P37", "pupr.kadis"), now=NOW)
    assert not acting.may("catalogue.confirm", object(), at(1))  # an actor made before looks again on another day


def test_it_ends_by_itself_on_its_last_day() -> None:
    made = given(to_on=day(2))
    assert under(made, "P38", 2)
    assert not [one for one in actors_of("P38", now=at(3)) if one.mandate]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"ground": " "}, "legal basis"),
        ({"matter": ""}, "what it is for"),
        ({"acts": []}, "which acts"),
        ({"from_on": date(2026, 11, 2)}, "today or later"),
        ({"to_on": date(2027, 11, 20)}, "twelve months"),
        ({"to_on": date(2026, 1, 1)}, "before the first"),
        ({"taker": "pupr.kadis"}, "himself"),
        ({"acts": ["catalogue.hapus-semua"]}, "may not do one of these acts itself"),
        ({"form": Form.LOOK, "acts": ["catalogue.confirm"]}, "no acts"),
    ],
)
def test_what_does_not_fit_is_said(known: dict[str, Any], said: str) -> None:
    assert said in refused(**known)


def test_twice_the_same_is_refused() -> None:
    given()
    assert "already such a mandate" in refused()


def test_while_the_giver_is_vacant_a_mandate_rests_and_a_delegation_goes_on() -> None:
    given()
    given(Form.DELEGATION)
    held = Appointment.objects.get(position="pupr.kadis", to_on=None)
    actions.end_appointment(held, last_on=day(-1), reason="Pensiun", by=PLATFORM, now=NOW)
    assert [one.mandate.form for one in actors_of("P38", now=NOW) if one.mandate] == [Form.DELEGATION]


def test_each_act_carries_the_mandate_into_the_ledger() -> None:
    made = given(giver="gov.gubernur", taker="setda.sekda", acts=["directory.create-person"])
    acting = under(made, "P06")
    actions.create_person(Person, code="P901", name="Orang Contoh", by=acting, now=NOW)
    entry = Entry.objects.get(act="directory.create-person", subject="directory.person:P901")
    assert entry.actor_label.startswith("a.n. Gubernur")
    assert entry.person == "P06"
    assert entry.data["mandate"] == f"directory.mandate:{made.pk}"
    assert entry.data["ground"] == made.ground


def test_nobody_decides_over_himself_through_another() -> None:
    acting = under(given(), "P38")
    assert same_person(acting, "P38")
    assert same_person(acting, "P37")  # the head's own hand-in is not confirmed in his name
    assert not same_person(acting, "P40")


def test_aide_sees_what_the_other_sees_and_does_nothing() -> None:
    aide = under(given(Form.LOOK, giver="setda.sekda", taker="setda.adpem-data"), "P10")
    sekda = hat("P06", "setda.sekda")
    assert aide.is_looking
    assert aide.covers == sekda.covers
    assert set(HandIn.objects.visible_to(aide)) == set(HandIn.objects.visible_to(sekda))
    assert (aide.roles, aide.unit, aide.position) == (sekda.roles, sekda.unit, sekda.position)
    for act in ACTIONS:
        for subject in (Position.objects.get(pk="setda.sekda"), Unit, Dataset, LocalDay, object()):
            assert not aide.may(act, subject, NOW), act
    assert aide.may("ledger.read", Entry, NOW) == sekda.may("ledger.read", Entry, NOW)


def test_aide_of_a_position_without_a_right_to_read_reads_no_more() -> None:
    aide = under(given(Form.LOOK, taker="setda.adpem-data"), "P10")
    assert not aide.may("ledger.read", Entry, NOW)
    assert not aide.may("catalogue.see-all", None, NOW)


def test_every_givable_act_exists() -> None:
    known = roster(NOW)
    for code in known.positions:
        assert set(mandating.givable(known, code)) <= set(rights())
