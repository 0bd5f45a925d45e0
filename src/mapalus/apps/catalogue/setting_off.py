"""When sources are asked: what is due becomes a job, one each; after a failure sooner, then more slowly."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from functools import partial

from django.db import transaction

from mapalus.apps.catalogue import timetable
from mapalus.apps.catalogue.models import Dataset, HarvestOutcome, HarvestRun, Shelf, Source, SourceState
from mapalus.apps.catalogue.models.source import PATIENCE
from mapalus.apps.jobs.each import each
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.jobs.models import Job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.action import reference
from mapalus.engine import clock
from mapalus.engine.ports import Actor

__all__ = [
    "backoff", "contract_came", "declare", "enqueue_harvest", "enqueue_trial", "forget_old",
    "is_on_its_way", "next_after_failure", "regular",
    "set_off", "shelf_regular",
]  # fmt: skip

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=1)
_SLOW = timedelta(hours=6)  # between two questions once it failed too often
AGAIN = timedelta(days=1)  # what vanished or needs a person is looked at once a day
_URGENT, _CALM = 5, -5  # who waits at a page goes before the schedules


def set_off(*, now: datetime) -> int:
    """Queue every source and shelf whose moment has come. How many. One that cannot be queued holds up no other."""
    done = sum(1 for _one in each(list(Source.objects.due(now)), partial(_queue, now=now)))
    shelves = Shelf.objects.filter(next_at__lte=now).exclude(state=SourceState.PAUSED).order_by("next_at", "pk")
    return done + sum(1 for _one in each(list(shelves), partial(_queue_shelf, now=now)))


def _queue(source: Source, *, now: datetime) -> None:
    with transaction.atomic():
        row = Source.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=source.pk)
        if row.next_at is None or row.next_at > now or row.state in (SourceState.PAUSED, SourceState.FORGOTTEN):
            return  # somebody else queued it at this moment, or it rests now
        if not is_on_its_way(reference(row)):
            enqueue_harvest(row, key=f"harvest:{row.pk}@{row.next_at.isoformat()}")
        row.next_at = regular(row, now=now)
        row.save(update_fields=["next_at"])


def _queue_shelf(shelf: Shelf, *, now: datetime) -> None:
    with transaction.atomic():
        row = Shelf.objects.select_for_update(of=("self",)).get(pk=shelf.pk)
        if row.next_at is None or row.next_at > now:
            return
        if not is_on_its_way(reference(row)):
            enqueue(look_through, row.pk, key=f"shelf:{row.pk}@{row.next_at.isoformat()}", subject=reference(row))
        row.next_at = shelf_regular(row, now=now)
        row.save(update_fields=["next_at"])


def is_on_its_way(subject: str) -> bool:
    """A job for it waits or runs: another would do the same."""
    return Job.objects.about(subject).filter(task__status__in=("READY", "RUNNING")).exists()


def regular(source: Source, *, now: datetime) -> datetime | None:
    """When its schedule asks it next."""
    if source.state in (SourceState.PAUSED, SourceState.FORGOTTEN) or source.dataset.contract_id is None:
        return None  # without a contract nothing could be checked
    return timetable.read(source.schedule).next_after(now, cadence=source.dataset.cadence)


def contract_came(dataset: Dataset, *, now: datetime) -> None:
    """Sources that waited for a contract are asked from now on."""
    waiting = Source.objects.fetched().filter(dataset=dataset, next_at=None, state=SourceState.ACTIVE)
    waiting.exclude(schedule="").update(next_at=now)


def shelf_regular(shelf: Shelf, *, now: datetime) -> datetime | None:
    return timetable.read(shelf.schedule).next_after(now, cadence="harian")


def next_after_failure(source: Source, *, now: datetime) -> datetime | None:
    """After an attempt that found nobody: soon, doubled each time, an hour at most; then every six hours.

    A source without a schedule is tried a few times and then waits for a person.
    """
    planned = regular(source, now=now)
    if source.failures < PATIENCE:
        again = now + backoff(source.failures, name=source.name)
        return again if planned is None else min(planned, again)
    if planned is None:
        return None
    return max(planned, now + _SLOW * _jitter(source.name, source.failures))


def backoff(failures: int, *, name: str) -> timedelta:
    """1, 2, 4, ... minutes, an hour at most; up to a fifth more or less, so that sources do not come all at once."""
    rest = min(_FIRST * (1 << min(max(failures - 1, 0), 12)), _LONGEST)
    return rest * _jitter(name, failures)


def _jitter(name: str, failures: int) -> float:
    """0.8 to 1.2, by name and number: another one each time, and the same when it is reckoned again."""
    drawn = hashlib.sha256(f"{name} {failures}".encode()).digest()[0]
    return 0.8 + 0.4 * drawn / 255


# --- jobs ------------------------------------------------------------------------------------------------------------


def enqueue_harvest(source: Source, *, key: str, by: Actor | None = None) -> Job:
    position, label = (by.position, by.label) if by is not None else ("", "")
    return enqueue(
        harvest_source, source.pk, position, label, key=key, subject=reference(source), requested_by=position,
        priority=_URGENT if by is not None else _CALM,
    )  # fmt: skip


def enqueue_trial(run: HarvestRun, *, by: Actor) -> Job:
    return enqueue(
        try_out, run.pk, key=f"trial:{run.pk}", subject=reference(run), requested_by=by.position, priority=_URGENT
    )


@job(attempts=20, rest=timedelta(seconds=20))
def harvest_source(source_id: int, position: str = "", label: str = "") -> None:
    """Bring what a source holds. Safe to run again: what a dead run left is taken up."""
    from mapalus.apps.catalogue.harvesting import harvest_in_order

    source = Source.objects.for_reading().get(pk=source_id)
    harvest_in_order(source, position=position, label=label, now=clock.now())


@job(attempts=3)
def try_out(run_id: int) -> None:
    """Fetch a source once and look at it."""
    from mapalus.apps.catalogue.trying import try_out as look

    look(HarvestRun.objects.select_related("source__dataset__contract").get(pk=run_id), now=clock.now())


@job(attempts=20, rest=timedelta(seconds=20))
def look_through(shelf_id: int) -> None:
    """Read the whole list of a shelf."""
    from mapalus.apps.catalogue.shelves import look_through as read

    read(Shelf.objects.get(pk=shelf_id), now=clock.now())


def forget_old(*, now: datetime) -> int:
    """Attempts that brought nothing, after a season; looks of trials, after a month. How many. What came of a source
    keeps its attempt for ever: it says where a version comes from."""
    quiet = (HarvestOutcome.UNCHANGED, HarvestOutcome.FAILED, HarvestOutcome.REFUSED, HarvestOutcome.VANISHED)
    runs = HarvestRun.objects.filter(handin=None)
    trials = runs.filter(is_trial=True, begun_at__lt=now - timedelta(days=30)).exclude(ended_at=None)
    old = runs.filter(is_trial=False, outcome__in=quiet, ended_at__lt=now - timedelta(days=92))
    return trials.delete()[0] + old.delete()[0]


@job()
def forget_old_attempts() -> int:
    """Forget attempts nobody looks at any more."""
    return forget_old(now=clock.now())


@job()
def set_off_all() -> int:
    """Ask whatever is due."""
    return set_off(now=clock.now())


def declare() -> None:
    """Look every half minute."""
    schedule("catalogue.harvest", set_off_all, every=timedelta(seconds=30))
    schedule("catalogue.harvest-tidy", forget_old_attempts, daily=time(3, 40))
