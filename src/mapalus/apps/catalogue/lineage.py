"""From any number shown, the files and rows it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.utils import timezone

from mapalus.apps.catalogue.models import Dataset, FigureStatus, Indicator, Version
from mapalus.apps.catalogue.origins import Origin, origin_of
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.catalogue.readings import declaration_now
from mapalus.apps.catalogue.standings import expected_regions, inputs_now
from mapalus.engine.data.indicator import Declaration, Input
from mapalus.engine.data.indicator.behind import Behind, rows_behind
from mapalus.engine.data.indicator.frame import Frame, Key, Mark
from mapalus.engine.data.indicator.periods import order, parsed
from mapalus.engine.data.indicator.standing import SQL, contributing, stand, with_absent
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.rows import open_rows
from mapalus.engine.errors import NotFound, Problem
from mapalus.engine.ports import Actor

__all__ = ["Lineage", "Source", "as_json", "lineage"]

_MOST_BELOW = 200  # values of other indicators, each once however many ways lead to it
_MOST_OTHERS = 13  # periods of another indicator
_MOST_PERIODS = 60  # that are told apart where a window reaches over many


@dataclass(frozen=True)
class Source:
    """One input of a value: the version of the dataset it came from, and the rows of it."""

    name: str  # of the input; empty: the only one
    dataset: Dataset
    version: Version
    period: str  # its own, where a coarser one stands for the value's
    region: str
    value: float | None
    numerator: float | None
    denominator: float | None
    rows: int  # that were counted
    listed: Sequence[Origin]  # of those, from `offset` on
    total: int  # that can be listed
    is_listable: bool  # whether the published rows show what was asked
    is_file_shown: bool  # whether this actor may know what the sender called the file
    is_earlier: bool = False  # of another period, where a window reaches over several

    @property
    def address(self) -> str:
        return f"/data/{self.dataset.name}/?version={self.version.number}"

    def file_name(self, called: str) -> str:
        """What the sender called the file; for everybody else, what the catalogue calls it."""
        if self.is_file_shown or not called:
            return called
        parts = (self.dataset.name, self.version.period)
        return "_".join(filter(None, parts)) + Path(called).suffix.lower()[:10]


@dataclass(frozen=True)
class Lineage:
    """A value, and everything that went into it. `others`: values of indicators it stands on."""

    indicator: Indicator
    period: str
    region: str
    dimension: str
    value: float | None
    marks: int
    formula: str
    sources: Sequence[Source]
    others: Sequence[Lineage]


def lineage(
    code: str, *, actor: Actor | None, period: str = "", region: str = "", dimension: str = "", limit: int = 20,
    offset: int = 0, seen: set[tuple[str, Key]] | None = None,
) -> Lineage:  # fmt: skip
    """Where a value comes from; without a period: the newest. Raises `NotFound`, also for what may not be seen."""
    indicator = Indicator.objects.visible_to(actor).select_related("dataset").filter(code=code).first()
    declared = declaration_now(indicator) if indicator else None
    if indicator is None or declared is None:
        raise NotFound(indicator=code)
    expected = expected_regions(declared)
    frames = dict(with_absent(declared, inputs_now(declared, indicator, now=timezone.now()), expected=expected))
    whole = stand(declared, frames, expected=expected)
    key = _key(whole, period, region, dimension)
    at = whole.places[key]
    ask = _Ask(actor, limit, offset)
    return Lineage(
        indicator=indicator,
        period="" if key[0].startswith("~") else key[0],
        region=key[1],
        dimension=key[2],
        value=whole.values[at],
        marks=whole.marks[at],
        formula=declared.sql or declared.expression,
        sources=tuple(_over_periods(declared, frames, key, ask)),
        others=tuple(_others(declared, frames, key, ask, set() if seen is None else seen)),
    )  # fmt: skip


def _others(
    declared: Declaration, frames: dict[str, Frame], key: Key, ask: _Ask, seen: set[tuple[str, Key]]
) -> Iterator[Lineage]:
    """The values of other indicators that went into it, of the periods its windows reach over; each once."""
    for of in reversed(contributing(declared.window, key[0])[-_MOST_OTHERS:]):
        for part in declared.inputs:
            if not part.indicator:
                continue
            period, region, dimension = _own_key(part, frames[part.name], (of, *key[1:]))
            for one in reversed(contributing(part.window, period)[-_MOST_OTHERS:]):
                mine = (part.indicator, (one, region, dimension))
                if mine[1] in frames[part.name].places and mine not in seen and len(seen) < _MOST_BELOW:
                    seen.add(mine)
                    yield lineage(
                        part.indicator, actor=ask.actor, period=one, region=region, dimension=dimension,
                        limit=ask.limit, offset=ask.offset, seen=seen,
                    )  # fmt: skip


def _over_periods(declared: Declaration, frames: dict[str, Frame], key: Key, ask: _Ask) -> Iterator[Source]:
    """The sources of the period itself, then those of the periods its windows reach back over, the newest first."""
    *earlier, _own = contributing(declared.window, key[0])
    yield from _sources(declared, frames, key, ask)
    for period in reversed(earlier[-_MOST_PERIODS:]):
        for one in _sources(declared, frames, (period, *key[1:]), ask):
            yield replace(one, is_earlier=True)


def _key(frame: Frame, period: str, region: str, dimension: str) -> Key:
    wanted = [key for key in frame.keys if key[1] == region and key[2] == dimension and period in ("", key[0])]
    if not wanted:
        raise NotFound(period=period, region=region)
    return wanted[-1]


@dataclass(frozen=True)
class _Ask:
    actor: Actor | None
    limit: int
    offset: int

    def sees(self, dataset: Dataset) -> bool:
        sight = reach(self.actor)
        is_official = self.actor is not None and bool(self.actor.position)
        return sight.everything or dataset.unit_code in sight.units or (is_official and dataset.is_open)


def _sources(declared: Declaration, frames: dict[str, Frame], key: Key, ask: _Ask) -> list[Source]:
    if declared.sql:
        return _of_statement(declared, frames[SQL], key, ask)
    found = []
    for part in declared.inputs:
        if not part.dataset:
            continue
        frame = frames[part.name]
        period, region, dimension = _own_key(part, frame, key)
        for one in reversed(contributing(part.window, period)[-_MOST_PERIODS:]):
            at = frame.places.get((one, region, dimension))
            if at is not None:
                found.append(replace(_source(part, frame, at, ask), is_earlier=one != period))
    return found


def _own_key(part: Input, frame: Frame, key: Key) -> Key:
    """The key under which the input has the value that stands for the key."""
    period, region, dimension = key
    region = "" if part.spread in ("regions", "both") else region
    if part.match == "year" and (known := parsed(period)):
        period = f"{known.year:04}"
    elif part.match == "latest":
        limit = order(period)[0]
        fitting = [one[0] for one in frame.keys if one[1:] == (region, dimension) and order(one[0])[0] <= limit]
        period = fitting[-1] if fitting else period
    elif part.match:
        period = part.match
    if (period, region, dimension) not in frame.places and part.spread in ("dimensions", "both"):
        dimension = ""
    return (period, region, dimension)


def _source(part: Input, frame: Frame, at: int, ask: _Ask) -> Source:
    version = _version(frame.sources[frame.origins[at]])
    key = frame.keys[at]
    behind = Behind(is_known=False)
    if not frame.marks[at] & Mark.SUPPRESSED:
        # of a version whose rows are gone, what was counted is still known
        with suppress(NotFound):
            behind = rows_behind(
                open_rows(VersionFolder(version.path).rows), part, key, limit=ask.limit, offset=ask.offset
            )
    return Source(
        name=part.name,
        dataset=version.dataset,
        version=version,
        period="" if key[0].startswith("~") else key[0],
        region=key[1],
        value=frame.values[at],
        numerator=frame.numerators[at],
        denominator=frame.denominators[at],
        rows=frame.rows[at],
        listed=_origins(version, behind.ids),
        total=behind.total,
        is_listable=behind.is_known,
        is_file_shown=ask.sees(version.dataset),
    )


def _of_statement(declared: Declaration, frame: Frame, key: Key, ask: _Ask) -> list[Source]:
    """A statement reads whole tables: which versions of them, but not which rows."""
    at = frame.places.get(key)
    if at is None:
        return []
    found = []
    for name, dataset in declared.sql_inputs.items():
        known = Dataset.objects.filter(name=dataset).select_related("current").first()
        if known is None or known.current_id is None:
            continue
        is_first = dataset == declared.dataset
        version = _version(frame.sources[frame.origins[at]] if is_first else known.current_id)
        found.append(
            Source(
                name=name,
                dataset=version.dataset,
                version=version,
                period=key[0],
                region=key[1],
                value=frame.values[at] if is_first else None,
                numerator=frame.numerators[at] if is_first else None,
                denominator=frame.denominators[at] if is_first else None,
                rows=version.rows_good,
                listed=(),
                total=0,
                is_listable=False,
                is_file_shown=ask.sees(version.dataset),
            )
        )  # fmt: skip
    return found


def _version(pk: int) -> Version:
    return Version.objects.select_related("dataset", "handin", "contract", "run").get(pk=pk)


def _origins(version: Version, rows: Sequence[int]) -> tuple[Origin, ...]:
    found = []
    for row in rows:
        try:
            origin = origin_of(version, row, is_present=False)
        except Problem:
            origin = None
        if origin is not None:
            found.append(origin)
    return tuple(found)


def as_json(one: Lineage) -> dict[str, Any]:
    """As the command line and an API say it."""
    return {
        "code": one.indicator.code,
        "title": one.indicator.title,
        "period": one.period,
        "region": one.region,
        "dimension": one.dimension,
        "value": one.value,
        "incomplete": bool(one.marks & Mark.INCOMPLETE),
        "suppressed": bool(one.marks & Mark.SUPPRESSED),
        "conflicting": bool(one.marks & Mark.CONFLICTING),
        "formula": one.formula,
        "inputs": [_source_as_json(source) for source in one.sources],
        "indicators": [as_json(other) for other in one.others],
    }


def _source_as_json(one: Source) -> dict[str, Any]:
    return {
        "name": one.name, "earlier": one.is_earlier,
        "dataset": one.dataset.name, "version": one.version.number, "address": one.address,
        "snapshot": one.version.snapshot, "status": FigureStatus(one.version.status).value, "period": one.period,
        "region": one.region, "value": one.value, "numerator": one.numerator, "denominator": one.denominator,
        "rows": one.rows, "total": one.total, "listable": one.is_listable,
        "listed": [
            {"row": origin.row, "line": origin.line, "snapshot": origin.snapshot,
             "file": one.file_name(origin.file), "received_on": origin.received_on, "sheet": origin.sheet,
             "cells": dict(origin.cells)}
            for origin in one.listed
        ],
    }  # fmt: skip
