"""Every change to a shelf and to what it offers. Nothing is taken over, renamed or deleted without a word or a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mapalus.apps.catalogue import connecting, setting_off, source_acts, source_telling, timetable
from mapalus.apps.catalogue.harvest_acts import parts
from mapalus.apps.catalogue.models import Dataset, DatasetState, Offering, Shelf, Source, SourceState
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.ledger.action import action, note, reference
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict, Invalid, Problem, Unavailable
from mapalus.engine.harvest.connector import Offering as Offered
from mapalus.engine.ports import Actor
from mapalus.engine.text import _, slug

__all__ = [
    "add_shelf", "adopt_offering", "change_shelf", "end_look", "forget_shelf", "look_through_now", "record_failure",
    "take_change",
]  # fmt: skip

PROPOSED = ("title", "license")  # what is proposed, never overwritten, where it changed at the source


@action("catalogue.add-shelf")
def add_shelf(
    unit: Unit,
    *,
    title: str,
    connector: str,
    options: Mapping[str, object],
    keeper: Position,
    schedule: str = "",
    rules: Mapping[str, str] | None = None,
    adopts: bool = False,
    name: str = "",
    by: Actor,
    now: datetime,
) -> Shelf:
    """Name a portal, a database or a folder that holds many tables; it is looked through at once."""
    found = connecting.connector_named(connector)
    taken_up = connecting.cleaned(found, options)
    connecting.open_shelf(connector, taken_up, unit=unit.pk)  # says at once what does not fit
    if not title.strip():
        raise Invalid(fields={"title": _("Give it a name that people know.")})
    made = Shelf.objects.create(
        name=_free(name or title), title=title.strip()[:240], connector=connector, options=taken_up, unit=unit,
        keeper=keeper, schedule=str(timetable.read(schedule)), rules=_rules(rules or {}), adopts=adopts, next_at=now,
        added_at=now,
    )  # fmt: skip
    note(subject=made, shelf=made.name, unit=unit.pk, connector=connector, options=taken_up, rules=made.rules)
    return made


@action("catalogue.change-shelf")
def change_shelf(
    shelf: Shelf,
    *,
    rules: Mapping[str, str] | None = None,
    adopts: bool | None = None,
    schedule: str | None = None,
    state: SourceState | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Shelf:
    """Change its rules (publisher there, unit here), its schedule, whether it rests (with a reason)."""
    if state == SourceState.PAUSED and not reason.strip():
        raise Invalid(fields={"reason": _("Say why it rests.")})
    shelf = Shelf.objects.select_for_update(of=("self",)).get(pk=shelf.pk)
    if rules is not None:
        shelf.rules = _rules(rules)
    if adopts is not None:
        shelf.adopts = adopts
    if schedule is not None:
        shelf.schedule = str(timetable.read(schedule))
        shelf.next_at = setting_off.shelf_regular(shelf, now=now) if shelf.state != SourceState.PAUSED else None
    if state is not None:
        if shelf.state == state:
            raise Conflict(_("It stands that way already."), advice="")
        shelf.state = state
        shelf.next_at = None if state == SourceState.PAUSED else now
    shelf.save()
    note(shelf=shelf.name, unit=shelf.unit_code, rules=shelf.rules, adopts=shelf.adopts, schedule=shelf.schedule,
         state=shelf.state, reason=reason.strip()[:400])  # fmt: skip
    return shelf


@action("catalogue.look-through-shelf")
def look_through_now(shelf: Shelf, *, by: Actor, now: datetime) -> Shelf:
    """Look through it now, whatever its schedule says."""
    enqueue(
        setting_off.look_through, shelf.pk, key=f"shelf:{shelf.pk}!{now.isoformat()}", subject=reference(shelf),
        requested_by=by.position, priority=5,
    )  # fmt: skip
    note(shelf=shelf.name, unit=shelf.unit_code)
    return shelf


@action("catalogue.adopt-offering")
def adopt_offering(
    offering: Offering, *, unit: Unit, producer: Position, schedule: str = "daily 02:00", by: Actor, now: datetime
) -> Dataset:
    """Make it a planned dataset with its source. Until it has a contract, nothing of it is published."""
    offering = _locked(offering)
    if offering.dataset is not None:
        raise Conflict(_("It was taken over already, as %(name)s."), advice="", name=offering.dataset.name)
    if offering.gone_at is not None:
        raise Conflict(_("It is no longer there."), advice="")
    made = Dataset.objects.create(
        name=_free_dataset(offering.title or offering.key), title=offering.title[:240],
        description=offering.description, unit=unit, producer=producer, state=DatasetState.PLANNED,
        license=offering.license[:80], themes=[str(word) for word in offering.keywords][:10], declared_at=now,
        changed_at=now,
    )  # fmt: skip
    source = source_acts.add_source(
        made, connector=offering.connector, options=offering.options, schedule="", keeper=offering.shelf.keeper,
        title=offering.shelf.title, by=PLATFORM, now=now,
    )  # fmt: skip
    source.schedule = str(timetable.read(schedule))  # it is asked by itself once it has a contract
    source.save(update_fields=["schedule"])
    offering.dataset, offering.source = made, source
    offering.save(update_fields=["dataset", "source"])
    note(subject=made, dataset=made.name, unit=unit.pk, shelf=offering.shelf.name, offering=offering.key)
    return made


@action("catalogue.take-change")
def take_change(offering: Offering, *, takes: bool, by: Actor, now: datetime) -> Offering:
    """Take over what changed at the source (title, licence), or leave it as it is here."""
    offering = _locked(offering)
    proposed = dict(offering.proposed)
    if not proposed:
        raise Conflict(_("Nothing waits for a word here."), advice="")
    if takes and offering.dataset is not None:
        dataset = Dataset.objects.select_for_update(of=("self",)).get(pk=offering.dataset.pk)
        for field in PROPOSED:
            if field in proposed:
                setattr(dataset, field, str(proposed[field])[: 240 if field == "title" else 80])
        dataset.changed_at = now
        dataset.save()
    offering.proposed = {}
    offering.save(update_fields=["proposed"])
    note(shelf=offering.shelf.name, unit=offering.unit_code, offering=offering.key, proposed=proposed, takes=takes)
    return offering


@action("catalogue.forget-shelf")
def forget_shelf(shelf: Shelf, *, reason: str, by: Actor, now: datetime) -> Shelf:
    """Take it away. Datasets and sources that came of it stay."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why it is taken away.")})
    note(shelf=shelf.name, unit=shelf.unit_code, reason=reason.strip()[:400], connector=shelf.connector)
    Shelf.objects.filter(pk=shelf.pk).delete()
    return shelf


