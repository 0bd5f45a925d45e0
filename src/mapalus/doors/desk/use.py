"""Pemakaian data: how often the data of a unit are taken, read by programs and opened. Uses are counted, not people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mapalus.apps.catalogue.models import Dataset, Download
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.catalogue.use import API, PAGE, ROBOT, Use, monthly, used
from mapalus.doors.desk.rail import Seat, seat

__all__ = ["DatasetUsePage", "UsePage", "UseRow", "dataset_use", "uses"]


@dataclass(frozen=True)
class UseRow:
    dataset: Dataset
    month: Use
    before: Use  # the month before
    trend: tuple[float | None, ...]


@dataclass(frozen=True)
class UsePage:
    """Context of desk/use/list.html."""

    seat: Seat
    rows: tuple[UseRow, ...]
    total: Use


@dataclass(frozen=True)
class DatasetUsePage:
    """Context of desk/use/page.html."""

    seat: Seat
    dataset: Dataset
    months: tuple[tuple[str, Use], ...]  # newest first
    formats: tuple[tuple[str, int], ...]
    month: Use
    most: int


@require_safe
def uses(request: HttpRequest) -> HttpResponse:
    """The use of everything one's unit produces; walidata sees all."""
    place = seat(request)
    mine = Dataset.objects.visible_to(place.actor).published().for_reading()
    if not place.sees_all:
        mine = mine.filter(unit__in=reach(place.actor).units)
    datasets = list(mine.order_by("title"))
    day = timezone.localtime(place.now).date()
    first = day.replace(day=1)
    last = first - timedelta(days=1)
    keys = [one.pk for one in datasets]
    now, before = used(keys, since=first, until=day), used(keys, since=last.replace(day=1), until=last)
    trends = _trends(keys, place)
    rows = [UseRow(one, now.get(one.pk, Use()), before.get(one.pk, Use()), trends[one.pk]) for one in datasets]
    rows.sort(key=lambda one: (-one.month.files, -one.month.total, one.dataset.title_here))
    total = Use(*(sum(getattr(one.month, name) for one in rows) for name in ("files", "api", "pages", "robots")))
    return render(request, "desk/use/list.html", {"view": UsePage(place, tuple(rows), total)})


def _trends(keys: list[int], place: Seat) -> dict[int, tuple[float | None, ...]]:
    """Uses of the last twelve weeks, without robots."""
    start = timezone.localtime(place.now).date() - timedelta(weeks=12)
    weeks: dict[int, list[float]] = {key: [0.0] * 12 for key in keys}
    found = Download.objects.filter(dataset__in=keys, day__gt=start).exclude(format=ROBOT)
    for dataset, day, count in found.values_list("dataset_id", "day", "count"):
        week = min((day - start).days // 7, 11)
        weeks[dataset][week] += count
    return {key: tuple(values) for key, values in weeks.items()}


@require_safe
def dataset_use(request: HttpRequest, name: str) -> HttpResponse:
    """One dataset by month and format."""
    place = seat(request)
    mine = Dataset.objects.visible_to(place.actor)
    if not place.sees_all:
        mine = mine.filter(unit__in=reach(place.actor).units)
    found = mine.for_reading().filter(name=name).first()
    if found is None:
        raise Http404
    months = monthly(found, now=place.now)
    since = timezone.localtime(place.now).date() - timedelta(days=365)
    counted: dict[str, int] = {}
    taken = Download.objects.filter(dataset=found, day__gte=since).exclude(format__in=(API, PAGE, ROBOT))
    for kind, number in taken.values_list("format", "count"):
        counted[kind] = counted.get(kind, 0) + number
    formats = tuple(sorted(counted.items(), key=lambda one: -one[1]))
    most = max((use.total for _month, use in months), default=0)
    view = DatasetUsePage(place, found, tuple(months[::-1]), formats, months[-1][1], most)
    return render(request, "desk/use/page.html", {"view": view})
