"""Time passes for cases: those whose moment has come are found by an index and ticked, one transaction each."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case
from mapalus.apps.directory.calendar import CALENDAR_ACTS
from mapalus.apps.jobs.each import each
from mapalus.apps.jobs.job import enqueue, progress
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM

__all__ = ["declare", "recompute", "wake"]

_BATCH = 200


def declare() -> None:
    """A day off that is declared or taken back moves what is due: every open case is reckoned anew."""
    register("cases.calendar", set(CALENDAR_ACTS), _calendar_changed)


def _calendar_changed(entry: Entry) -> None:
    from mapalus.apps.cases.jobs import recompute_all

    enqueue(recompute_all, key=f"cases.recompute@{entry.pk}")


def wake(*, now: datetime) -> int:
    """Tick every case whose moment has come. How many. A case that fails is passed over and tried at the next round.

    Killed in between, what was ticked stays ticked and the rest is found again: nothing is said twice, because a
    tick writes down what it said in the same transaction.
    """
    done, after = 0, (datetime.min.replace(tzinfo=now.tzinfo), 0)
    while batch := _next(after, now=now):
        after = (batch[-1].wake_at, batch[-1].pk)  # type: ignore[assignment]
        done += sum(1 for _case in each(batch, partial(actions.tick, by=PLATFORM, now=now)))
        progress(done=done)
    return done


def _next(after: tuple[datetime, int], *, now: datetime) -> list[Case]:
    moment, key = after
    due = Case.objects.filter(wake_at__lte=now, wake_at__gte=moment).exclude(wake_at=moment, pk__lte=key)
    return list(due.only("pk", "wake_at").order_by("wake_at", "pk")[:_BATCH])


def recompute(*, now: datetime) -> int:
    """Reckon every open case anew after the calendar changed. How many had a date that moved."""
    moved, last = 0, 0
    while batch := list(Case.objects.open().filter(pk__gt=last).only("pk").order_by("pk")[:_BATCH]):
        last = batch[-1].pk
        moved += sum(each(batch, partial(actions.recompute_if_moved, now=now)))
        progress(done=moved)
    return moved