# --- what the platform writes down ----------------------------------------------------------------------------------


@action("catalogue.end-look")
def end_look(shelf: Shelf, *, offered: Sequence[Offered], by: Actor, now: datetime) -> Shelf:
    """Write down the whole list: what is new, what is gone, what changed its name or licence."""
    shelf = Shelf.objects.select_for_update(of=("self",)).get(pk=shelf.pk)
    known = {one.key: one for one in shelf.offerings.select_related("dataset", "source")}
    came = {one.key[:400]: one for one in offered}
    new = [_made(shelf, one, now=now) for key, one in came.items() if key not in known]
    Offering.objects.bulk_create(new)
    changed = sum(_seen(known[key], one, now=now) for key, one in came.items() if key in known)
    gone = [one for key, one in known.items() if key not in came and one.gone_at is None]
    for one in gone:
        _gone(one, now=now)
    shelf.looked_at, shelf.problem, shelf.failures = now, {}, 0
    shelf.next_at = setting_off.shelf_regular(shelf, now=now)
    shelf.save()
    note(shelf=shelf.name, unit=shelf.unit_code, offered=len(came), new=len(new), changed=changed, gone=len(gone))
    return shelf


def record_failure(shelf: Shelf, problem: Problem, *, now: datetime) -> Shelf:
    """Its list could not be read: what was known stays as it was. Changes nothing in the world, so no ledger row."""
    shelf.refresh_from_db()
    shelf.problem, shelf.failures = parts(problem), shelf.failures + 1
    planned = setting_off.shelf_regular(shelf, now=now)
    again = now + setting_off.backoff(shelf.failures, name=shelf.name)
    waits = isinstance(problem, Unavailable)
    shelf.next_at = planned if planned is None or not waits else min(planned, again)
    shelf.save(update_fields=["problem", "failures", "next_at"])
    if not waits or shelf.failures == 5:
        source_telling.tell_shelf(shelf, problem, now=now)
    return shelf


