"""The compliance score of an agency, by the declared formula in `data/scores.yml`. Reads; writes nothing.

Every number comes with its parts: what was measured of which dataset, what was missing, which deadline was not kept.
What lies in the past is worked out from what the ledger, the hand-ins and the versions say of that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone

from mapalus.apps.catalogue.models import Cadence, Dataset, DatasetState, HandIn, HandInState, Version
from mapalus.apps.catalogue.punctuality import deadlines
from mapalus.apps.directory.models import Unit
from mapalus.engine.workdays import Calendar

__all__ = ["Deadline", "Formula", "Part", "Worked", "formula", "metadata_of", "month_end", "scored_units", "work_out"]

_FILE = Path(__file__).parent / "data" / "scores.yml"
_ELSEWHERE = ("luar", "daerah")  # units of other governments: never ranked
_STANDARD = {  # what the standard asks for -> keys under `mapalus:`, in both spellings
    "konsep": ("konsep", "concept"),
    "definisi": ("definisi", "definition"),
    "klasifikasi": ("klasifikasi", "classified_by"),
    "ukuran": ("ukuran", "measure"),
    "satuan": ("satuan", "unit_of_measure"),
}


@dataclass(frozen=True)
class Part:
    """One part of the formula: `weight`, the mean in percent over `datasets` that have it; None: not measured."""

    name: str
    weight: float
    value: float | None = None
    datasets: int = 0


@dataclass(frozen=True)
class Formula:
    number: int
    window: timedelta
    weights: Mapping[str, float]
    leaders_after: int  # working days
    public_after: int
    open_licenses: frozenset[str]


@dataclass(frozen=True)
class Deadline:
    """One period of a dataset that fell due: whether the agency kept it, when it came, how many working days late."""

    dataset: str
    title: str
    period: str
    due_at: str
    came_at: str
    is_kept: bool
    days: int


@dataclass(frozen=True)
class Worked:
    """A score with all it is made of, ready to be kept."""

    score: float | None
    parts: tuple[Part, ...]
    datasets: tuple[Mapping[str, Any], ...]
    deadlines: tuple[Deadline, ...]

    @property
    def in_time(self) -> int:
        return sum(one.is_kept for one in self.deadlines)

    @property
    def late(self) -> list[dict[str, Any]]:
        return [asdict(one) for one in self.deadlines if not one.is_kept]

    def as_json(self) -> dict[str, Any]:
        return {"parts": [asdict(one) for one in self.parts], "datasets": list(self.datasets)}


@cache
def formula() -> Formula:
    """The formula as it is declared. Read once: a process works with what it was started with."""
    import yaml

    read = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return Formula(
        number=int(read["formula"]),
        window=timedelta(weeks=int(read["window_weeks"])),
        weights={str(one["name"]): float(one["weight"]) for one in read["parts"]},
        leaders_after=int(read["leaders_after"]),
        public_after=int(read["public_after"]),
        open_licenses=frozenset(read["open_licenses"]),
    )


def month_end(period: str) -> datetime:
    """The first moment after a month `2026-10`, in the province's zone."""
    year, month = int(period[:4]), int(period[5:7])
    day = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001 - the zone comes with the next line
    return timezone.make_aware(datetime.combine(day.date(), time()), timezone.get_current_timezone())


def scored_units() -> list[Unit]:
    """Agencies of the province that owe data."""
    owing = Dataset.objects.filter(state=DatasetState.ACTIVE).values("unit")
    return list(Unit.objects.filter(code__in=owing).exclude(kind__in=_ELSEWHERE).order_by("name"))


def work_out(units: Sequence[Unit], *, as_of: datetime, calendar: Calendar) -> dict[str, Worked]:
    """The score of each agency at a moment, by its code; a handful of queries, however many agencies."""
    datasets = list(
        Dataset.objects.filter(unit__in=units, state=DatasetState.ACTIVE, declared_at__lte=as_of)
        .select_related("contract")
        .order_by("title")
    )
    versions = _versions(datasets, as_of)
    due = _fallen_due(datasets, as_of, calendar)
    found: dict[str, Worked] = {}
    for unit in units:
        own = [one for one in datasets if one.unit_code == unit.code]
        names = {one.name for one in own}
        kept = tuple(one for one in due if one.dataset in names)
        found[unit.code] = _unit([_dataset(one, versions.get(one.pk), kept) for one in own], kept)
    return found


def _versions(datasets: Sequence[Dataset], as_of: datetime) -> dict[int, Version]:
    """The newest version of each that stood before the public at that moment."""
    published = Version.objects.filter(dataset__in=datasets, published_at__lte=as_of).order_by("number")
    return {one.dataset_id: one for one in published if one.withdrawn_at is None or one.withdrawn_at > as_of}


