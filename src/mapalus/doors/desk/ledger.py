"""Buku besar: what was done in one's unit, and whether the chain still holds."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mapalus.apps.ledger.models import Block, Entry
from mapalus.doors.desk.history import Happening, history
from mapalus.doors.desk.rail import Seat, seat

__all__ = ["LedgerPage", "ledger"]

_PAGE = 50


@dataclass(frozen=True)
class LedgerPage:
    """Context of desk/ledger/list.html."""

    seat: Seat
    entries: tuple[Happening, ...]
    page: Page[Entry]
    newest: Block | None
    verdict: str
    is_sound: bool | None


@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    seen = Entry.objects.visible_to(place.actor, place.now).order_by("-id")
    page = Paginator(seen, _PAGE).get_page(request.GET.get("page"))
    verdict, sound = _verify() if "periksa" in request.GET else ("", None)
    newest = Block.objects.order_by("-number").first()
    context = LedgerPage(place, history(page.object_list), page, newest, verdict, sound)
    return render(request, "desk/ledger/list.html", {"view": context})


def _verify() -> tuple[str, bool]:
    """The whole chain, worked out anew."""
    from mapalus.apps.ledger.verify import verify

    found = verify()
    return found.say(), found.is_whole
