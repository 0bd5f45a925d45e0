"""The only SQL here that differs between databases: locks, reading what is hashed, sequences, announcing, the guard."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from mapalus.apps.ledger.canonical import EntryRow

__all__ = [
    "BlockRow", "announce", "announced", "guard", "is_file_sound", "is_nobody_told", "is_sealing_free", "one_sealer",
    "read_blocks", "read_sealed", "read_waiting", "unguard", "write_sequences",
]  # fmt: skip

_LEADER = 0x6D61_7061_0001  # held as long as a sealer lives
_PASS = 0x6D61_7061_0002  # held for one pass: its transaction
_CHANNEL = "mapalus_ledger"
_LISTENING = 1.0  # seconds until a listener looks whether it should stop


@contextmanager
def one_sealer(lock_file: Path) -> Iterator[bool]:
    """Whether this process is the sealer now. The lock falls with the process, also after kill -9."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LEADER])
            held = bool(cursor.fetchone()[0])
        try:
            yield held
        finally:
            if held and connection.connection is not None and connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [_LEADER])
        return
    import fcntl

    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def is_sealing_free() -> bool:
    """Take the lock of one pass, inside the transaction that releases it; on SQLite the transaction is the lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_PASS])
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True)
class BlockRow:
    """A block as the database has it; `sealed_at` as `stamp` writes it."""

    number: int
    first: int
    last: int
    root: str
    previous: str
    hash: str
    sealed_at: str


def read_waiting(limit: int) -> list[tuple[int, EntryRow]]:
    """(id, what is hashed) of committed entries that have no sequence yet."""
    rest = "FROM ledger_entry WHERE sequence IS NULL ORDER BY id LIMIT %s"
    return [(row[0], row[1:]) for row in _rows(f"SELECT id, {_hashed()} {rest}", limit)]


def read_sealed(after: int, until: int, limit: int) -> list[tuple[int, str, EntryRow]]:
    """(sequence, hash, what is hashed) of sealed entries behind `after` up to `until`, in order."""
    rest = "FROM ledger_entry WHERE sequence > %s AND sequence <= %s ORDER BY sequence LIMIT %s"
    found = _rows(f"SELECT sequence, hash, {_hashed()} {rest}", after, until, limit)
    return [(row[0], row[1], row[2:]) for row in found]


def read_blocks(until: int) -> Iterator[BlockRow]:
    """Blocks up to a number, in order."""
    columns = f"number, first, last, root, previous, hash, {_stamp('sealed_at')}"
    after = 0
    while rows := _rows(f"SELECT {columns} FROM ledger_block WHERE number > %s AND number <= %s"
                        " ORDER BY number LIMIT 1000", after, until):  # fmt: skip
        yield from (BlockRow(*row) for row in rows)
        after = rows[-1][0]


def is_file_sound() -> bool:
    """Whether the tables and their indexes agree. Only a SQLite file can be asked; a server looks after its own."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        said = [
            cursor.execute(f"PRAGMA integrity_check({table})").fetchall() for table in ("ledger_entry", "ledger_block")
        ]
    return all(lines == [("ok",)] for lines in said)


def _hashed() -> str:
    data = "data" if connection.vendor == "sqlite" else "data::text"
    return f"act, {_stamp('at')}, position, person, unit, actor_label, subject, subject_label, {data}"


def _stamp(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
    # As written by Django: 2026-11-20 02:41:52[.000000]. Anything else is no moment and is read as it stands.
    written = f"substr({column}, 11, 1) = ' ' AND typeof({column}) = 'text'"
    return (
        f"CASE WHEN {written} THEN substr({column}, 1, 10) || 'T' || substr({column}, 12)"
        f" || CASE length({column}) WHEN 19 THEN '.000000' ELSE '' END || '+00:00' ELSE {column} || '' END"
    )


def _rows(statement: str, *parameters: int) -> list[Any]:
    # Plain text out of the database: nothing is made into objects only to be written as text again, and a value that
    # somebody spoiled is read as it stands instead of stopping the reader.
    try:
        return _fetched(statement, parameters)
    except OperationalError:
        if connection.vendor != "sqlite":
            raise
    raw = connection.connection
    usual = raw.text_factory
    raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")  # a byte in it is no longer UTF-8
    try:
        return _fetched(statement, parameters)
    finally:
        raw.text_factory = usual


def _fetched(statement: str, parameters: Sequence[int]) -> list[Any]:
    cursor: Any
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def write_sequences(rows: Sequence[tuple[int, str, int]]) -> None:
    """(sequence, hash, id) of entries that have none yet."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "UPDATE ledger_entry AS e SET sequence = v.sequence, hash = v.hash FROM"
                " unnest(%s::bigint[], %s::text[], %s::bigint[]) AS v(sequence, hash, id) WHERE e.id = v.id",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            # One statement: run row by row, the trigger alone takes as long as the writing.
            cursor.execute(
                "UPDATE ledger_entry SET sequence = v.value ->> 0, hash = v.value ->> 1 FROM json_each(%s) AS v"
                " WHERE ledger_entry.id = v.value ->> 2",
                [json.dumps(rows)],
            )


def announce() -> None:
    """Tell whoever listens that entries were sealed, once this transaction is committed. Only PostgreSQL can."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {_CHANNEL}")


