"""Columns of a table as SQL: as numbers, as days between, as periods, as codes of regions, as conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.indicator.declaration import Condition, Formula, Input
from mapalus.engine.errors import Misconfigured, Problem
from mapalus.engine.text import _
from mapalus.engine.workdays import national_days

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "Columns",
    "added",
    "amount",
    "chosen",
    "literal",
    "no_day",
    "numbers",
    "period_sql",
    "quoted",
    "region_sql",
    "status_sql",
    "undotted_problem",
]

_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
            "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip
_FRACTION = ("FLOAT", "DOUBLE")
_DOTTED, _UNDOTTED = r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?", r"\d{4}(\d{2,3}(\d{3,4})?)?"
_FIRST_YEAR, _LAST_YEAR = 1945, 2100  # of which holidays are known


class Columns:
    """The columns of a source, with their types."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: str) -> None:
        self.connection, self.source = connection, source
        found = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        self.types: dict[str, str] = {str(row[0]): str(row[1]).upper() for row in found}

    def is_numeric(self, name: str) -> bool:
        return self.types[name].startswith(_NUMERIC)

    def is_text(self, name: str) -> bool:
        return self.types[name].startswith(("VARCHAR", "ENUM"))

    def one(self, statement: str) -> tuple[Any, ...]:
        row = self.connection.execute(statement).fetchone()
        assert row is not None
        return tuple(row)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


# --- numbers --------------------------------------------------------------------------------------------------------


def number(name: str, known: Columns) -> str:
    column = quoted(name)
    if known.is_text(name):
        return f"TRY_CAST(nullif(trim({column}), '') AS DOUBLE)"
    return f"CAST({column} AS DOUBLE)"


def added(columns: tuple[str, ...], known: Columns) -> str:
    """The columns added; missing where one of them is."""
    return "(" + " + ".join(number(name, known) for name in columns) + ")"


def amount(formula: Formula, known: Columns) -> str:
    """What each row gives: its columns added, or the days from the one to the other."""
    if formula.levels:
        words = " ".join(
            f"WHEN {literal(word.lower())} THEN {place}" for place, word in enumerate(formula.levels, start=1)
        )
        return f"(CASE lower(trim(CAST({quoted(formula.columns[0])} AS VARCHAR))) {words} END)::DOUBLE"
    if not formula.span:
        return added(formula.columns, known)
    if formula.span == "hours":
        start, end = (_moment(name) for name in formula.columns)
        return f"(CAST(date_diff('millisecond', {start}, {end}) AS DOUBLE) / 3600000)"
    start, end = (_day(name) for name in formula.columns)
    if formula.span == "days":
        return f"CAST(date_diff('day', {start}, {end}) AS DOUBLE)"
    return f"CAST({_working(end, formula, known)} - {_working(start, formula, known)} AS DOUBLE)"


def _day(name: str) -> str:
    return f"TRY_CAST(left(CAST({quoted(name)} AS VARCHAR), 10) AS DATE)"


def _moment(name: str) -> str:
    return f"TRY_CAST(trim(CAST({quoted(name)} AS VARCHAR)) AS TIMESTAMP)"


def _working(day: str, formula: Formula, known: Columns) -> str:
    """How many working days there were up to a day, itself among them: weekdays, less the holidays on them."""
    off = ", ".join(f"DATE '{one}'" for one in _days_off(formula, known))
    # the first day of the calendar is a Monday
    number = f"date_diff('day', DATE '0001-01-01', {day})"
    return (
        f"({number} // 7 * 5 + least({number} % 7 + 1, 5)"
        f" - len(list_filter(CAST([{off}] AS DATE[]), lambda one: one <= {day})))"
    )


def _days_off(formula: Formula, known: Columns) -> list[date]:
    """Holidays and collective leave of the country on weekdays, in the years the two columns speak of."""
    both = [_day(name) for name in formula.columns]
    ends = known.one(
        f"SELECT year(min(least({both[0]}, {both[1]}))), year(max(greatest({both[0]}, {both[1]}))) FROM {known.source}"
    )
    if ends[0] is None:
        return []
    years = range(max(int(ends[0]), _FIRST_YEAR), min(int(ends[1]), _LAST_YEAR) + 1)
    return [day for year in years for day in national_days(year) if day.weekday() < 5]


