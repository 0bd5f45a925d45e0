"""`/-/health` says which promise is broken, `/-/ready` whether this process can answer, `/-/metrics` counts.

A promise is broken when somebody would be let down by it: the database does not answer, jobs wait too long, nothing is
put in order, the disk is nearly full. A probe needs no rights; it says no names and no data.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max, Min, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.apps.jobs.models import Job
from mapalus.apps.ledger import beats
from mapalus.apps.ledger.models import Block, Entry, Heartbeat
from mapalus.apps.notices.models import Notice
from mapalus.engine import clock

__all__ = ["Promise", "health", "metrics", "promises", "ready"]

_QUEUE = timedelta(minutes=5)  # a job that could run has waited this long
_SEALER = timedelta(seconds=15)  # silence of the sealer
_KEPT_BACK = timedelta(minutes=15)  # a message that could not be sent
_DISK = 500 * 1024 * 1024  # bytes that must be free


@dataclass(frozen=True)
class Promise:
    """One thing the platform promises: is it kept, and the figure behind the answer (seconds, bytes or a count)."""

    name: str
    is_kept: bool
    figure: float | None = None
    unit: str = ""


def promises(*, now: datetime) -> list[Promise]:
    """Every promise, one that cannot be looked at counting as broken."""
    return [_asked(name, question, now) for name, question in _QUESTIONS.items()]


def _asked(name: str, question: Callable[[datetime], tuple[bool, float | None, str]], now: datetime) -> Promise:
    try:
        return Promise(name, *question(now))
    except (DatabaseError, InterfaceError, OSError):
        return Promise(name, is_kept=False)


def _database(now: datetime) -> tuple[bool, float | None, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,), None, ""


def _queue(now: datetime) -> tuple[bool, float | None, str]:
    oldest = Job.objects.queue(now).oldest
    return oldest < _QUEUE, oldest.total_seconds(), "seconds"


def _sealer(now: datetime) -> tuple[bool, float | None, str]:
    beat = Heartbeat.objects.filter(name="sealer").values_list("beat_at", flat=True).first()
    if beat is None:
        return not Entry.objects.waiting().exists(), None, "seconds"
    return now - beat < _SEALER, (now - beat).total_seconds(), "seconds"


def _failed(now: datetime) -> tuple[bool, float | None, str]:
    dead = Job.objects.dead().filter(problem__in=("bug", "worker-died")).count()
    return dead == 0, dead, "jobs"


def _disk(now: datetime) -> tuple[bool, float | None, str]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    return free > _DISK, free, "bytes"


def _streams(now: datetime) -> tuple[bool, float | None, str]:
    """Where keys to a stream are out, somebody takes rows in, and no stream has stumbled within the hour."""
    from mapalus.apps.catalogue import stumbles, wire
    from mapalus.apps.catalogue.models import StreamKey

    stumbled = len(list(stumbles.lately(now=now)))
    is_awaited = StreamKey.objects.valid(now).exists()
    return not stumbled and (not is_awaited or wire.is_answered()), stumbled, "streams"


def _events(now: datetime) -> tuple[bool, float | None, str]:
    """Every process that tells open boards what changed was heard of late and keeps up with the ledger."""
    found = beats.beats_of(beats.STREAM, now=now)
    return all(one.is_well for one in found), max((one.silent for one in found), default=None), "seconds"


def _messages(now: datetime) -> tuple[bool, float | None, str]:
    """No message waits because its way out (the mail server, the gateway) has been closed for long."""
    since = now - _KEPT_BACK
    stuck = Notice.objects.filter(
        sent_at__isnull=True, failed_at__isnull=True, begun_at__isnull=False, created_at__lte=since
    ).exclude(problem="")
    count = stuck.count()
    return count == 0, count, "messages"


_QUESTIONS: dict[str, Callable[[datetime], tuple[bool, float | None, str]]] = {
    "database": _database,
    "queue": _queue,
    "sealer": _sealer,
    "jobs": _failed,
    "disk": _disk,
    "streams": _streams,
    "events": _events,
    "messages": _messages,
}


@never_cache
@require_safe
@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """200 when every promise is kept, 503 with the broken ones named otherwise; and when each dataset last changed."""
    now = clock.now()
    found = promises(now=now)
    broken = [promise.name for promise in found if not promise.is_kept]
    loads: dict[str, str] = {}
    if "database" not in broken:
        loads = dict(_last_loads())
    answer = {
        "healthy": not broken,
        "broken": broken,
        "promises": {p.name: {"kept": p.is_kept, "figure": p.figure, "unit": p.unit} for p in found},
        "last_load": loads,
        "at": now.isoformat(timespec="seconds"),
    }
    return JsonResponse(answer, status=503 if broken else 200)


def _last_loads() -> Iterator[tuple[str, str]]:
    """Name of each open dataset and when its newest version was published."""
    from mapalus.apps.catalogue.models import Version

    rows = Version.objects.visible_to(None).values("dataset__name").annotate(at=Max("published_at")).order_by()
    for name, at in rows.values_list("dataset__name", "at"):
        yield name, at.isoformat(timespec="seconds")


@never_cache
@require_safe
@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """200 when this process can answer pages: its database does."""
    promise = _asked("database", _database, clock.now())
    return HttpResponse(status=200 if promise.is_kept else 503, content_type="text/plain")


@never_cache
@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters and gauges in Prometheus' text form."""
    return HttpResponse("\n".join([*_lines(clock.now()), ""]), content_type="text/plain; version=0.0.4; charset=utf-8")


