"""What really happened to the cases of a pack lately: how many, how long, how often in time. Real cases, no promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Exists, OuterRef

from mapalus.apps.cases.models import Case, CaseClock
from mapalus.apps.directory.calendar import province_calendar

__all__ = ["FEWEST", "Lived", "asked_for", "lived"]

FEWEST = 5  # below it a figure says more about one person than about the service
_SPAN = timedelta(days=365)
_MOST = 2000


@dataclass(frozen=True)
class Lived:
    """Of the cases closed within a year (at most the last 2,000): `median_days` are working days."""

    closed: int
    median_days: int | None = None
    in_time: int | None = None  # percent
    rating: float | None = None
    rated: int = 0


def lived(pack: str, *, rating: str = "", now: datetime) -> Lived:
    """How a service has gone. `rating`: the field in which applicants rate it, 1 to 5."""
    late = Exists(CaseClock.objects.filter(case=OuterRef("pk"), is_late=True))
    found = Case.objects.filter(pack_name=pack, is_final=True, closed_at__gt=now - _SPAN).annotate(was_late=late)
    rows = list(found.order_by("-closed_at").values_list("received_at", "closed_at", "was_late", "values")[:_MOST])
    if len(rows) < FEWEST:
        return Lived(len(rows))
    calendar = province_calendar()
    spans = [
        calendar.between(calendar.local_date(begun), calendar.local_date(ended or begun))
        for begun, ended, _late, _v in rows
    ]
    rated = [value for *_rest, values in rows if rating and isinstance(value := values.get(rating), int)]
    return Lived(
        closed=len(rows),
        median_days=round(median(spans)),
        in_time=round(100 * sum(not was_late for _b, _c, was_late, _v in rows) / len(rows)),
        rating=round(sum(rated) / len(rated), 1) if len(rated) >= FEWEST else None,
        rated=len(rated),
    )


def asked_for(*, now: datetime) -> dict[str, int]:
    """How often each pack was asked for within a quarter."""
    since = now - timedelta(days=90)
    rows = Case.objects.filter(received_at__gt=since).order_by().values_list("pack_name").annotate(count=Count("pk"))
    return dict(rows)
