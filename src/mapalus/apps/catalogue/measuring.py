"""The acts on indicators: to declare one, and to record what a version says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from mapalus.apps.catalogue.models import Dataset, Indicator, IndicatorInput, Measurement, Version
from mapalus.apps.catalogue.standings import Outcome, declaration_digest, put_together
from mapalus.apps.ledger.action import action, note
from mapalus.engine.data.indicator import Declaration
from mapalus.engine.data.indicator.frame import Frame, pack, with_origin
from mapalus.engine.data.indicator.standing import SQL
from mapalus.engine.ports import Actor

__all__ = ["Measures", "declare_indicator", "measure"]

# (code, name of the input) -> what a version says of it
Measures = Mapping[tuple[str, str], Frame]


@action("catalogue.declare-indicator", public=True)
def declare_indicator(
    dataset: Dataset, *, declaration: Declaration, by: Actor, now: datetime, beside: Sequence[str] = ()
) -> Indicator:
    """Take over what a pack declares of an indicator. `beside`: all other datasets it stands on, by name."""
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
    IndicatorInput.objects.filter(indicator=indicator).delete()
    others = Dataset.objects.filter(name__in=beside).exclude(pk=dataset.pk)
    IndicatorInput.objects.bulk_create(IndicatorInput(indicator=indicator, dataset=other) for other in others)
    note(subject=indicator, indicator=declaration.code, dataset=dataset.name, is_new=is_new)
    return indicator


@action("catalogue.measure", public=True)
def measure(
    version: Version,
    *,
    declared: Sequence[Declaration],
    measures: Measures,
    by: Actor,
    now: datetime,
    problems: Mapping[str, str] | None = None,
    beside: Mapping[str, Sequence[int]] | None = None,
) -> Outcome:
    """Record what a version says of indicators, and what they say now. Recording it again gives the same.

    `declared`: those that stand on it, also through others, each after those it stands on. `beside`: by code, versions
    of other datasets that went into a statement in SQL. `problems`: by code, why one could not be worked out.
    """
    measures = {place: with_origin(frame, version.pk) for place, frame in measures.items()}
    packs = {id(frame): pack(frame) for frame in measures.values()}
    digests = {one.code: declaration_digest(one) for one in declared}
    known = dict(Indicator.objects.filter(code__in=list(digests)).values_list("code", "pk"))
    Measurement.objects.bulk_create(
        [
            Measurement(
                indicator_id=known[code],
                version=version,
                input=name,
                packed=packs[id(frame)],
                beside=list((beside or {}).get(code, ())) if name == SQL else [],
                declared=digests[code],
                computed_at=now,
            )
            for (code, name), frame in measures.items()
            if code in known and code in digests
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["indicator", "version", "input"],
        update_fields=["packed", "beside", "declared", "computed_at"],
    )
    outcome = put_together(declared, fresh=measures, packs=packs, version=version, problems=problems or {}, now=now)
    note(
        indicators=sorted(outcome.codes), changed=sorted(outcome.changed), dataset=version.dataset.name,
        version=version.number, values=outcome.values,
    )  # fmt: skip
    return outcome
