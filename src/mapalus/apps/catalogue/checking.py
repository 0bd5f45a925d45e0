"""From a snapshot to a version: the engine's check, the lake's folder, one row. Also what the worker runs.

Killed at any moment, nothing has happened: the check writes into the workshop, the version's folder appears by one
rename, and only then one transaction names it. A folder that no row names is made anew by the next run.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext, override

from mapalus.apps.catalogue import actions, afar, contracts, drifting, jobs, laying, places, steps
from mapalus.apps.catalogue.models import HandIn, HandInState, Run
from mapalus.apps.jobs.job import enqueue, progress
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data import lake, snapshot
from mapalus.engine.data.drift_finding import Finding
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.engine.data.check import Outcome
    from mapalus.engine.data.merge import Merged
    from mapalus.engine.data.wordindex import Later

__all__ = ["check", "marked_path"]

_STEPS = {"read": _("Reading the file"), "check": _("Checking every row"), "write": _("Writing the version")}
_INDEXED_WITHIN = timedelta(minutes=2)  # by whoever published the rows; after that it is the worker's
_MARKABLE = 100 * 1024**2  # bytes of a file that is given back as a marked workbook


def check(handin: HandIn, *, now: datetime, later: Later | None = None) -> HandIn:
    """Check a hand-in and record what came out. Safe to call again; a finished one is left as it is.

    With `later` the rows of a large table can be published before they are indexed; a job does that in any case.
    """
    handin.refresh_from_db()
    if handin.stage not in (HandInState.RECEIVED, HandInState.CHECKING):
        return handin
    run = actions.begin_check(handin, by=PLATFORM, now=now)
    workshop = steps.workshop_of(run)
    try:
        return _checked(run, handin, workshop, later, now=now)
    except Unavailable:
        raise  # worth another try: the job's
    except Problem as problem:
        return _refused(run, problem, workshop, now=now)
    except Exception as error:
        if not steps.is_overtaken(run):
            raise
        raise Unavailable from error  # another worker has taken the run up, and cleared our workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def marked_path(run: Run) -> Path:
    """Where the marked workbook of a run lies, where it has one."""
    return places.marked() / f"{run.pk}.xlsx"


def _checked(run: Run, handin: HandIn, workshop: Path, later: Later | None, *, now: datetime) -> HandIn:
    from mapalus.engine.data.addresses import kept_of
    from mapalus.engine.data.check import check as check_file  # late: it brings the table engine
    from mapalus.engine.data.workbook import letters_of, marks_of, write_marks

    contract = contracts.load(run.contract.path.parent)
    outcome = check_file(_named(workshop, handin), contract=contract, out=workshop, progress=_tell, language="id")
    letters = letters_of(outcome.scan, outcome.places)
    report = {
        **outcome.report,
        "file": handin.file_name,
        "columns": list(outcome.scan.columns),
        "letters": letters,
        "places": dict(outcome.places),
    }
    _tell("write", 0.0)
    # A version without a single row would hide the one before it: that is a correction to ask for, not data.
    is_accepted = outcome.accepted and outcome.good_rows > 0
    origin = {**_origin(run, handin), **kept_of(outcome)}
    merged = laying.laid(handin, outcome, part=origin, workshop=workshop) if is_accepted else None
    folder = _write(run, workshop, handin, outcome, report, is_accepted, contract, merged, origin, later)
    if outcome.bad_rows and handin.size <= _MARKABLE:
        made = write_marks(
            outcome.path, marks=marks_of(outcome.bad, letters=letters), scan=outcome.scan,
            out=workshop / "marked.xlsx", language="id",
        )  # fmt: skip
        places.marked().mkdir(parents=True, exist_ok=True)
        os.replace(made, marked_path(run))
    findings = drifting.find(
        handin, summary=folder.summary, report=report, contract=contract, file=outcome.path, scratch=workshop / "drift"
    )
    with transaction.atomic():
        if later is not None and later.index is not None:
            enqueue(jobs.index_rows, handin.dataset.name, folder.path.name, run_after=now + _INDEXED_WITHIN)
        return actions.record_check(
            run,
            folder=places.below(folder.path),
            report=report,
            quality=folder.summary.get("quality") or {},
            is_accepted=is_accepted,
            rows=merged.rows if merged else None,
            verdict=outcome.reason if is_accepted or outcome.reason else _nothing_good(),
            findings=findings,
            by=PLATFORM,
            now=now,
        )


def _nothing_good() -> str:
    with override("id"):
        return gettext("No row of this file can be published; correct the rows that are marked.")


def _write(
    run: Run, workshop: Path, handin: HandIn, outcome: Outcome, report: Mapping[str, Any], accepted: bool,
    contract: Any, merged: Merged | None, origin: Mapping[str, Any], later: Later | None,
) -> VersionFolder:  # fmt: skip
    """The folder of the version; outside the lake where it may not become one."""
    root = places.lake() if accepted else places.held()
    number = run.number if accepted and run.number is not None else run.pk
    steps.make_room(run, lake.place(root, dataset=handin.dataset.name, number=number), aside=workshop)
    current = handin.dataset.current
    made = lake.write_version(
        root,
        dataset=handin.dataset.name,
        number=number,
        good=merged.path if merged else outcome.good,
        bad=outcome.bad,
        report=report,
        contract=contract,
        origin=origin,
        previous=current.path if current else None,
        parts=merged.parts if merged else (),
        later=later,
    )
    if accepted:
        afar.bring(made.path)
    return made


def _origin(run: Run, handin: HandIn) -> dict[str, Any]:
    return {
        "snapshot": handin.snapshot,
        "file": handin.file_name,
        "receipt": handin.receipt,
        "period": handin.period,
        "contract": run.contract.number,
        "contract_sha256": run.contract.sha256,
        "run": run.pk,
        "due_on": handin.due_at.date().isoformat() if handin.due_at else None,
        "received_on": handin.received_at.date().isoformat(),
    }


def _refused(run: Run, problem: Problem, workshop: Path, *, now: datetime) -> HandIn:
    """A file that cannot be used; its sentence is kept in parts, so that it can be said in either language."""
    parts = {"text": problem.text, "advice": problem.advice, "data": _plain(problem.data)}
    reason = problem.reason if isinstance(problem, Refused) else problem.code
    return actions.record_refusal(
        run,
        reason=reason,
        verdict=problem.say(language="id"),
        report={"refused": {"code": reason, **parts}},
        findings=_renamed(run, workshop) if reason == "missing-column" else (),
        by=PLATFORM,
        now=now,
    )


def _renamed(run: Run, workshop: Path) -> Sequence[Finding]:
    """Whether what is missing came under another name."""
    handin = steps.handin_of(run)
    source = next((workshop / "source").iterdir())
    contract = contracts.load(run.contract.path.parent)
    return drifting.find_refused(handin, contract=contract, file=source, scratch=workshop / "drift")


def _plain(data: Mapping[str, object]) -> dict[str, object]:
    return {key: value if isinstance(value, str | int | float) else str(value) for key, value in data.items()}


def _named(workshop: Path, handin: HandIn) -> Path:
    """The snapshot under the producer's own name: its ending tells what the reader should expect."""
    original = snapshot.find(places.snapshots(), handin.snapshot).path
    folder = workshop / "source"
    folder.mkdir()
    name = re.sub(r"[^\w.() -]+", "_", handin.file_name)[-120:].lstrip(".") or "setoran"
    link = folder / name
    link.symlink_to(original)
    return link


def _tell(step: str, share: float) -> None:
    progress(message=_STEPS.get(step, _STEPS["check"]))
    if share:
        progress(done=int(share * 100), total=100)
