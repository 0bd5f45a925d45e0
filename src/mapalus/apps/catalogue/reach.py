"""How far an actor sees in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from mapalus.apps.ledger.models import unit_of
from mapalus.engine import clock
from mapalus.engine.ports import Actor

__all__ = ["SEE_ALL", "Reach", "reach"]

SEE_ALL = "catalogue.see-all"


@dataclass(frozen=True)
class Reach:
    """Units whose data an actor sees in full, positions whose turn is his, and whether he sees everything."""

    everything: bool = False
    units: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()


def reach(actor: Actor | None) -> Reach:
    """Deny by default: nobody sees nothing but what is public. Duties of vacant positions count as one's own."""
    if actor is None:
        return Reach()
    unit = unit_of(actor)
    return Reach(
        everything=actor.may(SEE_ALL, None, clock.now()),
        units=frozenset({unit} if unit else ()),
        positions=frozenset(getattr(actor, "covers", ())) | {actor.position},
    )
