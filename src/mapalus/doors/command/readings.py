"""What indicators say now: the newest value of each, the one before, its series, its regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mapalus.apps.catalogue.models import Indicator, IndicatorValue
from mapalus.engine.data.indicator import State, state_of
from mapalus.engine.ports import Actor

__all__ = ["Reading", "read"]

_SHOWN = 60  # periods of a series


@dataclass(frozen=True)
class Reading:
    """One indicator as it stands. `series` runs from the oldest period to the newest; the last of it is `now`."""

    indicator: Indicator
    series: Sequence[IndicatorValue]
    regions: Mapping[str, IndicatorValue]  # by dotted code, of the newest period

    @property
    def now(self) -> IndicatorValue | None:
        return self.series[-1] if self.series else None

    @property
    def before(self) -> IndicatorValue | None:
        return self.series[-2] if len(self.series) > 1 else None

    @property
    def state(self) -> State:
        value = self.now.value if self.now else None
        return state_of(value, better=self.indicator.better, thresholds=self.indicator.thresholds)


def read(codes: Iterable[str], *, actor: Actor | None) -> dict[str, Reading]:
    """Readings by code, of the indicators this actor may see; two queries however many there are."""
    visible = Indicator.objects.visible_to(actor).filter(code__in=list(codes))
    indicators = {one.pk: one for one in visible.select_related("dataset", "dataset__unit", "dataset__producer")}
    values = IndicatorValue.objects.valid().filter(indicator__in=indicators).select_related("version")
    whole: dict[int, dict[str, IndicatorValue]] = {pk: {} for pk in indicators}
    regions: dict[int, dict[tuple[str, str], IndicatorValue]] = {pk: {} for pk in indicators}
    # Oldest version first, so that a correction takes the place of what it corrects.
    for value in values.order_by("version__number"):
        if value.region:
            regions[value.indicator_id][value.period, value.region] = value
        else:
            # Without a period every version is a moment of its own.
            whole[value.indicator_id][value.period or f"~{value.version.number:09}"] = value
    return {
        one.code: _reading(one, whole[pk], regions[pk])
        for pk, one in indicators.items()
    }  # fmt: skip


def _reading(
    indicator: Indicator, whole: Mapping[str, IndicatorValue], regions: Mapping[tuple[str, str], IndicatorValue]
) -> Reading:
    series = [whole[key] for key in sorted(whole)][-_SHOWN:]
    newest = series[-1] if series else None
    if newest is None:
        return Reading(indicator, (), {})
    here = {
        region: value
        for (period, region), value in regions.items()
        if period == newest.period and (period or value.version_id == newest.version_id)
    }
    return Reading(indicator, series, here)
