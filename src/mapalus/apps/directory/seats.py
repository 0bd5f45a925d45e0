"""Which positions a role of a declared process is filled by. Whoever runs a process (cases, hand-ins) asks here."""

from __future__ import annotations

from datetime import datetime

from mapalus.apps.directory.roster import Roster, roster
from mapalus.engine.flow import Process, Situation, seat
from mapalus.engine.ports import Actor

__all__ = ["covers_of", "position_for", "positions_in"]

_HEAD = "kepala"


def positions_in(process: Process, role: str, situation: Situation, *, now: datetime) -> frozenset[str]:
    """Positions that fill a role in this case; several, where a unit has the post more than once. None: nobody's."""
    where = seat(process, role, situation)
    if where.position:
        return frozenset({where.position})
    if not where.unit:
        return frozenset()
    known = roster(now)
    found = _in_unit(where.unit, where.unit_role, known)
    fallback = process.routing.fallback if process.routing else ""
    return found or frozenset({fallback} - {""})


def position_for(process: Process, role: str, situation: Situation, *, now: datetime) -> str:
    """Code of the position whose turn it is; empty for applicants, anyone and the system."""
    return min(positions_in(process, role, situation, now=now), default="")


def _in_unit(unit: str, post: str, known: Roster) -> frozenset[str]:
    """Who has the role in the unit, or the post so named (`dinkes.sekretaris`), else the unit's head."""
    head = known.head(unit)
    if post in ("", _HEAD):
        return frozenset({head} - {""})
    found = {code for code in known.with_role(post) if known.unit_of(code) == unit}
    found = found or {code for code in (f"{unit}.{post}",) if code in known.positions}
    return frozenset(found or {head} - {""})


def covers_of(actor: Actor) -> frozenset[str]:
    """The position and every one whose duties it has."""
    return frozenset(getattr(actor, "covers", ())) | {actor.position}
