"""Federasi: agreements with kabupaten and kota, exchanges, two numbers for one fact, what the province holds of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mapalus.apps.catalogue import connecting, timetable
from mapalus.apps.federation import about as telling
from mapalus.apps.federation import actions, conflicts, inviting, jobs, joining
from mapalus.apps.federation.models import (
    Agreement,
    AgreementState,
    Conflict,
    Exchange,
    ExchangeOutcome,
    Instance,
    InstanceKind,
    Quoted,
    Share,
    Side,
)
from mapalus.apps.federation.sides import in_force, side_of
from mapalus.apps.federation.standing import standing_of
from mapalus.doors.desk.federation_forms import (
    AnswerForm,
    InstanceForm,
    JoinForm,
    Lines,
    ReasonForm,
    SettleForm,
    TermsForm,
    WithholdForm,
    initial_lines,
    terms_of,
)
from mapalus.doors.desk.federation_joining import InvitationRow, apart_said, invitation_rows
from mapalus.doors.desk.holders import Holding, holding
from mapalus.doors.desk.problems import said, to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.sources_words import problem_said
from mapalus.doors.ui.districts import DistrictRow, district_row
from mapalus.engine.errors import Invalid, NotAllowed, NotFound, Problem
from mapalus.engine.text import translate

__all__ = ["about", "conflict", "federation", "instance", "instance_at", "new", "terms"]

_RUNS = 20
_LOOKS = {
    ExchangeOutcome.RUNNING: "soon", ExchangeOutcome.BROUGHT: "good", ExchangeOutcome.UNCHANGED: "none",
    ExchangeOutcome.FAILED: "late", ExchangeOutcome.REFUSED: "late",
}  # fmt: skip


@dataclass(frozen=True)
class InstanceRow:
    instance: Instance
    row: DistrictRow
    waits: str  # whose word is missing


@dataclass(frozen=True)
class FederationPage:
    """Context of desk/federation/list.html."""

    seat: Seat
    rows: Sequence[InstanceRow]
    conflicts: Sequence[Conflict]
    settled: Sequence[Conflict]
    may_add: bool
    is_province: bool
    invitations: Sequence[InvitationRow]


@dataclass(frozen=True)
class RunRow:
    run: Exchange
    look: str
    state: str
    problem: str
    notes: Sequence[str]


@dataclass(frozen=True)
class InstancePage:
    """Context of desk/federation/page.html."""

    seat: Seat
    instance: Instance
    row: DistrictRow
    side: Side
    agreement: Agreement | None
    proposed: Agreement | None
    past: Sequence[Agreement]
    conflicts: Sequence[Conflict]
    runs: Page[RunRow]
    problem: str
    variable: str  # of the environment, where its key must stand
    has_key: bool
    contact: Holding
    may: frozenset[str]
    form: ReasonForm
    key: str = ""  # given out a moment ago, shown once
    apart: str = ""  # where the two clocks differ


@dataclass(frozen=True)
class TermsPage:
    """Context of desk/federation/terms.html."""

    seat: Seat
    instance: Instance
    form: TermsForm
    lines: Any
    wrong: bool = False


@dataclass(frozen=True)
class NewPage:
    """Context of desk/federation/new.html."""

    seat: Seat
    form: InstanceForm | JoinForm
    is_province: bool  # else this is the installation of a district, which joins its province


@dataclass(frozen=True)
class ConflictPage:
    """Context of desk/federation/conflict.html."""

    seat: Seat
    conflict: Conflict
    ours: Holding
    theirs: Holding
    answer: AnswerForm | None
    settle: SettleForm | None


@dataclass(frozen=True)
class AboutPage:
    """Context of desk/federation/about.html."""

    seat: Seat
    instance: Instance
    about: telling.About | None  # what this installation holds about the district
    known: dict[str, Any] = field(default_factory=dict)  # what the province holds about us, as it said last


def instance_at(place: Seat, code: str) -> Instance:
    """The district of an address, where the position may see it; `NotFound` otherwise."""
    found = Instance.objects.visible_to(place.actor).open_to(place.actor).for_reading().filter(code=code).first()
    if found is None:
        raise NotFound
    return found


@never_cache
@require_safe
def federation(request: HttpRequest) -> HttpResponse:
    """Who takes part, whose word is missing, which numbers differ."""
    place = seat(request)
    seen = list(Instance.objects.visible_to(place.actor).open_to(place.actor).for_reading())
    rows = [_row(one, place) for one in seen]
    differing = Conflict.objects.filter(instance__in=seen, ended_at=None).select_related(
        "indicator", "instance__region"
    )
    may_add = place.actor.may("federation.add-instance", Instance, place.now)
    page = FederationPage(
        place, rows, list(differing.filter(settled_at=None)[:100]), list(differing.exclude(settled_at=None)[:50]),
        may_add, settings.INSTANCE_REGION == settings.PROVINCE_CODE, invitation_rows(place),
    )  # fmt: skip
    return render(request, "desk/federation/list.html", {"view": page})


def _row(one: Instance, place: Seat) -> InstanceRow:
    waiting = one.agreements.filter(state=AgreementState.PROPOSED).first()
    waits = waiting.waits_for.label if waiting is not None and waiting.waits_for is not None else ""
    return InstanceRow(one, district_row(standing_of(one, now=place.now), now=place.now), str(waits))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter how a district keeps its data."""
    place = seat(request)
    if not place.actor.may("federation.add-instance", Instance, place.now):
        raise NotAllowed(act="federation.add-instance")
    is_province = settings.INSTANCE_REGION == settings.PROVINCE_CODE
    asked = request.POST or None
    form = InstanceForm(asked) if is_province else JoinForm(asked, region=settings.INSTANCE_REGION)
    if request.method == "POST" and form.is_valid():
        try:
            made = _entered(form.cleaned_data, place) if is_province else _joined(form.cleaned_data, place)
        except NotAllowed:
            raise
        except Problem as problem:
            to_form(problem, form)
        else:
            if is_province:
                messages.success(request, _("Entered. Now propose what is shared."))
            return redirect("desk:federation-terms" if is_province else "desk:federation-instance", made.code)
    page = NewPage(place, form, is_province)
    return render(request, "desk/federation/new.html", {"view": page}, status=422 if form.errors else 200)


