"""Kesiapan instansi: posts, walidata pendukung, training, data, cases and duties of each agency. States, no score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mapalus.apps.cases.models import Case
from mapalus.apps.catalogue.models import Dataset, DatasetState
from mapalus.apps.directory.models import Training, Unit
from mapalus.apps.directory.owing import owed
from mapalus.apps.directory.roster import Roster, local_day, roster
from mapalus.apps.ledger.models import unit_of
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.errors import NotAllowed

__all__ = ["AgencyRow", "Cell", "ReadinessPage", "readiness"]

READ = "directory.read-readiness"
_TRAINED = frozenset({"walidata-pendukung", "operator", "produsen", "pemeriksa-data", "walidata-pelaksana"})
_ELSEWHERE = ("luar", "daerah")  # kinds of units of other governments


@dataclass(frozen=True)
class Cell:
    """One state: a look of the design system, words, and a line under it."""

    look: str
    text: str
    note: str = ""
    head: str = ""  # of its column


@dataclass(frozen=True)
class AgencyRow:
    name: str
    short: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class ReadinessPage:
    """Context of desk/duties/readiness.html."""

    seat: Seat
    heads: tuple[str, ...]
    rows: tuple[AgencyRow, ...]
    is_all: bool


@dataclass(frozen=True)
class _Figures:
    """What was counted for all agencies at once, by unit or by position."""

    trained: frozenset[str]  # codes of people
    datasets: Mapping[str, int]
    late_datasets: Mapping[str, int]
    cases: Mapping[str, tuple[int, int]]  # position -> open, overdue
    late_duties: Mapping[str, int]  # unit -> number


def _headed(row: AgencyRow, heads: tuple[str, ...]) -> AgencyRow:
    cells = (replace(cell, head=head) for cell, head in zip(row.cells, heads, strict=True))
    return replace(row, cells=tuple(cells))


@require_GET
def readiness(request: HttpRequest) -> HttpResponse:
    """All agencies for walidata, the Secretary and supervision; everybody else sees his own."""
    place = seat(request)
    if not place.actor.person:
        raise NotAllowed
    known = roster(place.now)
    is_all = place.actor.may(READ, Unit, place.now)
    units = Unit.objects.visible_to(place.actor).exclude(kind__in=_ELSEWHERE).filter(positions__isnull=False).distinct()
    if not is_all:
        units = units.filter(pk=unit_of(place.actor))
    counted = _counted(place, known)
    heads = (_("Posts"), _("Walidata pendukung"), _("Trained"), _("Datasets"), _("Cases"), _("Duties"))
    rows = tuple(_headed(_row(unit, known, counted), heads) for unit in units.order_by("name"))
    return render(request, "desk/duties/readiness.html", {"view": ReadinessPage(place, heads, rows, is_all)})


def _counted(place: Seat, known: Roster) -> _Figures:
    """Seven queries, however many agencies. Only numbers leave this page, so they are taken from all there is."""
    active = Dataset.objects.known_to(place.actor).filter(state=DatasetState.ACTIVE).order_by()
    late = active.owed().overdue(place.now).order_by()
    waiting = Case.objects.open().exclude(turn="").order_by().values_list("turn")
    cases = waiting.annotate(every=Count("pk"), overdue=Count("pk", filter=Q(due_order__lt=place.now)))
    today = local_day(place.now)
    duties = Counter(
        known.unit_of(one.position)
        for one in owed(
            {code: known.roles.get(code, frozenset()) for code in known.positions},
            now=place.now, calendar=place.calendar(),
        )
        if one.is_late(today)
    )  # fmt: skip
    return _Figures(
        trained=frozenset(Training.objects.values_list("person_id", flat=True)),
        datasets=dict(active.values_list("unit").annotate(n=Count("pk"))),
        late_datasets=dict(late.values_list("unit").annotate(n=Count("pk"))),
        cases={turn: (every, overdue) for turn, every, overdue in cases},
        late_duties=duties,
    )


def _row(unit: Unit, known: Roster, counted: _Figures) -> AgencyRow:
    codes = sorted(code for code, post in known.positions.items() if post.unit_id == unit.code)
    return AgencyRow(
        unit.name,
        unit.short,
        (
            _posts(codes, known),
            _pendukung(codes, known),
            _training(codes, known, counted.trained),
            _datasets(counted.datasets.get(unit.code, 0), counted.late_datasets.get(unit.code, 0)),
            _cases([counted.cases.get(code, (0, 0)) for code in codes]),
            _late(counted.late_duties.get(unit.code, 0)),
        ),
    )


def _of(part: int, whole: int) -> str:
    return _("%(part)s of %(whole)s") % {"part": part, "whole": whole}


def _posts(codes: list[str], known: Roster) -> Cell:
    vacant = [code for code in codes if known.is_vacant(code)]
    text = _of(len(codes) - len(vacant), len(codes))
    note = "; ".join(known.positions[code].title for code in vacant)
    headless = any(known.positions[code].is_head for code in vacant)
    return Cell("late" if headless else "soon" if vacant else "good", text, note)


def _pendukung(codes: list[str], known: Roster) -> Cell:
    named = [code for code in codes if "walidata-pendukung" in known.roles.get(code, ())]
    if not named:
        return Cell("late", _("not named"))
    if all(known.is_vacant(code) for code in named):
        return Cell("late", _("named, but vacant"), known.positions[named[0]].title)
    return Cell("good", _("named"), known.positions[named[0]].title)


def _training(codes: list[str], known: Roster, trained: frozenset[str]) -> Cell:
    """Of those who hold posts that make or check data."""
    holders = {
        held.person
        for code in codes
        if _TRAINED & known.roles.get(code, frozenset()) and (held := known.holder(code)) is not None
    }
    if not holders:
        return Cell("none", _("nobody to train"))
    number = len(holders & trained)
    return Cell("good" if number == len(holders) else "soon" if number else "late", _of(number, len(holders)))


def _datasets(every: int, late: int) -> Cell:
    if not every:
        return Cell("none", _("none in the data list"))
    return Cell("late" if late else "good", _("%(part)s of %(whole)s in time") % {"part": every - late, "whole": every})


def _cases(counts: Iterable[tuple[int, int]]) -> Cell:
    pairs = list(counts)
    every, late = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    if not every:
        return Cell("none", _("none waits"))
    return Cell("late" if late else "good", _("%(part)s of %(whole)s in time") % {"part": every - late, "whole": every})


def _late(number: int) -> Cell:
    return Cell("late", _("%(n)s late") % {"n": number}) if number else Cell("good", _("none late"))
