"""The statements that are sent: written by SQLAlchemy's dialects, which know how each database quotes.

Names stand quoted, values are always parameters. A declared SELECT is asked as a subquery, so that it can be nothing
but a reading one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mapalus.connectors.sql.config import Settings

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.engine import Dialect

__all__ = ["Column", "Statement", "bare", "dialect_of", "reading", "shape"]

_BARE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """One column as the database declares it; `type` in small letters, empty where a SELECT makes it."""

    name: str
    type: str = ""


@dataclass(frozen=True)
class Statement:
    """Text with the driver's own marks for parameters, and their values."""

    text: str
    parameters: Any


def bare(query: str) -> str:
    """The statement without what stands in quotes and comments."""
    return _BARE.sub(" ", query)


def dialect_of(kind: str) -> Dialect:
    """The dialect with the paramstyle of the driver that we use."""
    from sqlalchemy.dialects import mysql, postgresql, sqlite
    from sqlalchemy.dialects.mssql import pymssql

    kinds: dict[str, tuple[Any, str]] = {
        "postgresql": (postgresql.dialect, "pyformat"), "mysql": (mysql.dialect, "pyformat"),
        "mssql": (pymssql.dialect, "pyformat"), "sqlite": (sqlite.dialect, "named"),
    }  # fmt: skip
    make, style = kinds[kind]
    dialect: Dialect = make(paramstyle=style)
    return dialect


def reading(settings: Settings, columns: Sequence[Column], *, since: object = None) -> Statement:
    """All rows, or those at and after `since`; rows without a value there come along every time."""
    from sqlalchemy import bindparam, or_, select
    from sqlalchemy.types import NullType

    picked = [_shown(settings.kind, item) for item in columns]
    statement: Select[Any] = select(*picked).select_from(_source(settings))
    if since is not None:
        marked = _named(settings.since)
        statement = statement.where(or_(marked >= bindparam("since", since, type_=NullType()), marked.is_(None)))
    return _compiled(statement, settings.kind)


def shape(settings: Settings) -> Statement:
    """No row, but the columns of a declared SELECT."""
    from sqlalchemy import false, select, text

    return _compiled(select(text("*")).select_from(_source(settings)).where(false()), settings.kind)


def _source(settings: Settings) -> Any:
    from sqlalchemy import column, table, text

    if settings.table:
        return table(settings.table, column("x"), schema=settings.schema or None)
    # In a subquery neither INTO OUTFILE nor a second statement is possible.
    inner = settings.query.strip().rstrip(";").replace(":", "\\:")
    return text(f"(\n{inner}\n) AS isi")


def _named(name: str) -> Any:
    from sqlalchemy import column
    from sqlalchemy.sql.elements import quoted_name

    return column(quoted_name(name, True))


def _shown(kind: str, item: Column) -> Any:
    """The column, as text where the driver would lose something of the value."""
    from sqlalchemy import func, text

    named = _named(item.name)
    if kind != "mssql":
        return named
    style = {**dict.fromkeys(("datetime2", "time", "datetime", "smalldatetime", "date"), 126), "datetimeoffset": 127}
    style |= dict.fromkeys(("money", "smallmoney"), 2)
    if item.type in style:
        return func.convert(text("varchar(40)"), named, text(str(style[item.type]))).label(named.name)
    if item.type in ("sql_variant", "hierarchyid", "xml", "geography", "geometry"):
        return func.convert(text("nvarchar(max)"), named).label(named.name)
    return named


def _compiled(statement: Any, kind: str) -> Statement:
    made = statement.compile(dialect=dialect_of(kind))
    return Statement(str(made), dict(made.params))
