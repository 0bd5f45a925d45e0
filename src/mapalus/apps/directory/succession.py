"""Who acts for a position at a moment, and in which capacity. Nothing that belongs to a position waits for nobody.

A vacancy falls to whoever acts in it (Plh before Pj before Plt), else to the superior, and upward until somebody is
there. An abolished position is answered for by its successor, one held ex officio by whoever holds the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mapalus.apps.directory.models import Kind
from mapalus.apps.directory.roster import Hat, Roster, roster
from mapalus.engine.text import _

__all__ = ["Capacity", "Holder", "holder_in", "holder_of"]


class Capacity(StrEnum):
    """In which manner somebody acts for a position."""

    DEFINITIVE = "definitif"
    PLT = "plt"
    PLH = "plh"
    PJ = "pj"
    EX_OFFICIO = "ex_officio"
    OUTSIDE = "luar"
    SUPERIOR = "atasan"  # the position is vacant and its duties fell upward
    SUCCESSOR = "penerus"  # the position was abolished and its duties went to another
    NOBODY = "kosong"  # nobody at all, up to the top


@dataclass(frozen=True)
class Holder:
    """Who acts for `position` now. Without anybody, `person` and `acts_as` are empty."""

    position: str
    capacity: Capacity
    person: str = ""
    acts_as: str = ""  # the position in whose inbox it lies: itself, or the one above, or the one it follows
    label: str = ""  # how that person signs: `Plt. Kepala Dinas Kesehatan`
    until: date | None = None  # last day of an acting term
    because: str = ""  # message id: why not the holder himself; empty where nothing is unusual
    data: Mapping[str, str] = field(default_factory=dict)  # fills `because`

    @property
    def is_vacant(self) -> bool:
        """Nobody holds the position itself (KOSONG)."""
        return self.capacity in (Capacity.SUPERIOR, Capacity.NOBODY)


def holder_of(position: str, now: datetime) -> Holder:
    """Who acts for the position at that moment. Never raises: a code nobody knows is answered by nobody."""
    return holder_in(roster(now), position)


def holder_in(known: Roster, position: str) -> Holder:
    """From a roster that is already there; no query."""
    standing = known.standing(position)
    held = known.holder(standing)
    if held is None:
        return _fallen(known, position, standing)
    if standing != position:
        return _holder(
            position, Capacity.SUCCESSOR, held, known,
            because=_("carried on by %(title)s because the position was abolished"),
        )  # fmt: skip
    return _holder(position, Capacity(held.kind.value), held, known, because=_REASONS.get(held.kind, ""))


_REASONS = {
    Kind.PLT: _("%(title)s acts while the position is vacant"),
    Kind.PLH: _("%(title)s acts while the holder is absent"),
    Kind.PJ: _("%(title)s acts as caretaker"),
}


def _fallen(known: Roster, position: str, standing: str) -> Holder:
    above = known.responsible(standing) if standing else None
    if above is None:
        return Holder(position, Capacity.NOBODY, because=_("the position is vacant, and so is every one above it"))
    because = _("carried on by %(title)s because the position is vacant")
    return _holder(position, Capacity.SUPERIOR, above, known, because=because)


def _holder(position: str, capacity: Capacity, held: Hat, known: Roster, *, because: str) -> Holder:
    return Holder(
        position=position,
        capacity=capacity,
        person=held.person,
        acts_as=known.seat(held.position),
        label=held.title,
        until=held.until,
        because=because,
        data={"title": held.title} if because else {},
    )
