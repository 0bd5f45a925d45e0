"""When the other ends are asked. Jobs call what is written elsewhere and hold no logic."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from mapalus.apps.federation.models import Asked, Instance, InstanceKind
from mapalus.apps.federation.sides import in_force, open_shares
from mapalus.apps.jobs.each import each
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.jobs.models import Job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.action import action, note, reference
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.engine import clock
from mapalus.engine.ports import Actor

__all__ = ["compare_numbers", "declare", "exchange_now", "exchange_with", "set_off"]

_EVERY = timedelta(seconds=10)


def set_off(*, now: datetime) -> int:
    """Queue every exchange whose moment has come; look at each Mapalus that nobody looked at for a while."""
    from mapalus.apps.federation.exchanging import look_at_all

    done = sum(1 for _one in each(list(Instance.objects.due(now)), partial(_queue, now=now)))
    look_at_all(list(Instance.objects.to_look_at(now)), now=now)
    return done


def _queue(instance: Instance, *, now: datetime) -> None:
    with transaction.atomic():
        row = Instance.objects.select_for_update(of=("self",)).get(pk=instance.pk)
        if row.next_at is None or row.next_at > now:
            return
        asked = Asked.PING if row.pinged_at is not None and row.pinged_at >= (row.asked_at or row.added_at) else (
            Asked.SCHEDULE
        )  # fmt: skip
        at, row.next_at = row.next_at, now + timedelta(minutes=5)  # what the exchange says stands instead
        row.save(update_fields=["next_at"])
        if not Job.objects.about(reference(row)).filter(task__status__in=("READY", "RUNNING")).exists():
            enqueue(exchange_with, row.pk, str(asked), key=f"exchange:{row.pk}@{at.isoformat()}",
                    subject=reference(row))  # fmt: skip


@action("federation.exchange-now")
def exchange_now(instance: Instance, *, by: Actor, now: datetime) -> Instance:
    """Ask the other end now, whatever the agreement says."""
    enqueue(
        exchange_with, instance.pk, str(Asked.HAND), key=f"exchange:{instance.pk}!{now.isoformat()}",
        subject=reference(instance), requested_by=by.position, priority=5,
    )  # fmt: skip
    note(instance=instance.code, unit=instance.unit_code)
    return instance


@job(attempts=20, rest=timedelta(seconds=20))
def exchange_with(instance_id: int, asked: str = "schedule") -> None:
    """Ask one other end. Safe to run again: what a dead run left is taken up."""
    from mapalus.apps.federation.exchanging import exchange

    exchange(Instance.objects.get(pk=instance_id), asked=Asked(asked), now=clock.now())


@job()
def compare_numbers() -> int:
    """Look at all shared numbers beside our own."""
    from mapalus.apps.federation.conflicts import compare_all

    return compare_all(now=clock.now())


@job()
def set_off_all() -> int:
    return set_off(now=clock.now())


def _on_measure(entry: Entry) -> None:
    if Instance.objects.filter(is_upstream=False).exists():
        enqueue(compare_numbers, key=f"compare:{entry.sequence}", priority=-5)


def _on_files(entry: Entry) -> None:
    """What a district handed in was published: numbers that stand in its rows are read at once."""
    unit = str(entry.data.get("unit") or "")
    for one in Instance.objects.filter(unit=unit, kind=InstanceKind.FILES, state="active"):
        if any(share.reading for share in open_shares(in_force(one, now=clock.now()), now=clock.now())):
            enqueue(exchange_with, one.pk, str(Asked.PING), key=f"files:{one.pk}:{entry.sequence}")


def declare() -> None:
    schedule("federation.exchange", set_off_all, every=_EVERY)
    register("federation-files", {"catalogue.publish", "catalogue.roll-back", "catalogue.withdraw"}, _on_files)
    register("federation-conflicts", {"catalogue.measure"}, _on_measure)
