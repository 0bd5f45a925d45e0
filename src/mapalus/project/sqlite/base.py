"""Django's SQLite, with a queue before the only write lock.

SQLite lets one connection write. Whoever comes second asks again and again, with pauses up to a tenth of a second:
under 32 clients most of the time nobody writes because everybody sleeps. Here a writer first waits for a lock on a file
beside the database, which the system hands on at once and which goes with the process that held it. SQLite's own lock
stays what protects the data: whoever passes the queue by (a tool, a single statement) waits for `timeout` as before.
"""

from __future__ import annotations

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3.base import DatabaseWrapper as _Wrapper

__all__ = ["DatabaseWrapper"]


class DatabaseWrapper(_Wrapper):
    """A connection that waits in the queue before a transaction and leaves it after."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queue: int | None = None
        self._is_first = False

    def _start_transaction_under_autocommit(self) -> None:
        self._enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._leave_if_done()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_if_done()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()
            if self._queue is not None:
                os.close(self._queue)
                self._queue = None

    def _enter(self) -> None:
        if self._is_first or self.is_in_memory_db():
            return
        if self._queue is None:
            # A file of each connection's own opening: such locks are between openings, hence between threads as well.
            path = f"{self.settings_dict['NAME']}-queue"
            self._queue = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        self._is_first = True

    def _leave_if_done(self) -> None:
        # A commit that failed leaves the transaction open: the rollback that follows comes here again.
        if self.connection is None or not self.connection.in_transaction:
            self._leave()

    def _leave(self) -> None:
        if self._is_first and self._queue is not None:
            fcntl.flock(self._queue, fcntl.LOCK_UN)
            self._is_first = False
