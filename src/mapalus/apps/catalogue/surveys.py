"""Surveys and whether BPS has recommended them: what the pembina data looks after (Perpres 39/2019, PP 51/1999)."""

from __future__ import annotations

from dataclasses import dataclass

from mapalus.apps.catalogue.models import Dataset, PlanEntry
from mapalus.engine.data.exchange.statistics import is_recommendation, is_survey, recommendation_of
from mapalus.engine.ports import Actor

__all__ = ["SurveyRow", "surveys"]


@dataclass(frozen=True)
class SurveyRow:
    """One survey: a dataset, or a line of the yearly plan that has none yet."""

    title: str
    unit: str
    number: str  # of the recommendation
    is_founded: bool  # the number has the form BPS gives
    address: str


def surveys(actor: Actor | None) -> tuple[SurveyRow, ...]:
    """Those without a recommendation first. Only what this actor may know of."""
    found = [
        SurveyRow(one.title_here, str(one.unit), number, is_recommendation(number), f"/data/{one.name}/")
        for one in Dataset.objects.known_to(actor).for_reading()
        if one.contract is not None and is_survey(one.contract.descriptor)
        for number in [recommendation_of(one.contract.descriptor)]
    ]
    planned = PlanEntry.objects.visible_to(actor).filter(is_survey=True, dataset=None).select_related("unit", "plan")
    found += [
        SurveyRow(one.title, str(one.unit), one.recommendation, is_recommendation(one.recommendation), "")
        for one in planned
    ]
    return tuple(sorted(found, key=lambda row: (row.is_founded, row.unit, row.title)))
