"""Indicators by their place in a plan or report: tables for RPJMD, RKPD, SPM, SDG, LPPD and LKPJ, as page and file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import FigureStatus, Indicator
from mapalus.apps.catalogue.readings import Point, Reading, declaration_now, read
from mapalus.apps.catalogue.without_data import Wanted, without_data
from mapalus.doors.command import why_formula, words
from mapalus.doors.command.absent import missing_said
from mapalus.doors.ui import figures
from mapalus.engine import clock
from mapalus.engine.data.indicator.periods import parsed
from mapalus.engine.errors import NotFound

__all__ = ["DOCUMENTS", "PlanPage", "PlanRow", "achieved", "plan_file", "plans", "rank"]

_YEARS = 6  # that are offered
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENTS = {
    "rpjmd": "RPJMD", "rkpd": "RKPD", "renstra": "Renstra", "iku": "IKU", "spm": "SPM", "sdg": "TPB/SDGs",
    "lppd": "LPPD", "lkpj": "LKPJ", "rpjmn": "RPJMN",
}  # fmt: skip


@dataclass(frozen=True)
class PlanRow:
    """One indicator in a document. Numbers as they are, and as they are written."""

    place: str
    code: str
    title: str
    unit: str
    target: float | None
    value: float | None
    period: str
    achieved: float | None  # percent
    status: str
    rank: str
    source: str
    dataset: str
    version: int  # 0: none
    formula: str
    remarks: str
    look: str
    state: str
    target_text: str
    value_text: str
    achieved_text: str
    is_measured: bool = True  # False: named by a list, and nobody has brought data for it yet


@dataclass(frozen=True)
class PlanPage:
    """Context of command/plans.html."""

    chosen: str
    title: str
    documents: tuple[tuple[str, str, int], ...]
    rows: tuple[PlanRow, ...]
    year: int = 0  # 0: the newest value of each
    years: tuple[int, ...] = ()


def achieved(value: float | None, target: float | None, *, better: str) -> float | None:
    """How far a target was reached, in percent, as agencies reckon it in their performance reports (LKjIP, practice).

    Where more is better: value / target; where less is better: (2 x target - value) / target. None where either is
    missing, the target is 0, or neither direction is better.
    """
    if value is None or not target or better not in ("up", "down"):
        return None
    share = value / target if better == "up" else (2 * target - value) / target
    return max(share, 0.0) * 100


_RANKS = (
    (91, gettext_lazy("very high")),
    (76, gettext_lazy("high")),
    (66, gettext_lazy("medium")),
    (51, gettext_lazy("low")),
)


def rank(share: float | None) -> str:
    """The word of the scale of regional performance (Permendagri 86/2017): from 91, 76, 66, 51 up."""
    if share is None:
        return ""
    return str(next((word for least, word in _RANKS if round(share) >= least), _("very low")))


_RELATION = re.compile(r"(RPJMD|RPJMN|RKPD|SPM|SDG|LPPD|LKPJ|IKU)\b[ (]*([^)]*)\)?", re.IGNORECASE)


def _wanted(name: str) -> list[PlanRow]:
    """Indicators that the lists of the packs put into the document and nobody has brought data for, by their place."""
    found = []
    for one in without_data():
        for part in one.relation.split(";"):
            told = _RELATION.fullmatch(part.strip())
            if told and told[1].lower() == name:
                found.append((told[2].strip(), one))
    found.sort(key=lambda pair: (pair[0], pair[1].code))
    return [_bare(place, one) for place, one in found]


def _bare(place: str, one: Wanted) -> PlanRow:
    return PlanRow(
        place=place, code=one.code, title=one.title_here, unit=one.unit, target=None, value=None, period="",
        achieved=None, status="", rank="", source=one.agency, dataset="", version=0, formula="",
        remarks=_("no data yet"), look="", state="", target_text="", value_text="", achieved_text="",
        is_measured=False,
    )  # fmt: skip


def _found(request: HttpRequest) -> dict[str, list[tuple[str, str]]]:
    """Document -> (its place there, code), of the indicators that whoever looks may see."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in DOCUMENTS}
    visible = Indicator.objects.visible_to(getattr(request, "actor", None))
    for code, declaration in visible.order_by("code").values_list("code", "declaration"):
        for name, place in (declaration.get("plan") or {}).items():
            if name in found:
                found[name].append((str(place), code))
    return found


def _of_year(reading: Reading, year: int) -> Reading:
    """As it stood in a year: its newest value of that year, against the target of that year."""
    declared = declaration_now(reading.indicator)
    upto = [at for at, point in enumerate(reading.series) if _year(point) == year]
    series = reading.series[: upto[-1] + 1] if upto else ()
    target = declared.target_of("", year) if declared else reading.target
    if series and series[-1] is reading.now:
        return replace(reading, target=target)
    return replace(reading, series=series, target=target, regions={}, missing=(), is_late=False)


