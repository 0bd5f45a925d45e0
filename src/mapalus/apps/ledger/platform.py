"""The actor of what nobody does: jobs, schedules, the builder of a province."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["PLATFORM", "Platform"]


@dataclass(frozen=True)
class Platform:
    """The platform itself. It may do what its own code does; no request of a person ever acts as it."""

    position: str = "system"
    person: str = ""
    label: str = "Mapalus"
    unit: str = ""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return True


PLATFORM = Platform()
