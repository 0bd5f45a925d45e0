"""Whose turn it is. The process names the role; what is vacant falls upward, nobody decides over himself.

The head of the producing agency (or his Plt) answers for the figure; walidata checks form and principles, not truth.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mapalus.apps.catalogue.models import HandIn, HandInState
from mapalus.apps.directory.roster import Roster, roster
from mapalus.apps.directory.seats import position_for
from mapalus.apps.ledger.models import unit_of
from mapalus.engine.flow import BEGIN
from mapalus.engine.ports import Actor, same_person
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.apps.catalogue.ways import Way

__all__ = ["Turn", "own_reason", "turn_of", "unit_code"]

_DEEPEST = 12  # posts from an operator up to the governor


@dataclass(frozen=True)
class Turn:
    """The position whose turn it is. `reason` where it is not the usual one: vacant, producer-vacant, same-person."""

    position: str
    reason: str = ""


def unit_code(actor: Actor) -> str:
    """The unit an actor acts for; empty for the platform."""
    return unit_of(actor)


def turn_of(way: Way, now: datetime) -> Turn:
    """The position whose turn it is on this way, past everybody who may not decide over himself."""
    known, role = roster(now), way.process.states[way.situation.state].turn
    if role == "applicant":
        return _sender(way.handin, known)
    start = position_for(way.process, role, way.situation, now=now) if role else ""
    if not start:
        return Turn("")
    turn = _upward(known, start, without=_barred(way, role))
    is_confirming = way.handin.stage == HandInState.AWAITING_CONFIRMATION
    if is_confirming and not turn.reason and known.is_vacant(way.handin.dataset.producer_code):
        return Turn(turn.position, "producer-vacant")
    return turn


def _barred(way: Way, role: str) -> frozenset[str]:
    """People who took a step that bars them from what this role does here."""
    acts = [act for act in way.process.transitions.values() if way.situation.state in act.origins and role in act.by]
    names = {BEGIN if name == "applicant" else name for act in acts for name in act.not_same_actor_as}
    return frozenset(taken.person for taken in way.situation.acts if taken.act in names) - {""}


def _sender(handin: HandIn, known: Roster) -> Turn:
    """Back to the position that handed in; the platform's own go to the producing position."""
    start = handin.position if handin.position in known.positions else handin.dataset.producer_code
    return _upward(known, start, without=())


def own_reason(handin: HandIn, *, by: Actor) -> str:
    """Why this person may not decide here although the position may (a message id); empty where he may."""
    if same_person(by, handin.person):
        return _("You handed this in yourself, in this or another position; somebody else must decide.")
    if handin.stage != HandInState.AWAITING_CONFIRMATION and same_person(by, handin.confirmed_person):
        return _("You confirmed this yourself, in this or another position; somebody else must review it.")
    return ""


def _upward(known: Roster, start: str, *, without: Collection[str]) -> Turn:
    """The first position from `start` upward that somebody holds who is not among `without`."""
    code, reason = start, ""
    for _step in range(_DEEPEST):
        held = known.holder(code)
        if held is not None and held.person not in without:
            return Turn(code, reason)
        reason = reason or ("vacant" if held is None else "same-person")
        code = known.superior(code)
        if not code:
            break
    return Turn(start, reason)
