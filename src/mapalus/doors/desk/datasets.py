"""Kumpulan data: what one's unit owes and has; for walidata, compliance over all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mapalus.apps.catalogue.models import Dataset, HandIn, Owed, Source
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.directory.roster import roster
from mapalus.doors.desk.due import DueMark, due_mark
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.sources_words import SourceRow, source_row
from mapalus.doors.desk.words import state_text
from mapalus.engine.errors import NotAllowed

__all__ = ["ComplianceGroup", "CompliancePage", "DatasetRow", "DatasetsPage", "Standing", "compliance", "datasets"]


@dataclass(frozen=True)
class Standing:
    """How a dataset stands in one word: on-time, late, returned, waiting, conflict, live."""

    code: str
    look: str
    text: str


@dataclass(frozen=True)
class DatasetRow:
    """One row: desk/datasets/_row.html."""

    dataset: Dataset
    unit: str
    standing: Standing
    due: DueMark | None
    last: HandIn | None
    last_state: str
    version: int | None
    address: str  # of the last hand-in, else of the form
    may_hand_in: bool
    owed: Owed | None = None  # what is asked for, with how often (`reminded`)


@dataclass(frozen=True)
class DatasetsPage:
    """Context of desk/datasets/list.html."""

    seat: Seat
    rows: tuple[DatasetRow, ...]


@dataclass(frozen=True)
class ComplianceGroup:
    unit: str
    rows: tuple[DatasetRow, ...]


@dataclass(frozen=True)
class CompliancePage:
    """Context of desk/datasets/compliance.html."""

    seat: Seat
    groups: tuple[ComplianceGroup, ...]
    counts: tuple[tuple[str, str, str, int], ...]  # code, look, text, number
    chosen: str
    total: int
    sources: tuple[SourceRow, ...]  # that vanished or do not answer


@require_GET
def datasets(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    mine = Dataset.objects.visible_to(place.actor).filter(unit__in=reach(place.actor).units).for_reading()
    return render(request, "desk/datasets/list.html", {"view": DatasetsPage(place, rows_of(list(mine), place))})


@require_GET
def compliance(request: HttpRequest) -> HttpResponse:
    """All datasets by agency: who is on time, late, returned, in conflict."""
    place = seat(request)
    if not place.sees_all:
        raise NotAllowed
    everything = Dataset.objects.visible_to(place.actor).for_reading().order_by("unit__name", "title")
    rows = rows_of(list(everything), place)
    order = ("late", "conflict", "returned", "waiting", "on-time", "live", "none")
    looks = {row.standing.code: row.standing for row in rows}
    counts = tuple(
        (code, looks[code].look, looks[code].text, sum(row.standing.code == code for row in rows))
        for code in order
        if code in looks
    )
    chosen = request.GET.get("keadaan", "")
    shown = [row for row in rows if not chosen or row.standing.code == chosen]
    groups = tuple(
        ComplianceGroup(unit, tuple(row for row in shown if row.unit == unit))
        for unit in dict.fromkeys(row.unit for row in shown)
    )
    known = roster(place.now)
    troubled = tuple(
        source_row(one, known)
        for one in Source.objects.visible_to(place.actor).kept().troubled().for_reading().order_by("failing_since")[:30]
    )
    context = CompliancePage(place, groups, counts, chosen, len(rows), troubled)
    return render(request, "desk/datasets/compliance.html", {"view": context})


def rows_of(found: Sequence[Dataset], place: Seat) -> tuple[DatasetRow, ...]:
    """Three queries, however many datasets."""
    asked = Owed.objects.first_of(found)
    last = HandIn.objects.latest_of([dataset.pk for dataset in found])
    may = {dataset.pk: place.actor.may("catalogue.hand-in", dataset, place.now) for dataset in found}
    return tuple(
        _row(dataset, last.get(dataset.pk), place, may_hand_in=may[dataset.pk], asked=asked.get(dataset.pk))
        for dataset in found
    )


def _row(dataset: Dataset, last: HandIn | None, place: Seat, *, may_hand_in: bool, asked: Owed | None) -> DatasetRow:
    owed = bool(dataset.due_at) and not _came_in_time(dataset, last)
    due = due_mark(dataset.due_at, place.now, place.calendar) if dataset.due_at and owed else None
    new = f"{reverse('desk:handin-new')}?data={dataset.name}"
    return DatasetRow(
        dataset=dataset,
        unit=dataset.unit.name,
        standing=_standing(dataset, last, place),
        due=due,
        last=last,
        last_state=state_text(last) if last else _("never handed in"),
        version=dataset.current.number if dataset.current else None,
        address=reverse("desk:handin", args=[last.receipt]) if last else new,
        may_hand_in=may_hand_in,
        owed=asked if due else None,
    )


def _came_in_time(dataset: Dataset, last: HandIn | None) -> bool:
    """What is owed is on its way, and was handed in before it was due."""
    return bool(last and last.period == dataset.expected_period and last.stage.is_open and not last.was_late)


def _standing(dataset: Dataset, last: HandIn | None, place: Seat) -> Standing:
    if dataset.conflict:
        return Standing("conflict", "conflict", _("in conflict"))
    if dataset.is_overdue(place.now) and not _came_in_time(dataset, last):
        return Standing("late", "late", _("late"))
    if last is not None and last.stage.may_be_corrected:
        return Standing("returned", "late", _("returned"))
    if last is not None and last.stage.is_open:
        return Standing("waiting", "soon", _("waiting"))
    if dataset.cadence == "aliran":
        return Standing("live", "good", _("live"))
    if dataset.current is not None:
        return Standing("on-time", "good", _("on time"))
    return Standing("none", "none", _("nothing yet"))
