"""What changed from one version to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.shown import quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["difference"]


def difference(connection: duckdb.DuckDBPyConnection, contract: Contract, *, old: str, new: str) -> dict[str, Any]:
    """Rows added, removed, changed and unchanged by primary key; without a key only the two counts.

    `old` and `new` are SQL tables. Columns that only one of them has are named, and do not make a row changed.
    """
    columns_old, columns_new = _columns(connection, old), _columns(connection, new)
    common = [name for name in columns_new if name in columns_old]
    result: dict[str, Any] = {
        "rows_before": _count(connection, old),
        "rows_after": _count(connection, new),
        "fields_added": [name for name in columns_new if name not in columns_old],
        "fields_removed": [name for name in columns_old if name not in columns_new],
        "by": list(contract.primary_key),
    }
    if not contract.primary_key or not set(contract.primary_key) <= set(common):
        return {**result, "by": []}
    return {**result, **_by_key(connection, contract.primary_key, common, old, new)}


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    return [str(row[0]) for row in described if not str(row[0]).startswith("_")]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def _by_key(
    connection: duckdb.DuckDBPyConnection, key: tuple[str, ...], common: list[str], old: str, new: str
) -> dict[str, int]:
    # as text: a field that changed its type from one contract to the next has not changed every value
    keys = ", ".join(f"{quoted(name)}::VARCHAR AS k{number}" for number, name in enumerate(key))
    rest = [f"coalesce({quoted(name)}::VARCHAR, chr(0))" for name in common if name not in key]
    value = f"hash({', '.join(rest)})" if rest else "0::UBIGINT"
    on = " AND ".join(f"a.k{number} = b.k{number}" for number in range(len(key)))
    query = f"""SELECT count(*) FILTER (a.there IS NULL), count(*) FILTER (b.there IS NULL),
        count(*) FILTER (a.there AND b.there AND a.v <> b.v), count(*) FILTER (a.there AND b.there AND a.v = b.v)
        FROM (SELECT {keys}, {value} AS v, true AS there FROM {old}) a
        FULL JOIN (SELECT {keys}, {value} AS v, true AS there FROM {new}) b ON {on}"""
    (numbers,) = connection.execute(query).fetchall()
    return dict(zip(("added", "removed", "changed", "unchanged"), map(int, numbers), strict=True))
