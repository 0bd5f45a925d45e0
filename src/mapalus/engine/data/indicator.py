"""An indicator: one number people steer by, declared over the columns of a dataset, worked out from a version.

    code: LIV-14                      unit: persen            better: up          dataset: kondisi-jalan
    title: Kemantapan jalan provinsi
    value:  {sum: [baik, sedang], over: panjang, times: 100, where: {status: [tetap, sementara]}}
    period: semester                  # a column; {year: tahun, week: minggu}; without it: the period of the version
    region: kode_wilayah              # a column of dotted codes, cut to kabupaten/kota; without it: the province alone
    by: opd                           # a column whose values are told apart where people ask why
    province: rows                    # rows: over all rows (default); 71: the row of that region
    target: 72
    thresholds: {good: 72, soon: 65}  # or a band: {good: [60, 85], soon: [50, 92]}

`value` takes one of sum, mean, max, min (a column, or several that are added) or `count: rows`; `over` divides by the
sum of columns; `last: {column: waktu, hours: 24}` keeps the rows of the newest hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.strict_yaml import YamlProblem, load_yaml
from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "Declaration",
    "Formula",
    "Measured",
    "State",
    "declaration_of",
    "formula_of",
    "measure",
    "measure_in",
    "read_declaration",
    "read_yaml",
    "state_of",
]

_AGGREGATES = ("sum", "mean", "max", "min", "count")
_KEYS = frozenset(
    {
        "code", "title", "title_en", "unit", "unit_en", "better", "dataset", "source", "value", "period", "region",
        "province", "by", "target", "thresholds", "decimals", "order", "note", "note_en",
    }
)  # fmt: skip
_BETTER = ("up", "down", "range", "neither")
_REGION = 5  # characters of the dotted code of a kabupaten or kota: 71.01
_WEEK = "week"
_DEPTH = 8


class State(StrEnum):
    """How a value stands against its thresholds."""

    GOOD = "good"
    SOON = "soon"
    LATE = "late"
    NONE = "none"  # no thresholds, or no value


@dataclass(frozen=True)
class Formula:
    """What is worked out: `aggregate` over the sum of `columns`, divided by the sum of `over`, times `times`."""

    aggregate: str
    columns: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    times: float = 1
    where: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    last_column: str = ""
    last_hours: float = 0

    @property
    def all_columns(self) -> tuple[str, ...]:
        return tuple(name for name in (*self.columns, *self.over, *self.where, self.last_column) if name)


@dataclass(frozen=True)
class Declaration:
    """One indicator as its file says. `descriptor` is what was read, untouched."""

    code: str
    title: str
    dataset: str
    formula: Formula
    title_en: str = ""
    unit: str = ""
    unit_en: str = ""
    better: str = "neither"
    source: str = ""
    period: Mapping[str, str] = field(default_factory=dict)  # part -> column; empty: that of the version
    region: str = ""
    province: str = "rows"
    by: str = ""
    target: float | None = None
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    decimals: int | None = None
    order: int = 0
    descriptor: Mapping[str, Any] = field(default_factory=dict)

    @property
    def all_columns(self) -> tuple[str, ...]:
        return (*self.formula.all_columns, *self.period.values(), *(name for name in (self.region, self.by) if name))


@dataclass(frozen=True)
class Measured:
    """One value, with what went into it. `region` empty: the province. `value` None: no data, which is not 0."""

    period: str
    region: str
    value: float | None
    numerator: float | None
    denominator: float | None
    rows: int
    first_row: int | None
    last_row: int | None


def read_yaml(path: Path) -> dict[str, Any]:
    """A mapping from a YAML file of a pack. Raises `Misconfigured` with the file's name."""
    try:
        raw = load_yaml(path.read_text(encoding="utf-8"), depth=_DEPTH)
    except YamlProblem as problem:
        raise Misconfigured(
            _("%(file)s, line %(line)s: %(problem)s"), file=str(path), line=problem.line, problem=str(problem)
        ) from None
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(_("%(file)s cannot be read."), file=str(path)) from None
    if not isinstance(raw, dict):
        raise Misconfigured(_("%(file)s must hold names and values."), file=str(path))
    return raw


def read_declaration(path: Path) -> Declaration:
    """One indicator file. Raises `Misconfigured` with everything that is wrong with it."""
    return declaration_of(read_yaml(path), file=str(path))


