"""One scan for all inputs that ask the same of period, region and dimensions; and the frames made of its answer.

Regions nest by their dotted codes. A row counts for the region it names and for all above it; but where a region has
rows of its own, those below it do not count for it, nor for what lies above: nothing is counted twice.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from mapalus.engine.data.indicator import columns as sql
from mapalus.engine.data.indicator.columns import Columns, quoted
from mapalus.engine.data.indicator.declaration import LEVELS, Formula, Input
from mapalus.engine.data.indicator.frame import EMPTY, Frame, Keys, Mark, sort_key
from mapalus.engine.data.indicator.periods import spelt

__all__ = ["Query", "framed"]

_CODE = r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$"
_Line = tuple[Any, ...]  # period, region, dimension, numerator, denominator, rows, first, last, status, largest


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
        self.is_mixed = len(self.lengths) > 1
        self.spelling: dict[str, str] = {}
        raw = self.known.connection.execute(f"SELECT DISTINCT _p FROM {self.base} WHERE _p IS NOT NULL").fetchall()
        words = {str(row[0]): spelt(str(row[0])) for row in raw}
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

    def run(self, inputs: Mapping[Any, Input], *, pivot: str = "") -> dict[Any, list[_Line]]:
        """The lines of each input. `pivot`: the column by whose value they differ."""
        asked = _Asked(inputs, self.known, is_new=self.is_new, is_pivoted=bool(pivot))
        rows = self.known.connection.execute(self._statement(inputs, asked, pivot)).fetchall()
        if not pivot:
            return {name: asked.lines(name, rows) for name in inputs}
        by_value: dict[str, list[_Line]] = defaultdict(list)
        for row in rows:
            by_value[row[3]].append(row)
        return {name: asked.lines(name, by_value.get(_only(one.formula), ())) for name, one in inputs.items()}

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


class _Asked:
    """The columns of the answer, each once however many inputs want it, and where each input finds its own."""

    def __init__(self, inputs: Mapping[Any, Input], known: Columns, *, is_new: str, is_pivoted: bool) -> None:
        self.columns: list[str] = []
        self._places: dict[str, int] = {}
        self._mine: dict[Any, tuple[int | None, ...]] = {}
        self._counts: set[Any] = set()
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

    def lines(self, name: Any, rows: Iterable[tuple[Any, ...]]) -> list[_Line]:
        mine, is_count = self._mine[name], name in self._counts
        number, count = mine[0], mine[2]
        assert number is not None
        assert count is not None
        rest = mine[1:]
        return [
            (row[0], row[1], row[2], row[number], *(None if at is None else row[at] for at in rest))
            for row in rows
            if (is_count or row[count]) and row[1] is not None
        ]


def _aggregates(formula: Formula, known: Columns) -> tuple[str, str, str]:
    """SQL of numerator, denominator and, for what should be said once, the largest that is said."""
    if formula.aggregate == "count":
        above = "count(*)"
    elif formula.aggregate == "distinct":
        above = f"count(DISTINCT {quoted(formula.columns[0])})"
    else:
        name = {"mean": "fsum", "sum": "fsum", "only": "min"}.get(formula.aggregate, formula.aggregate)
        above = f"{name}({sql.added(formula.columns, known)})"
    below = f"fsum({sql.added(formula.over, known)})" if formula.over else ""
    if formula.aggregate == "mean":
        below = f"count({sql.added(formula.columns, known)})"
    return above, below, f"max({sql.added(formula.columns, known)})" if formula.aggregate == "only" else ""


# --- frames ---------------------------------------------------------------------------------------------------------


def framed(lines: Sequence[_Line], one: Input, period: str) -> Frame:
    """The frame of an input. `period` is that of the version, where no column says one."""
    if not lines:
        return EMPTY
    province, times = one.province, one.formula.times
    has_share = bool(one.formula.over) or one.formula.aggregate == "mean"
    kept = []
    for line in lines:
        place = line[1]
        if province != "rows":
            # The province has a row of its own: what all rows give together means nothing.
            if not place:
                continue
            place = "" if place == province else place
        kept.append(((spelt(line[0]) or spelt(period), place, line[2]), line))
    kept.sort(key=lambda pair: sort_key(pair[0]))
    values: list[float | None] = []
    above: list[float | None] = []
    below: list[float | None] = []
    marks = []
    for _key, line in kept:
        value, n, d, mark = _worked(line, times, has_share=has_share)
        values.append(value)
        above.append(n)
        below.append(d)
        marks.append(mark)
    return Frame(
        Keys(key for key, _line in kept),
        values,
        above,
        below,
        [line[5] for _key, line in kept],
        [-1 if line[6] is None else line[6] for _key, line in kept],
        [-1 if line[7] is None else line[7] for _key, line in kept],
        marks,
        [0] * len(kept),
    )


def _worked(line: _Line, times: float, *, has_share: bool) -> tuple[float | None, float | None, float | None, int]:
    """Value, numerator, denominator and mark. A division by zero gives no value, and so does what is endless."""
    n, d, mark = line[3], line[4], line[8] or 0
    largest = line[9]
    if largest is not None and n != largest:
        return None, None, None, mark | Mark.CONFLICTING
    if n is None:
        return None, None, None if d is None else float(d), mark
    n = float(n)
    d = None if d is None else float(d)
    if not math.isfinite(n) or (d is not None and not math.isfinite(d)):
        return None, None, None, mark | Mark.NOT_FINITE
    if not has_share:
        return n * times, n, d, mark
    value = n / d * times if d else None
    return (value, n, d, mark) if value is None or math.isfinite(value) else (None, None, None, mark | Mark.NOT_FINITE)
