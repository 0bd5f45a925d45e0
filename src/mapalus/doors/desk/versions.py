"""Versi: every version of a dataset with its origin, a step back to an earlier one, and who may send rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mapalus.apps.catalogue import actions, retention, streaming, stumbles
from mapalus.apps.catalogue.models import Dataset, StreamKey, Version
from mapalus.apps.catalogue.origins import Origin, origin_of
from mapalus.apps.catalogue.reach import reach
from mapalus.doors.desk.problems import said
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, Problem

__all__ = ["OriginPage", "VersionRow", "VersionsPage", "issue_key", "revoke_key", "row_origin", "versions"]


class BackForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why an earlier version is current again"), max_length=400)


class KeyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("The application that sends"), max_length=120)


@dataclass(frozen=True)
class VersionRow:
    """One version. `may_return`: it can become the current one again, by this position."""

    version: Version
    state: str
    look: str
    is_current: bool
    may_return: bool


@dataclass(frozen=True)
class VersionsPage:
    """Context of desk/versions/page.html."""

    seat: Seat
    dataset: Dataset
    rows: tuple[VersionRow, ...]
    form: BackForm | None
    kept: retention.Kept
    waiting: int  # rows of a stream that are not yet part of a version
    is_stream: bool
    stumble: stumbles.Stumble | None  # what went wrong within the hour
    keys: Sequence[StreamKey]
    key_form: KeyForm | None
    secret: str  # of the key that was just issued: told once


@dataclass(frozen=True)
class OriginPage:
    """Context of desk/versions/origin.html."""

    seat: Seat
    dataset: Dataset
    version: Version
    origin: Origin | None
    receipt: str  # of the hand-in that brought the file, where there was one
    row: int


def _find(name: str, place: Seat) -> Dataset:
    mine = Dataset.objects.visible_to(place.actor)
    if not place.sees_all:
        mine = mine.filter(unit__in=reach(place.actor).units)
    found = mine.for_reading().filter(name=name).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def versions(request: HttpRequest, name: str) -> HttpResponse:
    """All versions. POST makes an earlier one the current one again, with a reason."""
    place = seat(request)
    dataset = _find(name, place)
    if request.method == "POST" and not place.actor.may("catalogue.roll-back", dataset, place.now):
        raise NotAllowed
    form = BackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        number = request.POST.get("version", "")
        known = number.isascii() and number.isdecimal() and len(number) < 10
        wanted = dataset.versions.filter(number=int(number)).first() if known else None
        if wanted is None:
            raise Http404
        try:
            actions.roll_back(dataset, to=wanted, reason=form.cleaned_data["reason"], by=place.actor, now=place.now)
        except Problem as problem:
            messages.error(request, said(problem))
        else:
            messages.success(request, _("Version %(n)s is current again.") % {"n": wanted.number})
        return redirect("desk:versions", name=name)
    return _shown(request, place, dataset, form=form)


def _shown(
    request: HttpRequest, place: Seat, dataset: Dataset, *, form: BackForm | None = None, secret: str = ""
) -> HttpResponse:
    may = place.actor.may("catalogue.roll-back", dataset, place.now)
    found = Version.objects.visible_to(place.actor).filter(dataset=dataset).select_related("handin").order_by("-number")
    is_stream = dataset.contract is not None and streaming.declared(streaming.contract_of(dataset.contract)) is not None
    may_issue = is_stream and place.actor.may("catalogue.issue-stream-key", dataset, place.now)
    rows = tuple(_row(one, dataset, may=may) for one in found[:200])
    page = VersionsPage(
        seat=place,
        dataset=dataset,
        rows=rows,
        form=(form or BackForm()) if any(row.may_return for row in rows) else None,
        kept=retention.declared(dataset),
        waiting=sum(dataset.segments.waiting().values_list("rows_good", flat=True)),
        is_stream=is_stream,
        stumble=stumbles.of_late(dataset.name, now=place.now) if is_stream else None,
        keys=list(StreamKey.objects.visible_to(place.actor).filter(dataset=dataset)[:100]),
        key_form=KeyForm() if may_issue else None,
        secret=secret,
    )
    status = 422 if form is not None and form.errors else 200
    return render(request, "desk/versions/page.html", {"view": page}, status=status)


def _row(version: Version, dataset: Dataset, *, may: bool) -> VersionRow:
    is_current = dataset.current_id == version.pk
    if version.removed_at is not None:
        state, look = _("removed"), "none"
    elif version.withdrawn_at is not None:
        state, look = _("withdrawn"), "late"
    elif version.published_at is None:
        state, look = _("not published"), "soon"
    else:
        state, look = (_("current"), "good") if is_current else (_("published"), "none")
    return VersionRow(version, state, look, is_current, may and version.is_published and not is_current)


@require_POST
def issue_key(request: HttpRequest, name: str) -> HttpResponse:
    """A key for an application; its secret stands on the answer and nowhere else."""
    place = seat(request)
    dataset = _find(name, place)
    if not place.actor.may("catalogue.issue-stream-key", dataset, place.now):
        raise NotAllowed
    try:
        _made, secret = streaming.issue_key(dataset, name=request.POST.get("name", ""), by=place.actor, now=place.now)
    except Problem as problem:
        messages.error(request, said(problem))
        return redirect("desk:versions", name=name)
    answer = _shown(request, place, dataset, secret=secret)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
def revoke_key(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    place = seat(request)
    dataset = _find(name, place)
    key = StreamKey.objects.visible_to(place.actor).filter(dataset=dataset, pk=pk).first()
    if key is None:
        raise Http404
    try:
        streaming.revoke_key(key, reason=request.POST.get("reason", ""), by=place.actor, now=place.now)
    except Problem as problem:
        messages.error(request, said(problem))
    else:
        messages.success(request, _("The key has ended."))
    return redirect("desk:versions", name=name)


@require_safe
def row_origin(request: HttpRequest, name: str, number: int, row: int) -> HttpResponse:
    """Dari mana baris ini: the file by its hash, its name, the row in it, the hand-in that brought it."""
    place = seat(request)
    dataset = _find(name, place)
    version = Version.objects.visible_to(place.actor).filter(dataset=dataset, number=number).first()
    if version is None:
        raise Http404
    origin = origin_of(version, row, is_present=dataset.current_id == version.pk)
    runs = dataset.runs.filter(pk=origin.run).select_related("handin") if origin and origin.run else ()
    receipt = next((run.handin.receipt for run in runs if run.handin is not None), "")
    view = OriginPage(place, dataset, version, origin, receipt, row)
    return render(request, "desk/versions/origin.html", {"view": view})
