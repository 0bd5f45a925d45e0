"""The acts on indicators: to declare one, and to record what a version says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from mapalus.apps.catalogue.models import Dataset, Indicator, IndicatorValue, Version
from mapalus.apps.ledger.action import action, note
from mapalus.engine.data.indicator import Declaration, Measured
from mapalus.engine.ports import Actor

__all__ = ["declare_indicator", "measure"]

SMALL = 5  # groups of fewer persons are not told in public counts


@action("catalogue.declare-indicator", public=True)
def declare_indicator(dataset: Dataset, *, declaration: Declaration, by: Actor, now: datetime) -> Indicator:
    """Take over what a pack declares of an indicator; its earlier values stay as they were worked out."""
    indicator, is_new = Indicator.objects.update_or_create(
        code=declaration.code,
        defaults={
            "title": declaration.title,
            "title_en": declaration.title_en,
            "unit": declaration.unit,
            "unit_en": declaration.unit_en,
            "better": declaration.better,
            "decimals": declaration.decimals,
            "dataset": dataset,
            "target": declaration.target,
            "thresholds": dict(declaration.thresholds),
            "source_label": declaration.source,
            "declaration": dict(declaration.descriptor),
            "order": declaration.order,
        },
    )
    note(subject=indicator, indicator=declaration.code, dataset=dataset.name, is_new=is_new)
    return indicator


@action("catalogue.measure", public=True)
def measure(
    version: Version, *, values: Mapping[str, Sequence[Measured]], has_persons: bool, by: Actor, now: datetime
) -> int:
    """Record what a version says of its indicators, by code. Recording it again gives the same."""
    indicators = {indicator.code: indicator for indicator in Indicator.objects.filter(code__in=values)}
    IndicatorValue.objects.filter(version=version, indicator__in=indicators.values()).delete()
    made = IndicatorValue.objects.bulk_create(
        _row(version, indicators[code], one, has_persons=has_persons, now=now)
        for code, found in values.items()
        for one in found
    )
    note(indicators=sorted(values), dataset=version.dataset.name, version=version.number, values=len(made))
    return len(made)


def _row(version: Version, indicator: Indicator, one: Measured, *, has_persons: bool, now: datetime) -> IndicatorValue:
    is_small = has_persons and 0 < one.rows < SMALL
    inputs = {
        "numerator": one.numerator,
        "denominator": one.denominator,
        "rows": one.rows,
        "first_row": one.first_row,
        "last_row": one.last_row,
    }
    return IndicatorValue(
        indicator=indicator,
        version=version,
        period=one.period,
        region=one.region,
        value=None if is_small else one.value,
        status=version.status,
        inputs={"suppressed": True} if is_small else inputs,
        computed_at=now,
    )
