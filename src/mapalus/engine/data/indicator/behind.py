"""The rows behind a value, found in the side file of a version: what a web process may ask, without a table engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mapalus.engine.data.indicator.declaration import Condition, Formula, Input
from mapalus.engine.data.indicator.frame import Key
from mapalus.engine.data.indicator.periods import Period, parsed, spelt
from mapalus.engine.data.rows import Column, Rows

__all__ = ["Behind", "rows_behind"]

_MOST_CODES = 200


@dataclass(frozen=True)
class Behind:
    """Rows by their `_id`, from the first on; how many there are. `is_known` False: the side file does not show what
    the input asks (a column that is masked or not published), so they cannot be told apart."""

    ids: tuple[int, ...] = ()
    total: int = 0
    is_known: bool = True


class _Hidden(Exception):
    """A column that the side file does not show."""


def rows_behind(rows: Rows, one: Input, key: Key, *, limit: int = 20, offset: int = 0) -> Behind:
    """The rows of a version that went into an input's value for a key (period, region, dimension)."""
    try:
        conditions, values = _conditions(rows, one, key)
    except _Hidden:
        return Behind(is_known=False)
    where = " AND ".join(f"({part})" for part in conditions) or "1"
    total = int(rows.connection.execute(f"SELECT count(*) FROM t WHERE {where}", values).fetchone()[0])
    found = rows.connection.execute(
        f"SELECT _id FROM t WHERE {where} ORDER BY _id LIMIT ? OFFSET ?", [*values, limit, offset]
    )
    return Behind(tuple(int(row[0]) for row in found), total)


def _conditions(rows: Rows, one: Input, key: Key) -> tuple[list[str], list[Any]]:
    period, region, dimension = key
    conditions: list[str] = []
    values: list[Any] = []
    for text, given in (
        *_of_formula(rows, one.formula),
        *_of_period(rows, one, period),
        *_of_dimension(rows, dimension),
    ):
        conditions.append(text)
        values += given
    for text, given in _of_region(rows, one, region, conditions, values):
        conditions.append(text)
        values = [*values, *given]
    return conditions, values


_Part = tuple[str, list[Any]]


def _column(rows: Rows, name: str) -> Column:
    found = rows.named(name)
    if found is None or found.masked or found.suppressed:
        raise _Hidden
    return found


def _of_formula(rows: Rows, formula: Formula) -> list[_Part]:
    found = [_among(rows, column, allowed) for column, allowed in formula.where.items()]
    found += [_compared(rows, one) for one in formula.conditions]
    if formula.columns and formula.over:
        names = (*formula.columns, *formula.over)
        found.append((" AND ".join(f"{_column(rows, name).column} IS NOT NULL" for name in names), []))
    if formula.last_column and formula.last_hours:
        at = f"julianday({_column(rows, formula.last_column).column})"
        found.append((f"{at} > (SELECT max({at}) FROM t) - ?", [formula.last_hours / 24]))
    if formula.last_per:
        by = ", ".join(_column(rows, name).column for name in formula.last_per)
        order = f"{_column(rows, formula.last_column).column} DESC NULLS LAST, _id DESC"
        rank = f"SELECT _id, row_number() OVER (PARTITION BY {by} ORDER BY {order}) AS place FROM t"
        found.append((f"_id IN (SELECT _id FROM ({rank}) WHERE place = 1)", []))
    return found


def _among(rows: Rows, name: str, allowed: Sequence[object]) -> _Part:
    column = _column(rows, name)
    values = [item for item in allowed if item is not None]
    parts = [f"{column.column} IS NULL"] if len(values) < len(allowed) else []
    if values and column.stored in ("integer", "real", "boolean"):
        parts.append(f"{column.column} IN ({', '.join('?' * len(values))})")
        values = [_number(item) for item in values]
    elif values:
        parts.append(f"CAST({column.column} AS TEXT) IN ({', '.join('?' * len(values))})")
        values = [str(item) for item in values]
    return " OR ".join(parts) or "0", list(values)


def _number(item: object) -> object:
    try:
        return int(item) if isinstance(item, bool) else float(str(item))
    except ValueError:
        return str(item)


def _compared(rows: Rows, one: Condition) -> _Part:
    column = _column(rows, one.column).column
    if one.sign == "has":
        filled = f"{column} IS NOT NULL AND trim({column}) <> ''"
        return (filled if one.value else f"NOT ({filled})"), []
    if one.sign == "not":
        text, values = _among(rows, one.column, tuple(one.value))
        return f"{column} IS NOT NULL AND NOT ({text})", values
    sign = {"min": ">=", "max": "<=", "above": ">", "below": "<"}[one.sign]
    if isinstance(one.value, int | float):
        return f"CAST({column} AS REAL) {sign} ?", [one.value]
    return f"CAST({column} AS TEXT) {sign} ?", [str(one.value)]