def numbers(inputs: Mapping[Any, Input], known: Columns) -> Iterator[tuple[Any, Input, Problem | None]]:
    """Each input, with the problem where a column that is reckoned with holds something else than numbers."""
    words = {**_words(inputs, known), **_no_days(inputs, known)}
    for name, one in inputs.items():
        formula = one.formula
        if formula.levels and (problem := _no_level(formula, known)) is not None:
            yield name, one, problem
            continue
        is_reckoned = formula.aggregate != "distinct" and not formula.levels
        asked = (*(formula.columns if is_reckoned else ()), *formula.over)
        yield name, one, next((words[column] for column in asked if column in words), None)


def _no_days(inputs: Mapping[Any, Input], known: Columns) -> dict[str, Problem]:
    """Columns between which days are counted, and that hold something else."""
    spans = [one.formula for one in inputs.values() if one.formula.span]
    asked = {name: _moment if formula.span == "hours" else _day for formula in spans for name in formula.columns}
    found = {name: no_day(name, f"{of(name)} IS NULL", known.source, known) for name, of in asked.items()}
    return {name: problem for name, problem in found.items() if problem is not None}


def no_day(name: str, wrong: str, source: str, known: Columns) -> Problem | None:
    """What to say where a column is filled in and the day in it is not understood."""
    return _filled_wrongly(
        _("%(column)s holds '%(value)s' where a day such as 2025-08-17 should be, in %(count)s rows (first: %(row)s)."),
        name, wrong, source, known,
    )  # fmt: skip


def _no_level(formula: Formula, known: Columns) -> Problem | None:
    """What to say where the column holds another word than the levels."""
    return _filled_wrongly(
        _("%(column)s holds '%(value)s', which is none of the levels, in %(count)s rows (first: %(row)s)."),
        formula.columns[0], f"{amount(formula, known)} IS NULL", known.source, known,
    )  # fmt: skip


def _filled_wrongly(said: str, name: str, wrong: str, source: str, known: Columns) -> Problem | None:
    """The sentence about a column that is filled in where `wrong` holds: how often, and the first row."""
    column = f"nullif(trim(CAST({quoted(name)} AS VARCHAR)), '')"
    row = "_row" if "_row" in known.types else "NULL"
    count, first, value = known.one(
        f"SELECT count(*), min({row}), any_value({column}) FROM {source} WHERE {column} IS NOT NULL AND ({wrong})"
    )
    if not count:
        return None
    return Misconfigured(said, column=name, value=str(value)[:40], count=count, row="-" if first is None else first)


def _reckoned(formula: Formula) -> tuple[str, ...]:
    return () if formula.aggregate == "distinct" or formula.span or formula.levels else formula.columns


def _words(inputs: Mapping[Any, Input], known: Columns) -> dict[str, Problem]:
    asked = [one.formula for one in inputs.values()]
    columns = dict.fromkeys(name for one in asked for name in (*_reckoned(one), *one.over))
    found: dict[str, Problem] = {}
    texts = []
    for name in columns:
        if known.is_text(name):
            texts.append(name)
        elif not known.is_numeric(name) and known.types[name] != "BOOLEAN":
            found[name] = Misconfigured(_("The column %(column)s holds no numbers."), column=name)
    if not texts:
        return found
    row = "_row" if "_row" in known.types else "NULL"
    parts = []
    for name in texts:
        column = f"nullif(trim({quoted(name)}), '')"
        wrong = f"{column} IS NOT NULL AND TRY_CAST({column} AS DOUBLE) IS NULL"
        parts += [f"count(*) FILTER (WHERE {wrong})", f"min({row}) FILTER (WHERE {wrong})",
                  f"any_value({column}) FILTER (WHERE {wrong})"]  # fmt: skip
    answer = known.one(f"SELECT {', '.join(parts)} FROM {known.source}")
    for place, name in enumerate(texts):
        count, first, value = answer[place * 3 : place * 3 + 3]
        if count:
            found[name] = Misconfigured(
                _("%(column)s holds text where numbers should be: '%(value)s', in %(count)s rows (first: %(row)s)."),
                column=name, value=str(value)[:40], count=count, row="-" if first is None else first,
            )  # fmt: skip
    return found