def _fallen_due(datasets: Sequence[Dataset], as_of: datetime, calendar: Calendar) -> list[Deadline]:
    named = {one.name: one for one in datasets}
    came = _came(datasets, as_of)
    found = []
    for (name, period), due_at in sorted(deadlines(named).items(), key=lambda item: item[1]):
        if not as_of - formula().window < due_at <= as_of:
            continue
        at = came.get((named[name].pk, period))
        is_kept = at is not None and at <= due_at
        days = 0 if is_kept else calendar.days_late(due_at, at or as_of)
        found.append(
            Deadline(name, named[name].title, period, due_at.isoformat(), at.isoformat() if at else "", is_kept, days)
        )
    return found


def _came(datasets: Sequence[Dataset], as_of: datetime) -> dict[tuple[int, str], datetime]:
    """When the agency handed in what was published or is still on its way; what came back to it did not come."""
    gone = (HandInState.WITHDRAWN, HandInState.REPLACED)
    handins = HandIn.objects.filter(dataset__in=datasets, received_at__lte=as_of).exclude(state__in=gone)
    found: dict[tuple[int, str], datetime] = {}
    for one in handins.order_by("-received_at", "-id"):
        if not one.stage.may_be_corrected:
            found[one.dataset_id, one.period] = one.received_at
    return found


def _unit(datasets: Sequence[Mapping[str, Any]], due: tuple[Deadline, ...]) -> Worked:
    parts = tuple(_part(name, weight, datasets) for name, weight in formula().weights.items())
    measured = [one for one in parts if one.value is not None]
    weight = sum(one.weight for one in measured)
    total = sum(one.weight * (one.value or 0) for one in measured)
    return Worked(round(total / weight, 1) if weight else None, parts, tuple(datasets), due)


def _part(name: str, weight: float, datasets: Iterable[Mapping[str, Any]]) -> Part:
    values = [one["values"][name] for one in datasets if one["values"][name] is not None]
    return Part(name, weight, round(sum(values) / len(values), 1) if values else None, len(values))


def _dataset(dataset: Dataset, version: Version | None, due: Sequence[Deadline]) -> dict[str, Any]:
    """One dataset's values in percent, with what was counted or missing."""
    own = [one for one in due if one.dataset == dataset.name]
    filled, asked, lacks = metadata_of(dataset)
    quality = version.quality if version else {}
    return {
        "name": dataset.name,
        "title": dataset.title,
        "version": version.number if version else None,
        "rows": version.rows if version else None,
        "values": {
            "completeness": _percent(quality, "completeness"),
            "validity": _percent(quality, "validity"),
            "timeliness": round(100 * sum(one.is_kept for one in own) / len(own), 1) if own else None,
            "metadata": round(100 * filled / asked, 1),
            "openness": _openness(dataset, version),
        },
        "counted": {
            "completeness": _counted(quality, "completeness"),
            "validity": _counted(quality, "validity"),
            "timeliness": [sum(one.is_kept for one in own), len(own)],
            "metadata": [filled, asked],
        },
        "lacks": lacks,
    }


def _percent(quality: Mapping[str, Any], name: str) -> float | None:
    value = (quality.get(name) or {}).get("value")
    return None if value is None else round(100 * float(value), 1)


def _counted(quality: Mapping[str, Any], name: str) -> list[int] | None:
    figure = quality.get(name) or {}
    return None if figure.get("of") is None else [int(figure.get("count") or 0), int(figure["of"])]


def _openness(dataset: Dataset, version: Version | None) -> float | None:
    """Half for being published (the platform gives CSV, JSON, Parquet and an API), half for an open licence."""
    if not dataset.is_open and not dataset.is_counted_openly:
        return None
    return 50.0 * (version is not None) + 50.0 * (dataset.license in formula().open_licenses)


def metadata_of(dataset: Dataset) -> tuple[int, int, list[str]]:
    """How many of the descriptions that are asked for are there, of how many, and which are missing."""
    descriptor: Mapping[str, Any] = dataset.contract.descriptor if dataset.contract else {}
    resource: Mapping[str, Any] = next(iter(descriptor.get("resources") or ()), {})
    marks: Mapping[str, Any] = resource.get("mapalus") or descriptor.get("mapalus") or {}
    asked = {
        "judul": bool(dataset.title),
        "uraian": bool(dataset.description),
        "lisensi": bool(dataset.license),
        "jadwal": bool(dataset.due_rule),
        "frekuensi": dataset.cadence != Cadence.OTHER,
        **{word: any(marks.get(key) for key in keys) for word, keys in _STANDARD.items()},
    }
    for one in (resource.get("schema") or {}).get("fields") or ():
        asked[f"kolom {one['name']}"] = bool(one.get("title") or one.get("description"))
    return sum(asked.values()), len(asked), [word for word, there in asked.items() if not there]
