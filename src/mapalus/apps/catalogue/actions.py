"""Every change in the catalogue. Nothing else writes its tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError

import mapalus
from mapalus.apps.catalogue import chain, declared, steps
from mapalus.apps.catalogue.contracts import Kept
from mapalus.apps.catalogue.jobs import check_handin
from mapalus.apps.catalogue.models import (
    ContractVersion,
    Dataset,
    DatasetState,
    FigureStatus,
    HandIn,
    HandInState,
    PublicationKind,
    Run,
    RunState,
    Version,
)
from mapalus.apps.catalogue.periods import canonical
from mapalus.apps.directory.models import Unit
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.ledger.action import action, note, reference
from mapalus.engine.data.snapshot import Snapshot
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "begin_check",
    "change_contract",
    "confirm",
    "declare_dataset",
    "dispute",
    "expect",
    "hand_in",
    "publish",
    "record_check",
    "record_refusal",
    "return_handin",
    "roll_back",
    "take_back",
    "unmask",
    "withdraw",
]


# --- what is promised --------------------------------------------------------------------------------------------


@action("catalogue.declare", public=True)
def declare_dataset(unit: Unit, *, kept: Kept, by: Actor, now: datetime) -> Dataset:
    """Enter a dataset in the data list, as its contract describes it."""
    read = declared.read(kept.contract, unit=unit)
    if Dataset.objects.filter(name=read["name"]).exists():
        raise Conflict(_("There is already a dataset named %(name)s."), advice="", name=read["name"])
    dataset = Dataset.objects.create(**read, declared_at=now, changed_at=now)
    steps.add_contract(dataset, kept, by=by, reason="", now=now)
    note(subject=dataset, dataset=dataset.name, unit=dataset.unit_code, contract=kept.sha256)
    return dataset


@action("catalogue.change-contract", public=True)
def change_contract(dataset: Dataset, *, kept: Kept, reason: str, by: Actor, now: datetime) -> ContractVersion:
    """Give a dataset its next contract; versions keep the one they were checked against."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the contract changes.")})
    dataset = steps.locked(dataset)
    if dataset.contract is not None and dataset.contract.sha256 == kept.sha256:
        raise Conflict(_("This is the contract the dataset already has."), advice="")
    read = declared.read(kept.contract, unit=dataset.unit)
    for name in declared.CHANGEABLE & read.keys():
        setattr(dataset, name, read[name])
    made = steps.add_contract(dataset, kept, by=by, reason=reason, now=now)
    note(dataset=dataset.name, unit=dataset.unit_code, contract=kept.sha256, number=made.number, reason=reason)
    return made


@action("catalogue.expect")
def expect(dataset: Dataset, *, period: str, due_at: datetime | None, by: Actor, now: datetime) -> Dataset:
    """Say which period is owed next, and until when."""
    dataset = steps.locked(dataset)
    period = canonical(period)
    dataset.expected_period, dataset.due_at = period, due_at
    dataset.save(update_fields=["expected_period", "due_at"])
    note(dataset=dataset.name, unit=dataset.unit_code, period=period, due_at=due_at)
    return dataset


@action("catalogue.dispute", public=True)
def dispute(dataset: Dataset, *, reason: str, by: Actor, now: datetime) -> Dataset:
    """Say that another source contradicts the numbers, and who must answer until when; an empty reason ends it."""
    dataset = steps.locked(dataset)
    dataset.conflict = reason.strip()[:400]
    dataset.save(update_fields=["conflict"])
    note(dataset=dataset.name, unit=dataset.unit_code, reason=dataset.conflict, is_open=bool(dataset.conflict))
    return dataset


# --- handing in --------------------------------------------------------------------------------------------------


