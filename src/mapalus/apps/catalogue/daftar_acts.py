"""The acts on the daftar data: the producer proposes, walidata confirms, the coordinator decides for the year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from mapalus.apps.catalogue.daftar import lacking, next_code
from mapalus.apps.catalogue.models import (
    Cadence,
    Classification,
    DataKind,
    DataPlan,
    Dataset,
    EntryState,
    PlanEntry,
)
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.ports import Actor, same_person
from mapalus.engine.text import _, slug

__all__ = [
    "FIELDS",
    "change_entry",
    "confirm_entry",
    "decide_plan",
    "drop_entry",
    "follow_contracts",
    "import_entries",
    "link_entry",
    "open_plan",
    "propose_entry",
    "return_entry",
]

# What a proposal may say; everything else on a line comes from the acts.
FIELDS = (
    "name", "title", "kind", "matter", "legal_basis", "cadence", "schedule", "first_on", "level", "concept",
    "definition", "grouping", "measure", "counted_in", "format", "references", "is_survey", "recommendation",
    "element_code", "classification", "classification_ground", "is_priority", "contact",
)  # fmt: skip
_CHOICES = {"kind": DataKind, "cadence": Cadence, "classification": Classification}


@action("catalogue.open-plan", public=True)
def open_plan(unit: Unit, *, year: int, closes_on: date | None = None, by: Actor, now: datetime) -> DataPlan:
    """Call for proposals to the daftar data of a year; `unit` is that of the walidata."""
    if not 2000 <= year <= 2100:
        raise Invalid(fields={"year": _("Write the year in four digits.")})
    if DataPlan.objects.filter(year=year).exists():
        raise Conflict(_("There is already a daftar data of %(year)s."), advice="", year=year)
    plan = DataPlan.objects.create(year=year, closes_on=closes_on)
    note(subject=plan, unit=unit.code, year=year, closes_on=closes_on)
    return plan


@action("catalogue.propose-entry")
def propose_entry(
    unit: Unit, *, plan: DataPlan, producer: Position, values: Mapping[str, Any], by: Actor, now: datetime
) -> PlanEntry:
    """Propose a dataset for the year's daftar data."""
    made = _made(unit, plan=_locked(plan), producer=producer, values=values, by=by, now=now)
    note(subject=made, code=made.code, name=made.name, unit=unit.code, year=plan.year)
    return made


@action("catalogue.change-entry")
def change_entry(
    entry: PlanEntry, *, producer: Position | None = None, values: Mapping[str, Any], by: Actor, now: datetime
) -> PlanEntry:
    """Correct a proposal that nobody has confirmed yet; a returned one is a proposal again."""
    entry = _locked_entry(entry)
    if not entry.may_be_changed:
        raise Conflict(_("This line is confirmed already."), advice=_("Ask walidata to return it."))
    _fill(entry, _cleaned(values, unit=entry.unit_code, producer=producer or entry.producer))
    entry.producer = producer or entry.producer
    entry.state, entry.reason = EntryState.PROPOSED, ""
    entry.proposed_at, entry.proposed_by, entry.proposed_person = now, by.label, by.person
    entry.save()
    note(code=entry.code, unit=entry.unit_code, changed=sorted(set(values) & set(FIELDS)))
    return entry


@action("catalogue.confirm-entry")
def confirm_entry(entry: PlanEntry, *, is_priority: bool | None = None, by: Actor, now: datetime) -> PlanEntry:
    """Say, as walidata, that a line is complete, doubles nothing and keeps to the standard."""
    entry = _locked_entry(entry)
    if entry.stage != EntryState.PROPOSED:
        raise Conflict
    if same_person(by, entry.proposed_person):
        raise NotAllowed(_("You proposed this line yourself; somebody else must confirm it."))
    if missing := lacking(entry):
        raise Invalid(
            _("The line says too little to be confirmed."),
            fields={name: _("This is not filled in yet.") for name in missing},
        )
    if is_priority is not None:
        entry.is_priority = is_priority
    entry.state, entry.confirmed_at, entry.confirmed_by = EntryState.CONFIRMED, now, by.label
    entry.save()
    note(code=entry.code, unit=entry.unit_code, is_priority=entry.is_priority)
    return entry


