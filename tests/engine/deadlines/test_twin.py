"""The engine and the walk on paper say the same, and what no clock may ever do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapalus.engine.clock import Zone
from mapalus.engine.deadlines import Due, Pause, Term, Unit, due, explain, received_as, remaining, reminders, used
from mapalus.engine.workdays import Calendar
from tests.engine.deadlines.naive import Paper, naive_due

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the walk takes its time
zones = st.sampled_from(Zone)
moments = st.datetimes(datetime(2024, 12, 1), datetime(2028, 2, 1)).map(
    lambda found: found.replace(second=0, microsecond=0, tzinfo=UTC)
)
# Half of the moments lie on the edges: 08.00 and 16.00 of one of the zones.
edges = st.builds(
    lambda day, hour: datetime(day.year, day.month, day.day, hour, tzinfo=UTC),
    st.dates(date(2024, 12, 1), date(2028, 2, 1)),
    st.sampled_from([23, 0, 1, 7, 8, 9]),
)
arrivals = moments | edges
own_days = st.lists(st.dates(date(2024, 12, 1), date(2028, 6, 1)), max_size=12)


@st.composite
def pauses_near(draw: st.DrawFn, start: datetime, *, days: int = 40) -> list[Pause]:
    minutes = st.integers(-3 * 1440, days * 1440) | st.integers(-3 * 24, days * 24).map(lambda hours: hours * 60)
    found = []
    for _n in range(draw(st.integers(0, 4))):
        first, last = sorted((draw(minutes), draw(minutes)))
        begins = start.replace(minute=0) + timedelta(minutes=first)
        is_open = draw(st.integers(0, 9)) == 0
        found.append(Pause(begins, None if is_open else start.replace(minute=0) + timedelta(minutes=last)))
    return found


@st.composite
def cases(draw: st.DrawFn, unit: Unit) -> tuple[Term, int, datetime, list[Pause], Calendar, Paper]:
    """A term with its amount in days or minutes, a receipt, pauses, and the calendar twice."""
    received_at, zone = draw(arrivals), draw(zones)
    amount = draw(st.integers(0, 70 if unit is Unit.WORKING_DAYS else 60 * 40))
    exact = amount if unit is Unit.WORKING_DAYS else Fraction(amount, 60)
    pauses = draw(pauses_near(received_at, days=40 if unit is Unit.WORKING_DAYS else 9))
    off, worked = draw(own_days), draw(own_days)
    calendar = Calendar.of(zone, local=off, worked=worked)
    return Term(unit, exact), amount, received_at, pauses, calendar, Paper(zone, off, worked)


@pytest.mark.slow
@calmly
@given(cases(Unit.WORKING_DAYS))
def test_days_are_those_of_the_walk(case: tuple[Term, int, datetime, list[Pause], Calendar, Paper]) -> None:
    term, amount, received_at, pauses, calendar, paper = case
    found = due(term, received_at=received_at, calendar=calendar, pauses=pauses)
    assert found.day == naive_due(term.unit, amount, received_at=received_at, paper=paper, pauses=pauses)
    assert found.at == (calendar.closing(found.day) if found.day else None)


@pytest.mark.slow
@calmly
@given(cases(Unit.HOURS) | cases(Unit.OPEN_HOURS))
def test_hours_are_those_of_the_walk(case: tuple[Term, int, datetime, list[Pause], Calendar, Paper]) -> None:
    term, amount, received_at, pauses, calendar, paper = case
    found = due(term, received_at=received_at, calendar=calendar, pauses=pauses)
    assert found.at == naive_due(term.unit, amount, received_at=received_at, paper=paper, pauses=pauses)


any_case = st.sampled_from(Unit).flatmap(cases)


def order(deadline: Due) -> datetime:
    """A clock that stands is due after everything."""
    return deadline.at or datetime.max.replace(tzinfo=UTC)


@pytest.mark.slow
@calmly
@given(any_case, st.integers(0, 30))
def test_more_time_is_never_due_earlier(case, more: int) -> None:
    term, _amount, received_at, pauses, calendar, _paper = case
    longer = due(term.extended(more), received_at=received_at, calendar=calendar, pauses=pauses)
    assert order(longer) >= order(due(term, received_at=received_at, calendar=calendar, pauses=pauses))


@pytest.mark.slow
@calmly
@given(any_case, st.integers(0, 20_000))
def test_later_receipt_is_never_due_earlier(case, minutes: int) -> None:
    term, _amount, received_at, pauses, calendar, _paper = case
    later = due(term, received_at=received_at + timedelta(minutes=minutes), calendar=calendar, pauses=pauses)
    assert order(later) >= order(due(term, received_at=received_at, calendar=calendar, pauses=pauses))


@pytest.mark.slow
@calmly
@given(any_case, st.data())
def test_another_pause_never_makes_it_earlier(case, data: st.DataObject) -> None:
    term, _amount, received_at, pauses, calendar, _paper = case
    more = [*pauses, *data.draw(pauses_near(received_at))]
    paused = due(term, received_at=received_at, calendar=calendar, pauses=more)
    assert order(paused) >= order(due(term, received_at=received_at, calendar=calendar, pauses=pauses))


@pytest.mark.slow
@calmly
@given(any_case, st.lists(st.dates(date(2025, 1, 1), date(2028, 6, 1)), max_size=10))
def test_another_holiday_never_makes_it_earlier(case, days: list[date]) -> None:
    term, _amount, received_at, pauses, calendar, _paper = case
    fewer = Calendar.of(
        calendar.zone, local={**dict(calendar.closed), **dict.fromkeys(days, "libur")}, worked=dict(calendar.opened)
    )
    late = due(term, received_at=received_at, calendar=fewer, pauses=pauses)
    assert order(late) >= order(due(term, received_at=received_at, calendar=calendar, pauses=pauses))


@pytest.mark.slow
@calmly
@given(any_case)
def test_never_due_on_a_day_off_nor_before_receipt(case) -> None:
    term, _amount, received_at, pauses, calendar, _paper = case
    found = due(term, received_at=received_at, calendar=calendar, pauses=pauses)
    if found.day is None or found.at is None:
        return
    assert found.at >= received_at
    if term.unit is not Unit.HOURS:
        assert calendar.is_working(found.day)
        assert found.at >= received_as(received_at, calendar=calendar)


@pytest.mark.slow
@calmly
@given(any_case, st.lists(st.integers(-600, 60_000), min_size=2, max_size=6))
def test_what_is_used_never_shrinks_and_is_whole_at_the_deadline(case, steps: list[int]) -> None:
    term, _amount, received_at, pauses, calendar, _paper = case
    facts = {"received_at": received_at, "calendar": calendar, "pauses": pauses}
    shares = [used(term, **facts, now=received_at + timedelta(minutes=step)) for step in sorted(steps)]
    assert shares == sorted(shares)
    assert shares[0] >= 0
    deadline = due(term, **facts)
    if deadline.at is not None and term.amount:
        assert abs(used(term, **facts, now=deadline.at) - 1) < 1e-9
        assert abs(remaining(term, **facts, now=deadline.at)) < 1e-6
        assert used(term, **facts, now=deadline.at - timedelta(minutes=1)) <= 1


@pytest.mark.slow
@calmly
@given(any_case)
def test_at_a_reminder_its_share_is_used(case) -> None:
    term, _amount, received_at, pauses, calendar, _paper = case
    facts = {"received_at": received_at, "calendar": calendar, "pauses": pauses}
    found = reminders(term, **facts)
    assert [reminder.at for reminder in found] == sorted(reminder.at for reminder in found)
    deadline = due(term, **facts)
    assert (deadline.at is None) == (len(found) < 3)
    if found and deadline.at is not None:
        assert found[-1].at == deadline.at
    for reminder in found:
        if term.amount:
            assert abs(used(term, **facts, now=reminder.at) - reminder.share) < 1e-6


@pytest.mark.slow
@calmly
@given(any_case)
def test_the_story_adds_up(case) -> None:
    term, amount, received_at, pauses, calendar, _paper = case
    deadline = due(term, received_at=received_at, calendar=calendar, pauses=pauses)
    story = explain(term, received_at=received_at, calendar=calendar, pauses=pauses)
    days = [told.day for told in story]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert days[0] == calendar.local_date(received_at)
    if deadline.day is None:
        return
    assert days[-1] == deadline.day
    if term.unit is Unit.WORKING_DAYS:
        numbers = [told.number for told in story if told.number is not None]
        assert numbers == list(range(amount + 1))
    else:
        assert abs(sum(told.hours for told in story) - amount / 60) < 1e-6
    assert all(told.say() for told in story)
