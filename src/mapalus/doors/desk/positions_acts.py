"""What is done to the holding of a post: appoint, replace, transfer, end, prolong. Each a page that asks first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mapalus.apps.directory import actions
from mapalus.apps.directory.models import Appointment, Kind, Person, Position
from mapalus.apps.directory.roster import local_day
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.ui import figures
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

__all__ = ["ACTS", "ActPage", "Offer", "act", "offers"]


def _day_field(label: StrOrPromise, hint: StrOrPromise = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


_DECREE = gettext_lazy("Number of the decree or order")


class PersonChoice(forms.ModelChoiceField[Person]):
    """By name and code; no number of the civil service is shown."""

    def label_from_instance(self, obj: Person) -> str:
        return f"{obj.name} ({obj.code})"


class PositionChoice(forms.ModelChoiceField[Position]):
    def label_from_instance(self, obj: Position) -> str:
        return f"{obj.title} · {obj.unit.short}"


class AppointForm(forms.Form):
    person = PersonChoice(Person.objects.none(), label=gettext_lazy("Who"), empty_label=gettext_lazy("Choose"))
    kind = forms.ChoiceField(label=gettext_lazy("In which manner"), choices=Kind.choices, widget=forms.RadioSelect)
    from_on = _day_field(gettext_lazy("First day"))
    to_on = _day_field(gettext_lazy("Last day"), gettext_lazy("A Plt or Plh always has one."), required=False)
    decree = forms.CharField(label=_DECREE, max_length=120)


class ReplaceForm(forms.Form):
    successor = PersonChoice(
        Person.objects.none(), label=gettext_lazy("Who follows"), empty_label=gettext_lazy("Choose")
    )
    last_on = _day_field(gettext_lazy("Last day of the present holder"))
    from_on = _day_field(gettext_lazy("First day of the one who follows"))
    decree = forms.CharField(label=_DECREE, max_length=120)


class TransferForm(forms.Form):
    to_position = PositionChoice(
        Position.objects.none(), label=gettext_lazy("To which position"), empty_label=gettext_lazy("Choose")
    )
    last_on = _day_field(gettext_lazy("Last day here"))
    from_on = _day_field(gettext_lazy("First day there"))
    decree = forms.CharField(label=_DECREE, max_length=120)


class EndForm(forms.Form):
    last_on = _day_field(gettext_lazy("Last day"))
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)


class ExtendForm(forms.Form):
    to_on = _day_field(gettext_lazy("New last day"))
    decree = forms.CharField(label=_DECREE, max_length=120)


@dataclass(frozen=True)
class Act:
    """One thing that can be done: how it is asked, which act it is, what is said before and afterwards."""

    slug: str
    name: str  # of the action
    form: type[forms.Form]
    button: Callable[[], str]
    text: Callable[[], str]
    fits: Callable[[list[Appointment]], bool]  # by the terms in force or to come
    run: Callable[[Position, list[Appointment], dict[str, Any], Seat], object]
    is_stop: bool = False


def _own(terms: list[Appointment]) -> Appointment | None:
    """The term of the holder himself; else of who acts."""
    order = sorted(terms, key=lambda one: (one.kind in (Kind.PLH, Kind.PLT, Kind.PJ), one.from_on))
    return order[0] if order else None


def _acting(terms: list[Appointment]) -> Appointment | None:
    found = [one for one in terms if one.kind in (Kind.PLT, Kind.PLH, Kind.PJ) and not hasattr(one, "extension")]
    return max(found, key=lambda one: one.from_on, default=None)


def _needed(found: Appointment | None) -> Appointment:
    if found is None:
        raise Conflict
    return found


ACTS = {
    one.slug: one
    for one in (
        Act(
            "ganti", "directory.replace-holder", ReplaceForm,
            lambda: _("Name a successor"),
            lambda: _("All the position holds stays. The handover sheet lists it; who follows acknowledges it."),
            lambda terms: _own(terms) is not None,
            lambda post, terms, data, place: actions.replace_holder(
                _needed(_own(terms)), by=place.actor, now=place.now, **data
            ),
        ),
        Act(
            "tunjuk", "directory.appoint", AppointForm,
            lambda: _("Appoint"),
            lambda: _("A vacant post takes a holder or a Plt; an absent holder is stood in for by a Plh."),
            lambda terms: True,
            lambda post, terms, data, place: actions.appoint(
                post, by=place.actor, now=place.now, **{**data, "kind": Kind(data["kind"])}
            ),
        ),
        Act(
            "perpanjang", "directory.extend-appointment", ExtendForm,
            lambda: _("Prolong the acting term"),
            lambda: _("A new term begins the day after the present one ends."),
            lambda terms: _acting(terms) is not None,
            lambda post, terms, data, place: actions.extend_appointment(
                _needed(_acting(terms)), by=place.actor, now=place.now, **data
            ),
        ),
        Act(
            "pindahkan", "directory.transfer", TransferForm,
            lambda: _("Transfer the holder"),
            lambda: _("Only the person goes. What waits here waits for the next holder, or falls to the superior."),
            lambda terms: _own(terms) is not None,
            lambda post, terms, data, place: actions.transfer(
                _needed(_own(terms)), by=place.actor, now=place.now, **data
            ),
        ),
        Act(
            "akhiri", "directory.end-appointment", EndForm,
            lambda: _("End the appointment"),
            lambda: _("From the day after, the post is vacant (KOSONG) and its duties fall to the superior."),
            lambda terms: _own(terms) is not None,
            lambda post, terms, data, place: actions.end_appointment(
                _needed(_acting(terms) or _own(terms)), by=place.actor, now=place.now, **data
            ),
            is_stop=True,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """A button of the position's page."""

    slug: str
    text: str
    is_stop: bool


