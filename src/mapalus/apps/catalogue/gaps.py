"""Indicators without a number, or with an old one: why, who is responsible, since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import get_language

from mapalus.apps.catalogue.indicators import declarations
from mapalus.apps.catalogue.models import Dataset, Indicator
from mapalus.apps.catalogue.readings import Reading, read
from mapalus.apps.catalogue.without_data import Wanted, without_data
from mapalus.apps.directory.models import Unit
from mapalus.engine.data.indicator import Declaration
from mapalus.engine.ports import Actor

__all__ = ["Gap", "Reason", "gaps"]


class Reason(StrEnum):
    """Why there is no number; in the order in which they are looked at."""

    UNDECLARED = "undeclared"  # nobody has said how it is worked out, and over which data
    NO_DATASET = "no-dataset"  # one of the datasets it stands on is not there
    NOT_SHARED = "not-shared"  # one of them is closed to who asks
    NOT_PUBLISHED = "not-published"  # one of them has no published version
    BROKEN = "broken"  # the newest version could not be worked out
    NO_VALUE = "no-value"  # the rows are there, and give none
    LATE = "late"  # there is a number, and its dataset owes a newer one


@dataclass(frozen=True)
class Gap:
    """One indicator. `unit`: the agency that holds it (None: none of the province); `agency`: as a list calls it."""

    code: str
    title: str
    reason: Reason
    dataset: Dataset | None = None
    dataset_name: str = ""
    unit: Unit | None = None
    agency: str = ""
    producer: str = ""  # position
    since: datetime | None = None
    detail: str = ""

    @property
    def has_number(self) -> bool:
        return self.reason is Reason.LATE


def gaps(actor: Actor | None, *, now: datetime) -> list[Gap]:
    """Of the declared and the wanted ones, those without a number first; as this actor sees the catalogue."""
    declared = declarations()
    names = {name for one in declared for name in _names(one, declared)}
    known = {
        one.name: one for one in Dataset.objects.filter(name__in=names).select_related("unit", "current", "producer")
    }
    readings = read([one.code for one in declared], actor=actor)
    there = set(Indicator.objects.values_list("code", flat=True))
    found = [_gap(one, known, readings.get(one.code), there, declared, now) for one in declared]
    units = _by_name()
    told = [one for one in found if one is not None]
    told += [_wanted(one, units) for one in without_data()]
    return sorted(told, key=lambda one: (one.has_number, one.reason is Reason.UNDECLARED, one.code))


def _names(one: Declaration, declared: tuple[Declaration, ...]) -> Iterator[str]:
    """All datasets it stands on, also through others."""
    yield from one.datasets
    by_code = {other.code: other for other in declared}
    for code in one.indicators:
        if code in by_code:
            yield from _names(by_code[code], declared)


def _gap(
    one: Declaration, known: Mapping[str, Dataset], reading: Reading | None, there: set[str],
    declared: tuple[Declaration, ...], now: datetime,
) -> Gap | None:  # fmt: skip
    names = list(dict.fromkeys(_names(one, declared)))
    gone = next((name for name in names if name not in known), "")
    if gone:
        return Gap(one.code, _title(one), Reason.NO_DATASET, dataset_name=gone, agency=one.source)
    empty = next((known[name] for name in names if known[name].current_id is None), None)
    if empty is not None:
        return _of(one, empty, Reason.NOT_PUBLISHED, empty.due_at or empty.declared_at)
    if one.code not in there or reading is None:
        closed = next((known[name] for name in names if not known[name].is_open), known[names[0]])
        return _of(one, closed, Reason.NOT_SHARED, None)
    first = reading.indicator.dataset
    if reading.now is None or reading.now.value is None:
        at = first.current.published_at if first.current else None
        reason = Reason.BROKEN if reading.problem else Reason.NO_VALUE
        return _of(one, first, reason, at, reading.problem)
    owed = (known[name] for name in names)
    late = next((each for each in owed if each.due_at is not None and each.due_at < now), None)
    return _of(one, late, Reason.LATE, late.due_at) if late is not None else None


def _title(one: Declaration) -> str:
    return one.title_en if one.title_en and (get_language() or "id").startswith("en") else one.title


def _of(one: Declaration, dataset: Dataset, reason: Reason, since: datetime | None, detail: str = "") -> Gap:
    return Gap(
        one.code,
        _title(one),
        reason,
        dataset,
        dataset.name,
        dataset.unit,
        one.source,
        dataset.producer_id,
        since,
        detail,
    )


def _wanted(one: Wanted, units: Mapping[str, Unit]) -> Gap:
    named = (part.strip().casefold() for part in one.agency.replace("(", ";").replace(")", ";").split(";"))
    unit = next((units[name] for name in named if name in units), None)
    return Gap(one.code, one.title_here, Reason.UNDECLARED, unit=unit, agency=one.agency)


def _by_name() -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for unit in Unit.objects.all():
        for name in (unit.name, unit.short, unit.code):
            if name:
                found.setdefault(name.casefold(), unit)
    return found
