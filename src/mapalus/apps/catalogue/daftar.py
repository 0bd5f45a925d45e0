"""The daftar data (yearly plan): what a line must say, how its dataset stands, and the contract it could become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone

from mapalus.apps.catalogue.models import DataPlan, HandIn, PlanEntry, Version

__all__ = ["REQUIRED", "Standing", "draft_contract", "lacking", "next_code", "present_year", "standings"]

# What walidata asks for before it confirms a line: name of the field, the words of the rule.
REQUIRED = ("concept", "definition", "counted_in", "schedule", "level")


class Standing(StrEnum):
    """How far a planned dataset has come in its year; the words stand in the published list."""

    PLANNED = "direncanakan"
    HANDED_IN = "disetor"
    PUBLISHED = "terbit"
    LATE = "terlambat"


def lacking(entry: PlanEntry) -> tuple[str, ...]:
    """Fields of the standard that nobody has filled in yet."""
    return tuple(name for name in REQUIRED if not str(getattr(entry, name)).strip())


def present_year(now: datetime) -> int:
    """The newest year whose plan is decided and has begun, else the newest there is; this year without any."""
    year = timezone.localtime(now).year
    years = list(DataPlan.objects.order_by("-year").values_list("year", "decided_at"))
    begun = [one for one, decided in years if decided is not None and one <= year]
    return begun[0] if begun else years[0][0] if years else year


def next_code(plan: DataPlan) -> str:
    """The next number of a plan whose row is locked."""
    last = plan.entries.order_by("-code").values_list("code", flat=True).first()
    return f"DD-{plan.year}-{int(last.rpartition('-')[2]) + 1 if last else 1:04}"


def standings(entries: Sequence[PlanEntry], *, now: datetime) -> dict[int, Standing]:
    """How each line stands, by its key; two queries, however many lines."""
    datasets = {entry.dataset_id for entry in entries if entry.dataset_id}
    coming = HandIn.objects.coming_for([entry.dataset for entry in entries if entry.dataset])
    waiting = set(HandIn.objects.open().filter(dataset__in=datasets).values_list("dataset", flat=True))
    newest = Version.objects.published().filter(dataset__in=datasets).order_by("published_at")
    found = newest.values_list("dataset_id", "published_at")
    published = {dataset: at for dataset, at in found if at is not None}
    return {entry.pk: _standing(entry, set(coming) | waiting, published, now) for entry in entries}


def _standing(entry: PlanEntry, coming: Iterable[int], published: dict[int, datetime], now: datetime) -> Standing:
    dataset, today = entry.dataset, timezone.localtime(now).date()
    at = published.get(entry.dataset_id or 0)
    is_out = at is not None and timezone.localtime(at).year >= entry.plan.year
    has_begun = entry.plan.year <= today.year
    if dataset is not None and has_begun and dataset.pk in coming:
        return Standing.HANDED_IN
    if dataset is not None and has_begun and dataset.is_overdue(now):
        return Standing.LATE
    if is_out:
        return Standing.PUBLISHED
    return Standing.LATE if entry.first_on is not None and entry.first_on < today else Standing.PLANNED


def draft_contract(entry: PlanEntry) -> str:
    """The contract the line could become, as YAML: walidata and producer add the columns."""
    import yaml

    marks: dict[str, Any] = {
        "unit": entry.unit_code,
        "producer": f"pos:{entry.producer_code}",
        "priority": entry.is_priority,
        "cadence": str(entry.cadence),
        "due": entry.schedule,
        "classification": str(entry.classification),
        "classification_ground": entry.classification_ground,
        "konsep": entry.concept,
        "definisi": entry.definition,
        "klasifikasi": entry.grouping,
        "ukuran": entry.measure,
        "satuan": entry.counted_in,
        "level": entry.level,
        "daftar_data": entry.code,
    }
    contract = {
        "name": entry.name,
        "title": entry.title,
        "description": entry.definition or entry.title,
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "schema": {
            "fields": [
                {"name": "kode_wilayah", "title": "Kode wilayah", "type": "string", "mapalus": {"role": "region"}},
                {"name": "periode", "title": "Periode", "type": "string", "mapalus": {"role": "period"}},
                {"name": "nilai", "title": entry.title[:80], "type": "number", "mapalus": {"role": "measure"}},
            ]
        },
        "mapalus": {key: value for key, value in marks.items() if value not in ("", None)},
    }
    text: str = yaml.safe_dump(contract, allow_unicode=True, sort_keys=False, width=110)
    return text
