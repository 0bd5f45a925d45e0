"""The worker: claims a job, runs it, marks it. One job at a time in a process; several processes, several hosts.

A claim is a lease: a thread renews it while the job runs. Every mark is conditional on still holding it, so a worker
that slept through its lease cannot overwrite what another has done since.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import FrameType

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connections, transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from mapalus.apps.jobs import recovery
from mapalus.apps.jobs.job import Running, Stopped, plan_of, running
from mapalus.apps.jobs.models import Job, ready
from mapalus.apps.jobs.process import myself
from mapalus.apps.jobs.schedule import set_off
from mapalus.engine import clock
from mapalus.engine.errors import Problem, Unavailable

__all__ = ["LEASE", "Worker", "claim", "run", "run_waiting"]

log = structlog.get_logger()
LEASE = timedelta(seconds=45)
_POLL = 0.05
_RENEW = 10.0  # seconds between renewals of a lease
_FLUSH = 0.25  # seconds between looks at the progress
_ROUNDS = 1.0  # seconds between looks for dead workers and due schedules
_GRACE = 20.0  # seconds a job has after TERM before it is taken off the worker
_DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended."""

    is_done: bool
    value: object = None
    problem: str = ""
    error: str = ""
    is_final: bool = False
    is_handed_back: bool = False


def claim(worker: str, *, now: datetime) -> Job | None:
    """Take the most urgent job, or None. Its attempt begins."""
    # Looking first without a transaction: an idle worker must not take SQLite's only write lock.
    if not ready(now).exists():
        return None
    with transaction.atomic():
        row = ready(now).select_for_update(skip_locked=True).first()
        if row is None:
            return None
        row.claim(worker)
        held, _made = Job.objects.get_or_create(task=row, defaults={"limit": plan_of(row.task_path).attempts})
        held.attempt += 1
        held.worker, held.lease_until = worker, now + LEASE
        held.save(update_fields=["attempt", "worker", "lease_until"])
    return held


def _perform(held: Job) -> Outcome:
    try:
        call = held.task.args_kwargs
        return Outcome(is_done=True, value=held.task.task.call(*call["args"], **call["kwargs"]))
    except Stopped:
        return Outcome(is_done=False, is_handed_back=True)
    except Unavailable as problem:
        return Outcome(is_done=False, problem=problem.code, error=problem.say())
    except Problem as problem:
        # Bad input is bad the second time too.
        return Outcome(is_done=False, problem=problem.code, error=problem.say(), is_final=True)
    except Exception as error:
        log.exception("job_failed", job=str(held.pk), task=held.task.task_path, attempt=held.attempt)
        return Outcome(is_done=False, problem="bug", error=type(error).__name__)


def _mark(held: Job, outcome: Outcome, *, now: datetime) -> None:
    with transaction.atomic():
        mine = Job.objects.select_for_update(of=("self",)).filter(pk=held.pk, worker=held.worker, attempt=held.attempt)
        still = mine.first()
        if still is None:
            log.warning("job_lost", job=str(held.pk), attempt=held.attempt)
        elif outcome.is_done:
            DBTaskResult.objects.filter(pk=held.pk).update(
                status=TaskResultStatus.SUCCESSFUL,
                finished_at=now,
                return_value=outcome.value,
                exception_class_path="",
                traceback="",
            )
            mine.update(worker="", lease_until=None, problem="", error="")
        elif outcome.is_handed_back:
            recovery.hand_back(still)
        elif outcome.is_final:
            recovery.give_up(still, now=now, problem=outcome.problem, error=outcome.error)
        else:
            recovery.try_later(still, now=now, problem=outcome.problem, error=outcome.error)


