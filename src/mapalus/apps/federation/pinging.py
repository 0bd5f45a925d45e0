"""Dorong saat terbit: whoever published says so, and the other end comes and asks.

A ping carries nothing that is believed. A forged one fails at the key; one with a stolen key brings an exchange
forward, at most every few seconds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from mapalus.apps.catalogue import connecting
from mapalus.apps.federation.models import Instance, InstanceKind
from mapalus.apps.federation.sharing import CHANGES
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.engine import clock
from mapalus.engine.errors import Problem
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web

__all__ = ["follow_publications", "pinged", "tell_published"]

REST = timedelta(seconds=5)  # between two exchanges that pings bring forward
_WAIT = timedelta(seconds=2)  # what is published together is told together
log = structlog.get_logger()


def pinged(instance: Instance, *, now: datetime) -> bool:
    """Bring the next exchange forward; whether it was. Changes no data, so it has no row in the ledger."""
    earliest = now if instance.asked_at is None else max(now, instance.asked_at + REST)
    later = Q(next_at__gt=earliest) | Q(next_at__isnull=True)
    found = Instance.objects.reached().filter(later, pk=instance.pk)
    return bool(found.update(next_at=earliest, pinged_at=now))


@job(attempts=2)
def tell_published(instance_id: int, sequence: int) -> None:
    """Ping the other end. Nobody there is no harm: it asks by its own schedule."""
    instance = Instance.objects.reached().filter(pk=instance_id, kind=InstanceKind.MAPALUS).first()
    if instance is None or not instance.secret:
        return
    try:
        with Web(connecting.surroundings(unit=instance.unit_code), auth=Auth(AuthKind.BEARER, instance.secret)) as web:
            web.post(f"{instance.address}/api/v1/federation/ping", json={"sequence": sequence})
    except (Problem, OSError) as problem:
        log.info("ping_not_heard", instance=instance.code, problem=str(problem))


def _on_change(entry: Entry) -> None:
    """One ping for all that is published within two seconds."""
    if entry.data.get("instance"):
        return  # it came from a district itself
    now = clock.now()
    moment = int((now + _WAIT).timestamp()) // int(_WAIT.total_seconds())
    for instance in Instance.objects.reached().filter(kind=InstanceKind.MAPALUS).exclude(secret=""):
        enqueue(
            tell_published, instance.pk, entry.sequence or 0, key=f"ping:{instance.pk}:{moment}", run_after=now + _WAIT,
        )  # fmt: skip


def follow_publications() -> None:
    register("federation", set(CHANGES - {"catalogue.expect"}), _on_change)
