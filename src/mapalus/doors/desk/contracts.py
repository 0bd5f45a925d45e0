"""Kontrak data: its versions and what changed between them, who builds on it, and the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mapalus.apps.catalogue import actions, dependents, drafting, releases
from mapalus.apps.catalogue.dependents import Dependent
from mapalus.apps.catalogue.models import Change, Consumer, ContractVersion, Dataset, Proposal
from mapalus.apps.directory.models import Position
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.doors.desk.changes import ChangeRow, rows_of
from mapalus.doors.desk.openings import OpenForm
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.data.evolution import Difference, Size, differences, next_release, size_of
from mapalus.engine.errors import NotAllowed, NotFound, Problem

__all__ = ["ContractPage", "NewContractPage", "consumer_end", "contract", "find_dataset", "new"]

_MOST = 2_000_000  # characters of a contract


class ConsumerForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("What uses the data"), max_length=200)
    purpose = forms.CharField(label=gettext_lazy("What for"), max_length=400)


class ContractForm(OpenForm):
    text = forms.CharField(
        label=gettext_lazy("Contract"), max_length=_MOST, strip=False, required=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
        help_text=gettext_lazy("YAML or JSON: Data Package, Table Schema, ODCS 3 or JSON Schema."),
    )  # fmt: skip
    file = forms.FileField(label=gettext_lazy("or a file"), required=False, max_length=240)
    reason = forms.CharField(label=gettext_lazy("Why the contract changes"), max_length=400)


@dataclass(frozen=True)
class VersionRow:
    """One version of the contract, with what changed from the one before, in words."""

    version: ContractVersion
    by: str  # the position that gave it
    is_current: bool
    changes: tuple[tuple[str, str], ...]  # look, sentence


@dataclass(frozen=True)
class ContractPage:
    """Context of desk/contracts/page.html."""

    seat: Seat
    dataset: Dataset
    rows: tuple[VersionRow, ...]
    changes: tuple[ChangeRow, ...]
    dependents: tuple[tuple[Dependent, str, str], ...]  # who, what kind, the position that answers for it
    mine: tuple[Consumer, ...]
    proposals: tuple[Proposal, ...]
    form: ConsumerForm
    may_propose: bool


@dataclass(frozen=True)
class NewContractPage:
    """Context of desk/contracts/new.html: what would change, before it does."""

    seat: Seat
    dataset: Dataset
    form: ContractForm
    changes: tuple[tuple[str, str], ...]
    is_looked_at: bool
    release: str
    is_breaking: bool
    asked: tuple[tuple[Dependent, str], ...]
    lost: tuple[str, ...]


def find_dataset(name: str, place: Seat) -> Dataset:
    """A dataset whose contract this position may read: what is in the data list. Raises `NotFound`."""
    found = Dataset.objects.known_to(place.actor).for_reading().filter(name=name).first()
    if found is None:
        raise NotFound(dataset=name)
    return found


def in_words(found: tuple[Difference, ...]) -> tuple[tuple[str, str], ...]:
    language = translation.get_language()
    looks = {Size.MAJOR: "late", Size.MINOR: "good", Size.PATCH: "none"}
    return tuple((looks[one.size], one.say(language=language)) for one in found)


def kind_text(kind: str) -> str:
    """What builds on the data, in a word."""
    return {
        "indicator": _("indicator"), "board": _("board"), "dataset": _("dataset"), "consumer": _("use"),
        "sender": _("application that sends"),
        "reader": _("application that reads with a token"),
    }.get(kind, kind)  # fmt: skip


@require_http_methods(["GET", "POST"])
def contract(request: HttpRequest, name: str) -> HttpResponse:
    """The contract and its versions; POST: something of one's own builds on it."""
    place = seat(request)
    dataset = find_dataset(name, place)
    form = ConsumerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_consumer(dataset, **form.cleaned_data, by=place.actor, now=place.now)
        except Problem as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Written down. You are asked before the contract breaks something."))
            return redirect("desk:contract", name=name)
    view = ContractPage(
        seat=place,
        dataset=dataset,
        rows=_versions(dataset),
        changes=rows_of(Change.objects.visible_to(place.actor).for_reading().filter(dataset=dataset)[:50], place),
        dependents=_named(dependents.of(dataset)),
        mine=tuple(Consumer.objects.filter(dataset=dataset, holder=place.actor.position, ended_at=None)),
        proposals=tuple(Proposal.objects.visible_to(place.actor).filter(dataset=dataset)[:20]),
        form=form,
        may_propose=place.actor.may("catalogue.propose-contract", dataset, place.now),
    )
    return render(request, "desk/contracts/page.html", {"view": view}, status=422 if form.errors else 200)


