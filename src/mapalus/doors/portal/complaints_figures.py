"""Figures over the complaints everybody may read: how many, where, about what, and how agencies answer them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.core.cache import cache
from django.db.models import Count, Q

from mapalus.apps.cases.models import Case, CaseClock
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Unit

__all__ = ["FEWEST", "AgencyFigures", "Counts", "agencies", "counts"]

PACK = "aduan"
FEWEST = 3  # answers below which an agency's figures are not shown
_KEPT = 60  # seconds
_SPAN = timedelta(days=365)
_MOST = 20_000  # answers of a year that are looked at
_SOLVING = "penyelesaian"


@dataclass(frozen=True)
class Counts:
    """How many of the published complaints; dictionaries by code, the most first."""

    total: int
    open: int
    late: int
    regions: Mapping[str, int]
    categories: Mapping[str, int]
    units: Mapping[str, int]

    @property
    def closed(self) -> int:
        return self.total - self.open


@dataclass(frozen=True)
class AgencyFigures:
    """How one agency answered within a year. `in_time` is a whole percent, `median_days` are working days."""

    code: str
    name: str
    answered: int
    open: int
    late: int  # open and past a limit
    in_time: int | None
    median_days: int | None


def counts(*, now: datetime) -> Counts:
    """Counted at most once a minute: a page costs no scan, whoever asks how often."""
    key = f"aduan-counts:{now:%Y%m%d%H%M}"
    known = cache.get(key)
    if known is None:
        known = _count(now)
        cache.set(key, known, timeout=_KEPT)
    return _kept(known)


def _kept(known: tuple[int, int, int, dict[str, int], dict[str, int], dict[str, int]]) -> Counts:
    return Counts(*known)


def _count(now: datetime) -> tuple[int, int, int, dict[str, int], dict[str, int], dict[str, int]]:
    shown = Case.objects.published().filter(pack_name=PACK).exclude(state="digabung").order_by()
    found = shown.aggregate(
        total=Count("pk"),
        open=Count("pk", filter=Q(is_final=False)),
        late=Count("pk", filter=Q(is_final=False, due_order__lt=now)),
    )
    return (
        found["total"], found["open"], found["late"],
        *(_by(shown, name) for name in ("region", "values__kategori", "unit")),
    )  # fmt: skip


def _by(shown: object, name: str) -> dict[str, int]:
    rows = shown.values_list(name).annotate(count=Count("pk"))  # type: ignore[attr-defined]
    return dict(sorted(((str(code), count) for code, count in rows if code), key=lambda one: (-one[1], one[0])))


def agencies(*, now: datetime) -> tuple[AgencyFigures, ...]:
    """Every agency that answered or has to answer; the most answers first. Kept as long as `counts`."""
    key = f"aduan-agencies:{now:%Y%m%d%H%M}"
    known = cache.get(key)
    if known is None:
        known = [
            (one.code, one.name, one.answered, one.open, one.late, one.in_time, one.median_days)
            for one in _agencies(now)
        ]
        cache.set(key, known, timeout=_KEPT)
    return tuple(AgencyFigures(*row) for row in known)


def _agencies(now: datetime) -> list[AgencyFigures]:
    clocks = (
        CaseClock.objects.filter(
            name=_SOLVING, case__pack_name=PACK, case__is_published=True, case__is_secret=False,
            case__is_restricted=False, ended_at__gt=now - _SPAN,
        )
        .order_by("-ended_at")
        .values_list("case__unit", "started_at", "ended_at", "is_late")[:_MOST]
    )  # fmt: skip
    calendar = province_calendar()
    days: dict[str, list[int]] = defaultdict(list)
    late: dict[str, int] = defaultdict(int)
    for unit, begun, ended, is_late in clocks:
        days[unit].append(calendar.between(calendar.local_date(begun), calendar.local_date(ended or begun)))
        late[unit] += is_late
    shown = Case.objects.published().filter(pack_name=PACK, is_final=False).order_by()
    waiting = dict(shown.values_list("unit").annotate(count=Count("pk")))
    overdue = dict(shown.overdue(now).values_list("unit").annotate(count=Count("pk")))
    names = dict(Unit.objects.filter(code__in={*days, *waiting} - {""}).values_list("code", "name"))
    found = [_figures(code, name, days[code], late[code], waiting, overdue) for code, name in names.items()]
    return sorted(found, key=lambda one: (-one.answered, -one.open, one.name))


def _figures(
    code: str, name: str, days: list[int], late: int, waiting: Mapping[str, int], overdue: Mapping[str, int]
) -> AgencyFigures:
    is_enough = len(days) >= FEWEST
    return AgencyFigures(
        code=code,
        name=name,
        answered=len(days),
        open=waiting.get(code, 0),
        late=overdue.get(code, 0),
        in_time=round(100 * (len(days) - late) / len(days)) if is_enough else None,
        median_days=round(median(days)) if is_enough else None,
    )
