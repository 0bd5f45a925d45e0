"""Sumber data: where data come from, how the last attempts ended, and what a position may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import Dataset, HarvestRun, Source, SourceKind, SourceState
from mapalus.apps.catalogue.models.source import SourceQuerySet
from mapalus.apps.directory.roster import roster
from mapalus.apps.jobs.models import Job
from mapalus.apps.ledger.action import reference
from mapalus.doors.desk.holders import holding_of
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.sources_forms import ContractForm, ForgetForm, ReasonForm
from mapalus.doors.desk.sources_words import (
    RunRow,
    SettingLine,
    SourceRow,
    connector_title,
    problem_said,
    run_rows,
    setting_lines,
    source_row,
    when_said,
)
from mapalus.engine.errors import NotFound

__all__ = ["SourcePage", "SourcesPage", "TrialLook", "find", "progress", "source", "sources"]

_PAGE, _RUNS = 40, 15
_FILTERS = {
    "perlu": Q(state=SourceState.VANISHED) | Q(failures__gt=0) | (Q(kind=SourceKind.CONNECTOR) & ~Q(problem={})),
    "jalan": Q(kind=SourceKind.CONNECTOR, state=SourceState.ACTIVE, failures=0),
    "dijeda": Q(state=SourceState.PAUSED),
    "berkas": Q(kind=SourceKind.UPLOAD),
}


@dataclass(frozen=True)
class SourcesPage:
    """Context of desk/sources/list.html."""

    seat: Seat
    rows: tuple[SourceRow, ...]
    page: Page[Source]
    counts: tuple[tuple[str, str, str, int], ...]  # value, look, words, number
    chosen: str
    query: str
    total: int
    may_add: bool


@dataclass(frozen=True)
class TrialLook:
    """What the last trial saw."""

    run: HarvestRun
    problem: str
    columns: tuple[tuple[str, str, str], ...]  # name, title, type
    first: tuple[tuple[str, ...], ...]
    errors: tuple[tuple[str, str, int], ...]  # code, column, number
    notes: tuple[str, ...]
    verdict: str


@dataclass(frozen=True)
class Line:
    """How far a running job is."""

    text: str
    percent: int | None


@dataclass(frozen=True)
class SourcePage:
    """Context of desk/sources/page.html."""

    seat: Seat
    source: Source
    row: SourceRow
    system: str
    settings: tuple[SettingLine, ...]
    when: str
    keeper: str
    runs: tuple[RunRow, ...]
    line: Line | None  # something of it runs or waits at this moment
    trial: TrialLook | None
    may: frozenset[str]  # what this position may do: coba, ambil, ubah, jeda, lanjutkan, percaya, ulang, lepas, kontrak
    reason_form: ReasonForm
    forget_form: ForgetForm
    contract_form: ContractForm | None


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every source one may see; those that need somebody come first, those that come as files last."""
    place = seat(request)
    seen = Source.objects.visible_to(place.actor).kept()
    query, chosen = request.GET.get("q", "").strip()[:100], request.GET.get("keadaan", "")
    shown = _matching(seen, query)
    counts = tuple(
        (value, look, text, number)
        for value, look, text in _filters()
        if (number := shown.filter(_FILTERS[value]).count())
    )
    filtered = shown.filter(_FILTERS[chosen]) if chosen in _FILTERS else shown
    ordered = filtered.for_reading().order_by(
        "-needs_person", "-failures", "kind", "dataset__unit__name", "dataset__title"
    )
    page: Page[Source] = Paginator(ordered, _PAGE).get_page(request.GET.get("page"))
    known = roster(place.now)
    context = SourcesPage(
        seat=place,
        rows=tuple(source_row(one, known) for one in page.object_list),
        page=page,
        counts=counts,
        chosen=chosen if chosen in _FILTERS else "",
        query=query,
        total=shown.count(),
        may_add=place.actor.may("catalogue.add-source", Dataset, place.now),
    )
    return render(request, "desk/sources/list.html", {"view": context})


def _filters() -> tuple[tuple[str, str, str], ...]:
    return (
        ("perlu", "late", _("needs a person")),
        ("jalan", "good", _("runs")),
        ("dijeda", "none", _("paused")),
        ("berkas", "none", _("as a file")),
    )


def _matching(seen: SourceQuerySet, query: str) -> SourceQuerySet:
    for word in query.split()[:6]:
        seen = seen.filter(
            Q(title__icontains=word) | Q(name__icontains=word) | Q(dataset__title__icontains=word)
            | Q(dataset__unit__name__icontains=word) | Q(connector__icontains=word)
        )  # fmt: skip
    return seen


