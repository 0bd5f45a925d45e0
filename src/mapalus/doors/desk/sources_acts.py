"""What a position does with a source: adding one step by step, changing it, trying it, letting it rest."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mapalus.apps.catalogue import actions, connecting, contracts, source_acts
from mapalus.apps.catalogue.models import Dataset, Source, SourceKind, SourceWay
from mapalus.doors.desk.problems import said, to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.sources import find, page_of
from mapalus.doors.desk.sources_forms import BY_FILE, ChooseForm, ContractForm, ForgetForm, ReasonForm, SourceForm
from mapalus.doors.desk.sources_words import label
from mapalus.engine.errors import NotAllowed, Problem

__all__ = ["FormPage", "act", "new"]


@dataclass(frozen=True)
class FormPage:
    """Context of desk/sources/form.html: choosing (`choose`), or the settings."""

    seat: Seat
    choose: ChooseForm | None
    form: SourceForm | None
    dataset: Dataset | None
    system: str  # of the connector, in words
    summary: str
    source: Source | None = None


# --- a new one -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """First the data and how they come (`?dataset=&cara=`), then the settings."""
    place = seat(request)
    if not place.actor.may("catalogue.add-source", Dataset, place.now):
        raise NotAllowed(act="catalogue.add-source")
    is_chosen = bool(request.GET.get("dataset") and request.GET.get("cara"))
    start = {"dataset": request.GET.get("dataset", "")}
    choose = ChooseForm(request.GET, place=place) if is_chosen else ChooseForm(initial=start, place=place)
    if not is_chosen or not choose.is_valid():
        page = FormPage(place, choose, None, None, "", "")
        return render(request, "desk/sources/form.html", {"view": page}, status=422 if choose.errors else 200)
    dataset, way = choose.cleaned_data["dataset"], choose.cleaned_data["cara"]
    connector = "" if way == BY_FILE else way
    start = {"keeper": dataset.producer_code, "title": dataset.national_link, "schedule": "setiap hari 02.00"}
    form = SourceForm(request.POST or None, initial=start, place=place, connector=connector)
    if request.method == "POST" and form.is_valid():
        made = _added(form, dataset, connector, place)
        if made is not None:
            text = _("Added. Try it out before its first time comes.") if connector else _("Added.")
            messages.success(request, text)
            return redirect("desk:source", made.name)
    return render(request, "desk/sources/form.html", {"view": _form_page(place, form, dataset, connector)},
                  status=422 if form.errors else 200)  # fmt: skip


def _added(form: SourceForm, dataset: Dataset, connector: str, place: Seat) -> Source | None:
    try:
        return source_acts.add_source(
            dataset, kind=SourceKind.CONNECTOR if connector else SourceKind.UPLOAD, connector=connector,
            options=form.options(), schedule=form.cleaned_data.get("schedule", ""),
            keeper=form.cleaned_data["keeper"], title=form.cleaned_data["title"], by=place.actor, now=place.now,
        )  # fmt: skip
    except NotAllowed:
        raise
    except Problem as problem:
        form.take(problem)
        return None


def _form_page(
    place: Seat, form: SourceForm, dataset: Dataset, connector: str, source: Source | None = None
) -> FormPage:
    found = connecting.connector_named(connector) if connector else None
    system = label(found.title) if found else _("As a file")
    return FormPage(place, None, form, dataset, system, label(found.summary) if found else "", source)


# --- acts ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, name: str, slug: str) -> HttpResponse:
    """One act on a source. `ubah` has a page of its own; the others stand on the source's page."""
    place = seat(request)
    found = find(name, place)
    if slug == "ubah":
        return _change(request, found, place)
    if request.method != "POST":
        return redirect("desk:source", name)
    if slug == "kontrak":
        return _contract(request, found, place)
    done = _PLAIN.get(slug)
    if done is not None:
        return _finish(request, found, slug, lambda: done(found, place))
    reasoned = _REASONED.get(slug)
    if reasoned is None:
        raise Http404
    form = ForgetForm(request.POST) if slug == "lepas" else ReasonForm(request.POST)
    if not form.is_valid():
        return page_of(request, found, place, wrong=form)
    return _finish(request, found, slug, lambda: reasoned(found, form.cleaned_data["reason"], place))


