"""Whose turn it is. Operator, head of the agency, walidata; what is vacant falls upward, nobody decides over himself.

The head of the producing agency (or his Plt) answers for the figure; walidata checks form and principles, not truth.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mapalus.apps.catalogue.models import HandIn, HandInState
from mapalus.apps.directory.roster import Roster, roster
from mapalus.apps.ledger.models import unit_of
from mapalus.engine.errors import NotAllowed
from mapalus.engine.ports import Actor, same_person
from mapalus.engine.text import _

__all__ = [
    "Turn",
    "confirmer",
    "own_reason",
    "refuse_own",
    "reviewer",
    "sender",
    "unit_code",
]

_DEEPEST = 12  # posts from an operator up to the governor
WALIDATA_ROLES = ("walidata-pelaksana", "walidata")


@dataclass(frozen=True)
class Turn:
    """The position whose turn it is. `reason` where it is not the usual one: vacant, producer-vacant, same-person."""

    position: str
    reason: str = ""


def unit_code(actor: Actor) -> str:
    """The unit an actor acts for; empty for the platform."""
    return unit_of(actor)


def confirmer(handin: HandIn, now: datetime) -> Turn:
    """The head of the producing agency, or whoever the contract names; never the person who handed in."""
    known, dataset = roster(now), handin.dataset
    start = dataset.confirmer_id or known.head(dataset.unit_code) or dataset.producer_code
    turn = _upward(known, start, without={handin.person})
    if not turn.reason and known.is_vacant(dataset.producer_code):
        return Turn(turn.position, "producer-vacant")
    return turn


def reviewer(handin: HandIn, now: datetime) -> Turn:
    """Walidata: the position that may publish; neither the one who handed in nor the one who confirmed."""
    known = roster(now)
    return _upward(known, _walidata(known), without={handin.person, handin.confirmed_person})


def sender(handin: HandIn, now: datetime) -> Turn:
    """Back to the position that handed in; the platform's own go to the producing position."""
    known = roster(now)
    start = handin.position if handin.position in known.positions else handin.dataset.producer_code
    return _upward(known, start, without=())


def own_reason(handin: HandIn, *, by: Actor) -> str:
    """Why this person may not decide here although the position may (a message id); empty where he may."""
    if same_person(by, handin.person):
        return _("You handed this in yourself, in this or another position; somebody else must decide.")
    if handin.stage == HandInState.AWAITING_REVIEW and same_person(by, handin.confirmed_person):
        return _("You confirmed this yourself, in this or another position; somebody else must review it.")
    return ""


def refuse_own(handin: HandIn, *, by: Actor) -> None:
    """Raises `NotAllowed` where one would decide over what one handed in or confirmed oneself."""
    reason = own_reason(handin, by=by)
    if reason:
        raise NotAllowed(reason)


def _walidata(known: Roster) -> str:
    """The position that does the daily work of the walidata, else the walidata itself."""
    return next((code for role in WALIDATA_ROLES for code in known.with_role(role)), "")


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
