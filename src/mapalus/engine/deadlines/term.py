"""The values of a deadline: how much time, when the clock stood, when it is due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

__all__ = ["Amount", "Due", "Pause", "Term", "Unit", "exact"]

Amount = int | float | Decimal | Fraction


class Unit(StrEnum):
    """What a deadline counts."""

    WORKING_DAYS = "hari-kerja"
    HOURS = "jam-24x7"
    OPEN_HOURS = "jam-kerja"

    @property
    def most(self) -> int:
        """More than this no office promises; it also bounds the work."""
        return 100_000 if self is Unit.WORKING_DAYS else 1_000_000


@dataclass(frozen=True)
class Term:
    """How much time there is: whole working days, or hours, of which parts are allowed.

    Raises `ValueError` for an amount below 0, beyond reason, or with a part of a working day.
    """

    unit: Unit
    amount: Amount

    def __post_init__(self) -> None:
        if not 0 <= self.amount <= self.unit.most:
            raise ValueError(f"an amount of {self.amount} is outside 0 to {self.unit.most}")
        if self.unit is Unit.WORKING_DAYS and self.amount != int(self.amount):
            raise ValueError("working days are whole")

    @classmethod
    def days(cls, amount: int) -> Term:
        return cls(Unit.WORKING_DAYS, amount)

    @classmethod
    def hours(cls, amount: Amount) -> Term:
        """Every hour, day and night."""
        return cls(Unit.HOURS, amount)

    @classmethod
    def open_hours(cls, amount: Amount) -> Term:
        return cls(Unit.OPEN_HOURS, amount)

    def extended(self, by: Amount) -> Term:
        """The longer term, counted from the same day 0: 10 extended by 7 is 17."""
        return replace(self, amount=exact(self.amount) + exact(by))


@dataclass(frozen=True)
class Pause:
    """The clock stands from `start` until just before `end`; without an end it still stands.

    Raises `ValueError` for an end before the start.
    """

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("a pause ends before it starts")


@dataclass(frozen=True)
class Due:
    """The due `day` at the place, and the moment `at` after which it is late: for working days the close of that day.

    Both are None while the clock stands paused and the time was not used up before.
    """

    day: date | None
    at: datetime | None

    @property
    def is_paused(self) -> bool:
        return self.at is None


def exact(amount: Amount) -> Fraction:
    """As a person wrote it: 0.1 hours are six minutes exactly."""
    return Fraction(str(amount)) if isinstance(amount, float) else Fraction(amount)
