"""The first page: one question, the field of the province, and what exists today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapalus.apps.cases import figures as figures_of_cases
from mapalus.apps.catalogue.models import FigureStatus, Indicator, Version
from mapalus.apps.catalogue.overview import Entry, Overview, present
from mapalus.apps.catalogue.readings import Point, Reading, read
from mapalus.apps.ledger.models import Block
from mapalus.doors.portal import findings, summaries
from mapalus.doors.portal.caching import kept_while_same
from mapalus.doors.portal.datasets import Row, newest, rows_of
from mapalus.doors.portal.regions import surface
from mapalus.doors.portal.services import Service, asked_first, known_services, lived
from mapalus.doors.portal.summaries import Measure
from mapalus.doors.ui import figures
from mapalus.doors.ui.parts import Figure
from mapalus.doors.ui.tilemaps import TileMap
from mapalus.engine import clock
from mapalus.engine.bitsets import Order

__all__ = ["Home", "home"]

LATEST = 12
LEADING = 200  # datasets of which one gives the map
FIGURES = 4
MOST_SERVICES = 5
COMPLAINT_CHANNEL = "open311"  # the pack that takes reports of what is wrong
SERIES = 14  # values of a spark


@dataclass(frozen=True)
class Home:
    """Context of portal/home.html."""

    map: TileMap | None
    map_source: str
    map_href: str
    latest: tuple[Row, ...]
    published: int
    known: int
    agencies: int
    figures: tuple[Figure, ...]
    block: Block | None
    themes: tuple[str, ...]  # of what is newest
    services: tuple[Service, ...]  # asked most
    complaint: Service | None  # where one reports what is wrong
    complaints: figures_of_cases.Lived | None


@login_not_required
@require_safe
@kept_while_same
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the portal."""
    catalogue = present()
    readable = catalogue.known & catalogue.readable
    order = newest(catalogue)
    tiles, row = _map(rows_of(_leading(catalogue, readable, order)))
    open_to_all = [one for one in asked_first(known_services()) if not one.is_for_officials]
    complaint = next((one for one in open_to_all if COMPLAINT_CHANNEL in one.pack.channels), None)
    page = Home(
        map=tiles,
        map_source=_source(row) if row else "",
        map_href=f"/data/{row.dataset.name}/" if row else "",
        latest=tuple(rows_of([catalogue.at(number) for number in order.part(readable, 0, LATEST)])),
        published=readable.bit_count(),
        known=catalogue.known.bit_count(),
        agencies=len(catalogue.counts("unit", catalogue.known)),
        figures=_figures(),
        block=Block.objects.order_by("-number").first(),
        themes=_themes(catalogue, readable, order),
        services=tuple(open_to_all[:MOST_SERVICES]),
        complaint=complaint,
        complaints=lived(complaint) if complaint else None,
    )
    return render(request, "portal/home.html", {"page": page})


def _leading(catalogue: Overview, readable: int, order: Order) -> list[Entry]:
    """What the map is chosen from: priority data first, then what is newest, so many that a summary of each is kept."""
    priority = catalogue.having("priority", "ya") & readable
    numbers = order.part(priority, 0, LEADING)
    numbers += order.part(readable & ~priority, 0, LEADING - len(numbers))
    return [catalogue.at(number) for number in numbers]


def _map(readable: Sequence[Row]) -> tuple[TileMap | None, Row | None]:
    """The dataset with a number for most regions; what contracts mark as their measure, and priority data, first."""
    here = surface()
    best: tuple[tuple[bool, bool, int], Measure, Row] | None = None
    for row in readable:
        found = summaries.summary(row.version) if row.version else None
        measure = findings.choose(found.measures) if found else None
        if measure is None or measure.field is None:
            continue
        covered = sum(place.code in measure.by_region() for place in here.places)
        worth = (measure.is_marked, row.dataset.is_priority, covered)
        if covered >= len(here.places) // 2 and (best is None or worth > best[0]):
            best = worth, measure, row
    if best is None:
        return None, None
    _worth, measure, row = best
    tiles = findings.region_map(
        measure, here, title=row.dataset.title_here, href=lambda _code: f"/data/{row.dataset.name}/"
    )
    return tiles, row


def _language() -> str:
    return translation.get_language() or "id"


def _age(version: Version | Point) -> str:
    zone = timezone.get_current_timezone()
    return (
        figures.ago(version.published_at, now=clock.now(), language=_language(), zone=zone)
        if version.published_at
        else ""
    )


def _source(row: Row) -> str:
    if row.version is None:
        return ""
    period = figures.period(row.version.period, language=_language()) if row.version.period else ""
    return " · ".join(part for part in (row.dataset.unit.short, period, _age(row.version)) if part)


def _themes(catalogue: Overview, readable: int, order: Order) -> tuple[str, ...]:
    found = (catalogue.at(number).themes for number in order.part(readable, 0, LEADING))
    return tuple(dict.fromkeys(themes[0] for themes in found if themes))[:4]


def _figures() -> tuple[Figure, ...]:
    """The first indicators that have a value; the value of the newest version and period, the province as a whole."""
    first = Indicator.objects.visible_to(None).values_list("code", flat=True)[:30]
    readings = read(first, actor=None)
    told = [_figure(readings[code]) for code in first if code in readings and _known(readings[code])]
    return tuple(told[:FIGURES])


def _known(reading: Reading) -> Sequence[Point]:
    return [point for point in reading.series if point.value is not None][-SERIES:]


def _figure(reading: Reading) -> Figure:
    language, indicator = _language(), reading.indicator
    series = _known(reading)
    last = series[-1]
    status = FigureStatus(last.status)
    return Figure(
        label=indicator.title_here,
        value=figures.number(last.value, language=language),
        unit=indicator.unit,
        change=_change(series, indicator),
        state="" if status is FigureStatus.FINAL else "provisional",
        state_word="" if status is FigureStatus.FINAL else str(status.label),
        series=[point.value for point in series],
        limit=reading.target,
        source=" · ".join(
            part
            for part in (
                indicator.source_label or str(indicator.dataset.unit),
                figures.period(last.period, language=language) if last.period else "",
                _age(last),
            )
            if part
        ),
        why=f"/data/{indicator.dataset.name}/#mengapa",
    )


def _change(series: Sequence[Point], indicator: Indicator) -> str:
    language = _language()
    if series[-1].status == FigureStatus.VERY_PROVISIONAL:
        return _("not complete yet, so not compared")
    if len(series) > 1 and series[-1].value is not None and series[-2].value is not None:
        by = series[-1].value - series[-2].value
        since = figures.period(series[-2].period, language=language)
        amount = figures.number(abs(by), language=language)
        is_share = indicator.unit.startswith("persen")
        parts = {"by": _("%(by)s points") % {"by": amount} if is_share else amount, "since": since}
        if by == 0:
            return _("the same as in %(since)s") % parts
        return (_("up %(by)s from %(since)s") if by > 0 else _("down %(by)s from %(since)s")) % parts
    if indicator.target is not None:
        return _("target %(target)s") % {"target": figures.number(indicator.target, language=language)}
    return ""
