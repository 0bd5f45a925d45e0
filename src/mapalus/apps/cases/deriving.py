"""Cases that acts of other cases set off: an objection, a converted request. A handler of the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mapalus.apps.cases import actions, outbox, personal
from mapalus.apps.cases.models import CaseEffect, LinkKind
from mapalus.apps.cases.packs import current, pack_of
from mapalus.apps.ledger.platform import PLATFORM

__all__ = ["declare"]


def declare() -> None:
    outbox.register("open", _open)


_NUMBERS = ("nomor_permohonan", "nomor_asal")  # fields of an appeal that hold the number of what it is against
_REASONS = ("kasus_posisi", "duduk_perkara")  # and why it is raised


def _open(effect: CaseEffect, now: datetime) -> None:
    """Begin the other case, once: its key is the effect's. A pack that is not there is written down as the problem."""
    values = personal.open_text(effect.data["values"], effect.case)
    if effect.data["link"] == LinkKind.APPEAL:
        values = {**_of_appeal(effect), **values}
    actions.derive(
        effect.case, version=current(effect.data["pack"]), values=values, kind=effect.data["link"],
        key=f"effect:{effect.pk}", by=PLATFORM, now=now,
    )  # fmt: skip


def _of_appeal(effect: CaseEffect) -> dict[str, Any]:
    """What an appeal need not ask again: answers to questions of the same name, the number, why it is raised."""
    case = effect.case
    form = pack_of(current(effect.data["pack"])).form
    raised = case.acts.filter(act="appeal").order_by("-number").first()
    known = {**case.values, **personal.read(case).values}
    known |= dict.fromkeys(_NUMBERS, case.number)
    known |= dict.fromkeys(_REASONS, raised.reason if raised else "")
    return {field.name: known[field.name] for field in form.fields if known.get(field.name) and field.by == "applicant"}