@dataclass(frozen=True)
class ActPage:
    """Context of desk/positions/act.html."""

    seat: Seat
    post: Position
    form: forms.Form
    title: str
    text: str
    holder: str
    is_stop: bool


def _terms(post: Position, place: Seat) -> list[Appointment]:
    today = local_day(place.now)
    found = Appointment.objects.visible_to(place.actor).filter(position=post).select_related("person", "position")
    return list(found.overlapping(today, None).select_related("extension"))


def offers(post: Position, place: Seat) -> tuple[Offer, ...]:
    """What the position one sits in may do to this post now."""
    if post.follows_id or post.valid_to is not None:
        return ()
    may = [one for one in ACTS.values() if place.actor.may(one.name, post, place.now)]
    terms = _terms(post, place) if may else []
    return tuple(Offer(one.slug, one.button(), one.is_stop) for one in may if one.fits(terms))


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """Ask, then do."""
    from mapalus.doors.desk.positions_page import find_post  # that page offers these acts

    place = seat(request)
    post, chosen = find_post(code, place), ACTS.get(slug)
    if chosen is None:
        raise NotFound(act=slug)
    if not place.actor.may(chosen.name, post, place.now):
        raise NotAllowed(act=chosen.name)
    terms = _terms(post, place)
    if not chosen.fits(terms):
        raise Conflict(advice=_("Nobody holds this position now."))
    form = _form(chosen, request, place)
    if request.method == "POST" and form.is_valid():
        try:
            chosen.run(post, terms, form.cleaned_data, place)
        except (Invalid, Conflict) as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Written down. Nothing the position holds has moved."))
            return redirect("desk:position", code=post.code)
    holder = _own(terms)
    page = ActPage(
        place, post, form, chosen.button(), chosen.text(), _holder_text(holder) if holder else "", chosen.is_stop
    )
    return render(request, "desk/positions/act.html", {"view": page}, status=422 if form.errors else 200)


def _form(chosen: Act, request: HttpRequest, place: Seat) -> forms.Form:
    today = local_day(place.now)
    start: dict[str, object] = {"last_on": today, "from_on": today + timedelta(days=1), "kind": Kind.DEFINITIVE}
    form = chosen.form(request.POST if request.method == "POST" else None, initial=start)
    for field in form.fields.values():
        if isinstance(field, PersonChoice):
            field.queryset = Person.objects.visible_to(place.actor).order_by("name")
        elif isinstance(field, PositionChoice):
            posts = Position.objects.visible_to(place.actor).filter(valid_to__isnull=True, follows__isnull=True)
            field.queryset = posts.select_related("unit").order_by("unit__name", "-is_head", "title")
    return form


def _holder_text(held: Appointment) -> str:
    since = _since(held.from_on)
    return f"{held.person.name} · {held.get_kind_display()} · {since}"


def _since(day: date) -> str:
    from django.utils.translation import get_language

    return _("since %(day)s") % {"day": figures.day(day, language=get_language() or "id")}
