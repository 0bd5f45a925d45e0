"""Acts of joining: the province invites, the district enters the code once, both compare and confirm.

Until both have confirmed, no key counts and nothing is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from mapalus.apps.directory.models import Position, Region, Unit
from mapalus.apps.federation import handshake, keyring
from mapalus.apps.federation.models import Instance, InstanceKind, InstanceState, Invitation
from mapalus.apps.federation.sides import in_force
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.ledger.action import action, note
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "LONGEST", "Other", "admit_district", "confirm_joining", "enter_province", "invite_district", "refuse_joining",
    "withdraw_invitation",
]  # fmt: skip

LONGEST = timedelta(days=7)
_SHORTEST = timedelta(minutes=5)


@dataclass(frozen=True)
class Other:
    """The other end as the sealed words say it, and what both ends show to compare."""

    name: str
    address: str
    ours: str  # the key with which we ask it
    theirs: str  # the key with which it asks us
    fingerprint: str
    apart: int  # seconds its clock is ahead of ours
    software: str = ""


@action("federation.invite-district", public=True)
def invite_district(unit: Unit, *, contact: Position, lasts: timedelta, by: Actor, now: datetime) -> str:
    """Give leave to join once, to the instance of this district. Returns the code; nobody can read it here again."""
    if unit.region is None or unit.kind != "daerah":
        raise Invalid(fields={"unit": _("Only a kabupaten or kota is invited.")})
    if contact.unit_id != unit.pk:
        raise Invalid(fields={"contact": _("The position that speaks for a district is one of its own.")})
    if not _SHORTEST <= lasts <= LONGEST:
        raise Invalid(fields={"lasts": _("An invitation lasts between five minutes and seven days.")})
    known = Instance.objects.visible_to(None).filter(region=unit.region).first()
    if known is not None and known.kind != InstanceKind.MAPALUS:
        raise Conflict(_("%(region)s takes part already."), advice="", region=unit.region.name)
    Invitation.objects.open(now).filter(region=unit.region).update(withdrawn_at=now, sealed="")  # one at a time
    code = handshake.new_code()
    made = Invitation.objects.create(
        region=unit.region, unit=unit, contact=contact, name=handshake.name_of(code), sealed=keyring.locked(code),
        made_at=now, made_label=by.label[:240], expires_at=now + lasts,
    )  # fmt: skip
    note(subject=made, region=unit.region.code, unit=unit.pk, contact=contact.pk, expires_at=made.expires_at)
    return code


@action("federation.withdraw-invitation", public=True)
def withdraw_invitation(invitation: Invitation, *, by: Actor, now: datetime) -> Invitation:
    """Take the leave back before it was used."""
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if row.used_at is not None or row.withdrawn_at is not None:
        raise Conflict(_("This invitation was used or withdrawn already."), advice="")
    row.withdrawn_at, row.sealed = now, ""
    row.save()
    note(region=row.region_id, unit=row.unit_code)
    return row


@action("federation.admit-district", public=True)
def admit_district(invitation: Invitation, *, other: Other, by: Actor, now: datetime) -> Instance:
    """Enter the district that came with the code. It counts once a position here has compared the digits."""
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    row.instance = _entered(
        row.region, row.unit, row.contact, str(row.unit_code)[:48], other, is_upstream=False, now=now
    )
    row.used_at = row.used_at or now
    row.save()
    note(subject=row.instance, **_facts(row.instance, other))
    return row.instance


@action("federation.enter-province", public=True)
def enter_province(region: Region, *, contact: Position, other: Other, by: Actor, now: datetime) -> Instance:
    """In the installation of a district: the province that answered. It counts once the digits were compared."""
    made = _entered(region, contact.unit, contact, "provinsi", other, is_upstream=True, now=now)
    note(subject=made, **_facts(made, other))
    return made


@action("federation.confirm-joining", public=True)
def confirm_joining(instance: Instance, *, by: Actor, now: datetime) -> Instance:
    """The digits are the same on both ends: from now on its key counts and it is asked."""
    row = _joining(instance)
    row.state = InstanceState.ACTIVE
    row.joined = {**row.joined, "confirmed_at": now.isoformat(), "confirmed_by": by.label[:240]}
    if row.is_upstream or in_force(row, now=now):
        row.next_at = now
    row.save()
    row.invitations.update(sealed="")
    transaction.on_commit(partial(_say_so, row.pk, now))
    note(instance=row.code, unit=row.unit_code, fingerprint=row.joined.get("fingerprint", ""))
    return row


@action("federation.refuse-joining", public=True)
def refuse_joining(instance: Instance, *, reason: str, by: Actor, now: datetime) -> Instance:
    """The digits differ, or it was not meant: both keys are thrown away. What came before stays."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    row = _joining(instance)
    row.digest = row.hint = row.sealed = ""
    row.joined, row.next_at = {}, None
    if row.agreements.exists():
        row.state = InstanceState.PAUSED
    else:
        row.state, row.code = InstanceState.ENDED, f"{row.code[:48]}-{row.pk}"
    row.save()
    row.invitations.update(sealed="")
    note(instance=row.code, unit=row.unit_code, reason=reason.strip()[:400])
    return row


def _joining(instance: Instance) -> Instance:
    row = Instance.objects.select_for_update(of=("self",)).select_related("region").get(pk=instance.pk)
    if row.state != InstanceState.JOINING:
        raise Conflict(_("Nothing waits to be compared with %(name)s."), advice="", name=str(row.region))
    return row


def _entered(
    region: Region, unit: Unit, contact: Position, code: str, other: Other, *, is_upstream: bool, now: datetime
) -> Instance:
    """The row of the other end with both keys, new or the one that stood; not counting yet."""
    row = (
        Instance.objects.select_for_update(of=("self",))
        .filter(region=region)
        .exclude(state=InstanceState.ENDED)
        .first()
    )
    if row is None:
        row = Instance(code=code, region=region, kind=InstanceKind.MAPALUS, is_upstream=is_upstream, added_at=now)
    if row.kind != InstanceKind.MAPALUS:
        raise Conflict(_("%(region)s takes part already."), advice="", region=region.name)
    if row.address != other.address:
        row.mark = 0  # another place may hold other data: everything is asked anew
    row.unit, row.contact, row.address, row.state = unit, contact, other.address, InstanceState.JOINING
    row.secret = f"INSTANSI-{region.code.replace('.', '-')}"
    row.sealed = keyring.locked(other.ours)
    row.digest, row.hint = Instance.digest_of(other.theirs), other.theirs[:6]
    row.failures, row.failing_since, row.problem = 0, None, {}
    row.joined = {
        "at": now.isoformat(), "name": other.name, "fingerprint": other.fingerprint, "apart": other.apart,
        "software": other.software,
    }  # fmt: skip
    row.save()
    return row


def _facts(row: Instance, other: Other) -> dict[str, Any]:
    return {
        "instance": row.code, "region": row.region_code, "unit": row.unit_code, "address": other.address,
        "fingerprint": other.fingerprint,
    }  # fmt: skip


def _say_so(key: int, now: datetime) -> None:
    """The other end may have confirmed before: it comes and asks at once."""
    from mapalus.apps.federation.pinging import tell_published

    enqueue(tell_published, key, 0, key=f"joined:{key}@{now.isoformat()}")
