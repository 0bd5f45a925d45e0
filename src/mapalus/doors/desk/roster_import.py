"""Daftar pejabat: a list from SIASN, SIMPEG or a spreadsheet; what it would change is confirmed line by line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mapalus.apps.directory import roster_applying as applying
from mapalus.apps.directory.models import Position, RosterDraft, RosterDraftState
from mapalus.apps.directory.roster_difference import Change, Difference
from mapalus.apps.directory.roster_list import LARGEST, read_list
from mapalus.doors.desk.people import masked
from mapalus.doors.desk.problems import said, sentence, to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound, Problem

__all__ = ["ImportPage", "ImportsPage", "draft", "drafts"]


class ListForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "Excel, ODS or CSV with name and position, NIP and e-mail where there are; other columns are not read."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt,.tsv"}),
    )
    decree = forms.CharField(
        label=gettext_lazy("Number of the decree or order"),
        help_text=gettext_lazy("For rows that name none themselves."),
        required=False,
        max_length=120,
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("A list of officials has at most 5 MB."))
        return file


@dataclass(frozen=True)
class ChangeLine:
    """One line of the page of differences."""

    key: str
    row: int
    name: str
    number: str  # masked
    title: str
    why: str
    may_be_chosen: bool
    is_proposed: bool


@dataclass(frozen=True)
class ChangeGroup:
    look: str
    title: str
    lines: tuple[ChangeLine, ...]


@dataclass(frozen=True)
class ImportsPage:
    """Context of desk/roster/list.html."""

    seat: Seat
    form: ListForm
    drafts: tuple[RosterDraft, ...]


@dataclass(frozen=True)
class Done:
    """One thing an applied list did, and where it is undone."""

    text: str
    position: str
    title: str


@dataclass(frozen=True)
class ImportPage:
    """Context of desk/roster/page.html."""

    seat: Seat
    draft: RosterDraft
    groups: tuple[ChangeGroup, ...]
    fingerprint: str
    trouble: str  # why nothing was applied
    done: tuple[Done, ...]


def _place(request: HttpRequest) -> Seat:
    place = seat(request)
    if not place.actor.may("directory.read-roster", RosterDraft, place.now):
        raise NotAllowed(act="directory.read-roster")
    return place


@require_http_methods(["GET", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """Lists read before; POST reads a new one into a draft. Nothing changes by that."""
    place = _place(request)
    sent = request.method == "POST"
    form = ListForm(request.POST, request.FILES) if sent else ListForm()
    if sent and form.is_valid():
        content = form.cleaned_data["file"].read()
        try:
            made = applying.read_roster(
                RosterDraft, file_name=form.cleaned_data["file"].name or "daftar", decree=form.cleaned_data["decree"],
                sha256=hashlib.sha256(content).hexdigest(), by=place.actor, now=place.now,
                read=read_list(form.cleaned_data["file"].name or "", content),
            )  # fmt: skip
        except Invalid as problem:
            form.add_error(
                "file", " ".join(sentence(text) % problem.data for text in (problem.text, *problem.fields.values()))
            )
        except Problem as problem:
            to_form(problem, form)
        else:
            return redirect("desk:roster-draft", pk=made.pk)
    found = tuple(RosterDraft.objects.visible_to(place.actor)[:30])
    view = ImportsPage(place, form, found)
    return render(request, "desk/roster/list.html", {"view": view}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of differences; POST applies what was chosen, or throws the list away."""
    place = _place(request)
    found = RosterDraft.objects.visible_to(place.actor).filter(pk=pk).first()
    if found is None:
        raise NotFound(draft=pk)
    trouble = ""
    if request.method == "POST":
        try:
            return _post(request, place, found)
        except (Invalid, Conflict) as problem:
            head = sentence(problem.text) % problem.data
            trouble = f"{head} {said(problem)}" if isinstance(problem, Invalid) and problem.fields else said(problem)
    is_open = found.state == RosterDraftState.OPEN
    changes = applying.difference_of(found, now=place.now) if is_open else Difference(())
    view = ImportPage(
        place, found, _groups(changes), changes.fingerprint if is_open else "", trouble, _done(found, place)
    )
    return render(request, "desk/roster/page.html", {"view": view}, status=422 if trouble else 200)


def _post(request: HttpRequest, place: Seat, found: RosterDraft) -> HttpResponse:
    if "drop" in request.POST:
        applying.drop_roster(found, by=place.actor, now=place.now)
        messages.success(request, _("Thrown away. Nothing was changed, and the names are forgotten."))
        return redirect("desk:roster-import")
    applying.apply_roster(
        found, chosen=request.POST.getlist("chosen"), fingerprint=request.POST.get("fingerprint", ""),
        by=place.actor, now=place.now,
    )  # fmt: skip
    messages.success(request, _("Applied. Each change stands in the ledger for itself."))
    return redirect("desk:roster-draft", pk=found.pk)


_ORDER = ("new", "changed", "doubtful", "other", "ended", "unknown-unit", "unknown-position", "faulty", "same")


def _groups(found: Difference) -> tuple[ChangeGroup, ...]:
    titles = {
        "new": ("good", _("New appointments")),
        "changed": ("soon", _("Changed")),
        "doubtful": ("conflict", _("Doubtful: perhaps a known person")),
        "ended": ("late", _("Not in the list")),
        "unknown-unit": ("late", _("Unknown unit")),
        "unknown-position": ("late", _("Unknown position")),
        "faulty": ("late", _("Cannot be read")),
        "same": ("none", _("As it is")),
    }

    def of(kind: str) -> tuple[ChangeLine, ...]:
        kinds = ("doubtful", "other") if kind == "doubtful" else (kind,)
        some = sorted((c for c in found.changes if c.kind in kinds), key=lambda c: (c.row, _ORDER.index(c.kind)))
        return tuple(_line(change) for change in some)

    return tuple(ChangeGroup(look, title, lines) for kind, (look, title) in titles.items() if (lines := of(kind)))


def _line(change: Change) -> ChangeLine:
    return ChangeLine(
        change.key, change.row, change.name, masked(change.nip), change.title, sentence(change.why) % change.data,
        change.may_be_chosen, change.is_proposed,
    )  # fmt: skip


def _done(found: RosterDraft, place: Seat) -> tuple[Done, ...]:
    titles = dict(Position.objects.visible_to(place.actor).values_list("code", "title"))
    words = {"ended": _("Appointment ended"), "appointed": _("Appointed"), "corrected": _("Name corrected")}
    return tuple(
        Done(
            words.get(str(one["did"]), str(one["did"])),
            str(one.get("position", "")),
            titles.get(one.get("position"), ""),
        )
        for one in found.done
    )
