"""Tugas saya: what a position must do this week, month and year, by which rule, with a sample and whom to ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mapalus.apps.cases.models import Case
from mapalus.apps.catalogue.models import HandIn
from mapalus.apps.directory import actions
from mapalus.apps.directory.duties import Duty, duties, duty_named
from mapalus.apps.directory.models import DutyDone, Position
from mapalus.apps.directory.owing import Owed, owed
from mapalus.apps.directory.roster import Roster, local_day, roster
from mapalus.doors.desk.duties_derived import Task, derived
from mapalus.doors.desk.duties_words import (
    duty_text,
    mark_of,
    often_text,
    period_text,
    role_text,
    sample_text,
    title_of,
)
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound

__all__ = ["Asked", "DutiesPage", "DutyLine", "DutyPage", "Span", "all_duties", "duty", "tasks"]

_LAST_DONE = 12


@dataclass(frozen=True)
class Span:
    """Tasks of one stretch of time."""

    title: str
    rows: tuple[Task, ...]
    is_late: bool = False


@dataclass(frozen=True)
class Waiting:
    """How much waits in the inbox."""

    text: str
    count: str
    address: str
    is_late: bool = False


@dataclass(frozen=True)
class DutiesPage:
    """Context of desk/duties/list.html."""

    seat: Seat
    waiting: tuple[Waiting, ...]
    spans: tuple[Span, ...]
    done: tuple[tuple[str, DutyDone, str], ...]  # title, row, period in words
    today: date


@dataclass(frozen=True)
class DutyLine:
    """One duty among all."""

    name: str
    title: str
    often: str
    text: str


@dataclass(frozen=True)
class AllDutiesPage:
    """Context of desk/duties/all.html: roles with their duties; `is_mine` where one's position has the role."""

    seat: Seat
    groups: tuple[tuple[str, bool, tuple[DutyLine, ...]], ...]


@dataclass(frozen=True)
class Asked:
    """A position one may ask."""

    code: str
    title: str


@dataclass(frozen=True)
class DutyPage:
    """Context of desk/duties/page.html."""

    seat: Seat
    duty: Duty
    title: str
    text: str
    sample: str
    often: str
    roles: tuple[str, ...]
    ask: tuple[Asked, ...]
    how: str
    rows: tuple[Task, ...]
    done: tuple[tuple[DutyDone, str], ...]
    form: DoneForm | None


class DoneForm(forms.Form):
    """Shape only; which periods may be marked, the act knows."""

    which = forms.ChoiceField(label=gettext_lazy("Done for"), widget=forms.RadioSelect)
    remark = forms.CharField(
        label=gettext_lazy("Note"), max_length=400, required=False,
        help_text=gettext_lazy("Where the proof is: number of the letter, the minutes, the link. No personal data."),
    )  # fmt: skip


def _covers(place: Seat) -> frozenset[str]:
    return frozenset(getattr(place.actor, "covers", ())) | {place.actor.position}


def _owed(place: Seat, known: Roster) -> tuple[Owed, ...]:
    roles = {code: known.roles.get(code, frozenset()) for code in _covers(place) if code in known.positions}
    return owed(roles, now=place.now, calendar=place.calendar())


@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """Late, this week, this month, this year, later: duties of the roles and what the record itself demands."""
    place = seat(request)
    known, today, covers = roster(place.now), local_day(place.now), _covers(place)
    found = [_task(one, place, known) for one in _owed(place, known)]
    found += derived(place, known, covers)
    done = DutyDone.objects.visible_to(place.actor).filter(position__in=covers)[:_LAST_DONE]
    page = DutiesPage(
        seat=place,
        waiting=_waiting(place, covers),
        spans=_spans(found, today),
        done=tuple((_done_title(one), one, period_text(one.period)) for one in done),
        today=today,
    )
    return render(request, "desk/duties/list.html", {"view": page})


def _task(one: Owed, place: Seat, known: Roster) -> Task:
    other = one.position != place.actor.position
    return Task(
        kind=_("Duty"),
        title=title_of(one.duty),
        note=f"{often_text(one.duty)} · {period_text(one.period)}",
        day=one.due_on,
        mark=mark_of(one.due_on, local_day(place.now), place.calendar()),
        address=reverse("desk:duty", args=[one.duty.name]),
        whose=known.positions[one.position].title if other else "",
    )


def _done_title(one: DutyDone) -> str:
    known = duty_named(one.duty)
    return title_of(known) if known else one.duty