# --- which rows -----------------------------------------------------------------------------------------------------


def chosen(formula: Formula, known: Columns) -> str:
    """Which rows count."""
    parts = [_equal(column, allowed, known) for column, allowed in formula.where.items()]
    parts += [_condition(one, known) for one in formula.conditions]
    if formula.columns and formula.over:
        # A row that lacks a part is left out above and below the line, or the share would be of something else.
        parts.append(f"{amount(formula, known)} IS NOT NULL AND {added(formula.over, known)} IS NOT NULL")
    return " AND ".join(f"({part})" for part in parts) or "true"


def _equal(column: str, allowed: tuple[object, ...], known: Columns) -> str:
    values = [item for item in allowed if item is not None]
    parts = [f"{quoted(column)} IS NULL"] if len(values) < len(allowed) else []
    if values:
        parts.append(f"{_comparable(column, values, known)} IN ({', '.join(_likewise(column, values, known))})")
    return " OR ".join(parts) or "false"


def _comparable(column: str, values: list[object], known: Columns) -> str:
    if known.is_numeric(column) and all(_as_number(item) is not None for item in values):
        return quoted(column)
    return f"CAST({quoted(column)} AS VARCHAR)"


def _likewise(column: str, values: list[object], known: Columns) -> list[str]:
    if known.is_numeric(column) and all(_as_number(item) is not None for item in values):
        return [repr(_as_number(item)) for item in values]
    return [literal(_written(item)) for item in values]


def _written(item: object) -> str:
    return ("true" if item else "false") if isinstance(item, bool) else str(item)


def _as_number(item: object) -> float | int | None:
    if isinstance(item, bool):
        return None
    if isinstance(item, int | float):
        return item
    try:
        return float(str(item))
    except ValueError:
        return None


def _condition(one: Condition, known: Columns) -> str:
    column = quoted(one.column)
    if one.sign == "has":
        filled = f"{column} IS NOT NULL AND trim(CAST({column} AS VARCHAR)) <> ''"
        return filled if one.value else f"NOT ({filled})"
    if one.sign == "not":
        return f"{column} IS NOT NULL AND NOT ({_equal(one.column, tuple(one.value), known)})"
    sign = {"min": ">=", "max": "<=", "above": ">", "below": "<"}[one.sign]
    if _as_number(one.value) is not None:
        return f"{number(one.column, known)} {sign} {_as_number(one.value)!r}"
    return f"CAST({column} AS VARCHAR) {sign} {literal(str(one.value))}"


# --- period, region, status -----------------------------------------------------------------------------------------


def period_sql(parts: Mapping[str, str], known: Columns) -> str:
    """The period of a row as text; NULL where the row does not say it."""
    if not parts:
        return "''"
    pieces: dict[str, str] = {}
    for part, column in parts.items():
        if part.endswith("_of"):
            return _of_a_day(part, quoted(column), is_text=not known.types[column].startswith(("DATE", "TIMESTAMP")))
        pieces[part] = _whole(column, known)
    told = pieces.get("period") or pieces["year"]
    marks = {"semester": "'-S'", "quarter": "'-Q'", "week": "'-W'", "month": "'-'", "day": "'-'"}
    for part, mark in marks.items():
        if part in pieces:
            text = pieces[part]
            padded = (
                f"CASE WHEN length({text}) < 2 THEN lpad({text}, 2, '0') ELSE {text} END"
                if part in ("week", "month", "day")
                else f"ltrim({text}, 'SsQqTtWw')"
            )
            told += f" || {mark} || {padded}"
    return told


def _whole(column: str, known: Columns) -> str:
    if known.types[column].startswith(_FRACTION):
        return f"CAST(CAST({quoted(column)} AS BIGINT) AS VARCHAR)"
    return f"nullif(trim(CAST({quoted(column)} AS VARCHAR)), '')"


