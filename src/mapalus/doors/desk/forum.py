"""The Forum Satu Data at the desk: the next meeting, what waits for one, decisions, the action plan, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mapalus.apps.cases import actions, forum, wanted
from mapalus.apps.cases.forum import Item, Matter, Meeting
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.reading import possible
from mapalus.apps.catalogue.models import Dataset
from mapalus.doors.desk.datasets import DatasetRow, rows_of
from mapalus.doors.desk.problems import said
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotFound, Problem, Unavailable

__all__ = ["forum_page", "minutes", "schedule"]

_ACT = "jadwalkan"
_SHOWN = 20  # decisions


@dataclass(frozen=True)
class Candidate:
    """Something the forum could be asked to decide: a conflict, data that are late, a request that is stuck."""

    kind: str
    title: str
    text: str
    href: str  # the form, filled in; or the case from which it is brought


@dataclass(frozen=True)
class ForumPage:
    """Context of desk/forum/page.html."""

    seat: Seat
    meeting: Meeting | None
    agenda: Sequence[Matter]
    waiting: Sequence[Matter]
    choices: Sequence[Meeting]  # meetings on whose agenda this position may put what waits; empty: it may not
    candidates: Sequence[Candidate]
    late: Sequence[DatasetRow]
    decisions: Sequence[tuple[Matter, bool]]  # with whether its signed minutes are kept
    plan: Sequence[Item]
    proposed: Sequence[Item]
    year: int
    years: Sequence[int]
    share: int | None
    seen: frozenset[str]  # numbers of the cases this position may open
    may_call: bool
    has_pdf: bool


@dataclass(frozen=True)
class MinutesPage:
    """Context of desk/forum/minutes.html: the minutes before they are signed."""

    seat: Seat
    meeting: Meeting
    agenda: Sequence[Matter]


@require_safe
def forum_page(request: HttpRequest) -> HttpResponse:
    """Everything the forum has before it, on one page."""
    place = seat(request)
    meeting = forum.next_meeting(now=place.now)
    agenda = forum.matters(forum.waiting(meeting.case.number)) if meeting else []
    waits = forum.matters(forum.waiting())
    decided = forum.matters(forum.decided()[:_SHOWN])
    signed = forum.minutes_of(one.meeting for one in decided if one.meeting)
    years = forum.years()
    year = _year(request.GET.get("tahun", ""), years) or place.now.year
    plan = forum.items(year, now=place.now)
    proposed = forum.items(None, now=place.now)
    rows = _late(place)
    shown = [one.case for one in (*agenda, *waits, *decided)] + [one.case for one in (*plan, *proposed)]
    shown += [meeting.case] if meeting else []
    page = ForumPage(
        seat=place,
        meeting=meeting,
        agenda=agenda,
        waiting=waits,
        choices=_choices(place, waits),
        candidates=_candidates(place, rows),
        late=rows,
        decisions=[(one, one.meeting in signed) for one in decided],
        plan=plan,
        proposed=proposed,
        year=year,
        years=years,
        share=forum.share(plan),
        seen=_seen(place, shown),
        may_call=forum.may_call(place.actor),
        has_pdf=find_spec("weasyprint") is not None,
    )
    return render(request, "desk/forum/page.html", {"view": page})


@require_POST
def schedule(request: HttpRequest) -> HttpResponse:
    """Put what was chosen on the agenda of a meeting: the same act of the process for each, all or none of it said."""
    place = seat(request)
    meeting = next((one for one in forum.meetings() if one.case.number == request.POST.get("rapat", "")), None)
    chosen = request.POST.getlist("bahasan")[:100]
    if meeting is None or meeting.on is None or meeting.is_held:
        messages.error(request, _("Choose a meeting that is still to come."))
        return redirect("desk:forum")
    if not chosen:
        messages.error(request, _("Choose at least one matter."))
        return redirect("desk:forum")
    done = 0
    for case in Case.objects.visible_to(place.actor).filter(pack_name=forum.MATTER, number__in=chosen):
        try:
            actions.take(
                case, act=_ACT, values={"rapat": meeting.case.number, "tanggal_rapat": meeting.on.isoformat()},
                by=place.actor, now=place.now,
            )  # fmt: skip
            done += 1
        except Problem as problem:
            messages.error(request, f"{case.number}: {said(problem)}")
    if done:
        text = _("On the agenda of %(meeting)s: %(count)s") % {"meeting": meeting.case.number, "count": done}
        messages.success(request, text)
    return redirect("desk:forum")


@require_safe
def minutes(request: HttpRequest, number: str) -> HttpResponse:
    """The minutes of a meeting as a PDF to be signed: who was there, each matter, what was decided."""
    place = seat(request)
    meeting = next((one for one in forum.meetings() if one.case.number == number), None)
    if meeting is None:
        raise NotFound
    if find_spec("weasyprint") is None:
        raise Unavailable(
            _("This installation makes no PDF."), advice=_("Print the page from your browser: it is made for paper.")
        )
    page = MinutesPage(place, meeting, forum.matters(forum.waiting(number)))
    text = render_to_string("desk/forum/minutes.html", {"view": page}, request=request)
    from mapalus.engine.letters.paper import pdf

    response = HttpResponse(pdf(text), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="risalah-{number}.pdf"'
    return response


# --- what it shows ---------------------------------------------------------------------------------------------------


def _year(text: str, years: Sequence[int]) -> int | None:
    return int(text) if text.isdecimal() and int(text) in years else None


def _seen(place: Seat, cases: Sequence[Case]) -> frozenset[str]:
    wanted_keys = [case.pk for case in cases]
    rows = Case.objects.visible_to(place.actor).filter(pk__in=wanted_keys)
    return frozenset(rows.values_list("number", flat=True))


def _choices(place: Seat, waits: Sequence[Matter]) -> list[Meeting]:
    """Meetings still to be held, for whoever may schedule what waits."""
    first = next((one.case for one in waits if one.case.state == "diusulkan"), None)
    if first is None or not Case.objects.visible_to(place.actor).filter(pk=first.pk).exists():
        return []
    may = any(one.transition == _ACT for one in possible(first, by=place.actor, now=place.now))
    return [one for one in forum.meetings() if not one.is_held] if may else []


def _late(place: Seat) -> list[DatasetRow]:
    """The late list, the same as the public may know: owed, past its day, and not on its way in time."""
    listed = Dataset.objects.known_to(None).for_reading().order_by("due_at")
    return [row for row in rows_of(list(listed), place) if row.standing.code == "late"]


def _candidates(place: Seat, rows: Sequence[DatasetRow]) -> list[Candidate]:
    found = [
        Candidate(
            _("Two figures in conflict"), dataset.title_here, dataset.conflict,
            _form(jenis="selisih", kumpulan_data=dataset.name, uraian=dataset.conflict, judul=dataset.title_here),
        )
        for dataset in Dataset.objects.known_to(None).exclude(conflict="").order_by("title")
        if not forum.is_raised(dataset.name)
    ]  # fmt: skip
    found += [
        Candidate(
            _("Late data"), row.dataset.title_here, f"{row.unit} · {row.due.text}" if row.due else row.unit,
            _form(jenis="keterlambatan", kumpulan_data=row.dataset.name, judul=row.dataset.title_here),
        )
        for row in rows
        if not forum.is_raised(row.dataset.name)
    ]  # fmt: skip
    asked = Case.objects.visible_to(place.actor).filter(pack_name=wanted.REQUEST).overdue(place.now).for_list()
    stuck = [case for case in asked[:100] if not case.values.get("ke_forum")]
    found += [
        Candidate(_("Request for data"), case.title, case.number, f"/meja/kasus/{case.number}/") for case in stuck[:20]
    ]
    return found


def _form(**values: str) -> str:
    """The address of the form with these answers filled in."""
    return f"/layanan/{forum.MATTER}/mulai/?" + urlencode({key: value[:300] for key, value in values.items() if value})
