"""Numbers and times as people write them, in Indonesian and in English. Pure functions; the language is an argument.

Minus is U+2212, the space inside a figure does not break, codes are never grouped (so do not send codes here).
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from mapalus.engine.data.months import ENGLISH, INDONESIAN

__all__ = [
    "ago",
    "bytes_",
    "change",
    "clock",
    "compact",
    "day",
    "moment",
    "number",
    "percent",
    "period",
    "period_brief",
    "rupiah",
]

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
Number = int | float | Decimal

_MONTHS = {
    "id": INDONESIAN,
    "en": ENGLISH,
}
_SHORT = {
    "id": ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    "en": [name[:3] for name in ENGLISH],
}
_DAYS = {
    "id": ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
_SCALES = {
    "id": ((12, "triliun"), (9, "miliar"), (6, "juta")),
    "en": ((12, "trillion"), (9, "billion"), (6, "million")),
}
_SWAPPED = str.maketrans(",.", ".,")
_QUARTERS = ("I", "II", "III", "IV")


def _language(language: str) -> str:
    return "en" if language.startswith("en") else "id"


def _decimal(value: object) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def number(value: object, *, language: str, decimals: int | None = None) -> str:
    """`1.234.567,8`. Without `decimals`: as many as the value has, at most two. What is no number stays as it is."""
    exact = _decimal(value)
    if exact is None:
        return "–" if value in (None, "") else str(value)
    if abs(exact) >= _LARGEST:
        return _power(exact, language=language)
    if decimals is None:
        rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP).normalize()
        exponent = rounded.as_tuple().exponent
        decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}"
    if _language(language) == "id":
        text = text.translate(_SWAPPED)
    return f"{MINUS}{text}" if rounded < 0 else text


_LARGEST = Decimal(10) ** 18
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power(exact: Decimal, *, language: str) -> str:
    """What no table has room for: `1,2 × 10³⁹`."""
    power = exact.adjusted()
    short = number(exact.scaleb(-power), language=language, decimals=1)
    return f"{short} × 10{str(power).translate(_RAISED)}"


def change(value: object, *, language: str, decimals: int | None = None) -> str:
    """A number that says its direction: `+1,2`, `−0,3`, `0`."""
    exact = _decimal(value)
    text = number(value, language=language, decimals=decimals)
    return f"+{text}" if exact is not None and exact > 0 and text.strip("0.,") else text


def rupiah(value: object, *, language: str) -> str:
    """`Rp 15.450`; whole rupiah."""
    text = number(value, language=language, decimals=0)
    return f"{MINUS}Rp{NBSP}{text[1:]}" if text.startswith(MINUS) else f"Rp{NBSP}{text}"


def compact(value: object, *, language: str) -> str:
    """`3,4 miliar`, for prose; below a million the whole number."""
    exact = _decimal(value)
    if exact is None:
        return number(value, language=language)
    for power, word in _SCALES[_language(language)]:
        if abs(exact) >= Decimal(10) ** power:
            scaled = exact.scaleb(-power)
            return f"{number(scaled, language=language, decimals=1 if abs(scaled) < 100 else 0)}{NBSP}{word}"
    return number(exact, language=language)


def percent(value: object, *, language: str, decimals: int | None = None, sign: bool = False) -> str:
    """`2,41 persen`; with `sign` (tables) `2,41 %`. English writes `2.41%` in both places."""
    text = number(value, language=language, decimals=decimals)
    if _language(language) == "en":
        return f"{text}%"
    return f"{text}{NBSP}%" if sign else f"{text}{NBSP}persen"


def bytes_(value: int, *, language: str) -> str:
    """`4,1 MB`; powers of 1000, as systems show files."""
    size, unit = float(value), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{number(size, language=language, decimals=0 if unit == 'B' or size >= 100 else 1)}{NBSP}{unit}"


def day(value: date, *, language: str, form: str = "long") -> str:
    """A day: `long` 17 Agustus 2026, `weekday` Senin, 23 November 2026, `short` 17 Agu, `table` 20-11-2026."""
    lang = _language(language)
    if form == "table":
        return f"{value:%d-%m-%Y}"
    if form == "short":
        return f"{value.day}{NBSP}{_SHORT[lang][value.month - 1]}"
    text = f"{value.day}{NBSP}{_MONTHS[lang][value.month - 1]} {value.year}"
    return f"{_DAYS[lang][value.weekday()]}, {text}" if form == "weekday" else text


def clock(value: datetime, *, language: str, zone: tzinfo, named: bool = True) -> str:
    """`08.30 WITA`; English writes `08:30 WITA`."""
    local = value.astimezone(zone)
    text = f"{local:%H:%M}" if _language(language) == "en" else f"{local:%H.%M}"
    return f"{text}{NBSP}{zone.tzname(local)}" if named else text


def moment(value: datetime, *, language: str, zone: tzinfo) -> str:
    """`20 November 2026, 08.30 WITA`."""
    local = value.astimezone(zone)
    return f"{day(local.date(), language=language)}, {clock(value, language=language, zone=zone)}"


def ago(value: datetime, *, now: datetime, language: str, zone: tzinfo) -> str:
    """`2 jam lalu`, `kemarin 23.10`, `3 hari lalu`; after seven days, and for what lies ahead, the date."""
    english = _language(language) == "en"
    local, today = value.astimezone(zone), now.astimezone(zone).date()
    passed, days = now - value, (today - local.date()).days
    time = clock(value, language=language, zone=zone, named=False)
    if passed < timedelta(0):
        return moment(value, language=language, zone=zone)
    if passed < timedelta(minutes=1):
        return "just now" if english else "baru saja"
    if passed < timedelta(hours=1):
        count = int(passed.total_seconds() // 60)
        return _count(count, "minute", "menit", english=english)
    if days == 0 or passed < timedelta(hours=6):
        return _count(int(passed.total_seconds() // 3600), "hour", "jam", english=english)
    if days == 1:
        return f"yesterday {time}" if english else f"kemarin {time}"
    if days <= 7:
        return _count(days, "day", "hari", english=english)
    return day(local.date(), language=language)


def _count(count: int, one: str, word: str, *, english: bool) -> str:
    return f"{count}{NBSP}{one if count == 1 else one + 's'} ago" if english else f"{count}{NBSP}{word} lalu"


_PERIOD = re.compile(r"(?P<year>(19|20)\d\d)-?(?P<kind>[QTSW])(?P<number>\d{1,2})", re.IGNORECASE)
_PARTS = {
    "id": {"Q": "triwulan", "T": "triwulan", "S": "semester", "W": "minggu ke-"},
    "en": {"Q": "quarter", "T": "quarter", "S": "half-year", "W": "week"},
}


def period(value: str, *, language: str) -> str:
    """A period as data write it (`2026`, `2026-10`, `2026-Q3`, `2026S1`, `2026-W45`, a day), as people say it."""
    lang = _language(language)
    found = _PERIOD.fullmatch(value)
    if found:
        return _part(found["kind"].upper(), int(found["number"]), found["year"], lang)
    year, _, month = value.partition("-")
    if year.isdecimal() and len(year) == 4 and month.isdecimal() and 1 <= int(month) <= 12:
        return f"{_MONTHS[lang][int(month) - 1]} {year}"
    try:
        return day(date.fromisoformat(value[:10]), language=language) if len(value) >= 10 else value
    except ValueError:
        return value


_BRIEF = {
    "id": {"Q": "Tw", "T": "Tw", "S": "Smt", "W": "mgg"},
    "en": {"Q": "Q", "T": "Q", "S": "H", "W": "wk"},
}


def period_brief(value: str, *, language: str) -> str:
    """The same for the axis of a chart: `Tw III 2026`, `Smt I 2026`, `mgg 45 2026`, `Okt 2026`."""
    lang = _language(language)
    found = _PERIOD.fullmatch(value)
    if found:
        kind, number = found["kind"].upper(), int(found["number"])
        counted = str(number) if kind == "W" or lang == "en" or number > len(_QUARTERS) else _QUARTERS[number - 1]
        space = "" if lang == "en" and kind != "W" else " "
        return f"{_BRIEF[lang][kind]}{space}{counted} {found['year']}"
    year, _, month = value.partition("-")
    if year.isdecimal() and len(year) == 4 and month.isdecimal() and 1 <= int(month) <= 12:
        return f"{_SHORT[lang][int(month) - 1]} {year}"
    try:
        return day(date.fromisoformat(value[:10]), language=language, form="short") if len(value) >= 10 else value
    except ValueError:
        return value


def _part(kind: str, number: int, year: str, lang: str) -> str:
    word = _PARTS[lang][kind]
    if kind == "W" or number > len(_QUARTERS) or number < 1:
        return f"{word}{'' if word.endswith('-') else ' '}{number} {year}"
    return f"{word} {_QUARTERS[number - 1]} {year}"
