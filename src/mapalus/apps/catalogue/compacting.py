"""Compaction: what a stream brought becomes the next version. The worker's; killed anywhere, it is done again.

The lines as received become one snapshot, so that every row is answered for by a file's hash and a line; the rows go
into the version before by key. Readers see the rows throughout: beside the old version, then in the new one.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

import mapalus
from mapalus.apps.catalogue import afar, contracts, places, steps
from mapalus.apps.catalogue.models import (
    Dataset,
    PublicationKind,
    Run,
    RunState,
    StreamSegment,
    Version,
)
from mapalus.apps.catalogue.streaming import Declared, declared, forget_requests, streams
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.ledger.action import action, note, reference
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.data import lake, snapshot
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.errors import Conflict, Problem, Unavailable
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["ask", "begin_compaction", "compact", "compact_stream", "record_version"]

_REST = timedelta(minutes=2)
FILE = "kiriman.ndjson"  # what the lines of a stream are called as a file


def ask(dataset: Dataset, *, now: datetime) -> None:
    """Queue the compaction of a stream, once for each version it starts from."""
    number = dataset.current.number if dataset.current else 0
    enqueue(compact_stream, dataset.pk, key=f"compact:{dataset.pk}:{number}:{now:%Y%m%d%H}",
            subject=reference(dataset), priority=20)  # fmt: skip


@job(attempts=6)
def compact_stream(dataset_id: int) -> int:
    """Make a version of what a stream brought. The number of rows it took; 0 where nothing waits."""
    return compact(Dataset.objects.get(pk=dataset_id), now=clock.now())


def compact(dataset: Dataset, *, now: datetime) -> int:
    """Make a version of what waits. Safe to call again; raises `Unavailable` where another version came meanwhile."""
    with _alone(dataset):
        return _compact(dataset, now=now)


@contextmanager
def _alone(dataset: Dataset) -> Iterator[None]:
    """One compaction of a stream at a time on this host; on several, the last that begins goes on (`steps.begun`)."""
    folder = streams() / dataset.name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "compacting.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unavailable(_("These rows are being made a version at this moment."), advice="") from None
        yield


def _compact(dataset: Dataset, *, now: datetime) -> int:
    segments = list(dataset.segments.waiting())
    if not segments:
        _clear(dataset)
        return 0
    run = begin_compaction(dataset, by=PLATFORM, now=now)
    through = int(run.report.get("through") or segments[-1].sequence)
    chosen = [segment for segment in segments if segment.sequence <= through]
    workshop = steps.workshop_of(run)
    try:
        _write(run, chosen, workshop, now=now)
    except Exception as error:
        if isinstance(error, Problem) or not steps.is_overtaken(run):
            raise
        raise Unavailable from error  # another worker has taken the run up, and cleared our workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    _clear(dataset)
    return sum(segment.rows_good for segment in chosen)


def _write(run: Run, segments: Sequence[StreamSegment], workshop: Path, *, now: datetime) -> Version:
    from mapalus.engine.data.merge import Change, Mode, merge
    from mapalus.engine.data.segments import gathered

    dataset = run.dataset
    contract = contracts.load(run.contract.path.parent)
    said = declared(contract) or Declared()
    came = gathered([segment.path for segment in segments], out=workshop)
    kept = snapshot.store(places.snapshots(), came.lines)
    base = Version.objects.filter(pk=run.report.get("base")).first()
    before = VersionFolder(base.path) if base else None
    part = {
        "snapshot": kept.sha256,
        "file": FILE,
        "received_on": segments[-1].at.date().isoformat(),
        "run": run.pk,
        "segments": [segments[0].sequence, segments[-1].sequence],
    }
    merged = merge(
        before, changes=[Change(came.good, part)], contract=contract, out=workshop / "merged.parquet",
        mode=Mode(said.mode),
    )  # fmt: skip
    if not merged.rows:
        raise Conflict(_("No row of this stream was good: there is nothing to publish yet."), advice="")
    number = run.number or 0
    steps.make_room(run, lake.place(places.lake(), dataset=dataset.name, number=number), aside=workshop)
    good, bad = sum(one.rows_good for one in segments), sum(one.rows_bad for one in segments)
    report = {"file": FILE, "rows": good + bad, "good_rows": good, "bad_rows": bad, "columns": [], "places": {}}
    report |= {name: run.report[name] for name in ("base", "through") if name in run.report}
    folder = lake.write_version(
        places.lake(), dataset=dataset.name, number=number, good=merged.path, bad=came.bad, report=report,
        contract=contract, previous=before.path if before else None, parts=merged.parts,
        origin={**part, "contract": run.contract.number, "contract_sha256": run.contract.sha256, "due_on": None},
    )  # fmt: skip
    afar.bring(folder.path)
    return record_version(
        run, segments=segments, folder=places.below(folder.path), snapshot=kept.sha256, rows=merged.rows, report=report,
        quality=folder.summary.get("quality") or {}, status=said.status, by=PLATFORM, now=now,
    )  # fmt: skip


def _clear(dataset: Dataset) -> None:
    """Folders of segments that are part of a version: their lines are in its snapshot, their rows in its data.

    Not at once: the intake may be reading them for the file beside the version before.
    """
    ended = clock.now() - _REST
    done = dataset.segments.filter(version__run__finished_at__lt=ended).order_by("-sequence")
    for folder in done.values_list("folder", flat=True)[:20_000]:
        path = Path(settings.DATA_DIR) / folder
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


@action("catalogue.begin-compaction")
def begin_compaction(dataset: Dataset, *, by: Actor, now: datetime) -> Run:
    """Begin to make a version of a stream's rows, or take up the run that a dead worker left."""
    dataset = steps.locked(dataset)
    if dataset.contract is None:
        raise Conflict(_("This dataset has no contract."), advice="")
    through = dataset.segments.waiting().values_list("sequence", flat=True).last()
    run = dataset.runs.filter(state=RunState.RUNNING, handin=None, report__has_key="through").first()
    base = dataset.current.number if dataset.current else 0
    if run is None:
        run = Run(dataset=dataset, snapshot="", release=mapalus.__version__, number=steps.next_number(dataset))
        run.started_at, run.contract = now, dataset.contract
    elif run.number is not None and run.number <= base:
        run.number = steps.next_number(dataset)  # a newer version came while it lay: it goes after that one
    run.report = {"through": through, "base": dataset.current_id or 0}
    run = steps.begun(run)
    note(dataset=dataset.name, unit=dataset.unit_code, run=run.pk, through=through)
    return run


