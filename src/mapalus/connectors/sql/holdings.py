"""What a database says of itself: its tables and views with their columns, and the key of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mapalus.connectors.sql.config import Settings

__all__ = ["Held", "held", "primary_key", "types_of"]

_TABLES = {
    "postgresql": """
        SELECT n.nspname, c.relname, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END,
               coalesce(obj_description(c.oid, 'pg_class'), '')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
          AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
        ORDER BY 1, 2""",
    "mysql": """
        SELECT table_schema, table_name, CASE WHEN table_type LIKE '%%VIEW' THEN 'view' ELSE 'table' END,
               CASE WHEN table_type LIKE '%%VIEW' THEN '' ELSE table_comment END
        FROM information_schema.tables WHERE table_schema = %(database)s ORDER BY 1, 2""",
    "mssql": """
        SELECT table_schema, table_name, CASE table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END, ''
        FROM information_schema.tables WHERE table_schema <> 'sys' ORDER BY 1, 2""",
    "sqlite": """
        SELECT '', name, type, '' FROM sqlite_schema
        WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 2""",
}
_COLUMNS = {
    "postgresql": """
        SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
               coalesce(col_description(c.oid, a.attnum), '')
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
          AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2, a.attnum""",
    "mysql": """
        SELECT table_schema, table_name, column_name, column_type, column_comment
        FROM information_schema.columns WHERE table_schema = %(database)s
        ORDER BY table_schema, table_name, ordinal_position""",
    "mssql": """
        SELECT table_schema, table_name, column_name, data_type, '' FROM information_schema.columns
        ORDER BY table_schema, table_name, ordinal_position""",
    "sqlite": """
        SELECT '', m.name, p.name, lower(p.type), '' FROM sqlite_schema m, pragma_table_info(m.name) p
        WHERE m.type IN ('table', 'view') ORDER BY m.name, p.cid""",
}
_KEYS = {
    "postgresql": """
        SELECT a.attname FROM pg_index i
        CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE i.indrelid = to_regclass(%(quoted)s) AND i.indisprimary ORDER BY k.place""",
    "mysql": """
        SELECT column_name FROM information_schema.key_column_usage
        WHERE constraint_name = 'PRIMARY' AND table_schema = coalesce(nullif(%(schema)s, ''), %(database)s)
          AND table_name = %(table)s ORDER BY ordinal_position""",
    "mssql": """
        SELECT k.column_name FROM information_schema.table_constraints t
        JOIN information_schema.key_column_usage k
          ON k.constraint_name = t.constraint_name AND k.table_schema = t.table_schema
        WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_name = %(table)s
          AND t.table_schema = coalesce(nullif(%(schema)s, ''), SCHEMA_NAME()) ORDER BY k.ordinal_position""",
    "sqlite": "SELECT name FROM pragma_table_info(:table) WHERE pk > 0 ORDER BY pk",
}


@dataclass(frozen=True)
class Held:
    """One table or view. columns: name, type and comment of each."""

    schema: str
    name: str
    kind: str
    comment: str
    columns: tuple[tuple[str, str, str], ...]


def held(connection: Any, settings: Settings) -> Iterator[Held]:
    """Everything that the account may read, in the order of names."""
    columns: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for schema, table, name, kind, comment in _asked(connection, _COLUMNS[settings.kind], settings):
        columns.setdefault((schema, table), []).append((name, kind, comment))
    for schema, name, kind, comment in _asked(connection, _TABLES[settings.kind], settings):
        if not settings.schema or schema == settings.schema:
            yield Held(schema, name, kind, comment, tuple(columns.get((schema, name), ())))


def primary_key(connection: Any, settings: Settings) -> tuple[str, ...]:
    """The columns of the primary key; none for a view or a SELECT."""
    return tuple(row[0] for row in _asked(connection, _KEYS[settings.kind], settings)) if settings.table else ()


def types_of(connection: Any, settings: Settings) -> dict[str, str]:
    """The declared type of each column of the table, in small letters, where the statement depends on it."""
    if settings.kind != "mssql" or not settings.table:
        return {}
    rows = _asked(connection, _COLUMNS["mssql"], settings)
    return {row[2]: row[3] for row in rows if row[1] == settings.table and row[0] == (settings.schema or row[0])}


def _asked(connection: Any, statement: str, settings: Settings) -> list[tuple[Any, ...]]:
    names = ".".join('"' + part.replace('"', '""') + '"' for part in (settings.schema, settings.table) if part)
    values = {"schema": settings.schema, "database": settings.database, "table": settings.table, "quoted": names}
    cursor = connection.cursor()
    try:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
    finally:
        cursor.close()
