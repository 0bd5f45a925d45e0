"""Whose turn it is. Operator, head of the agency, walidata; what is vacant falls upward, nobody decides over himself.

The head of the producing agency (or his Plt) answers for the figure; walidata checks form and principles, not truth.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mapalus.apps.catalogue import chain_directory as directory
from mapalus.apps.catalogue.models import HandIn, HandInState
from mapalus.engine.errors import NotAllowed
from mapalus.engine.ports import Actor
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


@dataclass(frozen=True)
class Turn:
    """The position whose turn it is. `reason` where it is not the usual one: vacant, producer-vacant, same-person."""

    position: str
    reason: str = ""


def unit_code(actor: Actor) -> str:
    """The unit an actor acts for; empty for the platform."""
    return "" if actor.position == "system" else directory.unit_of(actor)


def confirmer(handin: HandIn, now: datetime) -> Turn:
    """The head of the producing agency, or whoever the contract names; never the person who handed in."""
    dataset = handin.dataset
    start = dataset.confirmer_id or directory.head_of(dataset.unit_code, now) or dataset.producer_code
    turn = _upward(start, now, without={handin.person})
    if not turn.reason and directory.holder(dataset.producer_code, now) is None:
        return Turn(turn.position, "producer-vacant")
    return turn


def reviewer(handin: HandIn, now: datetime) -> Turn:
    """Walidata: the position that may publish; neither the one who handed in nor the one who confirmed."""
    return _upward(directory.walidata(now), now, without={handin.person, handin.confirmed_person})


def sender(handin: HandIn, now: datetime) -> Turn:
    """Back to the position that handed in; the platform's own go to the producing position."""
    start = handin.position if handin.position != "system" else handin.dataset.producer_code
    return _upward(start, now, without=())


def own_reason(handin: HandIn, *, by: Actor, now: datetime) -> str:
    """Why this person may not decide here although the position may (a message id); empty where he may."""
    if by.person and by.person == handin.person:
        return _("You handed this in yourself, in this or another position; somebody else must confirm it.")
    if by.person and handin.stage == HandInState.AWAITING_REVIEW and by.person == handin.confirmed_person:
        return _("You confirmed this yourself, in this or another position; somebody else must review it.")
    return ""


def refuse_own(handin: HandIn, *, by: Actor, now: datetime) -> None:
    """Raises `NotAllowed` where one would decide over what one handed in or confirmed oneself."""
    reason = own_reason(handin, by=by, now=now)
    if reason:
        raise NotAllowed(reason)


def _upward(start: str, now: datetime, *, without: Collection[str]) -> Turn:
    """The first position from `start` upward that somebody holds who is not among `without`."""
    code, reason = start, ""
    for _step in range(_DEEPEST):
        held_by = directory.holder(code, now)
        if held_by is not None and held_by not in without:
            return Turn(code, reason)
        above = directory.superior(code)
        if not above:
            return Turn(start, reason or "vacant")
        reason = reason or ("vacant" if held_by is None else "same-person")
        code = above
    return Turn(start, reason)