def _of_a_day(part: str, column: str, *, is_text: bool) -> str:
    """The period in which a day lies; of a shorter period that is written (2025-08, 2025-Q3), that in which it lies."""
    day = f"TRY_CAST(left(CAST({column} AS VARCHAR), 10) AS DATE)"
    if is_text:
        shorter = _shorter(f"upper(trim(CAST({column} AS VARCHAR)))")[: _SHORTER[part]]
        cases = "".join(f" WHEN {fits} THEN TRY_CAST({told} AS DATE)" for fits, told in shorter)
        day = f"CASE{cases} ELSE {day} END" if cases else day
    return {
        "year_of": f"strftime({day}, '%Y')",
        "month_of": f"strftime({day}, '%Y-%m')",
        "day_of": f"strftime({day}, '%Y-%m-%d')",
        "week_of": f"CAST(isoyear({day}) AS VARCHAR) || '-W' || lpad(CAST(weekofyear({day}) AS VARCHAR), 2, '0')",
        "quarter_of": f"strftime({day}, '%Y') || '-Q' || CAST(quarter({day}) AS VARCHAR)",
        "semester_of": f"strftime({day}, '%Y') || '-S' || CAST((month({day}) + 5) // 6 AS VARCHAR)",
    }[part]


# how many of the forms below lie in one such period
_SHORTER = {"day_of": 0, "week_of": 0, "month_of": 1, "quarter_of": 2, "semester_of": 3, "year_of": 4}


def _shorter(text: str) -> list[tuple[str, str]]:
    """Months, quarters, half years, years as they are written: how to know one, and a day that lies in it."""
    year = f"left({text}, 4) || '-'"

    def ends(months: int) -> str:
        return f"{year} || lpad(CAST({months} * TRY_CAST(right({text}, 1) AS INT) AS VARCHAR), 2, '0') || '-01'"

    forms = (
        (r"\d{4}[-/]?\d{2}", f"{year} || right({text}, 2) || '-01'"),
        (r"\d{4}[- ]?(Q|T|TW)[- ]?[1-4]", ends(3)),
        (r"\d{4}[- ]?S[- ]?[12]", ends(6)),
        (r"\d{4}([- ]?W.*)?", f"{year} || '01-01'"),
    )
    return [(f"regexp_full_match({text}, '{form}')", told) for form, told in forms]


def region_sql(column: str, known: Columns) -> str:
    """The code of a row; NULL where it names none. Raises `Misconfigured` where codes were read as fractions."""
    if known.types[column].startswith(_FRACTION):
        raise Misconfigured(
            _("The column %(column)s holds fractions where codes of regions should be: read it as text."), column=column
        )
    return f"nullif(trim(CAST({quoted(column)} AS VARCHAR)), '')"


def undotted_problem(base: str, column: str, known: Columns) -> Problem | None:
    """What to say where no code of a region has dots and some look as if they should: 7101, 7101052003."""
    found = known.one(
        f"SELECT min(_r) FILTER (WHERE regexp_full_match(_r, '{_UNDOTTED}')),"
        f" count(*) FILTER (WHERE regexp_full_match(_r, '{_DOTTED}')) FROM {base}"
    )
    if found[0] is None or found[1]:
        return None
    return Misconfigured(
        _("The column %(column)s holds '%(value)s' where dotted codes of regions (71.01) should be."),
        column=column, value=found[0],
    )  # fmt: skip


def status_sql(column: str) -> str:
    """1 very provisional, 2 provisional, 3 final, as a row says it; NULL for another word."""
    text = f"lower(replace(replace(trim(CAST({quoted(column)} AS VARCHAR)), '_', '-'), ' ', '-'))"
    return (
        f"CASE WHEN {text} IN ('tetap', 'final', 't') THEN 3"
        f" WHEN {text} IN ('sementara', 'provisional', 's', '*') THEN 2"
        f" WHEN {text} IN ('sangat-sementara', 'very-provisional', 'ss', '**') THEN 1 END"
    )