def hand_in(
    dataset: Dataset,
    *,
    snapshot: Snapshot,
    file_name: str,
    period: str,
    key: str,
    by: Actor,
    now: datetime,
    remark: str = "",
    previous: HandIn | None = None,
    is_queued: bool = True,
) -> HandIn:
    """Hand in a file for a period. The same `key` (one form shown once) gives one hand-in, however often it is sent."""
    known = HandIn.objects.filter(key=key, dataset=dataset).first()
    if known is not None and known.position == by.position:
        return known
    try:
        return _hand_in(
            dataset, snapshot=snapshot, file_name=file_name, period=canonical(period), key=key, remark=remark,
            previous=previous, is_queued=is_queued, by=by, now=now,
        )  # fmt: skip
    except IntegrityError:
        made = HandIn.objects.filter(key=key, dataset=dataset, position=by.position).first()
        if made is None:
            raise
        return made  # the same form, sent twice at the same moment


@action("catalogue.hand-in")
def _hand_in(
    dataset: Dataset,
    *,
    snapshot: Snapshot,
    file_name: str,
    period: str,
    key: str,
    remark: str,
    previous: HandIn | None,
    is_queued: bool,
    by: Actor,
    now: datetime,
) -> HandIn:
    """Hand in a file for one period of a dataset."""
    dataset = steps.locked(dataset)
    contract = dataset.contract
    if dataset.state != DatasetState.ACTIVE or contract is None:
        raise Conflict(_("This dataset takes no hand-ins."), advice="")
    steps.refuse_same_file(dataset, contract, snapshot=snapshot, period=period)
    behalf = dataset.unit_code if chain.unit_code(by) not in ("", dataset.unit_code) else ""
    made = HandIn.objects.create(
        receipt=steps.next_receipt(now),
        dataset=dataset,
        contract=contract,
        period=period[:40],
        file_name=Path(file_name.replace("\\", "/")).name[-240:] or "-",
        size=snapshot.size,
        snapshot=snapshot.sha256,
        note=remark[:1000],
        key=key,
        position=by.position,
        person=by.person,
        label=by.label,
        on_behalf_of=behalf,
        previous=previous,
        due_at=dataset.due_at if period == dataset.expected_period else None,
        received_at=now,
    )
    steps.replace_earlier(made, now=now)
    if is_queued:
        enqueue(check_handin, made.pk, key=f"check:{made.pk}", subject=reference(made), requested_by=by.position)
    note(
        subject=made, receipt=made.receipt, dataset=dataset.name, unit=dataset.unit_code, period=made.period,
        snapshot=snapshot.sha256, size=snapshot.size, on_behalf_of=behalf,
    )  # fmt: skip
    return made


@action("catalogue.take-back")
def take_back(handin: HandIn, *, reason: str, by: Actor, now: datetime) -> HandIn:
    """Take one's own hand-in back before anybody confirmed it."""
    handin = steps.locked_handin(handin)
    if not handin.stage.is_open or handin.stage == HandInState.AWAITING_REVIEW:
        raise Conflict(_("This hand-in can no longer be taken back."))
    if by.position != handin.position:
        raise NotAllowed(_("Only the position that handed in may take it back."))
    steps.move(handin, HandInState.WITHDRAWN, verdict=reason, now=now)
    note(receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, reason=reason)
    return handin


# --- checking ----------------------------------------------------------------------------------------------------


@action("catalogue.begin-check")
def begin_check(handin: HandIn, *, by: Actor, now: datetime) -> Run:
    """Begin to check a hand-in, or take up the run a dead worker left; its version number stays the same."""
    handin = steps.locked_handin(handin)
    if handin.stage not in (HandInState.RECEIVED, HandInState.CHECKING):
        raise Conflict(_("This hand-in is already checked."))
    run = handin.runs.filter(state=RunState.RUNNING).first()
    if run is None:
        run = Run.objects.create(
            handin=handin,
            dataset=handin.dataset,
            contract=handin.contract,
            snapshot=handin.snapshot,
            number=steps.next_number(handin.dataset),
            release=mapalus.__version__,
            started_at=now,
        )
    handin.state = HandInState.CHECKING
    handin.save(update_fields=["state"])
    note(receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, run=run.pk)
    return run


