"""What the floors promise each other: protocols that apps and connectors fulfil."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

__all__ = ["Actor"]


@runtime_checkable
class Actor(Protocol):
    """Who acts: a person in a position, or the platform itself. Rights come from the position, never the person."""

    @property
    def position(self) -> str:
        """Code of the position, such as `diskominfo.kabid-statistik`; `system` for the platform."""

    @property
    def person(self) -> str:
        """Code of the person who holds it at this moment; empty for the platform."""

    @property
    def label(self) -> str:
        """As it is written down: `Plt. Kepala Dinas Kesehatan`."""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        """Whether this position may do `act` to `subject` at `now`. Deny by default."""
