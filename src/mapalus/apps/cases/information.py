"""Requests for public information as a whole: who answers how, what was answered, what is exempt, what lists there are.

Source of the duties: UU 14/2008, PP 61/2010, Perki 1/2021 (registers, list of public information, annual report).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from statistics import median

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from mapalus.apps.cases.models import Case, CaseClock, CaseQuerySet
from mapalus.apps.catalogue.models import Dataset, Restriction
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.directory.roster import roster
from mapalus.engine.workdays import Calendar

__all__ = [
    "CLASSES",
    "OBJECTION",
    "REQUEST",
    "Entry",
    "Figures",
    "Officer",
    "Report",
    "answered",
    "closed_data",
    "exempt",
    "figures",
    "knows_exempt",
    "listed",
    "officers",
    "report",
    "tested",
]

REQUEST, OBJECTION = "permohonan-informasi", "keberatan-informasi"
CLASSES = ("berkala", "serta-merta", "setiap-saat")  # UU 14/2008 Pasal 9, 10, 11
_GRANTED, _PARTLY, _REFUSED, _ELSEWHERE = "dikabulkan", "dikabulkan_sebagian", "ditolak", "dialihkan"
_ROLE = "ppid-pelaksana"


@dataclass(frozen=True)
class Figures:
    """Requests of one officer, or of all. `median_days`: working days from receipt to the answer; None: no answer."""

    received: int = 0
    granted: int = 0
    partly: int = 0
    refused: int = 0
    elsewhere: int = 0
    open: int = 0
    late: int = 0  # answered late, or open past the limit
    median_days: int | None = None

    @property
    def answered(self) -> int:
        return self.granted + self.partly + self.refused + self.elsewhere


@dataclass(frozen=True)
class Officer:
    """The information officer (PPID pelaksana) of an agency. Vacant: `acting` says who answers instead, if anybody."""

    unit: Unit
    position: Position
    is_vacant: bool
    acting: str
    figures: Figures


@dataclass(frozen=True)
class Entry:
    """One line of the list of public information (DIP) that no dataset is: declared by the service."""

    unit: str
    kind: str  # of CLASSES
    summary: str
    summary_en: str
    holder: str  # position
    form: str
    made: str
    retention: str
    href: str = ""


@dataclass(frozen=True)
class Report:
    """What the annual report counts (Perki 1/2021): requests received in the year, and objections."""

    year: int
    total: Figures
    by_kind: Sequence[tuple[str, int]] = ()
    by_channel: Sequence[tuple[str, int]] = ()
    by_ground: Sequence[tuple[str, int]] = ()
    by_unit: Sequence[tuple[str, Figures]] = ()
    objections: int = 0
    by_reason: Sequence[tuple[str, int]] = ()
    by_outcome: Sequence[tuple[str, int]] = ()
    disputes: int = 0
    years: Sequence[int] = field(default_factory=tuple)


# --- figures ---------------------------------------------------------------------------------------------------------


def figures(cases: Iterable[Case], *, now: datetime, calendar: Calendar | None = None) -> Figures:
    """Counts over cases that `_counted` gave."""
    days = calendar or province_calendar()
    states: Counter[str] = Counter()
    spans: list[int] = []
    total = running = late = 0
    for case in cases:
        total += 1
        states[case.state] += 1
        running += not case.is_final
        late += bool(getattr(case, "was_late", False)) or case.is_overdue(now)
        if case.closed_at is not None and case.state in (_GRANTED, _PARTLY, _REFUSED, _ELSEWHERE):
            spans.append(days.between(days.local_date(case.received_at), days.local_date(case.closed_at)))
    middle = round(median(spans)) if spans else None
    return Figures(
        total, states[_GRANTED], states[_PARTLY], states[_REFUSED], states[_ELSEWHERE], running, late, middle
    )


def officers(*, now: datetime) -> list[Officer]:
    """Every officer there is, by the name of his agency, with what became of the requests of his agency."""
    by_unit: dict[str, list[Case]] = {}
    for case in _counted(REQUEST):
        by_unit.setdefault(case.unit, []).append(case)
    known, calendar = roster(now), province_calendar()
    posts = Position.objects.select_related("unit").filter(code__in=known.with_role(_ROLE))
    found = [
        Officer(
            unit=post.unit,
            position=post,
            is_vacant=known.is_vacant(post.code),
            acting=_acting(known.seat(post.code), post.code),
            figures=figures(by_unit.get(post.unit.code, ()), now=now, calendar=calendar),
        )
        for post in posts
    ]
    return sorted(found, key=lambda one: str(one.unit).casefold())


def _acting(seat: str, code: str) -> str:
    if seat in ("", code):
        return ""
    return str(Position.objects.filter(code=seat).values_list("title", flat=True).first() or "")


def _counted(pack: str) -> list[Case]:
    """What counting needs of every case of a pack, whoever may see it: numbers tell of nobody."""
    late = Exists(CaseClock.objects.filter(case=OuterRef("pk"), is_late=True))
    wanted = ("state", "unit", "received_at", "closed_at", "due_at", "is_final", "channel", "values")
    return list(Case.objects.filter(pack_name=pack).annotate(was_late=late).only(*wanted).order_by("pk"))


def report(year: int, *, now: datetime) -> Report:
    """The figures of one year. Years without a request have an empty report."""
    calendar = province_calendar()
    every = _counted(REQUEST)
    cases = [case for case in every if calendar.local_date(case.received_at).year == year]
    raised = [case for case in _counted(OBJECTION) if calendar.local_date(case.received_at).year == year]
    units = dict(Unit.objects.values_list("code", "name"))
    by_unit: dict[str, list[Case]] = {}
    for case in cases:
        by_unit.setdefault(units.get(case.unit, ""), []).append(case)
    years = {calendar.local_date(case.received_at).year for case in every} | {calendar.local_date(now).year}
    return Report(
        year=year,
        total=figures(cases, now=now, calendar=calendar),
        by_kind=_counts(str(case.values.get("pemohon") or "") for case in cases),
        by_channel=_counts(case.channel for case in cases),
        by_ground=_counts(ground for case in cases for ground in case.values.get("pasal") or ()),
        by_unit=[(name, figures(found, now=now, calendar=calendar)) for name, found in sorted(by_unit.items())],
        objections=len(raised),
        by_reason=_counts(reason for case in raised for reason in case.values.get("alasan") or ()),
        by_outcome=_counts(str(case.values.get("putusan") or "") for case in raised),
        disputes=sum(bool(case.values.get("nomor_sengketa")) for case in raised),
        years=sorted(years, reverse=True),
    )


def _counts(values: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(value for value in values if value).items(), key=lambda one: (-one[1], one[0]))


# --- lists -----------------------------------------------------------------------------------------------------------


def answered() -> CaseQuerySet:
    """Answers everybody may read, newest first; who asked is not part of them."""
    return Case.objects.published().filter(pack_name=REQUEST, is_final=True).for_list().order_by("-closed_at", "-pk")


def exempt() -> CaseQuerySet:
    """The list of exempt information (DIK): what a test of consequences found exempt, at least in part."""
    return answered().filter(values__kesimpulan_uji__in=["dikecualikan", "sebagian"])


def knows_exempt(entry: str) -> bool | None:
    """Whether a request of that number was found exempt; None for what is no number of a request."""
    if not entry or any(sign.isspace() for sign in entry):
        return None
    known = Case.objects.filter(pack_name=REQUEST)
    if not known.filter(number=entry).exists():
        prefix = known.order_by("-pk").values_list("number", flat=True).first() or ""
        return False if prefix and _shape(entry) == _shape(prefix) else None
    return known.filter(number=entry, values__kesimpulan_uji__in=["dikecualikan", "sebagian"]).exists()


def _shape(number: str) -> str:
    """`PI-2026-0012` and `PI-2027-0100` have one shape."""
    return "".join("9" if sign.isdigit() else sign for sign in number)


def closed_data() -> QuerySet[Restriction]:
    """Datasets in the list of exempt information: those whose restriction is in force and that may be named."""
    found = Restriction.objects.in_force().filter(dataset__in=Dataset.objects.known_to(None))
    return found.select_related("dataset__unit").order_by("until", "pk")


def tested() -> CaseQuerySet:
    """Every request with a test of consequences that was decided, for the register."""
    found = Case.objects.filter(pack_name=REQUEST, values__kesimpulan_uji__isnull=False)
    return found.for_list().order_by("-received_at", "-pk")


def listed() -> tuple[Entry, ...]:
    """The declared part of the list of public information: pages/dip.csv of the service."""
    folder = next((pack for pack in settings.PACKS if Path(pack).name == REQUEST), None)
    path = Path(folder) / "pages" / "dip.csv" if folder else None
    if path is None or not path.is_file():
        return ()
    return _read(path, path.stat().st_mtime)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: float) -> tuple[Entry, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Entry(
                row["unit"], row["kelas"], row["ringkasan"], row["ringkasan_en"], row["penanggung_jawab"],
                row["bentuk"], row["waktu"], row["retensi"], row["tautan"],
            )
            for row in csv.DictReader(file)
            if row["kelas"] in CLASSES
        )  # fmt: skip


def day_of(at: datetime | None) -> str:
    """A moment as a day of the place, for a file."""
    return province_calendar().local_date(at).isoformat() if at is not None else ""
