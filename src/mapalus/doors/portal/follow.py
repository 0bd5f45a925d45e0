"""Following a case by number and code, by code alone, or with an account; and acting in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mapalus.apps.cases import actions, files, lists, reading
from mapalus.apps.cases.areas import areas
from mapalus.apps.cases.models import Audience, Case, CaseFile
from mapalus.apps.cases.packs import here, pack_of
from mapalus.apps.cases.reading import Value
from mapalus.apps.cases.who import Applicant
from mapalus.doors.portal import following, limits
from mapalus.doors.portal.follow_push import browsers_of
from mapalus.doors.portal.following import ClockWords, Told, own_case, shown_value
from mapalus.doors.portal.services import Service, asked_later, rating_field
from mapalus.doors.portal.services_form import judged_act
from mapalus.doors.ui.browsers import Browsers
from mapalus.doors.ui.places import REFRESH
from mapalus.doors.ui.questions import Choice, Question, questions
from mapalus.engine import clock
from mapalus.engine.errors import Invalid, NotFound
from mapalus.engine.flow import APPEAL, Possible
from mapalus.engine.forms import By, Field, FieldType
from mapalus.engine.packs.pack import Pack

__all__ = ["act", "by_link", "case", "enter", "file", "sent", "write"]

TRIES = 60  # wrong codes of one address in ten minutes


@dataclass(frozen=True)
class EnterPage:
    """Context of portal/follow/enter.html."""

    number: str = ""
    problem: str = ""


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Asks for the number and the code; the code alone is enough."""
    if request.method != "POST":
        return render(request, "portal/follow/enter.html", {"page": EnterPage(request.GET.get("nomor", "")[:60])})
    number, code = request.POST.get("nomor", "").strip()[:60], request.POST.get("kode", "").strip()[:60]
    found = _found(request, number, code)
    if found is not None:
        return following.marked(redirect("portal:case", found.number), found)
    page = EnterPage(number, _("This code does not fit. Compare it with what you were given when you sent the form."))
    return render(request, "portal/follow/enter.html", {"page": page}, status=422)


@login_not_required
@never_cache
@require_safe
def by_link(request: HttpRequest, code: str) -> HttpResponse:
    """The address that stands in messages to the applicant."""
    found = _found(request, "", code)
    if found is None:
        return redirect("portal:follow")
    return following.marked(redirect("portal:case", found.number), found)


def _found(request: HttpRequest, number: str, code: str) -> Case | None:
    """The case; every miss counts against the address. Raises `TooOften`, even for a code that fits."""
    if limits.is_beyond(request, "follow", most=TRIES):
        raise limits.TooOften
    case = reading.with_code(code, number)
    if case is None:
        limits.bound(request, "follow", most=TRIES)
        return None
    following.let_follow(request, case)
    return case


# --- the page of a case ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """One thing the applicant may do now, as a form."""

    name: str
    label: str
    questions: tuple[Question, ...]
    asks_reason: bool
    needs_reason: bool
    blocked: str
    until: datetime | None
    reason: str = ""
    reason_error: str = ""
    was_sent: bool = False  # and came back: with errors, or with the next list of places

    @property
    def has_errors(self) -> bool:
        return self.was_sent or bool(self.reason_error) or any(one.error for one in self.questions)


@dataclass(frozen=True)
class CasePage:
    """Context of portal/follow/case.html."""

    case: Case
    service: Service
    title: str
    state: str
    holder: str
    is_waiting_for_me: bool
    question: Told | None  # what the applicant was asked last, while it is his turn
    clocks: tuple[ClockWords, ...]
    answers: tuple[Value, ...]
    given: tuple[Value, ...]
    files: tuple[CaseFile, ...]
    story: tuple[Told, ...]
    acts: tuple[Act, ...]
    others: tuple[Case, ...]  # cases made of this one, or this one of
    code: str
    may_write: bool
    is_own: bool  # else it is one that everybody may read
    browsers: Browsers | None = None  # who follows it may be told in his browser; None: not offered here
    problem: str = ""


@login_not_required
@never_cache
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """How far it is, who has it, until when, and what one may do."""
    try:
        found, by = own_case(request, number)
    except NotFound:
        published = Case.objects.published().select_related("pack").defer("pack__files").filter(number=number).first()
        if published is not None:
            return _shown(request, published, None)
        return redirect(f"/layanan/ikuti/?{urlencode({'nomor': number})}")
    return _shown(request, found, by)


