"""What this installation holds about one district: at once, at one place, for its position and for its own Mapalus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mapalus.apps.catalogue import serving
from mapalus.apps.catalogue.models import Dataset, Indicator, Version
from mapalus.apps.catalogue.readings import Point
from mapalus.apps.federation.models import Conflict, Instance
from mapalus.apps.federation.own_numbers import own_numbers
from mapalus.apps.federation.sharing import Scope, codes_within, readable, region_column
from mapalus.apps.federation.standing import Line, LineState, standing_of
from mapalus.apps.federation.values import DATASET
from mapalus.engine.data.query import Query
from mapalus.engine.data.served import search

__all__ = ["About", "Held", "about", "compliance_of", "told"]


@dataclass(frozen=True)
class Held:
    """An open dataset of the province with rows of the district's region."""

    dataset: Dataset
    version: Version
    rows: int
    column: str
    codes: Sequence[str]


@dataclass(frozen=True)
class About:
    instance: Instance
    datasets: Sequence[Held]
    numbers: Sequence[tuple[Indicator, Point]]  # the newest of each indicator, of the district's region
    conflicts: Sequence[Conflict]
    late: Sequence[Line]
    site: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.datasets or self.numbers or self.conflicts or self.late)


def about(instance: Instance, *, now: datetime, site: str = "") -> About:
    """All of it as everybody may read it: nothing here is less open than the province's own pages."""
    region = instance.region_code
    found = Dataset.objects.visible_to(None).exclude(unit=instance.unit_code).exclude(name=DATASET).for_reading()
    held = [one for dataset in found.order_by("title") if (one := _held(dataset, region)) is not None]
    return About(
        instance=instance,
        datasets=held,
        numbers=_numbers(instance, now),
        conflicts=list(instance.conflicts.filter(ended_at=None).select_related("indicator").order_by("-opened_at")),
        late=[line for line in standing_of(instance, now=now).lines if line.state is LineState.LATE],
        site=site,
    )


def _held(dataset: Dataset, region: str) -> Held | None:
    version = dataset.current
    column = region_column(version) if version is not None else ""
    if version is None or not column:
        return None
    codes = codes_within(version, column, region)
    if not codes:
        return None
    answer = search(serving.served(version, is_present=True), Query(filters={column: codes}, limit=0))
    return Held(dataset, version, answer.total or 0, column, codes) if answer.total else None


def _numbers(instance: Instance, now: datetime) -> list[tuple[Indicator, Point]]:
    """The newest of each indicator, of the district's region."""
    newest: dict[int, tuple[Indicator, Point]] = {}
    for one, point in own_numbers(regions=[instance.region_code], without_unit=instance.unit_code, now=now):
        if one.pk not in newest or point.period >= newest[one.pk][1].period:
            newest[one.pk] = one, point
    return list(newest.values())


def told(one: About) -> dict[str, Any]:
    """As the API tells it."""
    return {
        "region": one.instance.region_code,
        "datasets": [
            {
                "name": held.dataset.name, "title": held.dataset.title, "rows": held.rows, "column": held.column,
                "version": held.version.number, "published_at": held.version.published_at,
                "address": f"{one.site}/data/{held.dataset.name}/",
            }
            for held in one.datasets
        ],
        "numbers": [
            {
                "indicator": indicator.code, "title": indicator.title, "unit": indicator.unit,
                "period": point.period, "value": point.value, "status": point.status,
                "dataset": indicator.dataset.name, "version": point.version,
                "position": indicator.dataset.producer_code,
            }
            for indicator, point in one.numbers
        ],
        "conflicts": [
            {
                "indicator": found.indicator.code, "region": found.region, "period": found.period, "ours": found.ours,
                "ours_source": f"{one.site}{found.ours_source}", "ours_position": found.ours_position,
                "theirs": found.theirs, "opened_at": found.opened_at, "quoted": found.quoted, "reason": found.reason,
            }
            for found in one.conflicts
        ],
        "late": [
            {"kind": line.share.kind, "code": line.share.code, "title": line.share.title, "due_at": line.due_at}
            for line in one.late
        ],
    }  # fmt: skip


def compliance_of(scope: Scope, *, now: datetime) -> dict[str, Any]:
    """What is owed of the datasets the other end may read, and what is late; empty where that is not shared."""
    if not scope.compliance:
        return {"is_shared": False, "owed": 0, "late": []}
    owing = [one for one in readable(scope) if one.due_at is not None]
    late = [one for one in owing if one.is_overdue(now)]
    return {
        "is_shared": True,
        "owed": len(owing),
        "late": [
            {"name": one.name, "title": one.title, "period": one.expected_period,
             "due_at": one.due_at.isoformat() if one.due_at else None}
            for one in late
        ],
    }  # fmt: skip
