"""How far two versions of a column are apart; sources stand in `drift`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

__all__ = ["by_chance", "distance", "power", "stability", "stability_by_chance"]

_CHI_SQUARE = 27.88  # 99.9th percentile at 9 degrees of freedom
_CHANCE = math.log(1000) / 2  # McDiarmid at 99.9 percent
_POWERS = (100.0, 1_000.0, 1_000_000.0, 0.01, 0.001, 0.000_001)
_NEAR = 1.35  # quartiles may be so far from the power of ten


def distance(old: Mapping[str, int], new: Mapping[str, int]) -> float:
    """Total variation distance of two counts of categories, 0 to 1."""
    before, after = sum(old.values()), sum(new.values())
    return sum(abs(old.get(one, 0) / before - new.get(one, 0) / after) for one in {*old, *new}) / 2


def by_chance(old: Mapping[str, int], new: Mapping[str, int]) -> float:
    """What that distance stays below in 999 of 1,000 samples of the same distribution."""
    apart = 1 / sum(old.values()) + 1 / sum(new.values())
    return math.sqrt(_CHANCE * apart) + math.sqrt(len({*old, *new}) * apart) / 2


def stability_by_chance(before: int, after: int) -> float:
    """What the population stability index stays below, with so many values, in 999 of 1,000 samples."""
    return _CHI_SQUARE * (1 / before + 1 / after)


def power(old: Sequence[float], new: Sequence[float]) -> float:
    """The power of ten by which all quartiles are apart; 0 where there is none."""
    quarters = [round(part * (len(old) - 1)) for part in (0.25, 0.5, 0.75)]
    pairs = [(old[n], new[n]) for n in quarters]
    if any(a == 0 or b == 0 or (a > 0) != (b > 0) for a, b in pairs):
        return 0.0
    ratios = [b / a for a, b in pairs]
    return next((power for power in _POWERS if all(1 / _NEAR <= ratio / power <= _NEAR for ratio in ratios)), 0.0)


def stability(old: Sequence[float], new: Sequence[float]) -> float:
    """Population stability index over the tenths of `old`; both are quantiles at 0, 5, ... 100 percent."""
    edges = [old[n] for n in range(2, len(old) - 2, 2)]
    size, below_old, below_new = 0.0, 0.0, 0.0
    for edge in (*dict.fromkeys(edges), math.inf):
        upto_old, upto_new = _share_upto(old, edge), _share_upto(new, edge)
        p, q = max(upto_old - below_old, 0.001), max(upto_new - below_new, 0.001)
        size += (q - p) * math.log(q / p)
        below_old, below_new = upto_old, upto_new
    return size


def _share_upto(quantiles: Sequence[float], edge: float) -> float:
    """Share of values up to `edge`, between the steps by straight lines."""
    last = len(quantiles) - 1
    if edge >= quantiles[-1]:
        return 1.0
    if edge < quantiles[0]:
        return 0.0
    n = max(i for i, value in enumerate(quantiles) if value <= edge)
    low, high = quantiles[n], quantiles[min(n + 1, last)]
    part = (edge - low) / (high - low) if high > low else 0.0
    return (n + part) / last