def _waiting(place: Seat, covers: frozenset[str]) -> tuple[Waiting, ...]:
    inbox = reverse("desk:inbox")
    counts = Case.objects.inbox_counts(covers, now=place.now)
    handins = HandIn.objects.visible_to(place.actor).turn_of(place.actor).count()
    found = [
        Waiting(_("Cases that wait for you"), counts.say(counts.total), inbox) if counts.total else None,
        Waiting(_("of these overdue"), counts.say(counts.overdue), f"{inbox}?tenggat=lewat", is_late=True)
        if counts.overdue
        else None,
        Waiting(_("Hand-ins that wait for you"), str(handins), inbox) if handins else None,
    ]
    return tuple(one for one in found if one is not None)


def _spans(found: Iterable[Task], today: date) -> tuple[Span, ...]:
    week = today + timedelta(days=6 - today.weekday())
    month = (today.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    year = date(today.year, 12, 31)
    rows: dict[str, list[Task]] = {"late": [], "week": [], "month": [], "year": [], "after": []}
    for one in sorted(found, key=lambda task: (task.day or today, task.title)):
        day = one.day or today
        if one.mark.look == "late":
            rows["late"].append(one)
        else:
            rows["week" if day <= week else "month" if day <= month else "year" if day <= year else "after"].append(one)
    titles = {"late": _("Late"), "week": _("This week"), "month": _("This month"), "year": _("This year"),
              "after": _("Next year")}  # fmt: skip
    return tuple(Span(titles[key], tuple(part), key == "late") for key, part in rows.items() if part or key == "week")


@require_GET
def all_duties(request: HttpRequest) -> HttpResponse:
    """Every role and what it must do: for whoever does not know yet."""
    place = seat(request)
    known = roster(place.now)
    mine = {role for code in _covers(place) for role in known.roles.get(code, ())}
    roles = sorted({role for one in duties().values() for role in one.roles}, key=role_text)
    groups = tuple(
        (
            role_text(role), role in mine,
            tuple(
                DutyLine(one.name, title_of(one), often_text(one), duty_text(one))
                for one in duties().values()
                if role in one.roles
            ),
        )
        for role in sorted(roles, key=lambda role: role not in mine)
    )  # fmt: skip
    return render(request, "desk/duties/all.html", {"view": AllDutiesPage(place, groups)})


@require_http_methods(["GET", "POST"])
def duty(request: HttpRequest, slug: str) -> HttpResponse:
    """One duty: rule, ground, sample, whom to ask; POST says that it was done for a period."""
    place = seat(request)
    found = duty_named(slug)
    if found is None:
        raise NotFound(duty=slug)
    known = roster(place.now)
    mine = [one for one in _owed(place, known) if one.duty.name == slug]
    form = _form(request, mine, place, known)
    if request.method == "POST":
        if form is None:
            raise NotAllowed(act="directory.do-duty")
        if form.is_valid() and _mark(form, slug, place):
            messages.success(request, _("Marked as done."))
            return redirect("desk:duties")
    done = DutyDone.objects.visible_to(place.actor).filter(duty=slug, position__in=_covers(place))[:_LAST_DONE]
    page = DutyPage(
        seat=place,
        duty=found,
        title=title_of(found),
        text=duty_text(found),
        sample=sample_text(found),
        often=often_text(found),
        roles=tuple(role_text(role) for role in sorted(found.roles)),
        ask=tuple(_asked(code, known) for code in known.with_role(found.ask)[:4]),
        how=reverse(found.how) if found.how else "",
        rows=tuple(_task(one, place, known) for one in mine),
        done=tuple((one, period_text(one.period)) for one in done),
        form=form,
    )
    return render(request, "desk/duties/page.html", {"view": page}, status=422 if form and form.errors else 200)


def _asked(code: str, known: Roster) -> Asked:
    held = known.responsible(code)
    return Asked(code, held.title if held else known.positions[code].title)


def _form(request: HttpRequest, mine: Iterable[Owed], place: Seat, known: Roster) -> DoneForm | None:
    """With the periods that wait, of positions one may speak for; None where there is nothing to mark."""
    posts = Position.objects.visible_to(place.actor).in_bulk([one.position for one in mine])
    choices = [
        (f"{one.position} {one.period}", f"{period_text(one.period)} · {posts[one.position].title}")
        for one in mine
        if one.may_be_marked and place.actor.may("directory.do-duty", posts[one.position], place.now)
    ]
    if not choices:
        return None
    form = DoneForm(request.POST if request.method == "POST" else None, initial={"which": choices[0][0]})
    field = form.fields["which"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
    return form


def _mark(form: DoneForm, slug: str, place: Seat) -> bool:
    code, _space, period = str(form.cleaned_data["which"]).partition(" ")
    post = Position.objects.visible_to(place.actor).get(pk=code)
    try:
        actions.do_duty(
            post, duty=slug, period=period, remark=form.cleaned_data["remark"], by=place.actor, now=place.now
        )
    except (Conflict, Invalid) as problem:
        to_form(problem, form)
        return False
    return True
