"""The only SQL here that differs between databases: the lock of the one sealer, writing sequences, the guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["guard", "is_sealing_free", "one_sealer", "unguard", "write_sequences"]

_LEADER = 0x6D61_7061_0001  # held as long as a sealer lives
_PASS = 0x6D61_7061_0002  # held for one pass: its transaction


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
            cursor.executemany("UPDATE ledger_entry SET sequence = %s, hash = %s WHERE id = %s", rows)


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


_COLUMNS = ("id", "act", "at", "position", "person", "unit", "actor_label", "subject", "subject_label", "data")
_REFUSE = "RAISE(ABORT, 'the ledger is written once')"
_SQLITE_CHANGED = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _COLUMNS)
_POSTGRESQL_CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in _COLUMNS)

_ON_SEALED = "CREATE TRIGGER IF NOT EXISTS ledger_entry_written_once BEFORE UPDATE ON ledger_entry"
_SQLITE_GUARD = (
    f"{_ON_SEALED} WHEN OLD.sequence IS NOT NULL OR {_SQLITE_CHANGED} BEGIN SELECT {_REFUSE}; END",
    f"CREATE TRIGGER IF NOT EXISTS ledger_entry_kept BEFORE DELETE ON ledger_entry BEGIN SELECT {_REFUSE}; END",
    f"CREATE TRIGGER IF NOT EXISTS ledger_block_written_once BEFORE UPDATE ON ledger_block BEGIN SELECT {_REFUSE}; END",
    f"CREATE TRIGGER IF NOT EXISTS ledger_block_kept BEFORE DELETE ON ledger_block BEGIN SELECT {_REFUSE}; END",
)
_SQLITE_UNGUARD = tuple(
    f"DROP TRIGGER IF EXISTS {name}"
    for name in ("ledger_entry_written_once", "ledger_entry_kept", "ledger_block_written_once", "ledger_block_kept")
)
_POSTGRESQL_GUARD = (
    """CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is written once' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE OR REPLACE TRIGGER ledger_entry_written_once BEFORE UPDATE ON ledger_entry FOR EACH ROW
    WHEN (OLD.sequence IS NOT NULL OR {_POSTGRESQL_CHANGED}) EXECUTE FUNCTION ledger_refuse()""",
    """CREATE OR REPLACE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry FOR EACH ROW
    EXECUTE FUNCTION ledger_refuse()""",
    """CREATE OR REPLACE TRIGGER ledger_block_kept BEFORE UPDATE OR DELETE ON ledger_block FOR EACH ROW
    EXECUTE FUNCTION ledger_refuse()""",
)
_POSTGRESQL_UNGUARD = (
    "DROP TRIGGER IF EXISTS ledger_entry_written_once ON ledger_entry",
    "DROP TRIGGER IF EXISTS ledger_entry_kept ON ledger_entry",
    "DROP TRIGGER IF EXISTS ledger_block_kept ON ledger_block",
)
