"""How the text of a cell becomes a day, a time of day or a moment: part of the reference in `formats`.

Moments with a zone are kept in UTC; one without stays what it says. Stricter than most software: no 2020-1-1, no
24:00:00. Beside Python's own directives `%Z` reads the zones of Indonesia (WIB, WITA, WIT), UTC and GMT.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from mapalus.engine.data.contract import Field
from mapalus.engine.data.months import to_english

__all__ = ["DATETIME", "ZONES", "Reader", "read_any", "read_date", "read_datetime", "read_time"]

Reader = Callable[[str], Any]  # ValueError where the text is not of the form

DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
TIME = CLOCK + ZONE
DATETIME = DATE + "[T ]" + CLOCK + ZONE
ZONES = {"WIB": "+0700", "WITA": "+0800", "WIT": "+0900", "UTC": "+0000", "GMT": "+0000"}


_EXCEL_EPOCH = date(1899, 12, 30)


def _excel_serial(text: str) -> date:
    """Days since 30 December 1899, as spreadsheets count; a fraction (time of day) is cut."""
    if not re.fullmatch(r"[0-9]{1,7}(?:\.[0-9]+)?", text):
        raise ValueError(text)
    try:
        return _EXCEL_EPOCH + timedelta(days=int(text.split(".")[0]))
    except OverflowError as error:
        raise ValueError(text) from error


def read_date(item: Field) -> Reader:
    if item.mapalus.get("serial") == "excel":
        return _excel_serial
    if item.format == "any":
        return lambda text: read_any(text).date()
    if item.format != "default":
        return _strptime(item.format, lambda found: found.date())
    form = re.compile(DATE)

    def read(text: str) -> date:
        if not form.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)

    return read


def _naive(moment: datetime) -> datetime:
    """In UTC where a zone was given; a time without a zone stays what it says."""
    try:
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise ValueError(str(moment)) from error


def _micro(text: str) -> str:
    """No more than six digits of a second; the rest is cut."""
    return re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)


def _excel_moment(text: str) -> datetime:
    """Days since 30 December 1899 with the time of day as their fraction, to the second."""
    if not re.fullmatch(r"[0-9]{1,7}(?:[.,][0-9]{1,15})?", text):
        raise ValueError(text)
    days, _point, rest = text.replace(",", ".").partition(".")
    seconds = round(float(f"0.{rest}") * 86_400) if rest else 0
    try:
        return datetime.combine(_EXCEL_EPOCH, time()) + timedelta(days=int(days), seconds=seconds)
    except OverflowError as error:
        raise ValueError(text) from error


def read_datetime(item: Field) -> Reader:
    if item.mapalus.get("serial") == "excel":
        return _excel_moment
    if item.format == "any":
        return read_any
    if item.format != "default":
        return _strptime(item.format, _naive)
    form = re.compile(DATETIME)

    def read(text: str) -> datetime:
        if not form.fullmatch(text):
            raise ValueError(text)
        return _naive(datetime.fromisoformat(_micro(text)))

    return read


def read_time(item: Field) -> Reader:
    if item.format == "any":
        return lambda text: read_any("1970-01-01 " + text).time()
    if item.format != "default":
        return _strptime(item.format, lambda found: _naive(found.replace(year=1970)).time())
    form = re.compile(TIME)

    def read(text: str) -> time:
        if not form.fullmatch(text):
            raise ValueError(text)
        return _naive(datetime.fromisoformat("1970-01-02T" + _micro(text))).time()

    return read


_ZONE_WORD = re.compile(rf"\b(?:{'|'.join(ZONES)})\b", re.IGNORECASE)


@cache
def _strptime(pattern: str, take: Callable[[datetime], Any]) -> Reader:
    """Exactly Python's strptime; names of months and days may also be Indonesian. A wrong pattern is refused here."""
    named = any(part in pattern for part in ("%b", "%B", "%a", "%A"))
    pattern = pattern.replace("%b", "%B").replace("%a", "%A")
    zoned, pattern = "%Z" in pattern, pattern.replace("%Z", "%z")
    try:
        datetime.strptime("", pattern)  # noqa: DTZ007 - only the pattern is tried
    except ValueError as error:
        if "does not match" not in str(error):
            raise ValueError(f"the date pattern {pattern} is not known") from error

    def read(text: str) -> Any:
        if zoned:  # else the names known to the machine would count
            text, times = _ZONE_WORD.subn(lambda found: ZONES[found.group().upper()], text)
            if times != 1:
                raise ValueError(text)
        return take(datetime.strptime(to_english(text) if named else text, pattern))  # noqa: DTZ007 - a zone, if any, is in the pattern

    return read


_ANY = (
    "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%d %B %Y",
    "%d-%b-%Y", "%B %d, %Y",
)  # fmt: skip
_ANY_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f", "T%H:%M:%S%z", " %H:%M:%S%z")


def read_any(text: str) -> datetime:
    """A date in one of the common ways of writing, day before month; ValueError where none reads it."""
    for clock in _ANY_TIMES:
        for day in _ANY:
            try:
                return _naive(datetime.strptime(text.strip(), day + clock))  # noqa: DTZ007 - as written
            except ValueError:
                continue
    raise ValueError(text)
