"""Giliran saya: what waits for the position one sits in, what is due first on top."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mapalus.apps.catalogue.models import Dataset, HandIn, HandInState
from mapalus.apps.catalogue.models.handin import HandInQuerySet
from mapalus.apps.catalogue.reach import reach
from mapalus.doors.desk.due import DueMark, due_mark
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.words import facts_of, state_text, turn_text

__all__ = ["Group", "InboxPage", "Item", "inbox"]

_PAGE = 40


@dataclass(frozen=True)
class Item:
    """One row: desk/inbox/_row.html."""

    address: str
    icon: str
    title: str
    period: str
    facts: str
    sender: str
    place: str
    due: DueMark
    state: str
    is_turn: bool
    why: str = ""  # why it waits here and not where one would expect it


@dataclass(frozen=True)
class Group:
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class InboxPage:
    """Context of desk/inbox/list.html."""

    seat: Seat
    title: str
    view: str  # mine, others, done, wrong, decide
    groups: tuple[Group, ...]
    page: Page[HandIn]
    total: int
    query: str
    empty: str


VIEWS = {"": "mine", "lain": "others", "selesai": "done", "perbaiki": "wrong", "putuskan": "decide"}


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    place, view = seat(request), VIEWS.get(request.GET.get("daftar", ""), "mine")
    query = request.GET.get("q", "").strip()[:100]
    found = _chosen(place, view, query)
    page: Page[HandIn] = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    owed = _owed(place) if view == "mine" and not query and page.number == 1 else []
    items = [*owed, *(_item(handin, place) for handin in page.object_list)]
    context = InboxPage(
        seat=place,
        title=_TITLES[view](),
        view=view,
        groups=_grouped(items) if view != "done" else (Group(_("Newest first"), tuple(items)),) if items else (),
        page=page,
        total=page.paginator.count + len(owed),
        query=query,
        empty=_empty(view, query),
    )
    template = "desk/inbox/_list.html" if request.headers.get("HX-Request") else "desk/inbox/list.html"
    return render(request, template, {"view": context})


_TITLES = {
    "mine": lambda: _("My turn"),
    "others": lambda: _("Waiting for others"),
    "done": lambda: _("Finished"),
    "wrong": lambda: _("Needs correction"),
    "decide": lambda: _("Awaiting a decision"),
}


def _chosen(place: Seat, view: str, query: str) -> HandInQuerySet:
    seen = HandIn.objects.visible_to(place.actor).for_reading()
    if query:
        seen = seen.matching(query)
    if view == "done":
        return seen.closed()
    seen = seen.open().by_limit()
    if view == "mine":
        return seen.turn_of(place.actor)
    if view == "others":
        return seen.exclude(turn__in=reach(place.actor).positions)
    if view == "wrong":
        return seen.filter(state__in=[state for state in HandInState if state.may_be_corrected])
    return seen.filter(state__in=(HandInState.AWAITING_CONFIRMATION, HandInState.AWAITING_REVIEW))


def _item(handin: HandIn, place: Seat) -> Item:
    is_turn = handin.turn in reach(place.actor).positions and handin.stage.is_open
    return Item(
        address=reverse("desk:handin", args=[handin.receipt]),
        icon="upload",
        title=handin.dataset.title_here,
        period=handin.period,
        facts=facts_of(handin),
        sender=handin.dataset.unit.name,
        place=handin.label,
        due=due_mark(handin.due_at, place.now, place.calendar) if handin.stage.is_open else _done(handin),
        state=state_text(handin),
        is_turn=is_turn,
        why=turn_text(handin) if handin.turn_reason else "",
    )


def _done(handin: HandIn) -> DueMark:
    look = {"published": "good", "withdrawn": "none"}.get(handin.state, "none")
    return DueMark(look, str(handin.get_state_display()), handin.closed_at, "later")


def _owed(place: Seat) -> list[Item]:
    """Datasets whose file is owed by this position's unit and has not come."""
    if not place.actor.may("catalogue.hand-in", Dataset, place.now):
        return []
    sight = reach(place.actor)
    owed = Dataset.objects.visible_to(place.actor).owed().filter(unit__in=sight.units).for_reading()
    return [_owed_item(dataset, place) for dataset in owed]


def _owed_item(dataset: Dataset, place: Seat) -> Item:
    return Item(
        address=f"{reverse('desk:handin-new')}?data={dataset.name}",
        icon="clock",
        title=dataset.title_here,
        period=dataset.expected_period,
        facts=dataset.due_rule,
        sender=dataset.unit.name,
        place=dataset.producer.title,
        due=due_mark(dataset.due_at, place.now, place.calendar),
        state=_("not complete yet") if _is_partly_there(dataset) else _("not handed in yet"),
        is_turn=True,
    )


def _is_partly_there(dataset: Dataset) -> bool:
    """Something of the period is published, and the rest is still owed."""
    return dataset.current is not None and dataset.current.period == dataset.expected_period


def _grouped(items: list[Item]) -> tuple[Group, ...]:
    titles = {"late": _("Overdue"), "today": _("Today"), "week": _("This week"), "later": _("Later")}
    groups = ((title, tuple(item for item in items if item.due.group == name)) for name, title in titles.items())
    return tuple(Group(title, found) for title, found in groups if found)


def _empty(view: str, query: str) -> str:
    if query:
        return _("Nothing here has these words or this number.")
    if view == "mine":
        return _("Nothing waits for you. All files are in other hands.")
    return _("There is nothing in this list.")
