"""What a number is made of: the same formula for each value of one column, the furthest from its target first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mapalus.apps.catalogue import contracts
from mapalus.apps.catalogue.models import Indicator, Version
from mapalus.apps.catalogue.serving import served
from mapalus.doors.command import words
from mapalus.engine.data import served as both
from mapalus.engine.data.indicator import Formula, declaration_of, state_of
from mapalus.engine.data.query import Query
from mapalus.engine.data.references import read_labels
from mapalus.engine.errors import Problem

__all__ = ["Share", "Shares", "shares_of"]

_MOST = 2_000  # rows that are read for one page


@dataclass(frozen=True)
class Share:
    """One value of the column: its number, how that stands, and the address of its rows."""

    name: str
    value: str
    number: float
    state: str
    state_word: str
    href: str


@dataclass(frozen=True)
class Shares:
    """The column by which a number is told apart, and its parts. `behind` counts those that miss the target."""

    title: str
    parts: Sequence[Share]
    behind: int


def shares_of(indicator: Indicator, version: Version | None) -> Shares | None:
    """None where the indicator declares no `by`, or its rows are not open to a page."""
    declaration = declaration_of(indicator.declaration, file=indicator.code)
    formula = declaration.formula
    if version is None or not declaration.by or formula.aggregate not in ("sum", "count"):
        return None
    is_present = version.pk == indicator.dataset.current_id
    try:
        rows = served(version, is_present=is_present)
        found = _summed(rows, declaration.by, formula)
        contract = contracts.load(version.contract.path.parent)
        labels = read_labels(contract, declaration.by)
    except Problem:
        return None
    title = next((item.title or item.name for item in contract.fields if item.name == declaration.by), declaration.by)
    # Rows of a stream that came since stand in no version yet: then the link leads to the present state.
    number = 0 if rows.live is not None else version.number
    parts = [_share(labels.get(code, code), code, value, indicator, number) for code, value in found.items()]
    parts.sort(key=lambda part: (part.number if indicator.better == "up" else -part.number, part.name))
    return Shares(title, tuple(parts), sum(part.state in ("late", "soon") for part in parts))


def _share(name: str, code: str, value: float, indicator: Indicator, number: int) -> Share:
    asked = {**({"version": number} if number else {}), "q": code}
    state, word = words.standing(state_of(value, better=indicator.better, thresholds=indicator.thresholds))
    return Share(
        name=name,
        value=words.written(value, indicator),
        number=value,
        state=state,
        state_word=word,
        href=f"/data/{indicator.dataset.name}/?{urlencode(asked)}#tabel",
    )


def _summed(rows: both.Served, by: str, formula: Formula) -> Mapping[str, float]:
    """value of the column -> the formula, with what a stream has brought since; without what cannot be worked out."""
    fields = tuple(dict.fromkeys((by, *formula.columns, *formula.over)))
    filters = {name: list(allowed) for name, allowed in formula.where.items()}
    answer = both.search(rows, Query(filters=filters, fields=fields, limit=_MOST, include_total=False))
    above: dict[str, float] = {}
    below: dict[str, float] = {}
    for record in answer.records:
        row: dict[str, Any] = dict(zip(fields, record, strict=True))
        if row[by] is None or any(row[name] is None for name in fields):
            continue
        code = str(row[by])
        above[code] = above.get(code, 0) + (sum(float(row[name]) for name in formula.columns) if formula.columns else 1)
        below[code] = below.get(code, 0) + sum(float(row[name]) for name in formula.over)
    if not formula.over:
        return {code: value * formula.times for code, value in above.items()}
    return {code: value / below[code] * formula.times for code, value in above.items() if below[code]}
