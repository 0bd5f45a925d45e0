"""Cari: over everything this position may see, of every kind; and by a person's name or number, with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case
from mapalus.apps.catalogue.models import Dataset, HandIn
from mapalus.doors.desk.inbox_items import Item, case_items, handin_item
from mapalus.doors.desk.problems import said
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, Problem

__all__ = ["SearchPage", "person_search", "search"]

_EACH = 25  # of a kind; a narrower question finds the rest


@dataclass(frozen=True)
class Hit:
    address: str
    title: str
    facts: str


@dataclass(frozen=True)
class SearchPage:
    """Context of desk/search/page.html."""

    seat: Seat
    query: str
    cases: tuple[Item, ...]
    handins: tuple[Item, ...]
    datasets: tuple[Hit, ...]
    is_cut: bool = False  # there is more of some kind
    is_person: bool = False  # these were found by a personal word
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.cases or self.handins or self.datasets)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    place, query = seat(request), request.GET.get("q", "").strip()[:120]
    return render(request, "desk/search/page.html", {"view": _found(place, query)})


def _found(place: Seat, query: str) -> SearchPage:
    if not query:
        return SearchPage(place, "", (), (), ())
    # A number is found as it stands, whatever its words; the newest come first.
    seen = Case.objects.visible_to(place.actor)
    exact = list(seen.filter(number__iexact=query).for_list()[:1])
    others = [one for one in seen.search(query).for_list().order_by("-pk")[: _EACH + 1] if one not in exact]
    handins = list(
        HandIn.objects.visible_to(place.actor).matching(query).for_reading().order_by("-received_at")[: _EACH + 1]
    )
    datasets = list(_datasets(place, query)[: _EACH + 1])
    return SearchPage(
        seat=place,
        query=query,
        cases=tuple(case_items([*exact, *others][:_EACH], place)),
        handins=tuple(handin_item(one, place) for one in handins[:_EACH]),
        datasets=tuple(
            Hit(reverse("portal:dataset", args=[one.name]), one.title_here, one.unit.name) for one in datasets[:_EACH]
        ),
        is_cut=max(len(others), len(handins), len(datasets)) > _EACH,
    )


def _datasets(place: Seat, query: str):  # type: ignore[no-untyped-def]
    found = Dataset.objects.visible_to(place.actor).select_related("unit")
    for word in query.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(title_en__icontains=word) | Q(name__icontains=word))
    return found.order_by("title")


@never_cache
@require_POST
def person_search(request: HttpRequest) -> HttpResponse:
    """By name, telephone number or address of an applicant, among the cases one handles. The reason is written down."""
    place = seat(request)
    text, reason = request.POST.get("siapa", "")[:120], request.POST.get("reason", "")[:300]
    if not place.actor.may("cases.find-person", Case, place.now):
        raise NotAllowed
    try:
        found = actions.find_person(Case, text=text, reason=reason, by=place.actor, now=place.now)
    except Problem as problem:
        page = SearchPage(place, "", (), (), (), is_person=True, error=said(problem))
        return render(request, "desk/search/page.html", {"view": page}, status=problem.status)
    page = SearchPage(place, "", tuple(case_items(found, place)), (), (), is_person=True)
    return render(request, "desk/search/page.html", {"view": page})
