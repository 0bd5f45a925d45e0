"""What a page shows of a version without counting: the profile of its columns and the sums for its charts.

Both are taken from the published rows, so nothing masked or suppressed can be read back from them. A contract marks
the fields of charts by `mapalus.role`: `region`, `period` or `measure`; without marks a reference to a region list,
the types year, yearmonth and date, and the number columns that carry a unit are taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.shown import COUNT, Shown, quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["charts", "profile", "role"]

_TOP = 10
_CELLS = 10_000  # largest table of (region, period) of one chart
_MEASURES = 12
_EXACT = 200_000  # rows up to which different values are counted one by one; above, to about 2 percent
_FREQUENT = 10  # rows a value has on average, from which the most frequent ones of a large table are told
_ADDITIVE = ("jumlah", "banyaknya", "total", "volume", "nilai", "panjang", "berat", "luas", "count", "sum")
_NOT_ADDITIVE = ("persen", "%", "indeks", "rasio", " per ", "/", "derajat", "mbps", "kbps", "°")
_PLACES = ("derajat", "°", "degree")  # latitude and longitude are no measures


def profile(
    connection: duckdb.DuckDBPyConnection, table: str, shown: Sequence[Shown], *, about: Mapping[str, int] | None = None
) -> dict[str, dict[str, Any]]:
    """Per published column: count, missing, min, max, distinct (exact to _EXACT rows), top. Masked ones only count.

    `about`: how many different values columns of a large table have, where that is known.
    """
    if not shown:
        return {}
    ((held,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    parts = [_measures(one, exact=held <= _EXACT, about=(about or {}).get(one.name)) for one in shown]
    (values,) = connection.execute(f"SELECT count(*), {', '.join(parts)} FROM {table}").fetchall()
    rows, found, result = int(values[0]), iter(values[1:]), {}
    for one in shown:
        count, least, most, distinct = (next(found) for _ in range(4))
        entry = {"count": int(count), "missing": rows - int(count), "min": least, "max": most, "distinct": distinct}
        # of a large column of almost only different values nothing is frequent, and grouping it costs most
        is_various = held > _EXACT and int(distinct or 0) > held // _FREQUENT
        entry["top"] = [] if one.masked or is_various else _top(connection, table, one.name)
        result[one.name] = entry
    return result


def _measures(one: Shown, *, exact: bool, about: int | None) -> str:
    name = quoted(one.name)
    if one.masked:
        return f"count({name}), NULL, NULL, NULL"
    # nested values have no order worth telling
    limits = "NULL, NULL" if one.type in ("object", "array", "geojson", "geopoint", "any") else _limits(name)
    rough = f"approx_count_distinct({name})" if about is None else str(about)
    distinct = f"count(DISTINCT {name})" if exact else rough
    return f"count({name}), {limits}, {distinct}"


def _limits(name: str) -> str:
    return f"min({name})::VARCHAR, max({name})::VARCHAR"


def _top(connection: duckdb.DuckDBPyConnection, table: str, name: str) -> list[list[Any]]:
    value = quoted(name)
    query = f"""SELECT value::VARCHAR, n FROM (SELECT {value} AS value, count(*) AS n FROM {table}
        WHERE {value} IS NOT NULL GROUP BY 1 HAVING count(*) > 1) ORDER BY n DESC, value LIMIT {_TOP}"""
    return [[value, int(n)] for value, n in connection.execute(query).fetchall()]


def role(field: Shown) -> str:
    """`region`, `period`, `measure`, or empty."""
    marks: Mapping[str, Any] = field.mapalus or {}
    if marks.get("role"):
        return str(marks["role"])
    if field.masked:
        return ""
    codes = str(marks.get("codes") or marks.get("code_list") or "")
    if codes.startswith("wilayah") or field.name in ("kode_wilayah", "kode_kabkota", "kode_kab_kota"):
        return "region"
    if field.type in ("year", "yearmonth", "date") or field.name in ("tahun", "periode", "bulan", "semester"):
        return "period"
    unit = str(marks.get("unit") or marks.get("satuan") or "").lower()
    if field.type in ("integer", "number") and (field.counted or unit) and not unit.startswith(_PLACES):
        return "measure"
    return ""


def charts(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, table: str, shown: Sequence[Shown]
) -> dict[str, Any]:
    """Cells (region, period, value) per measure; by region (latest period) and by period where sums mean something.

    A percentage, an index or an average is never added up: where several rows share a cell it stays empty.
    """
    region = next((one for one in shown if role(one) == "region"), None)
    period = next((one for one in shown if role(one) == "period"), None)
    measures = [one for one in shown if role(one) == "measure"][:_MEASURES]
    if region is None and period is None:
        return {}
    result: dict[str, Any] = {
        "region": region.name if region else None,
        "period": period.name if period else None,
        "measures": [],
    }
    for one in [*measures, None]:
        result["measures"].append(_chart(connection, contract, table, region, period, one))
    return result


def _chart(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: str,
    region: Shown | None,
    period: Shown | None,
    measure: Shown | None,
) -> dict[str, Any]:
    """One measure; None counts the rows. By region: of the latest period, since stocks of several do not add up."""
    additive = measure is None or is_additive(contract, measure)
    one = "count(*)" if measure is None else quoted(measure.name)
    value = one if measure is None else f"sum({one})" if additive else f"CASE WHEN count({one}) = 1 THEN max({one}) END"
    place = f"{quoted(region.name)}::VARCHAR" if region else "NULL::VARCHAR"
    time = f"{quoted(period.name)}::VARCHAR" if period else "NULL::VARCHAR"

    def grouped(*keys: str, only: str = "") -> list[list[Any]]:
        names = ", ".join(keys)
        query = f"SELECT {names}, ({value})::DOUBLE FROM {table} {only} GROUP BY ALL ORDER BY ALL LIMIT {_CELLS + 1}"
        found = [list(row) for row in connection.execute(query).fetchall()]
        return found if len(found) <= _CELLS else []

    latest = f"WHERE {quoted(period.name)} = (SELECT max({quoted(period.name)}) FROM {table})" if period else ""
    marks: Mapping[str, Any] = (measure.mapalus if measure else None) or {}
    return {
        "field": measure.name if measure else None,
        "title": measure.title if measure else COUNT,
        "unit": str(marks.get("unit") or marks.get("satuan") or ""),
        "additive": additive,
        "suppressed": bool(measure and measure.suppressed),
        "cells": grouped(place, time),
        "by_region": grouped(place, only=latest) if region else [],
        "by_period": grouped(time) if period else [],
    }


def is_additive(contract: Contract, measure: Shown) -> bool:
    """Whether values of a column may be added up: a count or an amount, not a share, an index or an average."""
    marks: Mapping[str, Any] = measure.mapalus or {}
    if "additive" in marks:
        return bool(marks["additive"])
    unit = str(marks.get("unit") or marks.get("satuan") or "").lower()
    if any(word in unit for word in _NOT_ADDITIVE):
        return False
    measure_word = str(marks.get("measure") or marks.get("ukuran") or contract.mapalus.get("ukuran") or "").lower()
    if measure_word:
        return any(word in measure_word for word in _ADDITIVE)
    return measure.counted or measure.type == "integer"