def _entered(given: Mapping[str, Any], place: Seat) -> Instance:
    unit = given["unit"]
    return actions.add_instance(
        unit, code=unit.pk[:48], region=unit.region, contact=given["contact"], kind=InstanceKind(given["kind"]),
        address=given["address"], secret=given["secret"], by=place.actor, now=place.now,
    )  # fmt: skip


def _joined(given: Mapping[str, Any], place: Seat) -> Instance:
    """In the installation of a district: its province, by the code of its invitation."""
    return joining.join_province(
        given["invitation"], address=given["address"], contact=given["contact"], by=place.actor, now=place.now
    )


_ACTS = {
    "tarik": "federation.exchange-now", "setuju": "federation.accept-agreement", "tolak": "federation.refuse-agreement",
    "akhiri": "federation.end-agreement", "tahan": "federation.withhold", "kunci": "federation.issue-key",
    "jeda": "federation.change-instance", "usul": "federation.propose-agreement",
    "sama": "federation.confirm-joining", "beda": "federation.refuse-joining",
}  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def instance(request: HttpRequest, code: str) -> HttpResponse:
    """The agreement, what came, what failed; POST does what `langkah` says."""
    place = seat(request)
    found = instance_at(place, code)
    form = ReasonForm(request.POST or None)
    if request.method != "POST":
        return render(request, "desk/federation/page.html", {"view": _page(request, found, place, form)})
    step = request.POST.get("langkah", "")
    if step not in _ACTS or step == "usul":
        raise NotAllowed(act=step)
    try:
        key = _STEPS[step](request, found, place)
    except (NotAllowed, NotFound):
        raise
    except Problem as problem:
        messages.error(request, said(problem))
        return redirect("desk:federation-instance", code)
    if key:
        return render(
            request, "desk/federation/page.html", {"view": _page(request, found, place, ReasonForm(), key=key)}
        )
    messages.success(request, _("Written down."))
    is_there = Instance.objects.visible_to(place.actor).filter(code=code).exists()
    return redirect("desk:federation-instance", code) if is_there else redirect("desk:federation")


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:400]


