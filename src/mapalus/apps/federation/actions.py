"""Every change that a position makes: who takes part, and what the two sides agree."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max

from mapalus.apps.catalogue import timetable
from mapalus.apps.directory.models import Position, Region, Unit
from mapalus.apps.federation.models import (
    Agreement,
    AgreementState,
    Instance,
    InstanceKind,
    InstanceState,
    Share,
    ShareKind,
    Side,
    Takes,
)
from mapalus.apps.federation.sides import in_force, side_of
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.ledger.action import action, note
from mapalus.apps.notices.actions import tell
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.ports import Actor
from mapalus.engine.text import _
from mapalus.engine.web.addresses import checked

__all__ = [
    "Line", "Terms", "accept_agreement", "add_instance", "change_instance", "end_agreement", "end_instance",
    "issue_key", "propose_agreement", "receive_agreement", "receive_word", "refuse_agreement", "withhold",
]  # fmt: skip

_ASKED_ABOUT = timedelta(minutes=15)  # whether the other end has said its word
_LONGEST = timedelta(days=366 * 5)  # of an embargo


@dataclass(frozen=True)
class Line:
    """One line of what is offered; see `Share`."""

    kind: ShareKind
    code: str
    title: str = ""
    is_shared: bool = True
    embargo_until: datetime | None = None
    reason: str = ""
    reading: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """What an agreement says."""

    lines: Sequence[Line]
    cadence: str = "every 15 minutes"
    takes: Takes = Takes.NEWEST
    license: str = "CC-BY-4.0"
    conditions: str = ""
    since: date | None = None
    until: date | None = None


# --- who takes part --------------------------------------------------------------------------------------------------


@action("federation.add-instance", public=True)
def add_instance(
    unit: Unit,
    *,
    code: str,
    region: Region,
    contact: Position,
    kind: InstanceKind,
    address: str = "",
    secret: str = "",
    note_text: str = "",
    is_upstream: bool = False,
    by: Actor,
    now: datetime,
) -> Instance:
    """Enter how a district keeps its data, and which position speaks for it."""
    address = _address(kind, address)
    if contact.unit_id != unit.pk:
        raise Invalid(fields={"contact": _("The position that speaks for a district is one of its own.")})
    if Instance.objects.filter(region=region).exclude(state=InstanceState.ENDED).exists():
        raise Conflict(_("%(region)s takes part already."), advice="", region=region.name)
    made = Instance.objects.create(
        code=code, region=region, unit=unit, contact=contact, kind=kind, address=address, secret=secret,
        note=note_text.strip()[:400], is_upstream=is_upstream, added_at=now,
        next_at=now if is_upstream else None,  # a district asks at once what its province offers
    )  # fmt: skip
    note(subject=made, instance=made.code, region=region.code, unit=unit.pk, kind=str(kind), address=address)
    return made


@action("federation.change-instance")
def change_instance(
    instance: Instance,
    *,
    address: str | None = None,
    secret: str | None = None,
    contact: Position | None = None,
    is_paused: bool | None = None,
    is_anew: bool = False,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Instance:
    """Change its address, the name of its key, who speaks for it; let it rest, go on, or begin anew.

    `is_anew`: its ledger went back, and that is right: everything is asked again.
    """
    row = _locked(instance)
    changed: dict[str, object] = {}
    if address is not None and address != row.address:
        changed["address"] = row.address = _address(InstanceKind(row.kind), address)
        row.mark = 0  # another place may hold other data: everything is asked anew
    if secret is not None and secret != row.secret:
        changed["secret"] = row.secret = secret
        row.sealed = ""  # another key: the one that came with the invitation is no longer asked with
    if contact is not None and contact.pk != row.contact_id:
        if contact.unit_id != row.unit_id:
            raise Invalid(fields={"contact": _("The position that speaks for a district is one of its own.")})
        row.contact = contact
        changed["contact"] = contact.pk
    if is_anew:
        if not reason.strip():
            raise Invalid(fields={"reason": _("Say why its ledger begins anew.")})
        changed["mark"], row.mark = row.mark, 0
    if is_paused is not None:
        if row.state == InstanceState.JOINING:
            raise Conflict(_("Compare the digits first."), advice="")
        if is_paused and not reason.strip():
            raise Invalid(fields={"reason": _("Say why it rests.")})
        row.state = InstanceState.PAUSED if is_paused else InstanceState.ACTIVE
        changed["state"] = row.state
    if row.state == InstanceState.ACTIVE and changed and in_force(row, now=now):
        row.next_at = now
    row.save()
    note(instance=row.code, unit=row.unit_code, changed=changed, reason=reason.strip()[:400])
    return row


@action("federation.end-instance", public=True)
def end_instance(instance: Instance, *, reason: str, by: Actor, now: datetime) -> Instance:
    """Take a district out. What came of it stays, with its name on it."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why it takes part no longer.")})
    row = _locked(instance)
    open_states = (AgreementState.PROPOSED, AgreementState.IN_FORCE)
    for one in row.agreements.filter(state__in=open_states):
        _close(one, AgreementState.ENDED, reason=reason, by=by, now=now)
    row.state, row.digest, row.sealed, row.next_at = InstanceState.ENDED, "", "", None
    row.code = f"{row.code[:48]}-{row.pk}"
    row.save()
    note(instance=row.code, unit=row.unit_code, reason=reason.strip()[:400])
    return row


