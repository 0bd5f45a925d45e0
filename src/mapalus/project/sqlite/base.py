"""Django's SQLite, with a queue before the only write lock.

SQLite lets one connection write. Whoever comes second asks again and again, with pauses up to a tenth of a second:
under 32 clients most of the time nobody writes because everybody sleeps. Here a writer first waits for a lock on a file
beside the database, which the system hands on at once and which goes with the process that held it. SQLite's own lock
stays what protects the data: whoever passes the queue by (a tool, a single statement) waits for `timeout` as before.

Nobody waits for ever: after `queue_seconds` (setting MAPALUS_WRITE_PATIENCE) the writer gives up with `Busy`.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.db import OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper as _Wrapper

from mapalus.engine.errors import Unavailable
from mapalus.engine.text import _
from mapalus.project.sqlite.queue import Place, holder

__all__ = ["Busy", "DatabaseWrapper"]

log = structlog.get_logger()
_PATIENCE = 10.0  # seconds


class Busy(Unavailable, OperationalError):
    """Another process keeps the write lock. Also a database error: loops that wait for a database wait for this one."""

    code = "busy"
    text = _("Nothing can be saved at the moment.")
    advice = _("What you filled in is not lost. Send it again in half a minute.")


class DatabaseWrapper(_Wrapper):
    """A connection that waits in the queue before a transaction and leaves it after."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place: Place | None = None
        self._is_first = False

    def get_connection_params(self) -> dict[str, Any]:
        known: dict[str, Any] = super().get_connection_params()
        known.pop("queue_seconds", None)  # ours, not SQLite's
        return known

    def _start_transaction_under_autocommit(self) -> None:
        self._enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException as error:
            self._leave()
            if getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY":  # whoever holds it passed the queue by
                raise Busy from error
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
            self._is_first = False
            if self._place is not None:
                self._place.close()
                self._place = None

    def _enter(self) -> None:
        if self._is_first or self.is_in_memory_db():
            return
        if self._place is None:
            self._place = Place(f"{self.settings_dict['NAME']}-queue")
        if not self._place.take(float(self.settings_dict["OPTIONS"].get("queue_seconds", _PATIENCE))):
            first = holder(self.settings_dict["NAME"])
            log.warning("write_queue_given_up", holder=first.pid if first else None)
            raise Busy
        self._is_first = True

    def _leave_if_done(self) -> None:
        # A commit that failed leaves the transaction open: the rollback that follows comes here again.
        if self.connection is None or not self.connection.in_transaction:
            self._leave()

    def _leave(self) -> None:
        if self._is_first and self._place is not None:
            self._is_first = False
            self._place.leave()
