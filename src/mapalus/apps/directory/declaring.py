"""Days that the province adds to its calendar, or works on although others do not. Open deadlines follow them."""

from __future__ import annotations

from datetime import date, datetime

from mapalus.apps.directory.calendar import PROVINCE, calendar_named
from mapalus.apps.directory.models import LocalDay, Unit
from mapalus.apps.ledger.action import action, note
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = ["add_day", "remove_day"]

_YEARS = range(2000, 2101)


@action("calendar.add-day", public=True)
def add_day(
    subject: type[LocalDay],
    *,
    day: date,
    name: str,
    decree: str,
    by: Actor,
    now: datetime,
    is_worked: bool = False,
    unit: Unit | None = None,
) -> LocalDay:
    """Declare a day off, or a holiday on which offices are open; for all units, or for one."""
    name, decree = " ".join(name.split()), " ".join(decree.split())
    calendar = calendar_named(unit.code if unit else PROVINCE)
    if LocalDay.objects.filter(day=day, unit=unit).exists():
        raise Conflict(_("This day is already declared; take it back first."), advice="")
    faults = {
        "day": _fault(day, calendar, is_worked=is_worked),
        "name": "" if 3 <= len(name) <= 160 else _("Give the day a name of 3 to 160 characters."),
        "decree": "" if 3 <= len(decree) <= 120 else _("Name the decree, in 3 to 120 characters."),
    }
    if any(faults.values()):
        raise Invalid(fields={field: fault for field, fault in faults.items() if fault})
    facts = {"name": name, "decree": decree, "is_worked": is_worked, "added_at": now, "added_by": by.label}
    made, is_new = LocalDay.objects.get_or_create(day=day, unit=unit, defaults=facts)
    if not is_new:
        raise Conflict(_("This day is already declared; take it back first."), advice="")
    note(subject=made, **_facts(made))
    return made


@action("calendar.remove-day", public=True)
def remove_day(subject: LocalDay, *, reason: str, by: Actor, now: datetime) -> None:
    """Take a declared day back; what it was stays in the ledger."""
    reason = " ".join(reason.split())
    if len(reason) < 3:
        raise Invalid(fields={"reason": _("Say why the day is taken back.")})
    if not LocalDay.objects.filter(pk=subject.pk).exists():
        raise Conflict(_("This day has already been taken back."), advice="")
    note(reason=reason[:240], **_facts(subject))
    LocalDay.objects.filter(pk=subject.pk).delete()


def _fault(day: date, calendar: Calendar, *, is_worked: bool) -> str:
    """Why the declaration would change nothing."""
    if day.year not in _YEARS:
        return _("The year must be between 2000 and 2100.")
    off = calendar.off(day)
    if day.weekday() >= 5:
        return _("On a Saturday or Sunday the office is closed, whatever the calendar says.")
    if is_worked and off is None:
        return _("The office is open on this day in any case.")
    if not is_worked and off is not None:
        return _("The office is closed on this day already.")
    return ""


def _facts(found: LocalDay) -> dict[str, object]:
    return {
        "day": found.day,
        "name": found.name,
        "decree": found.decree,
        "is_worked": found.is_worked,
        "calendar": found.unit_id or PROVINCE,
    }
