"""Registers of public information for the officers, and spending on applications against the clearances."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mapalus.apps.cases import registers as kept
from mapalus.apps.cases import spending
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.reading import state_label
from mapalus.apps.cases.sight import Level
from mapalus.apps.cases.spending import Finding, Standing
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, Problem

__all__ = ["clearances", "register", "registers"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class RegisterLine:
    name: str
    title: str
    count: int


@dataclass(frozen=True)
class RegistersPage:
    """Context of desk/registers/list.html."""

    seat: Seat
    lines: Sequence[RegisterLine]
    year: int


@dataclass(frozen=True)
class ClearanceLine:
    case: Case
    name: str
    year: int | None
    state: str


@dataclass(frozen=True)
class EvaluationLine:
    case: Case
    name: str
    due_at: datetime | None
    is_late: bool


@dataclass(frozen=True)
class FindingLine:
    finding: Finding
    status: str
    said: str


@dataclass(frozen=True)
class ClearancesPage:
    """Context of desk/registers/clearances.html."""

    seat: Seat
    form: SpendingForm
    lines: Sequence[ClearanceLine]
    evaluations: Sequence[EvaluationLine]
    found: Sequence[FindingLine] | None  # None: no file was read

    @property
    def wrong(self) -> int:
        return sum(one.finding.is_wrong for one in self.found or ())


class SpendingForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Export of the RKA or SiRUP"),
        help_text=gettext_lazy("Excel, ODS or CSV. It is read and compared here, and not kept."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt,.tsv"}),
    )
    year = forms.IntegerField(label=gettext_lazy("Budget year"), min_value=2020, max_value=2050)

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > spending.LARGEST:
            raise forms.ValidationError(_("An export has at most 10 MB."))
        return file


def _place(request: HttpRequest, right: str) -> Seat:
    place = seat(request)
    if not place.actor.may(right, Case, place.now):
        raise NotAllowed(act=right)
    return place


def _titles() -> dict[str, str]:
    return {
        "permohonan": _("Register of requests"),
        "keberatan": _("Register of objections"),
        "uji-konsekuensi": _("Register of tests of consequences"),
        "informasi-dikecualikan": _("List of exempt information"),
    }


@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """The registers there are, each as a workbook or CSV."""
    place, titles = _place(request, kept.READ), _titles()
    lines = [RegisterLine(name, titles[name], len(one.lines())) for name, one in kept.REGISTERS.items()]
    page = RegistersPage(place, lines, place.now.year)
    return render(request, "desk/registers/list.html", {"view": page, "seat": place})


@never_cache
@require_safe
def register(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """One register as a file."""
    _place(request, kept.READ)
    found = kept.REGISTERS.get(name)
    if found is None or kind not in ("csv", "xlsx"):
        raise Http404
    from mapalus.engine.data.export import defused  # late: pages start without the data engine
    from mapalus.engine.data.listing import listing

    if kind == "xlsx":
        response = HttpResponse(listing(name, found.columns, found.lines()), content_type=XLSX)
    else:
        box = io.StringIO()
        writer = csv.writer(box, lineterminator="\n")
        writer.writerow(found.columns)
        writer.writerows([defused(cell) for cell in line] for line in found.lines())
        response = HttpResponse(box.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="register-{name}.{kind}"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clearances(request: HttpRequest) -> HttpResponse:
    """Clearances by budget year, evaluations that are owed, and spending without a clearance in a file."""
    place = _place(request, spending.READ)
    sent = request.method == "POST"
    first = {"year": place.now.year + 1}
    form = SpendingForm(request.POST, request.FILES) if sent else SpendingForm(initial=first)
    found = None
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = spending.compare(file.name or "belanja", file.read(), year=form.cleaned_data["year"])
            found = [_finding(one) for one in rows]
        except Problem as problem:
            to_form(problem, form)
    page = ClearancesPage(place, form, _cleared(), _evaluations(place.now), found)
    status = 422 if form.errors else 200
    return render(request, "desk/registers/clearances.html", {"view": page, "seat": place}, status=status)


def _cleared() -> list[ClearanceLine]:
    return [
        ClearanceLine(
            case, str(case.values.get("nama_aplikasi") or case.title), case.values.get("tahun_anggaran"),
            state_label(case, Level.PUBLIC),
        )
        for case in spending.cleared()[:200]
    ]  # fmt: skip


def _evaluations(now: datetime) -> list[EvaluationLine]:
    return [
        EvaluationLine(case, str(case.values.get("nama_aplikasi") or case.title), due, late)
        for case, due, late in spending.evaluations(now=now)
    ]


def _finding(one: Finding) -> FindingLine:
    looks = {
        Standing.CLEARED: ("good", _("cleared")),
        Standing.OTHER_YEAR: ("late", _("cleared for another budget year")),
        Standing.PENDING: ("soon", _("not decided yet")),
        Standing.REFUSED: ("late", _("not recommended")),
        Standing.UNKNOWN: ("late", _("this number was never given")),
        Standing.NONE: ("late", _("no clearance")),
    }
    return FindingLine(one, *looks[one.standing])
