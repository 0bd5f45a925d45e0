"""Public information (PPID): what one may ask for, who answers, what was answered, what is exempt, and how it went."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.cases import information
from mapalus.apps.cases.information import Figures, Officer, Report
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.cases.packs import here, pack_of
from mapalus.apps.cases.reading import Value, read, state_label
from mapalus.apps.cases.search import matching
from mapalus.apps.cases.sight import Level
from mapalus.apps.catalogue.models import Cadence, Dataset
from mapalus.apps.directory.actor import PUBLIC
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.directory.roster import roster
from mapalus.doors.portal.asking import proposals
from mapalus.engine import clock

__all__ = ["answer", "answers", "exempt", "index", "list_file", "listing", "report", "this_year"]

_SIZE = 20
_ASKING = ("rincian",)
_DECISION = ("jawaban", "tautan", "berkas_jawaban", "biaya", "badan_lain")
_GROUNDS = ("pasal", "konsekuensi", "manfaat", "kesimpulan_uji")
_STATES = ("dikabulkan", "dikabulkan_sebagian", "ditolak", "dialihkan")


@dataclass(frozen=True)
class Post:
    """One of the posts above the officers of the agencies."""

    title: str
    role: str
    is_vacant: bool


@dataclass(frozen=True)
class Index:
    """Context of portal/information/index.html."""

    posts: Sequence[Post]
    officers: Sequence[Officer]
    total: Figures
    newest: Sequence[AnswerLine]
    listed: int
    exempt: int
    year: int


@dataclass(frozen=True)
class AnswerLine:
    """One answered request in a list."""

    case: Case
    asked: str
    decision: str
    status: str  # good, soon, late: how the decision is marked
    unit: str

    @property
    def href(self) -> str:
        return f"/ppid/jawaban/{self.case.number}/"


@dataclass(frozen=True)
class Choice:
    title: str
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class Answers:
    """Context of portal/information/answers.html."""

    page: Page[Case]
    lines: Sequence[AnswerLine]
    question: str
    decisions: Sequence[Choice]
    open_data: Sequence[Dataset]

    @property
    def is_filtered(self) -> bool:
        return bool(self.question) or any(choice.is_chosen for choice in self.decisions)


@dataclass(frozen=True)
class AnswerPage:
    """Context of portal/information/answer.html."""

    case: Case
    line: AnswerLine
    asked: str
    decision: Sequence[Value]
    grounds: Sequence[Value]
    is_refusal: bool
    days: int | None


@dataclass(frozen=True)
class ListLine:
    """One line of the list of public information."""

    unit: str
    kind: str
    summary: str
    holder: str
    form: str
    made: str
    retention: str
    href: str

    @property
    def kind_said(self) -> str:
        return _kind(self.kind)


@dataclass(frozen=True)
class Listing:
    """Context of portal/information/list.html."""

    lines: Sequence[ListLine]
    total: int
    kinds: Sequence[Choice]
    units: Sequence[Choice]
    question: str


# --- pages -----------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What one can ask for, by when it is answered, who answers and how that went."""
    now = clock.now()
    found = information.officers(now=now)
    year = information.report(now.year, now=now)
    page = Index(
        posts=_posts(),
        officers=found,
        total=year.total,
        newest=_lines(information.answered()[:5]),
        listed=len(_listed()),
        exempt=information.exempt().count(),
        year=year.year,
    )
    return render(request, "portal/information/index.html", {"page": page})


@login_not_required
@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """Answered requests, searchable, without who asked."""
    question, state = request.GET.get("q", "").strip()[:200], request.GET.get("putusan", "")
    found = information.answered()
    if question:
        found = matching(found, question, is_public=True)
    if state in _STATES:
        found = found.filter(state=state)
    page = Paginator(found, _SIZE).get_page(request.GET.get("page"))
    shown = Answers(page, _lines(page.object_list), question, _decisions(question, state), proposals(question))
    return render(request, "portal/information/answers.html", {"page": shown})


