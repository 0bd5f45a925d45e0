"""One spelling for a period: `2026`, `2026-10`, `2026-Q3`, `2026-S1`, `2026-W45`, `2026-10-20`."""

from __future__ import annotations

import re
from datetime import date

from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["canonical"]

_PART = re.compile(r"(?P<year>\d{4})[-/ ]?(?P<kind>[QTSW])[- ]?0?(?P<number>\d{1,2})", re.IGNORECASE)
_MONTH = re.compile(r"\d{4}-(?P<month>\d{2})(-\d{2})?")
_LAST = {"Q": 4, "S": 2}


def canonical(text: str) -> str:
    """The period as the catalogue writes it; other words stay as they are. T (triwulan) is a quarter.

    Raises `Invalid` for a month, week, quarter or half year that no calendar has.
    """
    text = text.strip()
    found = _PART.fullmatch(text)
    if found is None:
        return _day_or_month(text)
    kind = found["kind"].upper().replace("T", "Q")
    year, number = int(found["year"]), int(found["number"])
    if not 1 <= number <= (_weeks(year) if kind == "W" else _LAST[kind]):
        raise _unknown(text)
    return f"{year:04}-{kind}{number:02}" if kind == "W" else f"{year:04}-{kind}{number}"


def _day_or_month(text: str) -> str:
    if _MONTH.fullmatch(text):
        try:
            date.fromisoformat(text if len(text) == 10 else f"{text}-01")
        except ValueError:
            raise _unknown(text) from None
    return text


def _weeks(year: int) -> int:
    """Weeks of the ISO year, which epidemiological weeks follow closely enough: 52 or 53."""
    return date(max(year, 1), 12, 28).isocalendar().week


def _unknown(text: str) -> Invalid:
    return Invalid(fields={"period": _("There is no such period in the calendar.")}, period=text)
