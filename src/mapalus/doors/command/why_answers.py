"""Who answers for a number: its owner by law, the position and who has its duties, how often, and in which plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.models import Cadence, Dataset
from mapalus.apps.catalogue.readings import Reading, declaration_now
from mapalus.apps.directory.models import Unit
from mapalus.apps.directory.roster import roster
from mapalus.doors.command import words
from mapalus.doors.command.plans import DOCUMENTS
from mapalus.engine.data.indicator import Declaration

__all__ = ["Answers", "answers_of"]


@dataclass(frozen=True)
class Answers:
    """`vacant`: the post is empty; then `duties` says who has its duties (empty: nobody)."""

    owner: str
    ground: str
    position: str
    vacant: bool
    duties: str
    unit_name: str
    producer: str
    periodicity: str
    due_rule: str
    next_period: str
    due_at: datetime | None
    meaning: str
    places: Sequence[tuple[str, str, str]]  # document, place in it, address of its table


def answers_of(reading: Reading, *, now: datetime) -> Answers:
    """One question for the unit that owns it by law; the roster is kept in memory."""
    indicator, dataset = reading.indicator, reading.indicator.dataset
    declared = declaration_now(indicator)
    owner, ground = _owner(declared, dataset)
    posts = roster(now)
    held, answers = posts.holder(dataset.producer_id), posts.responsible(dataset.producer_id)
    return Answers(
        owner=owner,
        ground=ground,
        position=held.title if held else str(dataset.producer),
        vacant=held is None,
        duties=answers.title if held is None and answers else "",
        unit_name=str(dataset.unit),
        producer=indicator.source_label if indicator.source_label != dataset.unit.name else "",
        periodicity=_periodicity(declared, dataset),
        due_rule=dataset.due_rule,
        next_period=words.period(dataset.expected_period) if dataset.expected_period else "",
        due_at=reading.due_at,
        meaning=_meaning(declared),
        places=_places(declared),
    )


def _owner(declared: Declaration | None, dataset: Dataset) -> tuple[str, str]:
    """As declared; else whoever makes the data, as statistics of its own urusan."""
    if declared is None or not declared.owner:
        return _("%(unit)s, as sectoral statistics") % {"unit": dataset.unit}, ""
    ground = str(declared.owner.get("ground") or "")
    unit = str(declared.owner.get("unit") or "")
    name = Unit.objects.filter(code=unit).values_list("name", flat=True).first() or unit if unit else ""
    if declared.owner.get("kind") == "bps":
        return ", ".join(filter(None, [_("BPS, as official statistics"), name])), ground
    return _("%(unit)s, as sectoral statistics") % {"unit": name} if name else _("sectoral statistics"), ground


def _periodicity(declared: Declaration | None, dataset: Dataset) -> str:
    known = declared.periodicity if declared and declared.periodicity else dataset.cadence
    return str(Cadence(known).label) if known in Cadence.values else str(known)


def _meaning(declared: Declaration | None) -> str:
    if declared is None:
        return ""
    return declared.meaning_en if declared.meaning_en and words.language().startswith("en") else declared.meaning


def _places(declared: Declaration | None) -> list[tuple[str, str, str]]:
    given = declared.plan if declared else {}
    page = reverse("command:plans")
    return [
        (title, str(given[name]), f"{page}?{urlencode({'dokumen': name})}")
        for name, title in DOCUMENTS.items()
        if name in given
    ]