def _of_period(rows: Rows, one: Input, period: str) -> list[_Part]:
    if not one.period:
        return []
    known = parsed(period)
    part, name = next(iter(one.period.items()))
    if part.endswith("_of"):
        if known is None:
            raise _Hidden
        first = known.before().last_day + timedelta(days=1)
        column = _column(rows, name).column
        within = f"substr({column}, 1, 10) BETWEEN ? AND ?"
        shorter = [text for text in _written(rows, column, 9) if _lies(text, first, known.last_day)]
        return [
            (
                f"{within} OR CAST({column} AS TEXT) IN ({', '.join('?' * len(shorter))})",
                [first.isoformat(), known.last_day.isoformat(), *shorter],
            )
        ]
    if part == "period":
        column = _column(rows, name).column
        spellings = [text for text in _written(rows, column, 40) if spelt(text) == period]
        return [(f"CAST({column} AS TEXT) IN ({', '.join('?' * len(spellings))})" if spellings else "0", spellings)]
    if known is None:
        raise _Hidden
    return _of_parts(rows, one, known)


def _written(rows: Rows, column: str, longest: int) -> list[str]:
    """How periods are written in a column, each once."""
    found = rows.connection.execute(
        f"SELECT DISTINCT CAST({column} AS TEXT) FROM t WHERE {column} IS NOT NULL AND length({column}) <= ?", [longest]
    )
    return [str(row[0]) for row in found]


def _lies(text: str, first: date, last: date) -> bool:
    """A period that is written, shorter than the one asked for, ends in it."""
    known = parsed(text)
    return known is not None and first <= known.last_day <= last


def _of_parts(rows: Rows, one: Input, known: Period) -> list[_Part]:
    wanted = {"year": known.year, "day": known.last_day.day, "month": known.last_day.month}
    found: list[_Part] = []
    for piece, name in one.period.items():
        column = _column(rows, name).column
        number = wanted.get(piece, known.number)
        mark = {"year": "", "month": "M", "week": "W", "quarter": "Q", "semester": "S"}.get(piece)
        words = [
            text
            for text in _written(rows, column, 12)
            if mark and not text.strip().isdecimal() and _number_of(text, mark) == number
        ]
        found.append(
            (
                f"CAST(ltrim({column}, 'SsQqTtWw') AS INTEGER) = ? OR {column} IN ({', '.join('?' * len(words))})",
                [number, *words],
            )
        )
    return found


def _number_of(text: str, mark: str) -> int:
    """The number in `III`, `TW3` or `Maret`; 0 for none."""
    for written in (f"2001-{mark}{text.strip()}", f"2001-{text.strip()}"):
        known = parsed(written)
        if known is not None and known.kind == mark:
            return known.number
    return 0


def _of_dimension(rows: Rows, dimension: str) -> list[_Part]:
    found: list[_Part] = []
    for part in dimension.split(";") if dimension else ():
        name, _sign, value = part.partition("=")
        column = _column(rows, name).column
        found.append((f"coalesce(CAST({column} AS TEXT), '') = ?", [value]))
    return found


def _of_region(rows: Rows, one: Input, region: str, conditions: list[str], values: list[Any]) -> list[_Part]:
    """Rows of the region and of those below it, without those a row of a region between speaks for."""
    if not one.region:
        return []
    column = _column(rows, one.region).column
    if not region and one.province != "rows":
        return [(f"{column} = ?", [one.province])]
    where = " AND ".join(f"({part})" for part in conditions) or "1"
    below = [(f"({column} = ? OR {column} LIKE ?)", [region, f"{region}.%"])] if region else []
    sizes = rows.connection.execute(f"SELECT DISTINCT length({column}) FROM t WHERE {where}", values).fetchall()
    known = sorted(int(row[0]) for row in sizes if row[0])
    if len(known) < 2:
        return [*below]
    own = rows.connection.execute(
        f"SELECT DISTINCT {column} FROM t WHERE {where} AND length({column}) < ? LIMIT ?",
        [*values, known[-1], _MOST_CODES],
    ).fetchall()
    shadows = [str(row[0]) for row in own if len(str(row[0])) >= len(region) and str(row[0]).startswith(region)]
    return [*below, *((f"{column} NOT LIKE ?", [f"{code}.%"]) for code in shadows)]