def _made(shelf: Shelf, one: Offered, *, now: datetime) -> Offering:
    return Offering(shelf=shelf, key=one.key[:400], first_seen_at=now, seen_at=now, **_as_said(shelf, one))


def _as_said(shelf: Shelf, one: Offered) -> dict[str, Any]:
    return {
        "title": one.title[:400] or one.key[:400],
        "description": one.description[:20_000],
        "publisher": one.publisher[:240],
        "license": one.license[:160],
        "format": one.format[:40],
        "keywords": [str(word)[:80] for word in one.keywords][:40],
        "page": one.page[:1000] if one.page.startswith(("https://", "http://")) else "",
        "connector": one.connector or shelf.connector,
        "options": dict(one.options),
        "metadata": dict(one.metadata),
        "offered_at": one.changed_at,
    }


def _seen(row: Offering, one: Offered, *, now: datetime) -> bool:
    """What the list says now; what differs in a dataset that came of it is proposed. Whether it changed."""
    said = _as_said(row.shelf, one)
    proposed = {name: said[name] for name in PROPOSED if row.dataset is not None and said[name] != getattr(row, name)}
    is_back = row.gone_at is not None
    differs = is_back or any(getattr(row, name) != value for name, value in said.items())
    if differs:
        for name, value in said.items():
            setattr(row, name, value)
        row.proposed = {**row.proposed, **proposed}
    row.seen_at, row.gone_at = now, None
    row.save()
    if is_back and row.source is not None and row.source.state == SourceState.VANISHED:
        Source.objects.filter(pk=row.source.pk).update(state=SourceState.ACTIVE, next_at=now)
    return differs


def _gone(row: Offering, *, now: datetime) -> None:
    row.gone_at = now
    row.save(update_fields=["gone_at"])
    source = row.source
    if source is not None and source.state == SourceState.ACTIVE:
        source.state, source.needs_person = SourceState.VANISHED, True
        source.save(update_fields=["state", "needs_person"])
        source_telling.tell_gone(source, now=now)


def _locked(offering: Offering) -> Offering:
    found = Offering.objects.select_for_update(of=("self",)).select_related("shelf", "shelf__keeper", "dataset")
    return found.get(pk=offering.pk)


def _rules(rules: Mapping[str, str]) -> dict[str, str]:
    """Publisher -> unit; raises `Invalid` for a unit that is not there."""
    wanted = {str(publisher).strip(): str(unit).strip() for publisher, unit in rules.items() if str(publisher).strip()}
    known = set(Unit.objects.filter(pk__in=set(wanted.values())).values_list("pk", flat=True))
    wrong = sorted(set(wanted.values()) - known)
    if wrong:
        raise Invalid(_("There is no unit %(units)s."), fields={"rules": _("There is no such unit.")},
                      units=", ".join(wrong))  # fmt: skip
    return wanted


def _free(wish: str) -> str:
    base = slug(wish)[:100] or "rak"
    taken = set(Shelf.objects.filter(name__startswith=base).values_list("name", flat=True))
    return next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}-{n}") not in taken)


def _free_dataset(wish: str) -> str:
    base = slug(wish)[:90] or "data"
    taken = set(Dataset.objects.filter(name__startswith=base).values_list("name", flat=True))
    return next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}-{n}") not in taken)