def find(name: str, place: Seat) -> Source:
    found = Source.objects.visible_to(place.actor).kept().for_reading().filter(name=name).first()
    if found is None:
        raise NotFound
    return found


@never_cache
@require_safe
def source(request: HttpRequest, name: str) -> HttpResponse:
    """One source: how it stands, its settings, its history, and what can be done."""
    place = seat(request)
    return page_of(request, find(name, place), place)


def page_of(
    request: HttpRequest, found: Source, place: Seat, *, wrong: ReasonForm | ContractForm | None = None
) -> HttpResponse:
    """The page, with what an act refused."""
    known = roster(place.now)
    runs = found.runs.real().select_related("handin").order_by("-begun_at", "-pk")[:_RUNS]
    trial = _trial(found)
    may = _may(found, place, trial)
    contract = None
    if "kontrak" in may and trial is not None:
        contract = ContractForm(initial={"contract": trial.run.look.get("proposed", "")})
    context = SourcePage(
        seat=place,
        source=found,
        row=source_row(found, known),
        system=connector_title(found.connector) if found.connector else "",
        settings=setting_lines(found.options, found.connector),
        when=when_said(found),
        keeper=holding_of(found.keeper_code, known).title if found.keeper_code else "",
        runs=run_rows(runs),
        line=_line(found),
        trial=trial,
        may=may,
        reason_form=wrong if type(wrong) is ReasonForm else ReasonForm(),
        forget_form=wrong if isinstance(wrong, ForgetForm) else ForgetForm(),
        contract_form=wrong if isinstance(wrong, ContractForm) else contract,
    )
    return render(request, "desk/sources/page.html", {"view": context}, status=422 if wrong is not None else 200)


@never_cache
@require_safe
def progress(request: HttpRequest, name: str) -> HttpResponse:
    """The live line while something of it runs; once it is over, htmx loads the page anew."""
    found = find(name, seat(request))
    line = _line(found)
    response = render(request, "desk/sources/_progress.html", {"line": line, "address": request.path})
    if line is None:
        response.headers["HX-Refresh"] = "true"
    return response


def _line(found: Source) -> Line | None:
    newest = found.runs.filter(is_trial=True).order_by("-begun_at", "-pk").first()
    subjects = [reference(found), *([reference(newest)] if newest else [])]
    job = (
        Job.objects.filter(subject__in=subjects, task__status__in=("READY", "RUNNING"))
        .select_related("task")
        .order_by("-task__enqueued_at")
        .first()
    )
    if job is None:
        return None
    return Line(job.says() or _("It waits for its turn."), job.percent)


def _trial(found: Source) -> TrialLook | None:
    run = found.runs.filter(is_trial=True, ended_at__isnull=False).order_by("-begun_at", "-pk").first()
    if run is None:
        return None
    look: dict[str, Any] = run.look
    return TrialLook(
        run=run,
        problem=problem_said(run.problem),
        columns=tuple((str(a), str(b), str(c)) for a, b, c in look.get("columns", ())),
        first=tuple(tuple(map(str, row)) for row in look.get("first", ())),
        errors=tuple((str(code), str(field), int(n)) for code, field, n in look.get("errors", ())),
        notes=tuple(problem_said({"text": text, "data": data}) for text, data in look.get("notes", ())),
        verdict=str(look.get("verdict", "")),
    )


_ACTS = {
    "coba": "catalogue.try-source",
    "ambil": "catalogue.harvest-now",
    "ubah": "catalogue.change-source",
    "jeda": "catalogue.pause-source",
    "lanjutkan": "catalogue.resume-source",
    "percaya": "catalogue.trust-source",
    "ulang": "catalogue.start-source-over",
    "lepas": "catalogue.forget-source",
    "kontrak": "catalogue.change-contract",
}


def _may(found: Source, place: Seat, trial: TrialLook | None) -> frozenset[str]:
    """What fits the state it is in, as far as this position may do it."""
    fits = {"ubah", "lepas"}
    if found.kind == SourceKind.CONNECTOR:
        fits |= {"coba", "percaya"}
        fits |= {"ambil"} if found.dataset.contract_id and found.state != SourceState.PAUSED else set()
        fits |= {"ulang"} if found.mark else set()
        fits |= {"jeda"} if found.state != SourceState.PAUSED else set()
        fits |= {"lanjutkan"} if found.state != SourceState.ACTIVE else set()
        proposed = trial is not None and trial.run.look.get("proposed") and found.dataset.contract_id is None
        fits |= {"kontrak"} if proposed else set()
    subjects = {"kontrak": found.dataset}
    return frozenset(
        one for one in fits if place.actor.may(_ACTS[one], subjects.get(one, found), place.now)
    )  # fmt: skip
