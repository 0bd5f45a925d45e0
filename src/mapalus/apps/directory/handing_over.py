"""Handover sheets: drawn up when somebody leaves, signed, acknowledged. The acts are offered by actions.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import translation

from mapalus.apps.directory.holdings import held_by
from mapalus.apps.directory.models import Appointment, Handover, HandoverItem, HandoverState, Kind
from mapalus.apps.directory.roster import local_day, roster
from mapalus.apps.directory.succession import Capacity, holder_in
from mapalus.apps.ledger.action import action, note
from mapalus.engine.errors import Conflict, NotAllowed
from mapalus.engine.ports import Actor, Holding, same_person
from mapalus.engine.text import _

__all__ = [
    "acknowledge_handover",
    "carry_on",
    "draw_up",
    "may_acknowledge",
    "open_handover",
    "prepare_handover",
    "sign_handover",
]

_HANDED_OVER = (Kind.DEFINITIVE, Kind.PLT, Kind.PJ)  # an absence (Plh) hands nothing over
_LANGUAGE = "id"  # a frozen sheet is read by everybody in the language it was signed in


def draw_up(appointment: Appointment, *, now: datetime) -> Handover | None:
    """The sheet of an appointment that ends, with what the position holds now; inside a running action.

    None where nothing is handed over. Nothing moves: what the sheet lists stays with the position.
    """
    if appointment.kind not in _HANDED_OVER:
        return None
    sheet, _new = Handover.objects.get_or_create(
        leaving=appointment,
        defaults={"position": appointment.position, "leaver": appointment.person, "opened_at": now},
    )
    if sheet.state == HandoverState.OPEN:
        _freeze(sheet, now=now)
    return sheet


def carry_on(appointment: Appointment, *, by: Actor, now: datetime) -> None:
    """Who is appointed to the post he held hands nothing over: his own open sheet is closed."""
    if appointment.kind not in _HANDED_OVER:
        return
    mine = Handover.objects.unfinished().filter(position=appointment.position, leaver=appointment.person)
    mine.update(
        state=HandoverState.ACKNOWLEDGED,
        acknowledged_at=now,
        acknowledged_by=by.label,
        acknowledged_person=by.person,
        remark="Pemegang yang sama melanjutkan; tidak ada serah terima.",
    )


def _freeze(sheet: Handover, *, now: datetime) -> None:
    with translation.override(_LANGUAGE):
        held = held_by(sheet.position_id, now)
    sheet.items.all().delete()
    HandoverItem.objects.bulk_create(_item(sheet, one) for one in held)


def _item(sheet: Handover, one: Holding) -> HandoverItem:
    return HandoverItem(
        handover=sheet, kind=one.kind, key=one.key[:120], label=str(one.label)[:300], url=one.url,
        state=str(one.state)[:160], due_at=one.due_at, is_waiting=one.is_waiting,
    )  # fmt: skip


@action("directory.open-handover")
def open_handover(appointment: Appointment, *, by: Actor, now: datetime) -> Handover:
    """Draw up the sheet of an acting term that ended by itself, where nobody did."""
    if appointment.to_on is None or appointment.to_on >= local_day(now):
        raise Conflict(_("This appointment has not ended."), advice="")
    sheet = draw_up(appointment, now=now)
    if sheet is None:
        raise Conflict(_("Who stood in for an absence hands nothing over."), advice="")
    note(subject=sheet, position=sheet.position_id, items=sheet.items.count())
    return sheet


@action("directory.prepare-handover")
def prepare_handover(appointment: Appointment, *, by: Actor, now: datetime) -> Handover | None:
    """Draw up the sheet of an acting term on its last day, so that who leaves can still sign it. None: not needed."""
    if appointment.to_on is None or appointment.to_on > local_day(now):
        raise Conflict(_("This appointment has not ended."), advice="")
    sheet = draw_up(appointment, now=now)
    note(position=appointment.position_id, items=sheet.items.count() if sheet is not None else 0)
    return sheet


@action("directory.sign-handover")
def sign_handover(sheet: Handover, *, by: Actor, now: datetime, word: str = "") -> Handover:
    """Sign what is handed over: the one who leaves, or, when he is gone, his superior."""
    sheet = _locked(sheet)
    if sheet.state != HandoverState.OPEN:
        raise Conflict(_("This sheet is already signed."))
    gone = sheet.leaving.to_on is not None and sheet.leaving.to_on < local_day(now)
    if not same_person(by, sheet.leaver_id) and not gone:
        raise NotAllowed(_("As long as the holder is there, he signs himself."))
    if not same_person(by, sheet.leaver_id) and by.position == sheet.position_id:
        raise NotAllowed(_("Who takes over does not sign what he is handed; the superior does."))
    if by.position == sheet.position_id or sheet.position_id in getattr(by, "covers", ()):
        _freeze(sheet, now=now)  # who still sits there signs what is there today
    sheet.state, sheet.word = HandoverState.SIGNED, word.strip()[:2000]
    sheet.signed_at, sheet.signed_by, sheet.signed_person = now, by.label, by.person
    sheet.save(update_fields=["state", "word", "signed_at", "signed_by", "signed_person"])
    note(position=sheet.position_id, items=sheet.items.count(), by_superior=not same_person(by, sheet.leaver_id))
    return sheet


@action("directory.acknowledge-handover")
def acknowledge_handover(
    sheet: Handover, *, by: Actor, now: datetime, remark: str = "", remarks: Mapping[int, str] | None = None
) -> Handover:
    """Take over what a signed sheet lists; `remarks` says per item (its key) what was found otherwise."""
    sheet = _locked(sheet)
    if sheet.state == HandoverState.OPEN:
        raise Conflict(_("This sheet is not signed yet."), advice=_("The one who leaves signs, or his superior."))
    if sheet.state != HandoverState.SIGNED:
        raise Conflict(_("This sheet is already acknowledged."))
    if not may_acknowledge(sheet, by=by, now=now):
        raise NotAllowed(_("The next holder of the position acknowledges the sheet, nobody else."))
    found = {key: text.strip()[:400] for key, text in (remarks or {}).items() if text.strip()}
    for item in sheet.items.filter(pk__in=found):
        item.remark = found[item.pk]
        item.save(update_fields=["remark"])
    sheet.state, sheet.remark = HandoverState.ACKNOWLEDGED, remark.strip()[:2000]
    sheet.acknowledged_at, sheet.acknowledged_by, sheet.acknowledged_person = now, by.label, by.person
    sheet.save(update_fields=["state", "remark", "acknowledged_at", "acknowledged_by", "acknowledged_person"])
    note(position=sheet.position_id, items=sheet.items.count(), with_remarks=len(found))
    return sheet


def may_acknowledge(sheet: Handover, *, by: Actor, now: datetime) -> bool:
    """Who holds the position itself now (also as Plt), not who left it, nor somebody in another's name."""
    if by.position == "system":  # as far as rights.yml lets the platform
        return True
    held = holder_in(roster(now), sheet.position_id)
    there = held.capacity not in (Capacity.SUPERIOR, Capacity.NOBODY, Capacity.PLH) and held.person == by.person
    return there and getattr(by, "mandate", None) is None and not same_person(by, sheet.leaver_id)


def _locked(sheet: Handover) -> Handover:
    found = Handover.objects.select_related("leaving", "position")
    if transaction.get_connection().features.has_select_for_update:
        found = found.select_for_update(of=("self",))
    return found.get(pk=sheet.pk)
