"""Each edge of the clock, reckoned by hand. The days are of 2026: 24 and 25 December are closed, so is 1 January."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from mapalus.engine.clock import Zone
from mapalus.engine.deadlines import (
    Due,
    Pause,
    Term,
    Unit,
    day_zero,
    due,
    is_late,
    is_paused,
    moved,
    next_reminder,
    received_as,
    remaining,
    reminders,
    spent,
    used,
)
from mapalus.engine.workdays import Calendar, DayKind

WITA = Calendar.of(Zone.WITA)
ZONES = {"WIB": "+07:00", "WITA": "+08:00", "WIT": "+09:00"}


def on(text: str, zone: str = "WITA") -> datetime:
    """`11-20 09:30`, of 2026, on the clock of a zone."""
    year = "" if text.count("-") == 2 else "2026-"
    return datetime.fromisoformat(f"{year}{text.replace(' ', 'T')}{ZONES[zone]}")


def stops(*texts: str) -> list[Pause]:
    """`11-23 10:00/11-24 09:00`; nothing after the stroke: it still stands."""
    pairs = [text.split("/") for text in texts]
    return [Pause(on(start), on(end) if end else None) for start, end in pairs]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("arrives", "amount", "day"),
    [
        ("11-20 09:30", 1, "11-23"),  # a Friday: Monday is the first day
        ("11-20 09:30", 5, "11-27"),
        ("11-20 08:00", 1, "11-23"),  # at the opening it is open
        ("11-20 07:59", 1, "11-23"),  # before it: the same day is day 0
        ("11-20 15:59", 1, "11-23"),
        ("11-20 16:00", 1, "11-24"),  # at the close it is closed: day 0 is Monday
        ("11-20 23:59", 1, "11-24"),
        ("11-21 10:00", 1, "11-24"),  # a Saturday
        ("11-22 23:59", 1, "11-24"),
        ("11-23 00:00", 1, "11-24"),  # Monday at midnight
        ("11-20 09:30", 0, "11-20"),  # nothing to count: day 0 itself
        ("11-21 10:00", 0, "11-23"),
        ("12-23 09:00", 1, "12-28"),  # leave, Christmas, a weekend
        ("12-23 16:00", 1, "12-29"),  # day 0 is the 28th
        ("12-24 09:00", 2, "12-30"),
        ("12-31 09:00", 1, "2027-01-04"),  # across the year
        ("11-20 09:30", 10, "12-04"),
        ("11-20 09:30", 17, "12-15"),  # 10 extended by 7: from the same day 0
    ],
)
def test_working_days(zone: str, arrives: str, amount: int, day: str) -> None:
    calendar = Calendar.of(Zone(zone))
    found = due(Term.days(amount), received_at=on(arrives, zone), calendar=calendar)
    assert found.day == on(f"{day} 00:00", zone).date()
    assert found.at == on(f"{day} 16:00", zone)


def test_the_same_moment_is_another_day_zero_elsewhere() -> None:
    moment = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)  # Friday 15.30 in Jakarta, 16.30 in Manado
    assert day_zero(moment, calendar=Calendar.of(Zone.WIB)) == date(2026, 11, 20)
    assert day_zero(moment, calendar=WITA) == date(2026, 11, 23)
    assert received_as(moment, calendar=WITA) == on("11-23 08:00")


@pytest.mark.parametrize(
    ("pauses", "day"),
    [
        ([], "11-25"),
        (["11-23 10:00/11-23 15:59"], "11-25"),  # it ran again at the close
        (["11-23 10:00/11-23 16:00"], "11-25"),  # at the very close it runs again
        (["11-23 10:00/11-23 16:01"], "11-26"),
        (["11-23 16:00/11-23 16:01"], "11-26"),  # it stood at the close, if only then
        (["11-23 16:01/11-24 15:00"], "11-25"),  # a night costs nothing
        (["11-23 16:00/11-24 16:00"], "11-26"),
        (["11-18 09:00/11-19 10:00"], "11-25"),  # over before receipt
        (["11-18 09:00/11-24 10:00"], "11-26"),  # it stood already when this arrived
        (["11-20 10:00/11-20 20:00"], "11-25"),  # day 0 is not counted, so it cannot be lost
        (["11-21 10:00/11-22 20:00"], "11-25"),  # a weekend
        (["11-23 10:00/11-23 17:00", "11-24 10:00/11-24 17:00"], "11-27"),
        (["11-23 10:00/11-24 10:00", "11-23 12:00/11-24 17:00"], "11-27"),  # they overlap
        (["11-24 10:00/11-24 17:00", "11-23 10:00/11-23 17:00"], "11-27"),  # in any order
        (["11-23 10:00/11-23 10:00"], "11-25"),  # an empty one
        (["11-25 15:00/11-26 09:00"], "11-26"),  # on the due day
        (["11-25 17:00/11-30 09:00"], "11-25"),  # after it was due
        (["11-23 10:00/"], None),
        (["11-25 15:59/"], None),  # it began to stand on the due day
        (["11-25 16:00/"], None),  # and at its very close
        (["11-25 16:01/"], "11-25"),  # the time was over: standing changes nothing
        (["11-18 10:00/"], None),
        (["11-23 10:00/", "11-23 12:00/11-24 10:00"], None),
        (["12-10 10:00/2029-12-10 10:00", "11-23 10:00/2028-11-23 17:00"], "2029-12-12"),  # for years
    ],
)
def test_working_days_with_pauses(pauses: list[str], day: str | None) -> None:
    found = due(Term.days(3), received_at=on("11-20 09:30"), calendar=WITA, pauses=stops(*pauses))
    assert found.day == (on(f"{day} 00:00").date() if day else None)
    assert found.is_paused == (day is None)


@pytest.mark.parametrize(
    ("arrives", "amount", "pauses", "at"),
    [
        ("11-20 23:15", 24, [], "11-21 23:15"),  # it does not wait for the office
        ("11-21 10:00", 1, [], "11-21 11:00"),
        ("12-25 00:00", 0.5, [], "12-25 00:30"),
        ("11-20 23:15", 0, [], "11-20 23:15"),
        ("11-20 10:00", 6, ["11-20 12:00/11-20 14:00"], "11-20 18:00"),
        ("11-20 10:00", 2, ["11-20 12:00/11-20 14:00"], "11-20 12:00"),  # used up when the pause begins
        ("11-20 10:00", 2, ["11-20 12:00/"], "11-20 12:00"),
        ("11-20 10:00", 2, ["11-20 11:59/"], None),
        ("11-20 10:00", 2, ["11-20 09:00/11-20 11:00"], "11-20 13:00"),  # it stood when this arrived
        ("11-20 10:00", 2, ["11-20 08:00/11-20 10:00"], "11-20 12:00"),
        ("11-20 10:00", 2, ["11-20 11:00/11-20 13:00", "11-20 12:00/11-20 14:00"], "11-20 15:00"),
        ("11-20 10:00", 2, ["11-20 11:00/11-20 13:00", "11-20 13:30/11-20 14:00"], "11-20 14:30"),
    ],
)
def test_every_hour(arrives: str, amount: float, pauses: list[str], at: str | None) -> None:
    found = due(Term.hours(amount), received_at=on(arrives), calendar=WITA, pauses=stops(*pauses))
    assert found.at == (on(at) if at else None)


@pytest.mark.parametrize(
    ("arrives", "amount", "pauses", "at"),
    [
        ("11-20 10:00", 2, [], "11-20 12:00"),
        ("11-20 10:00", 6, [], "11-20 16:00"),  # at the close: that close, not the next opening
        ("11-20 10:00", 7, [], "11-23 09:00"),  # the weekend does not count
        ("11-20 10:00", 14, [], "11-23 16:00"),
        ("11-20 16:00", 1, [], "11-23 09:00"),  # received when the office next opens
        ("11-21 10:00", 8, [], "11-23 16:00"),
        ("11-21 10:00", 0, [], "11-23 08:00"),
        ("11-20 10:00", 0, [], "11-20 10:00"),
        ("12-23 15:30", 1.5, [], "12-28 09:00"),  # over Christmas
        ("11-20 10:00", 6, ["11-20 11:00/11-20 12:00"], "11-23 09:00"),
        ("11-20 10:00", 6, ["11-20 16:00/11-23 08:00"], "11-20 16:00"),  # nothing open is lost
        ("11-20 10:00", 7, ["11-20 16:00/11-23 08:00"], "11-23 09:00"),
        ("11-20 10:00", 7, ["11-20 15:00/11-23 08:30"], "11-23 10:30"),
        ("11-20 10:00", 6, ["11-20 16:00/"], "11-20 16:00"),
        ("11-20 10:00", 7, ["11-20 16:00/"], None),
        ("11-20 10:00", 7, ["11-20 09:00/11-20 11:00"], "11-23 10:00"),
    ],
)
def test_open_hours(arrives: str, amount: float, pauses: list[str], at: str | None) -> None:
    found = due(Term.open_hours(amount), received_at=on(arrives), calendar=WITA, pauses=stops(*pauses))
    assert found.at == (on(at) if at else None)


def test_parts_of_an_hour_are_exact() -> None:
    start = on("11-20 10:00")
    assert due(Term.hours(0.1), received_at=start, calendar=WITA).at == on("11-20 10:06")
    assert due(Term.hours(Fraction(1, 3)), received_at=start, calendar=WITA).at == on("11-20 10:20")


@pytest.mark.parametrize("amount", [-1, 0.5, 100_001, float("nan")])
def test_an_amount_of_days_that_is_none_is_refused(amount: float) -> None:
    with pytest.raises(ValueError):
        Term(Unit.WORKING_DAYS, amount)


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        due(Term.hours(1), received_at=datetime(2026, 11, 20), calendar=WITA)
    with pytest.raises(ValueError, match="before it starts"):
        Pause(on("11-20 10:00"), on("11-20 09:00"))


def test_an_extension_counts_on_from_the_same_day_zero() -> None:
    term = Term.days(10).extended(7)
    assert due(term, received_at=on("11-20 09:30"), calendar=WITA).day == date(2026, 12, 15)


def test_late_is_after_the_close_of_the_due_day() -> None:
    deadline = due(Term.days(1), received_at=on("11-20 09:30"), calendar=WITA)
    assert not is_late(deadline, now=on("11-23 16:00"))
    assert is_late(deadline, now=on("11-23 16:01"))
    assert not is_late(Due(None, None), now=on("11-23 16:01"))


def test_a_clock_stands_until_just_before_the_end_of_its_pause() -> None:
    pauses = stops("11-23 10:00/11-23 16:00")
    assert is_paused(pauses, at=on("11-23 10:00"))
    assert not is_paused(pauses, at=on("11-23 16:00"))
    assert is_paused(stops("11-23 10:00/"), at=on("12-30 10:00"))


@pytest.mark.parametrize(
    ("now", "share"),
    [
        ("11-19 10:00", 0.0),
        ("11-20 15:00", 0.0),  # day 0 uses nothing
        ("11-23 08:00", 0.0),
        ("11-23 12:00", 0.125),
        ("11-23 20:00", 0.25),
        ("11-24 16:00", 0.5),
        ("11-26 16:00", 1.0),
        ("11-28 10:00", 1.25),  # late: it counts on
    ],
)
def test_share_of_four_days(now: str, share: float) -> None:
    facts: dict[str, Any] = {"received_at": on("11-20 09:30"), "calendar": WITA, "now": on(now)}
    assert used(Term.days(4), **facts) == share
    assert remaining(Term.days(4), **facts) == 4 - 4 * share


def test_nothing_is_used_while_the_clock_stands() -> None:
    pauses = stops("11-23 15:00/")
    term = Term.days(4)
    facts: dict[str, Any] = {"received_at": on("11-20 09:30"), "calendar": WITA, "pauses": pauses}
    assert {spent(term, **facts, now=on(now)) for now in ("11-23 14:00", "11-23 17:00", "12-30 10:00")} == {0.0}
    assert next_reminder(term, **facts, now=on("11-23 17:00")) is None


def test_reminders_fall_within_office_hours() -> None:
    facts: dict[str, Any] = {"received_at": on("11-20 09:30"), "calendar": WITA}
    assert [(r.share, r.at) for r in reminders(Term.days(3), **facts)] == [
        (0.5, on("11-24 12:00")),
        (0.8, on("11-25 11:12")),
        (1.0, on("11-25 16:00")),
    ]
    found = next_reminder(Term.days(3), **facts, now=on("11-24 12:00"))
    assert found is not None
    assert found.share == 0.8
    assert next_reminder(Term.days(3), **facts, now=on("11-25 16:00")) is None


def test_reminders_of_a_standing_clock_are_those_already_reached() -> None:
    facts: dict[str, Any] = {"received_at": on("11-20 09:30"), "calendar": WITA, "pauses": stops("11-25 09:00/")}
    assert [found.share for found in reminders(Term.days(3), **facts)] == [0.5]


def test_a_new_holiday_moves_what_is_open_and_says_because_of_which_day() -> None:
    after = Calendar.of(Zone.WITA, local={date(2026, 11, 24): "Pemilihan", date(2026, 12, 9): "lain"})
    change = moved(Term.days(3), received_at=on("11-20 09:30"), before=WITA, after=after)
    assert change.is_moved
    assert (change.old.day, change.new.day) == (date(2026, 11, 25), date(2026, 11, 26))
    assert change.days == (date(2026, 11, 24),)


def test_a_day_taken_back_moves_it_back() -> None:
    before = Calendar.of(Zone.WITA, local={date(2026, 11, 24): "Pemilihan"})
    change = moved(Term.days(3), received_at=on("11-20 09:30"), before=before, after=WITA)
    assert (change.old.day, change.new.day) == (date(2026, 11, 26), date(2026, 11, 25))
    assert not moved(Term.days(1), received_at=on("11-20 09:30"), before=before, after=WITA).is_moved


def test_a_new_holiday_after_the_due_day_moves_nothing() -> None:
    after = Calendar.of(Zone.WITA, local=[date(2026, 11, 26)])
    assert not moved(Term.days(3), received_at=on("11-20 09:30"), before=WITA, after=after).is_moved


def test_what_never_closes_counts_every_day_and_receives_at_once() -> None:
    always = Calendar.always(Zone.WIT)
    sunday = on("11-22 23:30", "WIT")
    assert received_as(sunday, calendar=always) == sunday
    found = due(Term.days(1), received_at=sunday, calendar=always)
    assert found == Due(date(2026, 11, 23), on("11-24 00:00", "WIT"))
    assert due(Term.open_hours(1), received_at=sunday, calendar=always).at == on("11-23 00:30", "WIT")


def test_a_calendar_is_a_value() -> None:
    one = Calendar.of(Zone.WITA, local={date(2026, 9, 23): "Hari jadi"})
    same = Calendar.of(Zone.WITA, local={date(2026, 9, 23): "Hari jadi"})
    assert one == same
    assert hash(one) == hash(same)
    assert one != WITA
    assert one.ordinals(2026, 2026) is same.ordinals(2026, 2026)


def test_a_day_off_says_why() -> None:
    own = Calendar.of(
        Zone.WITA, local={date(2026, 9, 23): "Hari jadi"}, worked={date(2026, 12, 24): "Posko", date(2027, 12, 25): ""}
    )
    kinds = {day: own.off(date.fromisoformat(day)) for day in ("2026-09-23", "2026-12-25", "2026-12-26", "2027-12-25")}
    assert [found and found.kind for found in kinds.values()] == [
        DayKind.LOCAL,
        DayKind.PUBLIC,
        DayKind.WEEKEND,
        DayKind.PUBLIC,  # a Saturday: working on a holiday does not make it a working day
    ]
    assert own.off(date(2026, 12, 24)) is None
    assert own.opened_as(date(2026, 12, 24)) == "Posko"
    estimated = own.off(date(2027, 3, 10))
    assert estimated is not None
    assert estimated.is_estimated
    assert "perkiraan" not in estimated.name
