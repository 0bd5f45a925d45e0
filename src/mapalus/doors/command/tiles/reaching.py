"""What reaches a position from below: by where units stand under it, whoever holds it today.

A case rises when it has been overdue for a working week in a unit whose head stands directly below: so long the head
has time to see to it. Only what he may open, or everybody may read, rises; restricted and secret cases never.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from mapalus.apps.cases.models import Case
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.roster import Roster
from mapalus.engine.ports import Actor

__all__ = ["RISES_AFTER", "covered", "is_above", "risen"]

RISES_AFTER = 5  # working days past the limit
_MOST = 50  # oldest first; who has more below him has other questions than which
_DEEPEST = 12


def covered(actor: Actor | None) -> frozenset[str]:
    """The position of who looks, and those whose duties fall to it."""
    return frozenset({getattr(actor, "position", ""), *getattr(actor, "covers", ())} - {""})


def is_above(mine: Collection[str], code: str, holders: Roster) -> bool:
    """Whether one of these positions stands anywhere above that one."""
    for _step in range(_DEEPEST):
        code = holders.superior(code) if code else ""
        if not code:
            return False
        if code in mine:
            return True
    return False


def risen(actor: Actor | None, holders: Roster, *, now: datetime, service: str = "") -> list[Case]:
    """Cases that rose to this actor, longest overdue first; not those whose turn is his own."""
    mine = covered(actor)
    units = _units_below(mine, holders)
    if not units:
        return []
    seen = Case.objects.visible_to(actor) | Case.objects.published()
    found = seen.overdue(now).filter(unit__in=units, is_restricted=False, is_secret=False)
    if service:
        found = found.filter(pack_name=service)
    rows = found.exclude(turn__in=mine).for_list().order_by("due_order", "pk")[:_MOST]
    late = province_calendar().days_late
    return [one for one in rows if one.due_at is not None and late(one.due_at, now) >= RISES_AFTER]


def _units_below(mine: Collection[str], holders: Roster) -> list[str]:
    heads = [(position.unit_id, code) for code, position in holders.positions.items() if position.is_head]
    return sorted(unit for unit, head in heads if head not in mine and holders.superior(head) in mine)