@action("catalogue.return-entry")
def return_entry(entry: PlanEntry, *, reason: str, by: Actor, now: datetime) -> PlanEntry:
    """Send a line back to its producer, and say what it lacks."""
    entry = _locked_entry(entry)
    if entry.stage not in (EntryState.PROPOSED, EntryState.CONFIRMED):
        raise Conflict
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say what has to be corrected.")})
    entry.state, entry.reason = EntryState.RETURNED, reason.strip()[:400]
    entry.confirmed_at, entry.confirmed_by = None, ""
    entry.save()
    note(code=entry.code, unit=entry.unit_code, reason=entry.reason)
    return entry


@action("catalogue.drop-entry")
def drop_entry(entry: PlanEntry, *, reason: str, by: Actor, now: datetime) -> PlanEntry:
    """Take a line out of the plan; it stays readable with its reason."""
    entry = _locked_entry(entry)
    if entry.stage in (EntryState.DECIDED, EntryState.DROPPED):
        raise Conflict(_("What is decided is changed by the next decision."), advice="")
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the line is taken out.")})
    entry.state, entry.reason = EntryState.DROPPED, reason.strip()[:400]
    entry.save()
    note(code=entry.code, unit=entry.unit_code, reason=entry.reason)
    return entry


@action("catalogue.decide-plan", public=True)
def decide_plan(plan: DataPlan, *, decree: str, by: Actor, now: datetime) -> DataPlan:
    """Decide the daftar data of a year: every confirmed line; done again, what was confirmed since."""
    plan = _locked(plan)
    if not decree.strip():
        raise Invalid(fields={"decree": _("Write the number of the decision.")})
    confirmed = list(plan.entries.filter(state=EntryState.CONFIRMED))
    if not confirmed:
        raise Conflict(_("No line is confirmed yet, so there is nothing to decide."), advice="")
    number = decree.strip()[:160]
    plan.entries.filter(state=EntryState.CONFIRMED).update(state=EntryState.DECIDED, decided_at=now, decree=number)
    if plan.decided_at is None:
        plan.decided_at, plan.decree, plan.decided_by = now, number, by.label
        plan.save()
    left = plan.entries.filter(state__in=(EntryState.PROPOSED, EntryState.RETURNED)).count()
    note(year=plan.year, decree=number, decided=len(confirmed), left=left)
    return plan


@action("catalogue.import-entries")
def import_entries(
    of: Unit | DataPlan, *, plan: DataPlan, rows: Sequence[Mapping[str, Any]], file: str, by: Actor, now: datetime
) -> int:
    """Take over lines of a spreadsheet as proposals; known names are corrected, what is confirmed stays. How many.

    `of`: the agency whose lines these are; the plan itself for those of several, which only walidata may bring.
    """
    plan, taken, kept = _locked(plan), 0, 0
    seen: set[str] = set()
    known = {entry.name: entry for entry in plan.entries.select_for_update(of=("self",))}
    for row in rows:
        values, own, producer = dict(row["values"]), row["unit"], row["producer"]
        if isinstance(of, Unit) and own.code != of.code:
            raise NotAllowed(_("A line of another agency stands in this file."))
        name = slug(str(values.get("name") or values.get("title") or ""))[:100]
        entry = known.get(name)
        if name in seen:
            kept += 1
            continue
        seen.add(name)
        if entry is None:
            _made(own, plan=plan, producer=producer, values=values, by=by, now=now)
        elif entry.may_be_changed and entry.unit_code == own.code:
            _fill(entry, _cleaned(values, unit=own.code, producer=producer))
            entry.producer, entry.state = producer, EntryState.PROPOSED
            entry.proposed_at, entry.proposed_by, entry.proposed_person = now, by.label, by.person
            entry.save()
        else:
            kept += 1
            continue
        taken += 1
    note(subject=plan, year=plan.year, file=file, taken=taken, kept=kept)
    return taken


