"""How people write dates, months, money and measures in Indonesian offices, as the plain forms of Table Schema.

Each function answers None where the text is not of its kind: it is then left as it stands, and checking names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

__all__ = ["read_date", "read_datetime", "read_measure", "read_rupiah", "read_whole", "read_yearmonth"]

_MONTHS = {
    1: "januari january jan", 2: "februari pebruari february feb peb", 3: "maret march mar", 4: "april apr",
    5: "mei may", 6: "juni june jun", 7: "juli july jul", 8: "agustus august agu ags agt aug agust",
    9: "september sep sept", 10: "oktober october okt oct", 11: "november nopember nov nop",
    12: "desember december des dec",
}  # fmt: skip
_MONTH = {word: number for number, words in _MONTHS.items() for word in words.split()}
_EPOCH = date(1899, 12, 30)
_ZONES = {"wib": "+07:00", "wita": "+08:00", "wit": "+09:00"}

_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
_SLASHED = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})")
_WORDED = re.compile(r"(\d\d?)[ -]+([a-z]+)\.?[ -]+(\d{4})", re.IGNORECASE)
_CLOCKED = re.compile(r"(.+?)[ T,]+(\d\d?)[.:](\d\d)(?:[.:](\d\d))?\s*(wib|wita|wit|z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_YEARMONTH = re.compile(r"(?:([a-z]+)\.?[ -]+(\d{4})|(\d{4})[ -]+([a-z]+))", re.IGNORECASE)
_MONEY = re.compile(r"(?:@|rp\.?)?\s*([\d.]+(?:,\d+)?)\s*(rb|ribu|jt|juta)?\s*(?:,-)?", re.IGNORECASE)
_MEASURE = re.compile(r"([\d.]+(?:,\d+)?)\s*([a-z]+)\.?", re.IGNORECASE)
_WHOLE = re.compile(r"([+-]?\d+)\.0*")
_THOUSANDS = {"rb": 1_000, "ribu": 1_000, "jt": 1_000_000, "juta": 1_000_000, "": 1}


def _iso(year: str | int, month: str | int, day: str | int) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def read_date(text: str) -> tuple[str, str] | None:
    """The date in ISO form, and what was seen on the way: `excel-serial-date`, `ambiguous-date-format` or nothing."""
    text = text.strip()
    if found := _ISO.fullmatch(text):
        iso = _iso(*found.groups())
        return (iso, "") if iso else None
    if found := _SLASHED.fullmatch(text):
        day, month, year = found.groups()
        iso = _iso(year, month, day)
        return (iso, "ambiguous-date-format" if int(day) <= 12 and day != month else "") if iso else None
    if found := _WORDED.fullmatch(text):
        number = _MONTH.get(found.group(2).casefold())
        iso = _iso(found.group(3), number, found.group(1)) if number else None
        return (iso, "") if iso else None
    if text.isdigit() and 20_000 <= int(text) <= 60_000:
        return (_EPOCH + timedelta(days=int(text))).isoformat(), "excel-serial-date"
    return None


def read_datetime(text: str, *, zone: str) -> tuple[str, str] | None:
    """The moment in ISO form with its zone (`zone` where the text names none, which is reported)."""
    found = _CLOCKED.fullmatch(text.strip())
    day = read_date(found.group(1)) if found else None
    if not found or not day or int(found.group(2)) > 23 or int(found.group(3)) > 59:
        return None
    named = (found.group(5) or "").casefold()
    offset = _ZONES.get(named) or ("Z" if named == "z" else named) or zone
    stamp = f"{day[0]}T{int(found.group(2)):02d}:{found.group(3)}:{found.group(4) or '00'}{offset}"
    return stamp, "" if named else "mixed-timezone"


def read_yearmonth(text: str) -> str | None:
    """Oktober 2026, Okt 2026, 2026 Okt -> 2026-10."""
    found = _YEARMONTH.fullmatch(text.strip())
    if not found:
        return None
    number = _MONTH.get((found.group(1) or found.group(4)).casefold())
    return f"{found.group(2) or found.group(3)}-{number:02d}" if number else None


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(".", "").replace(",", "."))
    except InvalidOperation:
        return None


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def read_rupiah(text: str) -> str | None:
    """Rp1.250.000,00 -> 1250000; @18rb -> 18000."""
    found = _MONEY.fullmatch(text.strip())
    value = _decimal(found.group(1)) if found else None
    return None if found is None or value is None else _plain(value * _THOUSANDS[(found.group(2) or "").casefold()])


def read_measure(text: str, units: Mapping[str, float]) -> tuple[str, str] | None:
    """2,4 ton -> 2400 (in the unit whose factor is 1), and the unit that was written."""
    found = _MEASURE.fullmatch(text.strip())
    value = _decimal(found.group(1)) if found else None
    if found is None or value is None or found.group(2).casefold() not in units:
        return None
    unit = found.group(2).casefold()
    return _plain(value * Decimal(str(units[unit]))), unit


def read_whole(text: str) -> str | None:
    """125.0 -> 125, the way a program writes a whole number it holds as a fraction."""
    found = _WHOLE.fullmatch(text.strip())
    return found.group(1) if found else None
