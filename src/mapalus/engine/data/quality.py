"""Quality of a version, in figures that a reader can check: each comes with what was counted.

Terms: ISO/IEC 25012 (completeness, consistency, currentness) and the dimensions of the UK Government Data Quality
Framework (completeness, uniqueness, consistency, timeliness, validity). A figure is a share from 0 to 1, or null
where there is nothing to measure it by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.shown import quoted
from mapalus.engine.text import _

if TYPE_CHECKING:
    import duckdb

__all__ = ["DIMENSIONS", "Figure", "figures"]

DIMENSIONS = ("completeness", "validity", "uniqueness", "consistency", "timeliness")
_DEFINITIONS = {
    "completeness": _("Filled cells among all cells of the rows handed in."),
    "validity": _("Rows in which every value has its declared type, form and limits, among all rows."),
    "uniqueness": _(
        "Rows that repeat no key and no value declared unique, among all rows; without a key: distinct rows."
    ),
    "consistency": _("Rows that agree with the reference lists and the rules between columns, among all rows."),
    "timeliness": _("Received on or before the due day: 1, otherwise 0; the days of delay stand beside it."),
}
_UNIQUE = ("unique-error", "primary-key")
_CONSISTENT = ("foreign-key", "row-rule", "rule-error")


@dataclass(frozen=True)
class Figure:
    """One dimension: its share, what was counted of what, and the definition (a message id)."""

    value: float | None
    count: int | None
    of: int | None
    definition: str
    detail: Mapping[str, Any]


def figures(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    *,
    good: str,
    bad: str | None,
    origin: Mapping[str, Any],
    filled: Mapping[str, int] | None = None,
) -> dict[str, dict[str, Any]]:
    """The five figures of a version; `good` and `bad` are SQL tables (typed rows; raw rows with `_errors`).

    `filled`: how many cells of a column of the good rows hold something, where that was counted already.
    """
    rows = _count(connection, f"SELECT count(*) FROM {good}")
    bad_rows = _count(connection, f"SELECT count(*) FROM {bad}") if bad else 0
    total = rows + bad_rows
    codes = _rows_by_code(connection, bad) if bad else {}
    broken = {
        "validity": _union(codes, lambda code: code not in _UNIQUE and code not in _CONSISTENT),
        "uniqueness": _union(codes, lambda code: code in _UNIQUE),
        "consistency": _union(codes, lambda code: code in _CONSISTENT),
    }
    result = {
        "completeness": _completeness(connection, good=good, bad=bad, known=filled or {}),
        "validity": _share("validity", total - len(broken["validity"]), total),
        "uniqueness": _uniqueness(connection, contract, good=good, repeated=len(broken["uniqueness"]), total=total),
        "consistency": _consistency(contract, broken=len(broken["consistency"]), total=total),
        "timeliness": _timeliness(origin),
    }
    return {name: asdict(figure) for name, figure in result.items()}


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0] or 0)


def _share(name: str, count: int, of: int, **detail: Any) -> Figure:
    return Figure(round(count / of, 6) if of else None, count, of, _DEFINITIONS[name], detail)


def _rows_by_code(connection: duckdb.DuckDBPyConnection, bad: str) -> dict[str, set[int]]:
    """Bad rows per error code: file row numbers. Cross-column rules speak as `constraint-error` with rule `rule`."""
    code = "CASE WHEN e.field IS NULL AND e.code = 'constraint-error' THEN 'row-rule' ELSE e.code END"
    query = f"""SELECT DISTINCT {code}, _row FROM (SELECT _row, unnest(_errors) AS e FROM {bad})"""
    result: dict[str, set[int]] = {}
    for code, row in connection.execute(query).fetchall():
        result.setdefault(str(code), set()).add(int(row))
    return result


def _union(codes: Mapping[str, set[int]], wanted: Any) -> set[int]:
    return set().union(*(rows for code, rows in codes.items() if wanted(code)))


def _completeness(
    connection: duckdb.DuckDBPyConnection, *, good: str, bad: str | None, known: Mapping[str, int]
) -> Figure:
    filled, cells = _cells(connection, good, empty="{0} IS NULL", known=known)
    if bad:
        filled_bad, cells_bad = _cells(connection, bad, empty="coalesce(trim({0}::VARCHAR), '') = ''")
        filled, cells = filled + filled_bad, cells + cells_bad
    return _share("completeness", filled, cells)


def _cells(
    connection: duckdb.DuckDBPyConnection, table: str, *, empty: str, known: Mapping[str, int] | None = None
) -> tuple[int, int]:
    """Filled cells, and cells."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    names = [str(row[0]) for row in described if not str(row[0]).startswith("_")]
    if not names:
        return 0, 0
    if known and known.keys() >= set(names):
        return sum(known[name] for name in names), _count(connection, f"SELECT count(*) FROM {table}") * len(names)
    counts = ", ".join(f"count(*) FILTER (NOT ({empty.format(quoted(name))}))" for name in names)
    (numbers,) = connection.execute(f"SELECT count(*), {counts} FROM {table}").fetchall()
    return sum(int(number) for number in numbers[1:]), int(numbers[0]) * len(names)


def _uniqueness(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, good: str, repeated: int, total: int
) -> Figure:
    keyed = contract.primary_key or contract.unique_keys or any(f.constraints.get("unique") for f in contract.fields)
    if keyed:
        return _share("uniqueness", total - repeated, total, by="key")
    values = "COLUMNS(lambda c: c NOT IN ('_row', '_part'))"
    rows = _count(connection, f"SELECT count(*) FROM {good}")
    # Rows of different hashes are different; only where some hashes are equal the rows themselves are compared.
    distinct = _count(connection, f"SELECT count(DISTINCT hash({values.replace('COLUMNS', '*COLUMNS')})) FROM {good}")
    if distinct < rows:
        distinct = _count(connection, f"SELECT count(*) FROM (SELECT DISTINCT {values} FROM {good})")
    return _share("uniqueness", distinct, rows, by="row")


def _consistency(contract: Contract, *, broken: int, total: int) -> Figure:
    if not (contract.rules or contract.foreign_keys):
        return Figure(None, None, None, _DEFINITIONS["consistency"], {})
    return _share("consistency", total - broken, total)


def _timeliness(origin: Mapping[str, Any]) -> Figure:
    due, received = origin.get("due_on"), origin.get("received_on")
    if not (due and received):
        return Figure(None, None, None, _DEFINITIONS["timeliness"], {})
    late = max(0, (date.fromisoformat(str(received)) - date.fromisoformat(str(due))).days)
    detail = {"due_on": str(due), "received_on": str(received), "days_late": late}
    return Figure(0.0 if late else 1.0, int(not late), 1, _DEFINITIONS["timeliness"], detail)
