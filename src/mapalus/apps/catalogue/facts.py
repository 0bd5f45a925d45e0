"""What the process of a hand-in may ask about: facts of the data list and the directory of that day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mapalus.apps.catalogue import packs
from mapalus.apps.catalogue.models import DataKind, Dataset, HandIn, PlanEntry
from mapalus.apps.directory.roster import Roster, roster
from mapalus.apps.directory.seats import positions_in
from mapalus.engine.flow import Situation
from mapalus.engine.packs.pack import Pack

__all__ = ["confirmer", "of", "pembina", "positions", "walidata"]

WALIDATA_ROLES = ("walidata-pelaksana", "walidata")


def of(handin: HandIn, pack: Pack, *, now: datetime) -> dict[str, Any]:
    """The fields that the pack names; what is empty has no value."""
    due = handin.due_at.isoformat() if handin.due_at else ""
    found = {**_of_dataset(handin.dataset, now), "periode": handin.period, "tenggat": due}
    return {name: value for name, value in found.items() if name in pack.form.by_name and value != ""}


def positions(dataset: Dataset, role: str, *, now: datetime) -> list[str]:
    """Who fills a role of the process for this dataset before anything was handed in; nobody for a role it lacks."""
    pack = packs.pack_of(packs.current(now=now))
    process = packs.process_of(pack)
    if role not in process.roles:
        return []
    situation = Situation(process.initial, now, values=_of_dataset(dataset, now))
    known = roster(now).positions
    return sorted(code for code in positions_in(process, role, situation, now=now) if code in known)


def _of_dataset(dataset: Dataset, now: datetime) -> dict[str, Any]:
    known = roster(now)
    return {
        "kumpulan_data": dataset.name,
        "instansi": dataset.unit_code,
        "instansi_walidata": known.unit_of(walidata(known)),
        "pengesah": confirmer(dataset, known),
        "pembina": pembina(dataset, known) if dataset.is_priority else "",
        "frekuensi": dataset.cadence,
        "prioritas": dataset.is_priority,
    }


def walidata(known: Roster) -> str:
    """The position that does the daily work of the walidata, else the walidata itself."""
    return next((code for role in WALIDATA_ROLES for code in known.with_role(role)), "")


def confirmer(dataset: Dataset, known: Roster) -> str:
    """The head of the producing agency, or whoever the contract names."""
    return dataset.confirmer_id or known.head(dataset.unit_code) or dataset.producer_code


def pembina(dataset: Dataset, known: Roster) -> str:
    """The pembina data of this kind of data; empty where there is none, or where it hands in itself."""
    planned = PlanEntry.objects.filter(dataset=dataset).order_by("-plan__year").values_list("kind", flat=True).first()
    kind = planned or DataKind.STATISTIC
    general = known.with_role("pembina-data") if kind == DataKind.STATISTIC else ()  # BPS, where no role says more
    code = next(iter((*known.with_role(f"pembina-{kind}"), *general)), "")
    return "" if known.unit_of(code) == dataset.unit_code else code
