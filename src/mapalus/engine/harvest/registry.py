"""Which connectors there are: entry points of the group `mapalus.connectors`, imported when one is asked for."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

import structlog

from mapalus.engine.errors import Misconfigured, NotFound
from mapalus.engine.harvest.connector import Connector
from mapalus.engine.text import _

__all__ = ["GROUP", "connector", "connectors", "names"]

GROUP = "mapalus.connectors"
_log = structlog.get_logger(__name__)
_PARTS = ("name", "title", "summary", "options", "open", "shelf")


@cache
def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def names() -> tuple[str, ...]:
    """The names of all that are installed; none is imported."""
    return tuple(_points())


def connector(name: str) -> Connector:
    """The one of this name. Raises `NotFound`, or `Misconfigured` when it is there but broken."""
    point = _points().get(name)
    if point is None:
        raise NotFound(_("There is no connector %(name)s."), name=name)
    return _loaded(point)


def connectors() -> tuple[Connector, ...]:
    """All that work, by name; a broken one is written to the log and leaves the others alone."""
    working = []
    for name, point in _points().items():
        try:
            working.append(_loaded(point))
        except Misconfigured as problem:
            _log.error("connector_broken", connector=name, cause=repr(problem.__cause__))
    return tuple(working)


def _loaded(point: EntryPoint) -> Connector:
    broken = _("The connector %(name)s is installed, but it is broken.")
    try:
        found = point.load()
    except Exception as error:  # code of others: whatever it raises, the other connectors go on
        raise Misconfigured(broken, name=point.name) from error
    if any(not hasattr(found, part) for part in _PARTS) or found.name != point.name:
        raise Misconfigured(broken, name=point.name) from TypeError("it has not the shape of a connector")
    return found  # type: ignore[no-any-return]
