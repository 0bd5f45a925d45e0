"""How one other end is reached, and in which rows of its datasets the agreed numbers stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mapalus.apps.catalogue import connecting
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.federation import actions, bringing, values
from mapalus.apps.federation.actions import Line, Terms
from mapalus.apps.federation.exchanging import dataset_read
from mapalus.apps.federation.models import Agreement, Instance, Share, ShareKind, Takes
from mapalus.apps.federation.values import Said
from mapalus.doors.desk.federation import instance_at
from mapalus.doors.desk.federation_forms import Readings, SettingsForm, initial_reading
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, NotFound, Problem

__all__ = ["readings", "settings"]

_SHOWN = 6  # numbers as they would be read


@dataclass(frozen=True)
class SettingsPage:
    """Context of desk/federation/settings.html."""

    seat: Seat
    instance: Instance
    form: SettingsForm
    may: frozenset[str]
    variable: str
    has_key: bool
    wrong: str = ""  # of the reason of one of the buttons
    reason: str = ""


@dataclass(frozen=True)
class ReadingRow:
    """One agreed indicator, how it is read, and what would be read now."""

    share: Share
    form: Any
    columns: Sequence[str]
    found: Sequence[Said]


@dataclass(frozen=True)
class ReadingsPage:
    """Context of desk/federation/readings.html."""

    seat: Seat
    instance: Instance
    agreement: Agreement
    forms: Any
    rows: Sequence[ReadingRow]
    may: bool
    wrong: bool = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, code: str) -> HttpResponse:
    """Address, key by name, who speaks for it; begin anew after its ledger went back; take it out."""
    place = seat(request)
    found = instance_at(place, code)
    acts = {"atur": "federation.change-instance", "ulang": "federation.change-instance",
            "keluar": "federation.end-instance"}  # fmt: skip
    may = frozenset(step for step, act in acts.items() if place.actor.may(act, found, place.now))
    if "atur" not in may:
        raise NotAllowed(act="federation.change-instance")
    step = request.POST.get("langkah", "atur") if request.method == "POST" else ""
    if step and step not in may:
        raise NotAllowed(act=acts.get(step, step))
    form = SettingsForm(request.POST if step == "atur" else None, instance=found)
    wrong, reason = "", request.POST.get("reason", "").strip()[:400]
    if step == "atur" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.change_instance(
                found, address=given.get("address"), secret=given.get("secret"), contact=given["contact"],
                by=place.actor, now=place.now,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Problem as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Written down."))
            return redirect("desk:federation-settings", code)
    elif step in ("ulang", "keluar"):
        if reason:
            return _do(request, found, place, step, reason)
        wrong = _("Say why.")
    page = SettingsPage(
        place, found, form, may, connecting.variable(found.secret) if found.secret else "",
        connecting.has_secret(found.secret) if found.secret else False, wrong, reason,
    )  # fmt: skip
    is_wrong = bool(form.errors or wrong)
    return render(request, "desk/federation/settings.html", {"view": page}, status=422 if is_wrong else 200)


def _do(request: HttpRequest, found: Instance, place: Seat, step: str, reason: str) -> HttpResponse:
    if step == "keluar":
        actions.end_instance(found, reason=reason, by=place.actor, now=place.now)
        messages.success(request, _("It takes part no longer. What came of it stays."))
        return redirect("desk:federation")
    actions.change_instance(found, is_anew=True, reason=reason, by=place.actor, now=place.now)
    messages.success(request, _("Everything is asked anew; what stands here stays."))
    return redirect("desk:federation-instance", found.code)


# --- numbers in rows -------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def readings(request: HttpRequest, code: str) -> HttpResponse:
    """Which columns of which dataset are which indicator. It is part of the agreement: proposed, then agreed on."""
    place = seat(request)
    found = instance_at(place, code)
    before = found.agreements.filter(state__in=("proposed", "in-force")).prefetch_related("shares").first()
    if before is None:
        raise NotFound
    may = place.actor.may("federation.propose-agreement", found, place.now)
    shares = [one for one in before.shares.all() if one.kind == ShareKind.INDICATOR]
    datasets = [(one.code, one.title) for one in before.shares.all() if one.kind == ShareKind.DATASET]
    if request.method == "POST" and not may:
        raise NotAllowed(act="federation.propose-agreement")
    told = Readings(
        request.POST if request.method == "POST" else None, form_kwargs={"datasets": datasets},
        initial=[initial_reading(one.code, one.reading) for one in shares],
    )  # fmt: skip
    wrong = False
    if request.method == "POST":
        wrong = not told.is_valid()
        given = {} if wrong else {one.cleaned_data["code"]: one.reading for one in told}
        wrong = wrong or _unknown_columns(found, told)
        if not wrong and "lihat" not in request.POST:
            actions.propose_agreement(found, terms=_terms(before, given), by=place.actor, now=place.now)
            messages.success(request, _("Proposed. It counts once the other side has agreed."))
            return redirect("desk:federation-instance", code)
    rows = [_row(found, share, form) for share, form in zip(shares, told, strict=False)]
    page = ReadingsPage(place, found, before, told, rows, may, wrong)
    return render(request, "desk/federation/readings.html", {"view": page}, status=422 if wrong else 200)


def _as_told(share: Share, form: Any) -> Share:
    """The line as the form says it now, unsaved."""
    reading = form.reading if form.is_bound and form.is_valid() else share.reading
    return Share(agreement=share.agreement, kind=share.kind, code=share.code, title=share.title, reading=reading)


def _row(found: Instance, share: Share, form: Any) -> ReadingRow:
    told = _as_told(share, form)
    dataset = dataset_read(found, told)
    if dataset is None or dataset.current is None:
        return ReadingRow(share, form, (), ())
    name = str(told.reading.get("dataset"))
    columns = _columns(dataset)
    if told.reading.get("value") not in columns:
        return ReadingRow(share, form, columns, ())
    try:
        said = values.said_in_rows(
            told, dataset.current, address=bringing.address_there(found, name), region=found.region_code
        )
    except Problem:
        said = []
    return ReadingRow(share, form, columns, said[-_SHOWN:])


def _columns(dataset: Dataset) -> list[str]:
    from mapalus.apps.catalogue.serving import served
    from mapalus.engine.data.query import Query
    from mapalus.engine.data.served import search

    assert dataset.current is not None
    found = search(served(dataset.current, is_present=False), Query(limit=0, include_total=False))
    return [one.name for one in found.columns if not one.name.startswith("_")]


def _unknown_columns(found: Instance, told: Any) -> bool:
    """Mark what names no column of what came; what has not come yet cannot be looked at."""
    wrong = False
    for form in told:
        reading = form.reading
        dataset = dataset_read(found, Share(reading=reading)) if reading else None
        if dataset is None or dataset.current is None:
            continue
        known = _columns(dataset)
        named = {key: reading.get(key) for key in ("value", "period", "region")}
        named["where"] = next(iter(reading.get("where") or {}), None)
        for field, column in named.items():
            if column and column not in known:
                form.add_error(field, _("There is no column %(name)s. There are: %(known)s.") % {
                    "name": column, "known": ", ".join(known[:30]),
                })  # fmt: skip
                wrong = True
    return wrong


def _terms(before: Agreement, given: dict[str, dict[str, Any]]) -> Terms:
    lines = [
        Line(ShareKind(one.kind), one.code, one.title, one.is_shared, one.embargo_until, one.reason, one.reading)
        for one in before.shares.all()
    ]  # fmt: skip
    told = [
        replace(one, reading=given[one.code]) if one.kind is ShareKind.INDICATOR and one.code in given else one
        for one in lines
    ]
    return Terms(told, before.cadence, Takes(before.takes), before.license, before.conditions, None, before.until)
