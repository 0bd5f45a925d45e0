"""Serah terima: the sheet with which somebody leaves a post; signed, acknowledged, printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mapalus.apps.directory import actions
from mapalus.apps.directory.handing_over import may_acknowledge
from mapalus.apps.directory.holdings import held_by
from mapalus.apps.directory.models import Handover, HandoverItem, HandoverState
from mapalus.apps.directory.roster import local_day, roster
from mapalus.apps.directory.succession import Holder, holder_in
from mapalus.apps.ledger.models import Entry
from mapalus.doors.desk.history import Happening, history
from mapalus.doors.desk.positions_page import HeldGroup, held_groups
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotFound, Unavailable
from mapalus.engine.ports import Holding, same_person

__all__ = ["HandoverPage", "HandoversPage", "handover", "handovers", "sheet_pdf"]


class SignForm(forms.Form):
    word = forms.CharField(
        label=gettext_lazy("What the next one should know"),
        help_text=gettext_lazy("Open promises, keys, habits, whom to call. It stands on the sheet."),
        required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip


class AcknowledgeForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("What you found otherwise"),
        help_text=gettext_lazy("You take over what the sheet lists. What is missing, say here or beside the line."),
        required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


@dataclass(frozen=True)
class HandoverRow:
    """One line: desk/handovers/_row.html."""

    sheet: Handover
    look: str
    state: str
    items: int
    turn: str  # whose turn it is, in words


@dataclass(frozen=True)
class HandoversPage:
    """Context of desk/handovers/list.html."""

    seat: Seat
    rows: tuple[HandoverRow, ...]
    open_only: bool


@dataclass(frozen=True)
class HandoverPage:
    """Context of desk/handovers/page.html and print.html."""

    seat: Seat
    sheet: Handover
    look: str
    state: str
    groups: tuple[HeldGroup, ...]
    items: tuple[HandoverItem, ...]  # of a signed sheet; empty while it still changes
    successor: Holder
    form: forms.Form | None  # None: it is not this position's turn
    asks: str  # sign, acknowledge or nothing
    why_not: str  # whose turn it is instead
    history: tuple[Happening, ...]
    has_pdf: bool


_STATES: dict[HandoverState, tuple[str, Callable[[], str]]] = {
    HandoverState.OPEN: ("late", lambda: _("to be signed")),
    HandoverState.SIGNED: ("soon", lambda: _("to be acknowledged")),
    HandoverState.ACKNOWLEDGED: ("good", lambda: _("acknowledged")),
}


def _standing(sheet: Handover) -> tuple[str, str]:
    look, text = _STATES[HandoverState(sheet.state)]
    return look, text()


@require_GET
def handovers(request: HttpRequest) -> HttpResponse:
    """Sheets this position may see; those not finished first, with `?semua=1` also the finished."""
    place, everything = seat(request), "semua" in request.GET
    seen = Handover.objects.visible_to(place.actor).select_related("position__unit", "leaver", "leaving")
    shown = (seen if everything else seen.unfinished()).prefetch_related("items")[:200]
    rows = tuple(_row(sheet, place) for sheet in shown)
    return render(request, "desk/handovers/list.html", {"view": HandoversPage(place, rows, not everything)})


def _row(sheet: Handover, place: Seat) -> HandoverRow:
    return HandoverRow(sheet, *_standing(sheet), len(sheet.items.all()), _turn_text(sheet, place))


def _turn_text(sheet: Handover, place: Seat) -> str:
    known = roster(place.now)
    if sheet.state == HandoverState.OPEN:
        if sheet.leaving.to_on is not None and sheet.leaving.to_on >= local_day(place.now):
            return _("The holder signs until his last day.")
        above = known.responsible(known.superior(sheet.position_id))
        if above is None:
            return _("The one who left signs.")
        return _("The one who left signs, or %(title)s.") % {"title": above.title}
    if sheet.state == HandoverState.SIGNED:
        held = holder_in(known, sheet.position_id)
        if held.is_vacant:
            return _("Waits for the next holder; until then %(title)s carries on.") % {"title": held.label or "–"}
        return _("%(title)s acknowledges.") % {"title": held.label}
    return ""


@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet; POST signs it or acknowledges it, whichever is this position's turn."""
    place, sheet = _find(request, pk)
    asks = _asks(sheet, place)
    form = _form(asks, request)
    if request.method == "POST":
        return _post(request, place, sheet, form)
    view = _page(place, sheet, asks, form)
    return render(request, "desk/handovers/page.html", {"view": view})