class Worker:
    """The loop of one worker process."""

    def __init__(self, *, rounds: Callable[[datetime], None] | None = None) -> None:
        self.name = myself()
        self.is_stopping = False
        self.current: Running | None = None
        self.rounds = rounds
        self._next_round = 0.0
        self._ended = threading.Event()

    def run(self) -> None:
        """Work until told to stop. The database may go away and come back."""
        heart = threading.Thread(target=self._beat, name="heart", daemon=True)
        heart.start()
        log.info("worker_started", worker=self.name)
        try:
            while not self.is_stopping:
                try:
                    self._walk_round()
                    if not self.run_one():
                        time.sleep(_POLL)
                except Stopped:
                    break
                except _DATABASE_AWAY as error:
                    log.warning("worker_interrupted", error=type(error).__name__)
                    close_old_connections()
                    time.sleep(_ROUNDS)
        finally:
            self._ended.set()
            heart.join(_RENEW)
            log.info("worker_ended", worker=self.name)

    def run_one(self) -> bool:
        """Run one job if there is one."""
        held = claim(self.name, now=clock.now())
        if held is None:
            return False
        self.current = Running(key=held.pk, attempt=held.attempt, worker=self.name, is_stopping=self.is_stopping)
        token = running.set(self.current)
        try:
            outcome = _perform(held)
        finally:
            running.reset(token)
            mine, self.current = self.current, None
            # What a stop signal has set going must not hit the marking.
            signal.setitimer(signal.ITIMER_REAL, 0)
        _flush(mine)
        _mark(held, outcome, now=clock.now())
        close_old_connections()
        return True

    def _walk_round(self) -> None:
        if time.monotonic() < self._next_round:
            return
        now = clock.now()
        recovery.recover(now=now)
        set_off(now=now)
        self._next_round = time.monotonic() + _ROUNDS

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """TERM: no new job; the present one ends, or lets go at its next progress(), or is taken off after a while."""
        again = self.is_stopping
        self.is_stopping = True
        if self.current is not None:
            self.current.is_stopping = True
            if again:
                raise Stopped
            signal.signal(signal.SIGALRM, self._take_off)
            signal.setitimer(signal.ITIMER_REAL, _GRACE)

    def _take_off(self, signum: int, frame: FrameType | None) -> None:
        if self.current is not None:
            raise Stopped

    def _beat(self) -> None:
        """The other thread: renews the lease and writes down the progress, with a connection of its own."""
        renew_at = time.monotonic() + _RENEW
        try:
            while not self._ended.wait(_FLUSH):
                mine = self.current
                if mine is None:
                    renew_at = time.monotonic() + _RENEW
                    continue
                try:
                    _flush(mine)
                    if time.monotonic() >= renew_at:
                        _renew(mine)
                        renew_at = time.monotonic() + _RENEW
                except _DATABASE_AWAY:
                    # The job itself may hold SQLite's write lock for long: the next beat tries again.
                    continue
        finally:
            connections.close_all()


def _held_by(mine: Running) -> dict[str, object]:
    return {"pk": mine.key, "worker": mine.worker, "attempt": mine.attempt}


def _flush(mine: Running | None) -> None:
    if mine is None or not mine.report:
        return
    report, mine.report = mine.report, {}
    Job.objects.filter(**_held_by(mine)).update(**report, reported_at=clock.now())


def _renew(mine: Running) -> None:
    if not Job.objects.filter(**_held_by(mine)).update(lease_until=clock.now() + LEASE):
        mine.is_lost = True


def run() -> None:
    """Be a worker process until TERM or INT."""
    worker = Worker()
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    worker.run()


def run_waiting(*, now: datetime, limit: int = 1000) -> int:
    """Run what waits, here and now, in this thread: for tests and for building a province without a worker."""
    name, count = myself(), 0
    while count < limit and (held := claim(name, now=now)):
        token = running.set(Running(key=held.pk, attempt=held.attempt, worker=name))
        try:
            outcome = _perform(held)
            _flush(running.get())
        finally:
            running.reset(token)
        _mark(held, outcome, now=now)
        count += 1
    return count