def _waiting(found: Instance) -> Agreement:
    waiting = found.agreements.filter(state=AgreementState.PROPOSED).first()
    if waiting is None:
        raise NotFound
    return waiting


def _pull(request: HttpRequest, found: Instance, place: Seat) -> str:
    jobs.exchange_now(found, by=place.actor, now=place.now)
    return ""


def _accept(request: HttpRequest, found: Instance, place: Seat) -> str:
    actions.accept_agreement(_waiting(found), by=place.actor, now=place.now)
    return ""


def _refuse(request: HttpRequest, found: Instance, place: Seat) -> str:
    actions.refuse_agreement(_waiting(found), reason=_reason(request), by=place.actor, now=place.now)
    return ""


def _end(request: HttpRequest, found: Instance, place: Seat) -> str:
    agreement = in_force(found, now=place.now)
    if agreement is None:
        raise NotFound
    actions.end_agreement(agreement, reason=_reason(request), by=place.actor, now=place.now)
    return ""


def _withhold(request: HttpRequest, found: Instance, place: Seat) -> str:
    share = Share.objects.filter(pk=_number(request.POST.get("butir")), agreement__instance=found).first()
    if share is None:
        raise NotFound
    form = WithholdForm(request.POST)
    if not form.is_valid():
        raise Invalid(fields={name: str(errors[0]) for name, errors in form.errors.items()})
    actions.withhold(
        share, is_shared=form.is_shared, embargo_until=form.embargo_until, reason=_reason(request), by=place.actor,
        now=place.now,
    )  # fmt: skip
    return ""


def _key(request: HttpRequest, found: Instance, place: Seat) -> str:
    return actions.issue_key(found, by=place.actor, now=place.now)


def _same(request: HttpRequest, found: Instance, place: Seat) -> str:
    inviting.confirm_joining(found, by=place.actor, now=place.now)
    return ""


def _differs(request: HttpRequest, found: Instance, place: Seat) -> str:
    inviting.refuse_joining(found, reason=_reason(request), by=place.actor, now=place.now)
    return ""


def _rest(request: HttpRequest, found: Instance, place: Seat) -> str:
    actions.change_instance(
        found, is_paused=found.state != "paused", reason=_reason(request), by=place.actor, now=place.now
    )
    return ""


_STEPS: dict[str, Callable[[HttpRequest, Instance, Seat], str]] = {
    "tarik": _pull, "setuju": _accept, "tolak": _refuse, "akhiri": _end, "tahan": _withhold, "kunci": _key,
    "jeda": _rest, "sama": _same, "beda": _differs,
}  # fmt: skip


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 12 else 0


def _page(request: HttpRequest, found: Instance, place: Seat, form: ReasonForm, *, key: str = "") -> InstancePage:
    agreement = in_force(found, now=place.now)
    proposed = found.agreements.filter(state=AgreementState.PROPOSED).prefetch_related("shares").first()
    side = side_of(place.actor, found)
    may = {step for step, act in _ACTS.items() if place.actor.may(act, found, place.now)}
    if proposed is None or proposed.waits_for != side:
        may -= {"setuju", "tolak"}
    if side is not Side.DISTRICT or agreement is None:
        may -= {"tahan"}
    if found.kind == InstanceKind.FILES:
        may -= {"tarik", "kunci"}
    may -= {"tarik", "kunci", "jeda", "usul"} if found.is_joining else {"sama", "beda"}
    runs = Exchange.objects.visible_to(place.actor).filter(instance=found)
    shown: Page[Any] = Paginator(runs, _RUNS).get_page(request.GET.get("page"))
    shown.object_list = [_run(one) for one in shown.object_list]
    return InstancePage(
        seat=place,
        instance=found,
        row=district_row(standing_of(found, now=place.now), now=place.now),
        side=side,
        agreement=agreement,
        proposed=proposed,
        past=list(found.agreements.exclude(pk__in=[one.pk for one in (agreement, proposed) if one])[:20]),
        conflicts=list(found.conflicts.filter(ended_at=None).select_related("indicator", "instance__region")[:100]),
        runs=shown,
        problem=problem_said(found.problem),
        variable=connecting.variable(found.secret) if found.secret else "",
        has_key=connecting.has_secret(found.secret) if found.secret else False,
        contact=holding(found.position_code, place.now),
        may=frozenset(may),
        form=form,
        key=key,
        apart=apart_said(found),
    )


