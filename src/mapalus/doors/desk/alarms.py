"""Alarms: what is out of order, who was told, what is done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mapalus.apps.boards.alarming import answer_alarm
from mapalus.apps.boards.models import Alarm
from mapalus.apps.catalogue.models import Indicator
from mapalus.apps.directory.models import Region
from mapalus.apps.directory.roster import roster
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.ui import figures
from mapalus.engine.errors import NotAllowed, NotFound, Problem

__all__ = ["AlarmPage", "AlarmRow", "AlarmsPage", "alarm", "alarms"]

_PAGE = 30


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("What is done about it"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Everybody who sees the number may read it. The alarm ends by itself."),
    )  # fmt: skip


@dataclass(frozen=True)
class AlarmRow:
    """One alarm in words."""

    alarm: Alarm
    indicator: str
    value: str  # as it was when the alarm began
    place: str
    position: str
    look: str
    state: str
    why: str  # where the number is explained


@dataclass(frozen=True)
class AlarmsPage:
    """Context of desk/alarms/list.html."""

    seat: Seat
    standing: tuple[AlarmRow, ...]
    ended: tuple[AlarmRow, ...]
    page: Page[Alarm]


@dataclass(frozen=True)
class AlarmPage:
    """Context of desk/alarms/page.html."""

    seat: Seat
    row: AlarmRow
    form: AnswerForm | None


def _rows(found: Iterable[Alarm], place: Seat) -> tuple[AlarmRow, ...]:
    rows = list(found)
    codes = {one.indicator for one in rows}
    known = Indicator.objects.visible_to(place.actor).filter(code__in=codes)
    indicators = {one.code: one for one in known}
    regions = dict(Region.objects.filter(code__in={one.region for one in rows}).values_list("code", "name"))
    holders = roster(place.now)
    return tuple(_row(one, indicators, regions, holders.positions) for one in rows if one.indicator in indicators)


def _row(
    one: Alarm, indicators: Mapping[str, Indicator], regions: Mapping[str, str], positions: Mapping[str, object]
) -> AlarmRow:
    indicator = indicators[one.indicator]
    if one.ended_at is not None:
        look, state = "good", _("over")
    elif one.answered_at is not None:
        look, state = "soon", _("being dealt with")
    else:
        look, state = "late", _("waits for an answer")
    language = get_language() or "id"
    value = figures.number(one.value, language=language, decimals=indicator.decimals)
    unit = indicator.unit_en if indicator.unit_en and language.startswith("en") else indicator.unit
    return AlarmRow(
        alarm=one,
        indicator=indicator.title_here,
        value=f"{value} {unit}".strip() if one.value is not None else "",
        place=regions.get(one.region, ""),
        position=str(getattr(positions.get(one.position), "title", "") or one.position),
        look=look,
        state=state,
        why=f"{reverse('command:why', args=[one.indicator])}{f'?wilayah={one.region}' if one.region else ''}",
    )


@require_GET
def alarms(request: HttpRequest) -> HttpResponse:
    """What stands now, the newest first; below it what is over."""
    place = seat(request)
    found = Alarm.objects.visible_to(place.actor)
    page = Paginator(found.filter(ended_at__isnull=False).order_by("-ended_at", "-pk"), _PAGE).get_page(
        request.GET.get("hal")
    )
    waiting_first = F("answered_at").asc(nulls_first=True)
    standing = _rows(found.standing().order_by(waiting_first, "-is_urgent", "-began_at"), place)
    view = AlarmsPage(place, standing, _rows(page.object_list, place), page)
    return render(request, "desk/alarms/list.html", {"view": view})


@require_http_methods(["GET", "POST"])
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """One alarm; POST says what is done about it."""
    place = seat(request)
    row = next(iter(_rows(Alarm.objects.visible_to(place.actor).filter(pk=pk), place)), None)
    if row is None:
        raise NotFound(alarm=pk)
    may = row.alarm.ended_at is None and place.actor.may("boards.answer-alarm", row.alarm, place.now)
    if request.method == "POST" and not may:
        raise NotAllowed
    form = AnswerForm(request.POST if request.method == "POST" else None) if may else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            answer_alarm(row.alarm, answer=form.cleaned_data["answer"], by=place.actor, now=place.now)
        except Problem as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Written down. The alarm ends when its number is in order again."))
            return redirect("desk:alarm", pk)
    status = 422 if form is not None and form.errors else 200
    return render(request, "desk/alarms/page.html", {"view": AlarmPage(place, row, form)}, status=status)
