"""One scan for all inputs that ask the same of period, region and dimensions, and the frames made of its answer.

Regions nest by their dotted codes. A row counts for the region it names and for all above it; but where a region has
rows of its own, those below it do not count for it, nor for what lies above: nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import isfinite
from typing import Any

from mapalus.engine.data.indicator import columns as sql
from mapalus.engine.data.indicator.columns import Columns, quoted
from mapalus.engine.data.indicator.declaration import LEVELS, Formula, Input
from mapalus.engine.data.indicator.frame import EMPTY, Frame, Key, Keys, Mark, sort_key
from mapalus.engine.data.indicator.periods import spelt

__all__ = ["Query"]

_CODE = r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$"
_Row = tuple[Any, ...]  # period, region, dimension, value of the pivot, and the columns that were asked


class Query:
    """The scan of one shape."""

    def __init__(self, first: Input, known: Columns, *, last: tuple[Any, ...]) -> None:
        self.first, self.known = first, known
        self._last(last)
        self._base()
        self._look()

    def _last(self, last: tuple[str, float, tuple[str, ...]]) -> None:
        """Only the newest hours, or the newest row of each."""
        column, hours, per = last
        self.is_new = "true"
        self.source = self.known.source
        if not column:
            return
        moment = f"TRY_CAST({quoted(column)} AS TIMESTAMP)"
        if hours:
            newest = self.known.one(f"SELECT max({moment}) FROM {self.source}")[0]
            at = f"TIMESTAMP '{newest:%Y-%m-%d %H:%M:%S.%f}'" if newest else "NULL::TIMESTAMP"
            self.is_new = f"coalesce({moment} > {at} - to_microseconds({int(hours * 3_600_000_000)}), false)"
        if per:
            by = ", ".join(quoted(name) for name in per)
            row = ", _row DESC" if "_row" in self.known.types else ""
            rank = f"row_number() OVER (PARTITION BY {by} ORDER BY {quoted(column)} DESC NULLS LAST{row})"
            self.source = f"(SELECT * FROM {self.source} QUALIFY {rank} = 1)"

    def _base(self) -> None:
        first, known = self.first, self.known
        region = sql.region_sql(first.region, known) if first.region else "NULL::VARCHAR"
        row = "_row" if "_row" in known.types else "NULL::BIGINT"
        status = sql.status_sql(first.status) if first.status else "NULL::INTEGER"
        dims = "".join(
            f", coalesce(CAST({quoted(name)} AS VARCHAR), '') AS _d{place}"
            for place, name in enumerate(first.dimensions)
        )
        self.base = (
            f"(SELECT *, {sql.period_sql(first.period, known)} AS _p, {region} AS _r, {row} AS _w,"
            f" {status} AS _s{dims} FROM {self.source})"
        )

    def _look(self) -> None:
        """Which levels there are, and whether periods are spelt in several ways."""
        found: list[Any] = []
        if self.first.region:
            found = self.known.connection.execute(
                f"SELECT DISTINCT CASE WHEN regexp_matches(_r, '{_CODE}') THEN length(_r) END FROM {self.base}"
            ).fetchall()
        self.lengths = sorted(int(row[0]) for row in found if row[0] is not None)
        if self.first.region and not self.lengths:
            problem = sql.undotted_problem(self.base, self.first.region, self.known)
            if problem is not None:
                raise problem
        self.is_mixed = len(self.lengths) > 1
        self.spelling: dict[str, str] = {}
        raw = [row[0] for row in self.known.connection.execute(f"SELECT DISTINCT _p FROM {self.base}").fetchall()]
        part, column = next(iter(self.first.period.items()), ("", ""))
        if None in raw and part.endswith("_of"):
            problem = sql.no_day(column, "_p IS NULL", self.base, self.known)
            if problem is not None:
                raise problem
        words = {str(text): spelt(str(text)) for text in raw if text is not None}
        if len(set(words.values())) < len(words):
            self.spelling = {text: right for text, right in words.items() if text != right}

    @property
    def period(self) -> str:
        if not self.spelling:
            return "_p"
        cases = " ".join(f"WHEN {sql.literal(raw)} THEN {sql.literal(right)}" for raw, right in self.spelling.items())
        return f"CASE _p {cases} ELSE _p END"

    @property
    def levels(self) -> list[int]:
        """Lengths of codes that become regions of the answer; 0: the province as a whole."""
        deepest = min(self.first.down_to, max(self.lengths, default=0))
        found = [size for size in LEVELS.values() if size <= deepest and (size > 2 or 2 in self.lengths)]
        return [0, *found]

    # --- running

    def run(self, inputs: Mapping[Any, Input], *, pivot: str = "", period: str = "") -> dict[Any, Frame]:
        """The frame of each input. `pivot`: the column by whose value they differ."""
        asked = _Asked(inputs, self.known, is_new=self.is_new, is_pivoted=bool(pivot))
        rows = self.known.connection.execute(self._statement(inputs, asked, pivot)).fetchall()
        sorted_rows = _Sorted(rows, province=self.first.province, period=period)
        if not pivot:
            return {name: asked.frame(name, one, *sorted_rows.all) for name, one in inputs.items()}
        by_value = sorted_rows.by_value()
        empty: tuple[Keys, list[_Row]] = (Keys(), [])
        return {name: asked.frame(name, one, *by_value.get(_only(one.formula), empty)) for name, one in inputs.items()}

    def _statement(self, inputs: Mapping[Any, Input], asked: _Asked, pivot: str) -> str:
        value = f"CAST({quoted(pivot)} AS VARCHAR)" if pivot else "''"
        where = "_p IS NOT NULL"
        if pivot:
            wanted = ", ".join(sorted({sql.literal(_only(one.formula)) for one in inputs.values()}))
            where += f" AND {value} IN ({wanted})"
        columns = ", ".join(asked.columns)
        inner = f"(SELECT *, {self.period} AS _q, {value} AS _v FROM {self.base} WHERE {where})"
        if not self.is_mixed:
            return self._uniform(inner, columns)
        return self._mixed(inner, columns, next(iter(inputs.values())).formula if not pivot else None)

    def _uniform(self, inner: str, columns: str) -> str:
        levels = [size for size in self.levels if size]
        marks = [f"CASE WHEN regexp_matches(_r, '{_CODE}') THEN left(_r, {size}) END AS _r{size}" for size in levels]
        inner = f"(SELECT *{''.join(', ' + mark for mark in marks)} FROM {inner})"
        sets = []
        for dims in self._sets():
            tail = "".join(f", {dim}" for dim in dims)
            sets += [f"(_q, _v{tail})", *(f"(_q, _v, _r{size}{tail})" for size in levels)]
        told = " ".join(f"WHEN GROUPING(_r{size}) = 0 THEN _r{size}" for size in levels)
        region = f"CASE {told} ELSE '' END" if told else "''"
        return (
            f"SELECT _q, {region} AS _place, {self._label()}, _v, {columns} FROM {inner}"
            f" GROUP BY GROUPING SETS ({', '.join(sets)})"
        )

    def _mixed(self, inner: str, columns: str, formula: Formula | None) -> str:
        """Codes of several levels: a level at a time, without the rows that one above speaks for."""
        chosen = "true"
        if formula is not None and formula.aggregate != "count":
            chosen = f"({sql.chosen(formula, self.known)}) AND {self.is_new}"
        dims = "".join(f", _d{place}" for place in range(len(self.first.dimensions)))
        places = f"_q, _v, _r{dims}"
        flags = "".join(
            f", length(_r) > {size} AND ((_q, _v, left(_r, {size}){dims}) IN (SELECT ({places}) FROM _own)) AS _u{size}"
            for size in self.lengths[:-1]
        )
        parts = []
        for level in self.levels:
            shadows = [f"NOT coalesce(_u{size}, false)" for size in self.lengths[:-1] if size >= max(level, 1)]
            if level:
                shadows.append(f"length(_r) >= {level}")
            place = f"left(_r, {level})" if level else "''"
            sets = ", ".join(f"(_q, _v, _place{''.join(f', {dim}' for dim in some)})" for some in self._sets())
            parts.append(
                f"SELECT _q, _place, {self._label()}, _v, {columns} FROM (SELECT *, {place} AS _place FROM _marked"
                f" WHERE {' AND '.join(shadows) or 'true'}) GROUP BY GROUPING SETS ({sets})"
            )
        return (
            f"WITH _taken AS (SELECT * REPLACE (CASE WHEN regexp_matches(_r, '{_CODE}') THEN _r END AS _r)"
            f" FROM {inner}),"
            f" _own AS (SELECT DISTINCT {places} FROM _taken WHERE length(_r) < {self.lengths[-1]} AND {chosen}),"
            f" _marked AS (SELECT *{flags} FROM _taken) " + " UNION ALL ".join(parts)
        )

    def _sets(self) -> list[tuple[str, ...]]:
        """The whole, each dimension alone, all of them together."""
        names = [f"_d{place}" for place in range(len(self.first.dimensions))]
        return [some for size in range(len(names) + 1) for some in combinations(names, size)]

    def _label(self) -> str:
        parts = [
            f"CASE WHEN GROUPING(_d{place}) = 0 THEN {sql.literal(name + '=')} || _d{place} END"
            for place, name in enumerate(self.first.dimensions)
        ]
        return f"concat_ws(';', {', '.join(parts)}) AS _dimension" if parts else "'' AS _dimension"


def _only(formula: Formula) -> str:
    value = next(iter(formula.where.values()))[0]
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


class _Sorted:
    """The rows of an answer in the order of their keys; keys that occur together are kept once."""

    def __init__(self, rows: Sequence[_Row], *, province: str, period: str) -> None:
        keys: dict[tuple[str, str, str], Key] = {}
        for row in rows:
            place = (row[0], row[1], row[2])
            if place not in keys and row[1] is not None:
                key = _key(place, province, period)
                if key is not None:
                    keys[place] = key
        rank = {key: number for number, key in enumerate(sorted(set(keys.values()), key=sort_key))}
        ranked = [(rank[keys[row[:3]]], row) for row in rows if row[:3] in keys]
        ranked.sort(key=lambda pair: pair[0])
        self._keys = list(rank)
        self._ranks = [number for number, _row in ranked]
        self._rows = [row for _number, row in ranked]

    @property
    def all(self) -> tuple[Keys, list[_Row]]:
        return Keys(self._keys[rank] for rank in self._ranks), self._rows

    def by_value(self) -> dict[str, tuple[Keys, list[_Row]]]:
        """By the value of the pivot."""
        found: dict[str, tuple[list[int], list[_Row]]] = {}
        for rank, row in zip(self._ranks, self._rows, strict=True):
            ranks, rows = found.setdefault(row[3], ([], []))
            ranks.append(rank)
            rows.append(row)
        shared: dict[tuple[int, ...], Keys] = {}
        told = {}
        for value, (ranks, rows) in found.items():
            key = tuple(ranks)
            if key not in shared:
                shared[key] = Keys(self._keys[rank] for rank in ranks)
            told[value] = (shared[key], rows)
        return told


def _key(place: tuple[str, str, str], province: str, period: str) -> Key | None:
    """The key of a group; None for what means nothing where the province has a row of its own."""
    own, region, dimension = place
    if province != "rows":
        if not region:
            return None
        region = "" if region == province else region
    return (spelt(own) or spelt(period), region, dimension)


class _Asked:
    """The columns of the answer, each once however many inputs want it, and where each input finds its own."""

    def __init__(self, inputs: Mapping[Any, Input], known: Columns, *, is_new: str, is_pivoted: bool) -> None:
        self.columns: list[str] = []
        self._places: dict[str, int] = {}
        self._mine: dict[Any, tuple[int | None, ...]] = {}
        self._counts: set[Any] = set()
        self._shared: dict[tuple[int, tuple[int, ...]], Keys] = {}
        has_status = any(one.status for one in inputs.values())
        for name, one in inputs.items():
            self._mine[name] = self._of(one.formula, known, is_new, is_pivoted=is_pivoted, has_status=has_status)
            if one.formula.aggregate == "count":
                self._counts.add(name)

    def _of(
        self, formula: Formula, known: Columns, is_new: str, *, is_pivoted: bool, has_status: bool
    ) -> tuple[int | None, ...]:
        bare = Formula(formula.aggregate, formula.columns, formula.over) if is_pivoted else formula
        parts = [part for part in (sql.chosen(bare, known), is_new) if part != "true"]
        only = f" FILTER (WHERE {' AND '.join(parts)})" if parts else ""
        above, below, largest = _aggregates(formula, known)
        return (
            self._place(above + only),
            self._place(below + only) if below else None,
            self._place("count(*)" + only),
            self._place("min(_w)" + only),
            self._place("max(_w)" + only),
            self._place("min(_s)" + only) if has_status else None,
            self._place(largest + only) if largest else None,
        )

    def _place(self, column: str) -> int:
        # A filter per figure, not a WHERE: a place where nothing is counted has 0, and does not vanish.
        if column not in self._places:
            self._places[column] = 4 + len(self.columns)
            self.columns.append(column)
        return self._places[column]

    def frame(self, name: Any, one: Input, keys: Keys, rows: Sequence[_Row]) -> Frame:
        """The frame of an input, of rows in the order of their keys."""
        above, below, count, first, last, status, largest = self._mine[name]
        assert above is not None
        assert count is not None
        if name not in self._counts and not all(row[count] for row in rows):
            kept = [place for place, row in enumerate(rows) if row[count]]
            keys, rows = self._some(keys, kept), [rows[place] for place in kept]
        if not rows:
            return EMPTY
        numerators = [row[above] for row in rows]
        denominators = [None if below is None else row[below] for row in rows]
        marks = [0] * len(rows) if status is None else [row[status] or 0 for row in rows]
        has_share = below is not None
        values = _worked(numerators, denominators, marks, one.formula.times, has_share=has_share)
        if largest is not None:
            for place, row in enumerate(rows):
                if row[above] != row[largest]:
                    values[place] = numerators[place] = None
                    marks[place] |= Mark.CONFLICTING
        return Frame(
            keys, values, numerators, denominators,
            [row[count] for row in rows],
            [-1 if row[first] is None else row[first] for row in rows],  # type: ignore[index]
            [-1 if row[last] is None else row[last] for row in rows],  # type: ignore[index]
            marks, [0] * len(rows),
        )  # fmt: skip

    def _some(self, keys: Keys, kept: Sequence[int]) -> Keys:
        wanted = (id(keys), tuple(kept))
        if wanted not in self._shared:
            self._shared[wanted] = Keys(keys[place] for place in kept)
        return self._shared[wanted]


def _aggregates(formula: Formula, known: Columns) -> tuple[str, str, str]:
    """SQL of numerator, denominator and, for what should be said once, the largest that is said."""
    if formula.aggregate == "count":
        above = "count(*)"
    elif formula.aggregate == "distinct":
        above = f"count(DISTINCT {quoted(formula.columns[0])})"
    else:
        above = _aggregated(formula, sql.amount(formula, known), known)
    below = f"fsum({sql.added(formula.over, known)})" if formula.over else ""
    if formula.aggregate == "mean":
        below = f"count({sql.amount(formula, known)})"
    return above, below, f"max({sql.amount(formula, known)})" if formula.aggregate == "only" else ""


def _aggregated(formula: Formula, amount: str, known: Columns) -> str:
    if formula.aggregate == "weighted":
        return f"fsum({amount} * {sql.added(formula.over, known)})"
    if formula.aggregate == "percentile":
        return f"quantile_cont({amount}, {formula.at / 100!r})"
    name = {"mean": "fsum", "sum": "fsum", "only": "min", "stddev": "stddev_samp"}.get(
        formula.aggregate, formula.aggregate
    )
    return f"{name}({amount})"


def _worked(
    above: list[float | None], below: list[float | None], marks: list[int], times: float, *, has_share: bool
) -> list[float | None]:
    """The values; a division by zero gives none, and so does what is endless or no number, which is marked."""
    values: list[float | None] = []
    for place, n in enumerate(above):
        d = below[place]
        value = None
        if n is not None and (d or not has_share):
            value = n / d * times if d else n * times
        if (value is not None and not isfinite(value)) or (n is not None and not isfinite(n)):
            value = above[place] = below[place] = None
            marks[place] |= Mark.NOT_FINITE
        values.append(value)
    return values