@action("federation.issue-key")
def issue_key(instance: Instance, *, key: str = "", by: Actor, now: datetime) -> str:
    """Give out the key with which the other end asks us; the one before ends at once. Nobody keeps it here."""
    row = _locked(instance)
    if row.kind != InstanceKind.MAPALUS:
        raise Conflict(_("Only another Mapalus asks us with a key."), advice="")
    if key and len(key) < 32:
        raise Invalid(fields={"key": _("A key has at least 32 signs.")})
    if row.state == InstanceState.JOINING:
        raise Conflict(_("Compare the digits first; then keys may be given out anew."), advice="")
    made = key or f"mf_{secrets.token_urlsafe(32)}"
    row.digest, row.hint = Instance.digest_of(made), made[:6]
    row.save(update_fields=["digest", "hint"])
    note(instance=row.code, unit=row.unit_code, hint=row.hint)
    return made


# --- what is agreed --------------------------------------------------------------------------------------------------


@action("federation.propose-agreement", public=True)
def propose_agreement(instance: Instance, *, terms: Terms, by: Actor, now: datetime) -> Agreement:
    """Offer terms, or other ones than were offered. Whoever proposes has agreed for its own side."""
    row, side = _locked(instance), side_of(by, instance)
    for waiting in row.agreements.filter(state=AgreementState.PROPOSED):
        _close(waiting, AgreementState.REPLACED, reason="", by=by, now=now)
    made = _written(row, terms, side=side, now=now)
    _sign(made, side, by=by, now=now)
    made.save()
    if row.kind == InstanceKind.MAPALUS and row.next_at is None and row.state == InstanceState.ACTIVE:
        row.next_at = now + _ASKED_ABOUT  # it may agree there and its ping be lost
        row.save(update_fields=["next_at"])
    _say(made, side=str(side), terms=made.plain)
    _tell_other(made, side, now=now)
    _ping_other(row, now=now)
    return made


@action("federation.accept-agreement", public=True)
def accept_agreement(agreement: Agreement, *, by: Actor, now: datetime) -> Agreement:
    """Agree for the side whose word is missing: from now on it counts."""
    row = _locked(agreement.instance)
    made = row.agreements.get(pk=agreement.pk)
    side = side_of(by, row)
    if made.state != AgreementState.PROPOSED:
        raise Conflict(_("This agreement waits for nobody's word."), advice="")
    if made.waits_for != side:
        raise NotAllowed(_("Nobody agrees for the other side."))
    _sign(made, side, by=by, now=now)
    _put_in_force(row, made, now=now)
    _say(made, side=str(side), terms=made.plain)
    _ping_other(row, now=now)
    return made


@action("federation.refuse-agreement", public=True)
def refuse_agreement(agreement: Agreement, *, reason: str, by: Actor, now: datetime) -> Agreement:
    """Say no to what was offered, for the side whose word is missing."""
    row = _locked(agreement.instance)
    made = row.agreements.get(pk=agreement.pk)
    side = side_of(by, row)
    if made.state != AgreementState.PROPOSED:
        raise Conflict(_("This agreement waits for nobody's word."), advice="")
    _close(made, AgreementState.REFUSED, reason=reason, by=by, now=now)
    _say(made, side=str(side), reason=made.ended_reason)
    _ping_other(row, now=now)
    return made


