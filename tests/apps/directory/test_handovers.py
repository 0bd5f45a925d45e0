"""Who leaves hands over on a sheet: everything listed, signed, acknowledged by the next; nothing moves meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from mapalus.apps.directory import actions, holdings
from mapalus.apps.directory.models import Appointment, Handover, HandoverState, Kind, Person, Position
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict, NotAllowed
from mapalus.engine.ports import Holding
from tests.apps.directory.conftest import NOW, at, day, hat

pytestmark = pytest.mark.usefixtures("province", "held")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[Holding]:
    """What the Sekretaris of the Dinas Pekerjaan Umum holds; a test may change it."""
    things = [Holding("dataset", "jalan", "Kondisi jalan"), Holding("case", "L-7", "Aduan L-7", is_waiting=True)]

    class Some:
        def held_by(self, position: str, now: object) -> list[Holding]:
            return list(things) if position == "pupr.sekretaris" else []

    monkeypatch.setattr(holdings, "_sources", {"uji": Some()})
    return things


def left(offset: int = -1) -> Handover:
    """The Sekretaris (P38) leaves; nobody follows yet."""
    held = Appointment.objects.get(position="pupr.sekretaris", to_on=None)
    actions.end_appointment(held, last_on=day(offset), reason="Mutasi", by=PLATFORM, now=NOW)
    return Handover.objects.get(leaving=held)


def follow(person: str = "P900") -> None:
    found = Person.objects.filter(pk=person).first()
    next_one = found or actions.create_person(
        Person, code=person, name="Orang Contoh", is_sample=True, by=PLATFORM, now=NOW
    )
    actions.appoint(
        Position.objects.get(pk="pupr.sekretaris"), person=next_one, kind=Kind.DEFINITIVE, from_on=day(0),
        decree="CONTOH/7", by=PLATFORM, now=NOW,
    )  # fmt: skip


def keys(sheet: Handover) -> list[str]:
    return list(sheet.items.values_list("key", flat=True))


def test_leaving_draws_up_the_sheet_and_moves_nothing() -> None:
    sheet = left()
    assert keys(sheet) == ["L-7", "jalan"]
    assert [one.key for one in holdings.held_by("pupr.sekretaris", NOW)] == ["L-7", "jalan"]
    entry = Entry.objects.filter(act="directory.end-appointment").latest("id")
    assert entry.data["handover"] == sheet.pk


def test_who_stays_signs_what_is_there_that_day(held: list[Holding]) -> None:
    sheet = left(5)  # he still sits there for a week
    held.append(Holding("case", "L-8", "Aduan L-8", is_waiting=True))
    signed = actions.sign_handover(sheet, word="Lemari kedua.", by=hat("P38", "pupr.sekretaris"), now=NOW)
    assert signed.state == HandoverState.SIGNED
    assert keys(signed) == ["L-7", "L-8", "jalan"]


def test_superior_signs_only_when_the_leaver_is_gone() -> None:
    sheet = left(5)
    with pytest.raises(NotAllowed):
        actions.sign_handover(sheet, by=hat("P37", "pupr.kadis"), now=NOW)
    gone = actions.sign_handover(sheet, by=hat("P37", "pupr.kadis", 6), now=at(6))
    assert gone.signed_person == "P37"
    assert Entry.objects.filter(act="directory.sign-handover").latest("id").data["by_superior"] is True


def test_leaver_signs_from_his_new_post(held: list[Holding]) -> None:
    free = actions.create_position(
        Position.objects.get(pk="dinsos.kadis").unit,
        code="dinsos.baru",
        title="Kepala Bidang Baru",
        by=PLATFORM,
        now=NOW,
    )
    leaving = Appointment.objects.get(position="pupr.sekretaris", to_on=None)
    actions.transfer(
        leaving, to_position=free, last_on=day(-1), from_on=day(0), decree="CONTOH/9", by=PLATFORM, now=NOW
    )
    held.append(Holding("case", "L-9", "Aduan rahasia"))
    signed = actions.sign_handover(Handover.objects.get(leaving=leaving), by=hat("P38", "dinsos.baru"), now=NOW)
    assert "L-9" not in keys(signed)  # what came after him he does not see


def test_next_holder_acknowledges_with_remarks_and_nobody_else() -> None:
    sheet = left()
    follow()
    with pytest.raises(Conflict):
        actions.acknowledge_handover(sheet, by=hat("P900", "pupr.sekretaris"), now=NOW)
    with pytest.raises(NotAllowed):  # who takes over does not sign for who left
        actions.sign_handover(sheet, by=hat("P900", "pupr.sekretaris"), now=NOW)
    sheet = actions.sign_handover(sheet, by=hat("P37", "pupr.kadis"), now=NOW)
    for other in (hat("P37", "pupr.kadis"), hat("P40", "pupr.data"), hat("P32", "dinkes.data")):
        with pytest.raises(NotAllowed):
            actions.acknowledge_handover(sheet, by=other, now=NOW)
    item = sheet.items.get(key="L-7")
    done = actions.acknowledge_handover(
        sheet,
        remark="Diterima.",
        remarks={item.pk: "berkas fisik belum ada"},
        by=hat("P900", "pupr.sekretaris"),
        now=NOW,
    )
    item.refresh_from_db()
    assert (done.state, item.remark) == (HandoverState.ACKNOWLEDGED, "berkas fisik belum ada")
    with pytest.raises(Conflict):
        actions.acknowledge_handover(done, by=hat("P900", "pupr.sekretaris"), now=NOW)


def test_while_vacant_the_superior_carries_on_but_takes_nothing_over() -> None:
    sheet = actions.sign_handover(left(), by=hat("P37", "pupr.kadis"), now=NOW)
    assert "pupr.sekretaris" in hat("P37", "pupr.kadis").covers
    with pytest.raises(NotAllowed):
        actions.acknowledge_handover(sheet, by=hat("P37", "pupr.kadis"), now=NOW)


def test_same_person_who_carries_on_hands_nothing_over() -> None:
    sheet = left()
    follow("P38")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.ACKNOWLEDGED


def test_sheet_stays_open_until_it_is_acknowledged() -> None:
    sheet = left()
    follow()
    assert sheet in Handover.objects.visible_to(hat("P37", "pupr.kadis")).unfinished()
    assert sheet in Handover.objects.visible_to(hat("P900", "pupr.sekretaris")).unfinished()
    assert sheet not in Handover.objects.visible_to(hat("P40", "pupr.data"))
    assert sheet not in Handover.objects.visible_to(hat("P32", "dinkes.data"))
    assert not Handover.objects.visible_to(None).exists()


def test_acting_term_that_ended_by_itself_gets_its_sheet_too() -> None:
    plt = Appointment.objects.get(position="dinkes.kadis", kind=Kind.PLT)
    with pytest.raises(Conflict):
        actions.open_handover(plt, by=hat("P04", "setda.asisten1"), now=NOW)
    sheet = actions.open_handover(plt, by=hat("P04", "setda.asisten1", 21), now=at(21))
    assert sheet.leaver_id == "P28"


def test_absence_hands_nothing_over() -> None:
    plh = Appointment.objects.get(position="setda.sekda", kind=Kind.PLH)
    actions.end_appointment(plh, last_on=day(0), reason="Kembali lebih awal", by=PLATFORM, now=NOW)
    assert not Handover.objects.filter(leaving=plh).exists()


def test_holder_and_his_follower_change_in_one_act() -> None:
    held = Appointment.objects.get(position="pupr.sekretaris", to_on=None)
    next_one = actions.create_person(Person, code="P900", name="Orang Contoh", by=PLATFORM, now=NOW)
    known: dict[str, Any] = {"successor": next_one, "decree": "CONTOH/3", "by": PLATFORM, "now": NOW}
    made = actions.replace_holder(held, last_on=day(-1), from_on=day(0), **known)
    assert (made.person_id, made.position_id) == ("P900", "pupr.sekretaris")
    assert Handover.objects.get(leaving=held).leaver_id == "P38"
    assert hat("P900", "pupr.sekretaris")