def _try(found: Source, place: Seat) -> object:
    return source_acts.try_source(found, by=place.actor, now=place.now)


def _fetch(found: Source, place: Seat) -> object:
    return source_acts.harvest_now(found, by=place.actor, now=place.now)


def _resume(found: Source, place: Seat) -> object:
    return source_acts.resume_source(found, by=place.actor, now=place.now)


def _pause(found: Source, reason: str, place: Seat) -> object:
    return source_acts.pause_source(found, reason=reason, by=place.actor, now=place.now)


def _trust(found: Source, reason: str, place: Seat) -> object:
    way = SourceWay.HANDIN if found.way == SourceWay.DIRECT else SourceWay.DIRECT
    return source_acts.trust_source(found, way=way, reason=reason, by=place.actor, now=place.now)


def _over(found: Source, reason: str, place: Seat) -> object:
    return source_acts.start_over(found, reason=reason, by=place.actor, now=place.now)


def _forget(found: Source, reason: str, place: Seat) -> object:
    return source_acts.forget_source(found, reason=reason, by=place.actor, now=place.now)


_PLAIN: dict[str, Callable[[Source, Seat], object]] = {"coba": _try, "ambil": _fetch, "lanjutkan": _resume}
_REASONED: dict[str, Callable[[Source, str, Seat], object]] = {
    "jeda": _pause, "percaya": _trust, "ulang": _over, "lepas": _forget,
}  # fmt: skip


def _finish(request: HttpRequest, found: Source, slug: str, does: Callable[[], object]) -> HttpResponse:
    try:
        does()
    except NotAllowed:
        raise
    except Problem as problem:
        messages.error(request, said(problem))
        return redirect("desk:source", found.name)
    words = {
        "coba": _("It is being tried out."),
        "ambil": _("It is being fetched."),
        "lanjutkan": _("It goes on."),
        "jeda": _("It rests now."),
        "percaya": _("Written down."),
        "ulang": _("The next time everything comes anew."),
        "lepas": _("Taken away. What came of it stays."),
    }
    messages.success(request, words[slug])
    return redirect("desk:sources") if slug == "lepas" else redirect("desk:source", found.name)


def _change(request: HttpRequest, found: Source, place: Seat) -> HttpResponse:
    if not place.actor.may("catalogue.change-source", found, place.now):
        raise NotAllowed(act="catalogue.change-source")
    form = SourceForm(request.POST or None, place=place, connector=found.connector, source=found)
    if request.method == "POST" and form.is_valid():
        try:
            source_acts.change_source(
                found, options=form.options() if found.connector else None,
                schedule=form.cleaned_data.get("schedule"), keeper=form.cleaned_data["keeper"],
                title=form.cleaned_data["title"], by=place.actor, now=place.now,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Problem as problem:
            form.take(problem)
        else:
            messages.success(request, _("Kept."))
            return redirect("desk:source", found.name)
    page = _form_page(place, form, found.dataset, found.connector, found)
    return render(request, "desk/sources/form.html", {"view": page}, status=422 if form.errors else 200)


def _contract(request: HttpRequest, found: Source, place: Seat) -> HttpResponse:
    """The proposed contract becomes the dataset's; from then on the source is asked by its schedule."""
    form = ContractForm(request.POST)
    if form.is_valid():
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "contract.yml"
                path.write_text(form.closed(), encoding="utf-8")
                kept = contracts.keep(path, dataset=found.dataset.name)
            reason = _("Taken up from what %(source)s holds.") % {"source": found.title_here}
            actions.change_contract(found.dataset, kept=kept, reason=reason, by=place.actor, now=place.now)
        except NotAllowed:
            raise
        except Problem as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("The dataset has a contract now; the source is asked."))
            return redirect(reverse("desk:source", args=[found.name]))
    return page_of(request, found, place, wrong=form)
