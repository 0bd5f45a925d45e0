"""Axes and classes: round ticks for a range, at most five steps for a map, one unit for all numbers of a drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Scaled", "scaled", "steps", "ticks"]

# power of ten, Indonesian word, English word
_UNITS = (
    (0, "", ""),
    (3, "ribu", "thousand"),
    (6, "juta", "million"),
    (9, "miliar", "billion"),
    (12, "triliun", "trillion"),
)


@dataclass(frozen=True)
class Scaled:
    """How the numbers of one drawing are written: divided by `factor`, with `decimals`; `word` before the unit."""

    factor: float
    decimals: int
    word: str


def scaled(values: Sequence[float], *, language: str, digits: int = 4) -> Scaled:
    """The unit in which the largest value has at most `digits` digits before the comma."""
    largest = max((abs(value) for value in values), default=0.0)
    power, word = 0, ""
    for candidate, indonesian, english in _UNITS:
        power, word = candidate, english if language.startswith("en") else indonesian
        if largest / 10**candidate < 10**digits:
            break
    factor = float(10**power)
    top = largest / factor
    whole = power == 0 and all(float(value).is_integer() for value in values)
    decimals = 0 if whole or top >= 100 else 1 if top >= 10 else 2
    if 0 < top < 0.1:  # what is small keeps two digits that say something
        decimals = min(12, 1 - math.floor(math.log10(top)))
    return Scaled(factor, decimals, word)


def ticks(low: float, high: float, *, wanted: int = 4) -> list[float]:
    """Round numbers within [low, high], about `wanted` of them."""
    span = high - low
    rough = span / wanted
    if rough <= 0:  # no span, or one so small that its quarter is nothing
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= rough), 10 * power)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def steps(values: Sequence[float], *, most: int = 5) -> list[float]:
    """Lower limits of at most five classes of about equal size; every limit is a value that occurs."""
    ordered = sorted(values)
    limits: list[float] = []
    for number in range(most):
        limit = ordered[number * len(ordered) // most] if ordered else 0.0
        if ordered and limit not in limits:
            limits.append(limit)
    return limits
