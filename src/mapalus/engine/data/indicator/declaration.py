"""One indicator as its file says: what is worked out, over which datasets, for whom, and how it is judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mapalus.engine.data.indicator.arithmetic import parse

__all__ = [
    "LEVELS", "Change", "Condition", "Declaration", "Formula", "Incomplete", "Input", "Moving", "State", "Target",
    "Window", "bound_of", "state_of",
]  # fmt: skip

_RATES = ("mean", "median", "percentile", "stddev", "weighted")
_AS_SAID = ("only", "max", "min")
# units in which a village and a province are told alike
_RELATIVE = re.compile(
    r"persen\b|percent\b|%|permil|promil|\u2030|per |indeks\b|index\b|rasio\b|ratio\b", re.IGNORECASE
)
# name of a level -> characters of its dotted code
LEVELS = {"provinsi": 2, "kabupaten": 5, "kecamatan": 8, "desa": 13}


class State(StrEnum):
    """How a value stands against its thresholds."""

    GOOD = "good"
    SOON = "soon"
    LATE = "late"
    NONE = "none"  # no thresholds, or no value


class Incomplete(StrEnum):
    """What becomes of a sum of which parts are not there: shown with its mark, or withheld."""

    SHOW = "show"
    WITHHOLD = "withhold"


@dataclass(frozen=True)
class Condition:
    """Which rows count: those whose `column` compares with `value` by `sign` (min, max, above, below, not, has)."""

    column: str
    sign: str
    value: Any


@dataclass(frozen=True)
class Formula:
    """What is worked out: `aggregate` over the sum of `columns`, divided by the sum of `over`, times `times`.

    `weighted`: the mean, by the weights in `over`. `span`: `columns` are two days, and what counts are the days (or
    working days) from the one to the other. `at`: which percentile.
    """

    aggregate: str
    columns: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    times: float = 1
    where: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    last_column: str = ""
    last_hours: float = 0
    last_per: tuple[str, ...] = ()  # the newest row of each, by `last_column`
    span: str = ""  # days, workdays, hours
    levels: tuple[str, ...] = ()  # words that stand for 1, 2, 3, ...: from the lowest to the highest
    at: float = 50

    @property
    def all_columns(self) -> tuple[str, ...]:
        named = (*self.columns, *self.over, *self.where, *(one.column for one in self.conditions))
        return tuple(name for name in (*named, self.last_column, *self.last_per) if name)


@dataclass(frozen=True)
class Moving:
    """Over the last `periods` periods, without a gap: their sum or mean."""

    periods: int
    of: str = "sum"


@dataclass(frozen=True)
class Change:
    """Against the same period of the year before (`yoy`) or the period before (`prev`), in percent or as difference."""

    to: str
    in_percent: bool = True


@dataclass(frozen=True)
class Window:
    """What is made of the values of several periods; in this order."""

    so_far: bool = False  # since the beginning of the year
    moving: Moving | None = None
    change: Change | None = None
    latest: bool = False  # only the newest value of each region

    @property
    def is_plain(self) -> bool:
        return self == Window()


@dataclass(frozen=True)
class Input:
    """One of the tables or indicators that go into it, reduced to a number for each region, period and dimension."""

    name: str
    dataset: str = ""
    indicator: str = ""  # instead of a dataset: the values of another indicator
    formula: Formula = Formula("count")
    period: Mapping[str, str] = field(default_factory=dict)  # part -> column; empty: that of the version
    region: str = ""
    dimensions: tuple[str, ...] = ()
    province: str = "rows"
    down_to: int = 13  # characters of the deepest code that is kept
    status: str = ""  # column that says how final a row is
    is_list: bool = False  # of events: where no row is, there was none
    match: str = ""  # exact (empty), year, latest, or a period: whose period stands for the period of the others
    spread: str = ""  # regions, dimensions, both: for which its one value stands
    window: Window = Window()

    @property
    def all_columns(self) -> tuple[str, ...]:
        own = (self.region, self.status, *self.dimensions)
        return (*self.formula.all_columns, *self.period.values(), *(name for name in own if name))


@dataclass(frozen=True)
class Target:
    """What should be reached. `year` 0: every year. `region` empty: the province; `*`: each region."""

    value: float
    year: int = 0
    region: str = ""


@dataclass(frozen=True)
class Declaration:
    """One indicator as its file says. `descriptor` is what was read, untouched."""

    code: str
    title: str
    dataset: str  # the first it stands on; empty: it stands on other indicators alone
    formula: Formula
    inputs: tuple[Input, ...] = ()
    expression: str = ""  # over the names of inputs; empty: the one input as it is
    sql: str = ""  # instead of it
    sql_inputs: Mapping[str, str] = field(default_factory=dict)  # name -> dataset
    window: Window = Window()
    title_en: str = ""
    unit: str = ""
    unit_en: str = ""
    better: str = "neither"
    source: str = ""
    period: Mapping[str, str] = field(default_factory=dict)
    region: str = ""
    province: str = "rows"
    by: str = ""
    target: float | None = None
    targets: tuple[Target, ...] = ()
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    decimals: int | None = None
    order: int = 0
    coverage: tuple[str, ...] | str = ""  # regions that are expected; a level; none; empty: see the reference
    incomplete: Incomplete = Incomplete.SHOW
    owner: Mapping[str, str] = field(default_factory=dict)
    plan: Mapping[str, str] = field(default_factory=dict)
    periodicity: str = ""
    meaning: str = ""
    meaning_en: str = ""
    descriptor: Mapping[str, Any] = field(default_factory=dict)

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Columns of the first dataset."""
        mine = [one.all_columns for one in self.inputs if one.dataset == self.dataset]
        own = tuple(name for columns in mine for name in columns)
        return (*own, *((self.by,) if self.by else ()))

    @property
    def datasets(self) -> tuple[str, ...]:
        """All it stands on directly, each once."""
        return tuple(
            dict.fromkeys([one.dataset for one in self.inputs if one.dataset] + list(self.sql_inputs.values()))
        )

    @property
    def indicators(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.indicator for one in self.inputs if one.indicator))

    @property
    def is_rate(self) -> bool:
        """It means the same for a village and a province: a share, a mean; not an amount."""
        if self.window.change is not None:
            return True
        if self.sql:
            return _is_relative(self.unit)
        if not self.expression:
            return self._is_share(self.inputs[0]) if self.inputs else False
        of = {one.name: self._is_share(one) for one in self.inputs}
        return parse(self.expression).is_share(of)

    def _is_share(self, one: Input) -> bool:
        formula = one.formula
        if one.indicator or formula.aggregate in _AS_SAID:
            return one.window.change is not None or bool(formula.over) or _is_relative(self.unit)
        return bool(formula.over) or formula.aggregate in _RATES or one.window.change is not None

    def target_of(self, region: str, year: int) -> float | None:
        """What should be reached there in that year: the most exact that is declared; `region` empty: the province."""
        best: tuple[tuple[bool, bool], float] | None = None
        for one in self.targets:
            fits_place = one.region == region or (one.region == "*") or (not one.region and self.is_rate)
            if not fits_place or one.year not in (0, year):
                continue
            rank = (one.region == region, one.year == year)
            if best is None or rank > best[0]:
                best = (rank, one.value)
        return best[1] if best else None

    def is_judged(self, region: str, target: float | None) -> bool:
        """Its thresholds mean something there: those of an amount are the province's, unless they hang on a target
        that the region has of its own."""
        hangs = any(isinstance(bound, str) for bound in self.thresholds.values())
        return not region or self.is_rate or (hangs and target is not None)