def is_nobody_told(error: Exception) -> bool:
    """Whether a transaction failed for its announcement alone: PostgreSQL keeps 8 GB of them, then takes no more."""
    return getattr(error.__cause__, "sqlstate", "") == "54000"  # program_limit_exceeded


def announced(stopping: Callable[[], bool]) -> Iterator[None]:
    """Something each time entries were sealed, until told to stop; on a connection of this thread alone.

    Nothing at all where the database cannot announce. Raises what the driver raises when the line is cut.
    """
    if connection.vendor != "postgresql":
        return
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {_CHANNEL}")
    yield  # what was sealed before it listened
    raw: Any = connection.connection
    while not stopping():
        for _said in raw.notifies(timeout=_LISTENING, stop_after=1):
            yield


def guard(to: BaseDatabaseWrapper = connection) -> None:
    """Put up the triggers that refuse to change or delete what is written. They stop accidents, not a superuser."""
    _run(to, _POSTGRESQL_GUARD if to.vendor == "postgresql" else _SQLITE_GUARD)


def unguard(to: BaseDatabaseWrapper = connection) -> None:
    """Take the triggers down: only for tests and for moving a database."""
    _run(to, _POSTGRESQL_UNGUARD if to.vendor == "postgresql" else _SQLITE_UNGUARD)


def _run(to: BaseDatabaseWrapper, statements: Sequence[str]) -> None:
    cursor: Any
    with to.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


# What an act wrote never changes; sequence and hash are set once. Told apart by the columns an UPDATE names, so that
# sealing compares nothing: with every column compared, it took twice the time.
_COLUMNS = "id, act, at, position, person, unit, actor_label, subject, subject_label, data"
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the ledger is written once'); END"
_SQLITE_GUARD = (
    f"CREATE TRIGGER IF NOT EXISTS ledger_entry_written_once BEFORE UPDATE OF {_COLUMNS} ON ledger_entry {_REFUSE}",
    f"""CREATE TRIGGER IF NOT EXISTS ledger_entry_sealed_once BEFORE UPDATE OF sequence, hash ON ledger_entry
    WHEN OLD.sequence IS NOT NULL {_REFUSE}""",
    f"CREATE TRIGGER IF NOT EXISTS ledger_entry_kept BEFORE DELETE ON ledger_entry {_REFUSE}",
    f"CREATE TRIGGER IF NOT EXISTS ledger_block_written_once BEFORE UPDATE ON ledger_block {_REFUSE}",
    f"CREATE TRIGGER IF NOT EXISTS ledger_block_kept BEFORE DELETE ON ledger_block {_REFUSE}",
)
_TRIGGERS = {
    "ledger_entry": ("ledger_entry_written_once", "ledger_entry_sealed_once", "ledger_entry_kept"),
    "ledger_block": ("ledger_block_written_once", "ledger_block_kept"),
}
_SQLITE_UNGUARD = tuple(f"DROP TRIGGER IF EXISTS {name}" for names in _TRIGGERS.values() for name in names)
_POSTGRESQL_GUARD = (
    """CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is written once' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE OR REPLACE TRIGGER ledger_entry_written_once BEFORE UPDATE OF {_COLUMNS} ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()""",
    """CREATE OR REPLACE TRIGGER ledger_entry_sealed_once BEFORE UPDATE OF sequence, hash ON ledger_entry
    FOR EACH ROW WHEN (OLD.sequence IS NOT NULL) EXECUTE FUNCTION ledger_refuse()""",
    """CREATE OR REPLACE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()""",
    """CREATE OR REPLACE TRIGGER ledger_block_kept BEFORE UPDATE OR DELETE ON ledger_block
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()""",
)
_POSTGRESQL_UNGUARD = tuple(
    f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, names in _TRIGGERS.items() for name in names
)
