"""Every change that a position makes to a source: adding, changing, pausing, asking now, trusting, taking away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mapalus.apps.catalogue import connecting, setting_off, timetable
from mapalus.apps.catalogue.models import (
    Dataset,
    DatasetState,
    HarvestRun,
    Source,
    SourceKind,
    SourceState,
    SourceWay,
)
from mapalus.apps.directory.models import Position
from mapalus.apps.ledger.action import action, note
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.ports import Actor
from mapalus.engine.text import _, slug

__all__ = [
    "ACTS", "add_source", "change_source", "forget_source", "free_name", "harvest_now", "locked", "pause_source",
    "resume_source", "start_over", "trust_source", "try_source",
]  # fmt: skip

ACTS = (
    "catalogue.add-source", "catalogue.change-source", "catalogue.pause-source", "catalogue.resume-source",
    "catalogue.harvest-now", "catalogue.try-source", "catalogue.trust-source", "catalogue.start-source-over",
    "catalogue.forget-source",
)  # fmt: skip


NAME_SECRET = "catalogue.name-secret"  # noqa: S105 - the name of a right
RESERVED = ("baru",)  # a page of the desk lies there


def locked(source: Source) -> Source:
    found = Source.objects.select_for_update(of=("self",)).select_related("dataset", "keeper").get(pk=source.pk)
    if found.state == SourceState.FORGOTTEN:
        raise Conflict(_("This source was taken away."), advice="")
    return found


def free_name(wish: str) -> str:
    """A name for a source that no other has."""
    base = slug(wish)[:100] or "sumber"
    taken = {*Source.objects.filter(name__startswith=base).values_list("name", flat=True), *RESERVED}
    return next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}-{n}") not in taken)


@action("catalogue.add-source")
def add_source(
    dataset: Dataset,
    *,
    kind: SourceKind = SourceKind.CONNECTOR,
    connector: str = "",
    options: Mapping[str, object] | None = None,
    schedule: str = "",
    keeper: Position,
    title: str = "",
    name: str = "",
    declared_in: str = "",
    by: Actor,
    now: datetime,
) -> Source:
    """Say where data come from: a connector with its settings, or a system whose files are handed in."""
    if dataset.state == DatasetState.WITHDRAWN:
        raise Conflict(_("This dataset was withdrawn."), advice="")
    taken_up = _settings(dataset, kind, connector, options or {}, by=by, now=now)
    times = timetable.read(schedule if kind == SourceKind.CONNECTOR else "")
    if name and Source.objects.filter(name=slug(name)).exists():
        raise Invalid(fields={"name": _("There is already a source of this name.")})
    made = Source.objects.create(
        name=slug(name)[:120] or free_name(dataset.name),
        title=title.strip()[:240],
        dataset=dataset,
        kind=kind,
        connector=connector if kind == SourceKind.CONNECTOR else "",
        options=taken_up,
        schedule=str(times),
        keeper=keeper,
        declared_in=declared_in,
        next_at=None,
        added_at=now,
        changed_at=now,
    )
    made.next_at = setting_off.regular(made, now=now)  # there is time to try it out before
    made.save(update_fields=["next_at"])
    _say(made, kind=str(kind), connector=made.connector, options=taken_up, schedule=made.schedule)
    return made


@action("catalogue.change-source")
def change_source(
    source: Source,
    *,
    options: Mapping[str, object] | None = None,
    schedule: str | None = None,
    keeper: Position | None = None,
    title: str | None = None,
    connector: str | None = None,
    declared_in: str | None = None,
    by: Actor,
    now: datetime,
) -> Source:
    """Change what is given. Other settings may hold other rows, so the next time everything is fetched anew."""
    source = locked(source)
    changed: dict[str, Any] = {}
    if connector is not None and connector != source.connector:
        changed["connector"] = source.connector = connector
    if options is not None or "connector" in changed:
        taken_up = _settings(
            source.dataset,
            SourceKind(source.kind),
            source.connector,
            options or {},
            by=by,
            now=now,
            known=source.options,
        )
        if taken_up != source.options or "connector" in changed:
            changed["options"] = source.options = taken_up
            source.mark, source.state = "", SourceState.ACTIVE if source.state == "vanished" else source.state
            _forgive(source)
    if schedule is not None and str(times := timetable.read(schedule)) != source.schedule:
        changed["schedule"] = source.schedule = str(times)
        source.next_at = setting_off.regular(source, now=now)
    if keeper is not None and keeper.pk != source.keeper_code:
        source.keeper = keeper
        changed["keeper"] = keeper.pk
    if title is not None and title.strip() != source.title:
        changed["title"] = source.title = title.strip()[:240]
    if declared_in is not None:
        source.declared_in = declared_in
    source.changed_at = now
    if {"options", "connector"} & changed.keys() and setting_off.regular(source, now=now) is not None:
        source.next_at = now
    source.save()
    _say(source, changed=changed)
    return source


@action("catalogue.pause-source")
def pause_source(source: Source, *, reason: str, by: Actor, now: datetime) -> Source:
    """Ask it no more for the time being."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why it rests.")})
    source = locked(source)
    if source.state == SourceState.PAUSED:
        raise Conflict(_("This source rests already."), advice="")
    source.state, source.paused_reason, source.next_at = SourceState.PAUSED, reason.strip()[:400], None
    source.save(update_fields=["state", "paused_reason", "next_at"])
    _say(source, reason=source.paused_reason)
    return source


