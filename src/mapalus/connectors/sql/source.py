"""A table, a view or a declared SELECT of a database, read in one snapshot by a session that cannot write."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mapalus.connectors.sql.config import OPTIONS, Settings
from mapalus.connectors.sql.hands import Hand, Note, hand_of, spoken
from mapalus.connectors.sql.holdings import held, primary_key, types_of
from mapalus.connectors.sql.mark import Mark, Sum, before
from mapalus.connectors.sql.rows import Bounds, Plan, Read, read_rows, scan_keys
from mapalus.connectors.sql.statement import Column, reading, shape
from mapalus.engine.errors import Misconfigured
from mapalus.engine.harvest.connector import Extent, Harvest, Offering, Surroundings
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.text import Label, _

__all__ = ["connector"]


@dataclass(frozen=True)
class _Table:
    """The source."""

    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        hand = hand_of(self.settings, self.surroundings)
        with spoken(hand, self.settings), _session(hand, []) as connection:
            self._columns(connection)
            self._key(connection)

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        hand, notes, of = hand_of(self.settings, self.surroundings), list[Note](), self._asked()
        with spoken(hand, self.settings), _session(hand, notes) as connection:
            pass_ = _Pass(self.settings, self.surroundings, hand, connection, into)
            pass_.columns, pass_.key = self._columns(connection), self._key(connection)
            old = Mark.read(mark, of=of)
            if old.columns and old.columns != pass_.names:
                old = Mark(of=of)  # every row has another shape now, not only those that changed
            return pass_.harvest(old, of, notes)

    def _asked(self) -> str:
        """What the mark belongs to."""
        settings = self.settings
        asked = (settings.schema, settings.table, settings.query, settings.since, settings.key, settings.deletions,
                 settings.deleted_column, settings.binary)  # fmt: skip
        return blake2b(json.dumps(asked).encode(), digest_size=8).hexdigest()

    def _columns(self, connection: Any) -> tuple[Column, ...]:
        """Raises what is wrong with the table: gone, no right, a declared column that it lacks."""
        statement = shape(self.settings)
        with closing(connection.cursor()) as cursor:
            cursor.execute(statement.text, statement.parameters)
            names = [str(column[0]) for column in cursor.description or ()]
        types = types_of(connection, self.settings)
        wanted = (*self.settings.key, self.settings.since, self.settings.deleted_column)
        for name in filter(None, wanted):
            if name not in names:
                raise Misconfigured(
                    _("There is no column %(name)s in the table."), name=name,
                    advice=_("It has: %(names)s."), names=", ".join(names[:50]),
                )  # fmt: skip
        return tuple(Column(name, types.get(name, "")) for name in names)

    def _key(self, connection: Any) -> tuple[str, ...]:
        settings = self.settings
        key = settings.key or primary_key(connection, settings)
        if not key and (settings.since or settings.deletions != "none"):
            raise Misconfigured(
                _("The table has no primary key, and no key columns are named: changes cannot find their rows."),
                advice=_("Name the key columns in the settings of the source."),
            )
        return key


@contextmanager
def _session(hand: Hand, notes: list[Note]) -> Iterator[Any]:
    with closing(hand.connect()) as connection:
        hand.begin(connection, notes)
        yield connection


@dataclass
class _Pass:
    """One harvest within one snapshot."""

    settings: Settings
    surroundings: Surroundings
    hand: Hand
    connection: Any
    into: Path
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()

    @property
    def names(self) -> str:
        names = sorted(column.name for column in self.columns)
        return blake2b(json.dumps(names).encode(), digest_size=8).hexdigest()

    def harvest(self, old: Mark, of: str, notes: list[Note]) -> Harvest | None:
        read = self._changes(old) if old.since and self.settings.since else None
        if read is not None:
            if not read.rows and not read.gone:
                return None
            return self._brought(read, Extent.CHANGES, old, of, notes)
        read = self._rows(None, old)
        if old.whole and old.whole == read.whole.written():
            return None
        return self._brought(read, Extent.WHOLE, old, of, notes)

    def _changes(self, old: Mark) -> Read | None:
        """What came since the mark; None where rows are gone that only a whole reading can name."""
        start = before(old.since, is_number=old.is_number, overlap=self.settings.overlap)
        read = self._rows(_number(start) if old.is_number else start, old)
        if self.settings.deletions != "keys":
            return read
        keys = [Column(name) for name in self.key]
        statement = reading(self.settings, keys)
        scanned = scan_keys(self.hand, self.connection, statement, old=old, bounds=self._bounds())
        was = Sum.read(old.keys) if old.keys else Sum()
        # Without a list of the old keys: nothing is gone if the keys are the same, if those up to the greatest old
        # one are the same, or if they are the same without all that changed.
        if was not in (scanned.keys, scanned.low, scanned.keys.without(read.keys)):
            return None
        read.keys, read.top = scanned.keys, scanned.top
        return read

    def _rows(self, since: object, old: Mark) -> Read:
        settings = self.settings
        plan = Plan(
            self.key, settings.since, settings.deleted_column if settings.deletions == "column" else "",
            settings.binary, settings.overlap, self._horizon(), old.seen if since is not None else (),
        )  # fmt: skip
        statement = reading(settings, self.columns, since=since)
        return read_rows(
            self.hand, self.connection, statement, plan=plan, into=self.into, bounds=self._bounds(),
            is_whole=since is None,
        )  # fmt: skip

    def _bounds(self) -> Bounds:
        around = self.surroundings
        return Bounds(around.largest, time.monotonic() + around.longest, around.tell)

    def _horizon(self) -> str:
        """A day after the server's now: later moments are entered ahead of time and move no mark."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(self.hand.moment)
            found = cursor.fetchone()
        try:
            return (datetime.fromisoformat(str(found[0])) + timedelta(days=1)).isoformat(" ")
        except (TypeError, ValueError):
            return ""

    def _brought(self, read: Read, extent: Extent, old: Mark, of: str, notes: list[Note]) -> Harvest:
        settings, window = self.settings, read.window
        has_moved = window is not None and bool(window.text)
        mark = Mark(
            since=window.text if window and has_moved else old.since,
            is_number=window.is_number if window and has_moved else old.is_number,
            seen=window.seen() if window and has_moved else old.seen,
            keys=read.keys.written() if settings.deletions == "keys" else "",
            top="" if read.top is None or settings.deletions != "keys" else str(read.top),
            whole=read.whole.written() if extent is Extent.WHOLE and not settings.since else "",
            of=of,
            columns=self.names,
        )
        if not read.rows and extent is Extent.WHOLE:
            notes.append((_("The table is there and holds no row."), {}))
        name = f"{settings.table or 'data'}.ndjson"
        deleted = read.gone_path if extent is Extent.CHANGES and read.gone else None
        facts = {"rows": str(read.rows), "deleted": str(read.gone), "key": ", ".join(self.key)}
        return Harvest(read.path, name, extent, mark.written(), deleted, tuple(notes), facts)


