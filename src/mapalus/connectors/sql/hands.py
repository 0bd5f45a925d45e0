"""One hand per kind of database: connecting to it, a reading session in one snapshot, and what its errors mean.

Values come over as the database writes them, never through a driver's idea of a number or a day.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mapalus.connectors.sql.config import Settings
from mapalus.connectors.sql.values import Binary, Writer, mysql_writers, native_writers, postgresql_writers
from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Surroundings, Vanished
from mapalus.engine.text import _
from mapalus.engine.web.addresses import reachable

__all__ = ["Hand", "Note", "Writers", "hand_of", "spoken"]

_CONNECT = 20  # seconds
_BATCH = 2_000  # rows of one fetch

Writers = Sequence[Writer]
Note = tuple[str, dict[str, object]]


class Hand(Protocol):
    """What differs between databases."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None: ...

    def connect(self) -> Any:
        """A DBAPI connection in a read-only session; Problem where it cannot be had."""

    def begin(self, connection: Any, notes: list[Note]) -> None:
        """One snapshot for everything that follows; a note where the database cannot promise it."""

    def cursor(self, connection: Any) -> Any:
        """A cursor that leaves the rows at the server until they are asked for."""

    def writers(self, description: Sequence[Any], binary: Binary) -> Writers:
        """How a value of each column becomes JSON."""

    def meaning(self, error: Exception) -> Problem | None:
        """What an error of the driver means to a person."""

    @property
    def moment(self) -> str:
        """Statement for the server's time now, in UTC or as its columns have it."""


def hand_of(settings: Settings, surroundings: Surroundings) -> Hand:
    """The hand for a kind of database."""
    kinds: dict[str, type[Hand]] = {
        "postgresql": _PostgreSQL, "mysql": _MySQL, "mssql": _SQLServer, "sqlite": _SQLite,
    }  # fmt: skip
    return kinds[settings.kind](settings, surroundings)


@contextmanager
def spoken(hand: Hand, settings: Settings) -> Iterator[None]:
    """Errors of a driver as a Problem; what nobody knows is told with the server's own words, without a password."""
    try:
        yield
    except Problem:
        raise
    except Exception as error:
        if not _is_of_driver(error):
            raise
        known = hand.meaning(error)
        if known is None:
            words = " ".join(str(error).split())[:300]
            known = Unavailable(_("The database %(name)s answers: %(words)s"), name=settings.database, words=words)
        raise known from error


def _is_of_driver(error: Exception) -> bool:
    return isinstance(error, OSError) or type(error).__module__.split(".")[0] in (
        "psycopg", "pymysql", "pymssql", "sqlite3", "pymssql._pymssql",
    )  # fmt: skip


