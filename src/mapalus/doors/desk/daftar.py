"""Daftar data: the yearly plan. One's unit proposes, walidata confirms, the coordinator of the Forum decides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mapalus.apps.catalogue import daftar as plans
from mapalus.apps.catalogue import daftar_acts, daftar_file
from mapalus.apps.catalogue.models import DataPlan, EntryState, PlanEntry
from mapalus.apps.directory.models import Unit
from mapalus.apps.ledger.models import unit_of
from mapalus.doors.desk.daftar_forms import DecideForm, EntryForm, OpenForm
from mapalus.doors.desk.problems import said, to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, Problem

__all__ = ["PlanPage", "decide", "listing", "listing_file", "new", "open_plan", "plan_of", "standing_look"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAGE = 40
_LOOKS = {
    plans.Standing.PLANNED: "none",
    plans.Standing.HANDED_IN: "soon",
    plans.Standing.PUBLISHED: "good",
    plans.Standing.LATE: "late",
}
_STATE_LOOKS = {
    EntryState.PROPOSED: "soon",
    EntryState.RETURNED: "late",
    EntryState.CONFIRMED: "soon",
    EntryState.DECIDED: "good",
    EntryState.DROPPED: "none",
}


@dataclass(frozen=True)
class EntryRow:
    """One line in a list: desk/daftar/list.html."""

    entry: PlanEntry
    look: str
    state: str
    standing_look: str
    standing: str


@dataclass(frozen=True)
class PlanPage:
    """Context of desk/daftar/list.html. Without `plan` there is none yet."""

    seat: Seat
    plan: DataPlan | None
    years: tuple[int, ...]
    rows: tuple[EntryRow, ...]
    page: Page[PlanEntry]
    counts: tuple[tuple[str, str, str, int], ...]  # state, look, words, number
    chosen: str
    total: int
    may_propose: bool
    open_form: OpenForm | None
    decide_form: DecideForm | None
    ready: int  # lines that a decision would take


@dataclass(frozen=True)
class EntryFormPage:
    """Context of desk/daftar/form.html."""

    seat: Seat
    plan: DataPlan
    form: EntryForm
    entry: PlanEntry | None = None


def standing_look(standing: plans.Standing) -> tuple[str, str]:
    """The look and the words of how far a planned dataset has come."""
    words = {
        plans.Standing.PLANNED: _("planned"),
        plans.Standing.HANDED_IN: _("handed in"),
        plans.Standing.PUBLISHED: _("published"),
        plans.Standing.LATE: _("late"),
    }
    return _LOOKS[standing], words[standing]


def plan_of(year: str | int | None, place: Seat) -> DataPlan | None:
    """The plan of a year, else the newest one."""
    if year not in (None, ""):
        found = (
            DataPlan.objects.filter(year=int(year)).first() if str(year).isdecimal() and len(str(year)) == 4 else None
        )
        if found is None:
            raise Http404
        return found
    return DataPlan.objects.order_by("-year").first()


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The lines of one year that one may see, by state."""
    return _listing(request, seat(request))


def _listing(
    request: HttpRequest, place: Seat, *, wrong: OpenForm | DecideForm | None = None, year: int | None = None
) -> HttpResponse:
    plan = plan_of(year or request.GET.get("tahun"), place)
    everything = PlanEntry.objects.visible_to(place.actor).filter(plan=plan) if plan else PlanEntry.objects.none()
    only_mine = request.GET.get("milik") != "semua" and not place.sees_all
    if only_mine:
        everything = everything.filter(unit=unit_of(place.actor))
    chosen = request.GET.get("keadaan", "")
    numbers = Counter(everything.order_by().values_list("state", flat=True))
    counts = tuple(
        (state.value, _STATE_LOOKS[state], str(state.label), numbers[state.value])
        for state in EntryState
        if numbers[state.value]
    )
    shown = everything.filter(state=chosen) if chosen else everything
    page = Paginator(shown.for_reading().order_by("code"), _PAGE).get_page(request.GET.get("page"))
    states = plans.standings(list(page.object_list), now=place.now)
    rows = tuple(
        EntryRow(one, _STATE_LOOKS[one.stage], str(one.stage.label), *standing_look(states[one.pk]))
        for one in page.object_list
    )
    actor, now = place.actor, place.now
    may_decide = plan is not None and actor.may("catalogue.decide-plan", plan, now)
    ready = plan.entries.filter(state=EntryState.CONFIRMED).count() if plan else 0
    view = PlanPage(
        seat=place,
        plan=plan,
        years=tuple(DataPlan.objects.order_by("-year").values_list("year", flat=True)),
        rows=rows,
        page=page,
        counts=counts,
        chosen=chosen,
        total=sum(numbers.values()),
        may_propose=actor.may("catalogue.propose-entry", Unit, now),
        open_form=_open_form(wrong, now.year + 1) if actor.may("catalogue.open-plan", Unit, now) else None,
        decide_form=(wrong if isinstance(wrong, DecideForm) else DecideForm()) if may_decide and ready else None,
        ready=ready,
    )
    return render(request, "desk/daftar/list.html", {"view": view}, status=422 if wrong is not None else 200)


