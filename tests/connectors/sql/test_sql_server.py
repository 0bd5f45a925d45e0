"""SQL Server has no server here: what is sent to it is compared as text, and what its errors mean is told."""

from __future__ import annotations

import pytest

from mapalus.connectors.sql.config import Settings
from mapalus.connectors.sql.hands import hand_of
from mapalus.connectors.sql.statement import Column, reading, shape
from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Surroundings, Vanished

SETTINGS = Settings(kind="mssql", database="data", host="127.0.0.1", schema="dbo", table="desa", since="diubah")


def flat(text: str) -> str:
    return " ".join(text.split())


def test_moments_and_money_are_asked_for_as_text() -> None:
    columns = [Column("id", "int"), Column("diubah", "datetime2"), Column("kapan", "datetimeoffset"),
               Column("rupiah", "money"), Column("isi", "sql_variant")]  # fmt: skip
    statement = reading(SETTINGS, columns, since="2024-01-01T00:00:00")
    assert flat(statement.text) == (
        "SELECT [id], convert(varchar(40), [diubah], 126) AS [diubah], convert(varchar(40), [kapan], 127) AS [kapan],"
        " convert(varchar(40), [rupiah], 2) AS [rupiah], convert(nvarchar(max), [isi]) AS [isi]"
        " FROM dbo.desa WHERE [diubah] >= %(since)s OR [diubah] IS NULL"
    )
    assert statement.parameters == {"since": "2024-01-01T00:00:00"}


def test_names_and_declared_statements_are_quoted_its_way() -> None:
    odd = Settings(kind="mssql", database="data", table="tabel] x%", schema="")
    assert flat(reading(odd, [Column("a]b")]).text) == "SELECT [a]]b] FROM [tabel]] x%]"
    asked = Settings(kind="mssql", database="data", query="SELECT a FROM t WHERE b LIKE '%x:y'")
    assert flat(shape(asked).text) == ("SELECT * FROM ( SELECT a FROM t WHERE b LIKE '%x:y' ) AS isi WHERE 0 = 1")


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        ((208, b"Invalid object name 'dbo.desa'."), Vanished),
        ((4060, b"Cannot open database"), Vanished),
        ((229, b"The SELECT permission was denied"), Misconfigured),
        ((18456, b"Login failed for user 'sa'."), Misconfigured),
        ((20003, b"Adaptive Server connection timed out"), Unavailable),
        ((20009, b"Unable to connect"), Unavailable),
        ((102, b"Incorrect syntax near ')'."), Refused),
    ],
)
def test_its_errors_are_told_apart(error: tuple[int, bytes], meaning: type[Problem]) -> None:
    hand = hand_of(SETTINGS, Surroundings(secret=str))
    assert isinstance(hand.meaning(Exception(*error)), meaning)
    assert isinstance(hand.meaning(Exception(error)), meaning)
