"""The lists of evidence the catalogue itself can fill. Positions and agencies, never a person; published data only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from mapalus.apps.catalogue.daftar import standings
from mapalus.apps.catalogue.evidence import Collected, Gap, collects
from mapalus.apps.catalogue.models import (
    Classification,
    Dataset,
    DatasetState,
    Download,
    EntryState,
    HandIn,
    PlanEntry,
    Run,
    UnitScore,
    Version,
)
from mapalus.apps.catalogue.scores import metadata_of, scored_units, work_out
from mapalus.apps.catalogue.use import API, PAGE, ROBOT
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Training
from mapalus.apps.directory.roster import roster
from mapalus.apps.ledger.models import Entry

__all__: list[str] = []

_YEAR = timedelta(days=366)  # how far back lists of happenings go
_MOST = 5_000  # lines of one list
_PARTS = ("completeness", "validity", "uniqueness", "consistency", "timeliness")
_ROLES = ("walidata", "walidata-pelaksana", "pemeriksa-data", "walidata-pendukung", "koordinator-forum", "pembina-data")


def _day(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""


def _yes(value: bool) -> str:
    return "ya" if value else "tidak"


def _site() -> str:
    return str(settings.SITE_URL).rstrip("/")


def _datasets() -> list[Dataset]:
    """What may be named to an assessor: everything but what is closed."""
    found = (
        Dataset.objects.known_to(None).filter(state=DatasetState.ACTIVE).select_related("unit", "contract", "current")
    )
    return list(found.order_by("name"))


def _marks(dataset: Dataset) -> Mapping[str, Any]:
    descriptor: Mapping[str, Any] = dataset.contract.descriptor if dataset.contract else {}
    resource: Mapping[str, Any] = next(iter(descriptor.get("resources") or ()), {})
    return resource.get("mapalus") or descriptor.get("mapalus") or {}


def _fields(dataset: Dataset) -> list[Mapping[str, Any]]:
    descriptor: Mapping[str, Any] = dataset.contract.descriptor if dataset.contract else {}
    resource: Mapping[str, Any] = next(iter(descriptor.get("resources") or ()), {})
    return list((resource.get("schema") or {}).get("fields") or ())


def _versions() -> list[Version]:
    seen = Version.objects.visible_to(None).select_related("dataset", "dataset__unit", "handin")
    return list(seen.order_by("-published_at")[:_MOST])


@collects("daftar-data")
def _plan(now: datetime) -> Collected:
    entries = list(PlanEntry.objects.visible_to(None).filter(state=EntryState.DECIDED).for_reading().order_by("-code"))
    states = standings(entries, now=now)
    rows = [
        [one.code, one.plan.year, one.title, one.unit.name, one.schedule, one.classification, _yes(one.is_priority),
         one.decree, _day(one.decided_at), states[one.pk].value]
        for one in entries[:_MOST]
    ]  # fmt: skip
    return Collected(rows, max((one.decided_at for one in entries if one.decided_at), default=None))


@collects("standar-data")
def _standard(now: datetime) -> Collected:
    rows, gaps = [], []
    for one in _datasets():
        marks = _marks(one)
        said = [str(marks.get(key) or "") for key in ("konsep", "definisi", "klasifikasi", "ukuran", "satuan")]
        rows.append([one.name, one.unit.name, *said])
        if not all(said):
            gaps.append(Gap(one.title, one.producer_code))
    return Collected(rows, now, tuple(gaps))


@collects("metadata")
def _metadata(now: datetime) -> Collected:
    rows, gaps = [], []
    for one in _datasets():
        filled, asked, lacks = metadata_of(one)
        rows.append([one.name, one.unit.name, filled, asked, round(100 * filled / asked), "; ".join(lacks)])
        if lacks:
            gaps.append(Gap(f"{one.title}: {', '.join(lacks[:4])}", one.producer_code))
    return Collected(rows, now, tuple(gaps))


@collects("kode-referensi")
def _codes(now: datetime) -> Collected:
    rows = []
    for one in _datasets():
        for column in _fields(one):
            marks = column.get("mapalus") or {}
            codes = marks.get("codes") or ("kode wilayah" if marks.get("role") == "region" else "")
            if codes:
                said = codes if isinstance(codes, str) else "daftar di dalam kontrak"
                rows.append([one.name, one.unit.name, column["name"], said])
    return Collected(rows, now if rows else None)


@collects("interoperabilitas")
def _machine(now: datetime) -> Collected:
    seen = Dataset.objects.visible_to(None).select_related("current").order_by("name")
    rows, site = [], _site()
    for one in seen:
        base = f"{site}/data/{one.name}"
        rows.append(
            [one.name, f"{base}.csv", f"{base}.json", f"{base}.parquet",
             f"{site}/api/3/action/package_show?id={one.name}", f"{site}/dataset/{one.name}.ttl"]
        )  # fmt: skip
    return Collected(rows, now if rows else None)


@collects("pemeriksaan")
def _checks(now: datetime) -> Collected:
    runs = Run.objects.filter(handin__isnull=False, finished_at__gte=now - _YEAR, finished_at__lte=now)
    runs = runs.exclude(dataset__classification=Classification.CLOSED).select_related("handin", "dataset")
    found = list(runs.order_by("-finished_at")[:_MOST])
    rows = [
        [h.receipt, one.dataset.name, h.period, _day(h.received_at), _day(one.finished_at), h.rows, h.rows_good,
         h.rows_bad, str(one.state)]
        for one in found
        if (h := one.handin) is not None
    ]  # fmt: skip
    return Collected(rows, found[0].finished_at if found else None)


@collects("pengesahan")
def _confirmed(now: datetime) -> Collected:
    found = HandIn.objects.filter(confirmed_at__gte=now - _YEAR, confirmed_at__lte=now)
    found = found.exclude(dataset__classification=Classification.CLOSED).select_related("dataset")
    rows, newest = [], None
    for one in found.order_by("-confirmed_at")[:_MOST]:
        newest = newest or one.confirmed_at
        rows.append([one.receipt, one.dataset.name, one.confirmed_by, _day(one.confirmed_at)])
    return Collected(rows, newest)


@collects("ketepatan")
def _punctual(now: datetime) -> Collected:
    worked = work_out(scored_units(), as_of=now, calendar=province_calendar())
    closed = set(Dataset.objects.filter(classification=Classification.CLOSED).values_list("name", flat=True))
    due = [one for unit in worked.values() for one in unit.deadlines if one.dataset not in closed]
    rows = [
        [one.dataset, one.period, one.due_at[:10], one.came_at[:10], _yes(one.is_kept), one.days]
        for one in sorted(due, key=lambda one: one.due_at, reverse=True)
    ]
    producers = dict(Dataset.objects.values_list("name", "producer"))
    gaps = tuple(Gap(f"{one.title}, {one.period}", producers.get(one.dataset, "")) for one in due if not one.came_at)
    return Collected(rows, now if rows else None, gaps)


@collects("terbit")
def _published(now: datetime) -> Collected:
    site, found = _site(), _versions()
    rows = [
        [one.dataset.name, one.number, one.period, one.status, one.rows_good, _day(one.published_at),
         f"{site}/data/{one.dataset.name}/?version={one.number}", one.snapshot]
        for one in found
    ]  # fmt: skip
    return Collected(rows, found[0].published_at if found else None)


@collects("mutu")
def _quality(now: datetime) -> Collected:
    current = [one.current for one in Dataset.objects.visible_to(None).select_related("current__dataset")]
    rows = []
    for one in sorted((one for one in current if one), key=lambda one: one.dataset.name):
        values = [(one.quality.get(name) or {}).get("value") for name in _PARTS]
        rows.append(
            [one.dataset.name, one.number, *["" if value is None else round(100 * value, 2) for value in values]]
        )
    return Collected(rows, max((one.published_at for one in current if one and one.published_at), default=None))


@collects("pemakaian")
def _use(now: datetime) -> Collected:
    open_ones = Dataset.objects.visible_to(None).values("pk")
    files = ~Q(format__in=(API, PAGE, ROBOT))
    counted = (
        Download.objects.filter(dataset__in=open_ones, day__gte=(now - _YEAR).date())
        .annotate(month=TruncMonth("day"))
        .order_by()
        .values("month", "dataset__name")
        .annotate(
            files=Sum("count", filter=files), api=Sum("count", filter=Q(format=API)),
            pages=Sum("count", filter=Q(format=PAGE)),
        )
    )  # fmt: skip
    rows = [
        [f"{row['month']:%Y-%m}", row["dataset__name"], row["files"] or 0, row["api"] or 0, row["pages"] or 0]
        for row in counted
    ]
    return Collected(sorted(rows, reverse=True), now if rows else None)


@collects("nilai")
def _scores(now: datetime) -> Collected:
    seen = UnitScore.objects.visible_to(None, now=now).for_reading().order_by("-period", "unit__name")
    rows, newest = [], None
    for one in seen[:_MOST]:
        newest = newest or one.public_from
        objected = getattr(one, "objection", None)
        score = "" if one.score is None else one.score
        rows.append([one.period, one.unit.name, score, one.in_time, one.of, objected.outcome if objected else ""])
    return Collected(rows, newest)


@collects("penugasan")
def _posts(now: datetime) -> Collected:
    known = roster(now)
    rows, gaps = [], []
    for role in _ROLES:
        for code in known.with_role(role):
            post = known.positions[code]
            rows.append([role, post.title, post.unit_id, _yes(not known.is_vacant(code))])
            if known.is_vacant(code):
                gaps.append(Gap(post.title, known.superior(code)))
    return Collected(rows, now if rows else None, tuple(gaps))


@collects("pelatihan")
def _trained(now: datetime) -> Collected:
    """How many were trained, in what: numbers, no names."""
    found = Training.objects.filter(held_on__gte=(now - 2 * _YEAR).date()).select_related("position__unit")
    counted = Counter((one.subject, one.held_on.isoformat(), one.position.unit.name) for one in found)
    rows = [[subject, day, unit, number] for (subject, day, unit), number in sorted(counted.items())]
    newest = max((one.recorded_at for one in found), default=None)
    return Collected(rows, newest)


@collects("rekomendasi-bps")
def _recommended(now: datetime) -> Collected:
    entries = PlanEntry.objects.visible_to(None).filter(is_survey=True, state=EntryState.DECIDED).for_reading()
    rows = [[one.code, one.title, one.unit.name, one.recommendation] for one in entries if one.recommendation]
    gaps = tuple(Gap(one.title, one.producer_code) for one in entries if one.lacks_recommendation)
    return Collected(rows, now if rows else None, gaps)


@collects("pertentangan")
def _disputes(now: datetime) -> Collected:
    rows, newest = [], None
    open_names = set(Dataset.objects.known_to(None).values_list("name", flat=True))
    for entry in Entry.objects.filter(act="catalogue.dispute", at__gte=now - _YEAR).order_by("-at"):
        name = str(entry.data.get("dataset"))
        if name in open_names:
            newest = newest or entry.at
            state = "terbuka" if entry.data.get("is_open") else "selesai"
            rows.append([_day(entry.at), name, entry.data.get("reason") or "", state])
    return Collected(rows, newest)


@collects("pembatasan")
def _restricted(now: datetime) -> Collected:
    rows = []
    for one in _datasets():
        personal = [str(column["name"]) for column in _fields(one) if (column.get("mapalus") or {}).get("personal")]
        if not one.is_open or personal:
            rows.append([one.name, one.unit.name, one.classification, one.classification_ground, "; ".join(personal)])
    return Collected(rows, now if rows else None)


def _elements(now: datetime) -> Iterator[tuple[PlanEntry, list[object]]]:
    entries = list(
        PlanEntry.objects.visible_to(None).filter(state=EntryState.DECIDED).for_reading().order_by("matter", "code")
    )
    states, site = standings(entries, now=now), _site()
    for one in entries:
        address = f"{site}/data/{one.dataset.name}/" if one.dataset else ""
        yield one, [
            one.element_code, one.matter, one.title, one.counted_in, one.unit.name, one.cadence, one.plan.year,
            states[one.pk].value, address,
        ]  # fmt: skip


@collects("e-walidata")
def _sipd(now: datetime) -> Collected:
    found = list(_elements(now))
    gaps = tuple(Gap(entry.title, entry.producer_code) for entry, _row in found if not entry.element_code)
    return Collected([row for _entry, row in found], now if found else None, gaps)
