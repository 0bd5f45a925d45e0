"""A table of a database comes over whole, with every value as the database writes it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from mapalus.connectors.sql.source import connector
from mapalus.engine.errors import Invalid, Misconfigured, Refused, Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest, Surroundings, Vanished
from tests.connectors.sql.conftest import Database


def rows(harvest: Harvest | None) -> list[dict[str, object]]:
    assert harvest is not None
    return [json.loads(line, parse_float=Decimal) for line in harvest.path.read_text().splitlines()]


def test_a_table_comes_whole_and_null_is_not_empty(database: Database) -> None:
    database.run("CREATE TABLE desa (id integer PRIMARY KEY, nama varchar(40), jumlah integer)")
    database.run("INSERT INTO desa VALUES (1, 'Tomohon \"Utara\"', 5), (2, '', NULL), (3, NULL, -7)")
    found = database.harvest(table="desa")
    assert sorted(rows(found), key=lambda row: int(str(row["id"]))) == [
        {"id": 1, "nama": 'Tomohon "Utara"', "jumlah": 5},
        {"id": 2, "nama": "", "jumlah": None},
        {"id": 3, "nama": None, "jumlah": -7},
    ]
    assert found is not None
    assert (found.extent, found.name, found.facts["rows"]) == (Extent.WHOLE, "desa.ndjson", "3")


def test_what_did_not_change_is_not_brought_again(database: Database) -> None:
    database.run("CREATE TABLE desa (id integer PRIMARY KEY, nama varchar(40))")
    database.run("INSERT INTO desa VALUES (1, 'a'), (2, 'b')")
    first = database.harvest(table="desa")
    assert first is not None
    assert database.harvest(first.mark, table="desa") is None
    database.run("DELETE FROM desa WHERE id = 2")
    assert rows(database.harvest(first.mark, table="desa")) == [{"id": 1, "nama": "a"}]


def test_a_table_that_was_dropped_has_vanished_and_an_empty_one_has_not(database: Database) -> None:
    database.run("CREATE TABLE desa (id integer PRIMARY KEY)")
    empty = database.harvest(table="desa")
    assert empty is not None
    assert (rows(empty), len(empty.notes)) == ([], 1)
    database.run("DROP TABLE desa")
    with pytest.raises(Vanished):
        database.harvest(empty.mark, table="desa")
    with pytest.raises(Vanished):
        database.source(table="desa").check()


def test_names_with_quotes_spaces_percent_and_colons_are_only_names(database: Database) -> None:
    quote = "`" if database.kind == "mysql" else '"'
    table, column = f"{quote}tabel 50%; drop{quote}", f"{quote}nilai :a %s{quote}"
    database.run(f"CREATE TABLE {table} (id integer PRIMARY KEY, {column} integer)".replace("%s", "%s"))
    database.run(f"INSERT INTO {table} VALUES (1, 9)")
    assert rows(database.harvest(table="tabel 50%; drop")) == [{"id": 1, "nilai :a %s": 9}]


def test_a_declared_select_is_read_and_can_do_nothing_else(database: Database) -> None:
    database.run("CREATE TABLE desa (id integer PRIMARY KEY, nama varchar(40))")
    database.run("INSERT INTO desa VALUES (1, 'a%b:c'), (2, 'x')")
    query = "SELECT id, nama AS n FROM desa WHERE nama LIKE '%:c' -- hanya ini"
    assert rows(database.harvest(query=query)) == [{"id": 1, "n": "a%b:c"}]
    for bad in ("DELETE FROM desa", "SELECT 1; DELETE FROM desa", "WITH x AS (SELECT 1) SELECT * FROM x"):
        with pytest.raises(Invalid):
            database.source(query=bad)
    for bad in ("SELECT 1 AS a INTO lain", "SELECT 1 AS a) AS isi; DELETE FROM desa"):
        with pytest.raises((Refused, Invalid, Unavailable)):
            database.harvest(query=bad)
    assert len(rows(database.harvest(table="desa"))) == 2


def test_the_shelf_lists_tables_and_views_with_their_columns(database: Database) -> None:
    database.run("CREATE TABLE desa (id integer PRIMARY KEY, nama varchar(40))")
    database.run("CREATE VIEW ringkas AS SELECT nama FROM desa")
    database.shelf().check()
    offered = {one.options["table"]: one for one in database.shelf().offered()}
    assert {name: one.format for name, one in offered.items()} == {"desa": "table", "ringkas": "view"}
    columns = offered["desa"].metadata["columns"]
    assert [column["name"] for column in columns] == ["id", "nama"]  # type: ignore[attr-defined]
    database.run("INSERT INTO desa VALUES (1, 'a')")
    source = connector.open(offered["ringkas"].options, database.surroundings)
    assert rows(source.harvest(mark="", into=database.into)) == [{"nama": "a"}]


def test_a_column_that_is_not_there_is_named_with_those_that_are(database: Database) -> None:
    database.run("CREATE TABLE desa (id integer PRIMARY KEY, nama varchar(40))")
    with pytest.raises(Misconfigured, match=r"no column diubah.*id, nama"):
        database.source(table="desa", since="diubah").check()


def test_pictures_are_refused_unless_somebody_wants_their_digits(database: Database) -> None:
    kind = {"postgresql": "bytea", "mysql": "blob", "sqlite": "blob"}[database.kind]
    literal = r"'\xcafe'" if database.kind == "postgresql" else "x'cafe'"
    database.run(f"CREATE TABLE foto (id integer PRIMARY KEY, isi {kind})")
    database.run(f"INSERT INTO foto VALUES (1, {literal})")
    with pytest.raises(Refused, match="isi holds binary data"):
        database.harvest(table="foto")
    assert rows(database.harvest(table="foto", binary="hex")) == [{"id": 1, "isi": "cafe"}]
    assert rows(database.harvest(table="foto", binary="skip")) == [{"id": 1, "isi": None}]


def test_a_harvest_that_grows_past_its_bound_is_refused(database: Database) -> None:
    database.run("CREATE TABLE desa (id integer PRIMARY KEY, nama varchar(400))")
    for number in range(20):
        database.run(f"INSERT INTO desa VALUES ({number}, '{'x' * 300}')")
    small = Surroundings(secret=str, allowed=["127.0.0.1"], folder=database.surroundings.folder, largest=1000)
    with pytest.raises(Refused, match="larger"):
        connector.open({**database.options, "table": "desa"}, small).harvest(mark="", into=database.into)


@pytest.mark.postgresql
@pytest.mark.slow
def test_postgresql_values_lose_nothing(postgresql: Database) -> None:
    postgresql.run(
        "CREATE TABLE nilai (id bigint PRIMARY KEY, n numeric, f double precision, t timestamp, z timestamptz, d date,"
        " j jsonb, a integer[], b boolean, i interval, m money)"
    )
    postgresql.run(
        "INSERT INTO nilai VALUES (9223372036854775807, 12345678901234567890.1234567890, 0.1, '2024-01-01 10:00:00.5',"
        " '2024-01-01 10:00+08', '0044-03-15 BC', '{\"a\": 1.50}', '{{1,2},{3,NULL}}', true, '1 day', -1234.5),"
        " (2, 'NaN', 'Infinity', 'infinity', '99999-01-01', null, null, null, false, null, null)"
    )
    found = rows(postgresql.harvest(table="nilai"))
    assert found[0] == {
        "id": 9223372036854775807, "n": Decimal("12345678901234567890.1234567890"), "f": Decimal("0.1"),
        "t": "2024-01-01T10:00:00.5", "z": "2024-01-01T02:00:00+00:00", "d": "0044-03-15 BC",
        "j": {"a": Decimal("1.50")},
        "a": [[1, 2], [3, None]], "b": True, "i": "P1D", "m": Decimal("-1234.50"),
    }  # fmt: skip
    assert (found[1]["n"], found[1]["f"], found[1]["t"]) == ("NaN", "Infinity", "infinity")


@pytest.mark.mariadb
@pytest.mark.slow
def test_mariadb_values_lose_nothing(mariadb: Database) -> None:
    mariadb.run("SET sql_mode = '', time_zone = '+08:00'")
    mariadb.run(
        "CREATE TABLE nilai (id bigint unsigned PRIMARY KEY, n decimal(30,10), dt datetime(3), ts timestamp NULL,"
        " d date, y year, t time, e enum('L','P'), b bit(4))"
    )
    mariadb.run(
        "INSERT INTO nilai VALUES (18446744073709551615, 12345678901234567890.1234567890, '2024-01-01 10:00:00.5',"
        " '2024-01-01 10:00:00', '0000-00-00', 2024, '-838:59:59', 'L', 5)"
    )
    assert rows(mariadb.harvest(table="nilai")) == [{
        "id": 18446744073709551615, "n": Decimal("12345678901234567890.1234567890"), "dt": "2024-01-01T10:00:00.500",
        "ts": "2024-01-01T02:00:00+00:00", "d": "0000-00-00", "y": 2024, "t": "-838:59:59", "e": "L", "b": 5,
    }]  # fmt: skip


def test_sqlite_values_keep_their_own_types(sqlite: Database) -> None:
    sqlite.run("CREATE TABLE nilai (id INTEGER PRIMARY KEY, v)")
    sqlite.run("INSERT INTO nilai VALUES (1, 1), (2, '1'), (3, 0.1), (4, 9e999), (5, '0812')")
    assert [row["v"] for row in rows(sqlite.harvest(table="nilai"))] == [1, "1", Decimal("0.1"), "inf", "0812"]


@pytest.mark.slow
def test_a_statement_without_end_is_stopped(sqlite: Database) -> None:
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c"
    with pytest.raises(Unavailable, match="longer than 1 seconds"):
        sqlite.harvest(query=f"SELECT n FROM ({endless})", timeout=1)


def test_a_file_outside_the_drop_folder_is_not_opened(sqlite: Database) -> None:
    with pytest.raises(Refused, match="outside the drop folder"):
        sqlite.source(database="../data.db", table="x").check()
    with pytest.raises(Vanished):
        sqlite.source(database="lain.db", table="x").check()


@pytest.mark.postgresql
@pytest.mark.slow
def test_postgresql_says_whether_the_right_the_account_or_the_time_is_missing(postgresql: Database) -> None:
    postgresql.run("CREATE TABLE rahasia (id integer PRIMARY KEY)")
    postgresql.run("DROP ROLE IF EXISTS mapalus_tamu")
    postgresql.run("CREATE ROLE mapalus_tamu LOGIN")
    try:
        with pytest.raises(Misconfigured, match="may not read"):
            postgresql.harvest(table="rahasia", user="mapalus_tamu")
        guest = connector.shelf({**postgresql.options, "user": "mapalus_tamu"}, postgresql.surroundings)
        assert guest is not None
        assert list(guest.offered()) == []
    finally:
        postgresql.run("DROP ROLE mapalus_tamu")
    with pytest.raises(Misconfigured, match="does not let"):
        postgresql.source(table="rahasia", user="siapa").check()
    with pytest.raises(Unavailable, match="longer than 1 seconds"):
        postgresql.harvest(query="SELECT 1 AS a FROM (SELECT pg_sleep(5)) AS s", timeout=1)
    with pytest.raises(Unavailable):
        postgresql.source(table="rahasia", port=1).check()


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_reading_sees_one_moment_only(postgresql: Database) -> None:
    postgresql.run("CREATE TABLE desa (id integer PRIMARY KEY, nama text)")
    postgresql.run("INSERT INTO desa SELECT n, 'x' FROM generate_series(1, 5000) AS n")
    told: list[str] = []

    def tell(step: str, share: float) -> None:
        if not told:
            postgresql.run("DELETE FROM desa WHERE id > 10")
        told.append(step)

    around = Surroundings(secret=str, allowed=["127.0.0.1"], tell=tell)
    found = connector.open({**postgresql.options, "table": "desa"}, around).harvest(mark="", into=postgresql.into)
    assert len(rows(found)) == 5000


def test_a_server_of_the_own_network_is_not_asked_unless_it_is_listed() -> None:
    source = connector.open(
        {"kind": "postgresql", "host": "127.0.0.1", "database": "x", "table": "x"}, Surroundings(secret=str)
    )
    with pytest.raises(Refused, match="own network"):
        source.check()


def test_settings_that_do_not_go_together_are_named() -> None:
    with pytest.raises(Invalid) as caught:
        connector.open({"kind": "mysql", "database": "x"}, Surroundings(secret=str))
    assert set(caught.value.fields) == {"host", "table"}