def _find(request: HttpRequest, pk: int) -> tuple[Seat, Handover]:
    place = seat(request)
    seen = Handover.objects.visible_to(place.actor).select_related("position__unit", "leaver", "leaving")
    found = seen.filter(pk=pk).first()
    if found is None:
        raise NotFound(handover=pk)
    return place, found


def _asks(sheet: Handover, place: Seat) -> str:
    """What this position can do with the sheet now."""
    if sheet.state == HandoverState.OPEN and place.actor.may("directory.sign-handover", sheet, place.now):
        gone = sheet.leaving.to_on is not None and sheet.leaving.to_on < local_day(place.now)
        mine = same_person(place.actor, sheet.leaver_id)
        return "sign" if mine or (gone and place.actor.position != sheet.position_id) else ""
    if sheet.state == HandoverState.SIGNED and place.actor.may("directory.acknowledge-handover", sheet, place.now):
        return "acknowledge" if may_acknowledge(sheet, by=place.actor, now=place.now) else ""
    return ""


def _form(asks: str, request: HttpRequest) -> forms.Form | None:
    kind = {"sign": SignForm, "acknowledge": AcknowledgeForm}.get(asks)
    return kind(request.POST if request.method == "POST" else None) if kind else None


def _post(request: HttpRequest, place: Seat, sheet: Handover, form: forms.Form | None) -> HttpResponse:
    """The act itself says why it is refused to whom it is refused."""
    text = {name: request.POST.get(name, "")[:2000] for name in ("word", "remark")}
    if sheet.state == HandoverState.OPEN:
        actions.sign_handover(sheet, word=text["word"], by=place.actor, now=place.now)
        messages.success(request, _("Signed. The next holder reads it and acknowledges."))
    else:
        remarks = {item.pk: request.POST.get(f"remark-{item.pk}", "") for item in sheet.items.all()}
        actions.acknowledge_handover(sheet, remark=text["remark"], remarks=remarks, by=place.actor, now=place.now)
        messages.success(request, _("Acknowledged. All of it is yours now, with its whole history."))
    return redirect("desk:handover", pk=sheet.pk)


def _page(place: Seat, sheet: Handover, asks: str, form: forms.Form | None) -> HandoverPage:
    look, state = _standing(sheet)
    items = tuple(sheet.items.all())
    covers = {*getattr(place.actor, "covers", ()), place.actor.position}
    # While it is open, who sits there sees what is there today; what is frozen stands for everybody else.
    fresh = sheet.state == HandoverState.OPEN and sheet.position_id in covers
    held = held_by(sheet.position_id, place.now) if fresh else tuple(_holding(item) for item in items)
    groups = held_groups(held, place, of=sheet.position_id)
    entries = Entry.objects.visible_to(place.actor, place.now).about(f"directory.handover:{sheet.pk}")
    return HandoverPage(
        seat=place,
        sheet=sheet,
        look=look,
        state=state,
        groups=groups if sheet.state == HandoverState.OPEN else _with_remarks(groups, items),
        items=items if asks == "acknowledge" else (),
        successor=holder_in(roster(place.now), sheet.position_id),
        form=form,
        asks=asks,
        why_not="" if asks else _turn_text(sheet, place),
        history=history(entries),
        has_pdf=find_spec("weasyprint") is not None,
    )


def _holding(item: HandoverItem) -> Holding:
    return Holding(item.kind, item.key, item.label, item.url, item.state, item.due_at, item.is_waiting)


def _with_remarks(groups: tuple[HeldGroup, ...], items: tuple[HandoverItem, ...]) -> tuple[HeldGroup, ...]:
    said = {text: item.remark for item in items if item.remark for text in (item.label, item.key)}
    return tuple(
        replace(group, lines=tuple(replace(line, remark=said.get(line.label, "")) for line in group.lines))
        for group in groups
    )


@require_GET
def sheet_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet as PDF; without the library for it, the page itself prints cleanly."""
    place, sheet = _find(request, pk)
    if find_spec("weasyprint") is None:
        raise Unavailable(
            _("This installation makes no PDF."), advice=_("Print the page from your browser: it is made for paper.")
        )
    text = render_to_string("desk/handovers/print.html", {"view": _page(place, sheet, "", None)}, request=request)
    from mapalus.engine.letters.paper import pdf

    response = HttpResponse(pdf(text), content_type="application/pdf")
    name = f"serah-terima-{sheet.position_id}-{sheet.pk}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
