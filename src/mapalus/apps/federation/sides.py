"""On which side of an agreement somebody stands, and what counts between the two."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mapalus.apps.federation.models import Agreement, AgreementState, Instance, Share, ShareKind, Side
from mapalus.apps.ledger.models import unit_of
from mapalus.engine.ports import Actor

__all__ = ["in_force", "open_shares", "side_of", "withheld_there"]


def side_of(actor: Actor, instance: Instance) -> Side:
    """Positions of the district's own government speak for it; everybody else for the province."""
    is_own = unit_of(actor) == instance.unit_code or actor.position == instance.position_code
    return Side.DISTRICT if is_own else Side.PROVINCE


def in_force(instance: Instance, *, now: datetime) -> Agreement | None:
    """The agreement that counts at this moment, with its shares; None: nothing is shared."""
    return Agreement.objects.in_force(now).filter(instance=instance).prefetch_related("shares").first()


def open_shares(agreement: Agreement | None, *, now: datetime, kind: ShareKind | None = None) -> list[Share]:
    """What may travel now."""
    found: Iterable[Share] = agreement.shares.all() if agreement is not None else ()
    return [one for one in found if one.is_open(now) and (kind is None or one.kind == kind)]


def withheld_there(instance: Instance, share: Share) -> dict[str, object]:
    """How the other end holds this line; empty where it says nothing of it. The narrower of the two counts."""
    said = instance.said
    if said.get("state") not in (None, AgreementState.IN_FORCE):
        return {"is_shared": False}
    for line in said.get("shares") or ():
        if isinstance(line, dict) and (line.get("kind"), line.get("code")) == (share.kind, share.code):
            return line
    return {}
