"""One act for several cases: each is judged and taken by itself, and what could not be done says why."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.packs import here, pack_of, process_of
from mapalus.apps.cases.reading import possible
from mapalus.doors.desk.cases_asking import Asked, asked_for, judged, transition_of, typed_in
from mapalus.doors.desk.inbox_items import Item, case_items
from mapalus.doors.desk.problems import said
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import Invalid, NotFound, Problem

__all__ = ["BulkPage", "bulk"]

MOST = 100  # cases at once; each is a transaction of its own


@dataclass(frozen=True)
class Offer:
    """An act that may be taken for some of the chosen cases."""

    act: str
    pack: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Failed:
    item: Item
    why: str


@dataclass(frozen=True)
class BulkPage:
    """Context of desk/cases/bulk.html."""

    seat: Seat
    items: tuple[Item, ...]
    offers: tuple[Offer, ...]
    asked: Asked | None
    pack: str
    numbers: tuple[str, ...]
    outside: int  # chosen, but the act does not fit them
    failed: tuple[Failed, ...] = ()
    general: str = ""


@never_cache
@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    given = request.POST if request.method == "POST" else request.GET
    numbers = list(dict.fromkeys(given.getlist("kasus")))[:MOST]
    cases = list(
        Case.objects.visible_to(place.actor).filter(number__in=numbers).select_related("pack").defer("pack__files")
    )
    cases.sort(key=lambda case: (case.due_order, case.pk))
    act, pack = given.get("langkah", ""), given.get("layanan", "")
    fitting = _fitting(cases, place)
    if request.method == "POST" and not fitting.get((pack, act)):
        raise NotFound
    chosen = fitting.get((pack, act), [])
    if request.method == "POST":
        return _taken(request, place, cases, chosen, act, pack, fitting)
    asked = asked_for(chosen[0], act) if chosen else None
    return render(request, "desk/cases/bulk.html", {"view": _page(place, cases, fitting, act, pack, asked)})


def _fitting(cases: list[Case], place: Seat) -> dict[tuple[str, str], list[Case]]:
    """Pack and act -> the cases for which it may be taken now."""
    found: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        process = process_of(pack_of(case.pack))
        for one in possible(case, by=place.actor, now=place.now):
            if one.blocked is None and process.transitions[one.transition].is_bulk:
                found.setdefault((case.pack_name, one.transition), []).append(case)
    return found


def _page(
    place: Seat,
    cases: list[Case],
    fitting: dict[tuple[str, str], list[Case]],
    act: str,
    pack: str,
    asked: Asked | None,
    *,
    failed: tuple[Failed, ...] = (),
    general: str = "",
) -> BulkPage:
    chosen = fitting.get((pack, act), [])
    shown = chosen or cases
    offers = tuple(
        Offer(
            name, of, here(transition_of(pack_of(found[0].pack), name), "label"), len(found), (of, name) == (pack, act)
        )
        for (of, name), found in fitting.items()
    )
    return BulkPage(
        seat=place,
        items=tuple(case_items(shown, place)),
        offers=offers,
        asked=asked,
        pack=pack,
        numbers=tuple(case.number for case in cases),
        outside=len(cases) - len(chosen) if chosen else 0,
        failed=failed,
        general=general,
    )


def _taken(
    request: HttpRequest,
    place: Seat,
    cases: list[Case],
    chosen: list[Case],
    act: str,
    pack: str,
    fitting: dict[tuple[str, str], list[Case]],
) -> HttpResponse:
    typed = typed_in(request, pack_of(chosen[0].pack), act)
    label = here(transition_of(pack_of(chosen[0].pack), act), "label")
    done, failed = 0, []
    for case in chosen:
        try:
            values = judged(case, act, typed, place)
            actions.take(
                case, act=act, values=values, reason=typed.reason, expected=case.version, by=place.actor, now=place.now
            )
            done += 1
        except Invalid as problem:
            if not done and case is chosen[0]:  # what was typed fits none of them
                asked = asked_for(case, act, typed=typed, errors=problem.fields)
                general = "" if asked.wrong else said(problem)
                page = _page(place, cases, fitting, act, pack, asked, general=general)
                return render(request, "desk/cases/bulk.html", {"view": page}, status=422)
            failed.append((case, said(problem)))
        except Problem as problem:
            failed.append((case, said(problem)))
    if done:
        text = ngettext("%(act)s: %(n)s case.", "%(act)s: %(n)s cases.", done) % {"act": label, "n": done}
        messages.success(request, text)
    if not failed:
        return redirect("desk:inbox")
    items = case_items([case for case, _why in failed], place)
    told = tuple(Failed(item, why) for item, (_case, why) in zip(items, failed, strict=True))
    left = [case for case, _why in failed]
    return render(
        request, "desk/cases/bulk.html", {"view": _page(place, left, {}, act, pack, None, failed=told)}, status=409
    )
