"""Taking an act of a case. Somebody may be faster: then the page says who, and what was typed is still there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.packs import here, pack_of, process_of
from mapalus.apps.cases.reading import possible
from mapalus.doors.desk.cases_asking import Asked, Typed, asked_for, judged, transition_of, typed_in
from mapalus.doors.desk.cases_page import find_case
from mapalus.doors.desk.problems import said
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.ui.places import REFRESH
from mapalus.engine.errors import Invalid, NotFound, Problem

__all__ = ["ActPage", "act"]


@dataclass(frozen=True)
class ActPage:
    """Context of desk/cases/act.html. `case` is None where it has left one's sight; the typed words stay."""

    seat: Seat
    case: Case | None
    service: str
    asked: Asked
    state: str
    overtaken: str = ""  # what stands against it: who was faster, what is missing
    general: str = ""  # wrong, and of no single question
    may_send: bool = True


@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Ask, then do."""
    place = seat(request)
    if request.method == "POST":
        return _taken(request, number, act, place)
    case = find_case(number, place)
    transition_of(pack_of(case.pack), act)
    found = next((one for one in possible(case, by=place.actor, now=place.now) if one.transition == act), None)
    problem = _("This step is not possible now, or it is not yours.") if found is None else ""
    if found is not None and found.problem is not None:
        problem = said(found.problem)
    page = _page(place, case, asked_for(case, act), overtaken=problem)
    return render(request, "desk/cases/act.html", {"view": replace(page, may_send=not problem)})


def _taken(request: HttpRequest, number: str, act: str, place: Seat) -> HttpResponse:
    # Whether it may be seen the action decides: it also knows how to say that somebody has just taken it away.
    case = Case.objects.select_related("pack").defer("pack__files").filter(number=number).first()
    if case is None:
        raise NotFound(number=number)
    transition = transition_of(pack_of(case.pack), act)
    is_seen = Case.objects.visible_to(place.actor).filter(pk=case.pk).exists()
    typed = Typed({}, "", None)
    try:
        typed = typed_in(request, pack_of(case.pack), act)
        if REFRESH in request.POST and is_seen:  # a list of places is wanted, nothing is decided yet
            page = _page(place, case, asked_for(case, act, typed=typed), overtaken="")
            return render(request, "desk/cases/act.html", {"view": page})
        # Who may not take it at all hears that, and not what is wrong with his answers.
        values = judged(case, act, typed, place) if is_seen and _is_open(case, act, place) else {}
        actions.take(
            case, act=act, values=values, reason=typed.reason, expected=typed.version, by=place.actor, now=place.now
        )
    except NotFound:
        raise
    except Problem as problem:
        page = _refused(place, case, act, typed, problem, is_seen=is_seen)
        return render(request, "desk/cases/act.html", {"view": page}, status=problem.status)
    label = here(transition, "label") or act
    messages.success(request, _("Done: %(act)s.") % {"act": label})
    if not Case.objects.visible_to(place.actor).filter(pk=case.pk).exists():
        return redirect("desk:inbox")
    return redirect(reverse("desk:case", kwargs={"number": number}))


def _is_open(case: Case, act: str, place: Seat) -> bool:
    acts = possible(case, by=place.actor, now=place.now)
    return any(one.transition == act and one.blocked is None for one in acts)


def _refused(place: Seat, case: Case, act: str, typed: Typed, problem: Problem, *, is_seen: bool) -> ActPage:
    """The form as it was typed, and why. Sent again it goes by the case as it stands now."""
    errors = dict(problem.fields) if isinstance(problem, Invalid) else {}
    fresh = Case.objects.select_related("pack").defer("pack__files").get(pk=case.pk) if is_seen else case
    is_conflict = problem.status == 409
    asked = asked_for(fresh, act, typed=replace(typed, version=fresh.version if is_conflict else typed.version),
                      errors=errors)  # fmt: skip
    known = {one.name for one in asked.questions} | {"reason"}
    general = "" if errors and set(errors) <= known else said(problem)
    still = is_seen and _is_open(fresh, act, place)
    page = _page(place, fresh if is_seen else None, asked, overtaken=general if not errors else "")
    return replace(page, general=general if errors else "", may_send=still, service=_service(case))


def _page(place: Seat, case: Case | None, asked: Asked, *, overtaken: str) -> ActPage:
    state = ""
    if case is not None:
        state = here(process_of(pack_of(case.pack)).states[case.state], "label")
    return ActPage(place, case, _service(case) if case else "", asked, state, overtaken)


def _service(case: Case) -> str:
    return here(pack_of(case.pack), "title")
