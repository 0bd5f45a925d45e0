"""Whose a case is, and to whom it may be passed on."""

from __future__ import annotations

from datetime import datetime

from mapalus.apps.cases.models import (
    Case,
)
from mapalus.apps.cases.who import covers_of
from mapalus.apps.directory.roster import roster
from mapalus.engine.errors import Invalid, NotAllowed
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["expect_below", "expect_handles", "expect_turn", "handles"]


def expect_turn(case: Case, by: Actor) -> None:
    """Only whose turn it is, or who assigned it, passes a case on."""
    if case.is_final or not (by.position == "system" or {case.turn, case.turn_of} & (covers_of(by) - {""})):
        raise NotAllowed(_("It is not your turn in this case."))


def expect_below(to: str, giver: str, *, now: datetime) -> None:
    """A case is assigned down the line, or within the unit of whoever gives it."""
    known = roster(now)
    if to not in known.positions:
        raise Invalid(fields={"to": _("There is no such position.")})
    above, seen = known.superior(to), set()
    while above and above not in seen:
        if above == giver:
            return
        seen.add(above)
        above = known.superior(above)
    raise Invalid(fields={"to": _("A case is assigned to a position below one's own.")})


def handles(case: Case, by: Actor) -> bool:
    """Whether the actor handles the case, now or as who assigned it: only such may learn who the applicant is."""
    return bool({case.turn, case.turn_of} & (covers_of(by) - {""}))


def expect_handles(case: Case, by: Actor) -> None:
    if not handles(case, by):
        raise NotAllowed(_("Only the position whose turn it is may see this."))