def _run(one: Exchange) -> RunRow:
    notes = [translate(text) % data for text, data in one.notes]
    outcome = ExchangeOutcome(one.outcome)
    return RunRow(one, _LOOKS[outcome], str(outcome.label), problem_said(one.problem), notes)


def _cadence(text: str) -> str:
    """As it is written in the language of the page, where that can be read back."""
    known = timetable.read(text)
    return text if known.is_by_hand or known.by_cadence else known.says()


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest, code: str) -> HttpResponse:
    """Propose what is shared, or other terms than were proposed."""
    place = seat(request)
    found = instance_at(place, code)
    if not place.actor.may("federation.propose-agreement", found, place.now):
        raise NotAllowed(act="federation.propose-agreement")
    before = found.agreements.filter(state__in=("proposed", "in-force")).prefetch_related("shares").first()
    if request.method == "POST":
        form, lines = TermsForm(request.POST), Lines(request.POST)
    else:
        kept = {name: getattr(before, name) for name in ("takes", "license", "conditions", "until")} if before else {}
        words = {"cadence": _cadence(before.cadence)} if before else {}
        form, lines = TermsForm(initial={**kept, **words}), Lines(initial=initial_lines(before))
    wrong = False
    if request.method == "POST":
        try:
            wrong = not (form.is_valid() and lines.is_valid())
            if not wrong:
                terms = terms_of(form, list(lines), before=before)
                actions.propose_agreement(found, terms=terms, by=place.actor, now=place.now)
                messages.success(request, _("Proposed. It counts once the other side has agreed."))
                return redirect("desk:federation-instance", code)
        except NotAllowed:
            raise
        except Problem as problem:
            to_form(problem, form)
            wrong = True
    view = TermsPage(place, found, form, lines, wrong)
    return render(request, "desk/federation/terms.html", {"view": view}, status=422 if wrong else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Two numbers with both sources; POST answers for one of them, or settles which is quoted for what."""
    place = seat(request)
    found = (
        Conflict.objects.visible_to(place.actor).select_related("indicator__dataset", "instance__region").filter(pk=pk)
    )
    one = found.first()
    if one is None:
        raise NotFound
    may_answer = place.actor.may("federation.answer-conflict", one, place.now)
    may_settle = one.is_open and place.actor.may("federation.settle-conflict", one, place.now)
    step = request.POST.get("langkah", "") if request.method == "POST" else ""
    answer = AnswerForm(request.POST if step == "jawab" else None) if may_answer else None
    settle = SettleForm(request.POST if step == "putus" else None) if may_settle else None
    form = {"jawab": answer, "putus": settle}.get(step)
    if request.method == "POST" and form is None:
        raise NotAllowed
    if form is not None and form.is_valid():
        try:
            if step == "jawab":
                conflicts.answer_conflict(one, text=form.cleaned_data["text"], by=place.actor, now=place.now)
            else:
                conflicts.settle_conflict(
                    one, choice=Quoted(form.cleaned_data["choice"]), reason=form.cleaned_data["reason"],
                    by=place.actor, now=place.now,
                )  # fmt: skip
            messages.success(request, _("Written down."))
            return redirect("desk:federation-conflict", pk)
        except NotAllowed:
            raise
        except Problem as problem:
            to_form(problem, form)
    page = ConflictPage(
        place, one, holding(one.ours_position, place.now), holding(one.theirs_position, place.now), answer, settle
    )
    wrong = form is not None and bool(form.errors)
    return render(request, "desk/federation/conflict.html", {"view": page}, status=422 if wrong else 200)


@never_cache
@require_safe
def about(request: HttpRequest, code: str) -> HttpResponse:
    """What the province holds about this district: rows, numbers, conflicts, what is late; or what it said of us."""
    place = seat(request)
    found = instance_at(place, code)
    held = None if found.is_upstream else telling.about(found, now=place.now)
    return render(request, "desk/federation/about.html", {"view": AboutPage(place, found, held, dict(found.known))})
