"""The regional calendar: what the province declares, who may, and what becomes of a deadline."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mapalus.apps.directory import actions
from mapalus.apps.directory.calendar import CALENDAR_ACTS, calendar_named, province_calendar
from mapalus.apps.directory.models import LocalDay, Unit
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.deadlines import Term, due
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound
from mapalus.engine.ports import Actor
from tests.apps.directory.conftest import NOW, hat

WEDNESDAY, LEAVE, CHRISTMAS, SATURDAY = (date(2026, *day) for day in ((11, 25), (12, 24), (12, 25), (11, 28)))
pytestmark = pytest.mark.django_db


def declare(day: date = WEDNESDAY, *, by: Actor = PLATFORM, **facts: Any) -> LocalDay:
    given = {"name": "Hari jadi contoh", "decree": "Keputusan Gubernur CONTOH/1", **facts}
    return actions.add_day(LocalDay, day=day, by=by, now=NOW, **given)


def test_a_declared_day_moves_a_deadline_and_taking_it_back_moves_it_back() -> None:
    def day() -> date | None:
        return due(Term.days(3), received_at=NOW, calendar=province_calendar()).day

    assert day() == date(2026, 11, 25)
    declared = declare()
    assert day() == date(2026, 11, 26)
    actions.remove_day(declared, reason="Salah tanggal", by=PLATFORM, now=NOW)
    assert day() == date(2026, 11, 25)


def test_a_holiday_can_be_worked_on() -> None:
    declare(LEAVE, is_worked=True, name="Posko Natal")
    assert province_calendar().is_working(LEAVE)
    assert province_calendar().opened_as(LEAVE) == "Posko Natal"


def test_each_change_is_written_down_with_its_ground() -> None:
    declared = declare()
    actions.remove_day(declared, reason="Salah tanggal", by=PLATFORM, now=NOW)
    added, removed = Entry.objects.filter(act__in=CALENDAR_ACTS).order_by("id")
    assert added.data == {
        "day": "2026-11-25",
        "name": "Hari jadi contoh",
        "decree": "Keputusan Gubernur CONTOH/1",
        "is_worked": False,
        "calendar": "provinsi",
    }
    assert removed.data == {**added.data, "reason": "Salah tanggal"}
    assert removed.subject == added.subject


@pytest.mark.parametrize(
    ("day", "facts", "field"),
    [
        (SATURDAY, {}, "day"),
        (SATURDAY, {"is_worked": True}, "day"),
        (CHRISTMAS, {}, "day"),
        (WEDNESDAY, {"is_worked": True}, "day"),
        (date(1999, 12, 31), {}, "day"),
        (WEDNESDAY, {"name": " "}, "name"),
        (WEDNESDAY, {"name": "x" * 161}, "name"),
        (WEDNESDAY, {"decree": ""}, "decree"),
    ],
)
def test_a_declaration_that_changes_nothing_or_has_no_ground_is_refused(
    day: date, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        declare(day, **facts)
    assert list(caught.value.fields) == [field]
    assert not LocalDay.objects.exists()


def test_a_day_is_declared_once_and_taken_back_once() -> None:
    declared = declare()
    with pytest.raises(Conflict, match="already declared"):
        declare(name="Lain")
    actions.remove_day(declared, reason="Salah tanggal", by=PLATFORM, now=NOW)
    with pytest.raises(Conflict, match="already been taken back"):
        actions.remove_day(declared, reason="Salah tanggal", by=PLATFORM, now=NOW)


def test_a_day_is_not_taken_back_without_a_reason() -> None:
    with pytest.raises(Invalid):
        actions.remove_day(declare(), reason=" ", by=PLATFORM, now=NOW)
    assert LocalDay.objects.exists()


def test_a_unit_has_its_own_days_over_those_of_the_province(province: None) -> None:
    unit = Unit.objects.get(pk="dinkes")
    declare()
    declare(unit=unit, is_worked=True, name="Layanan tetap buka")
    declare(date(2026, 11, 26), unit=unit, name="Pindah kantor")
    own, common = calendar_named("dinkes"), calendar_named("provinsi")
    assert [own.is_working(date(2026, 11, day)) for day in (25, 26)] == [True, False]
    assert [common.is_working(date(2026, 11, day)) for day in (25, 26)] == [False, True]


def test_calendars_are_known_by_name() -> None:
    assert calendar_named("") == province_calendar()
    assert calendar_named("always").is_working(SATURDAY)
    with pytest.raises(NotFound, match="tidak-ada"):
        calendar_named("tidak-ada")


def test_the_head_of_the_organisation_bureau_declares_and_nobody_else(province: None) -> None:
    declare(by=_holder("setda.karo-organisasi"))
    with pytest.raises(NotAllowed):
        declare(date(2026, 11, 26), by=_holder("dinkes.kadis"))


def _holder(position: str) -> Actor:
    from mapalus.apps.directory.roster import roster

    held = roster(NOW).holder(position)
    assert held is not None
    return hat(held.person, held.position)
