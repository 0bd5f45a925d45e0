"""Values in at most five colours: limits in the legend, values and limits rounded half up the same way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from mapalus.doors.ui import figures, scale
from mapalus.doors.ui.charts.scales import fine

__all__ = ["Class", "Classes", "classes", "two_ways"]

MOST = 5


@dataclass(frozen=True)
class Class:
    """One colour of the legend: `step` 1 to 5, its lower limit and the words beside it."""

    step: int
    label: str


@dataclass(frozen=True)
class Classes:
    form: scale.Scaled
    limits: tuple[float, ...]  # lower limits, as written
    legend: tuple[Class, ...]
    language: str
    is_two_way: bool = False

    def rounded(self, value: float) -> float:
        """The value as it is written, in the unit of the map."""
        return _rounded(value / self.form.factor, self.form.decimals)

    def step(self, value: float | None) -> int:
        """1 to 5; 0 for no value. Two values written alike have one colour."""
        if value is None:
            return 0
        here = self.rounded(value)
        return max(1, self._offset + sum(here >= limit for limit in self.limits))

    @property
    def _offset(self) -> int:
        # few classes use the far end of the palette, so that more is always further from the page
        return 1 if self.is_two_way else MOST - len(self.limits)

    def write(self, value: float) -> str:
        return figures.number(value / self.form.factor, language=self.language, decimals=self.form.decimals)

    def unit(self, unit: str) -> str:
        return f"{self.form.word} {unit}".strip()


def _rounded(value: float, decimals: int) -> float:
    return float(Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def classes(values: Sequence[float], *, language: str) -> Classes:
    """At most five classes of about equal size; every limit is a value that occurs."""
    form = fine(values, language=language)
    written = [_rounded(value / form.factor, form.decimals) for value in values]
    distinct = sorted(set(written))
    limits = distinct if len(distinct) <= MOST else scale.steps(written)  # few values: none shares its colour
    offset = MOST - len(limits)
    highest = max(written, default=0.0)
    names = []
    for index, limit in enumerate(limits):
        following = limits[index + 1] if index + 1 < len(limits) else None
        names.append(Class(offset + index + 1, _label(limit, following, highest, form.decimals, language)))
    return Classes(form, tuple(limits), tuple(names), language)


def _label(limit: float, following: float | None, highest: float, decimals: int, language: str) -> str:
    """`3-4` and `5+` for whole numbers; for others the lower limit alone."""
    text = figures.number(limit, language=language, decimals=decimals)
    if decimals or highest >= 1000:
        return text
    if following is None:
        return f"{text}+" if highest > limit else text
    if following - limit <= 1:
        return text
    return f"{text}\N{EN DASH}{figures.number(following - 1, language=language, decimals=0)}"


def two_ways(values: Sequence[float], *, middle: float, language: str) -> Classes:
    """Five classes round a middle, equally wide on both sides: far below, below, near, above, far above."""
    reach = max((abs(value - middle) for value in values), default=0.0) or 1.0
    form = fine([*values, middle], language=language)
    near, far = _round(reach / 5), _round(reach * 3 / 5)
    limits = [_rounded((middle + edge) / form.factor, max(form.decimals, 2)) for edge in (-far, -near, near, far)]
    words = [figures.number(limit, language=language) for limit in limits]
    names = (f"< {words[0]}", *words)
    return Classes(form, tuple(limits), tuple(Class(at + 1, name) for at, name in enumerate(names)), language, True)


def _round(value: float) -> float:
    """The nearest of 1, 2, 2.5, 5 and 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return min((factor * power for factor in (1, 2, 2.5, 5, 10)), key=lambda found: abs(found - value))