def _number(text: str) -> int | Decimal:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else value


@dataclass(frozen=True)
class _Database:
    """The shelf: tables and views that the account may read."""

    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        hand = hand_of(self.settings, self.surroundings)
        with spoken(hand, self.settings), closing(hand.connect()):
            pass

    def offered(self) -> Iterator[Offering]:
        hand = hand_of(self.settings, self.surroundings)
        with spoken(hand, self.settings), closing(hand.connect()) as connection:
            found = list(held(connection, self.settings))
        for one in found:
            columns = [{"name": name, "type": kind, "comment": comment} for name, kind, comment in one.columns]
            key = ".".join(filter(None, (one.schema, one.name)))
            own = {**_options(self.settings), "schema": one.schema, "table": one.name}
            yield Offering(
                key, one.comment or one.name, own, description=one.comment, format=one.kind,
                metadata={"kind": one.kind, "columns": columns},
            )  # fmt: skip


def _options(settings: Settings) -> dict[str, object]:
    """What reaches the server; everything else is each table's own."""
    names = ("kind", "host", "port", "database", "user", "password", "encryption", "timeout")
    return {name: value for name in names if (value := getattr(settings, name)) not in ("", 0)}


connector = Declared(
    name="sql",
    title=Label("Basis data SQL", "SQL database"),
    summary=Label(
        "Tabel, tampilan, atau SELECT dari PostgreSQL, MySQL/MariaDB, SQL Server, atau SQLite; perlu akun baca saja.",
        "A table, view or SELECT of PostgreSQL, MySQL/MariaDB, SQL Server or SQLite; needs an account that may read.",
    ),
    options=OPTIONS,
    opening=lambda fitted, around: _Table(Settings.of(fitted), around),
    shelving=lambda fitted, around: _Database(Settings.of(fitted, for_shelf=True), around),
)