def driver(name: str) -> Any:
    """The client library of a database; Misconfigured where the extra is not installed."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise Misconfigured(
            _("The client for this kind of database is not installed."),
            advice=_("The administrator installs it with the extra `sql`."),
        ) from None


def _too_slow(settings: Settings) -> Problem:
    return Unavailable(
        _("The database took longer than %(seconds)s seconds."), seconds=settings.timeout,
        advice=_("Allow more time, or ask its keeper for an index on the column of changes."),
    )  # fmt: skip


@dataclass
class _Server:
    """What the three servers share: a checked address and a named secret."""

    settings: Settings
    surroundings: Surroundings

    @property
    def patience(self) -> float:
        """Seconds that one statement may take: never more than the harvest as a whole."""
        return max(0.1, min(self.settings.timeout, self.surroundings.longest))

    def address(self) -> str:
        return reachable(self.settings.host, self.settings.port, self.surroundings.allowed)[0]

    def password(self) -> str:
        return self.surroundings.secret(self.settings.password) if self.settings.password else ""

    def vanished(self) -> Problem:
        what = ".".join(filter(None, (self.settings.schema, self.settings.table))) or self.settings.database
        return Vanished(_("%(name)s is not there in the database any more."), name=what)

    def no_right(self) -> Problem:
        return Misconfigured(
            _("The account %(user)s may not read this table."), user=self.settings.user,
            advice=_("Ask the keeper of the database to grant SELECT to it."),
        )  # fmt: skip

    def no_entry(self) -> Problem:
        return Misconfigured(
            _("The database does not let the account %(user)s in."), user=self.settings.user,
            advice=_("Check the account, the password and from where it may come."),
        )  # fmt: skip

    def too_slow(self) -> Problem:
        return _too_slow(self.settings)

    def wrong_statement(self, error: Exception) -> Problem:
        return Refused(
            "bad-statement", _("The database refuses the statement: %(words)s"),
            words=" ".join(str(error).split())[:300],
        )  # fmt: skip

    def not_answering(self) -> Problem:
        return Unavailable(_("%(address)s does not answer."), address=f"{self.settings.host}:{self.settings.port}")

    def by_code(
        self, code: object, groups: Sequence[tuple[Callable[[], Problem], frozenset[object]]]
    ) -> Problem | None:
        return next((made() for made, codes in groups if code in codes), None)


class _PostgreSQL(_Server):
    moment = "SELECT now() AT TIME ZONE 'UTC'"

    def connect(self) -> Any:
        psycopg = driver("psycopg")
        settings, mode = self.settings, {"off": "disable", "verify": "verify-full"}
        words = {"sslrootcert": "system"} if settings.encryption == "verify" else {}
        connection = psycopg.connect(
            host=settings.host, hostaddr=self.address(), port=settings.port, dbname=settings.database,
            user=settings.user, password=self.password(), connect_timeout=_CONNECT, passfile="/nobody/else",
            sslmode=mode.get(settings.encryption, settings.encryption), application_name="mapalus",
            client_encoding="UTF8", autocommit=True, prepare_threshold=None, **words,
        )  # fmt: skip
        from psycopg.types.string import TextLoader

        for known in psycopg.postgres.types:
            connection.adapters.register_loader(known.oid, TextLoader)
        for setting, value in (
            ("default_transaction_read_only", "on"), ("statement_timeout", f"{self.patience * 1000:.0f}"),
            ("DateStyle", "ISO, YMD"), ("IntervalStyle", "iso_8601"), ("TimeZone", "UTC"), ("bytea_output", "hex"),
            ("extra_float_digits", "1"), ("lc_monetary", "C"), ("lock_timeout", f"{min(self.patience, 60) * 1000:.0f}"),
        ):  # fmt: skip
            connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
        return connection

    def begin(self, connection: Any, notes: list[Note]) -> None:
        connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def cursor(self, connection: Any) -> Any:
        cursor = connection.cursor(name="mapalus")
        cursor.itersize = _BATCH
        return cursor

    def writers(self, description: Sequence[Any], binary: Binary) -> Writers:
        return postgresql_writers(description, binary)

    def meaning(self, error: Exception) -> Problem | None:
        code = getattr(error, "sqlstate", None) or ""
        if code[:2] in ("08", "53", "57") and code != "57014":
            return self.not_answering()
        known = self.by_code(code, (
            (self.vanished, frozenset({"42P01", "3F000", "3D000"})), (self.no_right, frozenset({"42501"})),
            (self.no_entry, frozenset({"28P01", "28000"})), (self.too_slow, frozenset({"57014", "55P03"})),
        ))  # fmt: skip
        if known:
            return known
        if code[:2] in ("42", "22", "25"):
            return self.wrong_statement(error)
        words = str(error)  # libpq tells no code for what goes wrong while connecting
        if not code and "does not exist" in words and "database" in words:
            return self.vanished()
        if not code and any(part in words for part in ("authentication", "no pg_hba", "password", 'role "')):
            return self.no_entry()
        return self.not_answering() if type(error).__name__ == "OperationalError" else None


class _MySQL(_Server):
    moment = "SELECT CAST(NOW(6) AS CHAR)"

    def connect(self) -> Any:
        pymysql, settings = driver("pymysql"), self.settings
        kept = {kind: made for kind, made in pymysql.converters.conversions.items() if not isinstance(kind, int)}
        words: dict[str, Any] = {}
        if settings.encryption in ("require", "verify"):
            words = {"ssl": {"check_hostname": settings.encryption == "verify"}}
            words |= {"ssl_verify_cert": settings.encryption == "verify"}
        elif settings.encryption == "off":
            words = {"ssl_disabled": True}
        plain = socket.create_connection((self.address(), settings.port), timeout=_CONNECT)
        try:
            connection = pymysql.connect(
                host=settings.host, port=settings.port, user=settings.user, password=self.password(),
                database=settings.database, charset="utf8mb4", conv=kept, connect_timeout=_CONNECT,
                read_timeout=self.patience + 5, autocommit=True, local_infile=False, defer_connect=True,
                program_name="mapalus", **words,
            )  # fmt: skip
            connection.connect(plain)
        except BaseException:
            plain.close()
            raise
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION time_zone = '+00:00'")
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute("SET SESSION net_write_timeout = %s", (max(1, round(self.patience)),))
            cursor.execute("SET SESSION lock_wait_timeout = %s", (max(1, round(min(self.patience, 60))),))
            for limit in (
                f"max_statement_time = {settings.timeout}",
                f"max_execution_time = {settings.timeout * 1000}",
            ):
                with suppress(pymysql.err.MySQLError):  # the one is MariaDB's, the other MySQL's
                    cursor.execute(f"SET SESSION {limit}")
        return connection

    def begin(self, connection: Any, notes: list[Note]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            if self.settings.table:
                cursor.execute(
                    "SELECT engine FROM information_schema.tables WHERE table_schema = %s AND table_name = %s",
                    (self.settings.schema or self.settings.database, self.settings.table),
                )
                found = cursor.fetchone()
                if found and found[0] and found[0].casefold() in ("myisam", "aria", "memory", "csv"):
                    notes.append(
                        (_("The table is kept by %(engine)s, which has no snapshots: rows may change while read."),
                         {"engine": found[0]})
                    )  # fmt: skip

    def cursor(self, connection: Any) -> Any:
        return connection.cursor(driver("pymysql.cursors").SSCursor)

    def writers(self, description: Sequence[Any], binary: Binary) -> Writers:
        return mysql_writers(description, binary)

    def meaning(self, error: Exception) -> Problem | None:
        code = error.args[0] if error.args else None
        known = self.by_code(code, (
            (self.vanished, frozenset({1146, 1049, 1109})), (self.no_right, frozenset({1142, 1143, 1044, 1227})),
            (self.no_entry, frozenset({1045, 1130, 1698, 1251, 2059})), (self.too_slow, frozenset({1969, 3024, 1205})),
            (lambda: self.wrong_statement(error), frozenset({1064, 1054, 1060, 1052, 1305, 1792, 1248})),
        ))  # fmt: skip
        if known:
            return known
        if isinstance(error, OSError) or code in (2002, 2003, 2006, 2013, 2014, 1040, 1053, 1158, 1159, 1161):
            return self.not_answering()
        return None


class _SQLServer(_Server):
    moment = "SELECT CONVERT(varchar(40), SYSUTCDATETIME(), 126)"

    def connect(self) -> Any:
        pymssql, settings = driver("pymssql"), self.settings
        return pymssql.connect(
            server=self.address(), port=str(settings.port), user=settings.user, password=self.password(),
            database=settings.database, login_timeout=_CONNECT, timeout=max(1, round(self.patience)), charset="UTF-8",
            appname="mapalus", autocommit=True, read_only=True, tds_version="7.4",
            encryption={"off": "off", "prefer": "request"}.get(settings.encryption, "require"),
        )  # fmt: skip

    def begin(self, connection: Any, notes: list[Note]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()")
            found = cursor.fetchone()
            able = bool(found and found[0] == 1)
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {'SNAPSHOT' if able else 'READ COMMITTED'}")
            cursor.execute("BEGIN TRANSACTION")
        if not able:
            notes.append((_("The database allows no snapshots: rows may change while they are read."), {}))

    def cursor(self, connection: Any) -> Any:
        return connection.cursor()

    def writers(self, description: Sequence[Any], binary: Binary) -> Writers:
        return native_writers(description, binary)

    def meaning(self, error: Exception) -> Problem | None:
        code = error.args[0] if error.args else None
        if isinstance(code, tuple):
            code = code[0]
        known = self.by_code(code, (
            (self.vanished, frozenset({208, 4060, 911})), (self.no_right, frozenset({229, 230, 916})),
            (self.no_entry, frozenset({18456, 18452, 18470})), (self.too_slow, frozenset({20003, 1222})),
            (lambda: self.wrong_statement(error), frozenset({102, 156, 207, 209, 8155, 8156, 1033})),
        ))  # fmt: skip
        return known or (self.not_answering() if code in (20002, 20009, 20047, 20006) else None)


@dataclass
class _SQLite:
    settings: Settings
    surroundings: Surroundings
    moment: str = "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"

    def connect(self) -> Any:
        import sqlite3

        path = self._path()
        if not path.is_file():
            raise Vanished(_("%(name)s is not there in the database any more."), name=self.settings.database)
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=20)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        until = time.monotonic() + min(self.settings.timeout, self.surroundings.longest)
        connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
        return connection

    def _path(self) -> Path:
        root = self.surroundings.folder
        if root is None:
            raise Refused("no-folder", _("No folder of this machine may be read."))
        path = (root / self.settings.database).resolve()
        if not path.is_relative_to(root.resolve()):
            raise Refused("outside-folder", _("%(name)s lies outside the drop folder."), name=self.settings.database)
        return path

    def begin(self, connection: Any, notes: list[Note]) -> None:
        connection.execute("BEGIN")

    def cursor(self, connection: Any) -> Any:
        return connection.cursor()

    def writers(self, description: Sequence[Any], binary: Binary) -> Writers:
        return native_writers(description, binary)

    def meaning(self, error: Exception) -> Problem | None:
        words = str(error)
        if "no such table" in words:
            return Vanished(_("%(name)s is not there in the database any more."), name=self.settings.table)
        if "interrupted" in words:
            return _too_slow(self.settings)
        if "locked" in words or "busy" in words:
            return Unavailable(_("The database %(name)s is being written."), name=self.settings.database)
        if "not a database" in words or "malformed" in words:
            return Refused("not-a-database", _("%(name)s is no database of SQLite."), name=self.settings.database)
        if type(error).__name__ == "OperationalError":
            return Refused("bad-statement", _("The database refuses the statement: %(words)s"), words=words[:300])
        return None
