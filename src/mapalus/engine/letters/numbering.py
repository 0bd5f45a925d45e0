"""How the number of a letter is written: `555/0012/DISKOMINFO/XI/2026`."""

from __future__ import annotations

from datetime import date

__all__ = ["letter_number", "roman"]

_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def roman(month: int) -> str:
    return _MONTHS[month - 1]


def letter_number(*, code: str, sequence: int, unit: str, on: date) -> str:
    """Classification, place in the register of the unit and year, unit, month, year."""
    return f"{code or '000'}/{sequence:04}/{unit.upper()}/{roman(on.month)}/{on.year}"
