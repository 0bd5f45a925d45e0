"""What is decided over a hand-in, and over what it became. Who may when, its process says (`ways`).

`act` names the transition where a process has several that mean the same; empty, the first that leads there is taken.
"""

from __future__ import annotations

from datetime import datetime

from mapalus.apps.catalogue import drifting, owing, steps, ways
from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandIn, PublicationKind, Version
from mapalus.apps.catalogue.ways import Meaning, Way
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["confirm", "endorse", "publish", "return_handin", "roll_back", "step", "take_back", "tick", "withdraw"]


def _note_step(way: Way, act: str, reason: str = "") -> None:
    row = way.handin
    said = {"reason": reason} if reason else {}
    note(receipt=row.receipt, dataset=row.dataset.name, unit=row.unit_code, step=act, **said)


@action("catalogue.take-back")
def take_back(handin: HandIn, *, reason: str, by: Actor, now: datetime, act: str = "") -> HandIn:
    """Take one's own hand-in back before anybody confirmed it."""
    way = ways.hold(handin, now=now)
    act = act or way.act_for(Meaning.TAKE_BACK, by=by)
    way.take(act, reason=reason, verdict=reason, by=by, now=now)
    _note_step(way, act, reason)
    return way.handin


@action("catalogue.confirm", public=True)
def confirm(handin: HandIn, *, by: Actor, now: datetime, remark: str = "", act: str = "") -> HandIn:
    """Say, for the producing agency, that the figures are right."""
    way = ways.hold(handin, now=now)
    row, act = way.handin, act or way.act_for(Meaning.CONFIRM, by=by)
    row.confirmed_at, row.confirmed_by, row.confirmed_person = now, by.label, by.person
    way.take(act, reason=remark, by=by, now=now)
    _note_step(way, act)
    note(remark=remark, good=row.rows_good, bad=row.rows_bad)
    return row


@action("catalogue.endorse", public=True)
def endorse(handin: HandIn, *, by: Actor, now: datetime, remark: str = "", act: str = "") -> HandIn:
    """Say, as pembina data, that nothing stands against publishing these priority data."""
    way = ways.hold(handin, now=now)
    act = act or way.act_for(Meaning.ENDORSE, by=by)
    way.take(act, reason=remark, by=by, now=now)
    _note_step(way, act, remark)
    return way.handin


@action("catalogue.step")
def step(handin: HandIn, *, act: str, by: Actor, now: datetime, reason: str = "") -> HandIn:
    """Take a step of the process that is neither of the named acts, such as passing it on to the pembina data."""
    way = ways.hold(handin, now=now)
    transition = way.process.transitions.get(act)
    if transition is None or way.situation.state not in transition.origins:
        raise way.overtaken()
    if ways.meaning_of(way.process, transition, way.situation.state) is not Meaning.STEP:
        raise Conflict(_("This step has an act of its own."), advice="")
    way.take(act, reason=reason, by=by, now=now)
    _note_step(way, act, reason)
    return way.handin


@action("catalogue.return")
def return_handin(handin: HandIn, *, reason: str, by: Actor, now: datetime, act: str = "") -> HandIn:
    """Send a hand-in back to the one who handed it in, and say what to correct."""
    way = ways.hold(handin, now=now)
    row, act = way.handin, act or way.act_for(Meaning.RETURN, by=by)
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say what has to be corrected.")})
    row.confirmed_at, row.confirmed_by, row.confirmed_person = None, "", ""
    way.take(act, reason=reason, verdict=reason, by=by, now=now)
    _note_step(way, act, reason)
    return row


@action("catalogue.publish", public=True)
def publish(
    handin: HandIn, *, status: FigureStatus, by: Actor, now: datetime, remark: str = "", act: str = ""
) -> Version:
    """Publish what a hand-in became: its version is seen by everybody who may see the dataset."""
    dataset = steps.locked(handin.dataset)
    way = ways.hold(handin, now=now)
    row, version = way.handin, way.handin.version
    act = act or way.act_for(Meaning.PUBLISH, by=by)
    drifting.refuse(row)
    if version is None:
        raise Conflict(_("There is no version to publish."))
    way.take(act, reason=remark, by=by, now=now)
    version.published_at, version.status = now, status
    version.save(update_fields=["published_at", "status"])
    if dataset.current is None or dataset.current.number < version.number:
        _count(dataset.current, False, now=now)
        dataset.current = version
    else:
        _count(version, False, now=now)
    dataset.changed_at = now
    dataset.save(update_fields=["current", "changed_at"])
    owing.fulfil(dataset, row.period, now=now)
    steps.say(version, PublicationKind.PUBLISHED, remark, by=by, now=now)
    note(
        subject=version, receipt=row.receipt, dataset=dataset.name, unit=dataset.unit_code, version=version.number,
        version_id=version.pk, period=version.period, rows=version.rows_good, bad=version.rows_bad, status=str(status),
        is_current=dataset.current_id == version.pk, remark=remark, step=act,
    )  # fmt: skip
    return version


@action("catalogue.withdraw", public=True)
def withdraw(version: Version, *, reason: str, by: Actor, now: datetime, act: str = "") -> Version:
    """Take a published version out of sight; the newest one before it is current again. The reason stays public."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the version is withdrawn.")})
    dataset = steps.locked(version.dataset)
    version = Version.objects.select_for_update(of=("self",)).select_related("handin").get(pk=version.pk)
    if not version.is_published:
        raise Conflict(_("This version is not published."))
    if version.handin is not None:
        way = ways.hold(version.handin, now=now)
        act = act or way.act_for(Meaning.WITHDRAW, by=by)
        way.take(act, reason=reason, by=by, now=now)
    version.withdrawn_at, version.withdrawn_reason = now, reason[:400]
    version.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    if dataset.current_id == version.pk:
        dataset.current = dataset.versions.published().order_by("-number").first()
        _count(dataset.current, True, now=now)
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
    _count(dataset.current, False, now=now)
    _count(version, True, now=now)
    dataset.current, dataset.changed_at = version, now
    dataset.save(update_fields=["current", "changed_at"])
    steps.say(version, PublicationKind.ROLLED_BACK, reason, by=by, now=now)
    note(
        dataset=dataset.name, unit=dataset.unit_code, version=version.number, version_id=version.pk, before=before,
        reason=reason,
    )  # fmt: skip
    return dataset


def _count(version: Version | None, is_current: bool, *, now: datetime) -> None:
    """Its hand-in learns that it counts, or that a newer version does."""
    if version is None or version.handin is None:
        return
    way = ways.hold(version.handin, now=now)
    act = way.act_to(way.handin.stage) if way.counts is not is_current else ""
    if act:
        way.take(act, by=PLATFORM, now=now)


@action("catalogue.tick")
def tick(handin: HandIn, *, by: Actor, now: datetime) -> HandIn:
    """Let time pass for a hand-in: reminders, escalation, what the platform does at a deadline. Each is said once."""
    way = ways.hold(handin, now=now)
    before = way.situation.state
    outcome = way.pass_time(now)
    note(
        receipt=way.handin.receipt, dataset=way.handin.dataset.name, unit=way.handin.unit_code, origin=before,
        to=way.situation.state, said=[effect.name for effect in outcome.effects],
    )  # fmt: skip
    return way.handin
