"""When a source is asked, in plain words: `every 30 minutes`, `hourly`, `daily 02:00`, `weekly monday 02:00`,
`cadence`.

People may write it in Indonesian too: `setiap 30 menit`, `setiap jam`, `setiap hari 02.00`, `setiap Senin 02.00`,
`menurut giliran`. Empty: only when somebody asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.conf import settings
from django.utils.translation import gettext, ngettext

from mapalus.apps.catalogue.models import Cadence
from mapalus.engine.clock import Zone
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["BY_HAND", "Timetable", "period_at", "read"]

_LEAST, _MOST = 5, 24 * 60  # minutes between two questions
_NIGHT = time(2, 0)  # local: when nobody works and the day is whole
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HARI = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_AT = r"(?:(?:at|pukul|jam)\s+)?(?P<hour>\d{1,2})[.:](?P<minute>\d{2})"
_EVERY = re.compile(r"(?:every|setiap|tiap)\s+(?P<n>\d{1,4})\s*(?:minutes?|menit)")
_DAILY = re.compile(rf"(?:daily|harian|every day|(?:setiap|tiap) hari)(?:\s+{_AT})?")
_WEEKLY = re.compile(
    rf"(?:weekly|mingguan|every|setiap|tiap)(?:\s+(?:on|hari))?\s+(?P<day>{'|'.join((*_DAYS, *_HARI))})(?:\s+{_AT})?"
)
_HOURLY = ("hourly", "every hour", "setiap jam", "tiap jam")
_CADENCE = ("cadence", "after cadence", "menurut giliran", "menurut jadwal", "sesuai giliran")


@dataclass(frozen=True)
class Timetable:
    """`every`: so long after the last time; else at `at` (local), on `weekday` (0: Monday) or each day; else
    the night after a period of the dataset's own cadence has ended."""

    every: timedelta | None = None
    at: time | None = None
    weekday: int | None = None
    by_cadence: bool = False

    @property
    def is_by_hand(self) -> bool:
        return self.every is None and self.at is None and not self.by_cadence

    def __str__(self) -> str:
        """As the database and a contract write it."""
        if self.every is not None:
            minutes = int(self.every.total_seconds() // 60)
            return "hourly" if minutes == 60 else f"every {minutes} minutes"
        if self.by_cadence:
            return "cadence"
        if self.at is None:
            return ""
        return f"daily {self.at:%H:%M}" if self.weekday is None else f"weekly {_DAYS[self.weekday]} {self.at:%H:%M}"

    def says(self) -> str:
        """In the language of the page."""
        if self.every is not None:
            minutes = int(self.every.total_seconds() // 60)
            if minutes == 60:
                return gettext("every hour")
            return ngettext("every %(n)s minute", "every %(n)s minutes", minutes) % {"n": minutes}
        if self.by_cadence:
            return gettext("the night after each period of the dataset")
        if self.at is None:
            return gettext("only when somebody asks")
        if self.weekday is None:
            return gettext("every day at %(at)s") % {"at": f"{self.at:%H.%M}"}
        return gettext("every %(day)s at %(at)s") % {"day": day_name(self.weekday), "at": f"{self.at:%H.%M}"}

    def next_after(self, moment: datetime, *, cadence: str) -> datetime | None:
        """The next time after `moment`; None: nobody asks by himself."""
        if self.every is not None:
            return moment + self.every
        here = moment.astimezone(_zone())
        if self.by_cadence:
            day = _first_of_next(cadence, here.date())
            return None if day is None else datetime.combine(day, _NIGHT, here.tzinfo)
        if self.at is None:
            return None
        found = datetime.combine(here.date(), self.at, here.tzinfo)
        if self.weekday is not None:
            found += timedelta(days=(self.weekday - found.weekday()) % 7)
        step = timedelta(days=1 if self.weekday is None else 7)
        return found if found > here else found + step

    def interval(self, *, cadence: str) -> timedelta | None:
        """How long it is between two times, at most; None where nobody asks by himself."""
        if self.every is not None:
            return self.every
        if self.by_cadence:
            return _LENGTHS.get(Cadence(cadence))
        return None if self.at is None else timedelta(days=1 if self.weekday is None else 7)


BY_HAND = Timetable()
_LENGTHS = {
    Cadence.STREAM: timedelta(days=1),
    Cadence.DAILY: timedelta(days=1),
    Cadence.OTHER: timedelta(days=1),
    Cadence.WEEKLY: timedelta(days=7),
    Cadence.MONTHLY: timedelta(days=31),
    Cadence.QUARTERLY: timedelta(days=92),
    Cadence.SEMESTER: timedelta(days=184),
    Cadence.YEARLY: timedelta(days=366),
}


def read(text: str) -> Timetable:
    """What somebody wrote. Raises `Invalid`, with the forms that are known."""
    words = " ".join(text.lower().split())
    if not words:
        return BY_HAND
    if words in _HOURLY:
        return Timetable(every=timedelta(hours=1))
    if words in _CADENCE:
        return Timetable(by_cadence=True)
    if found := _EVERY.fullmatch(words):
        minutes = int(found["n"])
        if _LEAST <= minutes <= _MOST:
            return Timetable(every=timedelta(minutes=minutes))
    elif found := _WEEKLY.fullmatch(words):
        day = found["day"]
        at = _time(found)
        if at is not None:
            return Timetable(at=at, weekday=(_DAYS if day in _DAYS else _HARI).index(day))
    elif (found := _DAILY.fullmatch(words)) and (at := _time(found)) is not None:
        return Timetable(at=at)
    raise Invalid(
        fields={
            "schedule": _(
                "Write for example: setiap 30 menit, setiap jam, setiap hari 02.00, setiap Senin 02.00 or "
                "menurut giliran."
            )
        }
    )


def _time(found: re.Match[str]) -> time | None:
    if found["hour"] is None:
        return _NIGHT
    hour, minute = int(found["hour"]), int(found["minute"])
    return time(hour, minute) if hour < 24 and minute < 60 else None


def day_name(weekday: int) -> str:
    names = (
        gettext("Monday"), gettext("Tuesday"), gettext("Wednesday"), gettext("Thursday"), gettext("Friday"),
        gettext("Saturday"), gettext("Sunday"),
    )  # fmt: skip
    return names[weekday]


def period_at(cadence: str, day: date, *, is_over: bool = False) -> str:
    """The period that `day` lies in, as the catalogue writes it; `is_over`: the one that ended last before it.

    Empty for data that have no periods.
    """
    if is_over:
        first = _first_of(cadence, day)
        if first is None:
            return ""
        day = first - timedelta(days=1)
    match cadence:
        case Cadence.DAILY | Cadence.STREAM:
            return day.isoformat()
        case Cadence.WEEKLY:
            year, week, _day = day.isocalendar()
            return f"{year}-W{week:02}"
        case Cadence.MONTHLY:
            return f"{day:%Y-%m}"
        case Cadence.QUARTERLY:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case Cadence.SEMESTER:
            return f"{day.year}-S{1 if day.month <= 6 else 2}"
        case Cadence.YEARLY:
            return str(day.year)
        case _:
            return ""


def _first_of(cadence: str, day: date) -> date | None:
    """The first day of the period that `day` lies in."""
    match cadence:
        case Cadence.DAILY | Cadence.STREAM | Cadence.OTHER:
            return day
        case Cadence.WEEKLY:
            return day - timedelta(days=day.weekday())
        case Cadence.MONTHLY:
            return day.replace(day=1)
        case Cadence.QUARTERLY:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Cadence.SEMESTER:
            return day.replace(month=1 if day.month <= 6 else 7, day=1)
        case Cadence.YEARLY:
            return day.replace(month=1, day=1)
        case _:
            return None  # once


def _first_of_next(cadence: str, day: date) -> date | None:
    first, length = _first_of(cadence, day), _LENGTHS.get(Cadence(cadence))
    if first is None or length is None:
        return None
    return _first_of(cadence, first + length + (timedelta(days=3) if length.days > 27 else timedelta()))


def _zone() -> tzinfo:
    return Zone(settings.PROVINCE_ZONE).tzinfo
