"""What indicators say now: the newest value of each, the one before, its series, its regions, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from mapalus.apps.catalogue.models import Indicator, IndicatorValue
from mapalus.apps.directory.models import Region
from mapalus.engine import clock
from mapalus.engine.data.indicator import State, state_of
from mapalus.engine.ports import Actor

__all__ = ["Point", "Reading", "read"]

_SHOWN = 60  # periods of a series
_DISTRICT = 2  # level of kabupaten and kota


@dataclass(frozen=True)
class Point:
    """One value with what it is worth. `value` None: no data, which is not 0. `region` empty: the province."""

    period: str
    region: str
    value: float | None
    status: str  # FigureStatus
    version_id: int  # of the dataset it stands on
    version: int  # its number
    published_at: datetime | None
    computed_at: datetime
    numerator: float | None = None
    denominator: float | None = None
    rows: int | None = None
    first_row: int | None = None
    last_row: int | None = None
    is_suppressed: bool = False


@dataclass(frozen=True)
class Reading:
    """One indicator as it stands. `series` runs from the oldest period to the newest; the last of it is `now`."""

    indicator: Indicator
    series: Sequence[Point]  # of the region asked for
    regions: Mapping[str, Point]  # newest period, by dotted code, every level there is
    target: float | None = None  # of this region, in the year of `now`
    missing: Sequence[str] = field(default=())  # regions that are expected and have no value in the newest period
    is_late: bool = False
    due_at: datetime | None = None
    region: str = ""

    @property
    def now(self) -> Point | None:
        return self.series[-1] if self.series else None

    @property
    def before(self) -> Point | None:
        return self.series[-2] if len(self.series) > 1 else None

    @property
    def state(self) -> State:
        value = self.now.value if self.now else None
        return state_of(value, better=self.indicator.better, thresholds=self.indicator.thresholds)

    @property
    def conflict(self) -> str:
        """As the dataset's; empty: none."""
        return self.indicator.dataset.conflict


def read(codes: Iterable[str], *, actor: Actor | None, region: str = "") -> dict[str, Reading]:
    """Readings by code, of the indicators this actor may see; a few queries however many there are."""
    visible = Indicator.objects.visible_to(actor).filter(code__in=list(codes))
    indicators = {one.pk: one for one in visible.select_related("dataset", "dataset__unit", "dataset__producer")}
    values = IndicatorValue.objects.valid().filter(indicator__in=indicators).select_related("version")
    found: dict[int, dict[tuple[str, str], IndicatorValue]] = {pk: {} for pk in indicators}
    # Oldest version first, so that a correction takes the place of what it corrects.
    for value in values.order_by("version__number"):
        # Without a period every version is a moment of its own.
        found[value.indicator_id][value.period or f"~{value.version.number:09}", value.region] = value
    districts = _districts()
    now, place = clock.now(), "" if region == settings.PROVINCE_CODE else region
    return {one.code: _reading(one, found[pk], place, districts, now) for pk, one in indicators.items()}


def _districts() -> Sequence[str]:
    whole = Region.objects.filter(level=_DISTRICT, code__startswith=f"{settings.PROVINCE_CODE}.")
    return list(whole.order_by("code").values_list("code", flat=True))


def _reading(
    one: Indicator,
    values: Mapping[tuple[str, str], IndicatorValue],
    region: str,
    districts: Sequence[str],
    now: datetime,
) -> Reading:
    newest = max((period for period, _place in values), default="")
    here = {place: _point(value) for (period, place), value in values.items() if period == newest and place}
    series = [_point(values[key]) for key in sorted(values) if key[1] == region][-_SHOWN:]
    due_at = one.dataset.due_at
    known = {place for place, point in here.items() if point.value is not None}
    return Reading(
        one,
        series,
        here,
        target=one.target,
        missing=[code for code in districts if code not in known] if here else [],
        is_late=due_at is not None and due_at < now,
        due_at=due_at,
        region=region,
    )


def _point(value: IndicatorValue) -> Point:
    inputs: Mapping[str, Any] = value.inputs
    return Point(
        period=value.period,
        region=value.region,
        value=value.value,
        status=value.status,
        version_id=value.version_id,
        version=value.version.number,
        published_at=value.version.published_at,
        computed_at=value.computed_at,
        numerator=inputs.get("numerator"),
        denominator=inputs.get("denominator"),
        rows=inputs.get("rows"),
        first_row=inputs.get("first_row"),
        last_row=inputs.get("last_row"),
        is_suppressed=bool(inputs.get("suppressed")),
    )