def _versions(dataset: Dataset) -> tuple[VersionRow, ...]:
    listed = list(dataset.contracts.order_by("number"))
    read = [releases.read(one) for one in listed]
    titles = _titles(one.position for one in listed)
    rows = []
    for n, one in enumerate(listed):
        found = differences(read[n - 1], read[n]) if n else ()
        rows.append(VersionRow(one, titles.get(one.position, ""), one.pk == dataset.contract_id, in_words(found)))
    return tuple(reversed(rows))


def _named(found: Sequence[Dependent]) -> tuple[tuple[Dependent, str, str], ...]:
    titles = _titles(one.position for one in found)
    return tuple((one, kind_text(one.kind), titles.get(one.position, "")) for one in found)


def _titles(codes: Iterable[str]) -> dict[str, str]:
    """What positions are called; the platform is one."""
    found = Position.objects.filter(code__in={code for code in codes if code}).values_list("code", "title")
    return {**dict(found), PLATFORM.position: _("the platform itself")}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, name: str) -> HttpResponse:
    """First what it would change and whom it would break, in words; then it is proposed."""
    place = seat(request)
    dataset = find_dataset(name, place)
    if not place.actor.may("catalogue.propose-contract", dataset, place.now):
        raise NotAllowed
    sent = request.method == "POST"
    start = {"text": dataset.contract.text if dataset.contract else ""}
    form = ContractForm(request.POST if sent else None, request.FILES if sent else None, initial=start)
    found: tuple[Difference, ...] = ()
    lost: tuple[str, ...] = ()
    looked = False
    if sent and form.is_valid():
        try:
            draft = drafting.read(dataset, text=_text(form), language=translation.get_language())
            found, lost, looked = releases.changed(dataset.contract, draft.kept), draft.lost, True
            form = ContractForm({"text": draft.kept.text, "reason": form.cleaned_data["reason"]})
            if "propose" in request.POST:
                made = actions.propose_contract(
                    dataset, kept=draft.kept, reason=request.POST.get("reason", ""), by=place.actor, now=place.now
                )
                return _done(request, made, name)
        except Problem as problem:
            form.is_valid()
            to_form(problem, form)
    known = dependents.of(dataset)
    is_breaking = size_of(found) is Size.MAJOR and bool(known)
    base = dataset.contract.release if dataset.contract else ""
    view = NewContractPage(
        seat=place, dataset=dataset, form=form, changes=in_words(found), is_looked_at=looked,
        release=next_release(base or releases.FIRST, size_of(found)) if found else base, is_breaking=is_breaking,
        asked=tuple((one, kind_text(one.kind)) for one in known) if is_breaking else (), lost=lost,
    )  # fmt: skip
    status = 422 if sent and form.errors else 200
    return render(request, "desk/contracts/new.html", {"view": view}, status=status)


def _text(form: ContractForm) -> str:
    file = form.cleaned_data.get("file")
    if not file:
        return form.closed()
    return drafting.decoded(file.read(_MOST + 1))


def _done(request: HttpRequest, made: ContractVersion | Proposal, name: str) -> HttpResponse:
    if isinstance(made, Proposal):
        messages.success(request, _("Proposed. Those who build on the data are asked; the old contract goes on."))
        return redirect("desk:proposal", pk=made.pk)
    messages.success(request, _("In force as version %(release)s.") % {"release": made.release})
    return redirect("desk:contract", name=name)


@require_POST
def consumer_end(request: HttpRequest, pk: int) -> HttpResponse:
    place = seat(request)
    found = Consumer.objects.select_related("dataset").filter(pk=pk, ended_at=None).first()
    if found is None:
        raise NotFound(consumer=pk)
    actions.end_consumer(found, by=place.actor, now=place.now)
    messages.success(request, _("Written down: it no longer builds on these data."))
    return redirect("desk:contract", name=found.dataset.name)


@require_GET
def surveys(request: HttpRequest) -> HttpResponse:
    """For the pembina data: every survey, and whether BPS has recommended it."""
    place = seat(request)
    from mapalus.apps.catalogue.surveys import surveys as listed

    return render(request, "desk/contracts/surveys.html", {"view": SurveysPage(place, listed(place.actor))})


@dataclass(frozen=True)
class SurveysPage:
    """Context of desk/contracts/surveys.html."""

    seat: Seat
    rows: tuple[object, ...]
