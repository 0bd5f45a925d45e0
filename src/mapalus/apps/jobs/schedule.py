"""Recurring jobs: declared in code, kept as rows that say when each runs next.

schedule("jobs.tidy", tidy, daily=time(2, 30))
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks.base import Task

from mapalus.apps.jobs.job import enqueue
from mapalus.apps.jobs.models import Schedule

__all__ = ["SCHEDULES", "Recurring", "schedule", "set_off"]


@dataclass(frozen=True)
class Recurring:
    """A job that runs `every` so often, or `daily` at a time of the province's zone."""

    name: str
    what: Task[..., Any]
    every: timedelta | None = None
    daily: time | None = None

    def next_after(self, now: datetime) -> datetime:
        if self.every is not None:
            return now + self.every
        today = timezone.localtime(now)
        at = today.replace(hour=self.daily.hour, minute=self.daily.minute, second=0, microsecond=0)  # type: ignore[union-attr]
        return at if at > today else at + timedelta(days=1)


SCHEDULES: dict[str, Recurring] = {}


def schedule(name: str, what: Task[..., Any], *, every: timedelta | None = None, daily: time | None = None) -> None:
    """Declare a recurring job, in `AppConfig.ready`. Its row appears when a worker first sees it."""
    if (every is None) == (daily is None):
        raise RuntimeError(f"schedule {name} takes either every= or daily=")
    SCHEDULES[name] = Recurring(name, what, every, daily)


def set_off(*, now: datetime) -> int:
    """Queue what is due, once each however many workers look. Runs missed while nobody worked are not made up for."""
    for name in SCHEDULES.keys() - set(Schedule.objects.values_list("name", flat=True)):
        Schedule.objects.get_or_create(name=name, defaults={"next_at": SCHEDULES[name].next_after(now)})
    begun = 0
    for name in Schedule.objects.filter(is_on=True, next_at__lte=now).values_list("name", flat=True):
        with transaction.atomic():
            row = Schedule.objects.select_for_update().filter(name=name, is_on=True, next_at__lte=now).first()
            declared = SCHEDULES.get(name)
            if row is None or declared is None:
                continue
            enqueue(declared.what, key=f"{name}@{row.next_at.isoformat()}")
            row.last_at, row.next_at = now, declared.next_after(now)
            row.save(update_fields=["last_at", "next_at"])
            begun += 1
    return begun
