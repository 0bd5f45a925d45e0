"""From a source to a version: bring, keep the bytes, hand in, check, publish or hold back. What the worker runs.

Killed at any moment, the next attempt goes on: what lay in the folder is offered to the connector again, a hand-in that
was made is checked, a version that was made is published. The mark moves with the version alone.
"""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import Error as DatabaseError

from mapalus.apps.catalogue import actions, checking, connecting, harvest_acts, marks, places, timetable
from mapalus.apps.catalogue.held_back import Held, why_held
from mapalus.apps.catalogue.models import (
    FigureStatus,
    HandIn,
    HandInState,
    HarvestOutcome,
    HarvestRun,
    Source,
    SourceWay,
)
from mapalus.apps.catalogue.periods import canonical
from mapalus.apps.jobs.job import progress
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.clock import Zone
from mapalus.engine.data import snapshot
from mapalus.engine.data.snapshot import Snapshot
from mapalus.engine.errors import Conflict, Problem, Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest, Vanished
from mapalus.engine.text import _

__all__ = ["Broken", "Stopwatch", "alone", "harvest", "harvest_in_order", "into", "tell_job"]

LARGEST = 4 * 1024**3
MOST_AT_ONCE = 500  # files one after the other; the rest comes with the next turn
log = structlog.get_logger()


class Broken(Problem):
    """A bug of ours or of a connector; its number stands in the log."""

    code = "harvest-broken"
    status = 500
    text = _("Something in the program is wrong: %(error)s. The administrator finds it in the log.")


def harvest(source: Source, *, now: datetime, position: str = "", label: str = "") -> HarvestRun | None:
    """Ask a source and do everything that follows. None: it is being asked at this very moment by somebody else."""
    clock = Stopwatch(now)
    with alone(source) as is_alone:
        if not is_alone:
            return None
        run = harvest_acts.begin(source, position=position, label=label, now=now)
        run.source = source
        try:
            run = _bring(run, clock)
        except Vanished as problem:
            run = harvest_acts.conclude(run, outcome=HarvestOutcome.VANISHED, problem=problem, now=clock.now())
        except Unavailable as problem:
            run = harvest_acts.conclude(run, outcome=HarvestOutcome.FAILED, problem=problem, now=clock.now())
        except Problem as problem:
            run = harvest_acts.conclude(run, outcome=HarvestOutcome.REFUSED, problem=problem, now=clock.now())
        except (DatabaseError, OSError):
            raise  # the installation itself; the job is tried again, and goes on from here
        except Exception as error:
            log.exception("harvest_broken", source=source.name, connector=source.connector)
            broken = Broken(error=type(error).__name__)
            run = harvest_acts.conclude(run, outcome=HarvestOutcome.REFUSED, problem=broken, now=clock.now())
        if run.stage in (HarvestOutcome.BROUGHT, HarvestOutcome.UNCHANGED, HarvestOutcome.HELD):
            shutil.rmtree(into(source), ignore_errors=True)
        return run


def harvest_in_order(source: Source, *, now: datetime, position: str = "", label: str = "") -> list[HarvestRun]:
    """As `harvest`, and on at once while the source says that more is waiting: each new file of a folder, the oldest
    first. Ends at the first that is not published by itself, so that the order stays."""
    clock, runs = Stopwatch(now), list[HarvestRun]()
    while len(runs) < MOST_AT_ONCE:
        before = source.mark
        run = harvest(source, position=position, label=label, now=clock.now())
        if run is None:
            break
        runs.append(run)
        source = Source.objects.for_reading().get(pk=source.pk)
        went_well = run.outcome == HarvestOutcome.UNCHANGED or (
            run.outcome == HarvestOutcome.BROUGHT and source.way == SourceWay.DIRECT
        )
        if not went_well or not run.facts.get("waiting") or source.mark == before:
            break
    return runs


def into(source: Source) -> Path:
    """What a source brings lies here until it is a snapshot."""
    return places.harvests() / str(source.pk) / "into"


@contextmanager
def alone(source: Source) -> Iterator[bool]:
    """Hold a source for this process; whether one does. The kernel lets go of it when the process dies."""
    folder = places.harvests() / str(source.pk)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


class Stopwatch:
    """Moments after `now`, by a clock that never goes back."""

    def __init__(self, now: datetime) -> None:
        self._began, self._now = time.monotonic(), now

    def now(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._began)


