"""Orang: who there is, and what is still only on somebody before he leaves. For who administers posts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mapalus.apps.directory import actions
from mapalus.apps.directory.accounts import Burden, burdens
from mapalus.apps.directory.models import Person, RosterDraft
from mapalus.apps.directory.roster import Hat, roster
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, NotFound

__all__ = ["PeoplePage", "PersonPage", "masked", "people", "person"]

_PAGE = 50


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)


@dataclass(frozen=True)
class PersonRow:
    """One line: desk/people/list.html."""

    code: str
    name: str
    number: str  # masked
    titles: tuple[str, ...]
    look: str
    account: str


@dataclass(frozen=True)
class PeoplePage:
    """Context of desk/people/list.html."""

    seat: Seat
    rows: tuple[PersonRow, ...]
    page: Page[Person]
    query: str
    may_import: bool


@dataclass(frozen=True)
class BurdenLine:
    text: str
    todo: str
    address: str
    look: str


@dataclass(frozen=True)
class PersonPage:
    """Context of desk/people/page.html."""

    seat: Seat
    row: PersonRow
    lines: tuple[BurdenLine, ...]
    blocking: int
    form: ReasonForm | None
    is_open: bool


def masked(number: str) -> str:
    """The number of a civil servant says his birthday: only its end is shown."""
    return f"{'•' * (len(number) - 4)}{number[-4:]}" if number else ""


def _row(one: Person, hats: tuple[Hat, ...]) -> PersonRow:
    if one.user is None:
        look, account = "none", _("no account")
    elif one.user.is_active:
        look, account = "good", _("account open")
    else:
        look, account = "late", _("account closed")
    return PersonRow(one.code, one.name, masked(one.nip), tuple(hat.title for hat in hats), look, account)


def _place(request: HttpRequest) -> Seat:
    place = seat(request)
    if not place.actor.may("directory.check-exit", Person, place.now):
        raise NotAllowed
    return place


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """By name; `?q=` a part of a name or a code; `?tanpa=jabatan` who has an open account and no post."""
    place = _place(request)
    query = request.GET.get("q", "").strip()[:80]
    found = Person.objects.visible_to(place.actor).select_related("user").order_by("name")
    if query:
        found = found.filter(Q(name__icontains=query) | Q(code__iexact=query))
    known, hats = roster(place.now), defaultdict(tuple)
    if request.GET.get("tanpa") == "jabatan":
        held = {hat.person for code in known.positions if (hat := known.holder(code)) is not None}
        found = found.filter(user__is_active=True).exclude(code__in=held)
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    for one in page.object_list:
        hats[one.code] = known.hats(one.code)
    rows = tuple(_row(one, hats[one.code]) for one in page.object_list)
    may = place.actor.may("directory.read-roster", RosterDraft, place.now)
    return render(request, "desk/people/list.html", {"view": PeoplePage(place, rows, page, query, may)})


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, code: str) -> HttpResponse:
    """The exit check; POST closes the account, or opens a closed one again."""
    place = _place(request)
    found = Person.objects.visible_to(place.actor).select_related("user").filter(code=code).first()
    if found is None:
        raise NotFound(person=code)
    is_open = found.user is not None and found.user.is_active
    act, name = (
        (actions.close_account, "directory.close-account")
        if is_open
        else (actions.reopen_account, "directory.reopen-account")
    )
    may = found.user is not None and place.actor.may(name, found, place.now)
    if request.method == "POST" and not may:
        raise NotAllowed(act=name)
    form = ReasonForm(request.POST if request.method == "POST" else None) if may else None
    if form is not None and request.method == "POST" and form.is_valid():
        act(found, reason=form.cleaned_data["reason"], by=place.actor, now=place.now)
        messages.success(
            request, _("Closed: sessions, keys and second factors ended.") if is_open else _("Open again.")
        )
        return redirect("desk:person", code=code)
    lines = burdens(found, place.now)
    view = PersonPage(
        seat=place,
        row=_row(found, roster(place.now).hats(code)),
        lines=tuple(_line(one) for one in lines),
        blocking=sum(one.is_blocking for one in lines),
        form=form,
        is_open=is_open,
    )
    return render(request, "desk/people/page.html", {"view": view}, status=422 if form and form.errors else 200)


def _line(one: Burden) -> BurdenLine:
    address = ""
    if one.kind == "handover":
        address = reverse("desk:handover", args=[one.number])
    elif one.kind == "mandate":
        address = reverse("desk:mandate", args=[one.number])
    elif one.position:
        address = reverse("desk:position", args=[one.position])
    return BurdenLine(_(one.what) % one.data, _(one.todo) % one.data, address, "late" if one.is_blocking else "soon")
