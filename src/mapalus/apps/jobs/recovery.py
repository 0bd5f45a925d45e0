"""Jobs whose worker died are found and run again; jobs that fail are tried again later, and given up in the end."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from mapalus.apps.jobs.job import plan_of
from mapalus.apps.jobs.models import NOW_OR_LATER, Job
from mapalus.apps.jobs.process import is_gone, machine

__all__ = ["give_up", "hand_back", "recover", "retry", "try_later"]

log = structlog.get_logger()
DIED = "worker-died"


def recover(*, now: datetime) -> int:
    """Take back every job whose lease ended or whose process on this machine is gone. How many."""
    suspects = Job.objects.running().filter(Q(lease_until__lt=now) | Q(worker__startswith=f"{machine()}:"))
    found = 0
    for key, worker in suspects.values_list("pk", "worker"):
        with transaction.atomic():
            held = Job.objects.running().select_for_update(of=("self",)).filter(pk=key, worker=worker).first()
            if held is None or held.lease_until is None or (held.lease_until >= now and not is_gone(worker)):
                continue
            found += 1
            log.warning("job_recovered", job=str(key), task=held.task.task_path, attempt=held.attempt)
            _again(held, now=now, problem=DIED, error="")
    return found


def try_later(held: Job, *, now: datetime, problem: str, error: str) -> None:
    """After an attempt that failed: again after a rest, or given up when it was the last."""
    _again(held, now=now, problem=problem, error=error, rests=True)


def hand_back(held: Job) -> None:
    """The worker ends in good order: the attempt does not count, the job is free at once."""
    _free(held, attempt=held.attempt - 1, run_after=NOW_OR_LATER)


def retry(held: Job) -> None:
    """Begin anew with a job that was given up."""
    _free(held, attempt=0, run_after=NOW_OR_LATER, problem="", error="")


def give_up(held: Job, *, now: datetime, problem: str, error: str) -> None:
    DBTaskResult.objects.filter(pk=held.pk).update(
        status=TaskResultStatus.FAILED, finished_at=now, exception_class_path=problem
    )
    Job.objects.filter(pk=held.pk).update(worker="", lease_until=None, problem=problem, error=error)
    log.error("job_given_up", job=str(held.pk), task=held.task.task_path, attempts=held.attempt, problem=problem)


def _again(held: Job, *, now: datetime, problem: str, error: str, rests: bool = False) -> None:
    if held.attempt >= held.limit:
        give_up(held, now=now, problem=problem, error=error)
        return
    # The first death says nothing about the job; one that kills its workers again and again should rest.
    rest = plan_of(held.task.task_path).rest_after(held.attempt if rests else held.attempt - 1)
    run_after = now + rest if rests or held.attempt > 1 else NOW_OR_LATER
    _free(held, attempt=held.attempt, run_after=run_after, problem=problem, error=error)


def _free(held: Job, *, attempt: int, run_after: datetime, **said: str) -> None:
    DBTaskResult.objects.filter(pk=held.pk).update(
        status=TaskResultStatus.READY, run_after=run_after, started_at=None, finished_at=None
    )
    Job.objects.filter(pk=held.pk).update(worker="", lease_until=None, attempt=attempt, **said)