def _is_relative(unit: str) -> bool:
    return bool(_RELATIVE.match(unit.strip()))


def state_of(value: float | None, *, better: str, thresholds: Mapping[str, Any], target: float | None = None) -> State:
    """Good, soon or late, by the thresholds: bounds for what should rise or fall, bands for what should stay within.

    A bound that is declared relative to the target (`target - 5`) counts where there is a target.
    """
    if value is None or "good" not in thresholds:
        return State.NONE
    bounds = {name: bound_of(bound, target) for name, bound in thresholds.items()}
    if bounds["good"] is None:
        return State.NONE
    for state in (State.GOOD, State.SOON):
        bound = bounds.get(state.value)
        if bound is not None and _meets(value, bound, better):
            return state
    return State.LATE


def bound_of(bound: Any, target: float | None) -> Any:
    """A threshold as a number or a band; None where it hangs on a target that is not there."""
    if isinstance(bound, list | tuple):
        both = [bound_of(item, target) for item in bound]
        return None if None in both else both
    if not isinstance(bound, str):
        return bound
    if target is None:
        return None
    words = bound.split()
    if len(words) == 1:
        return target
    amount = float(words[2])
    return {"+": target + amount, "-": target - amount, "*": target * amount, "/": target / (amount or 1)}[words[1]]


def _meets(value: float, bound: Any, better: str) -> bool:
    if isinstance(bound, list | tuple):
        return bool(bound[0] <= value <= bound[1])
    return bool(value <= bound if better == "down" else value >= bound)
