"""What a position holds, asked of every app that holds something. Apps above this one register here.

class CaseHoldings:
    def held_by(self, position: str, now: datetime) -> Iterable[Holding]: ...

holdings.register("cases", CaseHoldings())        # in the AppConfig's ready()
"""

from __future__ import annotations

from datetime import datetime

from mapalus.engine.ports import Holding, Holdings

__all__ = ["held_by", "register", "registered"]

_sources: dict[str, Holdings] = {}


def register(app: str, source: Holdings) -> None:
    """Name where an app says what a position holds; a second time replaces the first."""
    _sources[app] = source


def registered() -> tuple[str, ...]:
    """Apps that say what a position holds."""
    return tuple(sorted(_sources))


def held_by(position: str, now: datetime) -> tuple[Holding, ...]:
    """Everything the position holds: what waits first, then what is due first."""
    found = [one for app in registered() for one in _sources[app].held_by(position, now)]
    return tuple(sorted(found, key=_order))


def _order(one: Holding) -> tuple[bool, bool, float, str, str]:
    due = one.due_at.timestamp() if one.due_at else 0.0
    return (not one.is_waiting, one.due_at is None, due, one.kind, one.key)
