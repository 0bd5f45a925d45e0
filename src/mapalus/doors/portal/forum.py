"""The Forum Satu Data for everybody: decisions with their signed minutes, and the action plan with its progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mapalus.apps.cases import files, forum
from mapalus.apps.cases.forum import Item, Matter, Meeting
from mapalus.apps.cases.models import Case
from mapalus.apps.catalogue.models import Dataset
from mapalus.engine import clock
from mapalus.engine.errors import NotFound

__all__ = ["DecisionLine", "decision", "decisions_on", "index", "minutes"]

_SIZE = 20


@dataclass(frozen=True)
class DecisionLine:
    """One decision: `minutes` is the address of the signed file, empty while it is owed."""

    matter: Matter
    minutes: str = ""

    @property
    def href(self) -> str:
        return f"/forum/putusan/{self.matter.case.number}/"


@dataclass(frozen=True)
class ForumIndex:
    """Context of portal/forum/index.html."""

    page: Page[Case]
    decisions: Sequence[DecisionLine]
    coming: Meeting | None  # the next meeting, if one was called
    plan: Sequence[Item]
    year: int
    years: Sequence[int]
    share: int | None
    done: int


@dataclass(frozen=True)
class DecisionPage:
    """Context of portal/forum/decision.html."""

    line: DecisionLine
    follow_ups: Sequence[Item]
    replaced_by: str  # number of a later decision


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What the forum decided, when it meets next, and how far its plan has come."""
    now = clock.now()
    page = Paginator(forum.decided(), _SIZE).get_page(request.GET.get("page"))
    years = forum.years()
    asked = request.GET.get("tahun", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else (years[0] if years else now.year)
    plan = forum.items(year, now=now, is_public=True)
    meeting = forum.next_meeting(now=now)
    shown = ForumIndex(
        page=page,
        decisions=_lines(forum.matters(page.object_list)),
        coming=meeting if meeting and meeting.case.is_published else None,
        plan=plan,
        year=year,
        years=years,
        share=forum.share(plan),
        done=sum(one.case.is_final for one in plan),
    )
    return render(request, "portal/forum/index.html", {"page": shown})


@login_not_required
@require_safe
def decision(request: HttpRequest, number: str) -> HttpResponse:
    """One decision: what, why, since when, about which data, and what follows from it."""
    case = forum.decided().filter(number=number).first()
    if case is None:
        raise Http404
    now = clock.now()
    follows = [
        one for year in forum.years() for one in forum.items(year, now=now, is_public=True) if one.decision == number
    ]
    later = forum.decided().filter(values__mengganti=number).values_list("number", flat=True).first()
    page = DecisionPage(_lines(forum.matters([case]))[0], follows, later or "")
    return render(request, "portal/forum/decision.html", {"page": page})


@login_not_required
@require_safe
def minutes(request: HttpRequest, number: str) -> FileResponse:
    """The signed minutes of a meeting."""
    found = forum.minutes_of([number]).get(number)
    if found is None:
        raise NotFound
    response = FileResponse(files.path_of(found).open("rb"), filename=f"risalah-{number}.pdf")
    response.headers["Content-Type"] = "application/pdf"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def decisions_on(dataset: Dataset) -> tuple[DecisionLine, ...]:
    """Decisions in force that a dataset carries on its page."""
    return tuple(_lines(forum.decisions_about(dataset.name)))


def _lines(found: Sequence[Matter]) -> list[DecisionLine]:
    signed = forum.minutes_of(one.meeting for one in found if one.meeting)
    return [DecisionLine(one, f"/forum/risalah/{one.meeting}.pdf" if one.meeting in signed else "") for one in found]
