"""Permintaan setoran: who was asked for what until when, who has handed in, and asking again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mapalus.apps.catalogue import actions
from mapalus.apps.catalogue.models import DataCall, Dataset, HandIn, Owed, Reminder
from mapalus.apps.catalogue.models.calls import OwedQuerySet
from mapalus.apps.directory.roster import Roster, roster
from mapalus.doors.desk.due import DueMark, due_mark
from mapalus.doors.desk.holders import holding_of
from mapalus.doors.desk.problems import said, to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.words import state_text
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound

__all__ = [
    "CallPage",
    "CallsPage",
    "NewCallPage",
    "OwedPage",
    "OwedRow",
    "call",
    "calls",
    "new",
    "off",
    "owed",
    "remind",
]

_PAGE = 30


class DatasetsChoice(forms.ModelMultipleChoiceField[Dataset]):
    def label_from_instance(self, obj: Dataset) -> str:
        return f"{obj.unit.short or obj.unit.name}: {obj.title_here}"


class CallForm(forms.Form):
    """Shape only; whether it may be asked so, the act knows."""

    title = forms.CharField(label=gettext_lazy("What is asked for"), max_length=200)
    reason = forms.CharField(
        label=gettext_lazy("What for"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The agencies read this: what the data will be used for, and by whom."),
    )  # fmt: skip
    period = forms.CharField(
        label=gettext_lazy("Period"), max_length=40,
        help_text=gettext_lazy("2026-10 for a month, 2026-Q3 for a quarter, 2026-S1 for a half-year, 2026 for a year."),
    )  # fmt: skip
    due_on = forms.DateField(
        label=gettext_lazy("Due day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Until the office closes on that day."),
    )  # fmt: skip
    datasets = DatasetsChoice(
        Dataset.objects.none(), to_field_name="name", label=gettext_lazy("Datasets"),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class OffForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is called off"), max_length=400)


@dataclass(frozen=True)
class OwedRow:
    """One period that is owed: desk/calls/_owed.html."""

    owed: Owed
    look: str
    state: str
    where: str  # with whom it is
    address: str  # of the hand-in that is on its way or was published, else of the form
    due: DueMark | None
    reminded: int
    may_remind: bool


@dataclass(frozen=True)
class CallRow:
    """One line of the list."""

    call: DataCall
    done: int
    total: int
    due: DueMark


@dataclass(frozen=True)
class CallsPage:
    """Context of desk/calls/list.html: the calls, and everything that is owed and late without one."""

    seat: Seat
    rows: tuple[CallRow, ...]
    page: Page[DataCall]
    late: tuple[OwedRow, ...]
    may_call: bool


@dataclass(frozen=True)
class NewCallPage:
    """Context of desk/calls/new.html."""

    seat: Seat
    form: CallForm
    is_priority: bool  # priority data are ticked


@dataclass(frozen=True)
class CallPage:
    """Context of desk/calls/page.html."""

    seat: Seat
    call: DataCall
    due: DueMark | None
    groups: tuple[tuple[str, tuple[OwedRow, ...]], ...]  # not yet, on its way, handed in
    done: int
    total: int
    waiting: int  # rows of which nothing has come
    may_remind: bool
    form: OffForm | None  # None: this position calls nothing off


@dataclass(frozen=True)
class OwedPage:
    """Context of desk/calls/owed.html: one period that is owed, and everybody who was told."""

    seat: Seat
    row: OwedRow
    told: tuple[tuple[Reminder, str], ...]  # with the title of whom


# --- rows ------------------------------------------------------------------------------------------------------------


def _rows(found: Iterable[Owed], place: Seat) -> tuple[OwedRow, ...]:
    listed = list(found)
    known, coming = roster(place.now), _coming(listed)
    may = place.actor.may("catalogue.remind", Owed, place.now)
    return tuple(_row(one, coming.get((one.dataset_id, one.period)), place, known, may=may) for one in listed)


def _coming(listed: list[Owed]) -> dict[tuple[int, str], HandIn]:
    """What is on its way or was published for these periods, the newest of each; one query."""
    found = HandIn.objects.filter(dataset__in={one.dataset_id for one in listed}).exclude(
        state__in=("withdrawn", "replaced")
    )
    return {(one.dataset_id, one.period): one for one in found.select_related("dataset").order_by("received_at", "pk")}


def _row(owed: Owed, coming: HandIn | None, place: Seat, known: Roster, *, may: bool) -> OwedRow:
    new = f"{reverse('desk:handin-new')}?data={owed.dataset.name}&periode={owed.period}"
    address = reverse("desk:handin", args=[coming.receipt]) if coming else new
    where = holding_of(owed.dataset.producer_code, known).title
    if owed.dropped_at is not None:
        look, state = "none", _("called off")
    elif owed.fulfilled_at is not None:
        look, state = "good", _("published")
    elif coming is not None and coming.stage.is_open:
        look, state = "soon", state_text(coming)
        where = holding_of(coming.turn, known).title if coming.turn else ""
    else:
        is_part = coming is not None and not coming.stage.is_open
        look, state = "late" if owed.is_late(place.now) else "none", _("not complete yet") if is_part else _("not yet")
    is_waiting = owed.is_open and not (coming is not None and coming.stage.is_open)
    return OwedRow(
        owed=owed,
        look=look,
        state=state,
        where=where,
        address=address,
        due=due_mark(owed.due_at, place.now, place.calendar) if owed.is_open else None,
        reminded=int(getattr(owed, "reminded", 0)),
        may_remind=may and is_waiting,
    )


def _owing(place: Seat) -> OwedQuerySet:
    return Owed.objects.visible_to(place.actor).count_reminders().for_reading()


# --- pages -----------------------------------------------------------------------------------------------------------


@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """All calls one may see, newest first; before them, what is late."""
    place = seat(request)
    page: Page[DataCall] = Paginator(DataCall.objects.visible_to(place.actor), _PAGE).get_page(request.GET.get("page"))
    counted = _counts(page.object_list, place)
    rows = tuple(
        CallRow(one, *counted.get(one.pk, (0, 0)), due_mark(one.due_at, place.now, place.calendar))
        for one in page.object_list
    )
    late = Owed.objects.visible_to(place.actor).overdue(place.now).count_reminders().for_reading()
    context = CallsPage(
        seat=place,
        rows=rows,
        page=page,
        late=_rows(late[:60], place) if page.number == 1 else (),
        may_call=place.actor.may("catalogue.call", DataCall, place.now),
    )
    return render(request, "desk/calls/list.html", {"view": context})


def _counts(found: Iterable[DataCall], place: Seat) -> dict[int, tuple[int, int]]:
    """How many of each are published, of how many; one query."""
    counted: dict[int, tuple[int, int]] = {}
    seen = Owed.objects.visible_to(place.actor).filter(call__in=[one.pk for one in found])
    for key, fulfilled in seen.values_list("call", "fulfilled_at"):
        done, total = counted.get(int(key or 0), (0, 0))
        counted[int(key or 0)] = (done + (fulfilled is not None), total + 1)
    return counted


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    if not place.actor.may("catalogue.call", DataCall, place.now):
        raise NotAllowed
    every = Dataset.objects.visible_to(place.actor).filter(state="active", contract__isnull=False)
    wanted = request.GET.get("data", "")
    priority = wanted == "prioritas"
    chosen = every.filter(is_priority=True) if priority else every.filter(name=wanted)
    start = {"datasets": [one.name for one in chosen] if wanted else []}
    form = CallForm(request.POST if request.method == "POST" else None, initial=start)
    choice = form.fields["datasets"]
    assert isinstance(choice, forms.ModelMultipleChoiceField)
    filled = [one.pk for one in every.select_related("contract") if one.is_filled_by_itself]
    choice.queryset = every.exclude(pk__in=filled).select_related("unit").order_by("unit__name", "title")
    if request.method == "POST" and form.is_valid():
        made = _issue(form, place)
        if made is not None:
            messages.success(request, _("Asked for. The producers were told; reminders go by themselves."))
            return redirect("desk:call", number=made.number)
    context = NewCallPage(place, form, priority)
    return render(request, "desk/calls/new.html", {"view": context}, status=422 if form.errors else 200)


def _issue(form: CallForm, place: Seat) -> DataCall | None:
    """The call; None with the reason in the form."""
    data = form.cleaned_data
    try:
        return actions.call(
            DataCall, title=data["title"], reason=data["reason"], datasets=list(data["datasets"]),
            period=data["period"], due_at=_closing(data["due_on"], place), by=place.actor, now=place.now,
        )  # fmt: skip
    except Invalid as problem:
        to_form(problem, form)
        return None


def _closing(day: date, place: Seat) -> datetime:
    return place.calendar().closing(day)


@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Who has handed in and who not. POST reminds everybody of whom nothing has come."""
    place = seat(request)
    found = _find(number, place)
    rows = _rows(_owing(place).filter(call=found).order_by("dataset__unit__name", "dataset__title"), place)
    if request.method == "POST":
        _remind_all(request, rows, place)
        return redirect("desk:call", number=number)
    groups = (
        (_("Not yet"), tuple(row for row in rows if row.owed.is_open and row.look in ("late", "none"))),
        (_("On its way"), tuple(row for row in rows if row.owed.is_open and row.look == "soon")),
        (_("Handed in and published"), tuple(row for row in rows if not row.owed.is_open)),
    )
    waiting = sum(row.may_remind for row in rows)
    context = CallPage(
        seat=place,
        call=found,
        due=None if found.is_off else due_mark(found.due_at, place.now, place.calendar),
        groups=tuple(group for group in groups if group[1]),
        done=sum(row.owed.fulfilled_at is not None for row in rows),
        total=len(rows),
        waiting=waiting,
        may_remind=waiting > 0 and not found.is_off,
        form=OffForm() if _may_call_off(found, place) else None,
    )
    return render(request, "desk/calls/page.html", {"view": context})


