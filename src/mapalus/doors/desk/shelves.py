"""Rak: a portal or a database as a list of what it offers; one press makes a planned dataset of a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mapalus.apps.catalogue import connecting, shelf_acts
from mapalus.apps.catalogue.models import Offering, Shelf, SourceState
from mapalus.apps.catalogue.shelves import producer_of, unit_for
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.jobs.models import Job
from mapalus.apps.ledger.action import reference
from mapalus.apps.ledger.models import unit_of
from mapalus.doors.desk.daftar_forms import PostChoice
from mapalus.doors.desk.problems import said, to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.sources_forms import ForgetForm, ReasonForm, option_field
from mapalus.doors.desk.sources_words import connector_title, label, problem_said
from mapalus.engine.errors import NotAllowed, NotFound, Problem

__all__ = ["NewShelfPage", "ShelfPage", "ShelvesPage", "new", "shelf", "shelves"]

_PAGE = 50
_Form = TypeVar("_Form", bound=ReasonForm)


class RulesForm(forms.Form):
    """`publisher = code of the unit`, one a line."""

    rules = forms.CharField(
        label=gettext_lazy("Who is who"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line: name of the publisher there = code of the unit here"),
    )  # fmt: skip
    adopts = forms.BooleanField(
        label=gettext_lazy("Take over what a rule names without a press"), required=False
    )  # fmt: skip
    schedule = forms.CharField(label=gettext_lazy("When is it looked through?"), max_length=60, required=False)

    def parsed(self) -> dict[str, str]:
        lines = [line.rpartition("=") for line in self.cleaned_data["rules"].splitlines() if "=" in line]
        return {publisher.strip(): unit.strip() for publisher, _sign, unit in lines}


class ShelfForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Name of the system"), max_length=240)

    def __init__(self, *args: Any, connector: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connector = connecting.connector_named(connector)
        for option in self.connector.options:
            self.fields[f"o_{option.name}"] = option_field(option)
        self.fields["schedule"] = forms.CharField(
            label=_("When is it looked through?"), max_length=60, required=False, initial="setiap Senin 02.00"
        )
        posts = Position.objects.select_related("unit").order_by("unit__short", "code")
        self.fields["keeper"] = PostChoice(posts, label=_("Keeper"), empty_label=_("Choose"))

    def options(self) -> dict[str, object]:
        given = {name: value for name, value in self.cleaned_data.items() if name.startswith("o_")}
        return {name[2:]: value for name, value in given.items() if value not in (None, "")}


@dataclass(frozen=True)
class ShelfRow:
    shelf: Shelf
    system: str
    look: str
    state: str
    offered: int
    taken: int


@dataclass(frozen=True)
class ShelvesPage:
    """Context of desk/shelves/list.html."""

    seat: Seat
    rows: tuple[ShelfRow, ...]
    may_add: bool
    ways: tuple[tuple[str, str, str], ...]  # connectors that list: name, title, summary


@dataclass(frozen=True)
class NewShelfPage:
    """Context of desk/shelves/new.html."""

    seat: Seat
    form: ShelfForm
    system: str
    summary: str


@dataclass(frozen=True)
class OfferingRow:
    offering: Offering
    look: str
    state: str
    unit: str  # whose it would be
    may_choose: bool


@dataclass(frozen=True)
class ShelfPage:
    """Context of desk/shelves/page.html."""

    seat: Seat
    shelf: Shelf
    system: str
    look: str
    state: str
    problem: str
    rows: tuple[OfferingRow, ...]
    page: Page[Offering]
    counts: tuple[tuple[str, str, int], ...]  # value, words, number
    chosen: str
    query: str
    is_busy: bool
    may_adopt: bool
    may_change: bool
    rules_form: RulesForm | None
    reason_form: ReasonForm | None  # letting it rest; None: it rests, or one may not
    forget_form: ForgetForm | None


def _standing(one: Shelf) -> tuple[str, str]:
    if one.state == SourceState.PAUSED:
        return "none", _("paused")
    if one.failures:
        return "late", _("could not be read")
    if one.looked_at is None:
        return "none", _("not looked through yet")
    return "good", _("runs")


@require_safe
def shelves(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    rows = tuple(
        ShelfRow(
            one, connector_title(one.connector), *_standing(one), one.offerings.filter(gone_at=None).count(),
            one.offerings.exclude(dataset=None).count(),
        )
        for one in Shelf.objects.visible_to(place.actor)
    )  # fmt: skip
    may = place.actor.may("catalogue.add-shelf", Unit, place.now)
    listing = connecting.listing_connectors()
    ways = tuple((name, label(one.title), label(one.summary)) for name, one in listing.items())
    context = ShelvesPage(place, rows, may, ways if may else ())
    return render(request, "desk/shelves/list.html", {"view": context})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A shelf of the connector `?cara=`."""
    place = seat(request)
    unit = Unit.objects.filter(pk=unit_of(place.actor)).first()
    if unit is None or not place.actor.may("catalogue.add-shelf", Unit, place.now):
        raise NotAllowed(act="catalogue.add-shelf")
    connector = request.GET.get("cara", "")
    found = connecting.connector_named(connector)
    form = ShelfForm(request.POST or None, connector=connector, initial={"keeper": place.actor.position})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = shelf_acts.add_shelf(
                unit, title=given["title"], connector=connector, options=form.options(), keeper=given["keeper"],
                schedule=given["schedule"], by=place.actor, now=place.now,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Problem as problem:
            fields = getattr(problem, "fields", {})
            if fields:
                known = {f"o_{name}" if f"o_{name}" in form.fields else name: text for name, text in fields.items()}
                problem.fields = known  # type: ignore[attr-defined]
            to_form(problem, form)
        else:
            messages.success(request, _("Added; it is being looked through."))
            return redirect("desk:shelf", made.name)
    page = NewShelfPage(place, form, label(found.title), label(found.summary))
    return render(request, "desk/shelves/new.html", {"view": page}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shelf(request: HttpRequest, name: str) -> HttpResponse:
    """What it offers, with search; POST takes over, decides about a change, sets the rules."""
    place = seat(request)
    found = Shelf.objects.visible_to(place.actor).select_related("keeper", "unit").filter(name=name).first()
    if found is None:
        raise NotFound
    step = request.POST.get("langkah", "")
    form = RulesForm(request.POST if step == "aturan" else None, initial=_initial(found))
    if request.method == "POST" and step in _STANDING:
        return _stand(request, found, step, place)
    if request.method == "POST":
        if _do(request, found, form, place):
            return redirect(request.get_full_path())
        return render(
            request, "desk/shelves/page.html", {"view": _page(request, found, place, form)}, status=422
        )  # fmt: skip
    return render(request, "desk/shelves/page.html", {"view": _page(request, found, place, form)})


_STANDING = {"jeda": ReasonForm, "lanjutkan": None, "lepas": ForgetForm}


def _stand(request: HttpRequest, found: Shelf, step: str, place: Seat) -> HttpResponse:
    """Let it rest, let it go on, take it away."""
    kind = _STANDING[step]
    form = kind(request.POST) if kind else None
    if form is not None and not form.is_valid():
        page = _page(request, found, place, RulesForm(initial=_initial(found)), wrong=form)
        return render(request, "desk/shelves/page.html", {"view": page}, status=422)
    reason = form.cleaned_data["reason"] if form else ""
    try:
        if step == "lepas":
            shelf_acts.forget_shelf(found, reason=reason, by=place.actor, now=place.now)
        else:
            state = SourceState.PAUSED if step == "jeda" else SourceState.ACTIVE
            shelf_acts.change_shelf(found, state=state, reason=reason, by=place.actor, now=place.now)
    except NotAllowed:
        raise
    except Problem as problem:
        messages.error(request, said(problem))
        return redirect("desk:shelf", found.name)
    words = {
        "jeda": _("It rests now."),
        "lanjutkan": _("It goes on."),
        "lepas": _("Taken away. What came of it stays."),
    }
    messages.success(request, words[step])
    return redirect("desk:shelves") if step == "lepas" else redirect("desk:shelf", found.name)


def _initial(found: Shelf) -> dict[str, object]:
    lines = "\n".join(f"{publisher} = {unit}" for publisher, unit in found.rules.items())
    return {"rules": lines, "adopts": found.adopts, "schedule": found.schedule}


def _page(
    request: HttpRequest, found: Shelf, place: Seat, form: RulesForm, *, wrong: ReasonForm | None = None
) -> ShelfPage:
    query, chosen = request.GET.get("q", "").strip()[:100], request.GET.get("keadaan", "")
    everything = Offering.objects.visible_to(place.actor).filter(shelf=found)
    seen = everything.matching(query) if query else everything
    views = {
        "baru": (_("not taken over"), seen.filter(dataset=None, gone_at=None)),
        "diambil": (_("taken over"), seen.exclude(dataset=None)),
        "berubah": (_("changed there"), seen.exclude(proposed={})),
        "hilang": (_("no longer there"), seen.exclude(gone_at=None)),
    }
    counts = tuple((value, text, number) for value, (text, rows) in views.items() if (number := rows.count()))
    shown = views[chosen][1] if chosen in views else seen
    page: Page[Offering] = Paginator(shown.select_related("dataset", "source", "shelf"), _PAGE).get_page(
        request.GET.get("page")
    )
    may_adopt = place.actor.may("catalogue.adopt-offering", found, place.now)
    names = dict(Unit.objects.values_list("code", "short"))
    may_change = place.actor.may("catalogue.change-shelf", found, place.now)
    return ShelfPage(
        seat=place,
        shelf=found,
        system=connector_title(found.connector),
        **dict(zip(("look", "state"), _standing(found), strict=True)),
        problem=problem_said(found.problem),
        rows=tuple(_row(one, names, may_adopt) for one in page.object_list),
        page=page,
        counts=counts,
        chosen=chosen if chosen in views else "",
        query=query,
        is_busy=Job.objects.about(reference(found)).filter(task__status__in=("READY", "RUNNING")).exists(),
        may_adopt=may_adopt,
        may_change=may_change,
        rules_form=form if may_change else None,
        reason_form=_or(wrong, ReasonForm) if may_change and found.state != SourceState.PAUSED else None,
        forget_form=_or(wrong, ForgetForm) if place.actor.may("catalogue.forget-shelf", found, place.now) else None,
    )


def _or(wrong: ReasonForm | None, kind: type[_Form]) -> _Form:
    """The form with what was wrong in it, or a new one."""
    return wrong if type(wrong) is kind else kind()


def _row(one: Offering, names: dict[str, str], may: bool) -> OfferingRow:
    looks = {"new": "none", "adopted": "good", "gone": "late"}
    unit = unit_for(one)
    is_free = may and one.dataset_id is None and one.gone_at is None
    return OfferingRow(one, looks[one.state], str(one.state.label), names.get(unit, unit), is_free)


def _do(request: HttpRequest, found: Shelf, form: RulesForm, place: Seat) -> bool:
    """The act; False with the reason in the form."""
    step = request.POST.get("langkah", "")
    try:
        if step == "telusuri":
            shelf_acts.look_through_now(found, by=place.actor, now=place.now)
            messages.success(request, _("It is being looked through."))
        elif step == "aturan":
            return form.is_valid() and _rule(request, found, form, place)
        elif step in ("setujui", "biarkan"):
            one = found.offerings.filter(pk=_number(request.POST.get("butir"))).first()
            if one is None:
                raise NotFound
            shelf_acts.take_change(one, takes=step == "setujui", by=place.actor, now=place.now)
            messages.success(request, _("Written down."))
        else:
            _adopt(request, found, place)
    except (NotAllowed, NotFound):
        raise
    except Problem as problem:
        messages.error(request, said(problem))
    return True


def _rule(request: HttpRequest, found: Shelf, form: RulesForm, place: Seat) -> bool:
    given = form.cleaned_data
    try:
        shelf_acts.change_shelf(
            found, rules=form.parsed(), adopts=given["adopts"], schedule=given["schedule"], by=place.actor,
            now=place.now,
        )  # fmt: skip
    except NotAllowed:
        raise
    except Problem as problem:
        to_form(problem, form)
        return False
    messages.success(request, _("Kept."))
    return True


def _adopt(request: HttpRequest, found: Shelf, place: Seat) -> None:
    if not place.actor.may("catalogue.adopt-offering", found, place.now):
        raise NotAllowed(act="catalogue.adopt-offering")
    keys = [_number(one) for one in request.POST.getlist("butir")][:500]
    done, without = 0, 0
    for one in found.offerings.filter(pk__in=keys, dataset=None, gone_at=None).select_related("shelf"):
        unit = Unit.objects.get(pk=unit_for(one))
        producer = producer_of(unit, now=place.now)
        if producer is None:
            without += 1
            continue
        shelf_acts.adopt_offering(one, unit=unit, producer=producer, by=place.actor, now=place.now)
        done += 1
    if done:
        text = ngettext("%(n)s planned dataset was made.", "%(n)s planned datasets were made.", done) % {"n": done}
        messages.success(request, text)
    if without or not done:
        messages.error(request, _("Choose at least one line; its unit needs a head who answers for it."))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 12 else 0
