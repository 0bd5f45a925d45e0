"""Pelatihan: who was trained in what and when; walidata writes it down. No number of a person is shown."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mapalus.apps.directory import actions
from mapalus.apps.directory.models import Appointment, Person, Training
from mapalus.apps.directory.roster import local_day
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import Conflict, Invalid, NotAllowed

__all__ = ["TrainingPage", "trainings"]

_PAGE = 40
RECORD = "directory.record-training"


class HolderChoice(forms.ModelChoiceField[Appointment]):
    def label_from_instance(self, obj: Appointment) -> str:
        return f"{obj.position.unit.short}: {obj.person.name}, {obj.position.title}"


class TrainingForm(forms.Form):
    """Shape only; whether somebody held the post that day, the act knows."""

    holder = HolderChoice(Appointment.objects.none(), label=gettext_lazy("Who"), empty_label=gettext_lazy("Choose"))
    subject = forms.CharField(
        label=gettext_lazy("In what"), max_length=160, help_text=gettext_lazy("Metadata MS-Ind, checking a file, PPID")
    )
    held_on = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@dataclass(frozen=True)
class TrainingPage:
    """Context of desk/duties/trainings.html."""

    seat: Seat
    rows: tuple[Training, ...]
    page: Page[Training]
    form: TrainingForm | None


@require_http_methods(["GET", "POST"])
def trainings(request: HttpRequest) -> HttpResponse:
    """One's own unit's; walidata sees all and writes down new ones."""
    place = seat(request)
    may = place.actor.may(RECORD, Person, place.now)
    if request.method == "POST" and not may:
        raise NotAllowed(act=RECORD)
    form = _form(request, place) if may else None
    if form is not None and request.method == "POST" and form.is_valid() and _record(form, place):
        messages.success(request, _("Written down."))
        return redirect("desk:trainings")
    seen = Training.objects.visible_to(place.actor).select_related("person", "position__unit")
    page = Paginator(seen, _PAGE).get_page(request.GET.get("page"))
    view = TrainingPage(place, tuple(page.object_list), page, form)
    return render(request, "desk/duties/trainings.html", {"view": view}, status=422 if form and form.errors else 200)


def _form(request: HttpRequest, place: Seat) -> TrainingForm:
    form = TrainingForm(request.POST if request.method == "POST" else None)
    field = form.fields["holder"]
    assert isinstance(field, HolderChoice)
    held = (
        Appointment.objects.visible_to(place.actor).on(local_day(place.now)).select_related("person", "position__unit")
    )
    field.queryset = held.order_by("position__unit__short", "person__name")
    return form


def _record(form: TrainingForm, place: Seat) -> bool:
    held: Appointment = form.cleaned_data["holder"]
    try:
        actions.record_training(
            held.person, position=held.position, subject=form.cleaned_data["subject"],
            held_on=form.cleaned_data["held_on"], by=place.actor, now=place.now,
        )  # fmt: skip
    except (Conflict, Invalid) as problem:
        to_form(problem, form)
        return False
    return True
