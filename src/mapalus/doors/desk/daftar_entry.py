"""One line of the daftar data, its acts, and a spreadsheet of many lines."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from mapalus.apps.catalogue import actions, contracts, daftar_acts
from mapalus.apps.catalogue import daftar as plans
from mapalus.apps.catalogue.daftar_file import HOUR, LARGEST, Line, forget, keep, kept, read_lines
from mapalus.apps.catalogue.models import DataPlan, PlanEntry
from mapalus.apps.directory.models import Unit
from mapalus.apps.ledger.models import unit_of
from mapalus.doors.desk.daftar import EntryFormPage, plan_of, standing_look
from mapalus.doors.desk.daftar_forms import EntryForm, FileForm, ReasonForm
from mapalus.doors.desk.problems import said, sentence, to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed, Problem

__all__ = ["EntryPage", "ImportPage", "bring", "entry"]

_SALT = "daftar-data"
_CONTRACT = 400_000  # bytes of a contract


class ContractForm(forms.Form):
    contract = forms.FileField(
        label=gettext_lazy("Contract of the dataset (YAML)"),
        widget=forms.FileInput(attrs={"accept": ".yml,.yaml,.json"}),
    )


@dataclass(frozen=True)
class Fact:
    title: str
    text: str
    is_missing: bool = False


@dataclass(frozen=True)
class EntryPage:
    """Context of desk/daftar/page.html."""

    seat: Seat
    entry: PlanEntry
    look: str
    standing: str
    facts: tuple[Fact, ...]
    lacks: tuple[str, ...]
    may_change: bool
    may_confirm: bool
    may_return: bool
    may_drop: bool
    may_declare: bool
    reason_form: ReasonForm
    contract_form: ContractForm


@dataclass(frozen=True)
class ImportedLine:
    line: Line
    wrong: tuple[str, ...]
    what: str  # new, changed, kept, wrong
    look: str
    text: str


@dataclass(frozen=True)
class ImportPage:
    """Context of desk/daftar/import.html. Without `lines` no file was read yet."""

    seat: Seat
    plan: DataPlan
    form: FileForm
    lines: tuple[ImportedLine, ...]
    token: str
    usable: int


_TITLES = {
    "concept": gettext_lazy("Concept"),
    "definition": gettext_lazy("Definition"),
    "grouping": gettext_lazy("Classification"),
    "measure": gettext_lazy("Measure"),
    "counted_in": gettext_lazy("Unit"),
    "level": gettext_lazy("Level of presentation"),
    "schedule": gettext_lazy("Schedule"),
    "references": gettext_lazy("Reference codes used"),
    "matter": gettext_lazy("Government affair"),
    "legal_basis": gettext_lazy("Legal basis"),
    "element_code": gettext_lazy("Code of the element in e-Walidata"),
    "contact": gettext_lazy("Contact of the office"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """One line: what it says, how it stands, and what one may do with it."""
    place = seat(request)
    found = PlanEntry.objects.visible_to(place.actor).for_reading().filter(code=code).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        return _act(request, found, place)
    if "rancangan" in request.GET:
        response = HttpResponse(plans.draft_contract(found), content_type="application/yaml; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{found.name}.yml"'
        return response
    if "ubah" in request.GET and _may(place, "catalogue.change-entry", found):
        form = EntryForm(place=place, entry=found)
        return render(request, "desk/daftar/form.html", {"view": EntryFormPage(place, found.plan, form, found)})
    return _page(request, found, place)


def _may(place: Seat, act: str, found: PlanEntry) -> bool:
    return place.actor.may(act, found, place.now)


def _page(
    request: HttpRequest, found: PlanEntry, place: Seat, *, reason: ReasonForm | None = None,
    contract: ContractForm | None = None,
) -> HttpResponse:  # fmt: skip
    look, standing = standing_look(plans.standings([found], now=place.now)[found.pk])
    lacks = plans.lacking(found)
    is_open = found.may_be_changed
    stage = found.stage.value
    may_declare = found.dataset is None and stage in ("dikonfirmasi", "ditetapkan")
    view = EntryPage(
        seat=place,
        entry=found,
        look=look,
        standing=standing,
        facts=tuple(
            Fact(str(title), str(getattr(found, name)), name in lacks)
            for name, title in _TITLES.items()
            if getattr(found, name) or name in lacks
        ),
        lacks=tuple(str(_TITLES[name]) for name in lacks),
        may_change=is_open and _may(place, "catalogue.change-entry", found),
        may_confirm=stage == "usulan" and _may(place, "catalogue.confirm-entry", found),
        may_return=stage in ("usulan", "dikonfirmasi") and _may(place, "catalogue.return-entry", found),
        may_drop=stage not in ("ditetapkan", "dicoret") and _may(place, "catalogue.drop-entry", found),
        may_declare=may_declare and place.actor.may("catalogue.declare", found.unit, place.now),
        reason_form=reason or ReasonForm(),
        contract_form=contract or ContractForm(),
    )
    status = 422 if (reason and reason.errors) or (contract and contract.errors) else 200
    return render(request, "desk/daftar/page.html", {"view": view}, status=status)


def _act(request: HttpRequest, found: PlanEntry, place: Seat) -> HttpResponse:
    match request.POST.get("langkah"):
        case "ubah":
            return _change(request, found, place)
        case "kontrak":
            return _declare(request, found, place)
        case "konfirmasi":
            try:
                daftar_acts.confirm_entry(found, by=place.actor, now=place.now)
            except NotAllowed:
                raise
            except Problem as problem:
                messages.error(request, said(problem))
            else:
                messages.success(request, _("Confirmed."))
            return redirect("desk:daftar-entry", found.code)
        case "kembalikan" | "coret" as step:
            act = daftar_acts.return_entry if step == "kembalikan" else daftar_acts.drop_entry
            if not _may(place, "catalogue.return-entry" if step == "kembalikan" else "catalogue.drop-entry", found):
                raise NotAllowed
            form = ReasonForm(request.POST)
            if form.is_valid():
                try:
                    act(found, reason=form.cleaned_data["reason"], by=place.actor, now=place.now)
                except Problem as problem:
                    to_form(problem, form)
                else:
                    messages.success(request, _("Written down."))
                    return redirect("desk:daftar-entry", found.code)
            return _page(request, found, place, reason=form)
    raise NotAllowed


def _change(request: HttpRequest, found: PlanEntry, place: Seat) -> HttpResponse:
    if not _may(place, "catalogue.change-entry", found):
        raise NotAllowed(act="catalogue.change-entry")
    form = EntryForm(request.POST, place=place, entry=found)
    if form.is_valid():
        values = {**form.values(), "name": found.name}
        try:
            daftar_acts.change_entry(
                found, producer=form.cleaned_data["producer"], values=values, by=place.actor, now=place.now
            )
        except Problem as problem:
            to_form(problem, form)
        else:
            messages.success(request, _("Corrected."))
            return redirect("desk:daftar-entry", found.code)
    page = EntryFormPage(place, found.plan, form, found)
    return render(request, "desk/daftar/form.html", {"view": page}, status=422)


def _declare(request: HttpRequest, found: PlanEntry, place: Seat) -> HttpResponse:
    """The contract is there: the line becomes a dataset."""
    if not place.actor.may("catalogue.declare", found.unit, place.now):
        raise NotAllowed(act="catalogue.declare")
    form = ContractForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["contract"]
        try:
            if (file.size or 0) > _CONTRACT:
                raise Problem(_("A contract has at most 400 KB."))
            contract = _contract(file.read(), found)
            dataset = actions.declare_dataset(found.unit, kept=contract, by=place.actor, now=place.now)
            daftar_acts.link_entry(found, dataset=dataset, by=place.actor, now=place.now)
        except Problem as problem:
            form.add_error("contract", said(problem))
        else:
            messages.success(request, _("The dataset is entered; hand-ins can begin."))
            return redirect("desk:daftar-entry", found.code)
    return _page(request, found, place, contract=form)


def _contract(content: bytes, found: PlanEntry) -> contracts.Kept:
    with tempfile.TemporaryDirectory(prefix="mapalus-kontrak-") as folder:
        path = Path(folder) / "kontrak.yml"
        path.write_bytes(content)
        return contracts.keep(path, dataset=found.name)


# --- a spreadsheet of many lines -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """Read a spreadsheet, show what would be taken over, and take it over once that was seen."""
    place = seat(request)
    if not place.actor.may("catalogue.import-entries", Unit, place.now):
        raise NotAllowed(act="catalogue.import-entries")
    plan = plan_of(request.GET.get("tahun"), place)
    if plan is None:
        raise Http404
    form = FileForm(request.POST, request.FILES) if request.FILES else FileForm()
    token, lines = request.POST.get("berkas", ""), None
    try:
        if token:
            return _take(request, plan, place, token)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            if (file.size or 0) > LARGEST:
                raise Problem(_("A daftar data has at most 5 MB."))
            content = file.read()
            lines = read_lines(file.name or "daftar", content, unit=_own(place))
            token = signing.dumps([keep(content), file.name or "daftar", place.actor.position], salt=_SALT)
        elif request.method == "POST":
            form = FileForm(request.POST, request.FILES)
            form.is_valid()
    except Problem as problem:
        to_form(problem, form) if form.is_bound else messages.error(request, said(problem))
    shown = _shown(lines or (), plan)
    usable = sum(one.what in ("new", "changed") for one in shown)
    view = ImportPage(place, plan, form, shown, token if usable else "", usable)
    return render(request, "desk/daftar/import.html", {"view": view}, status=422 if form.errors else 200)


def _own(place: Seat) -> Unit | None:
    return None if place.sees_all else Unit.objects.filter(pk=unit_of(place.actor)).first()


def _take(request: HttpRequest, plan: DataPlan, place: Seat, token: str) -> HttpResponse:
    try:
        sha256, name, position = signing.loads(token, salt=_SALT, max_age=HOUR)
    except signing.BadSignature:
        position = sha256 = name = ""
    content = kept(sha256)
    if position != place.actor.position or content is None:
        messages.error(request, _("This was too long ago; choose the file again."))
        return redirect(f"{reverse('desk:daftar-import')}?tahun={plan.year}")
    lines = read_lines(name, content, unit=_own(place))
    rows = [
        {"unit": one.unit, "producer": one.producer, "values": one.values}
        for one in lines
        if not one.wrong and one.unit is not None and one.producer is not None
    ]
    of: Unit | DataPlan = _own(place) or plan
    taken = daftar_acts.import_entries(of, plan=plan, rows=rows, file=name, by=place.actor, now=place.now)
    forget(sha256)
    text = ngettext("%(n)s line is taken over.", "%(n)s lines are taken over.", taken) % {"n": taken}
    messages.success(request, text)
    return redirect(f"{reverse('desk:daftar')}?tahun={plan.year}")


def _shown(lines: Sequence[Line], plan: DataPlan) -> tuple[ImportedLine, ...]:
    from mapalus.engine.text import slug

    known = {one.name: one for one in plan.entries.all()}
    shown, seen = [], set()
    for line in lines:
        name = slug(str(line.values.get("name") or line.title))
        found = known.get(name)
        if line.wrong:
            what, look, text = "wrong", "late", _("cannot be taken over")
        elif name in seen:
            what, look, text = "kept", "none", _("stands twice in the file")
        elif found is None:
            what, look, text = "new", "good", _("new")
        elif found.may_be_changed and line.unit is not None and found.unit_code == line.unit.code:
            what, look, text = "changed", "soon", _("corrects %(code)s") % {"code": found.code}
        else:
            what, look, text = "kept", "none", _("stays as it is confirmed")
        seen.add(name)
        shown.append(ImportedLine(line, tuple(sentence(one) for one in line.wrong), what, look, text))
    return tuple(shown)
