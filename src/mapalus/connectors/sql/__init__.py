"""Databases: PostgreSQL, MySQL and MariaDB, SQL Server, SQLite."""

from mapalus.connectors.sql.source import connector

__all__ = ["connector"]