@action("catalogue.resume-source")
def resume_source(source: Source, *, by: Actor, now: datetime) -> Source:
    """Ask it again, at once where it has a schedule."""
    source = locked(source)
    if source.state == SourceState.ACTIVE:
        raise Conflict(_("This source is not resting."), advice="")
    source.state, source.paused_reason = SourceState.ACTIVE, ""
    _forgive(source)
    has_time = source.schedule and source.kind == SourceKind.CONNECTOR and source.dataset.contract_id
    source.next_at = now if has_time else None
    source.save()
    _say(source)
    return source


@action("catalogue.harvest-now")
def harvest_now(source: Source, *, by: Actor, now: datetime) -> Source:
    """Fetch it now, whatever its schedule says."""
    source = _fetchable(locked(source))
    setting_off.enqueue_harvest(source, key=f"harvest:{source.pk}!{now.isoformat()}", by=by)
    _say(source)
    return source


@action("catalogue.try-source")
def try_source(source: Source, *, by: Actor, now: datetime) -> HarvestRun:
    """Fetch it once, look at the first rows and at what a check would say, and keep nothing."""
    source = _fetchable(locked(source))
    made = HarvestRun.objects.create(source=source, is_trial=True, begun_at=now, position=by.position, label=by.label)
    setting_off.enqueue_trial(made, by=by)
    _say(source, trial=made.pk)
    return made


@action("catalogue.trust-source")
def trust_source(source: Source, *, way: SourceWay, reason: str, by: Actor, now: datetime) -> Source:
    """Let the platform publish what comes where nothing is wrong with it, or bring it back to the way of a hand-in."""
    source = locked(source)
    if source.way == way:
        raise Conflict(_("It goes that way already."), advice="")
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say what this rests on: who agreed, and when.")})
    source.way = way
    source.save(update_fields=["way"])
    _say(source, way=str(way), reason=reason.strip()[:400])
    return source


@action("catalogue.start-source-over")
def start_over(source: Source, *, reason: str, by: Actor, now: datetime) -> Source:
    """Forget how far it was read: the next time everything comes anew. Versions stay."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why everything is fetched anew.")})
    source = _fetchable(locked(source))
    source.mark = ""
    source.save(update_fields=["mark"])
    _say(source, reason=reason.strip()[:400])
    return source


@action("catalogue.forget-source")
def forget_source(source: Source, *, reason: str, by: Actor, now: datetime) -> Source:
    """Take it away. What came of it stays, with where it came from; its name is free again."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why it is taken away.")})
    source = locked(source)
    _say(source, reason=reason.strip()[:400], connector=source.connector, options=source.options)
    source.state, source.next_at, source.declared_in = SourceState.FORGOTTEN, None, ""
    source.name = f"{source.name[:100]}-{source.pk}"
    source.changed_at = now
    source.save()
    source.offerings.update(source=None)
    return source


def _settings(
    dataset: Dataset,
    kind: SourceKind,
    connector: str,
    options: Mapping[str, object],
    *,
    by: Actor,
    now: datetime,
    known: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The settings that fit. With a secret, only who is trusted with secrets says where it is sent."""
    if kind != SourceKind.CONNECTOR:
        return {}
    if not connector:
        raise Invalid(fields={"connector": _("Choose how it is fetched.")})
    found = connecting.connector_named(connector)
    taken_up = connecting.cleaned(found, options)
    if connecting.secrets_of(connector, taken_up) and taken_up != known and not by.may(NAME_SECRET, dataset, now):
        raise NotAllowed(
            _("Settings with a secret are entered by walidata, so that no secret is sent where it does not belong."),
            act=NAME_SECRET,
        )
    found.open(dict(taken_up), connecting.surroundings(unit=dataset.unit_code))
    return taken_up


def _fetchable(source: Source) -> Source:
    if source.kind != SourceKind.CONNECTOR:
        raise Conflict(_("What comes as a file is handed in, not fetched."), advice="")
    return source


def _forgive(source: Source) -> None:
    """What was wrong is thought to be mended: it counts from the beginning."""
    source.failures, source.failing_since, source.needs_person, source.problem = 0, None, False, {}


def _say(source: Source, **facts: object) -> None:
    note(
        subject=source, source=source.name, dataset=source.dataset.name, unit=source.unit_code,
        keeper=source.keeper_code, **facts,
    )  # fmt: skip
