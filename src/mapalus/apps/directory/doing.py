"""A position says that it did a duty; walidata writes down who was trained. The acts are offered by actions.py."""

from __future__ import annotations

from datetime import date, datetime

from mapalus.apps.directory.duties import duties_of, duty_named, period_of, previous_of
from mapalus.apps.directory.models import DutyDone, Person, Position, Training
from mapalus.apps.directory.roster import local_day, roster
from mapalus.apps.ledger.action import action, note
from mapalus.engine.errors import Conflict, Invalid, NotFound
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["do_duty", "record_training"]

_LONGEST_NOTE = 400


@action("directory.do-duty")
def do_duty(position: Position, *, duty: str, period: str, by: Actor, now: datetime, remark: str = "") -> DutyDone:
    """Say that the position did a declared duty for this period, or for the one before, too late."""
    declared, today = duty_named(duty), local_day(now)
    if declared is None or declared not in duties_of(roster(now).roles.get(position.code, frozenset())):
        raise NotFound(duty=duty)
    if period not in (period_of(declared, today), period_of(declared, previous_of(declared, today))):
        raise Invalid(fields={"period": _("Only this period and the one before can be marked.")})
    remark = " ".join(remark.split())
    if len(remark) > _LONGEST_NOTE:
        raise Invalid(fields={"remark": _("At most 400 characters.")})
    made, is_new = DutyDone.objects.get_or_create(
        position=position, duty=duty, period=period, defaults={"note": remark, "at": now, "by": by.label}
    )
    if not is_new:
        raise Conflict(_("This is already marked as done."), advice="")
    note(subject=made, position=position.code, duty=duty, period=period)
    return made


@action("directory.record-training")
def record_training(
    person: Person, *, position: Position, subject: str, held_on: date, by: Actor, now: datetime
) -> Training:
    """Write down that somebody was trained, in which post he was, in what and when."""
    subject = " ".join(subject.split())
    faults = {
        "subject": "" if 3 <= len(subject) <= 160 else _("Name the subject, in 3 to 160 characters."),
        "held_on": "" if held_on <= local_day(now) else _("This day has not come yet."),
        "position": (
            ""
            if person.appointments.on(held_on).filter(position=position).exists()
            else _("This person did not hold that post on that day.")
        ),
    }
    if any(faults.values()):
        raise Invalid(fields={field: fault for field, fault in faults.items() if fault})
    made, is_new = Training.objects.get_or_create(
        person=person, subject=subject, held_on=held_on,
        defaults={"position": position, "recorded_at": now, "recorded_by": by.label},
    )  # fmt: skip
    if not is_new:
        raise Conflict(_("This training is already written down."), advice="")
    note(subject=made, position=position.code, held_on=held_on, about=subject)
    return made
