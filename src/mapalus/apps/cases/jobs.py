"""The jobs of cases. They call actions and the outbox, and hold no logic."""

from __future__ import annotations

from datetime import timedelta

from mapalus.apps.jobs.job import job
from mapalus.apps.jobs.schedule import schedule
from mapalus.engine import clock

__all__ = [
    "declare",
    "fill_datasets",
    "load_packs",
    "plan_promises",
    "purge_drafts",
    "recompute_all",
    "run_effects",
    "take_up",
    "wake",
]


@job(attempts=12, rest=timedelta(seconds=20))
def run_effects(case: int, version: int) -> None:
    """Work off what one change set off. Safe to run again."""
    from mapalus.apps.cases import outbox

    outbox.work_off(case, version, now=clock.now())


@job()
def wake() -> int:
    """Let time pass for the cases whose moment has come."""
    from mapalus.apps.cases import waking

    return waking.wake(now=clock.now())


@job()
def take_up() -> int:
    """Take up what cases set off and nobody did yet."""
    from mapalus.apps.cases import outbox

    return outbox.take_up(now=clock.now())


@job()
def recompute_all() -> int:
    """Reckon the open cases anew after the calendar has changed."""
    from mapalus.apps.cases import waking

    return waking.recompute(now=clock.now())


@job()
def load_packs() -> list[str]:
    """Take over packs whose files changed. Which were refused, if any."""
    from django.conf import settings

    from mapalus.apps.cases import loading

    return list(loading.load_packs(settings.PACKS, now=clock.now()).refused)


@job(attempts=2)
def fill_datasets() -> list[str]:
    """Publish what cases became since. Names of the datasets that have a new version."""
    from django.utils import timezone

    from mapalus.apps.cases import datasets

    now = clock.now()
    is_night = timezone.localtime(now).hour == 2  # the one round a day that looks into every version
    return [one.name for one in datasets.fill_all(now=now, is_thorough=is_night) if one.version]


@job()
def plan_promises() -> int:
    """Enter promised data in the daftar data of their year, once that is open."""
    from mapalus.apps.cases import planning

    return planning.plan_promises(now=clock.now())


@job()
def purge_drafts() -> int:
    """Remove forms that were not sent in time."""
    from mapalus.apps.cases import drafts

    return drafts.purge(now=clock.now())


def declare() -> None:
    schedule("cases.plan-promises", plan_promises, every=timedelta(hours=24))
    schedule("cases.purge-drafts", purge_drafts, every=timedelta(hours=6))
    schedule("cases.load-packs", load_packs, every=timedelta(minutes=10))
    schedule("cases.take-up", take_up, every=timedelta(minutes=10))
    schedule("cases.fill-datasets", fill_datasets, every=timedelta(hours=1))
    schedule("cases.wake", wake, every=timedelta(seconds=30))