@action("catalogue.record-check")
def record_check(
    run: Run,
    *,
    folder: str,
    report: Mapping[str, Any],
    quality: Mapping[str, Any],
    is_accepted: bool,
    verdict: str,
    by: Actor,
    now: datetime,
) -> HandIn:
    """Record what a check found: a version nobody sees yet, or a hand-in that needs correction."""
    handin = steps.locked_handin(steps.handin_of(run))
    if handin.stage != HandInState.CHECKING:
        raise Conflict(_("This hand-in is already checked."))
    good, bad = int(report["good_rows"]), int(report["bad_rows"])
    handin.rows, handin.rows_good, handin.rows_bad = good + bad, good, bad
    handin.checked_at = now
    if is_accepted:
        steps.add_version(run, handin, folder=folder, good=good, bad=bad, quality=quality, now=now)
        turn = chain.confirmer(handin, now)
        steps.move(handin, HandInState.AWAITING_CONFIRMATION, verdict=verdict, turn=turn, now=now)
    else:
        steps.move(handin, HandInState.NEEDS_CORRECTION, verdict=verdict, turn=chain.sender(handin, now), now=now)
    steps.finish(run, RunState.DONE, folder=folder, report=report, keeps_number=is_accepted, now=now)
    note(
        subject=handin, receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, run=run.pk,
        rows=good + bad, good=good, bad=bad, accepted=is_accepted,
    )  # fmt: skip
    return handin


@action("catalogue.record-refusal")
def record_refusal(
    run: Run, *, reason: str, verdict: str, report: Mapping[str, Any], by: Actor, now: datetime
) -> HandIn:
    """Record that a file cannot be used at all, with the one sentence that says why."""
    handin = steps.locked_handin(steps.handin_of(run))
    if handin.stage != HandInState.CHECKING:
        raise Conflict(_("This hand-in is already checked."))
    handin.checked_at = now
    steps.move(handin, HandInState.REFUSED, verdict=verdict, turn=chain.sender(handin, now), now=now)
    steps.finish(run, RunState.REFUSED, folder="", report=report, keeps_number=False, now=now)
    note(
        subject=handin, receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, run=run.pk,
        reason=reason,
    )  # fmt: skip
    return handin


# --- deciding ----------------------------------------------------------------------------------------------------


@action("catalogue.confirm", public=True)
def confirm(handin: HandIn, *, by: Actor, now: datetime, remark: str = "") -> HandIn:
    """Say, for the producing agency, that the figures are right."""
    handin = steps.locked_handin(handin)
    steps.expect(handin, HandInState.AWAITING_CONFIRMATION)
    chain.refuse_own(handin, by=by)
    handin.confirmed_at, handin.confirmed_by, handin.confirmed_person = now, by.label, by.person
    steps.move(handin, HandInState.AWAITING_REVIEW, verdict=handin.verdict, turn=chain.reviewer(handin, now), now=now)
    note(
        receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, remark=remark,
        good=handin.rows_good, bad=handin.rows_bad,
    )  # fmt: skip
    return handin


@action("catalogue.return")
def return_handin(handin: HandIn, *, reason: str, by: Actor, now: datetime) -> HandIn:
    """Send a hand-in back to the one who handed it in, and say what to correct."""
    handin = steps.locked_handin(handin)
    if handin.stage not in (HandInState.AWAITING_CONFIRMATION, HandInState.AWAITING_REVIEW):
        raise Conflict
    if not by.may("catalogue.confirm" if steps.is_with_agency(handin) else "catalogue.publish", handin, now):
        raise NotAllowed(_("It is the turn of another position."))
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say what has to be corrected.")})
    handin.confirmed_at, handin.confirmed_by, handin.confirmed_person = None, "", ""
    steps.move(handin, HandInState.RETURNED, verdict=reason, turn=chain.sender(handin, now), now=now)
    note(receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, reason=reason)
    return handin


