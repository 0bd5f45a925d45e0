"""Working days of Indonesia, with a province's own days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapalus.engine.clock import Zone
from mapalus.engine.workdays import Calendar, national_days

WITA = Calendar.of(Zone.WITA)
days = st.dates(date(2024, 1, 1), date(2029, 12, 31))


def test_holidays_and_collective_leave_are_no_working_days() -> None:
    assert not WITA.is_working(date(2026, 8, 17))  # Monday, independence
    assert not WITA.is_working(date(2026, 12, 24))  # Thursday, cuti bersama
    assert not WITA.is_working(date(2026, 11, 21))  # Saturday
    assert WITA.is_working(date(2026, 11, 20))


def test_province_adds_a_day_off_and_works_on_another() -> None:
    own = Calendar.of(Zone.WITA, local=[date(2026, 9, 23)], worked=[date(2026, 12, 24)])
    assert not own.is_working(date(2026, 9, 23))
    assert own.is_working(date(2026, 12, 24))


def test_collective_leave_around_lebaran_is_skipped() -> None:
    assert WITA.add(date(2026, 3, 17), 1) == date(2026, 3, 25)


def test_names_are_indonesian() -> None:
    assert national_days(2026)[date(2026, 8, 17)].name == "Hari Kemerdekaan Republik Indonesia"


@pytest.mark.parametrize(
    ("zone", "arrives", "opens"),
    [
        (Zone.WITA, "2026-11-20T01:52+00:00", "2026-11-20T01:52+00:00"),  # 09.52, open
        (Zone.WITA, "2026-11-19T23:30+00:00", "2026-11-20T00:00+00:00"),  # 07.30, before
        (Zone.WITA, "2026-11-20T08:00+00:00", "2026-11-23T00:00+00:00"),  # 16.00 on a Friday, closed
        (Zone.WIB, "2026-11-20T08:00+00:00", "2026-11-20T08:00+00:00"),  # the same moment is 15.00 in Jakarta
        (Zone.WITA, "2026-11-21T03:00+00:00", "2026-11-23T00:00+00:00"),  # a Saturday
        (Zone.WITA, "2026-12-23T09:00+00:00", "2026-12-28T00:00+00:00"),  # before Christmas and its leave
    ],
)
def test_what_comes_outside_office_hours_counts_when_it_opens(zone: Zone, arrives: str, opens: str) -> None:
    moment = Calendar.of(zone).next_opening(datetime.fromisoformat(arrives))
    assert moment.astimezone(UTC) == datetime.fromisoformat(opens)


@pytest.mark.parametrize(
    ("now", "late"),
    [
        ("2026-11-20T15:59+08:00", 0),
        ("2026-11-22T12:00+08:00", 0),  # a Sunday
        ("2026-11-23T00:01+08:00", 1),
        ("2026-11-19T12:00+08:00", 0),  # not yet due
        ("2026-11-22T17:00+00:00", 1),  # Monday there
    ],
)
def test_lateness_counts_working_days(now: str, late: int) -> None:
    assert WITA.days_late(datetime.fromisoformat("2026-11-20T12:00+08:00"), datetime.fromisoformat(now)) == late


@given(days, st.integers(1, 60))
def test_adding_and_taking_away_is_undone(start: date, count: int) -> None:
    start = WITA.on_or_before(start)
    assert WITA.add(WITA.add(start, count), -count) == start


@given(days, st.integers(-60, 60))
def test_count_between_is_what_was_added(start: date, count: int) -> None:
    start = WITA.on_or_before(start)
    assert WITA.between(start, WITA.add(start, count)) == count


@given(days, st.integers(1, 60))
def test_due_day_is_always_a_working_day(start: date, count: int) -> None:
    assert WITA.is_working(WITA.add(start, count))
