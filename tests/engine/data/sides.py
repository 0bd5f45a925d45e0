"""Side files for tests, from a few rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.shown import published_query, shown_fields
from mapalus.engine.data.sidefile import build

_SQL = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}


def side_file(path: Path, fields: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> Path:
    """A `rows.sqlite` of those fields (name -> text, integer, number, boolean or date); `_row` counts from 2."""
    import duckdb

    listed = tuple(Field(name, type="string" if kind == "text" else kind) for name, kind in fields.items())
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" {_SQL[kind]}' for name, kind in fields.items())
        connection.execute(f"CREATE TABLE source (_row BIGINT, {columns})")
        places = ", ".join("?" * (len(fields) + 1))
        connection.executemany(f"INSERT INTO source VALUES ({places})", [[n, *row] for n, row in enumerate(rows, 2)])
        shown = shown_fields(Contract("t", fields=listed), columns=list(fields))
        build(path, connection=connection, table=f"({published_query(shown, source='source')})", shown=shown)
    return path