def declaration_of(raw: Mapping[str, Any], *, file: str) -> Declaration:
    """The declaration in what was read. Raises `Misconfigured` with everything that is wrong with it."""
    wrong = [f"{key}?" for key in raw if key not in _KEYS]
    wrong += [key for key in ("code", "title", "dataset", "value") if not raw.get(key)]
    better = str(raw.get("better", "neither"))
    if better not in _BETTER:
        wrong.append(f"better: {better}")
    formula = _formula(raw.get("value"), wrong)
    thresholds = raw.get("thresholds") or {}
    if not _is_thresholds(thresholds):
        wrong.append("thresholds")
    target = raw.get("target")
    if target is not None and not isinstance(target, int | float):
        wrong.append("target")
    if wrong:
        raise Misconfigured(
            _("%(file)s is not an indicator: %(wrong)s."), file=file, wrong=", ".join(dict.fromkeys(wrong))
        )
    return Declaration(
        code=str(raw["code"]),
        title=str(raw["title"]),
        title_en=str(raw.get("title_en") or ""),
        dataset=str(raw["dataset"]),
        formula=formula,
        unit=str(raw.get("unit") or ""),
        unit_en=str(raw.get("unit_en") or ""),
        better=better,
        source=str(raw.get("source") or ""),
        period=_period(raw.get("period")),
        region=str(raw.get("region") or ""),
        province=str(raw.get("province") or "rows"),
        by=str(raw.get("by") or ""),
        target=float(target) if target is not None else None,
        thresholds=thresholds,
        decimals=raw.get("decimals"),
        order=int(raw.get("order") or 0),
        descriptor=dict(raw),
    )


def formula_of(descriptor: Mapping[str, Any]) -> Formula:
    """The formula in a declaration that was read before."""
    return _formula(descriptor.get("value"), [])


def _formula(raw: Any, wrong: list[str]) -> Formula:
    given = raw if isinstance(raw, dict) else {}
    kinds = [name for name in _AGGREGATES if name in given]
    if len(kinds) != 1 or given.keys() - {*_AGGREGATES, "over", "times", "where", "last"}:
        wrong.append("value")
        return Formula("count")
    last = given.get("last") or {}
    where = given.get("where") or {}
    return Formula(
        aggregate=kinds[0],
        columns=() if kinds[0] == "count" else _names(given[kinds[0]]),
        over=_names(given.get("over")),
        times=float(given.get("times", 1)),
        where={str(k): tuple(v) if isinstance(v, list) else (v,) for k, v in where.items()},
        last_column=str(last.get("column", "")),
        last_hours=float(last.get("hours", 0)),
    )


def _names(raw: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in raw) if isinstance(raw, list) else (str(raw),) if raw else ()


def _period(raw: Any) -> dict[str, str]:
    if isinstance(raw, dict):
        return {str(part): str(column) for part, column in raw.items()}
    return {"period": str(raw)} if raw else {}


def _is_thresholds(raw: Any) -> bool:
    def is_bound(value: Any) -> bool:
        if isinstance(value, list):
            return len(value) == 2 and all(isinstance(item, int | float) for item in value)
        return isinstance(value, int | float)

    return isinstance(raw, dict) and raw.keys() <= {"good", "soon"} and all(map(is_bound, raw.values()))


def state_of(value: float | None, *, better: str, thresholds: Mapping[str, Any]) -> State:
    """Good, soon or late, by the thresholds: bounds for what should rise or fall, bands for what should stay within."""
    if value is None or "good" not in thresholds:
        return State.NONE
    for state in (State.GOOD, State.SOON):
        bound = thresholds.get(state.value)
        if bound is not None and _meets(value, bound, better):
            return state
    return State.LATE


def _meets(value: float, bound: Any, better: str) -> bool:
    if isinstance(bound, list | tuple):
        return bool(bound[0] <= value <= bound[1])
    return bool(value <= bound if better == "down" else value >= bound)


# --- working out -------------------------------------------------------------------------------------------------


def measure(
    declaration: Declaration, *, data: Path, period: str = "", since: Sequence[Path] = (), key: Sequence[str] = ()
) -> list[Measured]:
    """Work out an indicator from the rows of a version (Parquet), by period and region, the province among them.

    `since`: files of rows that came since, by name in their order; with a `key` a later row replaces an earlier one.
    `period` is that of the version, used where the declaration names no column. Raises `Misconfigured` when the data
    lack a column. Runs in the worker, never in a web process.
    """
    with _connected() as connection:
        return measure_in(connection, declaration, source=_rows_now(data, since, key), period=period)


def measure_in(
    connection: duckdb.DuckDBPyConnection, declaration: Declaration, *, source: str, period: str = ""
) -> list[Measured]:
    """The same from a table or query of an open connection, such as the rows of a stream that are kept at hand."""
    present = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    if missing := [name for name in declaration.all_columns if name not in present]:
        raise Misconfigured(
            _("The indicator %(code)s needs columns that %(dataset)s does not have: %(columns)s."),
            code=declaration.code,
            dataset=declaration.dataset,
            columns=", ".join(missing),
        )
    sql, values = _statement(declaration, source, has_rows="_row" in present)
    rows = connection.execute(sql, values).fetchall()
    found = [_measured(row, declaration, period) for row in rows]
    return sorted((one for one in found if one is not None), key=lambda one: (one.period, one.region))


