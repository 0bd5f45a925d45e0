"""Steps that the acts of the catalogue share. Only `actions.py` takes them, inside its transactions."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from mapalus.apps.catalogue import places, releases, setting_off, source_declared, ways
from mapalus.apps.catalogue.contracts import Kept
from mapalus.apps.catalogue.models import (
    ContractVersion,
    Dataset,
    DatasetState,
    HandIn,
    HandInState,
    Publication,
    PublicationKind,
    Receipt,
    Run,
    RunState,
    Version,
)
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data.snapshot import Snapshot
from mapalus.engine.errors import Conflict, Unavailable
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "add_contract",
    "add_version",
    "begun",
    "checking",
    "finish",
    "handin_of",
    "held",
    "is_overtaken",
    "locked",
    "make_room",
    "next_number",
    "next_receipt",
    "refuse_same_file",
    "replace_earlier",
    "say",
    "workshop_of",
]


def locked(dataset: Dataset) -> Dataset:
    return (
        Dataset.objects.select_for_update(of=("self",)).select_related("unit", "contract", "current").get(pk=dataset.pk)
    )


def handin_of(run: Run) -> HandIn:
    if run.handin is None:
        raise Conflict(_("This run belongs to no hand-in."))
    return run.handin


def checking(run: Run, *, now: datetime) -> ways.Way:
    """The hand-in of a run, under lock, on its way; it must be one that is being checked, and the run ours."""
    held(run)
    way = ways.hold(handin_of(run), now=now)
    if way.handin.stage != HandInState.CHECKING:
        raise Conflict(_("This hand-in is already checked."))
    return way


def begun(run: Run) -> Run:
    """Whoever begins or takes up a run is the only one who may end it: a worker that slept finds itself overtaken."""
    run.report = {**run.report, "attempt": secrets.token_hex(6)}
    run.save()
    return run


def is_overtaken(run: Run) -> bool:
    """Whether somebody else has taken the run up since, or ended it."""
    known = Run.objects.filter(pk=run.pk).values("state", "report").first()
    return known is None or known["state"] != RunState.RUNNING or _differs(known["report"], run)


def _differs(report: Mapping[str, Any], run: Run) -> bool:
    return bool(report.get("attempt") != run.report.get("attempt"))


def held(run: Run) -> None:
    """Lock a run that is still ours until the transaction ends. Raises `Unavailable` where somebody else has it."""
    locked(run.dataset)
    if is_overtaken(run):
        raise Unavailable(_("Somebody else goes on with this; it is done there."), advice="")


def workshop_of(run: Run) -> Path:
    """A new folder for what is made on the way, of this attempt alone; those of earlier ones go."""
    name = f"run-{run.pk}"
    for left in places.workshop().glob(f"{name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    made = places.workshop() / f"{name}.{run.report['attempt']}"
    made.mkdir(parents=True)
    return made


def make_room(run: Run, folder: Path, *, aside: Path) -> None:
    """Put aside what a run left that died between the rename and the row: nobody has seen it.

    Under the lock that a version is recorded under, so that a folder which a row names is never moved.
    """
    if folder.exists():
        with transaction.atomic():
            held(run)
            os.rename(folder, aside / "left")


def next_receipt(now: datetime) -> str:
    counter, _made = Receipt.objects.select_for_update().get_or_create(year=now.year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return str(counter)


def next_number(dataset: Dataset) -> int:
    """Numbers of versions, and of runs that still may become one: two checks at once never meet."""
    locked(dataset)
    taken = [
        dataset.versions.order_by("-number").values_list("number", flat=True).first() or 0,
        dataset.runs.exclude(number=None).order_by("-number").values_list("number", flat=True).first() or 0,
    ]
    return max(taken) + 1


def refuse_same_file(dataset: Dataset, contract: ContractVersion, *, snapshot: Snapshot, period: str) -> None:
    """The same bytes for the same period are one hand-in, unless the contract changed or the version was withdrawn."""
    same = dataset.handins.filter(snapshot=snapshot.sha256, period=period, contract=contract)
    same = same.exclude(versions__withdrawn_at__isnull=False)
    known = same.exclude(state__in=(HandInState.WITHDRAWN, HandInState.REPLACED)).first()
    if known is not None and not _was_followed(known):
        raise Conflict(
            _("This very file is already here: receipt %(receipt)s."),
            advice=_("Correct it before you hand it in again."),
            receipt=known.receipt,
        )


def _was_followed(handin: HandIn) -> bool:
    """Another file of its period was published after it: the same bytes again go back to what was before."""
    number = handin.versions.order_by("-number").values_list("number", flat=True).first()
    later = Version.objects.filter(dataset=handin.dataset, handin__period=handin.period, withdrawn_at=None)
    return number is not None and later.filter(number__gt=number, published_at__isnull=False).exists()


def replace_earlier(made: HandIn, *, now: datetime) -> None:
    """What was handed in before for the same period and is not published waits for nobody any more."""
    for earlier in HandIn.objects.open().filter(dataset=made.dataset, period=made.period).exclude(pk=made.pk):
        way = ways.hold(earlier, now=now)
        way.take(way.act_to(HandInState.REPLACED), by=PLATFORM, now=now)


def add_contract(dataset: Dataset, kept: Kept, *, by: Actor, reason: str, now: datetime) -> ContractVersion:
    last = dataset.contracts.order_by("-number").values_list("number", flat=True).first() or 0
    made = ContractVersion.objects.create(
        dataset=dataset,
        number=last + 1,
        release=releases.release_after(dataset.contract, releases.changed(dataset.contract, kept)),
        text=kept.text,
        descriptor=kept.descriptor,
        sha256=kept.sha256,
        folder=kept.folder,
        position=by.position,
        reason=reason[:400],
        created_at=now,
    )
    dataset.contract, dataset.changed_at = made, now
    if dataset.state == DatasetState.PLANNED:
        dataset.state = DatasetState.ACTIVE
    dataset.save()
    setting_off.contract_came(dataset, now=now)
    source_declared.follow(dataset, kept, by=by, now=now)
    return made


def add_version(
    run: Run, handin: HandIn, *, folder: str, good: int, bad: int, quality: Mapping[str, Any], now: datetime
) -> None:
    number = run.number
    if number is None:
        raise Conflict(_("This hand-in is already checked."))
    Version.objects.create(
        dataset=handin.dataset,
        number=number,
        folder=folder,
        contract=run.contract,
        run=run,
        handin=handin,
        snapshot=run.snapshot,
        period=handin.period,
        rows_good=good,
        rows_bad=bad,
        quality=dict(quality),
        created_at=now,
    )


def finish(
    run: Run, state: RunState, *, folder: str, report: Mapping[str, Any], keeps_number: bool, now: datetime
) -> None:
    run.state, run.folder, run.finished_at = state, folder, now
    run.report = {key: value for key, value in report.items() if key not in ("errors", "profile")}
    if not keeps_number:
        run.number = None
    run.save()


def say(version: Version, kind: PublicationKind, remark: str, *, by: Actor, now: datetime) -> None:
    Publication.objects.create(
        version=version, kind=kind, at=now, position=by.position, label=by.label, note=remark[:400]
    )
