"""The working days of this province: the national calendar and the days it declares itself."""

from __future__ import annotations

from django.conf import settings

from mapalus.apps.directory.models import LocalDay
from mapalus.engine.clock import Zone
from mapalus.engine.workdays import Calendar

__all__ = ["province_calendar"]


def province_calendar() -> Calendar:
    days = list(LocalDay.objects.values_list("day", "is_worked"))
    return Calendar.of(
        Zone(settings.PROVINCE_ZONE),
        local=[day for day, is_worked in days if not is_worked],
        worked=[day for day, is_worked in days if is_worked],
    )
