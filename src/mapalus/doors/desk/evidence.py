"""Bukti dukung: what the platform itself can show for an assessment, and whose position brings what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mapalus.apps.catalogue import evidence_acts
from mapalus.apps.catalogue.evidence import Gathered, Standing, gather, instruments
from mapalus.apps.catalogue.models import EvidencePack
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed

__all__ = ["EvidenceIndex", "EvidencePage", "evidence", "index", "pack_file"]

READ, FIX = "catalogue.read-evidence", "catalogue.fix-evidence"
_LOOKS = {Standing.THERE: "good", Standing.PART: "soon", Standing.MISSING: "late", Standing.OUTSIDE: "none"}


@dataclass(frozen=True)
class InstrumentLine:
    name: str
    title: str
    last: EvidencePack | None


@dataclass(frozen=True)
class EvidenceIndex:
    """Context of desk/evidence/list.html."""

    seat: Seat
    lines: tuple[InstrumentLine, ...]


@dataclass(frozen=True)
class Count:
    look: str
    text: str
    number: int


@dataclass(frozen=True)
class EvidencePage:
    """Context of desk/evidence/page.html."""

    seat: Seat
    gathered: Gathered
    counts: tuple[Count, ...]
    rows: tuple[tuple[object, str, str], ...]  # indicator, look, words
    packs: tuple[EvidencePack, ...]
    may_fix: bool


def _place(request: HttpRequest) -> Seat:
    place = seat(request)
    if not place.actor.may(READ, EvidencePack, place.now):
        raise NotAllowed(act=READ)
    return place


def standing_text(standing: Standing) -> str:
    return {
        Standing.THERE: _("there"),
        Standing.PART: _("in part"),
        Standing.MISSING: _("missing"),
        Standing.OUTSIDE: _("outside the platform"),
    }[standing]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The instruments, and when their evidence was last fixed."""
    place = _place(request)
    last: dict[str, EvidencePack] = {}
    for one in EvidencePack.objects.order_by("as_of"):
        last[one.instrument] = one
    lines = tuple(InstrumentLine(name, title, last.get(name)) for name, title in instruments().items())
    return render(request, "desk/evidence/list.html", {"view": EvidenceIndex(place, lines)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, name: str) -> HttpResponse:
    """One instrument; POST fixes it as a ZIP."""
    place = _place(request)
    if name not in instruments():
        raise Http404
    if request.method == "POST":
        made = evidence_acts.fix_evidence(name, by=place.actor, now=place.now)
        messages.success(request, _("Fixed; its hash stands in the ledger."))
        return redirect("desk:evidence-file", made.sha256)
    gathered = gather(name, now=place.now)
    view = EvidencePage(
        seat=place,
        gathered=gathered,
        counts=tuple(Count(_LOOKS[one], standing_text(one), gathered.count(one)) for one in Standing),
        rows=tuple((one, _LOOKS[one.standing], standing_text(one.standing)) for one in gathered.indicators),
        packs=tuple(EvidencePack.objects.filter(instrument=name)[:10]),
        may_fix=place.actor.may(FIX, name, place.now),
    )
    return render(request, "desk/evidence/page.html", {"view": view})


@require_safe
def pack_file(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """The ZIP with that hash."""
    _place(request)
    found = EvidencePack.objects.filter(sha256=sha256).first()
    if found is None or not found.path.is_file():
        raise Http404
    name = f"bukti-{found.instrument}-{timezone.localtime(found.as_of):%Y%m%d}.zip"
    return FileResponse(found.path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
