"""What the platform writes down of a harvest. An attempt that found nothing new, or failed once more, changes nothing
in the world and has no row in the ledger; everything else has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from mapalus.apps.catalogue import actions, setting_off, source_telling
from mapalus.apps.catalogue.models import (
    HandIn,
    HarvestOutcome,
    HarvestRun,
    Source,
    SourceState,
)
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data.snapshot import Snapshot
from mapalus.engine.errors import Problem
from mapalus.engine.harvest.connector import Harvest
from mapalus.engine.ports import Actor

__all__ = ["begin", "conclude", "end_trial", "facts_of", "take_in"]

_QUIET = (HarvestOutcome.UNCHANGED, HarvestOutcome.FAILED)
_ANSWERED = (HarvestOutcome.UNCHANGED, HarvestOutcome.BROUGHT, HarvestOutcome.HELD)


def begin(source: Source, *, position: str, label: str, now: datetime) -> HarvestRun:
    """An attempt begins, or the one that a dead worker left goes on. The caller holds the source alone."""
    with transaction.atomic():
        row = Source.objects.select_for_update(of=("self",)).get(pk=source.pk)
        left = row.runs.filter(outcome=HarvestOutcome.RUNNING, is_trial=False).select_related("handin").first()
        row.asked_at = now
        row.save(update_fields=["asked_at"])
        return left or HarvestRun.objects.create(source=row, begun_at=now, position=position, label=label)


def take_in(
    run: HarvestRun, *, brought: Harvest, snapshot: Snapshot, deleted: Snapshot | None, period: str, now: datetime
) -> HandIn:
    """What came is a hand-in like any other; in one transaction with the run, so that a dead worker leaves no doubt."""
    with transaction.atomic():
        handin = actions.hand_in(
            run.source.dataset, snapshot=snapshot, file_name=brought.name, period=period, key=f"harvest:{run.pk}",
            remark=run.source.title_here, is_queued=False, by=PLATFORM, now=now,
        )  # fmt: skip
        run.handin, run.snapshot, run.size, run.file_name = handin, snapshot.sha256, snapshot.size, brought.name[:240]
        run.deleted = deleted.sha256 if deleted else ""
        run.extent, run.mark = str(brought.extent), brought.mark
        run.notes = [[text, _plain(data)] for text, data in brought.notes][:20]
        run.facts = facts_of(brought)
        run.save()
    return handin


def facts_of(brought: Harvest) -> dict[str, str]:
    """What the source says of itself, as it is kept."""
    return {str(name)[:60]: str(value)[:400] for name, value in list(brought.facts.items())[:20]}


def conclude(
    run: HarvestRun,
    *,
    outcome: HarvestOutcome,
    problem: Problem | None = None,
    mark: str | None = None,
    now: datetime,
) -> HarvestRun:
    """How the attempt ended; when the source is asked next; who is told. `mark`: moved without a new version,
    because the bytes it stands for are those of the last one."""
    first = _changes_standing(run, outcome, problem)
    if outcome in _QUIET and not first:
        with transaction.atomic():
            return _conclude(run, outcome=outcome, problem=problem, mark=mark, now=now)
    return end_harvest(run, outcome=outcome, problem=problem, mark=mark, by=PLATFORM, now=now)


@action("catalogue.end-harvest")
def end_harvest(
    run: HarvestRun, *, outcome: HarvestOutcome, problem: Problem | None, mark: str | None, by: Actor, now: datetime
) -> HarvestRun:
    """Write down what came of asking a source, and tell who has to know."""
    run = _conclude(run, outcome=outcome, problem=problem, mark=mark, now=now)
    source = run.source
    note(
        subject=source, dataset=source.dataset.name, unit=source.unit_code, **run.plain,
        receipt=run.handin.receipt if run.handin else "", snapshot=run.snapshot,
        problem=problem.code if problem else "",
    )  # fmt: skip
    return run


def _changes_standing(run: HarvestRun, outcome: HarvestOutcome, problem: Problem | None) -> bool:
    """Whether the source stands otherwise after this than before."""
    source = Source.objects.get(pk=run.source_id)
    before = bool(source.failures) or source.needs_person or source.state == SourceState.VANISHED
    return before if outcome == HarvestOutcome.UNCHANGED else not before


def _conclude(
    run: HarvestRun, *, outcome: HarvestOutcome, problem: Problem | None, mark: str | None, now: datetime
) -> HarvestRun:
    source = Source.objects.select_for_update(of=("self",)).select_related("dataset", "keeper").get(pk=run.source_id)
    if mark is not None:
        source.mark = mark
    source.problem = parts(problem) if problem else {}
    if outcome in _ANSWERED:
        _well(source, outcome, now=now)
    else:
        _ill(source, outcome, now=now)
    _plan(source, run, now=now)
    source.save()
    run.outcome, run.ended_at, run.problem = outcome, now, source.problem
    if run.handin is not None:
        run.handin.refresh_from_db()
        run.rows, run.rows_bad = run.handin.rows, run.handin.rows_bad
    run.source = source
    run.save()
    source_telling.tell_keeper(source, run, problem, now=now)
    return run


def _well(source: Source, outcome: HarvestOutcome, *, now: datetime) -> None:
    source.failures, source.failing_since, source.needs_person = 0, None, False
    source.answered_at = now
    if source.state == SourceState.VANISHED:
        source.state = SourceState.ACTIVE  # it is back
    if outcome is not HarvestOutcome.UNCHANGED:
        source.brought_at = now


def _ill(source: Source, outcome: HarvestOutcome, *, now: datetime) -> None:
    source.failures += 1
    source.failing_since = source.failing_since or now
    source.needs_person = outcome is HarvestOutcome.REFUSED
    if outcome is HarvestOutcome.VANISHED and source.state == SourceState.ACTIVE:
        source.state = SourceState.VANISHED
        source.needs_person = True


def _plan(source: Source, run: HarvestRun, *, now: datetime) -> None:
    """When it is asked next."""
    if source.state in (SourceState.PAUSED, SourceState.FORGOTTEN):
        source.next_at = None
    elif source.failures and source.needs_person:
        planned = setting_off.regular(source, now=now)
        source.next_at = None if planned is None else max(planned, now + setting_off.AGAIN)
    elif source.failures:
        source.next_at = run.retry_at = setting_off.next_after_failure(source, now=now)
    else:
        source.next_at = setting_off.regular(source, now=now)


def end_trial(run: HarvestRun, *, look: Mapping[str, Any], problem: Problem | None, now: datetime) -> HarvestRun:
    """What was seen when it was tried out; nothing of the source changes."""
    run.outcome = HarvestOutcome.REFUSED if problem else HarvestOutcome.TRIED
    run.look, run.problem, run.ended_at = dict(look), parts(problem) if problem else {}, now
    run.rows, run.rows_bad = look.get("rows"), look.get("rows_bad")
    run.size, run.file_name = look.get("size"), str(look.get("file", ""))[:240]
    run.save()
    return run


def parts(problem: Problem) -> dict[str, Any]:
    """A problem as it is kept, so that it can be said in either language."""
    return {"code": problem.code, "text": problem.text, "advice": problem.advice, "data": _plain(problem.data)}


def _plain(data: Mapping[str, object]) -> dict[str, object]:
    plain = {key: value if isinstance(value, str | int | float) else str(value) for key, value in data.items()}
    return {key: value[:400] if isinstance(value, str) else value for key, value in plain.items()}
