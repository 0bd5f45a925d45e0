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
    version: Version,
    *,
    values: Mapping[str, Sequence[Measured]],
    has_persons: bool,
    by: Actor,
    now: datetime,
    least: int = 0,
) -> int:
    """Record what a version says of its indicators, by code. Recording it again gives the same.

    `least`: counts below it are left out of the dataset (`mapalus.suppress`), so they are left out here, too.
    """
    indicators = {indicator.code: indicator for indicator in Indicator.objects.filter(code__in=values)}
    IndicatorValue.objects.filter(version=version, indicator__in=indicators.values()).delete()
    made = IndicatorValue.objects.bulk_create(
        _row(version, indicators[code], one, is_small=one in hidden, now=now)
        for code, found in values.items()
        for hidden in [_hidden(found, has_persons=has_persons, least=least)]
        for one in found
    )
    note(indicators=sorted(values), dataset=version.dataset.name, version=version.number, values=len(made))
    return len(made)


def _hidden(found: Sequence[Measured], *, has_persons: bool, least: int) -> list[Measured]:
    """Values that would show a small group; and, where it is only one region, the next smallest beside it.

    With the sum of the province a single hidden value could be reckoned (complementary suppression: L. Cox,
    Suppression Methodology and Statistical Disclosure Control, 1980).
    """
    hidden = [one for one in found if (has_persons and 0 < one.rows < SMALL) or _is_below(one, least)]
    for period in {one.period for one in hidden}:
        alone = [one for one in hidden if one.period == period and one.region]
        others = [one for one in found if one.period == period and one.region and one not in hidden]
        if len(alone) == 1 and others and least:
            hidden.append(min(others, key=lambda one: (one.numerator or 0.0, one.region)))
    return hidden


def _is_below(one: Measured, least: int) -> bool:
    return least > 1 and one.numerator is not None and 0 < abs(one.numerator) < least


def _row(version: Version, indicator: Indicator, one: Measured, *, is_small: bool, now: datetime) -> IndicatorValue:
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
