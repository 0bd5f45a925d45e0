"""How the numbers of a chart are written, and over which range they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from mapalus.doors.ui import figures, scale

__all__ = ["Numbers", "fine", "finite", "span"]

_ENDLESS = 1e100


def finite(values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Values as they can be drawn: what is no number, or larger than anything that is counted, is a gap."""
    return tuple(None if value is None or not abs(value) < _ENDLESS else float(value) for value in values)


@dataclass(frozen=True)
class Numbers:
    """The numbers of one drawing, all written in one unit: `ribu jiwa`, with as many decimals as tell them apart."""

    known: tuple[float, ...]
    language: str

    @cached_property
    def form(self) -> scale.Scaled:
        return fine(self.known, language=self.language, digits=5)

    def write(self, value: float) -> str:
        return figures.number(value / self.form.factor, language=self.language, decimals=self.form.decimals)

    def ticks(self, low: float, high: float, *, is_low: bool = False) -> list[tuple[float, str]]:
        """Round numbers within the range, written with as few decimals as tell them apart and exactly."""
        ticks = scale.ticks(low, high, wanted=2 if is_low else 4)
        if not is_low and len(ticks) < 4:
            finer = scale.ticks(low, high, wanted=7)
            ticks = finer if len(finer) <= 7 else ticks
        found = [0.0 if abs(tick) < abs(high - low) * 1e-9 else tick for tick in ticks]
        decimals = _decimals([tick / self.form.factor for tick in found])
        return [
            (tick, figures.number(tick / self.form.factor, language=self.language, decimals=decimals if tick else 0))
            for tick in found
        ]

    def unit(self, unit: str) -> str:
        """The unit with the word that the numbers were divided by: `ribu jiwa`."""
        return f"{self.form.word} {unit}".strip()

    def axis_note(self, low: float) -> str:
        """Where the axis begins, when that is not zero."""
        if low <= 0:
            return ""
        text = figures.number(
            low / self.form.factor, language=self.language, decimals=_decimals([low / self.form.factor])
        )
        return _("The axis begins at %(start)s.") % {"start": text}


def fine(values: Sequence[float], *, language: str, digits: int = 4) -> scale.Scaled:
    """The unit of a drawing, with no more decimals than the values themselves have."""
    form = scale.scaled(values, language=language, digits=digits)
    top = max((abs(value) for value in values), default=0.0) / form.factor
    most = 1 if 100 <= top < 1000 and form.decimals == 0 else form.decimals
    return scale.Scaled(form.factor, min(most, _decimals([value / form.factor for value in values], most)), form.word)


def _decimals(ticks: Sequence[float], most: int = 15) -> int:
    """As few as write these exactly, at most `most`."""
    for count in range(most):
        if all(abs(round(tick, count) - tick) <= abs(tick) * 1e-9 for tick in ticks):
            return count
    return most


def span(known: Sequence[float]) -> tuple[float, float]:
    """The range of an axis: from zero when the values come near it, else from below the least of them."""
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if low >= 0 and low <= 0.6 * high:
        return 0.0, high or 1.0
    if high <= 0 and high >= 0.6 * low:
        return low or -1.0, 0.0
    # a change of a thousandth must not fill the page: the range is at least a twentieth of the value
    pad = max((high - low) * 0.12, (0.05 * max(abs(high), abs(low)) - (high - low)) / 2, 0.0) or 1.0
    under = low - pad if low < 0 else max(0.0, low - pad)
    found = scale.ticks(under, high + pad)
    step = found[1] - found[0] if len(found) > 1 else 0.0
    # an axis that does not begin at zero begins at a round number, since it must say which
    begin = found[0] - step if step and found[0] - step >= 0 and low - found[0] < step / 4 else found[0]
    return (begin if step and 0 <= begin <= low else under), high + pad
