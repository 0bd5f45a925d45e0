"""A job runs once it is committed, is tried again when it fails, and is given up in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from mapalus.apps.jobs import process, recovery
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.jobs.models import Job, JobState, Schedule
from mapalus.apps.jobs.schedule import SCHEDULES, schedule, set_off
from mapalus.apps.jobs.tidy import remove_old
from mapalus.apps.jobs.worker import LEASE, claim, run_waiting
from tests.apps.jobs import work
from tests.apps.ledger.people import ANI, SITI

NOW = datetime(2100, 11, 20, 2, 0, tzinfo=UTC)  # later than any clock that runs the tests
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calls() -> Iterator[list[object]]:
    work.calls.clear()
    yield work.calls
    work.calls.clear()


def again(job: Job) -> Job:
    return Job.objects.select_related("task").get(pk=job.pk)


def test_a_job_runs_and_keeps_its_result(calls: list[object]) -> None:
    job = enqueue(work.remember, 5)
    assert again(job).state is JobState.WAITING
    assert run_waiting(now=NOW) == 1
    assert calls == [5]
    assert (again(job).state, again(job).task.return_value, again(job).worker) == (JobState.DONE, 5, "")


def test_what_is_rolled_back_queues_nothing(calls: list[object]) -> None:
    with transaction.atomic():
        enqueue(work.remember, 1)
        transaction.set_rollback(True)
    assert run_waiting(now=NOW) == 0


def test_the_tasks_api_itself_works_too(calls: list[object]) -> None:
    work.remember.enqueue(3)
    assert run_waiting(now=NOW) == 1
    assert calls == [3]


def test_the_same_key_is_the_same_job(calls: list[object]) -> None:
    first = enqueue(work.remember, 1, key="load:1")
    assert enqueue(work.remember, 2, key="load:1") == first
    run_waiting(now=NOW)
    assert enqueue(work.remember, 3, key="load:1") == first
    assert run_waiting(now=NOW) == 0
    assert calls == [1]


def test_urgent_jobs_come_first_and_later_ones_wait(calls: list[object]) -> None:
    enqueue(work.remember, "later", run_after=NOW + timedelta(hours=1))
    enqueue(work.remember, "usual")
    enqueue(work.remember, "urgent", priority=50)
    assert run_waiting(now=NOW) == 2
    assert calls == ["urgent", "usual"]
    assert run_waiting(now=NOW + timedelta(hours=1)) == 1


@pytest.mark.parametrize(("kind", "problem", "error"), [("bug", "bug", "ValueError"), ("away", "unavailable", None)])
def test_a_failure_is_tried_again_ever_later_and_given_up(
    calls: list[object], kind: str, problem: str, error: str | None
) -> None:
    job = enqueue(work.fall_over, kind)
    for attempt, rest in enumerate((10, 20), start=1):
        at = NOW + timedelta(seconds=100 * attempt)
        assert run_waiting(now=at) == 1
        assert again(job).state is JobState.WAITING
        assert again(job).task.run_after == at + timedelta(seconds=rest)
        assert run_waiting(now=at + timedelta(seconds=rest - 1)) == 0
    assert run_waiting(now=NOW + timedelta(hours=1)) == 1
    job = again(job)
    assert (job.state, job.attempt, job.problem) == (JobState.FAILED, 3, problem)
    assert error is None or job.error == error
    assert "secret" not in job.error
    assert len(calls) == 3


def test_bad_input_is_not_tried_again(calls: list[object]) -> None:
    job = enqueue(work.fall_over, "bad")
    assert run_waiting(now=NOW) == 1
    assert (again(job).state, again(job).problem, again(job).error) == (JobState.FAILED, "refused", "It is empty.")


def test_a_given_up_job_can_be_begun_anew(calls: list[object]) -> None:
    job = enqueue(work.fall_over, "bad")
    run_waiting(now=NOW)
    recovery.retry(again(job))
    assert (again(job).state, again(job).attempt) == (JobState.WAITING, 0)


def test_a_job_whose_lease_ended_is_taken_back() -> None:
    job = enqueue(work.remember, 1)
    elsewhere = "another-machine:1:1"
    assert claim(elsewhere, now=NOW) == job
    assert claim("third:1:1", now=NOW) is None
    assert recovery.recover(now=NOW + LEASE) == 0
    assert recovery.recover(now=NOW + LEASE + timedelta(seconds=1)) == 1
    assert (again(job).state, again(job).attempt) == (JobState.WAITING, 1)


def test_a_job_that_kills_every_worker_is_given_up() -> None:
    job = enqueue(work.fall_over, "bug")
    at = NOW
    for _attempt in range(3):
        at += timedelta(hours=1)
        claim("another-machine:1:1", now=at)
        recovery.recover(now=at + LEASE * 2)
    assert (again(job).state, again(job).problem) == (JobState.FAILED, "worker-died")


def test_a_process_of_this_machine_that_is_gone_is_known_at_once() -> None:
    job = enqueue(work.remember, 1)
    claim(process.myself(), now=NOW)
    assert recovery.recover(now=NOW) == 0
    Job.objects.filter(pk=job.pk).update(worker=f"{process.machine()}:{2**22 + 1}:5")
    assert recovery.recover(now=NOW) == 1


def test_progress_is_visible() -> None:
    job = enqueue(work.report)
    run_waiting(now=NOW)
    job = again(job)
    assert (job.done, job.total, job.percent, job.says()) == (7, 10, 70, "7 of ten rows")


def test_one_sees_the_jobs_of_ones_own_position() -> None:
    mine = enqueue(work.remember, 1, requested_by=SITI.position)
    enqueue(work.remember, 2)
    assert list(Job.objects.visible_to(SITI, NOW)) == [mine]
    assert list(Job.objects.visible_to(ANI, NOW)) == []
    assert list(Job.objects.visible_to(None, NOW)) == []


def test_the_queue_knows_how_long_the_oldest_waits() -> None:
    job = enqueue(work.remember, 1)
    enqueue(work.remember, 2, run_after=NOW + timedelta(days=1))
    now = again(job).task.enqueued_at + timedelta(minutes=5)
    queue = Job.objects.queue(now)
    assert (queue.waiting, queue.running, queue.failed, queue.oldest) == (1, 0, 0, timedelta(minutes=5))


@pytest.fixture
def only_mine() -> Iterator[None]:
    before = dict(SCHEDULES)
    SCHEDULES.clear()
    yield
    SCHEDULES.clear()
    SCHEDULES.update(before)


def test_a_schedule_runs_once_each_time_and_does_not_catch_up(calls: list[object], only_mine: None) -> None:
    schedule("tests.report", work.report, every=timedelta(minutes=10))
    assert set_off(now=NOW) == 0
    assert set_off(now=NOW + timedelta(minutes=10)) == 1
    assert set_off(now=NOW + timedelta(minutes=10)) == 0
    assert set_off(now=NOW + timedelta(hours=5)) == 1
    assert set_off(now=NOW + timedelta(hours=5)) == 0
    assert run_waiting(now=NOW + timedelta(hours=5)) == 2


def test_a_daily_schedule_keeps_the_time_of_the_province(only_mine: None) -> None:
    schedule("tests.daily", work.report, daily=time(2, 30))
    set_off(now=NOW)
    at = timezone.localtime(Schedule.objects.get(name="tests.daily").next_at)
    assert (at.hour, at.minute) == (2, 30)
    assert NOW < at <= NOW + timedelta(days=1)


def test_a_schedule_that_is_off_stays_off(only_mine: None) -> None:
    schedule("tests.off", work.report, every=timedelta(minutes=1))
    set_off(now=NOW)
    Schedule.objects.filter(name="tests.off").update(is_on=False)
    assert set_off(now=NOW + timedelta(hours=1)) == 0


def test_old_jobs_are_forgotten_and_failed_ones_kept() -> None:
    enqueue(work.remember, 1)
    failed = enqueue(work.fall_over, "bad")
    run_waiting(now=NOW)
    remove_old(now=NOW + timedelta(days=31))
    assert list(Job.objects.all()) == [failed]
