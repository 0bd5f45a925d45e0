"""Cases that acts of other cases set off: an objection, a converted request. A handler of the outbox."""

from __future__ import annotations

from datetime import datetime

from mapalus.apps.cases import actions, outbox, personal
from mapalus.apps.cases.models import CaseEffect
from mapalus.apps.cases.packs import current
from mapalus.apps.ledger.platform import PLATFORM

__all__ = ["declare"]


def declare() -> None:
    outbox.register("open", _open)


def _open(effect: CaseEffect, now: datetime) -> None:
    """Begin the other case, once: its key is the effect's. A pack that is not there is written down as the problem."""
    values = personal.open_text(effect.data["values"], effect.case)
    actions.derive(
        effect.case, version=current(effect.data["pack"]), values=values, kind=effect.data["link"],
        key=f"effect:{effect.pk}", by=PLATFORM, now=now,
    )  # fmt: skip
