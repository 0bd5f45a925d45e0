"""Declaring and queueing jobs: the Tasks API, plus keys, attempts and progress.

    @job(attempts=5)
    def load(source_id: int) -> None: ...

    enqueue(load, source.pk, key=f"load:{source.pk}", subject=reference(source))

The row of a job is written in the caller's transaction. So it runs exactly when that commits: nothing is queued for an
act that was rolled back, and no kill between commit and queueing can lose a job. A job may run twice (its worker died
after the work and before the mark), so what it does must be the same the second time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django_tasks import task
from django_tasks.base import Task

from mapalus.apps.jobs.models import Job

__all__ = ["JOBS", "Plan", "Running", "Stopped", "enqueue", "job", "plan_of", "progress", "running"]

P = ParamSpec("P")
R = TypeVar("R")
_LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class Plan:
    """How often a job is tried and how long it rests in between (doubled each time, an hour at most)."""

    attempts: int = 5
    rest: timedelta = timedelta(seconds=5)

    def rest_after(self, attempt: int) -> timedelta:
        return min(self.rest * (1 << min(max(attempt - 1, 0), 20)), _LONGEST)


class Stopped(BaseException):
    """The worker ends, or has lost the job: leave at once, it goes on elsewhere. Not for `except Exception`."""


@dataclass
class Running:
    """The job this process runs now; shared with the thread that renews its lease."""

    key: object
    attempt: int
    worker: str
    is_stopping: bool = False
    is_lost: bool = False
    report: dict[str, object] = field(default_factory=dict)


JOBS: dict[str, Plan] = {}
running: ContextVar[Running | None] = ContextVar("job_running", default=None)


def job(
    *, attempts: int = 5, rest: timedelta = timedelta(seconds=5), priority: int = 0
) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a module-level function a job. Arguments must be plain JSON values: keys, not rows."""

    def register(function: Callable[P, R]) -> Task[P, R]:
        made: Task[P, R] = task(priority=priority)(function)
        JOBS[made.module_path] = Plan(attempts, rest)
        return made

    return register


def plan_of(task_path: str) -> Plan:
    return JOBS.get(task_path, Plan())


def enqueue(
    what: Task[..., Any],
    *args: object,
    key: str | None = None,
    run_after: datetime | None = None,
    priority: int | None = None,
    subject: str = "",
    requested_by: str = "",
    **kwargs: object,
) -> Job:
    """Queue a job in the present transaction. With a `key` that is known, the job that has it is returned instead."""
    if key is not None and (known := Job.objects.filter(key=key).first()):
        return known
    try:
        with transaction.atomic():
            result = what.using(run_after=run_after, priority=priority).enqueue(*args, **kwargs)
            return Job.objects.create(
                task_id=UUID(result.id),
                key=key,
                subject=subject,
                requested_by=requested_by,
                limit=plan_of(what.module_path).attempts,
            )
    except IntegrityError:
        if key is None:
            raise
        return Job.objects.get(key=key)


def progress(*, done: int | None = None, total: int | None = None, message: str = "", **facts: object) -> None:
    """Say how far the running job is; cheap, call it often. Also the place where a stopping worker lets go of the job.

    `message` is a message id, marked where it is written. Outside a job it does nothing, so actions may call it.
    """
    mine = running.get()
    if mine is None:
        return
    if mine.is_stopping or mine.is_lost:
        raise Stopped
    report: dict[str, object] = {}
    if done is not None:
        report["done"] = done
    if total is not None:
        report["total"] = total
    if message:
        report |= {"message": message, "facts": facts}
    # One assignment: the other thread takes the whole report or none.
    mine.report = {**mine.report, **report}
