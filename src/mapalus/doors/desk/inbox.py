"""Giliran saya: what waits for the position one sits in, of every kind, what is due first on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.catalogue.models import HandIn, HandInState
from mapalus.apps.catalogue.models.handin import HandInQuerySet
from mapalus.apps.directory.models import Unit
from mapalus.apps.ledger.models import unit_of
from mapalus.doors.desk.inbox_items import Group, Item, case_items, grouped, handin_item
from mapalus.doors.desk.inbox_pages import Asked, mine, others
from mapalus.doors.desk.rail import HANDINS, Seat, seat

__all__ = ["InboxPage", "inbox"]

_PAGE = 40


@dataclass(frozen=True)
class InboxPage:
    """Context of desk/inbox/list.html."""

    seat: Seat
    title: str
    view: str  # mine, others, done, wrong, decide
    groups: tuple[Group, ...]
    page: Page[HandIn] | None  # numbered pages, where there are few
    next: str  # address of the next page, where there may be very many
    is_first: bool
    asked: Asked
    kinds: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    dues: tuple[tuple[str, str], ...]
    listing: str  # value of `daftar`, to keep it while filtering
    may_choose: bool
    empty: str

    @property
    def query(self) -> str:
        return self.asked.text


VIEWS = {"": "mine", "lain": "others", "selesai": "done", "perbaiki": "wrong", "putuskan": "decide"}
_TITLES = {
    "mine": lambda: _("My turn"),
    "others": lambda: _("Waiting for others"),
    "done": lambda: _("Finished"),
    "wrong": lambda: _("Needs correction"),
    "decide": lambda: _("Awaiting a decision"),
}


def _asked(request: HttpRequest) -> Asked:
    def given(name: str, most: int = 80) -> str:
        return request.GET.get(name, "").strip()[:most]

    return Asked(given("q", 100), given("jenis"), given("unit"), given("tenggat"), given("sesudah"))


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    place, listing = seat(request), request.GET.get("daftar", "")
    view, asked = VIEWS.get(listing, "mine"), _asked(request)
    page: Page[HandIn] | None = None
    groups: tuple[Group, ...] = ()
    address = ""
    if view in ("mine", "others"):
        found = (mine if view == "mine" else others)(place, asked, size=_PAGE)
        groups, address = grouped(found.items), _next(request, found.next)
    else:
        groups, page = _numbered(request, place, view, asked)
    context = InboxPage(
        seat=place,
        title=_TITLES[view](),
        view=view,
        groups=groups,
        page=page,
        next=address,
        is_first=not asked.after,
        asked=asked,
        **_filters(view),
        listing=listing if listing in VIEWS else "",
        may_choose=any(item.choose for group in groups for item in group.items),
        empty=_empty(view, asked),
    )
    template = "desk/inbox/_list.html" if request.headers.get("HX-Request") else "desk/inbox/list.html"
    return render(request, template, {"view": context})


def _next(request: HttpRequest, mark: str) -> str:
    if not mark:
        return ""
    kept = {name: value for name, value in request.GET.items() if name != "sesudah" and value}
    return "?" + urlencode({**kept, "sesudah": mark})


def _filters(view: str) -> dict[str, Any]:
    """What one can filter by; lists of hand-ins alone have their own ways."""
    if view not in ("mine", "others"):
        return {"kinds": (), "units": (), "dues": ()}
    packs = PackVersion.objects.current().defer("files")
    return {
        "kinds": ((HANDINS, _("Hand-ins")), *((one.name, one.title_here) for one in packs)),
        "units": tuple(Unit.objects.order_by("short").values_list("code", "short")),
        "dues": (("lewat", _("Overdue")), ("hari-ini", _("By today")), ("minggu", _("Within a week"))),
    }


def _numbered(request: HttpRequest, place: Seat, view: str, asked: Asked) -> tuple[tuple[Group, ...], Page[HandIn]]:
    """Lists of hand-ins, in numbered pages; what is finished also names the cases of one's unit, newest first."""
    page: Page[HandIn] = Paginator(_handins(place, view, asked), _PAGE).get_page(request.GET.get("page"))
    items = [handin_item(one, place) for one in page.object_list]
    if view != "done":
        return grouped(items), page
    groups = [Group(_("Hand-ins, newest first"), tuple(items))] if items else []
    cases = _closed_cases(place, asked) if page.number == 1 else []
    return (*([Group(_("Cases, newest first"), tuple(cases))] if cases else []), *groups), page


def _handins(place: Seat, view: str, asked: Asked) -> HandInQuerySet:
    seen = HandIn.objects.visible_to(place.actor).for_reading()
    if asked.text:
        seen = seen.matching(asked.text)
    if view == "done":
        return seen.closed()
    seen = seen.open().by_limit()
    if view == "wrong":
        return seen.filter(state__in=[state for state in HandInState if state.may_be_corrected])
    return seen.awaiting_decision()


def _closed_cases(place: Seat, asked: Asked) -> list[Item]:
    """The last ones of one's unit; older ones are found by searching."""
    unit = unit_of(place.actor)
    if not unit:
        return []
    found = Case.objects.visible_to(place.actor).filter(unit=unit, is_final=True).for_list()
    if asked.text:
        found = found.search(asked.text)
    return case_items(found.order_by("-due_order", "-pk")[:_PAGE], place)


def _empty(view: str, asked: Asked) -> str:
    if asked.text:
        return _("Nothing here has these words or this number.")
    if not asked.is_plain:
        return _("Nothing here fits these filters.")
    if view == "mine":
        return _("Nothing waits for you. Everything is in other hands.")
    return _("There is nothing in this list.")
