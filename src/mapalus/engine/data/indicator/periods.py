"""Periods as people write them, in one spelling and one order: 2025, 2025-S1, 2025-Q3, 2025-08, 2025-W35, a day.

A school year is 2025/2026: it begins in the middle of its year, 2025, and ends in the middle of the next.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from mapalus.engine.data.months import MONTHS

__all__ = ["Period", "parsed", "spelt"]

_FORM = re.compile(
    r"(?P<year>\d{4})(?:\.0+)?"
    r"(?:[-/ ]?(?P<kind>TW|[QTSW])[- ]?0?(?P<number>\d{1,2})"
    r"|[-/]?(?P<month>\d{2})(?:-(?P<day>\d{2})(?P<time>[T ].*)?)?)?",
    re.IGNORECASE,
)
_SCHOOL = re.compile(r"(?P<year>\d{4}) ?[/-] ?(?P<next>\d{4})")
_WORDS = re.compile(r"[^\W_]+")
_KINDS = {
    "triwulan": "Q", "tw": "Q", "kuartal": "Q", "quarter": "Q", "q": "Q", "semester": "S", "smt": "S", "s": "S",
    "minggu": "W", "pekan": "W", "week": "W", "w": "W", "bulan": "M", "month": "M", "m": "M",
}  # fmt: skip
_ROMAN = {
    word: n for n, word in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"), 1)
}
_SILENT = ("tahun", "year", "ke")
_LAST = {"Q": 4, "S": 2, "M": 12}
_MONTHS = {"Q": 3, "S": 6, "M": 1}


class Period(tuple[int, str, int]):
    """(year, kind, number); kinds are Y, A (school year), S, Q, M, W, D (number: day of the year)."""

    __slots__ = ()

    @property
    def year(self) -> int:
        return self[0]

    @property
    def kind(self) -> str:
        return self[1]

    @property
    def number(self) -> int:
        return self[2]

    def __str__(self) -> str:
        year, kind, number = self
        if kind == "Y":
            return f"{year:04}"
        if kind == "A":
            return f"{year:04}/{year + 1:04}"
        if kind == "M":
            return f"{year:04}-{number:02}"
        if kind == "D":
            return (date(year, 1, 1) + timedelta(days=number - 1)).isoformat()
        return f"{year:04}-W{number:02}" if kind == "W" else f"{year:04}-{kind}{number}"

    @property
    def last_day(self) -> date:
        """The day it ends."""
        year, kind, number = self
        if kind == "Y":
            return date(year, 12, 31)
        if kind == "A":
            return date(year + 1, 6, 30)
        if kind == "D":
            return date(year, 1, 1) + timedelta(days=number - 1)
        if kind == "W":
            return date.fromisocalendar(year, number, 7)
        month = _MONTHS[kind] * number
        return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)

    def before(self, steps: int = 1) -> Period:
        """The period so many steps earlier, of the same kind."""
        year, kind, number = self
        if kind in ("Y", "A"):
            return Period((year - steps, kind, 0))
        if kind == "D":
            return _day(self.last_day - timedelta(days=steps))
        if kind == "W":
            found = (date.fromisocalendar(year, number, 1) - timedelta(weeks=steps)).isocalendar()
            return Period((found.year, kind, found.week))
        count = year * _LAST[kind] + number - 1 - steps
        return Period((count // _LAST[kind], kind, count % _LAST[kind] + 1))

    def year_before(self) -> Period | None:
        """The same period of the year before; None where that year has no such week or day."""
        year, kind, number = self
        try:
            if kind == "D":
                return _day(self.last_day.replace(year=year - 1))
            if kind == "W":
                date.fromisocalendar(year - 1, number, 1)
        except ValueError:
            return None
        return Period((year - 1, kind, number))

    def since_new_year(self) -> list[Period]:
        """The periods of its year up to it, itself the last."""
        year, kind, number = self
        return [self] if kind in ("Y", "A") else [Period((year, kind, one)) for one in range(1, number + 1)]


def _day(day: date) -> Period:
    return Period((day.year, "D", day.timetuple().tm_yday))


@lru_cache(maxsize=50_000)
def parsed(text: str) -> Period | None:
    """The period in a text; None for what is no period: a moment, a word, a month or week that no calendar has."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return _school(text.strip()) or _in_words(text)
    if found["time"] and found["time"].strip("T 0:.Z+"):
        return None
    year = int(found["year"])
    if not 1 <= year <= 9997:
        return None
    try:
        if found["day"]:
            return _day(date(year, int(found["month"]), int(found["day"])))
        if found["month"]:
            return Period((year, "M", date(year, int(found["month"]), 1).month))
        if found["kind"]:
            kind = found["kind"].upper().replace("TW", "Q").replace("T", "Q")
            return _numbered(year, kind, int(found["number"]))
    except ValueError:
        return None
    return Period((year, "Y", 0))


def _school(text: str) -> Period | None:
    found = _SCHOOL.fullmatch(text)
    if found is None or int(found["next"]) != int(found["year"]) + 1:
        return None
    return Period((int(found["year"]), "A", 0))


def _in_words(text: str) -> Period | None:
    """Maret 2025, Triwulan III 2025, 2025-II of a quarter, 17 Agustus 2025: all words must be understood."""
    words = [word for word in _WORDS.findall(text.lower()) if word not in _SILENT]
    years = [word for word in words if len(word) == 4 and word.isdecimal()]
    if len(years) != 1 or not 2 <= len(words) <= 3:
        return None
    words.remove(years[0])
    try:
        return _worded(int(years[0]), words)
    except ValueError:
        return None


def _worded(year: int, words: list[str]) -> Period | None:
    if len(words) == 1:
        month = MONTHS.get(words[0])
        if month:
            return Period((year, "M", month))
        kind = next((one for one in ("tw", "q", "s", "w", "m") if words[0].startswith(one)), "")
        number = _count(words[0][len(kind) :])
        return _numbered(year, _KINDS[kind], number) if kind and number else None
    day, month = words[0], MONTHS.get(words[1], 0)
    if month and day.isdecimal():
        return _day(date(year, month, int(day)))
    kind, number = _KINDS.get(words[0], ""), _count(words[1])
    return _numbered(year, kind, number) if kind and number else None


def _count(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) < 3 else _ROMAN.get(word, 0)


def _numbered(year: int, kind: str, number: int) -> Period | None:
    if kind == "W":
        date.fromisocalendar(year, number, 1)
    elif not 1 <= number <= _LAST[kind]:
        return None
    return Period((year, kind, number))


def spelt(text: str) -> str:
    """In the one spelling; what is no period stays as it is written."""
    found = parsed(text)
    return str(found) if found else text.strip()


@lru_cache(maxsize=50_000)
def order(text: str) -> tuple[str, int, str]:
    """A key to sort texts by: periods by the day they end, the longer later; other words by themselves."""
    found = parsed(text)
    if found is None:
        return (text, 0, text)
    return (found.last_day.isoformat(), {"D": 0, "W": 1, "M": 2, "Q": 3, "S": 4, "A": 5, "Y": 5}[found.kind], text)