def _shown(
    request: HttpRequest,
    found: Case,
    by: Applicant | None,
    *,
    failed: str = "",
    raw: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> HttpResponse:
    now = clock.now()
    seen = reading.read(found, by=by)
    pack = pack_of(found.pack)
    staff = {item.name for item in pack.form.of(By.STAFF)} - asked_later(pack)
    told = following.story(found, seen)
    values = [
        replace(one, text=shown_value(pack, one.name, one.raw))
        for one in seen.values
        if one.raw not in (None, "", []) and pack.form.by_name[one.name].type is not FieldType.FILE
    ]
    holder = following.holder(found)
    mine = by is not None and holder == _("you")
    page = CasePage(
        case=found,
        service=Service(pack, found.pack),
        title=seen.title,
        state=seen.state,
        holder=holder,
        is_waiting_for_me=mine,
        question=next((line for line in told if line.text and not line.is_own), None) if mine else None,
        clocks=following.clocks(found, now=now),
        answers=tuple(one for one in values if one.name in staff),
        given=tuple(one for one in values if one.name not in staff),
        files=tuple(seen.files),
        story=told if by is not None else following.public_story(seen),
        acts=tuple(_acts(found, pack, by, now=now, failed=failed, raw=raw or {}, errors=errors or {})) if by else (),
        others=tuple(_others(request, seen)) if by else (),
        code=reading.code_of(found, by=by) if by else "",
        may_write=by is not None and not found.is_final,
        is_own=by is not None,
        browsers=browsers_of(found) if by is not None and not following.is_apart(found) else None,
        problem=(errors or {}).get("", ""),
    )
    return render(request, "portal/follow/case.html", {"page": page}, status=422 if errors else 200)


def _acts(
    found: Case, pack: Pack, by: Applicant, *, now: datetime, failed: str, raw: Mapping[str, Any],
    errors: Mapping[str, str],
) -> list[Act]:  # fmt: skip
    offered = lists.offered(pack.form, now=now)
    rating = rating_field(pack)
    made = []
    for one in reading.possible(found, by=by, now=now):
        transition = pack.process.transitions[one.transition] if pack.process else None
        if transition is None:
            continue
        is_failed = one.transition == failed
        names = (*transition.needs, *transition.asks)
        asked = questions(
            pack.form, names, values=raw if is_failed else found.values, errors=errors if is_failed else {},
            needed=transition.needs, offered=offered, areas=areas(now), prefix=one.transition,
        )  # fmt: skip
        asked = tuple(_as_scale(q, pack.form.by_name[q.name]) if q.name == rating else q for q in asked)
        made.append(
            Act(
                name=one.transition,
                label=here(transition, "label"),
                questions=asked,
                asks_reason=transition.reason != "none",
                needs_reason=transition.reason == "required",
                blocked=_blocked(one),
                until=one.until,
                reason=str(raw.get("alasan", "")) if is_failed else "",
                reason_error=errors.get("reason", "") if is_failed else "",
                was_sent=is_failed,
            )
        )
    return made + _appeals(found, by, now=now, failed=failed, raw=raw, errors=errors)


def _appeals(
    found: Case, by: Applicant, *, now: datetime, failed: str, raw: Mapping[str, Any], errors: Mapping[str, str]
) -> list[Act]:
    appeal = reading.appeal(found, by=by, now=now)
    if appeal is None:
        return []
    is_failed = failed == APPEAL
    blocked = appeal.problem.say(language=get_language()) if appeal.problem else ""
    reason = str(raw.get("alasan", "")) if is_failed else ""
    error = errors.get("reason", "") if is_failed else ""
    return [Act(APPEAL, _("Raise an objection"), (), True, True, blocked, appeal.until, reason, error)]


def _blocked(one: Possible) -> str:
    """Why it cannot be done now; what is only missing in the form is none of it."""
    if one.blocked in (None, "needs", "reason-needed"):
        return ""
    return one.problem.say(language=get_language()) if one.problem else str(one.blocked)


def _as_scale(question: Question, item: Field) -> Question:
    """A rating is chosen, not typed."""
    words = {1: _("very bad"), 2: _("bad"), 3: _("fair"), 4: _("good"), 5: _("very good")}
    choices = tuple(
        Choice(f"{question.id}-{value}", str(value), f"{value}, {words[value]}", question.value == str(value))
        for value in range(1, int(item.maximum) + 1)
    )
    return replace(question, kind="radio", choices=choices)


def _others(request: HttpRequest, seen: reading.Seen) -> list[Case]:
    """Cases that came out of this one for the same applicant: who may follow one may follow the other."""
    own = []
    for link in seen.case.linked_from.select_related("origin"):
        if link.kind in ("appeal", "part", "converted") and link.origin.opened_by == seen.case.opened_by:
            following.let_follow(request, link.origin)
            own.append(link.origin)
    return own


@login_not_required
@never_cache
@require_POST
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Take an act of the process that is open to the applicant."""
    limits.refuse_size(request)
    limits.bound(request, "act", most=200)
    found, by = own_case(request, number)
    pack = pack_of(found.pack)
    transition = pack.process.transitions.get(name) if pack.process else None
    if transition is None and name != APPEAL:
        raise NotFound
    asked = (*transition.needs, *transition.asks) if transition else ()
    raw, values, errors = judged_act(request, pack, asked, transition.needs if transition else (), found)
    raw["alasan"] = request.POST.get("alasan", "")[:20_000]
    if errors or REFRESH in request.POST:
        return _shown(request, found, by, failed=name, raw=raw, errors={} if REFRESH in request.POST else errors)
    expected = request.POST.get("versi", "")
    try:
        actions.take(
            found, act=name, values=values, reason=raw["alasan"], by=by, now=clock.now(),
            expected=int(expected) if expected.isdecimal() else None,
        )  # fmt: skip
    except Invalid as problem:
        said = {key: _(text) for key, text in problem.fields.items()}
        return _shown(
            request, found, by, failed=name, raw=raw, errors=said or {"": problem.say(language=get_language())}
        )
    return redirect("portal:case", number)


@login_not_required
@never_cache
@require_POST
def write(request: HttpRequest, number: str) -> HttpResponse:
    """Add something to one's case: words, files, or both."""
    limits.refuse_size(request)
    limits.bound(request, "act", most=200)
    found, by = own_case(request, number)
    text, now = request.POST.get("pesan", "").strip(), clock.now()
    uploads = [one for one in request.FILES.getlist("berkas") if one][:10]
    if not text and not uploads:
        return _shown(request, found, by, failed="tulis", errors={"pesan": _("Write something, or choose a file.")})
    kept = [
        files.keep(
            cast(BinaryIO, one.open()), name=str(one.name), media_type=str(one.content_type or ""), is_personal=True
        )
        for one in uploads
    ]
    if text:
        actions.remark(found, text=text, audience=Audience.APPLICANT, by=by, now=now)
    if kept:
        actions.attach(found, files=kept, by=by, now=now)
    return redirect("portal:case", number)


@login_not_required
@never_cache
@require_safe
def file(request: HttpRequest, number: str, key: int) -> HttpResponse | FileResponse:
    """A file of one's own case."""
    found, by = own_case(request, number)
    one = next((row for row in reading.read(found, by=by).files if row.pk == key and row.sha256), None)
    if one is None:
        raise NotFound
    response = FileResponse(files.path_of(one).open("rb"), as_attachment=True, filename=one.name)
    response.headers["Content-Type"] = (
        one.media_type if one.media_type.startswith("image/") else "application/octet-stream"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


# --- just sent -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SentPage:
    """Context of portal/follow/sent.html."""

    case: Case
    service: Service
    code: str
    clocks: tuple[ClockWords, ...]
    holder: str
    link: str


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest, number: str) -> HttpResponse:
    """The number, the code, until when, and what happens next."""
    try:
        found, by = own_case(request, number)
    except NotFound:
        return redirect("portal:follow")
    code = reading.code_of(found, by=by)
    link = request.build_absolute_uri(f"/layanan/ikuti/{code}/")
    page = SentPage(
        found, Service(pack_of(found.pack), found.pack), code, following.clocks(found, now=clock.now()),
        following.holder(found), link,
    )  # fmt: skip
    return render(request, "portal/follow/sent.html", {"page": page})
