"""Hitung tenggat: when something received then is due, and why on that day. Nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.deadlines import DayCounted, Due, Term, Unit, due, explain, received_as

__all__ = ["ReckoningPage", "StoryDay", "reckon", "story_days"]

_MOST = {Unit.WORKING_DAYS: 365, Unit.HOURS: 9_000, Unit.OPEN_HOURS: 3_000}


class ReckoningForm(forms.Form):
    tanggal = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    pukul = forms.TimeField(
        label=gettext_lazy("Received at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    jumlah = forms.IntegerField(label=gettext_lazy("How much"), min_value=0)
    satuan = forms.ChoiceField(
        label=gettext_lazy("What is counted"),
        choices=[
            (str(Unit.WORKING_DAYS), gettext_lazy("working days")),
            (str(Unit.OPEN_HOURS), gettext_lazy("open hours")),
            (str(Unit.HOURS), gettext_lazy("every hour, day and night")),
        ],
    )

    def clean_tanggal(self) -> date:
        day: date = self.cleaned_data["tanggal"]
        if not 2000 <= day.year <= 2099:
            raise forms.ValidationError(gettext_lazy("The year must be between 2000 and 2099."))
        return day

    def clean(self) -> None:
        amount, unit = self.cleaned_data.get("jumlah"), self.cleaned_data.get("satuan")
        if amount is not None and unit and amount > _MOST[Unit(unit)]:
            self.add_error("jumlah", gettext_lazy("That is more than can be shown day by day."))


@dataclass(frozen=True)
class StoryDay:
    """One line of desk/calendar/_story.html."""

    day: date
    counted: bool
    text: str
    is_due: bool


@dataclass(frozen=True)
class ReckoningPage:
    """Context of desk/calendar/reckon.html."""

    seat: Seat
    form: ReckoningForm
    deadline: Due | None
    counts_from: datetime | None  # where that is another moment than the arrival
    story: tuple[StoryDay, ...]


def story_days(story: tuple[DayCounted, ...], deadline: Due) -> tuple[StoryDay, ...]:
    """The story of a due date in the language of the page."""
    language = translation.get_language() or "id"
    return tuple(
        StoryDay(told.day, told.counted, told.say(language=language), told.day == deadline.day) for told in story
    )


@require_GET
def reckon(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    if "jumlah" not in request.GET:
        now = timezone.localtime(place.now)
        start = {"tanggal": now.date(), "pukul": now.time(), "jumlah": 10, "satuan": str(Unit.WORKING_DAYS)}
        page = ReckoningPage(place, ReckoningForm(initial=start), None, None, ())
        return render(request, "desk/calendar/reckon.html", {"view": page})
    form = ReckoningForm(request.GET)
    if not form.is_valid():
        page = ReckoningPage(place, form, None, None, ())
        return render(request, "desk/calendar/reckon.html", {"view": page}, status=422)
    return render(request, "desk/calendar/reckon.html", {"view": _reckoned(place, form)})


def _reckoned(place: Seat, form: ReckoningForm) -> ReckoningPage:
    calendar = place.calendar()
    term = Term(Unit(form.cleaned_data["satuan"]), form.cleaned_data["jumlah"])
    received_at = calendar.at(form.cleaned_data["tanggal"], form.cleaned_data["pukul"])
    deadline = due(term, received_at=received_at, calendar=calendar)
    counts_from = received_as(received_at, calendar=calendar) if term.unit is not Unit.HOURS else received_at
    return ReckoningPage(
        seat=place,
        form=form,
        deadline=deadline,
        counts_from=None if counts_from == received_at else counts_from,
        story=story_days(explain(term, received_at=received_at, calendar=calendar), deadline),
    )
