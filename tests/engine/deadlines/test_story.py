"""A due date is explained day by day."""

from __future__ import annotations

from datetime import date, datetime

from mapalus.engine.clock import Zone
from mapalus.engine.deadlines import Pause, Term, Why, explain
from mapalus.engine.workdays import Calendar

CALENDAR = Calendar.of(Zone.WITA, local={date(2026, 12, 22): "Hari jadi contoh"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


def told(term: Term, received_at: datetime, pauses: list[Pause] | None = None, **more) -> list[tuple[str, str]]:
    story = explain(term, received_at=received_at, calendar=CALENDAR, pauses=pauses or [], **more)
    return [(f"{day.day:%m-%d}", day.say(language="id")) for day in story]


def test_each_day_says_whether_it_counts_and_why() -> None:
    pause = Pause(at("12-23T10:00"), at("12-28T15:00"))
    assert told(Term.days(2), at("12-18T17:00"), [pause]) == [
        ("12-18", "Masuk di luar jam kerja; dihitung diterima saat kantor buka berikutnya"),
        ("12-19", "Akhir pekan: tidak dihitung"),
        ("12-20", "Akhir pekan: tidak dihitung"),
        ("12-21", "Diterima: hari ke-0"),
        ("12-22", "Hari jadi contoh: tidak dihitung"),
        ("12-23", "Hitungan waktu dijeda: tidak dihitung"),
        ("12-24", "Cuti Bersama Hari Raya Natal: tidak dihitung"),
        ("12-25", "Hari Raya Natal: tidak dihitung"),
        ("12-26", "Akhir pekan: tidak dihitung"),
        ("12-27", "Akhir pekan: tidak dihitung"),
        ("12-28", "Hari ke-1"),
        ("12-29", "Hari ke-2"),
    ]


def test_a_holiday_that_is_an_estimate_is_said_to_be_one() -> None:
    story = explain(Term.days(3), received_at=datetime.fromisoformat("2027-03-08T09:00+08:00"), calendar=CALENDAR)
    found = next(day for day in story if day.day == date(2027, 3, 10))
    assert found.say(language="id") == "Hari Raya Idul Fitri (perkiraan): tidak dihitung"
    assert found.say(language="en") == "Hari Raya Idul Fitri (estimated): not counted"


def test_hours_say_how_many_a_day_used() -> None:
    assert told(Term.open_hours(9.5), at("11-20T15:00")) == [
        ("11-20", "Diterima; 1 jam dihitung"),
        ("11-21", "Akhir pekan: tidak dihitung"),
        ("11-22", "Akhir pekan: tidak dihitung"),
        ("11-23", "8 jam dihitung"),
        ("11-24", "0,5 jam dihitung"),
    ]
    pause = Pause(at("11-21T00:00"), at("11-22T00:00"))
    assert told(Term.hours(10), at("11-20T20:00"), [pause]) == [
        ("11-20", "Diterima; 4 jam dihitung"),
        ("11-21", "Hitungan waktu dijeda: tidak dihitung"),
        ("11-22", "6 jam dihitung"),
    ]


def test_the_story_of_a_standing_clock_goes_to_the_day_one_asks_for() -> None:
    pause = Pause(at("11-24T10:00"))
    assert told(Term.days(5), at("11-20T09:00"), [pause])[-1][0] == "11-24"
    story = explain(
        Term.days(5), received_at=at("11-20T09:00"), calendar=CALENDAR, pauses=[pause], until=date(2026, 11, 26)
    )
    assert [day.why for day in story[-3:]] == [Why.PAUSED] * 3
    assert [day.number for day in story if day.counted] == [1]
