"""What is written down of an exchange. One that found nothing new, or failed once more, has no row in the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from mapalus.apps.catalogue import timetable
from mapalus.apps.catalogue.harvest_acts import parts
from mapalus.apps.catalogue.setting_off import backoff
from mapalus.apps.federation.models import Asked, Exchange, ExchangeOutcome, Instance, InstanceKind
from mapalus.apps.federation.sides import in_force
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Problem, Unavailable
from mapalus.engine.ports import Actor

__all__ = ["begin", "conclude", "looked"]

_WELL = (ExchangeOutcome.BROUGHT, ExchangeOutcome.UNCHANGED)
_WITHOUT_AGREEMENT = timedelta(minutes=15)  # whether there is one by now, or the other end has said its word


def begin(instance: Instance, *, asked: Asked, now: datetime) -> Exchange:
    """One begins, or the one that a dead worker left goes on. The caller holds the instance alone."""
    with transaction.atomic():
        row = Instance.objects.select_for_update(of=("self",)).get(pk=instance.pk)
        left = row.exchanges.filter(outcome=ExchangeOutcome.RUNNING).first()
        row.asked_at = now
        row.save(update_fields=["asked_at"])
        why = Asked.RETRY if row.failures and asked is Asked.SCHEDULE else asked
        run = left or Exchange.objects.create(
            instance=row, asked=why, begun_at=now, tries=row.failures + 1, since=row.mark
        )
        run.instance = instance
        return run


def conclude(run: Exchange, outcome: ExchangeOutcome, *, problem: Problem | None = None, now: datetime) -> Exchange:
    """How it ended, and when the other end is asked next."""
    instance = run.instance
    is_first = bool(instance.failures) if outcome in _WELL else not instance.failures
    if outcome is ExchangeOutcome.BROUGHT or is_first:
        return end_exchange(instance, run=run, outcome=outcome, problem=problem, by=PLATFORM, now=now)
    with transaction.atomic():
        return _conclude(run, outcome, problem, now)


@action("federation.end-exchange", public=True)
def end_exchange(
    instance: Instance, *, run: Exchange, outcome: ExchangeOutcome, problem: Problem | None, by: Actor, now: datetime
) -> Exchange:
    """Write down what came of asking the other end."""
    run = _conclude(run, outcome, problem, now)
    note(
        instance=instance.code, unit=instance.unit_code, outcome=str(outcome), versions=run.versions, values=run.values,
        refused=run.refused, tries=run.tries, problem=problem.code if problem else "",
    )  # fmt: skip
    return run


def _conclude(run: Exchange, outcome: ExchangeOutcome, problem: Problem | None, now: datetime) -> Exchange:
    known = run.instance
    row = Instance.objects.select_for_update(of=("self",)).get(pk=known.pk)
    row.problem = parts(problem) if problem is not None else {}
    if outcome in _WELL:
        if not row.agreements.filter(Q(province_at__gt=run.begun_at) | Q(district_at__gt=run.begun_at)).exists():
            row.mark = run.reached  # else another agreement came meanwhile, and all is asked anew
        row.failures, row.failing_since = 0, None
        row.answered_at = row.seen_at = row.looked_at = now
    else:
        row.failures, row.failing_since = row.failures + 1, row.failing_since or now
    if known.held:
        row.held, row.known = known.held, known.known
    planned = _planned(row, now)
    if outcome is ExchangeOutcome.FAILED:
        again = now + backoff(row.failures, name=row.code)
        planned = again if planned is None else min(planned, again)
    # A ping that came while this one ran brought `next_at` to a moment that is already past: it stands.
    if row.next_at is None or row.pinged_at is None or row.pinged_at < run.begun_at:
        row.next_at = planned
    row.save()
    run.instance = row
    run.outcome, run.ended_at, run.problem = outcome, now, row.problem
    run.save()
    return run


def _planned(row: Instance, now: datetime) -> datetime | None:
    agreement = in_force(row, now=now)
    if agreement is None:
        waits = row.kind == InstanceKind.MAPALUS and row.agreements.filter(state="proposed").exists()
        return now + _WITHOUT_AGREEMENT if row.is_upstream or waits else None
    return timetable.read(agreement.cadence).next_after(now, cadence="harian")


def looked(instance: Instance, *, is_there: bool, now: datetime) -> None:
    """Whether it was there a moment ago. Who is gone, and who is back after a failure, is asked at once."""
    with transaction.atomic():
        row = Instance.objects.select_for_update(of=("self",)).get(pk=instance.pk)
        row.looked_at = now
        if is_there:
            row.seen_at = now
            if row.failures and row.problem.get("code") == Unavailable.code:
                row.next_at = min(row.next_at, now) if row.next_at else now
        elif not row.failures:
            row.next_at = now  # asked at once: what comes of that is written down, and boards hear of it
        row.save()
