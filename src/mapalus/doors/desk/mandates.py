"""Mandat: who may act, or look, in another position's name: given, read with what was done under it, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mapalus.apps.directory import actions, mandating
from mapalus.apps.directory.models import Form, Mandate, Position
from mapalus.apps.directory.roster import Roster, local_day, roster
from mapalus.apps.ledger.models import Entry
from mapalus.doors.desk.acts import act_text
from mapalus.doors.desk.history import Happening, history
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound

__all__ = ["MandatePage", "MandatesPage", "NewMandatePage", "mandate", "mandates", "new"]

_PAGE = 40


class PostChoice(forms.ModelChoiceField[Position]):
    def label_from_instance(self, obj: Position) -> str:
        return f"{obj.title} · {obj.unit.short}"


class MandateForm(forms.Form):
    """Shape only; what may be given, the act knows."""

    giver = PostChoice(
        Position.objects.none(), label=gettext_lazy("Whose authority"), empty_label=gettext_lazy("Choose")
    )
    form = forms.ChoiceField(
        label=gettext_lazy("In which form"),
        choices=Form.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "a.n. for who stands directly below, u.b. for the next step: the giver answers. Under a delegation the "
            "taker answers. Who looks (an aide) never acts."
        ),
    )
    taker = PostChoice(
        Position.objects.none(), label=gettext_lazy("To which position"), empty_label=gettext_lazy("Choose")
    )
    acts = forms.MultipleChoiceField(
        label=gettext_lazy("Which acts"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only what the giver may do itself. What a Plt may not do cannot be given either."),
    )
    matter = forms.CharField(label=gettext_lazy("What for"), max_length=200)
    ground = forms.CharField(
        label=gettext_lazy("Legal basis"), max_length=200, help_text=gettext_lazy("Number of the decree or regulation")
    )
    from_on = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    to_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Twelve months at most."),
    )


class RevokeForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is taken back"), max_length=200)


@dataclass(frozen=True)
class MandateRow:
    """One line: desk/mandates/_row.html."""

    mandate: Mandate
    look: str
    state: str
    acts: tuple[str, ...]


@dataclass(frozen=True)
class MandatesPage:
    """Context of desk/mandates/list.html."""

    seat: Seat
    rows: tuple[MandateRow, ...]
    page: Page[Mandate]
    all_positions: bool
    may_give: bool


@dataclass(frozen=True)
class NewMandatePage:
    """Context of desk/mandates/new.html."""

    seat: Seat
    form: MandateForm
    giver: Position | None


@dataclass(frozen=True)
class MandatePage:
    """Context of desk/mandates/page.html."""

    seat: Seat
    row: MandateRow
    signature: str  # how an act under it is signed; empty for who only looks
    done: tuple[Happening, ...]
    form: RevokeForm | None  # None: it cannot be taken back by this position


def _row(one: Mandate, known: Roster) -> MandateRow:
    look, state = _state(one, known)
    return MandateRow(one, look, state, tuple(act_text(act) for act in one.acts))


def _state(one: Mandate, known: Roster) -> tuple[str, str]:
    if one.revoked_on is not None:
        return "late", _("revoked")
    if one.to_on < known.day:
        return "none", _("ended")
    if one.from_on > known.day:
        return "none", _("not begun")
    if known.is_vacant(one.giver_id) and one.form != Form.DELEGATION:
        return "soon", _("rests: the giver is vacant")
    return "good", _("in force")


@require_GET
def mandates(request: HttpRequest) -> HttpResponse:
    """Those of one's own positions; with `?semua=1` all. Newest first."""
    place, everything = seat(request), "semua" in request.GET
    found = Mandate.objects.visible_to(place.actor).select_related("giver", "taker", "giver__unit")
    if not everything:
        mine = {*getattr(place.actor, "covers", ()), place.actor.position}
        found = found.filter(giver__in=mine) | found.filter(taker__in=mine)
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    known = roster(place.now)
    rows = tuple(_row(one, known) for one in page.object_list)
    may = bool(_givers(place, known))
    return render(request, "desk/mandates/list.html", {"view": MandatesPage(place, rows, page, everything, may)})


