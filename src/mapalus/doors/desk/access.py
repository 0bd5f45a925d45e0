"""Sifat data: on what ground a dataset is not open, until when, and where it stands in the DIK."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mapalus.apps.catalogue import actions
from mapalus.apps.catalogue.models import Classification, Dataset, Restriction
from mapalus.apps.catalogue.restricting import SOON
from mapalus.doors.desk.contracts import find_dataset
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, Problem

__all__ = ["AccessPage", "access"]


class AccessForm(forms.Form):
    classification = forms.ChoiceField(
        label=gettext_lazy("Access"), widget=forms.RadioSelect, choices=Classification.choices
    )
    article = forms.CharField(label=gettext_lazy("Article of law"), required=False, max_length=240)
    test = forms.CharField(
        label=gettext_lazy("Test of consequences"), required=False, max_length=240,
        help_text=gettext_lazy("Number and day of the uji konsekuensi."),
    )  # fmt: skip
    until = forms.DateField(
        label=gettext_lazy("Exempt until"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    entry = forms.CharField(
        label=gettext_lazy("Entry in the DIK"), required=False, max_length=240,
        help_text=gettext_lazy("List of exempt information: year and number, or the number of the request."),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Everybody reads this."),
    )  # fmt: skip


@dataclass(frozen=True)
class AccessPage:
    """Context of desk/contracts/access.html."""

    seat: Seat
    dataset: Dataset
    current: Restriction | None
    look: str  # how near its end is
    state: str
    past: Sequence[Restriction]
    form: AccessForm | None


@require_http_methods(["GET", "POST"])
def access(request: HttpRequest, name: str) -> HttpResponse:
    """Why it is not open; POST closes it on a ground or opens it."""
    place = seat(request)
    dataset = find_dataset(name, place)
    listed = list(Restriction.objects.filter(dataset=dataset))
    current = next((one for one in listed if one.ended_at is None), None)
    may = place.actor.may("catalogue.restrict", dataset, place.now)
    if request.method == "POST" and not may:
        raise NotAllowed
    form = AccessForm(request.POST if request.method == "POST" else None, initial=_start(dataset, current))
    if request.method == "POST" and form.is_valid() and _classify(request, dataset, form, place):
        return redirect("desk:dataset-access", name=name)
    look, state = _state(current, place)
    past = [one for one in listed if one.ended_at is not None]
    view = AccessPage(place, dataset, current, look, state, past, form if may else None)
    return render(request, "desk/contracts/access.html", {"view": view}, status=422 if form.errors else 200)


def _start(dataset: Dataset, current: Restriction | None) -> dict[str, object]:
    found: dict[str, object] = {"classification": dataset.classification}
    if current is not None:
        found |= {name: getattr(current, name) for name in ("article", "test", "until", "entry")}
    return found


def _state(current: Restriction | None, place: Seat) -> tuple[str, str]:
    if current is None:
        return "none", ""
    today = timezone.localtime(place.now).date()
    if current.is_over(today):
        return "late", _("the ground has ended")
    return ("soon", _("ends soon")) if current.until <= today + SOON else ("good", _("in force"))


def _classify(request: HttpRequest, dataset: Dataset, form: AccessForm, place: Seat) -> bool:
    data = form.cleaned_data
    ground = {name: data[name] or "" for name in ("article", "test", "until", "entry")}
    try:
        if data["classification"] == Classification.OPEN:
            actions.open_up(dataset, reason=data["reason"], by=place.actor, now=place.now)
        else:
            actions.restrict(
                dataset, classification=data["classification"], ground=ground, reason=data["reason"], by=place.actor,
                now=place.now,
            )  # fmt: skip
    except Problem as problem:
        to_form(problem, form)
        return False
    messages.success(request, _("Written down, in the contract and in the ledger."))
    return True
