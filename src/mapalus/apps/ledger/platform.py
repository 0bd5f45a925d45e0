"""The actor of what nobody does: jobs, schedules, the builder of a province, the administrator's command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

__all__ = ["PLATFORM", "Platform", "listen_to"]

_lists: list[Callable[[str], bool]] = []


def listen_to(listed: Callable[[str], bool]) -> None:
    """Name who knows the acts of the platform: the directory, whose rights this app must not import."""
    _lists[:] = [listed]


@dataclass(frozen=True)
class Platform:
    """The platform itself. It may what is listed for `system`, and nothing as long as nobody keeps such a list."""

    position: str = "system"
    person: str = ""
    label: str = "Mapalus"
    unit: str = ""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return any(listed(act) for listed in _lists)


PLATFORM = Platform()
