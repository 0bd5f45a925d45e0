"""Requests for data that everybody may read: what was asked for, what came of it, and what will come when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.cases import wanted
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.search import matching
from mapalus.apps.cases.wanted import Wanted
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.directory.calendar import province_calendar
from mapalus.doors.portal.asking import proposals

__all__ = ["request_page", "requests"]

_SIZE = 20
_LOOKS = {"dijawab": "good", "dipenuhi": "good", "dijanjikan": "soon", "usul_ditolak": "soon", "ditolak": "late"}


@dataclass(frozen=True)
class RequestLine:
    """One request in a list; `look` marks its state."""

    wanted: Wanted

    @property
    def href(self) -> str:
        return f"/permintaan-data/{self.wanted.case.number}/"

    @property
    def look(self) -> str:
        return _LOOKS.get(self.wanted.case.state, "")


@dataclass(frozen=True)
class Choice:
    title: str
    count: int
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class RequestList:
    """Context of portal/requests/list.html."""

    page: Page[Case]
    lines: Sequence[RequestLine]
    question: str
    states: Sequence[Choice]
    open_data: Sequence[Dataset]  # what may answer the question already

    @property
    def is_filtered(self) -> bool:
        return bool(self.question) or any(one.is_chosen for one in self.states)


@dataclass(frozen=True)
class RequestPage:
    """Context of portal/requests/page.html."""

    line: RequestLine
    days: int | None  # working days to the answer


@login_not_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What others asked for, without who they are; searchable."""
    question, state = request.GET.get("q", "").strip()[:200], request.GET.get("keadaan", "")
    found = wanted.shown()
    if question:
        found = matching(found, question, is_public=True)
    if state in wanted.STATES:
        found = found.filter(state=state)
    page = Paginator(found, _SIZE).get_page(request.GET.get("page"))
    lines = [RequestLine(one) for one in wanted.wanted(page.object_list)]
    shown = RequestList(page, lines, question, _states(question, state), proposals(question))
    return render(request, "portal/requests/list.html", {"page": shown})


@login_not_required
@require_safe
def request_page(request: HttpRequest, number: str) -> HttpResponse:
    """One request and its answer: the data, the day they will come, or the ground of refusal."""
    case = wanted.shown().filter(number=number).first()
    if case is None:
        raise Http404
    days = province_calendar()
    spent = days.between(days.local_date(case.received_at), days.local_date(case.closed_at)) if case.closed_at else None
    page = RequestPage(RequestLine(wanted.wanted([case])[0]), spent)
    return render(request, "portal/requests/page.html", {"page": page})


def _states(question: str, chosen: str) -> list[Choice]:
    known = wanted.counts()
    titles = {
        "dijawab": _("Answered with data"),
        "dipenuhi": _("Promise kept"),
        "dijanjikan": _("To be published"),
        "ditolak": _("Refused"),
        "dialihkan": _("Held by others"),
    }
    return [
        Choice(
            title, known[state], "?" + urlencode({key: value for key, value in asked.items() if value}), state == chosen
        )
        for state, title in titles.items()
        if state in known
        for asked in [{"q": question, "keadaan": "" if state == chosen else state}]
    ]
