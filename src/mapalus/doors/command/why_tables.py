"""The number told apart: by period as chart and table, by the regions below, by the categories of a dimension."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.models import FigureStatus, Version
from mapalus.apps.catalogue.readings import Point, Reading
from mapalus.apps.directory.models import Region
from mapalus.doors.command import words
from mapalus.doors.command.absent import missing_words
from mapalus.doors.ui import figures
from mapalus.doors.ui.charts import LineChart, Series
from mapalus.engine import clock

__all__ = [
    "Line", "Part", "PeriodLine", "Regions", "address", "chart_of", "dimension_said", "parts_of", "periods_of",
    "regions_of",
]  # fmt: skip

_MOST = 200  # lines of one table


@dataclass(frozen=True)
class Line:
    """One line of a table of values: a region, or a category."""

    name: str
    value: str
    numerator: str
    denominator: str
    rows: str
    state: str = ""  # of the design system: provisional, conflict, none, soon
    state_word: str = ""
    href: str = ""
    is_suppressed: bool = False


@dataclass(frozen=True)
class PeriodLine:
    """One period of the series, the newest first."""

    period: str
    href: str
    value: str
    status: str
    state: str
    state_word: str
    version: int
    version_href: str
    is_shown: bool


@dataclass(frozen=True)
class Regions:
    """The regions directly below. `left_out`: how many more there are."""

    level: int
    lines: Sequence[Line]
    left_out: int = 0


@dataclass(frozen=True)
class Part:
    """One dimension with its categories, or several that cross. `all_href`: of all together, while one is shown."""

    title: str
    lines: Sequence[Line]
    all_href: str = ""
    left_out: int = 0


def address(code: str, region: str = "", period: str = "", **more: object) -> str:
    """Of the page that explains a number there and then."""
    asked = {"wilayah": region, "periode": period, **more}
    query = urlencode({key: value for key, value in asked.items() if value})
    return reverse("command:why", args=[code]) + (f"?{query}" if query else "")


def worth(point: Point) -> tuple[str, str]:
    """State and word of one value that is not simply final; the gravest first."""
    if point.is_suppressed:
        return "none", _("withheld: the group is too small")
    if point.is_conflicting:
        return "conflict", _("disputed")
    if point.is_incomplete:
        return "soon", _("incomplete")
    if point.value is None:
        return "none", _("no data yet")
    if point.status in FigureStatus.values and point.status != FigureStatus.FINAL:
        return "provisional", str(FigureStatus(point.status).label)
    return "", ""


def line_of(name: str, point: Point, reading: Reading, href: str = "") -> Line:
    """A withheld value shows nothing of what it was made of."""

    def number(found: float | None) -> str:
        return "" if found is None or point.is_suppressed else figures.number(found, language=words.language())

    state, word = worth(point)
    return Line(
        name=name,
        value=words.written(None if point.is_suppressed else point.value, reading.indicator),
        numerator=number(point.numerator),
        denominator=number(point.denominator),
        rows=number(point.rows),
        state=state,
        state_word=word,
        href=href,
        is_suppressed=point.is_suppressed,
    )


def regions_of(reading: Reading, *, period: str = "") -> Regions | None:
    """Those directly below the place, also such as have no value though one is expected; None: none at all."""
    place = reading.region or str(settings.PROVINCE_CODE)
    level = place.count(".") + 2
    known = [code for code in reading.regions if code.startswith(f"{place}.") and code.count(".") + 1 == level]
    waited = [code for code in reading.missing if code.count(".") + 1 == level and not reading.dimension]
    codes = sorted({*known, *waited})
    if not codes:
        return None
    shown = codes[:_MOST]
    names = dict(Region.objects.filter(code__in=shown).values_list("code", "name"))
    return Regions(level, list(_lines(shown, names, reading, period)), len(codes) - len(shown))


def _lines(codes: Sequence[str], names: Mapping[str, str], reading: Reading, period: str) -> Iterator[Line]:
    told = missing_words(reading, now=clock.now())
    for code in codes:
        point, name = reading.regions.get(code), names.get(code, code)
        href = address(reading.indicator.code, code, period, bagian=reading.dimension)
        if point is None:
            nothing, why = words.written(None, reading.indicator), told.get(code) or _("no data yet")
            yield Line(name, nothing, "", "", "", "none", why, href)
        else:
            yield line_of(name, point, reading, href)


def parts_of(reading: Reading, titles: Mapping[str, str], *, period: str = "") -> list[Part]:
    """Each dimension alone, then those that cross; each category leads to its own page."""
    found: dict[str, list[Line]] = {}
    shown = ""
    for key, point in sorted(reading.parts.items(), key=lambda pair: pair[0].count(";")):
        title, category = dimension_said(key, titles)
        is_shown = key == reading.dimension
        shown = title if is_shown else shown
        href = "" if is_shown else address(reading.indicator.code, reading.region, period, bagian=key)
        found.setdefault(title, []).append(line_of(category, point, reading, href))
    back = address(reading.indicator.code, reading.region, period)
    return [
        Part(title, lines[:_MOST], back if title == shown else "", max(0, len(lines) - _MOST))
        for title, lines in found.items()
    ]


def dimension_said(key: str, titles: Mapping[str, str]) -> tuple[str, str]:
    """`jk=L;umur=0-4` as the title of what tells apart, and the category: `Jenis kelamin × Umur`, `L × 0-4`."""
    pairs = [part.partition("=")[::2] for part in key.split(";")]
    names = [titles.get(name, name) for name, _category in pairs]
    return " × ".join(names), " × ".join(category or _("empty") for _name, category in pairs)


def periods_of(series: Sequence[Point], reading: Reading) -> list[PeriodLine]:
    """The newest first; each value leads to its own page and to its version."""
    numbers = {point.version_id for point in series}
    versions = dict(Version.objects.filter(pk__in=numbers).values_list("pk", "dataset__name"))
    now = reading.now
    return [
        PeriodLine(
            period=_brief(point.period),
            href=address(reading.indicator.code, reading.region, point.period, bagian=reading.dimension)
            if point.period
            else "",
            value=words.written(None if point.is_suppressed else point.value, reading.indicator),
            status=str(FigureStatus(point.status).label) if point.status in FigureStatus.values else "",
            state=worth(point)[0],
            state_word=worth(point)[1],
            version=point.version,
            version_href=f"{reverse('portal:dataset', args=[versions[point.version_id]])}?version={point.version}"
            if point.version_id in versions
            else "",
            is_shown=now is not None and point.period == now.period,
        )
        for point in reversed(series)
    ]


def _brief(period: str) -> str:
    """`mgg 45 2026`, `Okt 2026`: a column of a table on a telephone."""
    if not period:
        return "–"
    spelt = f"{period[:4]}-{period[4:]}" if period[4:5] in ("Q", "S") else period
    return words.period(period) if period[10:11] else figures.period_brief(spelt, language=words.language())


def chart_of(series: Sequence[Point], reading: Reading) -> LineChart | None:
    """What is provisional is drawn so, and what is disputed; a withheld or missing value is a gap."""
    known = [point for point in series if point.period]
    if sum(point.value is not None for point in known) < 2:
        return None
    indicator, labels = reading.indicator, words.axis(tuple(point.period for point in known))
    moved = words.moved(Reading(indicator, known, {}))
    return LineChart(
        title=moved[:1].upper() + moved[1:],
        subtitle=indicator.title_here,
        sentence=_("Line chart. %(finding)s.") % {"finding": moved},
        labels=labels,
        series=(
            Series(
                "",
                tuple(point.value for point in known),
                is_accent=True,
                provisional=frozenset(at for at, one in enumerate(known) if one.status != FigureStatus.FINAL),
                conflicts=frozenset(at for at, one in enumerate(known) if one.is_conflicting),
            ),
        ),
        language=words.language(),
        unit=words.unit(indicator),
        plan=reading.target,
        plan_name=_("target") if reading.target is not None else "",
        table_name=_("Period"),
        provisional_word=_("provisional"),
    )