@login_not_required
@require_safe
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """One answer. A refusal says why, in plain words, and what can be had instead."""
    case = information.answered().filter(number=number).first()
    if case is None:
        raise Http404
    seen = {value.name: value for value in read(case, by=PUBLIC).values}
    days = province_calendar()
    spent = days.between(days.local_date(case.received_at), days.local_date(case.closed_at)) if case.closed_at else None
    asked = seen.get("rincian")
    page = AnswerPage(
        case=case,
        line=_line(case, _units()),
        asked=asked.text if asked else "",
        decision=[seen[name] for name in _DECISION if name in seen and seen[name].text],
        grounds=[seen[name] for name in _GROUNDS if name in seen and seen[name].text],
        is_refusal=case.state in ("ditolak", "dikabulkan_sebagian"),
        days=spent,
    )
    return render(request, "portal/information/answer.html", {"page": page})


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The list of public information (DIP), per agency and class."""
    every = _listed()
    question = request.GET.get("q", "").strip()[:200]
    kind, unit = request.GET.get("kelas", ""), request.GET.get("instansi", "")
    lines = [one for one in every if (not kind or one.kind == kind) and (not unit or one.unit == unit)]
    if question:
        lines = [one for one in lines if all(word in one.summary.casefold() for word in question.casefold().split())]
    units = sorted({one.unit for one in every}, key=str.casefold)
    page = Listing(
        lines=lines,
        total=len(every),
        kinds=[
            _choice(_kind(one), {"kelas": one, "instansi": unit}, is_chosen=one == kind) for one in information.CLASSES
        ],
        units=[_choice(one, {"instansi": one, "kelas": kind}, is_chosen=one == unit) for one in units],
        question=question,
    )
    return render(request, "portal/information/list.html", {"page": page})


@login_not_required
@require_safe
def list_file(request: HttpRequest) -> HttpResponse:
    """The same list as CSV, with the columns of Perki 1/2021."""
    from mapalus.engine.data.export import defused  # late: the portal starts without the data engine

    box = io.StringIO()
    writer = csv.writer(box, lineterminator="\n")
    writer.writerow(
        ["ringkasan", "instansi", "penanggung_jawab", "waktu_pembuatan", "bentuk", "retensi", "klasifikasi", "tautan"]
    )
    for one in _listed():
        row = (one.summary, one.unit, one.holder, one.made, one.form, one.retention, one.kind, one.href)
        writer.writerow([defused(text) for text in row])
    response = HttpResponse(box.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="daftar-informasi-publik.csv"'
    return response


@login_not_required
@require_safe
def exempt(request: HttpRequest) -> HttpResponse:
    """The list of exempt information (DIK): what, on which ground, with which consequence, decided when."""
    page = Paginator(information.exempt(), _SIZE).get_page(request.GET.get("page"))
    units = _units()
    found = []
    for case in page.object_list:
        seen = {value.name: value for value in read(case, by=PUBLIC).values}
        found.append((_line(case, units), [seen[name] for name in _GROUNDS if name in seen and seen[name].text]))
    closed = list(information.closed_data()) if page.number == 1 else []
    return render(request, "portal/information/exempt.html", {"page": page, "found": found, "closed": closed})


@login_not_required
@require_safe
def this_year(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"/ppid/laporan/{clock.now().year}/")


@login_not_required
@require_safe
def report(request: HttpRequest, year: int) -> HttpResponse:
    """The annual report on requests for information: a page that prints as one."""
    made = information.report(year, now=clock.now())
    if year not in made.years:
        raise Http404
    context = {"report": made, "parts": _parts(made)}
    return render(request, "portal/information/report.html", context)


# --- what they show --------------------------------------------------------------------------------------------------


def _kind(code: str) -> str:
    return {
        "berkala": _("published regularly"),
        "serta-merta": _("told at once"),
        "setiap-saat": _("available at any time"),
    }[code]


def _posts() -> list[Post]:
    known = roster(clock.now())
    found = []
    for role, said in (("atasan-ppid", _("Superior of the officer")), ("ppid-utama", _("Chief information officer"))):
        for code in known.with_role(role):
            line = next((one for one in known.lines() if one.position.code == code), None)
            if line is not None and line.position.unit.kind not in ("luar", "daerah"):
                found.append(Post(str(line.position), said, known.is_vacant(code)))
    return found


def _units() -> dict[str, str]:
    return dict(Unit.objects.values_list("code", "name"))


def _lines(cases: Iterable[Case]) -> list[AnswerLine]:
    units = _units()
    return [_line(case, units) for case in cases]


def _line(case: Case, units: dict[str, str]) -> AnswerLine:
    marks = {"dikabulkan": "good", "dikabulkan_sebagian": "soon", "ditolak": "late"}
    asked = str(case.values.get("rincian") or case.public_title)
    return AnswerLine(case, asked, state_label(case, Level.PUBLIC), marks.get(case.state, ""), units.get(case.unit, ""))


def _decisions(question: str, state: str) -> list[Choice]:
    return [
        _choice(title, {"q": question, "putusan": code}, is_chosen=code == state)
        for code, title in zip(
            _STATES, (_("Granted"), _("Granted in part"), _("Refused"), _("Not held by the province")), strict=True
        )
    ]


def _choice(title: str, query: dict[str, str], is_chosen: bool) -> Choice:
    return Choice(title, "?" + urlencode({key: value for key, value in query.items() if value}), is_chosen)


def _listed() -> list[ListLine]:
    is_english = (get_language() or "").startswith("en")
    units = _units()
    titles = dict(Position.objects.values_list("code", "title"))  # a post nobody has set up: the agency answers
    found = [
        ListLine(
            units.get(one.unit, one.unit), one.kind, one.summary_en if is_english else one.summary,
            titles.get(one.holder) or units.get(one.unit, one.unit),
            one.form, one.made, one.retention, one.href,
        )
        for one in information.listed()
    ]  # fmt: skip
    known = Dataset.objects.visible_to(None).select_related("unit", "producer").order_by("title")
    found += [
        ListLine(
            unit=str(dataset.unit),
            kind="setiap-saat" if dataset.cadence in (Cadence.ONCE, Cadence.OTHER) else "berkala",
            summary=(dataset.title_en if is_english else "") or dataset.title,
            holder=str(dataset.producer),
            form="digital",
            made=dataset.get_cadence_display(),
            retention="permanen",
            href=f"/data/{dataset.name}/",
        )
        for dataset in known
    ]
    return sorted(found, key=lambda one: (one.unit.casefold(), information.CLASSES.index(one.kind), one.summary))


def _channel(code: str) -> str:
    """By which way a request came, in the words of the registers."""
    return {
        "web": _("portal"),
        "app": _("portal, from a device"),
        "case": _("out of another case"),
        "langsung": _("at the counter"),
        "surel": _("e-mail"),
        "surat": _("letter"),
        "telepon": _("telephone"),
    }.get(code, code)


def _parts(made: Report) -> list[tuple[str, list[tuple[str, int]]]]:
    """The tables of the report with the words of the forms for their codes."""

    def named(pack: str, field: str, rows: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        version = PackVersion.objects.current().filter(name=pack).first()
        known = pack_of(version).form.by_name.get(field) if version else None
        labels = {option.value: here(option, "label") for option in known.options} if known else {}
        return [(labels.get(code, code), count) for code, count in rows]

    return [
        (_("By kind of applicant"), named(information.REQUEST, "pemohon", made.by_kind)),
        (_("By channel"), [(_channel(code), count) for code, count in made.by_channel]),
        (_("Grounds of exemption"), named(information.REQUEST, "pasal", made.by_ground)),
        (_("Objections by reason"), named(information.OBJECTION, "alasan", made.by_reason)),
        (_("Objections by outcome"), named(information.OBJECTION, "putusan", made.by_outcome)),
    ]
