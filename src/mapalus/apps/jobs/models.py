from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from mapalus.engine.ports import Actor
from mapalus.engine.text import translate

__all__ = ["NOW_OR_LATER", "Job", "JobState", "Queue", "Schedule", "ready"]

NOW_OR_LATER = get_date_max()  # how the queue writes "no earliest time"


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


_STATES = {
    TaskResultStatus.READY.value: JobState.WAITING,
    TaskResultStatus.RUNNING.value: JobState.RUNNING,
    TaskResultStatus.SUCCESSFUL.value: JobState.DONE,
    TaskResultStatus.FAILED.value: JobState.FAILED,
}


@dataclass(frozen=True)
class Queue:
    """How the queue stands: counts, and for how long the oldest job that could run has waited."""

    waiting: int
    running: int
    failed: int
    oldest: timedelta


def ready(now: datetime) -> models.QuerySet[DBTaskResult[..., Any]]:
    """Queue rows that may be started at `now`, the most urgent first."""
    return DBTaskResult.objects.filter(status=TaskResultStatus.READY).filter(
        Q(run_after__lte=now) | Q(run_after=NOW_OR_LATER)
    )


class JobQuerySet(models.QuerySet["Job"]):
    def about(self, subject: str) -> Self:
        """Jobs for one thing (`app.model:key`), newest first."""
        return self.filter(subject=subject).order_by("-task__enqueued_at")

    def running(self) -> Self:
        return self.filter(task__status=TaskResultStatus.RUNNING)

    def dead(self) -> Self:
        """Given up after all attempts."""
        return self.filter(task__status=TaskResultStatus.FAILED)

    def visible_to(self, viewer: Actor | None, now: datetime) -> Self:
        """What one's own position set off; everything for a position that may `jobs.read`."""
        if viewer is None:
            return self.none()
        if viewer.may("jobs.read", Job, now):
            return self.all()
        return self.filter(requested_by=viewer.position)

    def queue(self, now: datetime) -> Queue:
        """The state of the whole queue, for health and metrics."""
        waiting = ready(now)
        # Enqueued long ago but due only now is not late: the later of the two times counts.
        oldest = now
        for run_after, enqueued_at in waiting.values_list("run_after", "enqueued_at").order_by("enqueued_at")[:100]:
            since = enqueued_at if run_after == NOW_OR_LATER else max(run_after, enqueued_at)
            oldest = min(oldest, since)
        counted = DBTaskResult.objects.values_list("status").annotate(n=models.Count("id")).order_by()
        by_status = {str(status): int(n) for status, n in counted}
        return Queue(
            waiting=waiting.count(),
            running=by_status.get(TaskResultStatus.RUNNING.value, 0),
            failed=by_status.get(TaskResultStatus.FAILED.value, 0),
            oldest=now - oldest,
        )


class Job(models.Model):
    """What the queue's own row lacks: key, attempts, the lease of the worker that runs it, and how far it is.

    While a worker lives it renews `lease_until`. A lease that ended, or whose process is gone, is taken back.
    """

    task = models.OneToOneField(DBTaskResult, on_delete=models.CASCADE, primary_key=True, related_name="job")
    key = models.CharField(max_length=200, unique=True, null=True, help_text="the same key is the same job")
    subject = models.CharField(max_length=160, blank=True, db_index=True, help_text="app.model:key of what it is for")
    requested_by = models.CharField(max_length=120, blank=True, help_text="position; empty for the platform")
    attempt = models.PositiveSmallIntegerField(default=0)
    limit = models.PositiveSmallIntegerField(default=5)
    worker = models.CharField(max_length=120, blank=True, help_text="machine:process:start of the one that runs it")
    lease_until = models.DateTimeField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(max_length=240, blank=True, help_text="message id of what it is doing")
    facts = models.JSONField(default=dict, help_text="what fills %(name)s in the message")
    reported_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=80, blank=True, help_text="code of the Problem it ended with")
    error = models.TextField(blank=True, help_text="sentence for a person; for a bug only its class")

    objects: ClassVar = JobQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["lease_until"], name="job_leases", condition=Q(lease_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.task.task_path} {self.pk}"

    @property
    def state(self) -> JobState:
        return _STATES[str(self.task.status)]

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)

    @property
    def percent(self) -> int | None:
        """Of the whole, 0 to 100; None while the whole is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None

    def says(self) -> str:
        """What it is doing, in the language of the page."""
        told = gettext(self.message) if self.message else ""
        # A step of the engine brings a message of the engine's own catalogue.
        return str((translate(self.message) if told == self.message else told) % self.facts)


class Schedule(models.Model):
    """A recurring job as declared in code, and when it runs next. Administrators may switch it off."""

    name = models.CharField(max_length=80, unique=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    is_on = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name
