"""What an appointment must keep to, and what the database keeps by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from mapalus.apps.directory import actions, terms
from mapalus.apps.directory.actor import PUBLIC, official
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, PositionKind, Unit
from mapalus.apps.directory.roster import roster
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.clock import Zone
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.workdays import Calendar
from tests.apps.directory.conftest import NOW

DAY = date(2026, 3, 2)  # a Monday
CALENDAR = Calendar.of(Zone.WITA)


def term(
    kind: Kind = Kind.DEFINITIVE,
    person: str = "Budi",
    position: str = "dinkes.kadis",
    start: date = DAY,
    end: date | None = None,
    *,
    post: PositionKind = PositionKind.LINE,
    roles: tuple[str, ...] = (),
) -> terms.Term:
    return terms.Term(position, post, frozenset(roles), person, kind, start, end)


def against(new: terms.Term, *known: terms.Term) -> list[str]:
    return terms.faults(
        new,
        of_position=[t for t in known if t.position == new.position],
        of_person=[t for t in known if t.person == new.person],
        calendar=CALENDAR,
    )


def test_three_months_end_the_day_before_the_same_day() -> None:
    assert terms.last_day_of_months(date(2026, 1, 15), 3) == date(2026, 4, 14)
    assert terms.last_day_of_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert terms.last_day_of_months(date(2026, 12, 1), 3) == date(2027, 2, 28)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 24))
def test_term_of_months_never_runs_over(start: date, months: int) -> None:
    end = terms.last_day_of_months(start, months)
    count = (end.year * 12 + end.month) - (start.year * 12 + start.month)
    assert count in (months, months - 1)
    assert end > start


def test_plt_acts_three_months_and_three_more() -> None:
    first = term(Kind.PLT, end=terms.last_day_of_months(DAY, 3))
    assert against(first) == []
    assert against(term(Kind.PLT, end=date(2026, 6, 2))) != []
    assert first.to_on is not None
    start = first.to_on + timedelta(days=1)
    second = term(Kind.PLT, start=start, end=terms.last_day_of_months(start, 3))
    assert against(second, first) == []
    assert second.to_on is not None
    start = second.to_on + timedelta(days=1)
    third = term(Kind.PLT, start=start, end=start)
    assert any("twice three months" in fault for fault in against(third, first, second))
    assert against(term(Kind.PLT, "Ani", start=start, end=start), first, second) == []


def test_plt_only_where_the_post_is_vacant() -> None:
    holder = term(person="Siti")
    assert against(term(Kind.PLT, end=DAY), holder) != []
    assert against(term(Kind.PLT, end=DAY), term(Kind.PLT, "Siti", end=DAY)) != []


def test_plh_only_where_somebody_is_absent() -> None:
    assert against(term(Kind.PLH, end=DAY), term(person="Siti")) == []
    assert against(term(Kind.PLH, end=DAY)) != []
    assert against(term(Kind.PLH, end=DAY), term(person="Budi")) != []
    assert against(term(Kind.PLH, end=None), term(person="Siti")) != []


def test_secretary_takes_plh_below_fifteen_working_days_then_a_penjabat() -> None:
    sekda = ("sekda",)
    holder = term(person="Siti", roles=sekda)
    fourteenth, fifteenth = CALENDAR.add(DAY, 13), CALENDAR.add(DAY, 14)
    assert against(term(Kind.PLH, end=fourteenth, roles=sekda), holder) == []
    assert against(term(Kind.PLH, end=fifteenth, roles=sekda), holder) != []
    assert against(term(Kind.PJ, end=fifteenth, roles=sekda), holder) == []


def test_secretary_never_takes_a_plt() -> None:
    assert against(term(Kind.PLT, end=DAY, roles=("sekda",))) != []


def test_only_secretary_and_heads_of_region_take_a_penjabat() -> None:
    assert against(term(Kind.PJ)) != []
    assert against(term(Kind.PJ, roles=("kepala-daerah",))) == []


@pytest.mark.parametrize(
    ("one", "other", "allowed"),
    [
        (PositionKind.LINE, PositionKind.LINE, False),
        (PositionKind.LINE, PositionKind.FUNCTIONAL, False),
        (PositionKind.FUNCTIONAL, PositionKind.FUNCTIONAL, False),
        (PositionKind.LINE, PositionKind.TEAM, True),
        (PositionKind.FUNCTIONAL, PositionKind.TEAM, True),
        (PositionKind.TEAM, PositionKind.TEAM, True),
    ],
)
def test_nobody_holds_two_posts_but_in_a_team(one: PositionKind, other: PositionKind, allowed: bool) -> None:
    assert (against(term(position="a.b", post=one), term(position="a.c", post=other)) == []) == allowed


def test_one_post_has_one_holder() -> None:
    assert against(term(person="Siti"), term(person="Budi")) != []
    ended = term(person="Budi", end=DAY)
    assert against(term(person="Siti", start=DAY + timedelta(days=1)), ended) == []


@pytest.fixture
def posts(db: None) -> dict[str, Position]:
    unit = actions.create_unit(
        Unit, code="dinkes", name="Dinas Kesehatan", short="Dinkes", kind="dinas", by=PLATFORM, now=NOW
    )
    head = actions.create_position(
        unit, code="dinkes.kadis", title="Kepala Dinas Kesehatan", is_head=True, by=PLATFORM, now=NOW
    )
    second = actions.create_position(
        unit, code="dinkes.sekretaris", title="Sekretaris Dinas", superior=head, by=PLATFORM, now=NOW
    )
    for code in ("Siti", "Budi", "Ani"):
        actions.create_person(Person, code=code, name=f"Nama {code}", by=PLATFORM, now=NOW)
    return {"head": head, "second": second}


def someone(code: str) -> Person:
    return Person.objects.get(code=code)


def appoint(position: Position, person: str, kind: Kind = Kind.DEFINITIVE, to_on: date | None = None) -> Appointment:
    return actions.appoint(
        position, person=someone(person), kind=kind, from_on=DAY, to_on=to_on, decree="SK 1", by=PLATFORM, now=NOW
    )


def test_appointment_is_written_down_and_seen_at_once(posts: dict[str, Position]) -> None:
    assert roster(NOW).is_vacant("dinkes.kadis")
    made = appoint(posts["head"], "Siti")
    assert roster(NOW).holder("dinkes.kadis").title == "Kepala Dinas Kesehatan"  # type: ignore[union-attr]
    entry = Entry.objects.get(act="directory.appoint")
    assert entry.subject == f"directory.appointment:{made.pk}"
    assert entry.data["person"] == "Siti"


def test_refusal_names_every_fault_in_indonesian(posts: dict[str, Position]) -> None:
    from django.utils import translation

    appoint(posts["head"], "Siti")
    with pytest.raises(Invalid) as refused:
        actions.appoint(
            posts["head"], person=someone("Budi"), kind=Kind.PLT, from_on=DAY, to_on=date(2026, 12, 1), decree="SK 2",
            by=PLATFORM, now=NOW,
        )  # fmt: skip
    assert len(refused.value.fields) == 2
    with translation.override("id"):
        assert "tiga bulan" in translation.gettext(refused.value.fields["appointment"])


def test_decree_is_needed(posts: dict[str, Position]) -> None:
    with pytest.raises(Invalid):
        actions.appoint(
            posts["head"], person=someone("Budi"), kind=Kind.DEFINITIVE, from_on=DAY, decree=" ", by=PLATFORM, now=NOW
        )


def test_transfer_leaves_the_old_post_vacant(posts: dict[str, Position]) -> None:
    held = appoint(posts["second"], "Siti")
    actions.transfer(
        held, to_position=posts["head"], last_on=date(2026, 4, 1), from_on=date(2026, 4, 2), decree="SK 9",
        by=PLATFORM, now=NOW,
    )  # fmt: skip
    known = roster(NOW)
    assert known.is_vacant("dinkes.sekretaris")
    assert known.covers("dinkes.kadis") == {"dinkes.kadis", "dinkes.sekretaris"}
    assert official("Siti", "dinkes.sekretaris", now=NOW) is None


def test_transfer_that_fails_leaves_everything_as_it_was(posts: dict[str, Position]) -> None:
    held = appoint(posts["second"], "Siti")
    appoint(posts["head"], "Budi")
    with pytest.raises(Invalid):
        actions.transfer(
            held, to_position=posts["head"], last_on=date(2026, 4, 1), from_on=date(2026, 4, 2), decree="SK 9",
            by=PLATFORM, now=NOW,
        )  # fmt: skip
    assert roster(NOW).holder("dinkes.sekretaris").person == "Siti"  # type: ignore[union-attr]


def test_term_is_prolonged_once(posts: dict[str, Position]) -> None:
    first = appoint(posts["head"], "Siti", Kind.PLT, date(2026, 6, 1))
    actions.extend_appointment(first, to_on=date(2026, 9, 1), decree="SK 3", by=PLATFORM, now=NOW)
    with pytest.raises(Conflict):
        actions.extend_appointment(first, to_on=date(2026, 9, 1), decree="SK 4", by=PLATFORM, now=NOW)


def test_abolished_post_names_its_successor(posts: dict[str, Position]) -> None:
    held = appoint(posts["second"], "Siti")
    with pytest.raises(Conflict):
        actions.succeed_position(
            posts["second"], successor=posts["head"], last_on=date(2026, 5, 1), by=PLATFORM, now=NOW
        )
    actions.end_appointment(held, last_on=date(2026, 5, 1), reason="jabatan dihapus", by=PLATFORM, now=NOW)
    actions.succeed_position(posts["second"], successor=posts["head"], last_on=date(2026, 5, 1), by=PLATFORM, now=NOW)
    assert "dinkes.sekretaris" not in roster(NOW).positions


def test_acting_head_may_not_appoint(posts: dict[str, Position]) -> None:
    actions.set_roles(posts["head"], roles=["kepegawaian"], by=PLATFORM, now=NOW)
    appoint(posts["head"], "Siti", Kind.PLT, date(2026, 6, 1))
    in_may = NOW.replace(month=5)
    acting = official("Siti", "dinkes.kadis", now=in_may)
    assert acting is not None
    assert not acting.may("directory.appoint", posts["second"], in_may)
    with pytest.raises(NotAllowed):
        actions.appoint(
            posts["second"], person=someone("Ani"), kind=Kind.DEFINITIVE, from_on=DAY, decree="SK", by=acting,
            now=in_may,
        )  # fmt: skip


def test_public_may_nothing_and_sees_no_person(posts: dict[str, Position]) -> None:
    assert not PUBLIC.may("directory.appoint", posts["head"], NOW)
    assert not Person.objects.visible_to(PUBLIC).exists()
    assert not Person.objects.visible_to(None).exists()
    assert not Appointment.objects.visible_to(None).exists()
    assert Position.objects.visible_to(None).count() == 2


def test_platform_may_only_what_lists_it() -> None:
    assert PLATFORM.may("directory.load-regions", None, NOW)
    assert not PLATFORM.may("catalogue.confirm", None, NOW)
    assert not PLATFORM.may("no.such-act", None, NOW)


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": Kind.DEFINITIVE, "to_on": date(2026, 1, 1)},  # ends before it begins
        {"kind": Kind.PLT, "to_on": None},  # an acting term without an end
        {"kind": Kind.DEFINITIVE, "decree": ""},
        {"kind": Kind.DEFINITIVE, "person_id": "Budi"},  # a second open holder
    ],
)
def test_database_itself_refuses(posts: dict[str, Position], broken: dict[str, object]) -> None:
    appoint(posts["head"], "Siti")
    row = {"position": posts["head"], "person_id": "Ani", "from_on": DAY, "to_on": None, "decree": "SK", **broken}
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(**row)


def test_ended_appointment_cannot_end_again(posts: dict[str, Position]) -> None:
    held = appoint(posts["head"], "Siti")
    actions.end_appointment(held, last_on=date(2026, 4, 1), reason="pensiun", by=PLATFORM, now=NOW)
    with pytest.raises(Conflict):
        actions.end_appointment(held, last_on=date(2026, 4, 1), reason="pensiun", by=PLATFORM, now=NOW)
