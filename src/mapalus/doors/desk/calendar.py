"""Kalender kerja: on which days offices are open, month by month; days are declared and taken back here."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mapalus.apps.directory import actions
from mapalus.apps.directory.calendar import PROVINCE, calendar_named
from mapalus.apps.directory.models import LocalDay, Unit
from mapalus.apps.directory.roster import local_day
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound
from mapalus.engine.workdays import Calendar, DayKind

__all__ = ["CalendarPage", "DayCell", "DayNote", "DayPage", "MonthSheet", "add", "calendar", "remove"]

_FIRST, _LAST = 2000, 2100


@dataclass(frozen=True)
class DayCell:
    """One square: desk/calendar/_month.html. `look` is a kind of day off, `worked`, or empty for a working day."""

    day: date
    look: str
    said: str  # for who does not see the colour
    is_today: bool
    is_estimated: bool


@dataclass(frozen=True)
class DayNote:
    """One line under a month: a day off, or a holiday that is worked on."""

    day: date
    look: str
    name: str
    kind: str
    is_estimated: bool
    declared: LocalDay | None


@dataclass(frozen=True)
class MonthSheet:
    name: str
    first: date
    weeks: tuple[tuple[DayCell | None, ...], ...]
    working: int
    notes: tuple[DayNote, ...]


@dataclass(frozen=True)
class CalendarPage:
    """Context of desk/calendar/year.html."""

    seat: Seat
    year: int
    before: int | None
    after: int | None
    unit: Unit | None
    units: tuple[Unit, ...]  # those with days of their own
    weekdays: tuple[tuple[str, str], ...]
    months: tuple[MonthSheet, ...]
    working: int
    estimated: int
    has_leave: bool
    may_declare: bool
    may_take_back: bool


@dataclass(frozen=True)
class DayPage:
    """Context of desk/calendar/day.html: a declaration, or the taking back of one."""

    seat: Seat
    form: forms.Form
    declared: LocalDay | None
    back: str


class DayForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    effect = forms.ChoiceField(
        label=gettext_lazy("What happens on it"),
        choices=[
            ("closed", gettext_lazy("Offices are closed")),
            ("open", gettext_lazy("Offices are open on a holiday")),
        ],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the day"), max_length=160, help_text=gettext_lazy("It stands in every explanation.")
    )
    decree = forms.CharField(
        label=gettext_lazy("Legal basis"),
        max_length=120,
        help_text=gettext_lazy("Number of the decree or circular, such as SKB 3 Menteri Nomor 1017 Tahun 2024."),
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("For whom"), required=False, empty_label=gettext_lazy("All units")
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why is it taken back"), max_length=240)


@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """A year; `?tahun=2027` another one, `?unit=dinkes` with the days of that unit."""
    place = seat(request)
    today = local_day(place.now)
    year = _year(request.GET.get("tahun", ""), today)
    units = Unit.objects.visible_to(place.actor)
    unit = units.filter(pk=request.GET["unit"]).first() if request.GET.get("unit") else None
    days = calendar_named(unit.code if unit else PROVINCE)
    declared = LocalDay.objects.visible_to(place.actor).filter(day__year=year).select_related("unit")
    months = tuple(_month(year, month, days, _by_day(declared, unit), today) for month in MONTHS)
    notes = [note for sheet in months for note in sheet.notes]
    page = CalendarPage(
        seat=place,
        year=year,
        before=year - 1 if year > _FIRST else None,
        after=year + 1 if year < _LAST else None,
        unit=unit,
        units=tuple(units.filter(days__isnull=False).distinct().order_by("short")),
        weekdays=tuple((str(WEEKDAYS_ABBR[number]), str(WEEKDAYS[number])) for number in WEEKDAYS),
        months=months,
        working=sum(sheet.working for sheet in months),
        estimated=sum(note.is_estimated for note in notes),
        has_leave=any(note.look == DayKind.LEAVE for note in notes),
        may_declare=place.actor.may("calendar.add-day", LocalDay, place.now),
        may_take_back=place.actor.may("calendar.remove-day", LocalDay, place.now),
    )
    return render(request, "desk/calendar/year.html", {"view": page})


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Ask for a day, then declare it."""
    place = seat(request)
    if not place.actor.may("calendar.add-day", LocalDay, place.now):
        raise NotAllowed(act="calendar.add-day")
    start = {"day": request.GET.get("hari", ""), "effect": "closed"}
    form = DayForm(request.POST if request.method == "POST" else None, initial=start)
    choice = form.fields["unit"]
    if isinstance(choice, forms.ModelChoiceField):
        choice.queryset = Unit.objects.visible_to(place.actor).order_by("name")
    if request.method == "POST" and form.is_valid():
        try:
            made = _declare(form.cleaned_data, place)
        except (Invalid, Conflict) as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Declared. Open deadlines are reckoned anew."))
            return redirect(_back(made))
    page = DayPage(place, form, None, reverse("desk:calendar"))
    return render(request, "desk/calendar/day.html", {"view": page}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Ask why, then take the day back."""
    place = seat(request)
    if not place.actor.may("calendar.remove-day", LocalDay, place.now):
        raise NotAllowed(act="calendar.remove-day")
    declared = LocalDay.objects.visible_to(place.actor).select_related("unit").filter(pk=number).first()
    if declared is None:
        raise NotFound(day=number)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_day(declared, by=place.actor, now=place.now, reason=form.cleaned_data["reason"])
        except (Invalid, Conflict) as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Taken back. Open deadlines are reckoned anew."))
            return redirect(_back(declared))
    page = DayPage(place, form, declared, _back(declared))
    return render(request, "desk/calendar/day.html", {"view": page}, status=422 if form.errors else 200)


def _declare(data: dict[str, Any], place: Seat) -> LocalDay:
    facts = {name: data[name] for name in ("day", "name", "decree", "unit")}
    return actions.add_day(LocalDay, by=place.actor, now=place.now, is_worked=data["effect"] == "open", **facts)


def _back(declared: LocalDay) -> str:
    more = f"&unit={declared.unit_id}" if declared.unit_id else ""
    return f"{reverse('desk:calendar')}?tahun={declared.day.year}{more}"


def _year(text: str, today: date) -> int:
    return int(text) if text.isascii() and text.isdigit() and _FIRST <= int(text) <= _LAST else today.year


def _by_day(declared: Iterable[LocalDay], unit: Unit | None) -> dict[date, LocalDay]:
    """The unit's own word on a day goes before the province's."""
    found = {one.day: one for one in declared if one.unit is None}
    return found | {one.day: one for one in declared if unit is not None and one.unit == unit}


def _month(year: int, month: int, days: Calendar, declared: dict[date, LocalDay], today: date) -> MonthSheet:
    weeks = [[day if day.month == month else None for day in week] for week in Weeks().monthdatescalendar(year, month)]
    dates = [day for week in weeks for day in week if day]
    notes = {day: note for day in dates if (note := _note(day, days, declared.get(day))) is not None}
    return MonthSheet(
        name=str(MONTHS[month]),
        first=dates[0],
        weeks=tuple(tuple(_cell(day, days, notes.get(day), today) if day else None for day in week) for week in weeks),
        working=sum(days.is_working(day) for day in dates),
        notes=tuple(notes.values()),
    )


def _cell(day: date, days: Calendar, note: DayNote | None, today: date) -> DayCell:
    look = note.look if note else "" if days.is_working(day) else str(DayKind.WEEKEND)
    said = f"{note.kind}: {note.name}" if note else ""
    return DayCell(day, look, said, day == today, note is not None and note.is_estimated)


def _note(day: date, days: Calendar, declared: LocalDay | None) -> DayNote | None:
    worked, off = days.opened_as(day), days.off(day)
    if worked is not None and declared is not None:
        return DayNote(day, "worked", worked, _("Open on a holiday"), False, declared)
    if off is None or off.kind is DayKind.WEEKEND:
        return None
    kind = {
        DayKind.PUBLIC: _("National holiday"),
        DayKind.LEAVE: _("Collective leave"),
        DayKind.LOCAL: _("Declared by the province"),
    }[off.kind]
    if declared is not None and declared.unit is not None:
        kind = _("Declared for %(unit)s") % {"unit": declared.unit.short}
    return DayNote(day, str(off.kind), off.name, kind, off.is_estimated, declared)
