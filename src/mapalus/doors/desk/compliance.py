"""Papan kepatuhan: one's own agency sees its score first, may object, and reads what walidata answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mapalus.apps.catalogue import scores_acts
from mapalus.apps.catalogue.models import Outcome, UnitScore
from mapalus.apps.directory.models import Unit
from mapalus.apps.ledger.models import unit_of
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.ui.compliance import BoardRow, ScoreSheet, board, sheet
from mapalus.engine.errors import NotAllowed, Problem

__all__ = ["ScorePage", "ScoresPage", "score", "scores"]


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What is wrong, and by what can one see it?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Name the dataset, the period and the number. This text is shown with the score later."),
    )


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(label=gettext_lazy("Decision"), choices=Outcome.choices, widget=forms.RadioSelect)
    answer = forms.CharField(label=gettext_lazy("Answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True)
class ScoresPage:
    """Context of desk/compliance/list.html."""

    seat: Seat
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True)
class ScorePage:
    """Context of desk/compliance/page.html."""

    seat: Seat
    unit: Unit
    sheet: ScoreSheet
    is_first: bool  # the agency sees it before others do
    objection_form: ObjectionForm | None
    answer_form: AnswerForm | None


@never_cache
@require_safe
def scores(request: HttpRequest) -> HttpResponse:
    """The agencies whose scores one may see now; one's own first."""
    place = seat(request)
    seen = UnitScore.objects.visible_to(place.actor, now=place.now).for_reading()
    rows = board(seen.order_by("-period", "unit__name"), mine=unit_of(place.actor), now=place.now)
    return render(request, "desk/compliance/list.html", {"view": ScoresPage(place, rows)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def score(request: HttpRequest, code: str) -> HttpResponse:
    """One agency's score of a month (`?bulan=2026-10`), opened to its parts."""
    place = seat(request)
    months = list(
        UnitScore.objects.visible_to(place.actor, now=place.now).for_reading().filter(unit=code).order_by("-period")
    )
    wanted = request.GET.get("bulan", "")
    found = next((one for one in months if not wanted or one.period == wanted), None)
    if found is None:
        raise Http404
    if request.method == "POST":
        return _act(request, place, found, months)
    return _page(request, place, found, months)


def _page(
    request: HttpRequest, place: Seat, found: UnitScore, months: list[UnitScore], *, wrong: forms.Form | None = None
) -> HttpResponse:
    opened = sheet(found, months=months)
    is_first = place.now < found.leaders_from
    may_object = is_first and opened.objection is None and _may(place, "catalogue.object-score", found)
    waits = opened.objection is not None and opened.objection.answered_at is None
    may_answer = waits and _may(place, "catalogue.answer-objection", found)
    view = ScorePage(
        seat=place,
        unit=found.unit,
        sheet=opened,
        is_first=is_first,
        objection_form=(wrong if isinstance(wrong, ObjectionForm) else ObjectionForm()) if may_object else None,
        answer_form=(wrong if isinstance(wrong, AnswerForm) else AnswerForm()) if may_answer else None,
    )
    return render(request, "desk/compliance/page.html", {"view": view}, status=422 if wrong else 200)


def _may(place: Seat, act: str, found: UnitScore) -> bool:
    return place.actor.may(act, found, place.now)


def _act(request: HttpRequest, place: Seat, found: UnitScore, months: list[UnitScore]) -> HttpResponse:
    is_answer = request.POST.get("langkah") == "jawab"
    act = "catalogue.answer-objection" if is_answer else "catalogue.object-score"
    if not _may(place, act, found):
        raise NotAllowed(act=act)
    form: ObjectionForm | AnswerForm = AnswerForm(request.POST) if is_answer else ObjectionForm(request.POST)
    if form.is_valid():
        given: dict[str, Any] = {**form.cleaned_data, "by": place.actor, "now": place.now}
        try:
            if is_answer:
                scores_acts.answer_objection(found, **{**given, "outcome": Outcome(given["outcome"])})
            else:
                scores_acts.object_to_score(found, **given)
        except Problem as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Answered.") if is_answer else _("Your objection is with walidata."))
            return redirect(f"{request.path}?bulan={found.period}")
    return _page(request, place, found, months, wrong=form)
