"""From the frames of its inputs to the values of an indicator: the formula, windows, what is incomplete."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mapalus.engine.data.indicator.arithmetic import parse
from mapalus.engine.data.indicator.declaration import Change, Declaration, Incomplete, Input, Moving, Window
from mapalus.engine.data.indicator.frame import EMPTY, Frame, Key, Mark, framed_of, joined, sort_key
from mapalus.engine.data.indicator.periods import Period, order, parsed

__all__ = ["SQL", "contributing", "is_plain", "stand", "with_absent"]

SQL = "sql"  # the name under which the frame of a statement stands
_MOST_BETWEEN = 20_000
_SERIOUS = Mark.SUPPRESSED | Mark.CONFLICTING | Mark.INCOMPLETE | Mark.NOT_FINITE


def is_plain(declaration: Declaration) -> bool:
    """Its values are those of its one input, as they are."""
    return (
        not declaration.expression
        and (bool(declaration.sql) or (len(declaration.inputs) == 1 and _is_as_it_is(declaration.inputs[0])))
        and declaration.window.is_plain
        and declaration.coverage in ("", "none")
    )


def _is_as_it_is(one: Input) -> bool:
    return one.window.is_plain and not one.is_list


def with_absent(
    declaration: Declaration, frames: Mapping[str, Frame], *, expected: Sequence[str] = ()
) -> Mapping[str, Frame]:
    """The frames of inputs, with 0 in those that are lists of events where none was: `absent: 0`.

    From the first to the last period of such an input, for every place one of the inputs or the coverage names.
    """
    listed = [one.name for one in declaration.inputs if one.is_list and one.name in frames]
    if not listed:
        return frames
    places = {(key[1], key[2]) for frame in frames.values() for key in frame.keys}
    places |= {(code, "") for code in expected}
    return {**frames, **{name: _filled(frames[name], places) for name in listed}}


def _filled(frame: Frame, places: set[tuple[str, str]]) -> Frame:
    if not frame.keys:
        return frame
    origin, lines = 0, list(zip(frame.keys, *frame.columns, strict=True))
    by_period = {key[0]: frame.origins[at] for at, key in enumerate(frame.keys)}
    known = frame.places
    for period in _between(list(by_period)):
        origin = by_period.get(period, origin)
        lines += [
            ((period, *place), 0.0, 0.0, None, 0, -1, -1, 0, origin)
            for place in places if (period, *place) not in known
        ]  # fmt: skip
    lines.sort(key=lambda line: sort_key(line[0]))
    keys, *columns = zip(*lines, strict=True)
    return framed_of(keys, columns, frame.sources)


def _between(told: Sequence[str]) -> list[str]:
    """Every period of each kind from the first to the last, and the words that are no periods."""
    kinds: dict[str, list[Period]] = defaultdict(list)
    for text in told:
        if (known := parsed(text)) is not None:
            kinds[known.kind].append(known)
    found = dict.fromkeys(told)
    for some in kinds.values():
        first, one = min(each.last_day for each in some), max(some, key=lambda each: each.last_day)
        while one.last_day > first and len(found) < _MOST_BETWEEN:
            found[str(one)] = None
            one = one.before()
    return sorted(found, key=order)


def stand(declaration: Declaration, frames: Mapping[str, Frame], *, expected: Sequence[str] = ()) -> Frame:
    """The values of the indicator. `frames`: of each input by name; `expected`: regions that should have a value."""
    frames = with_absent(declaration, frames, expected=expected)
    if declaration.sql:
        frame = frames.get(SQL, EMPTY)
    elif not declaration.expression:
        one = declaration.inputs[0]
        frame = _windowed(frames.get(one.name, EMPTY), one.window, declaration, times=one.formula.times)
    else:
        frame = _combined(declaration, frames)
    if not declaration.window.is_plain:
        frame = _windowed(frame, declaration.window, declaration, times=1.0)
    if expected and declaration.coverage != "none" and declaration.province == "rows":
        frame = _marked(frame, expected, declaration.incomplete)
    return frame


def contributing(window: Window, period: str) -> tuple[str, ...]:
    """The periods whose values go into that of a period, itself the last; for a word that is no period, itself."""
    known = parsed(period)
    if known is None or window.is_plain:
        return (period,)
    found = {known}
    if window.change:
        earlier = known.year_before() if window.change.to == "yoy" else known.before()
        found |= {earlier} if earlier else set()
    if window.moving:
        found = {one.before(step) for one in found for step in range(window.moving.periods)}
    if window.so_far:
        found = {one for each in found for one in each.since_new_year()}
    told = sorted(map(str, found - {known}), key=order)
    return (*told, period)


# --- the formula over several inputs -----------------------------------------------------------------------------


class _Part:
    """An input as the formula asks it: by the key of the others."""

    def __init__(self, one: Input, frame: Frame) -> None:
        self.one, self.frame, self.places = one, frame, frame.places
        self.newest: dict[tuple[str, str], list[str]] = defaultdict(list)
        if one.match == "latest":
            for period, region, dimension in sorted(frame.keys, key=lambda key: order(key[0])):
                self.newest[region, dimension].append(period)

    def at(self, key: Key) -> int | None:
        """The place of its value for the key; None where it has none."""
        period, region, dimension = key
        place = "" if self.one.spread in ("regions", "both") else region
        found = self._in(period, place, dimension)
        if found is None and self.one.spread in ("dimensions", "both"):
            found = self._in(period, place, "")
        return found

    def _in(self, period: str, region: str, dimension: str) -> int | None:
        if self.one.match == "year":
            known = parsed(period)
            return self.places.get((f"{known.year:04}" if known else period, region, dimension))
        if self.one.match == "latest":
            limit = order(period)[0]
            fitting = [one for one in self.newest.get((region, dimension), ()) if order(one)[0] <= limit]
            return self.places[fitting[-1], region, dimension] if fitting else None
        if self.one.match:
            return self.places.get((self.one.match, region, dimension))
        return self.places.get((period, region, dimension))


def _combined(declaration: Declaration, frames: Mapping[str, Frame]) -> Frame:
    tree = parse(declaration.expression)
    parts = {}
    for one in declaration.inputs:
        frame = _windowed(frames.get(one.name, EMPTY), one.window, declaration, times=one.formula.times)
        parts[one.name] = _Part(one, frame)
    leading = [part for part in parts.values() if not part.one.match and not part.one.spread] or list(parts.values())
    keys = sorted({key for part in leading for key in part.frame.keys}, key=sort_key)
    lead = next((name for name, part in parts.items() if part.one.dataset == declaration.dataset), next(iter(parts)))
    lines = [_line(tree, parts, key, lead) for key in keys]
    if not lines:
        return EMPTY
    return framed_of(keys, list(zip(*lines, strict=True)), parts[lead].frame.sources or (0,))


def _line(tree: Any, parts: Mapping[str, _Part], key: Key, lead: str) -> tuple[Any, ...]:
    values: dict[str, float | None] = {}
    rows, mark, status, first, last, origin = 0, 0, 0, -1, -1, 0
    for name, part in parts.items():
        at = part.at(key)
        values[name] = None if at is None else part.frame.values[at]
        if at is None:
            continue
        frame = part.frame
        rows += frame.rows[at]
        mark |= frame.marks[at] & _SERIOUS
        own = frame.marks[at] & Mark.STATUS
        status = min(status, own) if status and own else status or own
        if name == lead:
            first, last, origin = frame.firsts[at], frame.lasts[at], frame.origins[at]
    value = None if mark & Mark.SUPPRESSED else tree(values)
    above, below = value, None
    if tree.quotient is not None:
        above, below = (None, None) if mark & Mark.SUPPRESSED else (values[name] for name in tree.quotient)
    if mark & Mark.SUPPRESSED:
        rows = 0
    return value, above, below, rows, first, last, mark | status, origin


# --- windows over periods -----------------------------------------------------------------------------------------


def _windowed(frame: Frame, window: Window, declaration: Declaration, *, times: float) -> Frame:
    if window.is_plain or not frame.keys:
        return frame
    if window.so_far:
        frame = _summed(frame, lambda period: period.since_new_year(), declaration, times=times, by=0)
    if window.moving:
        moving: Moving = window.moving
        by = moving.periods if moving.of == "mean" else 0
        frame = _summed(
            frame,
            lambda period: [period.before(step) for step in range(moving.periods)],
            declaration,
            times=times,
            by=by,
        )
    if window.change:
        frame = _changed(frame, window.change)
    return _latest(frame) if window.latest else frame


def _series(frame: Frame) -> dict[tuple[str, str], dict[Period, int]]:
    found: dict[tuple[str, str], dict[Period, int]] = defaultdict(dict)
    for place, (period, region, dimension) in enumerate(frame.keys):
        known = parsed(period)
        if known is not None:
            found[region, dimension][known] = place
    return found


def _summed(
    frame: Frame, span: Callable[[Period], list[Period]], declaration: Declaration, *, times: float, by: int
) -> Frame:
    """Over several periods: sums, or the quotient of sums; nothing where one of them is missing."""
    values: list[float | None] = [None] * len(frame)
    above, below = list(values), list(values)
    rows = [0] * len(frame)
    marks: list[int] = [mark & ~Mark.NOT_FINITE | Mark.INCOMPLETE for mark in frame.marks]
    is_shown = declaration.incomplete is Incomplete.SHOW and "incomplete" in declaration.descriptor
    for series in _series(frame).values():
        for period, place in series.items():
            wanted = [series.get(one) for one in span(period)]
            found = [one for one in wanted if one is not None and frame.values[one] is not None]
            mark = 0
            for one in wanted:
                mark |= frame.marks[one] & Mark.SUPPRESSED if one is not None else 0
            is_whole = len(found) == len(wanted)
            rows[place] = 0 if mark else sum(frame.rows[one] for one in found)
            marks[place] = _worst(frame, found) | mark | (0 if is_whole else Mark.INCOMPLETE)
            if mark or not found or not (is_whole or is_shown):
                continue
            values[place], above[place], below[place] = _total(frame, found, times, by)
    return replace(frame, values=values, numerators=above, denominators=below, marks=marks, rows=rows)


def _total(
    frame: Frame, found: Sequence[int], times: float, by: int
) -> tuple[float | None, float | None, float | None]:
    above = [frame.numerators[one] for one in found]
    below = [frame.denominators[one] for one in found]
    if None not in below and None not in above:
        n, d = math.fsum(above), math.fsum(below)  # type: ignore[arg-type]
        return (n / d * times if d else None), n, d
    total = math.fsum(frame.values[one] for one in found)  # type: ignore[misc]
    return (total / by, total, float(by)) if by else (total, total, None)


def _worst(frame: Frame, places: Sequence[int]) -> int:
    """The least final status of several, and what else is said of any of them."""
    mark, status = 0, 0
    for place in places:
        own = frame.marks[place] & Mark.STATUS
        status = min(status, own) if status and own else status or own
        mark |= frame.marks[place] & _SERIOUS
    return mark | status


def _changed(frame: Frame, change: Change) -> Frame:
    values: list[float | None] = [None] * len(frame)
    above, below = list(values), list(values)
    marks = list(frame.marks)
    for series in _series(frame).values():
        for period, place in series.items():
            earlier = period.year_before() if change.to == "yoy" else period.before()
            other = series.get(earlier) if earlier else None
            if other is None:
                continue
            marks[place] = _worst(frame, [place, other])
            now, before = frame.values[place], frame.values[other]
            if now is None or before is None:
                continue
            above[place], below[place] = now, before
            if not change.in_percent:
                values[place] = now - before
            elif before:
                values[place] = (now - before) / abs(before) * 100
    return replace(frame, values=values, numerators=above, denominators=below, marks=marks)


def _latest(frame: Frame) -> Frame:
    """The newest value of each region and dimension."""
    newest: dict[tuple[str, str], int] = {}
    for place, (_period, region, dimension) in enumerate(frame.keys):
        if frame.values[place] is not None:
            newest[region, dimension] = place
    return joined([frame.picked(sorted(newest.values()))])


# --- what is incomplete -------------------------------------------------------------------------------------------


def _marked(frame: Frame, expected: Sequence[str], policy: Incomplete) -> Frame:
    """A region above those that are expected is incomplete while one of them has no value."""
    known = {
        (key[0], key[1])
        for key, value in zip(frame.keys, frame.values, strict=True)
        if value is not None and not key[2]
    }
    wanted = set(expected)
    below: dict[str, list[str]] = {}
    marks, values = list(frame.marks), list(frame.values)
    above, under = list(frame.numerators), list(frame.denominators)
    for place, (period, region, _dimension) in enumerate(frame.keys):
        if region in wanted:
            continue
        if region not in below:
            below[region] = [code for code in expected if not region or code.startswith(f"{region}.")]
        if any((period, code) not in known for code in below[region]):
            marks[place] |= Mark.INCOMPLETE
            if policy is Incomplete.WITHHOLD:
                values[place] = above[place] = under[place] = None
    return replace(frame, values=values, numerators=above, denominators=under, marks=marks)