def _givers(place: Seat, known: Roster) -> list[str]:
    """Positions whose authority this one may give away."""
    if place.actor.may("directory.give-mandate", Position(code="?"), place.now):
        return sorted(known.positions)  # who administers posts
    covered = sorted({*getattr(place.actor, "covers", ())} & known.positions.keys())
    mine = (known.positions[code] for code in covered)
    return [post.code for post in mine if place.actor.may("directory.give-mandate", post, place.now)]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """First whose authority (`?dari=`), then to whom and what; one page, without script."""
    place = seat(request)
    known = roster(place.now)
    givers = _givers(place, known)
    if not givers:
        raise NotAllowed
    sent = request.method == "POST"
    wanted = request.POST.get("giver", "") if sent else request.GET.get("dari", "")
    chosen = wanted if wanted in givers else place.actor.position if place.actor.position in givers else givers[0]
    form = _form(request, place, known, givers, chosen)
    if sent and form.is_valid():
        try:
            made = _give(form.cleaned_data, place)
        except Invalid as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Given, and written down."))
            return redirect("desk:mandate", pk=made.pk)
    view = NewMandatePage(place, form, known.positions.get(chosen))
    return render(request, "desk/mandates/new.html", {"view": view}, status=422 if form.errors else 200)


def _form(request: HttpRequest, place: Seat, known: Roster, givers: list[str], chosen: str) -> MandateForm:
    today = local_day(place.now)
    start = {"giver": chosen, "form": Form.AN, "from_on": today, "to_on": today + timedelta(days=30)}
    form = MandateForm(request.POST if request.method == "POST" else None, initial=start)
    posts = Position.objects.visible_to(place.actor).select_related("unit").order_by("unit__name", "-is_head", "title")
    giver, taker, acts = form.fields["giver"], form.fields["taker"], form.fields["acts"]
    assert isinstance(giver, forms.ModelChoiceField)
    assert isinstance(taker, forms.ModelChoiceField)
    assert isinstance(acts, forms.MultipleChoiceField)
    giver.queryset = posts.filter(code__in=givers)
    # Those who stand below come first: they are who may sign a.n. or u.b.
    taker.queryset = posts.filter(code__in=mandating.takers(known, chosen, Form.LOOK))
    acts.choices = [(act, act_text(act).capitalize()) for act in mandating.givable(known, chosen)]
    return form


def _give(data: dict[str, Any], place: Seat) -> Mandate:
    form = Form(data["form"])
    common = {name: data[name] for name in ("taker", "matter", "ground", "from_on", "to_on")}
    if form == Form.DELEGATION:
        return actions.delegate(data["giver"], acts=data["acts"], by=place.actor, now=place.now, **common)
    return actions.give_mandate(data["giver"], form=form, acts=data["acts"], by=place.actor, now=place.now, **common)


@require_http_methods(["GET", "POST"])
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """What was given, what was done under it; POST takes it back."""
    place = seat(request)
    found = Mandate.objects.visible_to(place.actor).select_related("giver__unit", "taker__unit").filter(pk=pk).first()
    if found is None:
        raise NotFound(mandate=pk)
    known = roster(place.now)
    may = found.revoked_on is None and found.to_on >= known.day
    may = may and place.actor.may("directory.revoke-mandate", found, place.now)
    if request.method == "POST":
        if not place.actor.may("directory.revoke-mandate", found, place.now):
            raise NotAllowed
        if not may:
            raise Conflict
    form = RevokeForm(request.POST if request.method == "POST" else None) if may else None
    if form is not None and request.method == "POST" and form.is_valid():
        actions.revoke_mandate(found, reason=form.cleaned_data["reason"], by=place.actor, now=place.now)
        messages.success(request, _("Taken back. It holds no more from this moment."))
        return redirect("desk:mandate", pk=pk)
    view = MandatePage(place, _row(found, known), _signature(found, known), _done(found, place), form)
    return render(request, "desk/mandates/page.html", {"view": view}, status=422 if form and form.errors else 200)


def _signature(one: Mandate, known: Roster) -> str:
    held = known.holder(one.taker_id)
    giver, taker = one.giver.title, held.title if held else one.taker.title
    between = known.positions.get(known.superior(one.taker_id))
    return {
        Form.AN: f"a.n. {giver}, {taker}",
        Form.UB: f"a.n. {giver}, {between.title if between else '–'}, u.b. {taker}",
        Form.DELEGATION: f"{taker} (delegasi dari {giver})",
        Form.LOOK: "",
    }[Form(one.form)]


def _done(one: Mandate, place: Seat) -> tuple[Happening, ...]:
    """Acts under it that this position may see, newest first."""
    if not one.acts:
        return ()
    seen = Entry.objects.visible_to(place.actor, place.now).filter(act__in=one.acts, at__gte=one.given_at)
    return history(seen.filter(data__mandate=f"directory.mandate:{one.pk}").order_by("-id")[:50])
