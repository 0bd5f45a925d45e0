"""Indicators by their place in a plan or report: tables for RPJMD, RKPD, SPM, SDG, LPPD and LKPJ, as page and file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import FigureStatus, Indicator
from mapalus.apps.catalogue.readings import Reading, read
from mapalus.doors.command import words
from mapalus.doors.ui import figures
from mapalus.engine import clock
from mapalus.engine.errors import NotFound

__all__ = ["DOCUMENTS", "PlanPage", "PlanRow", "achieved", "plan_file", "plans"]

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
    source: str
    look: str
    state: str
    target_text: str
    value_text: str
    achieved_text: str


@dataclass(frozen=True)
class PlanPage:
    """Context of command/plans.html."""

    chosen: str
    title: str
    documents: tuple[tuple[str, str, int], ...]
    rows: tuple[PlanRow, ...]


def achieved(value: float | None, target: float | None, *, better: str) -> float | None:
    """How far a target was reached, in percent, as agencies reckon it in their performance reports (LKjIP, practice).

    Where more is better: value / target; where less is better: (2 x target - value) / target. None where either is
    missing, the target is 0, or neither direction is better.
    """
    if value is None or not target or better not in ("up", "down"):
        return None
    share = value / target if better == "up" else (2 * target - value) / target
    return max(share, 0.0) * 100


def _found(request: HttpRequest) -> dict[str, list[tuple[str, str]]]:
    """Document -> (its place there, code), of the indicators that whoever looks may see."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in DOCUMENTS}
    visible = Indicator.objects.visible_to(getattr(request, "actor", None))
    for code, declaration in visible.order_by("code").values_list("code", "declaration"):
        for name, place in (declaration.get("plan") or {}).items():
            if name in found:
                found[name].append((str(place), code))
    return found


def _rows(places: list[tuple[str, str]], request: HttpRequest) -> Iterator[PlanRow]:
    readings = read([code for _place, code in places], actor=getattr(request, "actor", None))
    for place, code in sorted(places):
        if code in readings:
            yield _row(place, readings[code])


def _row(place: str, reading: Reading) -> PlanRow:
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
        source=words.source(reading, now=clock.now(), brief=True),
        look=look,
        state=state,
        target_text="" if reading.target is None else words.written(reading.target, one),
        value_text="" if value is None else words.written(value, one),
        achieved_text="" if share is None else figures.percent(share, language=words.language(), decimals=1),
    )


def _page(request: HttpRequest, name: str) -> PlanPage:
    found = _found(request)
    documents = tuple((key, title, len(found[key])) for key, title in DOCUMENTS.items() if found[key])
    chosen = name or (documents[0][0] if documents else "rpjmd")
    if chosen not in DOCUMENTS:
        raise NotFound(document=name)
    return PlanPage(chosen, DOCUMENTS[chosen], documents, tuple(_rows(found[chosen], request)))


@never_cache
@require_safe
@login_not_required
def plans(request: HttpRequest) -> HttpResponse:
    """The indicators of one document, with target, value, how far it was reached, and where it comes from."""
    return render(request, "command/plans.html", {"page": _page(request, request.GET.get("dokumen", ""))})


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
        page.title, _("Code"), _("Indicator"), _("Unit"), _("Target"), _("Value"), _("Period"), _("Reached (%)"),
        _("Status of the figure"), _("Source"),
    ]  # fmt: skip
    lines = [
        [one.place, one.code, one.title, one.unit, one.target, one.value, one.period, one.achieved, one.status,
         one.source]
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
    response.headers["Content-Disposition"] = f'attachment; filename="indikator-{page.chosen}.{kind}"'
    return response