@action("federation.withhold", public=True)
def withhold(
    share: Share, *, is_shared: bool, embargo_until: datetime | None = None, reason: str = "", by: Actor, now: datetime
) -> Agreement:
    """Hold something back, until a moment or for good, or let it go again: the district's own right, counting at once.

    The next number of the agreement says so; the province's word stands for what it gets, which is not more than was
    agreed.
    """
    row = _locked(share.agreement.instance)
    old = in_force(row, now=now)
    if old is None or old.pk != share.agreement_id:
        raise Conflict(_("This agreement is no longer in force."), advice="")
    if side_of(by, row) is not Side.DISTRICT:
        raise NotAllowed(_("Only the district holds its own data back."))
    if embargo_until is not None and not now < embargo_until < now + _LONGEST:
        raise Invalid(fields={"embargo_until": _("An embargo ends on a day to come, within five years.")})
    lines = [
        Line(ShareKind(one.kind), one.code, one.title,
             is_shared if one.pk == share.pk else one.is_shared,
             embargo_until if one.pk == share.pk else one.embargo_until,
             reason.strip()[:400] if one.pk == share.pk else one.reason, one.reading)
        for one in old.shares.all()
    ]  # fmt: skip
    terms = Terms(lines, old.cadence, Takes(old.takes), old.license, old.conditions, old.since, old.until)
    made = _written(row, terms, side=Side.DISTRICT, now=now)
    made.province_label, made.province_position, made.province_at = (
        old.province_label, old.province_position, old.province_at
    )  # fmt: skip
    _sign(made, Side.DISTRICT, by=by, now=now)
    _put_in_force(row, made, now=now)
    _say(made, share=share.code, is_shared=is_shared, embargo_until=embargo_until, reason=reason.strip()[:400])
    _ping_other(row, now=now)
    return made


