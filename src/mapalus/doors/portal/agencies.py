"""The agencies, and what each of them publishes and how punctually."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import Version
from mapalus.apps.directory.models import Position, Unit
from mapalus.doors.portal.caching import kept_while_same
from mapalus.doors.portal.datasets import Row, known_rows

__all__ = ["AgencyLine", "AgencyPage", "Punctuality", "agencies", "agency"]

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
    rows: tuple[Row, ...]
    punctuality: Punctuality
    positions: tuple[Position, ...]

    @property
    def published(self) -> int:
        return sum(row.is_readable for row in self.rows)

    @property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.rows)


def _punctuality(units: Sequence[str]) -> dict[str, Punctuality]:
    versions = (
        Version.objects.visible_to(None)
        .filter(dataset__unit__code__in=units, handin__due_at__isnull=False)
        .select_related("handin", "dataset")
        .order_by("-published_at")
    )
    taken: dict[str, list[bool]] = defaultdict(list)
    for version in versions:
        known = taken[version.dataset.unit_code]
        if version.handin is not None and len(known) < RECENT:
            known.append(not version.handin.was_late)
    return {unit: Punctuality(sum(taken.get(unit, [])), len(taken.get(unit, []))) for unit in units}


@login_not_required
@require_safe
@kept_while_same
def agencies(request: HttpRequest) -> HttpResponse:
    """Every agency that owes data."""
    by_unit: dict[str, list[Row]] = defaultdict(list)
    for row in known_rows():
        by_unit[row.dataset.unit_code].append(row)
    punctual = _punctuality(list(by_unit))
    lines = [
        AgencyLine(
            unit=rows[0].dataset.unit,
            published=sum(row.is_readable for row in rows),
            known=len(rows),
            overdue=sum(row.is_overdue for row in rows),
            punctuality=punctual[code],
        )
        for code, rows in by_unit.items()
    ]
    lines.sort(key=lambda line: str(line.unit).casefold())
    is_measured = any(line.punctuality.of for line in lines)
    return render(request, "portal/agencies.html", {"lines": lines, "is_measured": is_measured})


@login_not_required
@require_safe
@kept_while_same
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """One agency. Positions are shown, persons are not."""
    rows = tuple(row for row in known_rows() if row.dataset.unit_code == code)
    unit = Unit.objects.filter(code=code).first()
    if unit is None or not rows:
        raise Http404
    producers = {row.dataset.producer_code for row in rows}
    positions = tuple(Position.objects.filter(code__in=producers).order_by("code"))
    page = AgencyPage(unit, rows, _punctuality([code])[code], positions)
    return render(request, "portal/agency.html", {"page": page})
