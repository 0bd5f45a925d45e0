"""The time. Everything else takes `now=`; only the edges (doors, jobs, command line) ask here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

__all__ = ["Zone", "now"]


class Zone(StrEnum):
    """The three zones of Indonesia; none has daylight saving time."""

    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"

    @property
    def tzinfo(self) -> timezone:
        return timezone(timedelta(hours={"WIB": 7, "WITA": 8, "WIT": 9}[self.value]), self.value)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(tz=UTC)  # noqa: TID251 - the one place