def _lines(now: datetime) -> Iterator[str]:
    queue = Job.objects.queue(now)
    last = Block.objects.order_by("-number").first()
    figures: list[tuple[str, str, str, float]] = [
        ("mapalus_jobs_waiting", "gauge", "Jobs that could run now.", queue.waiting),
        ("mapalus_jobs_running", "gauge", "Jobs that run now.", queue.running),
        ("mapalus_jobs_failed", "gauge", "Jobs given up and not looked at.", queue.failed),
        ("mapalus_queue_age_seconds", "gauge", "Age of the oldest job that could run.", queue.oldest.total_seconds()),
        ("mapalus_ledger_sequence", "counter", "Sequence of the newest sealed entry.", last.last if last else 0),
        ("mapalus_ledger_blocks_total", "counter", "Blocks of the ledger.", last.number if last else 0),
        ("mapalus_ledger_waiting", "gauge", "Entries that wait for their seal.", Entry.objects.waiting().count()),
        ("mapalus_disk_free_bytes", "gauge", "Free bytes of the data folder.", _free()),
    ]
    figures += _of_streams()
    followers = beats.beats_of(beats.STREAM, now=now)
    for name, said, values in (
        (
            "behind",
            "Entries a process of events had not read when it was last heard.",
            [one.behind for one in followers],
        ),
        ("silent_seconds", "Since a process of events was last heard.", [one.silent for one in followers]),
    ):
        yield from (f"# HELP mapalus_events_{name} {said}", f"# TYPE mapalus_events_{name} gauge")
        for one, value in zip(followers, values, strict=True):
            yield f'mapalus_events_{name}{{process="{one.name.removeprefix(beats.STREAM)}"}} {value:g}'
    for name, kind, said, value in figures:
        yield from (f"# HELP {name} {said}", f"# TYPE {name} {kind}", f"{name} {value:g}")
    yield "# HELP mapalus_promise_kept Whether a promise of the platform is kept (1) or broken (0)."
    yield "# TYPE mapalus_promise_kept gauge"
    for promise in promises(now=now):
        yield f'mapalus_promise_kept{{promise="{promise.name}"}} {int(promise.is_kept)}'


def _of_streams() -> list[tuple[str, str, str, float]]:
    from mapalus.apps.catalogue.models import StreamSegment

    found = StreamSegment.objects.waiting().order_by().aggregate(rows=Sum("rows_good"), oldest=Min("at"))
    age = (clock.now() - found["oldest"]).total_seconds() if found["oldest"] else 0
    last = StreamSegment.objects.aggregate(last=Max("pk"))["last"] or 0
    return [
        ("mapalus_stream_batches_total", "counter", "Batches of rows that streams acknowledged.", last),
        ("mapalus_stream_rows_waiting", "gauge", "Acknowledged rows that wait for a version.", found["rows"] or 0),
        ("mapalus_stream_waiting_seconds", "gauge", "Age of the oldest row that waits for a version.", age),
    ]


def _free() -> int:
    return shutil.disk_usage(Path(settings.DATA_DIR)).free
