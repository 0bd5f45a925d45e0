"""Small groups are left out of what is kept, and what would give them away with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from mapalus.engine.data.indicator.frame import Frame, Key, Mark

__all__ = ["SMALL", "suppressed"]

SMALL = 5  # groups of fewer persons are not told in public counts


def suppressed(frame: Frame, *, has_persons: bool, least: int = 0) -> Frame:
    """The frame without values of fewer rows than `SMALL` (`has_persons`), and without counts below `least`.

    Where one value alone is hidden among those that are added, the next smallest goes with it: with the sum it could
    be reckoned (complementary suppression: L. Cox, Suppression Methodology and Statistical Disclosure Control, 1980).
    """
    if not has_persons and least <= 1:
        return frame
    hidden = {
        place
        for place, (n, rows) in enumerate(zip(frame.numerators, frame.rows, strict=True))
        if (has_persons and 0 < rows < SMALL) or (least > 1 and n is not None and 0 < abs(n) < least)
    }
    if hidden:
        hidden |= _beside(frame, hidden)
    if not hidden:
        return frame
    values, above, below = list(frame.values), list(frame.numerators), list(frame.denominators)
    rows, firsts, lasts, marks = list(frame.rows), list(frame.firsts), list(frame.lasts), list(frame.marks)
    for place in hidden:
        values[place] = above[place] = below[place] = None
        rows[place], firsts[place], lasts[place] = 0, -1, -1
        marks[place] |= Mark.SUPPRESSED
    return replace(
        frame, values=values, numerators=above, denominators=below, rows=rows, firsts=firsts, lasts=lasts, marks=marks
    )


def _beside(frame: Frame, hidden: set[int]) -> set[int]:
    """One more of each group in which one alone is hidden: regions of one above, categories of one dimension."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, key in enumerate(frame.keys):
        for group in _groups(key):
            groups[group].append(place)
    found: set[int] = set()
    for places in groups.values():
        others = [place for place in places if place not in hidden and frame.numerators[place] is not None]
        if len(places) - len([p for p in places if p not in hidden]) == 1 and others:
            found.add(min(others, key=lambda place: (frame.numerators[place] or 0.0, frame.keys[place])))
    return found


def _groups(key: Key) -> list[tuple[object, ...]]:
    period, region, dimension = key
    found: list[tuple[object, ...]] = []
    if region:
        above = region.rpartition(".")[0]
        found.append((period, above if "." in above else "", dimension, "regions"))
    if dimension:
        names = ";".join(part.partition("=")[0] for part in dimension.split(";"))
        found.append((period, region, names, "dimensions"))
    return found
