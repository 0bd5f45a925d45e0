"""Databases: PostgreSQL, MySQL and MariaDB, SQL Server, SQLite."""
