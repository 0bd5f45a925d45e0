"""Everything that changes who is who. Each is allowed, atomic and written down; the ledger gets codes, never names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from mapalus.apps.directory import regions, terms
from mapalus.apps.directory.accounts import close_account, correct_person, reopen_account
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.declaring import add_day, remove_day
from mapalus.apps.directory.doing import do_duty, record_training
from mapalus.apps.directory.empowering import delegate, give_mandate, revoke_mandate
from mapalus.apps.directory.handing_over import acknowledge_handover, carry_on, draw_up, open_handover, sign_handover
from mapalus.apps.directory.models import (
    Appointment,
    Kind,
    Person,
    Position,
    PositionKind,
    PositionRole,
    Region,
    Revision,
    Unit,
)
from mapalus.apps.ledger.action import action, note
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "acknowledge_handover",
    "add_day",
    "appoint",
    "close_account",
    "correct_person",
    "create_person",
    "create_position",
    "create_unit",
    "delegate",
    "do_duty",
    "end_appointment",
    "extend_appointment",
    "give_mandate",
    "link_account",
    "load_regions",
    "open_handover",
    "record_training",
    "remove_day",
    "reopen_account",
    "replace_holder",
    "revoke_mandate",
    "set_roles",
    "sign_handover",
    "succeed_position",
    "transfer",
]


@action("directory.load-regions")
def load_regions(subject: type[Region], *, by: Actor, now: datetime, province: str | None = None) -> int:
    """Bring the table of regions to the state of the installed list; returns how many there are now.

    Nothing is deleted: what the list no longer has keeps its row, with its last day.
    """
    version = regions.list_version()
    fields = ("bps_code", "level", "kind", "name", "parent_id", "list_version")
    known = {row[0]: row[1:] for row in Region.objects.values_list("code", *fields)}
    listed = {
        record.code: (record.bps_code, record.level, record.kind, record.name, record.parent or None, version)
        for record in regions.records(province=province)
    }
    changed = [
        Region(code=code, **dict(zip(fields, values, strict=True)))
        for code, values in listed.items()  # parents come before their children
        if known.get(code) != values
    ]
    Region.objects.bulk_create(
        changed,
        update_conflicts=bool(known),
        unique_fields=["code"] if known else None,
        update_fields=[field.removesuffix("_id") for field in fields] if known else None,
        batch_size=4000,
    )
    gone = known.keys() - listed.keys() if province is None else set()
    Region.objects.filter(code__in=gone, valid_to__isnull=True).update(valid_to=now.date())
    note(subject=Region, regions=len(listed), changed=len(changed), gone=len(gone), list=version)
    return len(listed)


@action("directory.create-unit")
def create_unit(
    subject: type[Unit],
    *,
    code: str,
    name: str,
    short: str,
    kind: str,
    by: Actor,
    now: datetime,
    template_code: str = "",
    parent: Unit | None = None,
    region: Region | None = None,
) -> Unit:
    """Enter an agency, or a part of one."""
    if Unit.objects.filter(code=code).exists():
        raise Conflict(_("There is already a unit %(code)s."), advice="", code=code)
    unit = Unit.objects.create(
        code=code, name=name, short=short, kind=kind, template_code=template_code, parent=parent, region=region
    )
    note(subject=unit, unit=code, kind=kind)
    return unit


@action("directory.create-position")
def create_position(
    unit: Unit,
    *,
    code: str,
    title: str,
    by: Actor,
    now: datetime,
    kind: PositionKind = PositionKind.LINE,
    grade: str = "",
    is_head: bool = False,
    superior: Position | None = None,
    follows: Position | None = None,
    roles: Iterable[str] = (),
) -> Position:
    """Enter a post in a unit, with the roles from which its rights come."""
    if not code.startswith(f"{unit.code}."):
        raise Invalid(fields={"code": _("The code of a position begins with that of its unit.")})
    if (kind == PositionKind.EX_OFFICIO) != (follows is not None):
        raise Invalid(fields={"follows": _("A post held by virtue of another names that post, and no other does.")})
    if Position.objects.filter(code=code).exists():
        raise Conflict(_("There is already a position %(code)s."), advice="", code=code)
    if is_head and Position.objects.filter(unit=unit, is_head=True).exists():
        raise Conflict(_("This unit already has a head."), advice="")
    position = Position.objects.create(
        code=code, unit=unit, title=title, kind=kind, grade=grade, is_head=is_head, superior=superior, follows=follows
    )
    chosen = sorted({*roles, *(["kepala"] if is_head else [])})
    PositionRole.objects.bulk_create(PositionRole(position=position, role=role) for role in chosen)
    Revision.touch()
    note(subject=position, unit=unit.code, kind=str(kind), roles=chosen)
    return position


@action("directory.set-roles")
def set_roles(position: Position, *, roles: Collection[str], by: Actor, now: datetime) -> Position:
    """Say which roles a position has; those not named, it loses."""
    before = set(position.roles.values_list("role", flat=True))
    position.roles.exclude(role__in=roles).delete()
    PositionRole.objects.bulk_create(PositionRole(position=position, role=role) for role in set(roles) - before)
    Revision.touch()
    note(gained=sorted(set(roles) - before), lost=sorted(before - set(roles)))
    return position


@action("directory.succeed-position")
def succeed_position(position: Position, *, successor: Position, last_on: date, by: Actor, now: datetime) -> Position:
    """Abolish a post after a last day and name the post its duties go to."""
    if successor.pk == position.pk or position.valid_to is not None:
        raise Conflict(_("This post cannot be succeeded."), advice="")
    if position.appointments.filter(Q(to_on__isnull=True) | Q(to_on__gt=last_on)).exists():
        raise Conflict(_("Somebody still holds this post; end that appointment first."), advice="")
    position.successor, position.valid_to = successor, last_on
    position.save(update_fields=["successor", "valid_to"])
    note(successor=successor.code, last_on=last_on)
    return position


@action("directory.create-person")
def create_person(
    subject: type[Person],
    *,
    code: str,
    name: str,
    by: Actor,
    now: datetime,
    nip: str = "",
    is_sample: bool = False,
) -> Person:
    """Enter somebody who may hold positions."""
    if Person.objects.filter(Q(code=code) | (Q(nip=nip) & ~Q(nip=""))).exists():
        raise Conflict(_("This person is already entered."), advice="")
    person = Person.objects.create(code=code, name=name, nip=nip, is_sample=is_sample)
    note(subject=person, is_sample=is_sample)
    return person


@action("directory.link-account")
def link_account(person: Person, *, email: str, by: Actor, now: datetime) -> User:
    """Give a person an account under an address that the unit vouches for; the password is set by its owner."""
    from allauth.account.models import EmailAddress

    address = email.strip().lower()
    if person.user is not None:
        raise Conflict(_("This person already has an account."), advice="")
    if User.objects.filter(email__iexact=address).exists():
        raise Conflict(_("This address already belongs to an account."), advice="")
    user = User(username=person.code, email=address)
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    person.user = user
    person.save(update_fields=["user"])
    return user


@action("directory.appoint")
def appoint(
    position: Position,
    *,
    person: Person,
    kind: Kind,
    from_on: date,
    decree: str,
    by: Actor,
    now: datetime,
    to_on: date | None = None,
) -> Appointment:
    """Put a person into a position, from a day to a day, by a decree, within the limits of the law."""
    Revision.touch()
    made = _appoint(position, person=person, kind=kind, from_on=from_on, to_on=to_on, decree=decree)
    carry_on(made, by=by, now=now)
    note(subject=made, **_facts(made))
    return made


@action("directory.extend-appointment")
def extend_appointment(appointment: Appointment, *, to_on: date, decree: str, by: Actor, now: datetime) -> Appointment:
    """Prolong an acting term by a new one that begins the day after."""
    Revision.touch()
    if appointment.to_on is None or appointment.kind not in (Kind.PLT, Kind.PLH, Kind.PJ):
        raise Conflict(_("Only an acting term that has an end can be prolonged."), advice="")
    if Appointment.objects.filter(extends=appointment).exists():
        raise Conflict(_("This term is already prolonged."), advice="")
    made = _appoint(
        appointment.position,
        person=appointment.person,
        kind=Kind(appointment.kind),
        from_on=date.fromordinal(appointment.to_on.toordinal() + 1),
        to_on=to_on,
        decree=decree,
        extends=appointment,
    )
    note(subject=made, **_facts(made))
    return made


@action("directory.end-appointment")
def end_appointment(appointment: Appointment, *, last_on: date, reason: str, by: Actor, now: datetime) -> Appointment:
    """End an appointment after a last day; all the position holds stays, and a handover sheet lists it."""
    Revision.touch()
    _end(appointment, last_on=last_on, reason=reason)
    sheet = draw_up(appointment, now=now)
    note(**_facts(appointment), reason=reason, handover=sheet.pk if sheet else None)
    return appointment


@action("directory.transfer")
def transfer(
    appointment: Appointment,
    *,
    to_position: Position,
    last_on: date,
    from_on: date,
    decree: str,
    by: Actor,
    now: datetime,
) -> Appointment:
    """Move a person from one post to another; what waited in the old one waits for its next holder."""
    Revision.touch()
    _end(appointment, last_on=last_on, reason=decree)
    sheet = draw_up(appointment, now=now)
    made = _appoint(
        to_position, person=appointment.person, kind=Kind.DEFINITIVE, from_on=from_on, to_on=None, decree=decree
    )
    note(
        subject=made, left=appointment.position_id, last_on=last_on, handover=sheet.pk if sheet else None,
        **_facts(made),
    )  # fmt: skip
    return made


@action("directory.replace-holder")
def replace_holder(
    appointment: Appointment,
    *,
    successor: Person,
    last_on: date,
    from_on: date,
    decree: str,
    by: Actor,
    now: datetime,
) -> Appointment:
    """End an appointment and name who follows, in one: the post and all it holds stay, the sheet says what that is."""
    Revision.touch()
    _end(appointment, last_on=last_on, reason=decree)
    sheet = draw_up(appointment, now=now)
    kind = Kind(appointment.kind) if appointment.kind == Kind.OUTSIDE else Kind.DEFINITIVE
    made = _appoint(appointment.position, person=successor, kind=kind, from_on=from_on, to_on=None, decree=decree)
    carry_on(made, by=by, now=now)
    note(subject=made, before=appointment.person_id, handover=sheet.pk if sheet else None, **_facts(made))
    return made


def _appoint(
    position: Position,
    *,
    person: Person,
    kind: Kind,
    from_on: date,
    to_on: date | None,
    decree: str,
    extends: Appointment | None = None,
) -> Appointment:
    if not decree.strip():
        raise Invalid(fields={"decree": _("Name the decree.")})
    if (position.valid_from and from_on < position.valid_from) or (
        position.valid_to and (to_on is None or to_on > position.valid_to)
    ):
        raise Invalid(fields={"position": _("The position does not exist on all of these days.")})
    new = _term(Appointment(position=position, person=person, kind=kind, from_on=from_on, to_on=to_on))
    near = Appointment.objects.filter(Q(position=position) | Q(person=person)).select_related("position")
    known = [_term(appointment) for appointment in near.prefetch_related("position__roles")]
    found = terms.faults(
        new,
        of_position=[term for term in known if term.position == position.code],
        of_person=[term for term in known if term.person == person.code],
        calendar=province_calendar(),
    )
    if found:
        raise Invalid(
            _("This appointment is not possible."),
            fields={f"appointment-{n}" if n else "appointment": fault for n, fault in enumerate(found)},
        )
    return Appointment.objects.create(
        position=position, person=person, kind=kind, from_on=from_on, to_on=to_on, decree=decree, extends=extends
    )


def _end(appointment: Appointment, *, last_on: date, reason: str) -> None:
    appointment.refresh_from_db()
    if appointment.to_on is not None and appointment.to_on <= last_on:
        raise Conflict(_("This appointment has already ended."))
    if last_on < appointment.from_on:
        raise Invalid(fields={"last_on": _("The last day is before the first.")})
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the appointment ends.")})
    appointment.to_on, appointment.ended_because = last_on, reason[:200]
    appointment.save(update_fields=["to_on", "ended_because"])


def _term(appointment: Appointment) -> terms.Term:
    position = appointment.position
    return terms.Term(
        position=position.code,
        position_kind=PositionKind(position.kind),
        roles=frozenset(role.role for role in position.roles.all()),
        person=appointment.person_id,
        kind=Kind(appointment.kind),
        from_on=appointment.from_on,
        to_on=appointment.to_on,
    )


def _facts(appointment: Appointment) -> dict[str, Any]:
    return {
        "position": appointment.position_id,
        "person": appointment.person_id,
        "kind": appointment.kind,
        "from_on": appointment.from_on,
        "to_on": appointment.to_on,
        "decree": appointment.decree,
    }
