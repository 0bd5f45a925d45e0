"""An indicator as one SELECT in DuckDB over its inputs and nothing else.

The statement is read by DuckDB's own parser and every node of it looked at: only the inputs (and what it names itself
by WITH) may stand behind FROM, only functions of the list may be called. It then runs in a process and a database of
its own (`apart`) that sees the inputs' files alone, cannot be set up otherwise, and has bounded memory, time and rows.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from mapalus.engine.data.indicator.frame import EMPTY, Frame, Keys, Mark, sort_key
from mapalus.engine.data.indicator.periods import spelt
from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.engine.data.indicator.reducing import Rows

__all__ = ["check_statement", "run_statement", "shape_problem"]

_LONGEST: Final = 20_000
_MOST_ROWS: Final = 500_000
_SECONDS: Final = 30.0
_MEMORY: Final = 500 * 10**6
_COLUMNS = ("period", "region", "value")
_MORE = ("numerator", "denominator", "by", "rows")
_FUNCTIONS = frozenset({
    # numbers
    "+", "-", "*", "/", "//", "%", "**", "^", "abs", "ceil", "ceiling", "exp", "floor", "greatest", "least", "ln",
    "log",
    "log10", "log2", "mod", "pow", "power", "round", "round_even", "sign", "sqrt", "trunc", "isnan", "isinf",
    "isfinite",
    # texts
    "||", "concat", "concat_ws", "contains", "ends_with", "starts_with", "prefix", "suffix", "instr", "left", "right",
    "length", "len", "lower", "upper", "lpad", "rpad", "ltrim", "rtrim", "trim", "replace", "split_part", "substr",
    "substring", "strlen", "regexp_matches", "regexp_full_match", "regexp_extract", "regexp_replace", "format",
    "printf",
    "~~", "!~~", "~~*", "!~~*", "like_escape", "not_like_escape", "ilike_escape", "strip_accents", "translate",
    "reverse",
    # times
    "date_part", "datepart", "date_trunc", "datetrunc", "date_diff", "datediff", "date_add", "date_sub", "age", "year",
    "month", "day", "hour", "minute", "quarter", "week", "weekofyear", "isoyear", "yearweek", "dayofweek", "dayofyear",
    "last_day", "strftime", "strptime", "try_strptime", "make_date", "make_timestamp", "to_days", "to_months",
    "to_years",
    "to_hours", "to_minutes", "to_seconds", "epoch", "monthname", "dayname",
    # aggregates and windows
    "count", "count_star", "sum", "fsum", "avg", "mean", "min", "max", "median", "mode", "quantile", "quantile_cont",
    "quantile_disc", "stddev", "stddev_pop", "stddev_samp", "var_pop", "var_samp", "variance", "corr", "covar_pop",
    "covar_samp", "regr_slope", "regr_intercept", "regr_r2", "any_value", "arg_max", "arg_min", "max_by", "min_by",
    "first", "last", "bool_and", "bool_or", "count_if", "countif", "product", "string_agg", "approx_count_distinct",
    "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
    "last_value",
    "nth_value", "grouping", "grouping_id",
    # others
    "coalesce", "ifnull", "nullif", "if", "iif", "case", "is_distinct_from", "list_contains", "in", "not",
    "error", "subtract", "add", "multiply", "divide", "date", "today",
})  # fmt: skip
_TABLES = ("BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY", "CTE", "EMPTY_FROM", "EXPRESSION_LIST", "COLUMN_DATA")
_REFUSED = ("TABLE_FUNCTION", "PIVOT", "SHOW_REF", "DELIM_GET", "BOUND_TABLE_REF")


def shape_problem(text: str) -> str:
    """What is wrong with a statement at first sight, without a database; empty: nothing."""
    words = text.strip().lower()
    if not words:
        return _("the statement is empty")
    if len(text) > _LONGEST:
        return _("the statement is too long")
    if not words.startswith(("select", "with", "--", "/*", "(")):
        return _("a statement begins with SELECT or WITH")
    return ""


def check_statement(text: str, inputs: Mapping[str, Any]) -> None:
    """Raises `Misconfigured` for anything but one SELECT over the named inputs."""
    import duckdb

    if problem := shape_problem(text):
        raise Misconfigured(problem)
    with duckdb.connect() as connection:
        row = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchone()
    told: dict[str, Any] = json.loads(row[0]) if row else {}
    if told.get("error"):
        raise Misconfigured(
            _("The statement is not understood: %(reason)s"), reason=str(told.get("error_message"))[:300]
        )
    statements = told.get("statements") or []
    if len(statements) != 1:
        raise Misconfigured(_("There must be exactly one statement."))
    named = set(inputs) | set(_named(statements[0]))
    for kind, name in _parts(statements[0]):
        if kind == "table" and name not in named:
            raise Misconfigured(_("The statement reads %(name)s, which is no input."), name=name)
        if kind == "function" and name not in _FUNCTIONS:
            raise Misconfigured(_("The function %(name)s is not allowed in an indicator."), name=name)
        if kind == "refused":
            raise Misconfigured(_("%(name)s is not allowed in an indicator."), name=name)


def _walk(node: Any) -> Iterator[dict[str, Any]]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _named(tree: Any) -> Iterator[str]:
    """What the statement names itself by WITH."""
    for node in _walk(tree):
        entries = (node.get("cte_map") or {}).get("map") if isinstance(node.get("cte_map"), dict) else None
        for entry in entries or ():
            yield str(entry.get("key"))
        if node.get("type") == "CTE_NODE" or node.get("cte_name"):
            yield str(node.get("cte_name") or "")


def _parts(tree: Any) -> Iterator[tuple[str, str]]:
    for node in _walk(tree):
        kind = str(node.get("type") or "")
        if "table_name" in node and kind == "BASE_TABLE":
            where = [node.get("catalog_name"), node.get("schema_name")]
            yield "table", ".".join(str(part) for part in (*where, node["table_name"]) if part)
        elif kind in _REFUSED or node.get("class") in ("TABLE_FUNCTION",):
            yield "refused", str((node.get("function") or {}).get("function_name") or kind)
        if node.get("sample"):
            yield "refused", "SAMPLE"
        if "function_name" in node:
            outside = [node.get("catalog"), node.get("schema")]
            name = ".".join(str(part) for part in (*outside, node["function_name"]) if part and part != "main")
            yield "function", name.lower()
        if node.get("class") in ("PARAMETER", "LAMBDA", "LAMBDA_REF") or kind == "VALUE_PARAMETER":
            yield "refused", str(node.get("class"))


def run_statement(text: str, inputs: Mapping[str, Rows], *, seconds: float = _SECONDS) -> Frame:
    """The frame the statement gives: columns period, region, value; also numerator, denominator, by, rows."""
    from mapalus.engine.data.indicator.apart import Asked, answered
    from mapalus.engine.data.indicator.reducing import source_of

    check_statement(text, inputs)
    files = [str(path) for rows in inputs.values() for path in (rows.data, *rows.since)]
    views = [(name, source_of(rows)) for name, rows in inputs.items()]
    return _framed(*answered(Asked(text, views, files, seconds, _MEMORY, _MOST_ROWS)))


def _framed(names: tuple[str, ...], found: list[tuple[Any, ...]]) -> Frame:
    if missing := [name for name in _COLUMNS if name not in names]:
        raise Misconfigured(_("The statement must return the columns %(columns)s."), columns=", ".join(missing))
    if unknown := [name for name in names if name not in (*_COLUMNS, *_MORE)]:
        raise Misconfigured(
            _("The statement returns columns that mean nothing: %(columns)s."), columns=", ".join(unknown)
        )
    if len(found) > _MOST_ROWS:
        raise Misconfigured(_("The statement returns more than %(most)s rows."), most=_MOST_ROWS)
    at = {name: place for place, name in enumerate(names)}
    lines: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    for row in found:
        by = row[at["by"]] if "by" in at else None
        key = (spelt(_text(row[at["period"]])), _text(row[at["region"]]), "" if by is None else f"by={by}")
        value, mark = _number(row[at["value"]])
        more = [_number(row[at[name]])[0] if name in at else None for name in ("numerator", "denominator")]
        line = (value, *more, int(row[at["rows"]] or 0) if "rows" in at else 0, mark)
        if key in lines and lines[key][0] != value:
            line = (None, None, None, 0, Mark.CONFLICTING)
        lines[key] = line
    keys = sorted(lines, key=sort_key)
    if not keys:
        return EMPTY
    columns = list(zip(*(lines[key] for key in keys), strict=True))
    unknown_rows, zeros = [-1] * len(keys), [0] * len(keys)
    return Frame(
        Keys(keys), list(columns[0]), list(columns[1]), list(columns[2]), list(columns[3]), unknown_rows,
        list(unknown_rows), list(columns[4]), zeros,
    )  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _number(value: Any) -> tuple[float | None, int]:
    if value is None:
        return None, 0
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise Misconfigured(
            _("The statement returns %(value)s where a number should be."), value=str(value)[:40]
        ) from None
    return (number, 0) if math.isfinite(number) else (None, Mark.NOT_FINITE)