def _bring(run: HarvestRun, clock: Stopwatch) -> HarvestRun:
    handin = run.handin
    if handin is None:
        source = run.source
        if (ahead := marks.undecided(source, period=_period(source, clock.now()))) is not None:
            waits = Held(_("%(receipt)s waits for a decision; the next file is taken after it."), receipt=ahead.receipt)
            return harvest_acts.conclude(run, outcome=HarvestOutcome.UNCHANGED, problem=waits, now=clock.now())
        if source.dataset.contract is None:
            raise Conflict(
                _("This dataset has no contract yet, so nothing can be checked."),
                advice=_("Try the source out and take up the contract that it proposes."),
            )
        brought = _fetch(source)
        if brought is not None and brought.extent is Extent.CHANGES and not brought.path.stat().st_size:
            if brought.deleted is None:
                return harvest_acts.conclude(
                    run, outcome=HarvestOutcome.UNCHANGED, mark=brought.mark, now=clock.now()
                )  # fmt: skip
            brought = _fetch(source, mark="")  # only deletions: there are no rows to check, so the whole is read
        if brought is None:
            return harvest_acts.conclude(run, outcome=HarvestOutcome.UNCHANGED, now=clock.now())
        kept = snapshot.store(places.snapshots(), brought.path, largest=LARGEST)
        if (known := _same(source, kept, brought)) is not None:
            # The same bytes as a version that stands: its mark may go on to what the source says now.
            mark = brought.mark if known.version is not None or marks.is_passed(source, known) else None
            run.size, run.snapshot = kept.size, kept.sha256
            run.facts = harvest_acts.facts_of(brought)
            if not source.runs.real().filter(handin=known).exists():
                run.handin = known  # somebody handed them in: the mark stands for that version from now on
            return harvest_acts.conclude(run, outcome=HarvestOutcome.UNCHANGED, mark=mark, now=clock.now())
        deleted = snapshot.store(places.snapshots(), brought.deleted) if brought.deleted else None
        handin = harvest_acts.take_in(
            run, brought=brought, snapshot=kept, deleted=deleted,
            period=_period_told(brought) or _period(source, clock.now()), now=clock.now(),
        )  # fmt: skip
    handin = checking.check(handin, now=clock.now())
    return _settle(run, handin, clock)


def _fetch(source: Source, *, mark: str | None = None) -> Harvest | None:
    folder = into(source)
    if mark is not None:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    opened = connecting.open_source(source.connector, source.options, unit=source.unit_code, tell=tell_job)
    tell_job(_("Asking the source"), 0.0)
    try:
        return opened.harvest(mark=marks.standing(source) if mark is None else mark, into=folder)
    except OSError as error:  # what a connector forgot to say in words
        raise Unavailable(_("The source does not answer: %(error)s."), error=error.strerror or str(error)) from error


def _same(source: Source, kept: Snapshot, brought: Harvest) -> HandIn | None:
    """The hand-in that these bytes are already, under the contract of today; also one that a person sent back."""
    if brought.extent is Extent.CHANGES:
        return None
    last = source.runs.real().exclude(handin=None).order_by("-begun_at", "-pk").select_related("handin").first()
    if last is not None and last.handin is not None and last.snapshot == kept.sha256:
        return last.handin if last.handin.contract_id == source.dataset.contract_id else None
    # Neither what came last nor what stands: then it goes back to what it was before, and that is news.
    newest = source.dataset.handins.order_by("-received_at", "-pk").first()
    standing = source.dataset.current.handin if source.dataset.current else None
    for known in (newest, standing):
        if known and (known.snapshot, known.contract_id) == (kept.sha256, source.dataset.contract_id):
            return known
    return None


def _period_told(brought: Harvest) -> str:
    """The period that the source itself names: another Mapalus knows of which its version is. Empty: it says none."""
    try:
        return canonical(str(brought.facts.get("period") or ""))[:40]
    except Problem:
        return ""


def _status_told(run: HarvestRun) -> FigureStatus:
    said = str(run.facts.get("status") or "")
    return FigureStatus(said) if said in FigureStatus.values else FigureStatus.PROVISIONAL


def _period(source: Source, now: datetime) -> str:
    """What is owed now, else the period of today, or the one that has ended where it is asked after each."""
    dataset = source.dataset
    if dataset.expected_period:
        return dataset.expected_period
    today = now.astimezone(Zone(settings.PROVINCE_ZONE).tzinfo).date()
    return timetable.period_at(dataset.cadence, today, is_over=timetable.read(source.schedule).by_cadence)


def _settle(run: HarvestRun, handin: HandIn, clock: Stopwatch) -> HarvestRun:
    """Publish it, leave it to whose turn it is, or hold it back and say why."""
    if handin.stage is HandInState.AWAITING_CONFIRMATION and run.source.way == SourceWay.DIRECT:
        held = why_held(handin)
        if held is None:
            actions.publish(handin, status=_status_told(run), remark=str(run.source.title_here), by=PLATFORM,
                            now=clock.now())  # fmt: skip
            return harvest_acts.conclude(run, outcome=HarvestOutcome.BROUGHT, now=clock.now())
        return harvest_acts.conclude(run, outcome=HarvestOutcome.HELD, problem=held, now=clock.now())
    held = why_held(handin) if handin.stage.may_be_corrected or handin.stage.awaits_decision else None
    if handin.stage.may_be_corrected:
        held = held or Held(_("No row of it can be published: %(why)s"), why=handin.verdict)
    outcome = HarvestOutcome.BROUGHT if held is None else HarvestOutcome.HELD
    return harvest_acts.conclude(run, outcome=outcome, problem=held, now=clock.now())


def tell_job(step: str, share: float) -> None:
    """Progress of a connector as progress of the job; also where a worker that ends lets go of it."""
    progress(message=step)
    if share:
        progress(done=int(share * 1000), total=1000)