@action("catalogue.link-entry")
def link_entry(entry: PlanEntry, *, dataset: Dataset, by: Actor, now: datetime) -> PlanEntry:
    """A planned line has become a dataset: its contract is there."""
    entry = _locked_entry(entry)
    if entry.unit_code != dataset.unit_code:
        raise Conflict(_("This dataset is of another agency."), advice="")
    entry.dataset = dataset
    entry.save(update_fields=["dataset"])
    note(code=entry.code, unit=entry.unit_code, dataset=dataset.name)
    return entry


# --- steps -------------------------------------------------------------------------------------------------------


def _locked(plan: DataPlan) -> DataPlan:
    return DataPlan.objects.select_for_update().get(pk=plan.pk)


def _locked_entry(entry: PlanEntry) -> PlanEntry:
    return PlanEntry.objects.select_for_update(of=("self",)).select_related("plan", "producer").get(pk=entry.pk)


def _made(
    unit: Unit, *, plan: DataPlan, producer: Position, values: Mapping[str, Any], by: Actor, now: datetime
) -> PlanEntry:
    read = _cleaned(values, unit=unit.code, producer=producer)
    if plan.entries.filter(name=read["name"]).exists():
        raise Conflict(_("There is already a line named %(name)s."), advice="", name=read["name"])
    dataset = Dataset.objects.filter(name=read["name"], unit=unit).first()
    return PlanEntry.objects.create(
        **read, plan=plan, code=next_code(plan), unit=unit, producer=producer, dataset=dataset, proposed_at=now,
        proposed_by=by.label, proposed_person=by.person,
    )  # fmt: skip


def _fill(entry: PlanEntry, read: Mapping[str, Any]) -> None:
    for name, value in read.items():
        setattr(entry, name, value)


def _cleaned(values: Mapping[str, Any], *, unit: str, producer: Position) -> dict[str, Any]:
    """Fields of a line. Raises `Invalid` with everything that does not fit."""
    read = {name: values[name] for name in FIELDS if name in values}
    wrong: dict[str, str] = {}
    for name, value in read.items():
        if isinstance(value, str):
            read[name] = value.strip()
            longest = getattr(PlanEntry._meta.get_field(name), "max_length", None)
            if longest and len(read[name]) > longest:
                wrong[name] = _("This is too long.")
    if not read.get("title"):
        wrong["title"] = _("Name the data.")
    read["name"] = slug(str(read.get("name") or read.get("title") or ""))[:100]
    for name, choices in _CHOICES.items():
        if read.get(name) and read[name] not in choices.values:
            wrong[name] = _("Choose one of the list.")
    classification = read.get("classification") or Classification.OPEN
    if classification != Classification.OPEN and not read.get("classification_ground"):
        wrong["classification_ground"] = _("Restricted data need the ground of the restriction.")
    if producer.unit_id != unit:
        wrong["producer"] = _("The producing position is of another agency.")
    if wrong:
        raise Invalid(fields=wrong)
    return {name: value for name, value in read.items() if value is not None or name == "first_on"}


# --- a line becomes a dataset ------------------------------------------------------------------------------------


def _on_declare(entry: Entry) -> None:
    """Whoever entered the dataset: the lines of its name and agency are fulfilled."""
    dataset = Dataset.objects.filter(name=str(entry.data.get("dataset"))).first()
    if dataset is None:
        return
    year = timezone.localtime(entry.at).year
    for line in PlanEntry.objects.filter(name=dataset.name, unit=dataset.unit, dataset=None, plan__year__gte=year - 1):
        link_entry(line, dataset=dataset, by=PLATFORM, now=clock.now())


def follow_contracts() -> None:
    """Declare the reader of the ledger that ties new datasets to their lines."""
    register("daftar", {"catalogue.declare"}, _on_declare)
