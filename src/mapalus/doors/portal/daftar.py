"""The yearly plan of data as everybody may read it: what is owed in a year, and how far it has come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue import daftar as plans
from mapalus.apps.catalogue import daftar_file
from mapalus.apps.catalogue.models import DataPlan, EntryState, PlanEntry
from mapalus.doors.portal.caching import kept_while_same
from mapalus.engine import clock

__all__ = ["PlanLine", "PublicPlan", "present", "year_file", "year_page"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LOOKS = {
    plans.Standing.PLANNED: "none",
    plans.Standing.HANDED_IN: "soon",
    plans.Standing.PUBLISHED: "good",
    plans.Standing.LATE: "late",
}


@dataclass(frozen=True)
class PlanLine:
    entry: PlanEntry
    look: str
    standing: str


@dataclass(frozen=True)
class PlanGroup:
    unit: str
    code: str
    lines: tuple[PlanLine, ...]


@dataclass(frozen=True)
class PublicPlan:
    """Context of portal/daftar.html."""

    plan: DataPlan
    years: tuple[int, ...]
    groups: tuple[PlanGroup, ...]
    counts: tuple[tuple[str, str, str, int], ...]  # standing, look, words, number
    chosen: str
    total: int
    priority: int


def _words() -> dict[plans.Standing, str]:
    return {
        plans.Standing.PLANNED: _("planned"),
        plans.Standing.HANDED_IN: _("handed in"),
        plans.Standing.PUBLISHED: _("published"),
        plans.Standing.LATE: _("late"),
    }


def _decided(year: int) -> tuple[DataPlan, list[PlanEntry]]:
    plan = DataPlan.objects.filter(year=year, decided_at__isnull=False).first()
    if plan is None:
        raise Http404
    entries = PlanEntry.objects.visible_to(None).filter(plan=plan, state=EntryState.DECIDED).for_reading()
    return plan, list(entries.order_by("unit__name", "title"))


@login_not_required
@require_safe
def present(request: HttpRequest) -> HttpResponse:
    """The plan of the year that runs."""
    year = plans.present_year(clock.now())
    if not DataPlan.objects.filter(year=year, decided_at__isnull=False).exists():
        return render(request, "portal/daftar_none.html", {"year": year})
    return redirect("portal:daftar-year", year)


@login_not_required
@require_safe
@kept_while_same
def year_page(request: HttpRequest, year: int) -> HttpResponse:
    """One year by agency, with the state of each line."""
    plan, entries = _decided(year)
    states = plans.standings(entries, now=clock.now())
    words, chosen = _words(), request.GET.get("keadaan", "")
    numbers = Counter(states.values())
    groups: dict[str, list[PlanLine]] = {}
    for one in entries:
        standing = states[one.pk]
        if not chosen or standing.value == chosen:
            groups.setdefault(one.unit_code, []).append(PlanLine(one, _LOOKS[standing], words[standing]))
    page = PublicPlan(
        plan=plan,
        years=tuple(DataPlan.objects.filter(decided_at__isnull=False).order_by("-year").values_list("year", flat=True)),
        groups=tuple(PlanGroup(lines[0].entry.unit.name, code, tuple(lines)) for code, lines in groups.items()),
        counts=tuple((one.value, _LOOKS[one], words[one], numbers[one]) for one in plans.Standing if numbers[one]),
        chosen=chosen,
        total=len(entries),
        priority=sum(one.is_priority for one in entries),
    )
    return render(request, "portal/daftar.html", {"page": page})


@login_not_required
@require_safe
def year_file(request: HttpRequest, year: str, kind: str) -> HttpResponse:
    """The decided lines of a year as CSV, Excel or JSON."""
    plan, entries = _decided(int(year))
    states = {key: one.value for key, one in plans.standings(entries, now=clock.now()).items()}
    lines = daftar_file.lines_of(entries, states=states)
    response = _file(plan.year, kind, lines)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _file(year: int, kind: str, lines: list[list[str]]) -> HttpResponse:
    if kind == "json":
        names = daftar_file.KEYS
        records = [dict(zip(names, line, strict=True)) for line in lines]
        return JsonResponse({"tahun": year, "jumlah": len(records), "daftar": records})
    media = XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    response = HttpResponse(daftar_file.written(year, kind, lines), content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="daftar-data-{year}.{kind}"'
    return response
