"""Setoran: handing a file in, its page with the wrong cells, and what is decided over it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mapalus.apps.catalogue import actions, places
from mapalus.apps.catalogue.models import Dataset, HandIn, HandInState
from mapalus.apps.catalogue.reach import reach
from mapalus.doors.desk.files import marked_workbook, refuse_wrong_kind
from mapalus.doors.desk.finding import find
from mapalus.doors.desk.problems import said, to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.reports import HandInPage, handin_page, progress_of
from mapalus.doors.desk.sheets import Chosen
from mapalus.doors.ui import figures
from mapalus.engine.data import snapshot
from mapalus.engine.errors import Invalid, Problem

__all__ = ["HandInForm", "NewPage", "handin", "new", "progress", "unmask", "workbook"]

LARGEST = 512 * 1024**2  # bytes of one upload; larger files come by `mapalus ingest` or a connector


class DatasetChoice(forms.ModelChoiceField[Dataset]):
    """By title; by agency and title where there are several."""

    def label_from_instance(self, obj: Dataset) -> str:
        return f"{obj.unit.short}: {obj.title_here}" if obj.unit.short else obj.title_here


class HandInForm(forms.Form):
    """Shape only; what the file holds is found out by the check."""

    dataset = DatasetChoice(
        Dataset.objects.none(), to_field_name="name", label=gettext_lazy("Dataset"), empty_label=gettext_lazy("Choose")
    )
    period = forms.CharField(
        label=gettext_lazy("Period"),
        max_length=40,
        help_text=gettext_lazy(
            "2026-10 for a month, 2026-W45 for a week, 2026-Q3 for a quarter, 2026-S1 for a half-year, 2026 for a year."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Excel, ODS, CSV or JSON, as it is: titles, footnotes and merged headers may stay."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt,.tsv,.json,.ndjson,.geojson,.parquet"}),
    )
    note = forms.CharField(
        label=gettext_lazy("What the next one should know"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
    previous = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("This file is larger than %(mb)s MB. Split it.") % {"mb": LARGEST // 1024**2})
        refuse_wrong_kind(file)
        return file


@dataclass(frozen=True)
class NewPage:
    """Context of desk/handins/new.html."""

    seat: Seat
    form: HandInForm
    previous: HandIn | None
    behalf: bool  # walidata hands in for another unit, which then confirms
    chosen: Dataset | None
    largest: str


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    place = seat(request)
    may = Dataset.objects.visible_to(place.actor).filter(state="active").select_related("unit", "contract")
    may = may if place.sees_all else may.filter(unit__in=reach(place.actor).units)
    previous = _previous(request, place)
    chosen = previous.dataset if previous else may.filter(name=request.GET.get("data", "")).first()
    start = {
        "key": uuid4().hex,
        "dataset": chosen,
        "period": previous.period if previous else _period(request, chosen),
        "previous": previous.receipt if previous else "",
    }
    sent = request.method == "POST"
    form = HandInForm(request.POST if sent else None, request.FILES if sent else None, initial=start)
    choice = form.fields["dataset"]
    assert isinstance(choice, forms.ModelChoiceField)
    choice.queryset = may.order_by("unit__name", "title") if place.sees_all else may.order_by("title")
    if sent and form.is_valid():
        made = _receive(form, place, previous)
        if made is not None:
            return redirect("desk:handin", receipt=made.receipt)
    largest = f"{LARGEST // 1024**2}{figures.NBSP}MB"
    context = NewPage(place, form, previous, place.sees_all, chosen, largest)
    return render(request, "desk/handins/new.html", {"view": context}, status=422 if form.errors else 200)


def _period(request: HttpRequest, chosen: Dataset | None) -> str:
    """The one that was asked for, else what is due next."""
    return request.GET.get("periode", "")[:40] or (chosen.expected_period if chosen else "")


def _previous(request: HttpRequest, place: Seat) -> HandIn | None:
    receipt = request.POST.get("previous") or request.GET.get("koreksi") or ""
    return find(receipt, place) if receipt else None


def _receive(form: HandInForm, place: Seat, previous: HandIn | None) -> HandIn | None:
    """The hand-in; None with the reason in the form."""
    data = form.cleaned_data
    dataset: Dataset = data["dataset"]
    try:
        if not place.actor.may("catalogue.hand-in", dataset, place.now):
            raise Invalid(fields={"dataset": _("Your position hands in nothing for this dataset.")})
        kept = snapshot.store(places.snapshots(), data["file"].file, largest=LARGEST)
        return actions.hand_in(
            dataset,
            snapshot=kept,
            file_name=data["file"].name,
            period=data["period"].strip(),
            key=data["key"],
            remark=data["note"],
            previous=previous,
            by=place.actor,
            now=place.now,
        )
    except Problem as problem:
        to_form(problem, form)
        return None


@require_GET
def handin(request: HttpRequest, receipt: str) -> HttpResponse:
    place = seat(request)
    found = find(receipt, place)
    opened = request.session.get("unmasked") == f"{found.pk}:{place.actor.position}"
    context: HandInPage = handin_page(
        found,
        place,
        number=_whole(request.GET.get("page")),
        chosen=Chosen(*(request.GET.get(name, "")[:200] for name in ("aturan", "syarat", "kolom"))),
        is_unmasked=opened,
    )
    return render(request, "desk/handins/page.html", {"view": context})


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 1


@require_GET
def progress(request: HttpRequest, receipt: str) -> HttpResponse:
    """The live line of a running check; once it is over, htmx loads the page anew."""
    place = seat(request)
    found = find(receipt, place)
    line = progress_of(found, place.now)
    response = render(request, "desk/handins/_progress.html", {"line": line, "address": request.path})
    if found.stage not in (HandInState.RECEIVED, HandInState.CHECKING):
        response.headers["HX-Refresh"] = "true"
    return response


@require_GET
def workbook(request: HttpRequest, receipt: str) -> FileResponse:
    """The producer's own workbook, the wrong cells coloured and with a note each."""
    place = seat(request)
    found = find(receipt, place)
    file, name = marked_workbook(found)
    return FileResponse(file, as_attachment=True, filename=name)


@require_http_methods(["POST"])
def unmask(request: HttpRequest, receipt: str) -> HttpResponse:
    """Open personal values to this position in this session, once the reason stands in the ledger."""
    place = seat(request)
    found = find(receipt, place)
    try:
        actions.unmask(found, reason=request.POST.get("reason", ""), by=place.actor, now=place.now)
    except Invalid as problem:
        messages.error(request, said(problem))
    else:
        request.session["unmasked"] = f"{found.pk}:{place.actor.position}"
    return redirect(reverse("desk:handin", args=[receipt]) + "#lembar")
