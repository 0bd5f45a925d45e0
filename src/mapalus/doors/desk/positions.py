"""Jabatan: who holds what, what is vacant and to whom its duties fall, how long an acting one acts."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mapalus.apps.catalogue.models import Dataset, HandIn
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.directory.ending import endings
from mapalus.apps.directory.models import Handover, Person, Position
from mapalus.apps.directory.roster import roster
from mapalus.doors.desk.holders import Holding, holding_of
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.ui import figures

__all__ = ["PositionRow", "PositionsPage", "UnitGroup", "positions"]


@dataclass(frozen=True)
class PositionRow:
    """One post: desk/positions/_row.html."""

    title: str  # as it is signed now: Plt. Kepala Dinas Kesehatan
    grade: str
    name: str  # of the holder; empty while vacant
    holding: Holding
    turns: int  # what waits for it
    duties: int  # datasets it answers for; while it is vacant, who stands above does
    is_mine: bool


@dataclass(frozen=True)
class UnitGroup:
    name: str
    rows: tuple[PositionRow, ...]


@dataclass(frozen=True)
class EndingRow:
    """An acting term that ends soon."""

    code: str
    title: str
    name: str
    last: str
    left: str  # in how many days
    is_near: bool
    follows: str  # who has it the day after
    is_falling: bool  # nobody will hold the post itself
    sheet: int  # key of the handover sheet, where one may be seen; 0: none


@dataclass(frozen=True)
class PositionsPage:
    """Context of desk/positions/list.html."""

    seat: Seat
    groups: tuple[UnitGroup, ...]
    vacancies: int
    all_units: bool
    may_see_all: bool
    endings: tuple[EndingRow, ...]


@require_GET
def positions(request: HttpRequest) -> HttpResponse:
    """One's own unit; with `?semua=1` every unit. Six queries."""
    place = seat(request)
    everything = "semua" in request.GET
    known, sight = roster(place.now), reach(place.actor)
    posts = Position.objects.visible_to(place.actor).select_related("unit").order_by("unit__name", "-is_head", "code")
    shown = list(posts if everything else posts.filter(unit__in=sight.units))
    names = dict(Person.objects.visible_to(place.actor).values_list("code", "name"))
    waiting = HandIn.objects.visible_to(place.actor).count_by_turn()
    duties = Dataset.objects.visible_to(place.actor).count_by_producer()
    rows: dict[str, list[PositionRow]] = {}
    for post in shown:
        held = holding_of(str(post.code), known)
        row = PositionRow(
            title=held.title,
            grade=post.grade,
            name=names.get(held.person, ""),
            holding=held,
            turns=waiting.get(str(post.code), 0),
            duties=duties.get(str(post.code), 0) if held.is_vacant else 0,
            is_mine=post.code == place.actor.position,
        )
        rows.setdefault(post.unit.name, []).append(row)
    groups = tuple(UnitGroup(name, tuple(found)) for name, found in rows.items())
    vacancies = sum(row.holding.is_vacant for group in groups for row in group.rows)
    ends = _endings(place, {str(post.code) for post in shown}, names)
    view = PositionsPage(place, groups, vacancies, everything, True, ends)
    return render(request, "desk/positions/list.html", {"view": view})


def _endings(place: Seat, shown: set[str], names: dict[str, str]) -> tuple[EndingRow, ...]:
    """Of the positions that are shown, those whose Plt, Plh or Pj ends soon."""
    found = [one for one in endings(place.now) if one.appointment.position_id in shown and not one.goes_on]
    sheets = Handover.objects.visible_to(place.actor).filter(leaving__in=[one.appointment.pk for one in found])
    keys = dict(sheets.values_list("leaving", "pk"))
    return tuple(
        EndingRow(
            code=one.appointment.position_id,
            title=one.title,
            name=names.get(one.appointment.person_id, ""),
            last=figures.day(one.last_on, language=get_language() or "id"),
            left=_left(one.days_left),
            is_near=one.days_left <= 7,
            follows=one.after.label,
            is_falling=one.after.is_vacant,
            sheet=keys.get(one.appointment.pk, 0),
        )
        for one in found
    )


def _left(days: int) -> str:
    if days == 0:
        return _("last day today")
    return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}
