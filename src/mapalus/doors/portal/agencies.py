"""The agencies, and what each of them publishes and how punctually."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import HandIn, Version
from mapalus.apps.catalogue.overview import Overview, present
from mapalus.apps.directory.models import Position, Unit
from mapalus.doors.portal.caching import kept_while_same
from mapalus.doors.portal.datasets import Listed, Row
from mapalus.engine import bitsets, clock

__all__ = ["AgencyLine", "AgencyPage", "Punctuality", "agencies", "agency"]

PER_PAGE = 50  # datasets of one agency
RECENT = 24  # published versions by which punctuality is measured


@dataclass(frozen=True)
class Punctuality:
    """Of the last published hand-ins that had a due day: how many came in time."""

    in_time: int
    of: int

    @property
    def percent(self) -> float | None:
        return 100 * self.in_time / self.of if self.of else None


@dataclass(frozen=True)
class AgencyLine:
    """One agency in the list. Context of portal/agencies.html, as `lines`."""

    unit: Unit
    published: int
    known: int
    overdue: int
    punctuality: Punctuality


@dataclass(frozen=True)
class AgencyPage:
    """Context of portal/agency.html."""

    unit: Unit
    page: Page[Row]
    known: int
    published: int
    overdue: int
    punctuality: Punctuality
    positions: tuple[Position, ...]


def _punctuality(units: Sequence[str]) -> dict[str, Punctuality]:
    """Of each unit, by its last published versions that had a due day; the database counts them out."""
    measured = (
        Version.objects.visible_to(None)
        .filter(dataset__unit__in=units, handin__due_at__isnull=False)
        .annotate(
            place=Window(
                RowNumber(), partition_by=F("dataset__unit"), order_by=[F("published_at").desc(), F("pk").desc()]
            )
        )
        .filter(place__lte=RECENT)
        .order_by()
        .values_list("dataset__unit", "handin__received_at", "handin__due_at")
    )
    taken: dict[str, list[bool]] = defaultdict(list)
    for unit, received_at, due_at in measured:
        taken[str(unit)].append(due_at is not None and received_at <= due_at)
    return {unit: Punctuality(sum(taken[unit]), len(taken[unit])) for unit in units}


_measured: tuple[Overview, datetime, Mapping[str, Punctuality]] = Overview(), datetime.min.replace(tzinfo=UTC), {}
_AGAIN = timedelta(minutes=5)  # as long as a browser may keep the page (caching.py)


def _all_punctuality(catalogue: Overview, units: Sequence[str]) -> Mapping[str, Punctuality]:
    """Of every unit; measured again where a dataset was written, and of all after a while."""
    global _measured
    before, since, known = _measured
    now = clock.now()
    if not timedelta(0) <= now - since < _AGAIN or not known.keys() >= set(units):
        wanted, since, known = set(units), now, {}
    else:
        changed, gone = catalogue.since(before)
        wanted = {entry.unit for entry in (*changed, *gone)}
        wanted |= {old.unit for entry in changed if (old := before.entries.get(entry.pk))}
    if wanted:
        known = {**known, **_punctuality(sorted(wanted))}
    _measured = catalogue, since, known
    return known


def _overdue(catalogue: Overview, among: int) -> Counter[str]:
    """Of a set of datasets what is owed by now with nothing on its way, by unit."""
    now = clock.now()
    order = catalogue.order("due", lambda one: (one.due_at is None, one.due_at and one.due_at.timestamp()))
    owed = takewhile(lambda one: one.due_at is not None and one.due_at < now, map(catalogue.at, order.sequence))
    late = catalogue.some(bitsets.of(entry.number for entry in owed) & among)
    coming = set(HandIn.objects.coming_late(now)) if late else ()
    return Counter(entry.unit for entry in late if entry.pk not in coming)


@login_not_required
@require_safe
@kept_while_same
def agencies(request: HttpRequest) -> HttpResponse:
    """Every agency that owes data."""
    catalogue = present()
    known = catalogue.counts("unit", catalogue.known)
    published = catalogue.counts("unit", catalogue.known & catalogue.readable)
    overdue, punctual = _overdue(catalogue, catalogue.known), _all_punctuality(catalogue, list(known))
    lines = [
        AgencyLine(
            unit=unit,
            published=published.get(unit.code, 0),
            known=known[unit.code],
            overdue=overdue[unit.code],
            punctuality=punctual[unit.code],
        )
        for unit in Unit.objects.filter(code__in=list(known))
    ]
    lines.sort(key=lambda line: str(line.unit).casefold())
    is_measured = any(line.punctuality.of for line in lines)
    return render(request, "portal/agencies.html", {"lines": lines, "is_measured": is_measured})


@login_not_required
@require_safe
@kept_while_same
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """One agency. Positions are shown, persons are not."""
    catalogue = present()
    mine = catalogue.having("unit", code) & catalogue.known
    unit = Unit.objects.filter(code=code).first()
    if unit is None or not mine:
        raise Http404
    producers = {entry.producer for entry in catalogue.some(mine)}
    listed = Listed(catalogue, mine, catalogue.order("name", lambda _entry: 0))
    page = AgencyPage(
        unit=unit,
        page=Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        known=len(listed),
        published=(mine & catalogue.readable).bit_count(),
        overdue=_overdue(catalogue, mine)[code],
        punctuality=_punctuality([code])[code],
        positions=tuple(Position.objects.filter(code__in=producers).order_by("code")),
    )
    return render(request, "portal/agency.html", {"page": page})