def _open_form(wrong: OpenForm | DecideForm | None, year: int) -> OpenForm:
    return wrong if isinstance(wrong, OpenForm) else OpenForm(initial={"year": year})


@require_safe
def listing_file(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """The lines of a year that one may see, as a workbook or CSV: what is exported here can be imported again."""
    place = seat(request)
    plan = plan_of(year, place)
    if plan is None or kind not in ("csv", "xlsx"):
        raise Http404
    entries = list(
        PlanEntry.objects.visible_to(place.actor).filter(plan=plan).standing().for_reading().order_by("code")
    )
    return file_of(entries, year=plan.year, kind=kind, states=plans.standings(entries, now=place.now))


def file_of(entries: list[PlanEntry], *, year: int, kind: str, states: dict[int, plans.Standing]) -> HttpResponse:
    """The file itself."""
    lines = daftar_file.lines_of(entries, states={key: one.value for key, one in states.items()})
    media = XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    response = HttpResponse(daftar_file.written(year, kind, lines), content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="daftar-data-{year}.{kind}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Propose a line."""
    place = seat(request)
    if not place.actor.may("catalogue.propose-entry", Unit, place.now):
        raise NotAllowed(act="catalogue.propose-entry")
    plan = plan_of(request.GET.get("tahun"), place)
    if plan is None:
        raise Http404
    form = EntryForm(request.POST, place=place) if request.method == "POST" else EntryForm(place=place)
    if request.method == "POST" and form.is_valid():
        producer = form.cleaned_data["producer"]
        try:
            made = daftar_acts.propose_entry(
                producer.unit, plan=plan, producer=producer, values=form.values(), by=place.actor, now=place.now
            )
        except Problem as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Proposed as %(code)s; walidata looks at it next.") % {"code": made.code})
            return redirect("desk:daftar-entry", made.code)
    page = EntryFormPage(place, plan, form)
    return render(request, "desk/daftar/form.html", {"view": page}, status=422 if form.errors else 200)


@require_POST
def open_plan(request: HttpRequest) -> HttpResponse:
    """Call for the proposals of a year."""
    place, form = seat(request), OpenForm(request.POST)
    if not place.actor.may("catalogue.open-plan", Unit, place.now):
        raise NotAllowed(act="catalogue.open-plan")
    if form.is_valid():
        unit = Unit.objects.filter(pk=unit_of(place.actor)).first()
        try:
            if unit is None:
                raise NotAllowed
            made = daftar_acts.open_plan(unit, **form.cleaned_data, by=place.actor, now=place.now)
        except Problem as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Proposals for %(year)s may come in.") % {"year": made.year})
            return redirect(f"{reverse('desk:daftar')}?{urlencode({'tahun': made.year})}")
    return _listing(request, place, wrong=form)


@require_POST
def decide(request: HttpRequest, year: int) -> HttpResponse:
    """Decide what is confirmed."""
    place, form = seat(request), DecideForm(request.POST)
    plan = plan_of(year, place)
    if plan is None:
        raise Http404
    if not place.actor.may("catalogue.decide-plan", plan, place.now):
        raise NotAllowed(act="catalogue.decide-plan")
    if form.is_valid():
        number = plan.entries.filter(state=EntryState.CONFIRMED).count()
        try:
            daftar_acts.decide_plan(plan, decree=form.cleaned_data["decree"], by=place.actor, now=place.now)
        except Problem as problem:
            messages.error(request, said(problem))
        else:
            text = ngettext("%(n)s line is decided.", "%(n)s lines are decided.", number) % {"n": number}
            messages.success(request, text)
        return redirect(f"{reverse('desk:daftar')}?{urlencode({'tahun': year})}")
    return _listing(request, place, wrong=form, year=year)