@action("catalogue.publish", public=True)
def publish(handin: HandIn, *, status: FigureStatus, by: Actor, now: datetime, remark: str = "") -> Version:
    """Publish what a hand-in became: its version is seen by everybody who may see the dataset."""
    handin = steps.locked_handin(handin)
    if by.position == "system":  # the administrator's own command line: nobody's confirmation is awaited
        steps.expect(handin, HandInState.AWAITING_CONFIRMATION, HandInState.AWAITING_REVIEW)
    else:
        steps.expect(handin, HandInState.AWAITING_REVIEW)
        chain.refuse_own(handin, by=by)
    version = handin.version
    if version is None:
        raise Conflict(_("There is no version to publish."))
    version.published_at, version.status = now, status
    version.save(update_fields=["published_at", "status"])
    dataset = steps.locked(handin.dataset)
    if dataset.current is None or dataset.current.number < version.number:
        dataset.current = version
    dataset.changed_at = now
    if dataset.expected_period == handin.period:
        dataset.expected_period, dataset.due_at = "", None
    dataset.save(update_fields=["current", "changed_at", "expected_period", "due_at"])
    steps.move(handin, HandInState.PUBLISHED, verdict=handin.verdict, now=now)
    steps.say(version, PublicationKind.PUBLISHED, remark, by=by, now=now)
    note(
        subject=version, receipt=handin.receipt, dataset=dataset.name, unit=dataset.unit_code, version=version.number,
        version_id=version.pk, period=version.period, rows=version.rows_good, bad=version.rows_bad, status=str(status),
        is_current=dataset.current_id == version.pk, remark=remark,
    )  # fmt: skip
    return version


@action("catalogue.withdraw", public=True)
def withdraw(version: Version, *, reason: str, by: Actor, now: datetime) -> Version:
    """Take a published version out of sight; the newest one before it is current again."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the version is withdrawn.")})
    dataset = steps.locked(version.dataset)
    version = Version.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if not version.is_published:
        raise Conflict(_("This version is not published."))
    version.withdrawn_at, version.withdrawn_reason = now, reason[:400]
    version.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    if dataset.current_id == version.pk:
        dataset.current = dataset.versions.published().order_by("-number").first()
    dataset.changed_at = now
    dataset.save(update_fields=["current", "changed_at"])
    steps.say(version, PublicationKind.WITHDRAWN, reason, by=by, now=now)
    current = dataset.current.number if dataset.current else None
    note(
        dataset=dataset.name, unit=dataset.unit_code, version=version.number, version_id=version.pk, reason=reason,
        current=current,
    )  # fmt: skip
    return version


@action("catalogue.roll-back", public=True)
def roll_back(dataset: Dataset, *, to: Version, reason: str, by: Actor, now: datetime) -> Dataset:
    """Make an earlier published version the current one again; newer ones stay, and can be opened by number."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why an earlier version is current again.")})
    dataset = steps.locked(dataset)
    version = Version.objects.get(pk=to.pk)
    if version.dataset_id != dataset.pk or not version.is_published or dataset.current_id == version.pk:
        raise Conflict(_("This version cannot become the current one."))
    before = dataset.current.number if dataset.current else None
    dataset.current, dataset.changed_at = version, now
    dataset.save(update_fields=["current", "changed_at"])
    steps.say(version, PublicationKind.ROLLED_BACK, reason, by=by, now=now)
    note(
        dataset=dataset.name, unit=dataset.unit_code, version=version.number, version_id=version.pk, before=before,
        reason=reason,
    )  # fmt: skip
    return dataset


@action("catalogue.unmask")
def unmask(handin: HandIn, *, reason: str, by: Actor, now: datetime) -> HandIn:
    """Open the personal values of a hand-in's wrong rows to one position, for one stated reason."""
    if len(reason.strip()) < 10:
        raise Invalid(fields={"reason": _("Say in a few words why you must see them.")})
    note(receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, reason=reason)
    return handin