def _find(number: str, place: Seat) -> DataCall:
    found = DataCall.objects.visible_to(place.actor).filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def _may_call_off(found: DataCall, place: Seat) -> bool:
    return not found.is_off and place.actor.may("catalogue.call-off", found, place.now)


def _remind_all(request: HttpRequest, rows: Iterable[OwedRow], place: Seat) -> None:
    if not place.actor.may("catalogue.remind", Owed, place.now):
        raise NotAllowed
    told = 0
    for row in rows:
        if row.may_remind:
            try:
                actions.remind(row.owed, by=place.actor, now=place.now)
                told += 1
            except Conflict:
                continue  # reminded within the hour, or it came this very minute
    if not told:
        messages.info(request, _("Everybody was reminded within the hour."))
        return
    text = ngettext("%(n)s producer was reminded.", "%(n)s producers were reminded.", told) % {"n": told}
    messages.success(request, text)


@require_POST
def off(request: HttpRequest, number: str) -> HttpResponse:
    """Call it off, with the reason."""
    place = seat(request)
    found = _find(number, place)
    try:
        actions.call_off(found, reason=request.POST.get("reason", ""), by=place.actor, now=place.now)
        messages.success(request, _("Called off. What was handed in stays."))
    except (Conflict, Invalid) as problem:
        messages.error(request, said(problem))
    return redirect("desk:call", number=number)


@require_GET
def owed(request: HttpRequest, pk: int) -> HttpResponse:
    """One period that is owed: who was told and when, and the button that asks again."""
    place = seat(request)
    found = _owing(place).filter(pk=pk).first()
    if found is None:
        raise NotFound
    known = roster(place.now)
    told = tuple((one, holding_of(one.to, known).title) for one in found.reminders.order_by("-at", "-pk"))
    return render(request, "desk/calls/owed.html", {"view": OwedPage(place, _rows([found], place)[0], told)})


@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask again, now."""
    place = seat(request)
    found = Owed.objects.visible_to(place.actor).filter(pk=pk).select_related("call").first()
    if found is None:
        raise NotFound
    try:
        made = actions.remind(found, by=place.actor, now=place.now)
        text = _("Reminder %(n)s was sent.") % {"n": _ordinal(made.number or 1)}
        messages.success(request, text)
    except Conflict as problem:
        messages.error(request, said(problem))
    if request.POST.get("ke") == "permintaan" and found.call is not None:
        return redirect("desk:call", number=found.call.number)
    return redirect("desk:owed", pk=pk)


def _ordinal(number: int) -> str:
    """`ke-2`; in English `no. 2`."""
    return _("no. %(n)s") % {"n": number}
