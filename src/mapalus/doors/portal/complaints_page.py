"""One complaint as everybody may read it, and adding oneself to it instead of telling it once more."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mapalus.apps.cases import actions, files
from mapalus.apps.cases.models import Audience, Case, CaseAct, CaseFile, LinkKind
from mapalus.apps.cases.packs import current, here, pack_of, process_of
from mapalus.apps.cases.who import APPLICANT
from mapalus.apps.directory.models import Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.doors.portal import drafts, following, limits
from mapalus.doors.portal.complaints import PACK, Row, list_of, rows_of
from mapalus.doors.portal.following import ClockWords
from mapalus.engine import clock
from mapalus.engine.errors import Invalid, NotFound
from mapalus.engine.flow import Process, Return

__all__ = ["ComplaintPage", "JoinPage", "Station", "complaint", "join", "photo"]

_SENDS = 30  # from one address in ten minutes
_LEAST = 20  # characters


@dataclass(frozen=True)
class Station:
    """One step everybody may read: when, what, and which agency; never a person, never a reason."""

    at: datetime
    what: str
    agency: str


@dataclass(frozen=True)
class ComplaintPage:
    """Context of portal/complaints/case.html."""

    row: Row
    text: str
    answer: str
    outcome: str
    clocks: tuple[ClockWords, ...]
    story: tuple[Station, ...]
    photos: tuple[CaseFile, ...]
    place: tuple[float, float] | None
    joined: tuple[Case, ...]  # shown complaints that were merged with it
    may_join: bool


def _find(number: str) -> Case:
    found = list_of().for_list().filter(number=number).first()
    if found is None:
        raise NotFound
    return found


@login_not_required
@require_safe
def complaint(request: HttpRequest, number: str) -> HttpResponse:
    """What it is about, who has it, until when, what was answered."""
    now = clock.now()
    case = _find(number)
    pack = pack_of(case.pack)
    values = case.values
    place = (case.latitude, case.longitude)
    outcome = pack.form.by_name["hasil"].choices.get(str(values.get("hasil") or "")) if values.get("hasil") else None
    page = ComplaintPage(
        row=rows_of([case], now=now)[0],
        text=str(values.get("isi") or ""),
        answer=str(values.get("jawaban") or ""),
        outcome=here(outcome, "label") if outcome else "",
        clocks=following.clocks(case, now=now),
        story=_story(case),
        photos=tuple(_photos(case)),
        place=(place[0], place[1]) if place[0] is not None and place[1] is not None and values.get("titik") else None,
        joined=tuple(Case.objects.published().filter(links__target=case, links__kind=LinkKind.DUPLICATE)),
        may_join=not case.is_final,
    )
    return render(request, "portal/complaints/case.html", {"page": page})


def _photos(case: Case) -> list[CaseFile]:
    shown = case.files.filter(audience=Audience.PUBLIC, is_personal=False, media_type__startswith="image/")
    return [one for one in shown if one.sha256]


@login_not_required
@require_safe
def photo(request: HttpRequest, number: str, key: int) -> FileResponse:
    """A picture that came with a complaint that may be shown; without what the camera wrote into it."""
    one = next((row for row in _photos(_find(number)) if row.pk == key), None)
    if one is None:
        raise NotFound
    response = FileResponse(files.path_of(one).open("rb"), filename=one.name)
    response.headers["Content-Type"] = one.media_type
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


# --- story -----------------------------------------------------------------------------------------------------------


def _story(case: Case) -> tuple[Station, ...]:
    process = process_of(pack_of(case.pack))
    units = dict(Unit.objects.values_list("code", "name"))
    stations: list[Station] = []
    for act in case.acts.filter(kind__in=("open", "take", "tick")):
        what = _what(process, act)
        who = _("the reporter") if act.position == APPLICANT else units.get(act.position.partition(".")[0], "")
        if what and not (stations and (stations[-1].what, stations[-1].agency) == (what, who)):
            stations.append(Station(act.at, what, who))
    return tuple(reversed(stations))


def _what(process: Process, act: CaseAct) -> str:
    """The public name of where it came to; empty for what changed nothing everybody sees."""
    if act.kind == "open":
        return _("Sent")
    transition = process.transitions.get(act.act)
    if transition is None or act.to == act.origin:
        return ""
    if transition.reopens:
        return _("Opened again by the reporter")
    if any(isinstance(effect, Return) for effect in transition.effects):
        return _("Returned: wrong address")
    state = process.states[act.to]
    return here(state, "public") or here(state, "label")


# --- adding oneself --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JoinPage:
    """Context of portal/complaints/join.html."""

    row: Row
    text: str = ""
    mail: str = ""
    problem: str = ""
    least: int = _LEAST


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, number: str) -> HttpResponse:
    """Say that one has it too, with a photo: a report of one's own with its code, tied to the one that stands."""
    now = clock.now()
    case = _find(number)
    row = rows_of([case], now=now)[0]
    if case.is_final:
        return redirect("portal:complaint", number)
    if request.method != "POST":
        return render(request, "portal/complaints/join.html", {"page": JoinPage(row)})
    limits.refuse_size(request)
    limits.bound(request, "join", most=_SENDS)
    text, mail = request.POST.get("isi", "").strip(), request.POST.get("surel", "").strip()
    try:
        made = _join(request, case, text=text, mail=mail, now=now)
    except Invalid as problem:
        said = " ".join(str(one) for one in problem.fields.values()) or problem.say(language=get_language())
        page = JoinPage(row, text, mail, said)
        return render(request, "portal/complaints/join.html", {"page": page}, status=422)
    return redirect("portal:case-sent", made.number)


def _join(request: HttpRequest, case: Case, *, text: str, mail: str, now: datetime) -> Case:
    taken_over = {
        name: case.values[name] for name in ("judul", "kategori", "tempat", "wilayah", "titik") if case.values.get(name)
    }
    values: dict[str, Any] = {**taken_over, "isi": text, "surel": mail}
    if photos := request.FILES.getlist("foto")[:5]:
        values["foto"] = [_kept(one) for one in photos]
    again = hashlib.sha256(f"{case.pk} {now:%Y%m%d} {request.session.session_key} {text}".encode()).hexdigest()[:40]
    opened = actions.open_case(
        current(PACK), values=values, by=drafts.applicant(request), now=now, key=f"join:{again}", channel="web",
        is_sample=settings.SAMPLE_DATA,
    )  # fmt: skip
    following.let_follow(request, opened.case)
    actions.link(opened.case, to=case, kind=LinkKind.RELATED, by=PLATFORM, now=now)
    return opened.case


def _kept(upload: UploadedFile[Any]) -> dict[str, object]:
    kind = str(upload.content_type or "")
    if not kind.startswith("image/"):
        raise Invalid(fields={"foto": _("Choose a photo: JPEG, PNG or WebP.")})
    source = cast(BinaryIO, upload.open())
    return files.keep(source, name=str(upload.name), media_type=kind, field="foto", largest=8 * 1024**2).answer
