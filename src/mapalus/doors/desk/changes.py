"""Keputusan perubahan: one change against the last version, what it means, and who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mapalus.apps.catalogue import actions, changing, drifting
from mapalus.apps.catalogue.models import Change
from mapalus.doors.desk.problems import sentence, to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, NotFound, Problem

__all__ = ["ChangeForm", "ChangePage", "ChangeRow", "change", "rows_of"]


class ChangeForm(forms.Form):
    choice = forms.ChoiceField(label=gettext_lazy("What it means"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Written down with the decision; everybody who sees the dataset may read it."),
    )  # fmt: skip


@dataclass(frozen=True)
class ChangeRow:
    """One change: desk/changes/_rows.html."""

    change: Change
    text: str
    advice: str
    look: str
    state: str
    decision: str
    may_decide: bool


@dataclass(frozen=True)
class ChangePage:
    """Context of desk/changes/page.html."""

    seat: Seat
    row: ChangeRow
    form: ChangeForm | None


def rows_of(found: Iterable[Change], place: Seat) -> tuple[ChangeRow, ...]:
    return tuple(_row(one, place) for one in found)


def _row(one: Change, place: Seat) -> ChangeRow:
    finding, language = drifting.said(one), translation.get_language()
    look, state = "none", str(one.get_state_display())
    if one.is_waiting:
        look = "late" if one.is_holding else "soon"
        state = _("holds the publication") if one.is_holding else _("asks for a word")
    elif one.choice:
        look = "late" if one.choice == changing.WRONG else "good"
    return ChangeRow(
        change=one,
        text=finding.say(language=language),
        advice=finding.advice(language=language),
        look=look,
        state=state,
        decision=sentence(changing.CHOICES[one.choice]) if one.choice in changing.CHOICES else "",
        may_decide=_is_open(one) and place.actor.may("catalogue.decide-change", one, place.now),
    )


def _is_open(one: Change) -> bool:
    return one.is_waiting or one.choice == changing.WRONG


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found, with its numbers; POST decides."""
    place = seat(request)
    found = Change.objects.visible_to(place.actor).for_reading().filter(pk=pk).first()
    if found is None:
        raise NotFound(change=pk)
    row = _row(found, place)
    if request.method == "POST" and not row.may_decide:
        raise NotAllowed
    form = _form(request, found) if row.may_decide else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            actions.decide_change(found, **form.cleaned_data, by=place.actor, now=place.now)
        except Problem as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Decided, and written down. The same is not asked again."))
            return _back(found)
    status = 422 if form is not None and form.errors else 200
    return render(request, "desk/changes/page.html", {"view": ChangePage(place, row, form)}, status=status)


def _back(found: Change) -> HttpResponse:
    latest = found.handin.corrections.order_by("-pk").first() if found.handin else None
    handin = latest or found.handin
    return redirect("desk:handin", receipt=handin.receipt) if handin else redirect("desk:contract", found.dataset.name)


def _form(request: HttpRequest, found: Change) -> ChangeForm:
    form = ChangeForm(request.POST if request.method == "POST" else None)
    choice = form.fields["choice"]
    assert isinstance(choice, forms.ChoiceField)
    choice.choices = [(one, sentence(changing.CHOICES[one])) for one in changing.choices_for(found)]
    return form