@action("catalogue.compact", public=True)
def record_version(
    run: Run,
    *,
    segments: Sequence[StreamSegment],
    folder: str,
    snapshot: str,
    rows: int,
    report: dict[str, Any],
    quality: dict[str, Any],
    status: str,
    by: Actor,
    now: datetime,
) -> Version:
    """Publish what a stream brought as a version; from now on its rows are that version's."""
    steps.held(run)
    dataset = steps.locked(run.dataset)
    waiting = list(dataset.segments.waiting().values_list("pk", flat=True)[: len(segments)])
    if waiting != [segment.pk for segment in segments]:
        raise Unavailable(_("These rows are in a version already."))
    if run.report.get("base") != (dataset.current_id or 0):
        raise Unavailable(_("Another version was published meanwhile; this one is made anew."))
    run.snapshot = snapshot
    version = Version.objects.create(
        dataset=dataset,
        number=run.number or 0,
        folder=folder,
        contract=run.contract,
        run=run,
        snapshot=snapshot,
        period="",
        rows_good=rows,
        rows_bad=report["bad_rows"],
        quality=quality,
        status=status,
        created_at=now,
        published_at=now,
    )
    StreamSegment.objects.filter(pk__in=waiting).update(version=version)
    dataset.current, dataset.changed_at = version, now
    dataset.save(update_fields=["current", "changed_at"])
    steps.finish(run, RunState.DONE, folder=folder, report=report, keeps_number=True, now=now)
    steps.say(version, PublicationKind.PUBLISHED, "", by=by, now=now)
    forget_requests(dataset, now=now)
    note(
        subject=version, dataset=dataset.name, unit=dataset.unit_code, version=version.number, version_id=version.pk,
        rows=rows, bad=version.rows_bad, segments=len(segments), through=segments[-1].sequence, is_current=True,
    )  # fmt: skip
    return version