def _rows_now(data: Path, since: Sequence[Path], key: Sequence[str]) -> str:
    def quoted(path: Path) -> str:
        return "'" + str(path).replace("'", "''") + "'"

    base = f"read_parquet({quoted(data)})"
    if not since:
        return base
    files = ", ".join(quoted(path) for path in since)
    came = f"SELECT filename AS _file, * EXCLUDE (filename) FROM read_parquet([{files}], filename = true,"
    both = f"SELECT '' AS _file, * FROM {base} UNION ALL BY NAME {came} union_by_name = true)"
    if not key:
        return f"(SELECT * EXCLUDE (_file) FROM ({both}))"
    by = ", ".join(_quoted(name) for name in key)
    rank = f"row_number() OVER (PARTITION BY {by} ORDER BY _file DESC, _row DESC) AS _rank"
    return f"(SELECT * EXCLUDE (_file, _rank) FROM (SELECT *, {rank} FROM ({both})) WHERE _rank = 1)"


def _statement(declaration: Declaration, source: str, *, has_rows: bool) -> tuple[str, list[object]]:
    formula = declaration.formula
    values: list[object] = []
    conditions = ["true"]
    for column, allowed in formula.where.items():
        conditions.append(f"CAST({_quoted(column)} AS VARCHAR) IN ({', '.join('?' * len(allowed))})")
        values += [str(item) for item in allowed]
    if formula.last_column:
        column = f"CAST({_quoted(formula.last_column)} AS TIMESTAMP)"
        conditions.append(f"{column} > (SELECT max({column}) FROM {source}) - to_seconds(?)")
        values.append(formula.last_hours * 3600)
    if formula.columns and formula.over:
        # A row that lacks a part is left out above and below the line, or the share would be of something else.
        conditions.append(f"{_added(formula.columns)} IS NOT NULL AND {_added(formula.over)} IS NOT NULL")
    row = "_row" if has_rows else "NULL::BIGINT"
    region = f"left(CAST({_quoted(declaration.region)} AS VARCHAR), {_REGION})" if declaration.region else "''"
    numerator = "count(*)" if formula.aggregate == "count" else f"{_function(formula)}({_added(formula.columns)})"
    denominator = f"sum({_added(formula.over)})"
    # A filter per figure, not a WHERE: a place where nothing is counted has 0, and does not vanish.
    chosen = "FILTER (WHERE is_chosen)"
    return (
        f"SELECT period, region, GROUPING(region) AS whole, {numerator} {chosen} AS n,"
        f" {f'{denominator} {chosen}' if formula.over else 'NULL'} AS d, count(*) {chosen} AS rows,"
        f" min(row) {chosen} AS first_row, max(row) {chosen} AS last_row"
        f" FROM (SELECT *, {_period_sql(declaration.period)} AS period, {region} AS region, {row} AS row,"
        f" {' AND '.join(conditions)} AS is_chosen FROM {source})"
        f" GROUP BY GROUPING SETS ((period, region), (period))"
    ), values


def _function(formula: Formula) -> str:
    return {"mean": "avg"}.get(formula.aggregate, formula.aggregate)


def _added(columns: tuple[str, ...]) -> str:
    return " + ".join(f"CAST({_quoted(name)} AS DOUBLE)" for name in columns)


def _period_sql(parts: Mapping[str, str]) -> str:
    if not parts:
        return "''"
    pieces = []
    for part, column in parts.items():
        text = f"CAST({_quoted(column)} AS VARCHAR)"
        if part == _WEEK:
            pieces.append(f"'W' || lpad({text}, 2, '0')")
        else:
            pieces.append(f"lpad({text}, 2, '0')" if part == "month" else text)
    return " || '-' || ".join(pieces)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _measured(row: tuple[Any, ...], declaration: Declaration, period: str) -> Measured | None:
    own, region, is_whole, numerator, denominator, rows, first_row, last_row = row
    at = "" if is_whole else str(region or "")
    if declaration.province == "rows":
        if not is_whole and not at:
            return None  # without a region column, or rows that name none: they count for the province alone
    else:
        # The province has a row of its own: what all rows give together means nothing.
        if is_whole or not at:
            return None
        at = "" if at == declaration.province else at
    formula, value = declaration.formula, None
    if numerator is not None and not formula.over:
        value = float(numerator) * formula.times
    elif numerator is not None and denominator:
        value = float(numerator) / float(denominator) * formula.times
    return Measured(
        period=str(own or "") or period,
        region=at,
        value=value,
        numerator=None if numerator is None else float(numerator),
        denominator=None if denominator is None else float(denominator),
        rows=int(rows),
        first_row=first_row,
        last_row=last_row,
    )


@contextmanager
def _connected() -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    try:
        connection.execute("SET memory_limit = '500MB'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
