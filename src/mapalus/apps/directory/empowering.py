"""Mandates and delegations: given, and taken back. The acts are offered by actions.py, their limits by mandating.py."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from mapalus.apps.directory import mandating
from mapalus.apps.directory.models import Form, Mandate, Position, Revision
from mapalus.apps.directory.roster import local_day, roster
from mapalus.apps.ledger.action import action, note
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["delegate", "give_mandate", "revoke_mandate"]


@action("directory.give-mandate")
def give_mandate(
    giver: Position,
    *,
    taker: Position,
    form: Form,
    matter: str,
    ground: str,
    from_on: date,
    to_on: date,
    by: Actor,
    now: datetime,
    acts: Collection[str] = (),
) -> Mandate:
    """Let another position act in one's name (a.n., u.b.), or only look; the giver goes on answering for it."""
    if form == Form.DELEGATION:
        raise Invalid(fields={"form": _("A delegation is an act of its own.")})
    return _give(giver, taker, form, acts, matter, ground, from_on, to_on, by=by, now=now)


@action("directory.delegate")
def delegate(
    giver: Position,
    *,
    taker: Position,
    acts: Collection[str],
    matter: str,
    ground: str,
    from_on: date,
    to_on: date,
    by: Actor,
    now: datetime,
) -> Mandate:
    """Hand acts to another position, which then answers for them itself and cannot hand them on."""
    return _give(giver, taker, Form.DELEGATION, acts, matter, ground, from_on, to_on, by=by, now=now)


@action("directory.revoke-mandate")
def revoke_mandate(mandate: Mandate, *, reason: str, by: Actor, now: datetime) -> Mandate:
    """Take a mandate or a delegation back at once."""
    Revision.touch()
    mandate.refresh_from_db()
    today = local_day(now)
    if mandate.revoked_on is not None or mandate.to_on < today:
        raise Conflict(_("This mandate has already ended."))
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why it is taken back.")})
    mandate.revoked_on, mandate.revoked_because = today, reason.strip()[:200]
    mandate.save(update_fields=["revoked_on", "revoked_because"])
    note(giver=mandate.giver_id, taker=mandate.taker_id, form=mandate.form, reason=mandate.revoked_because)
    return mandate


def _give(
    giver: Position, taker: Position, form: Form, acts: Collection[str], matter: str, ground: str,
    from_on: date, to_on: date, *, by: Actor, now: datetime,
) -> Mandate:  # fmt: skip
    Revision.touch()
    empty = {name: text for name, value, text in _needed(matter, ground) if not value.strip()}
    if empty:
        raise Invalid(fields=empty)
    new = mandating.Proposal(giver.code, taker.code, form, frozenset(acts), from_on, to_on)
    known = roster(now)
    there = Mandate.objects.filter(giver=giver, taker=taker, revoked_on__isnull=True, to_on__gte=known.day)
    found = mandating.faults(new, known=known, in_force=[_proposal(one) for one in there])
    if found:
        raise Invalid(
            _("This mandate is not possible."),
            fields={f"mandate-{n}" if n else "mandate": fault for n, fault in enumerate(found)},
        )
    made = Mandate.objects.create(
        giver=giver, taker=taker, form=form, acts=sorted(new.acts), matter=matter.strip()[:200],
        ground=ground.strip()[:200], from_on=from_on, to_on=to_on, given_by=by.label, given_at=now,
    )  # fmt: skip
    note(
        subject=made, giver=giver.code, taker=taker.code, form=str(form), acts=made.acts, ground=made.ground,
        from_on=from_on, to_on=to_on,
    )  # fmt: skip
    return made


def _needed(matter: str, ground: str) -> tuple[tuple[str, str, str], ...]:
    return (("matter", matter, _("Say what it is for.")), ("ground", ground, _("Name the legal basis.")))


def _proposal(one: Mandate) -> mandating.Proposal:
    return mandating.Proposal(one.giver_id, one.taker_id, Form(one.form), frozenset(one.acts), one.from_on, one.to_on)
