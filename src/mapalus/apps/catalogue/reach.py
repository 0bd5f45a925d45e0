"""How far an actor sees in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Deny by default: nobody sees nothing but what is public."""
    if actor is None:
        return Reach()
    own = {actor.position}
    everything = actor.may(SEE_ALL, None, clock.now())
    unit = actor.position.partition(".")[0]
    return Reach(everything=everything, units=frozenset({unit}), positions=frozenset(own))
