"""The compliance board as everybody may read it: scores whose day has come, each opened to its parts."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import UnitScore
from mapalus.doors.portal.caching import kept_while_same
from mapalus.doors.ui.compliance import ScoreSheet, board, sheet
from mapalus.engine import clock

__all__ = ["PublicScore", "compliance", "score"]


@dataclass(frozen=True)
class PublicScore:
    """Context of portal/score.html."""

    unit: str
    code: str
    sheet: ScoreSheet


@login_not_required
@require_safe
@kept_while_same
def compliance(request: HttpRequest) -> HttpResponse:
    """Every agency with a public score."""
    now = clock.now()
    seen = UnitScore.objects.visible_to(None, now=now).for_reading().order_by("-period", "unit__name")
    return render(request, "portal/compliance.html", {"rows": board(seen, mine="", now=now)})


@login_not_required
@require_safe
@kept_while_same
def score(request: HttpRequest, code: str) -> HttpResponse:
    """One agency's score of a month."""
    months = list(
        UnitScore.objects.visible_to(None, now=clock.now()).for_reading().filter(unit=code).order_by("-period")
    )
    wanted = request.GET.get("bulan", "")
    found = next((one for one in months if not wanted or one.period == wanted), None)
    if found is None:
        raise Http404
    page = PublicScore(found.unit.name, code, sheet(found, months=months))
    return render(request, "portal/score.html", {"page": page})
