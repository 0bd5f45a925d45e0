"""Time passes for hand-ins and for what is owed: those whose moment has come are found by an index, one act each."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from mapalus.apps.catalogue import actions, calling, owing, ways
from mapalus.apps.catalogue.models import HandIn, Owed
from mapalus.apps.directory.calendar import CALENDAR_ACTS
from mapalus.apps.jobs.each import each
from mapalus.apps.jobs.job import enqueue, job, progress
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock

__all__ = ["declare", "recompute", "wake"]


def wake(*, now: datetime) -> int:
    """Tick every hand-in and everything owed whose moment has come. How many. What fails is tried at the next round.

    Killed in between, what was told stays told and the rest is found again: each act writes down what it said.
    """
    handins = HandIn.objects.filter(wake_at__lte=now).order_by("wake_at", "pk")
    owed = Owed.objects.open().filter(wake_at__lte=now).order_by("wake_at", "pk")
    done = 0
    for rows, act in ((handins, actions.tick), (owed, calling.remind_by_calendar)):
        for _woken in each(list(rows), partial(act, by=PLATFORM, now=now)):
            done += 1
            progress(done=done)
    return done


def recompute(*, now: datetime) -> int:
    """Reckon what is due anew after the calendar changed. How many hand-ins had another date. Nothing else changes:
    due dates are derived, so no act is written down for them; that the day changed stands in the ledger."""
    moved = 0
    for row in HandIn.objects.filter(Q(step_due_at__isnull=False) | Q(wake_at__isnull=False)).order_by("pk"):
        moved += ways.reckon(row, now=now)
    for owed in Owed.objects.open().order_by("pk"):
        owing.reckon(owed, now=now)
    progress(done=moved)
    return moved


# --- when ------------------------------------------------------------------------------------------------------------


@job()
def wake_all() -> int:
    """Let time pass for hand-ins and what is owed."""
    return wake(now=clock.now())


@job()
def recompute_all() -> int:
    """Reckon what is due anew after the calendar has changed."""
    return recompute(now=clock.now())


def _calendar_changed(entry: Entry) -> None:
    enqueue(recompute_all, key=f"catalogue.recompute@{entry.pk}")


def declare() -> None:
    """Look every minute; and whenever a day off is declared or taken back."""
    schedule("catalogue.wake", wake_all, every=timedelta(minutes=1))
    register("catalogue.calendar", set(CALENDAR_ACTS), _calendar_changed)