def _year(point: Point) -> int:
    known = parsed(point.period)
    return known.year if known else 0


def _row(place: str, reading: Reading) -> PlanRow:
    declared = declaration_now(reading.indicator)
    one, newest = reading.indicator, reading.now
    value = newest.value if newest else None
    share = achieved(value, reading.target, better=one.better)
    look, state = words.state(reading, now=clock.now())
    return PlanRow(
        place=place,
        code=one.code,
        title=one.title_here,
        unit=words.unit(one),
        target=reading.target,
        value=value,
        period=words.period(newest.period) if newest and newest.period else "",
        achieved=None if share is None else round(share, 2),
        status=str(FigureStatus(newest.status).label) if newest and newest.status in FigureStatus.values else "",
        rank=rank(share),
        source=words.source(reading, now=clock.now(), brief=True),
        dataset=one.dataset.name,
        version=newest.version if newest else 0,
        formula=why_formula.of_all(declared, {}) if declared else "",
        remarks="; ".join(_remarks(reading)),
        look=look,
        state=state,
        target_text="" if reading.target is None else words.written(reading.target, one),
        value_text="" if value is None else words.written(value, one),
        achieved_text="" if share is None else figures.percent(share, language=words.language(), decimals=1),
    )


def _remarks(reading: Reading) -> Iterator[str]:
    """What must be said beside the number, as its page says it."""
    value = reading.now
    if value is None or value.value is None:
        yield _("no data yet")
    if reading.target is None and reading.indicator.better in ("up", "down"):
        yield _("no target declared")
    if reading.conflict:
        yield reading.conflict.rstrip(". ")
    if value is not None and (reading.missing or value.is_incomplete):
        yield missing_said(reading, now=clock.now()) if reading.missing else _("incomplete")
    if reading.is_late and reading.due_at is not None:
        day = figures.day(timezone.localtime(reading.due_at).date(), language=words.language(), form="long")
        yield _("newer data were due on %(day)s") % {"day": day}


def _page(request: HttpRequest, name: str) -> PlanPage:
    found = _found(request)
    wanted = {key: _wanted(key) for key in DOCUMENTS}
    counts = {key: len(found[key]) + len(wanted[key]) for key in DOCUMENTS}
    documents = tuple((key, title, counts[key]) for key, title in DOCUMENTS.items() if counts[key])
    chosen = name or (documents[0][0] if documents else "rpjmd")
    if chosen not in DOCUMENTS:
        raise NotFound(document=name)
    places = sorted(found[chosen])
    readings = read([code for _place, code in places], actor=getattr(request, "actor", None))
    years = sorted({_year(point) for one in readings.values() for point in one.series} - {0}, reverse=True)
    asked = request.GET.get("tahun", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else 0
    if year:
        readings = {code: _of_year(one, year) for code, one in readings.items()}
    rows = tuple(_row(place, readings[code]) for place, code in places if code in readings)
    rows = (*rows, *wanted[chosen])
    return PlanPage(chosen, DOCUMENTS[chosen], documents, rows, year, tuple(years[:_YEARS]))


@never_cache
@require_safe
@login_not_required
def plans(request: HttpRequest) -> HttpResponse:
    """The indicators of one document, with target, value, how far it was reached, and where it comes from."""
    return render(request, "command/plans.html", {"page": _page(request, request.GET.get("dokumen", ""))})


def _file_name(page: PlanPage) -> str:
    return f"indikator-{page.chosen}{f'-{page.year}' if page.year else ''}"


@never_cache
@require_safe
@login_not_required
def plan_file(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """The same as a file."""
    page = _page(request, name)
    if kind not in ("csv", "xlsx"):
        raise NotFound(kind=kind)
    from mapalus.engine.data.export import defused  # late: pages start without the data engine
    from mapalus.engine.data.listing import listing

    columns = [
        page.title, _("Code"), _("Indicator"), _("Formula"), _("Unit"), _("Target"), _("Realisation"), _("Period"),
        _("Reached (%)"), _("Rank"), _("State"), _("Status of the figure"), _("Source"), _("Dataset"), _("Version"),
        _("Address"), _("Remarks"),
    ]  # fmt: skip
    site = request.build_absolute_uri
    lines = [
        [one.place, one.code, one.title, one.formula, one.unit, one.target, one.value, one.period, one.achieved,
         one.rank, one.state, one.status, one.source, one.dataset, one.version or None,
         site(reverse("command:why", args=[one.code])) if one.is_measured else "", one.remarks]
        for one in page.rows
    ]  # fmt: skip
    if kind == "xlsx":
        response = HttpResponse(listing(page.title.replace("/", "-"), columns, lines), content_type=_XLSX)
    else:
        box = io.StringIO()
        writer = csv.writer(box, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([defused(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
        response = HttpResponse(box.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(page)}.{kind}"'
    return response
