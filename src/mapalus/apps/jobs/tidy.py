"""Housekeeping of the queue itself."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django_tasks_db.models import DBTaskResult

from mapalus.apps.jobs.job import job
from mapalus.apps.jobs.schedule import schedule
from mapalus.engine import clock

__all__ = ["declare", "remove_old", "tidy"]

_KEPT = timedelta(days=30)


def remove_old(*, now: datetime) -> int:
    """Forget jobs that ended well some time ago. Failed ones stay until somebody has looked at them."""
    return DBTaskResult.objects.successful().filter(finished_at__lt=now - _KEPT).delete()[0]


@job()
def tidy() -> int:
    """Remove what ended long ago from the queue."""
    return remove_old(now=clock.now())


def declare() -> None:
    schedule("jobs.tidy", tidy, daily=time(2, 30))
