"""The clock of the story: days count working days from the day of the tour, H = 0, in the province's zone.

Periods are relative too (`M-1`, `W-1`, `Q-1`, `S-1`, `Y-1`), so the story never ages. Nothing here asks for the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

__all__ = ["MONTHS", "MONTHS_SHORT", "Month", "Quarter", "Semester", "StoryClock", "Week", "epi_week"]

MONTHS = (
    "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()  # noqa: SIM905
)
MONTHS_SHORT = ("Jan", "Peb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nop", "Des")
STAGE = "09:52"  # the tours begin
ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class Month:
    year: int
    number: int  # 1 to 12

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def name(self) -> str:
        return f"{MONTHS[self.number - 1]} {self.year}"

    def back(self, months: int) -> Month:
        count = self.year * 12 + self.number - 1 - months
        return Month(count // 12, count % 12 + 1)


@dataclass(frozen=True)
class Quarter:
    year: int
    number: int  # 1 to 4

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def roman(self) -> str:
        return ROMAN[self.number - 1]

    def back(self, quarters: int) -> Quarter:
        count = self.year * 4 + self.number - 1 - quarters
        return Quarter(count // 4, count % 4 + 1)


@dataclass(frozen=True)
class Semester:
    year: int
    number: int  # 1 or 2

    def __str__(self) -> str:
        return f"{self.year}S{self.number}"

    @property
    def roman(self) -> str:
        return ROMAN[self.number - 1]

    @property
    def last_day(self) -> date:
        return date(self.year, 6, 30) if self.number == 1 else date(self.year, 12, 31)

    def back(self, semesters: int) -> Semester:
        count = self.year * 2 + self.number - 1 - semesters
        return Semester(count // 2, count % 2 + 1)


@dataclass(frozen=True)
class Week:
    """An epidemiological week: Sunday to Saturday; week 1 is the first with at least four days in the year."""

    year: int
    number: int
    sunday: date

    def __str__(self) -> str:
        return f"{self.year}W{self.number:02d}"

    def back(self, weeks: int) -> Week:
        return epi_week(self.sunday - timedelta(weeks=weeks))


def epi_week(day: date) -> Week:
    """The epidemiological week that holds `day`."""
    sunday = day - timedelta(days=(day.weekday() + 1) % 7)
    year = (sunday + timedelta(days=3)).year  # the year that owns the Wednesday owns the week
    fourth = date(year, 1, 4)
    first = fourth - timedelta(days=(fourth.weekday() + 1) % 7)
    return Week(year, (sunday - first).days // 7 + 1, sunday)


class StoryClock:
    """Days and periods around H, the first working day on or before `today`."""

    def __init__(
        self, today: date, *, is_workday: Callable[[date], bool], zone: tzinfo, present: datetime | None = None
    ) -> None:
        self._is_workday = is_workday
        self.zone = zone
        self.day_zero = today
        while not is_workday(self.day_zero):
            self.day_zero -= timedelta(days=1)
        self._early = timedelta()
        # Built before the tour's hour of the day itself, the morning of the story moves back: nothing lies ahead.
        if present is not None:
            self._early = max(self.moment(0, STAGE) - present, timedelta())

    def day(self, offset: int) -> date:
        """The date `offset` working days after (or, negative, before) H."""
        day, step = self.day_zero, timedelta(days=1 if offset > 0 else -1)
        for _ in range(abs(offset)):
            day += step
            while not self._is_workday(day):
                day += step
        return day

    def moment(self, offset: int, clock: str) -> datetime:
        """That day at `09:52` of the province, in UTC."""
        moment = datetime.combine(self.day(offset), time.fromisoformat(clock), tzinfo=self.zone).astimezone(UTC)
        return moment if offset else moment - self._early

    @property
    def month(self) -> Month:
        """M-1: the last full month."""
        return Month(self.day_zero.year, self.day_zero.month).back(1)

    @property
    def quarter(self) -> Quarter:
        return Quarter(self.day_zero.year, (self.day_zero.month - 1) // 3 + 1).back(1)

    @property
    def semester(self) -> Semester:
        return Semester(self.day_zero.year, 1 if self.day_zero.month < 7 else 2).back(1)

    @property
    def week(self) -> Week:
        return epi_week(self.day_zero - timedelta(days=7))

    @property
    def year(self) -> int:
        """Y: the year of the tour; Y-1 is the last full year."""
        return self.day_zero.year
