"""A promise of data becomes a line of the daftar data of its year: the hook `rencanakan-data` of a pack.

The producer promised it, so he proposes it: walidata confirms, the forum decides, as with any line. Where the plan of
that year is not open yet, the promise waits for it: `plan_promises` looks again every day.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from mapalus.apps.cases import outbox
from mapalus.apps.cases.models import Case, CaseEffect
from mapalus.apps.cases.wanted import KEPT, PROMISED, REQUEST
from mapalus.apps.catalogue import daftar_acts
from mapalus.apps.catalogue.models import DataPlan, Dataset, PlanEntry
from mapalus.apps.directory.models import Position
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Problem
from mapalus.engine.text import slug

__all__ = ["HOOK", "declare", "entry_of", "plan_promises"]

HOOK = "hook:rencanakan-data"
_TITLE, _DAY = "nama_data", "tanggal_janji"  # what an act of the pack asks for


def declare() -> None:
    outbox.register(HOOK, _plan)


def plan_promises(*, now: datetime) -> int:
    """Promises whose year has an open plan by now and that stand in none. How many were proposed."""
    promised = Case.objects.filter(pack_name=REQUEST, state=PROMISED).filter(Q(values__nama_data__isnull=False))
    found = 0
    for case in promised.only("number", "unit", "turn", "values", "state", "pack_name"):
        if entry_of(case) is None:
            found += _proposed(case, now=now) is not None
    return found


def entry_of(case: Case) -> PlanEntry | None:
    """The line of the daftar data that came of a promise."""
    on = _day(case)
    return PlanEntry.objects.filter(plan__year=on.year, name=_name(case)).first() if on is not None else None


def _plan(effect: CaseEffect, now: datetime) -> None:
    """Once or more for the same promise: later it moves the day of the line that nobody has confirmed yet, and a kept
    one names the dataset it became.
    """
    case, on = effect.case, _day(effect.case)
    entry = entry_of(case)
    if case.state == KEPT:
        _linked(entry, case, now=now)
    elif entry is None:
        _proposed(case, now=now)
    elif entry.may_be_changed and entry.first_on != on:
        said = {"name": entry.name, "title": entry.title, "first_on": on}
        daftar_acts.change_entry(entry, values=said, by=PLATFORM, now=now)


def _proposed(case: Case, *, now: datetime) -> PlanEntry | None:
    """Propose the line; None without a plan of that year, or where the line does not fit it."""
    on = _day(case)
    plan = DataPlan.objects.filter(year=on.year).first() if on is not None else None
    producer = Position.objects.select_related("unit").filter(code=case.turn, unit=case.unit).first()
    if plan is None or producer is None:
        return None
    values = {
        "title": str(case.values.get(_TITLE) or ""),
        "name": _name(case),
        "first_on": on,
        "schedule": case.number,
        "definition": str(case.values.get("jawaban") or "")[:2000],
    }
    try:
        return daftar_acts.propose_entry(
            producer.unit, plan=plan, producer=producer, values=values, by=PLATFORM, now=now
        )
    except Problem:
        return None  # a line of that name is there already: the promise is planned


def _linked(entry: PlanEntry | None, case: Case, *, now: datetime) -> None:
    name = str(case.values.get("data_jawaban") or "")
    dataset = Dataset.objects.filter(name=name).first() if name else None
    if entry is not None and dataset is not None and entry.dataset_id is None and entry.unit_id == dataset.unit_id:
        daftar_acts.link_entry(entry, dataset=dataset, by=PLATFORM, now=now)


def _name(case: Case) -> str:
    return slug(str(case.values.get(_TITLE) or ""))[:100]


def _day(case: Case) -> date | None:
    try:
        return date.fromisoformat(str(case.values.get(_DAY) or "")[:10])
    except ValueError:
        return None
