"""What people are told about a hand-in: whose turn it is, the messages of its pack, reminders, what is late.

Told in the transaction of the act. A notice is known by the number of acts and the name of the effect, so that the same
is told once.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override

from mapalus.apps.catalogue.models import HandIn
from mapalus.apps.directory.roster import roster
from mapalus.apps.directory.seats import positions_in
from mapalus.apps.notices.actions import tell
from mapalus.engine.clock import Zone
from mapalus.engine.flow import Emitted, Escalate, Lapse, Notify, Outcome, Remind

if TYPE_CHECKING:
    from mapalus.apps.catalogue.ways import Way

__all__ = ["moment_said", "tell_all"]

_LANGUAGE = "id"


def tell_all(way: Way, outcome: Outcome, *, reason: str, before: str, now: datetime) -> None:
    """Everything an outcome sets off, then that it is another position's turn."""
    row = way.handin
    for effect in outcome.effects:
        if isinstance(effect, Remind | Lapse | Escalate) and not way.situation.clocks[effect.clock].is_running:
            continue  # it was late, and the act that is being told of has ended it
        _tell(way, effect, reason=reason, now=now)
    if row.turn and row.turn != before and row.stage.awaits_decision:
        with override(_LANGUAGE):
            subject = gettext("Your turn: %(title)s") % {"title": _title(row)}
            body = gettext("Hand-in %(number)s. Act by %(due)s.") % {
                "number": row.receipt, "due": moment_said(row.step_due_at) if row.step_due_at else "–",
            }  # fmt: skip
        _send(way, row.turn, "turn", subject, body, now=now)


def _tell(way: Way, effect: Emitted, *, reason: str, now: datetime) -> None:
    row = way.handin
    match effect:
        case Notify(to, message):
            text = way.pack.messages.get(message)
            if text is not None:
                words = {"number": row.receipt, "title": _title(row), "reason": reason,
                         "state": way.process.states[way.situation.state].label,
                         "due": moment_said(row.step_due_at) if row.step_due_at else "–"}  # fmt: skip
                for position in _positions(way, to, now):
                    event = f"{effect.name}:{to}"
                    _send(way, position, event, _fill(text.subject, words), _fill(text.body, words), now=now)
        case Remind(clock, percent):
            with override(_LANGUAGE):
                subject = gettext("Waits for you: %(title)s") % {"title": _title(row)}
            if row.turn:
                _send(way, row.turn, f"remind:{clock}:{percent}", subject, _waits(way, effect.due_at), now=now)
        case Lapse(clock):
            with override(_LANGUAGE):
                subject = gettext("Past its time: %(title)s") % {"title": _title(row)}
            if row.turn:
                _send(way, row.turn, f"late:{clock}", subject, _waits(way, effect.due_at), now=now)
        case Escalate(clock, to, step):
            with override(_LANGUAGE):
                subject = gettext("Past its time: %(title)s") % {"title": _title(row)}
            for position in _positions(way, to, now):
                event = f"escalate:{clock}:{step}"
                _send(way, position, event, subject, _waits(way, effect.due_at), is_urgent=True, now=now)
        case _:
            pass  # letters, links to other cases: nothing a hand-in sets off


def _waits(way: Way, due_at: datetime | None) -> str:
    """`Hand-in S-2026-00012 waits with Kepala Dinas Kesehatan; it was to be done by 20-11-2026 16.00 WITA.`"""
    row = way.handin
    held = roster(way.situation.last_at).responsible(row.turn) if row.turn else None
    with override(_LANGUAGE):
        return gettext("Hand-in %(number)s waits with %(who)s; to be done by %(due)s.") % {
            "number": row.receipt, "who": held.title if held else row.turn,
            "due": moment_said(due_at) if due_at else "–",
        }  # fmt: skip


def _positions(way: Way, role: str, now: datetime) -> list[str]:
    row = way.handin
    if role == "applicant":
        return [row.position] if row.position in roster(now).positions else [row.dataset.producer_code]
    if role not in way.process.roles:
        return []
    if row.turn and role == way.process.states[way.situation.state].turn:
        return [row.turn]
    known = roster(now).positions
    return sorted(code for code in positions_in(way.process, role, way.situation, now=now) if code in known)


def _send(
    way: Way, position: str, event: str, subject: str, body: str, *, is_urgent: bool = False, now: datetime
) -> None:
    row = way.handin
    tell(
        f"position:{position}", event=f"handin:{row.pk}:{len(way.situation.acts)}:{event}", subject=subject, body=body,
        url=reverse("desk:handin", args=[row.receipt]), is_urgent=is_urgent, now=now,
    )  # fmt: skip


def _title(row: HandIn) -> str:
    return f"{row.dataset.title}, {row.period}" if row.period else row.dataset.title


def moment_said(moment: datetime) -> str:
    """`20-11-2026 16.00 WITA`."""
    zone = Zone(settings.PROVINCE_ZONE)
    return moment.astimezone(zone.tzinfo).strftime("%d-%m-%Y %H.%M ") + zone.value


def _fill(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace(f"{{{name}}}", value)
    return text
