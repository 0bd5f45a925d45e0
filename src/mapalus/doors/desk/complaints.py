"""Beside a complaint: where it might go and why, what it may be the same as; and the files of SP4N-LAPOR!."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mapalus.apps.cases import lapor, lessons, near
from mapalus.apps.cases.lapor import Taken, Waiting
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.packs import here, pack_of
from mapalus.apps.cases.sight import SEE_ALL
from mapalus.apps.directory.models import Unit
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import Invalid, NotAllowed
from mapalus.engine.lapor import read, write
from mapalus.engine.routing import Proposal

__all__ = ["Advice", "Alike", "LaporPage", "Way", "advice", "lapor_export", "lapor_files", "lapor_told"]

PACK = "aduan"
_OPEN_TO_ADVICE = ("terkirim", "dikembalikan", "diteruskan", "perlu_dilengkapi")


@dataclass(frozen=True)
class Way:
    """A proposal in words: where, how sure beside the others (percent), by which words and how often."""

    title: str
    percent: int
    reasons: str
    is_clear: bool


@dataclass(frozen=True)
class Alike:
    """A case that may be the same, and why."""

    case: Case
    why: str


@dataclass(frozen=True)
class Advice:
    """Context of desk/complaints/_advice.html."""

    units: tuple[Way, ...]
    kinds: tuple[Way, ...]
    alike: tuple[Alike, ...]


def advice(case: Case, place: Seat) -> Advice | None:
    """For whoever has the turn while it is still open where it goes; a proposal decides nothing."""
    if case.pack_name != PACK or case.is_final or case.state not in _OPEN_TO_ADVICE or not case.turn:
        return None
    found = lessons.proposals(case)
    alike = tuple(Alike(one.case, _why(one)) for one in near.like_case(case, by=place.actor))
    names = dict(Unit.objects.values_list("code", "name"))
    kinds = pack_of(case.pack).form.by_name["klasifikasi"].choices
    made = Advice(
        tuple(_way(one, _place_name(one.label, names)) for one in found.units),
        tuple(_way(one, here(kinds[one.label], "label")) for one in found.kinds[:1] if one.label in kinds),
        alike,
    )
    return made if made.units or made.alike else None


def _place_name(label: str, names: dict[str, str]) -> str:
    if label == lessons.DISTRICT:
        return _("not the province's: the kabupaten or kota")
    if label.startswith(lessons.OUTSIDE):
        return _("not the province's: %(name)s") % {"name": label.removeprefix(lessons.OUTSIDE)}
    return names.get(label, label)


def _way(one: Proposal, title: str) -> Way:
    said = ", ".join(
        _("%(word)s (%(seen)s of %(of)s)") % {"word": reason.word.partition(":")[2] or reason.word,
                                              "seen": reason.seen, "of": reason.of}
        for reason in one.reasons
    )  # fmt: skip
    return Way(title, round(100 * one.share), said, one.is_clear)


def _why(one: near.Near) -> str:
    parts = []
    if one.likeness.metres is not None:
        parts.append(_("%(metres)s m away") % {"metres": one.likeness.metres})
    parts.append(ngettext("%(n)s day apart", "%(n)s days apart", one.likeness.days) % {"n": one.likeness.days})
    if one.likeness.shared:
        parts.append(_("words: %(words)s") % {"words": ", ".join(one.likeness.shared[:6])})
    return ", ".join(parts)


# --- SP4N-LAPOR! -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LaporPage:
    """Context of desk/complaints/lapor.html."""

    seat: Seat
    waiting: tuple[Waiting, ...]
    taken: Taken | None = None
    problem: str = ""

    @property
    def taken_counts(self) -> tuple[tuple[str, int], ...]:
        if self.taken is None:
            return ()
        words = {
            "new": _("new"),
            "changed": _("state noted"),
            "same": _("known already"),
            "refused": _("not taken over"),
        }
        return tuple((said, self.taken.count(what)) for what, said in words.items())


def _desk(request: HttpRequest) -> Seat:
    """Only who coordinates complaints. Raises `NotAllowed`."""
    place = seat(request)
    if not place.actor.may(SEE_ALL, Case, place.now):
        raise NotAllowed(_("Only the complaints desk exchanges files with SP4N-LAPOR!."))
    return place


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lapor_files(request: HttpRequest) -> HttpResponse:
    """What LAPOR! is to learn, and its file taken over."""
    place = _desk(request)
    if request.method != "POST":
        return _page(request, place)
    upload = request.FILES.get("berkas")
    if upload is None:
        return _page(request, place, problem=_("Choose the file."), status=422)
    try:
        taken = lapor.take_over(read(upload.read()), by=place.actor, now=place.now)
    except Invalid as problem:
        return _page(request, place, problem=" ".join(str(one) for one in problem.fields.values()), status=422)
    return _page(request, place, taken=taken)


def _page(
    request: HttpRequest, place: Seat, *, taken: Taken | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    view = LaporPage(place, lapor.waiting(by=place.actor, now=place.now), taken, problem)
    return render(request, "desk/complaints/lapor.html", {"view": view}, status=status)


@never_cache
@require_GET
def lapor_export(request: HttpRequest) -> HttpResponse:
    """The file for LAPOR!; to load it notes nothing, that is said afterwards."""
    place = _desk(request)
    rows = lapor.waiting(by=place.actor, now=place.now)
    answer = HttpResponse(write(one.answered for one in rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="lapor-{place.now:%Y%m%d-%H%M}.csv"'
    return answer


@require_POST
def lapor_told(request: HttpRequest) -> HttpResponse:
    """LAPOR! knows these now, as they stood on the page: `number version` of each."""
    place = _desk(request)
    told = lapor.told(_numbers(request.POST.getlist("kasus")), by=place.actor, now=place.now)
    messages.success(request, ngettext("%(n)s noted as told.", "%(n)s noted as told.", told) % {"n": told})
    return redirect("desk:complaints-lapor")


def _numbers(words: Sequence[str]) -> dict[str, int]:
    pairs = (word.rpartition(" ") for word in words[:2000])
    return {number: int(version) for number, _space, version in pairs if number and version.isdecimal()}