@action("federation.end-agreement", public=True)
def end_agreement(agreement: Agreement, *, reason: str, by: Actor, now: datetime) -> Agreement:
    """End it, for either side: from now on nothing more is shared. What came stays."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why it ends.")})
    row = _locked(agreement.instance)
    made = row.agreements.get(pk=agreement.pk)
    if made.state not in (AgreementState.PROPOSED, AgreementState.IN_FORCE):
        raise Conflict(_("This agreement has ended already."), advice="")
    side = side_of(by, row)
    _close(made, AgreementState.ENDED, reason=reason, by=by, now=now)
    row.next_at = None
    row.save(update_fields=["next_at"])
    _say(made, side=str(side), reason=made.ended_reason)
    _tell_other(made, side, now=now)
    _ping_other(row, now=now)
    return made


@action("federation.receive-agreement")
def receive_agreement(instance: Instance, *, said: dict[str, Any], by: Actor, now: datetime) -> Agreement:
    """Enter what the other end offers, as its own Mapalus says; it waits for the word of a position here."""
    row = _locked(instance)
    theirs = Side.PROVINCE if row.is_upstream else Side.DISTRICT
    lines = [
        Line(ShareKind(one["kind"]), str(one["code"])[:100], str(one.get("title") or "")[:240], bool(one["is_shared"]),
             _moment(one.get("embargo_until")), str(one.get("reason") or "")[:400], dict(one.get("reading") or {}))
        for one in list(said.get("shares") or ())[:500]
    ]  # fmt: skip
    terms = Terms(
        lines, str(said.get("cadence") or ""), Takes(said.get("takes") or Takes.NEWEST),
        str(said.get("license") or "")[:80], str(said.get("conditions") or "")[:1000],
        date.fromisoformat(str(said["since"])), date.fromisoformat(str(said["until"])) if said.get("until") else None,
    )  # fmt: skip
    for waiting in row.agreements.filter(state=AgreementState.PROPOSED):
        _close(waiting, AgreementState.REPLACED, reason="", by=by, now=now)
    made = _written(row, terms, side=theirs, now=now)
    _signed_there(made, theirs, dict(said.get(str(theirs)) or {}), now=now)
    made.save()
    _say(made, offered=said.get("number"))
    _tell_other(made, theirs, now=now)
    return made


@action("federation.receive-word")
def receive_word(
    agreement: Agreement, *, state: AgreementState, said: dict[str, Any], by: Actor, now: datetime
) -> Agreement:
    """Enter the word of the other end to terms that waited for it, as its own Mapalus says: agreed, or refused."""
    row = _locked(agreement.instance)
    made = row.agreements.get(pk=agreement.pk)
    theirs = Side.PROVINCE if row.is_upstream else Side.DISTRICT
    if made.waits_for is not theirs or state not in (AgreementState.IN_FORCE, AgreementState.REFUSED):
        raise Conflict(_("This agreement waits for nobody's word."), advice="")
    if state is AgreementState.IN_FORCE:
        _signed_there(made, theirs, said, now=now)
        _put_in_force(row, made, now=now)
    else:
        _close(made, AgreementState.REFUSED, reason="", by=by, now=now)
    _say(made, side=str(theirs), told_by=str(row.region_id))
    return made


def _signed_there(made: Agreement, side: Side, said: dict[str, Any], *, now: datetime) -> None:
    """With the name of the position there; a clock that is ahead there signs nothing in the future."""
    label, position = str(said.get("label") or made.instance)[:240], str(said.get("position") or side)[:120]
    at = _moment(said.get("at")) or now
    if side is Side.PROVINCE:
        made.province_label, made.province_position, made.province_at = label, position, at
    else:
        made.district_label, made.district_position, made.district_at = label, position, at


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def _address(kind: InstanceKind, address: str) -> str:
    address = address.strip().rstrip("/")
    if kind == InstanceKind.FILES:
        return ""
    if not address or not checked(address):
        raise Invalid(fields={"address": _("This is no address that begins with https:// or http://.")})
    return address


def _locked(instance: Instance) -> Instance:
    found = Instance.objects.select_for_update(of=("self",)).select_related("region").get(pk=instance.pk)
    if found.state == InstanceState.ENDED:
        raise Conflict(_("This district takes part no longer."), advice="")
    return found


def _written(row: Instance, terms: Terms, *, side: Side, now: datetime) -> Agreement:
    cadence = str(timetable.read(terms.cadence))
    since = terms.since or now.date()
    if terms.until is not None and terms.until < since:
        raise Invalid(fields={"until": _("It ends before it begins.")})
    if not terms.lines:
        raise Invalid(fields={"lines": _("Name at least one thing, also where it is not shared.")})
    number = (row.agreements.aggregate(last=Max("number"))["last"] or 0) + 1
    made = Agreement.objects.create(
        instance=row, number=number, cadence=cadence, takes=terms.takes, license=terms.license[:80],
        conditions=terms.conditions.strip()[:1000], since=since, until=terms.until, proposed_by=side,
    )  # fmt: skip
    once = {(one.kind, one.code): one for one in terms.lines}
    Share.objects.bulk_create(
        Share(agreement=made, kind=one.kind, code=one.code, title=one.title or one.code, is_shared=one.is_shared,
              embargo_until=one.embargo_until, reason=one.reason, reading=one.reading)
        for one in once.values()
    )  # fmt: skip
    return made


def _sign(agreement: Agreement, side: Side, *, by: Actor, now: datetime) -> None:
    if side is Side.PROVINCE:
        agreement.province_label, agreement.province_position, agreement.province_at = by.label[:240], by.position, now
    else:
        agreement.district_label, agreement.district_position, agreement.district_at = by.label[:240], by.position, now


def _put_in_force(row: Instance, made: Agreement, *, now: datetime) -> None:
    row.agreements.filter(state=AgreementState.IN_FORCE).exclude(pk=made.pk).update(
        state=AgreementState.REPLACED, ended_at=now
    )
    made.state = AgreementState.IN_FORCE
    made.save()
    if row.kind != InstanceKind.FILES and row.state == InstanceState.ACTIVE:
        row.next_at, row.mark = now, 0  # what is shared may be more than before: everything is asked anew
        row.save(update_fields=["next_at", "mark"])


def _close(agreement: Agreement, state: AgreementState, *, reason: str, by: Actor, now: datetime) -> None:
    agreement.state, agreement.ended_at = state, now
    agreement.ended_label, agreement.ended_reason = by.label[:240], reason.strip()[:400]
    agreement.save()


def _say(agreement: Agreement, **facts: object) -> None:
    note(
        subject=agreement, instance=agreement.instance.code, unit=agreement.unit_code, number=agreement.number,
        state=agreement.state, **facts,
    )  # fmt: skip


def _ping_other(row: Instance, *, now: datetime) -> None:
    """The other Mapalus comes and asks at once, so that nobody waits for its schedule to see what was said here."""
    if row.kind != InstanceKind.MAPALUS or row.state != InstanceState.ACTIVE or not row.secret:
        return
    from mapalus.apps.federation.pinging import tell_published

    key = f"agreement:{row.pk}@{now.isoformat()}"
    transaction.on_commit(partial(enqueue, tell_published, row.pk, 0, key=key))


def _tell_other(agreement: Agreement, side: Side, *, now: datetime) -> None:
    """The district's position hears of what the province did; the province finds it on its page."""
    if side is Side.DISTRICT:
        return
    from django.urls import reverse
    from django.utils.translation import gettext, override

    with override("id"):
        state = agreement.get_state_display()
        subject = gettext("Agreement on sharing data, number %(n)s: %(state)s") % {
            "n": agreement.number, "state": state,
        }  # fmt: skip
    tell(
        f"position:{agreement.position_code}", event=f"federation:{agreement.pk}:{agreement.state}", subject=subject,
        url=reverse("desk:federation-instance", args=[agreement.instance.code]), now=now,
    )  # fmt: skip
