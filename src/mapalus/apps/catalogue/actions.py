"""Every change in the catalogue: declaring, handing in, checking; what is decided over a hand-in is in `deciding`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError

import mapalus
from mapalus.apps.catalogue import chain, declared, drifting, marks, owing, packs, steps, ways
from mapalus.apps.catalogue.calling import call, call_off, remind, remind_by_calendar
from mapalus.apps.catalogue.changing import decide_change
from mapalus.apps.catalogue.contracts import Kept
from mapalus.apps.catalogue.deciding import (
    confirm,
    endorse,
    publish,
    return_handin,
    roll_back,
    step,
    take_back,
    tick,
    withdraw,
)
from mapalus.apps.catalogue.jobs import check_handin
from mapalus.apps.catalogue.models import (
    Dataset,
    DatasetState,
    HandIn,
    HandInProcess,
    HandInState,
    Run,
    RunState,
)
from mapalus.apps.catalogue.periods import canonical
from mapalus.apps.catalogue.proposing import (
    add_consumer,
    answer_proposal,
    change_contract,
    decide_proposal,
    end_consumer,
    propose_contract,
)
from mapalus.apps.catalogue.restricting import open_up, restrict, restrict_by
from mapalus.apps.directory.models import Unit
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.ledger.action import action, note, reference
from mapalus.engine.data.drift_finding import Finding
from mapalus.engine.data.snapshot import Snapshot
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.packs.pack import Pack
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "add_consumer",
    "answer_proposal",
    "begin_check",
    "call",
    "call_off",
    "change_contract",
    "confirm",
    "decide_change",
    "decide_proposal",
    "declare_dataset",
    "dispute",
    "end_consumer",
    "endorse",
    "expect",
    "hand_in",
    "load_process",
    "open_up",
    "propose_contract",
    "publish",
    "record_check",
    "record_refusal",
    "remind",
    "remind_by_calendar",
    "restrict",
    "return_handin",
    "roll_back",
    "step",
    "take_back",
    "tick",
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
    restrict_by(dataset, kept.contract, by=by, now=now)
    steps.add_contract(dataset, kept, by=by, reason="", now=now)
    note(subject=dataset, dataset=dataset.name, unit=dataset.unit_code, contract=kept.sha256)
    return dataset


@action("catalogue.load-process", public=True)
def load_process(pack: Pack, *, by: Actor, now: datetime) -> HandInProcess:
    """Make a checked pack the way of the next hand-ins; those under way keep the one they began with."""
    made = packs.keep(pack, now=now)
    note(subject=made, name=pack.name, version=pack.version, digest=pack.digest)
    return made


@action("catalogue.expect")
def expect(dataset: Dataset, *, period: str, due_at: datetime | None, by: Actor, now: datetime) -> Dataset:
    """Say which period is owed next, and until when."""
    dataset = steps.locked(dataset)
    period = canonical(period)
    dataset.expected_period, dataset.due_at = period, due_at
    dataset.save(update_fields=["expected_period", "due_at"])
    if due_at is None:
        owing.drop(dataset, period, now=now)
    else:
        owing.ask(dataset, period=period, due_at=due_at, now=now)
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
    made = HandIn(
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
    ways.start(made, by=by, now=now)
    steps.replace_earlier(made, now=now)
    if is_queued:
        enqueue(check_handin, made.pk, key=f"check:{made.pk}", subject=reference(made), requested_by=by.position)
    note(
        subject=made, receipt=made.receipt, dataset=dataset.name, unit=dataset.unit_code, period=made.period,
        snapshot=snapshot.sha256, size=snapshot.size, on_behalf_of=behalf,
    )  # fmt: skip
    return made


# --- checking ----------------------------------------------------------------------------------------------------


@action("catalogue.begin-check")
def begin_check(handin: HandIn, *, by: Actor, now: datetime) -> Run:
    """Begin to check a hand-in, or take up the run a dead worker left; its version number stays the same."""
    steps.locked(handin.dataset)
    way = ways.hold(handin, now=now)
    handin = way.handin
    if handin.stage not in (HandInState.RECEIVED, HandInState.CHECKING):
        raise Conflict(_("This hand-in is already checked."))
    run = handin.runs.filter(state=RunState.RUNNING).first()
    if run is None:
        run = Run(
            handin=handin,
            dataset=handin.dataset,
            contract=handin.contract,
            snapshot=handin.snapshot,
            number=steps.next_number(handin.dataset),
            release=mapalus.__version__,
            started_at=now,
        )
    run = steps.begun(run)
    if handin.stage is HandInState.RECEIVED:
        way.take(way.act_to(HandInState.CHECKING), by=by, now=now)
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
    rows: int | None = None,
    by: Actor,
    now: datetime,
    findings: Sequence[Finding] = (),
) -> HandIn:
    """Record what a check found: a version nobody sees yet, or a hand-in that needs correction."""
    way = steps.checking(run, now=now)
    handin = way.handin
    good, bad = int(report["good_rows"]), int(report["bad_rows"])
    handin.rows, handin.rows_good, handin.rows_bad = good + bad, good, bad
    handin.checked_at = now
    if is_accepted:
        standing = good if rows is None else rows  # changes are laid upon the version before: it has more rows
        steps.add_version(run, handin, folder=folder, good=standing, bad=bad, quality=quality, now=now)
    act = way.act_to(*(state for state in HandInState if state.awaits_decision)) if is_accepted else ""
    way.take(act or way.act_to(HandInState.NEEDS_CORRECTION), verdict=verdict, by=by, now=now)
    steps.finish(run, RunState.DONE, folder=folder, report=report, keeps_number=is_accepted, now=now)
    changes = drifting.keep(handin, findings, now=now)
    if is_accepted:
        marks.checked(handin)
    note(
        subject=handin, receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, run=run.pk,
        rows=good + bad, good=good, bad=bad, accepted=is_accepted, changes=len(changes),
    )  # fmt: skip
    return handin


@action("catalogue.record-refusal")
def record_refusal(
    run: Run, *, reason: str, verdict: str, report: Mapping[str, Any], by: Actor, now: datetime,
    findings: Sequence[Finding] = (),
) -> HandIn:  # fmt: skip
    """Record that a file cannot be used at all, with the one sentence that says why."""
    way = steps.checking(run, now=now)
    handin = way.handin
    handin.checked_at = now
    way.take(way.act_to(HandInState.REFUSED), verdict=verdict, by=by, now=now)
    steps.finish(run, RunState.REFUSED, folder="", report=report, keeps_number=False, now=now)
    drifting.keep(handin, findings, now=now)
    note(
        subject=handin, receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, run=run.pk,
        reason=reason,
    )  # fmt: skip
    return handin


# --- looking -----------------------------------------------------------------------------------------------------


@action("catalogue.unmask")
def unmask(handin: HandIn, *, reason: str, by: Actor, now: datetime) -> HandIn:
    """Open the personal values of a hand-in's wrong rows to one position, for one stated reason."""
    if len(reason.strip()) < 10:
        raise Invalid(fields={"reason": _("Say in a few words why you must see them.")})
    note(receipt=handin.receipt, dataset=handin.dataset.name, unit=handin.unit_code, reason=reason)
    return handin
