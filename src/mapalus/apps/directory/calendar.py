"""The calendars of this province: the national one with the days it declares itself, those of units, and `always`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from mapalus.apps.directory.models import LocalDay, Unit
from mapalus.engine.clock import Zone
from mapalus.engine.errors import NotFound
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = ["ALWAYS", "CALENDAR_ACTS", "PROVINCE", "calendar_named", "calendar_names", "province_calendar"]

PROVINCE, ALWAYS = "provinsi", "always"
CALENDAR_ACTS = ("calendar.add-day", "calendar.remove-day")  # their ledger entries say that open deadlines may move


def province_calendar() -> Calendar:
    """Office hours of the province: national holidays, collective leave, and the days it declares for all units."""
    return _calendar(LocalDay.objects.filter(unit=None), name=PROVINCE)


def calendar_named(name: str) -> Calendar:
    """`provinsi` (or nothing), `always`, or the code of a unit: the province's with that unit's own days.

    Raises `NotFound` for another name.
    """
    if name in ("", PROVINCE):
        return province_calendar()
    if name == ALWAYS:
        return Calendar.always(_zone())
    if not Unit.objects.filter(pk=name).exists():
        raise NotFound(_("There is no calendar %(name)s."), name=name)
    own, general = (list(LocalDay.objects.filter(unit=unit)) for unit in (name, None))
    return _calendar(own + general, name=name)


def calendar_names() -> tuple[str, ...]:
    """The names that are always there; every unit's code is one, too."""
    return (PROVINCE, ALWAYS)


def _zone() -> Zone:
    return Zone(settings.PROVINCE_ZONE)


def _calendar(days: Iterable[LocalDay], *, name: str) -> Calendar:
    """The unit's own word on a day goes before the province's."""
    closed: dict[date, str] = {}
    worked: dict[date, str] = {}
    for found in days:
        if found.day not in closed and found.day not in worked:
            (worked if found.is_worked else closed)[found.day] = found.name
    return Calendar.of(_zone(), local=closed, worked=worked, name=name)
