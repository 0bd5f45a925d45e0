"""What the numbers of a dataset say: one sentence, one chart, one map; no more than the cells say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mapalus.doors.portal.summaries import Measure
from mapalus.doors.ui import figures
from mapalus.doors.ui.charts import Bar, BarChart, LineChart, Series, finding
from mapalus.doors.ui.maps import Area, Choropleth
from mapalus.doors.ui.tilemaps import Place, TileMap, tile_map
from mapalus.engine.boundaries import Outlines

__all__ = ["Surface", "by_period", "by_region", "choose", "region_areas", "region_map"]

MOST_PERIODS = 60
MOST_BARS = 20
NOTHING = 0.05  # percent: what would be written as 0,0


@dataclass(frozen=True)
class Surface:
    """What a finding is told with: names of regions, their places, and the language."""

    names: Mapping[str, str]
    places: Sequence[Place]
    language: str

    def name(self, code: str) -> str:
        return self.names.get(code, code)

    def write(self, value: float, unit: str = "") -> str:
        text = figures.compact(value, language=self.language)
        return f"{text} {unit}".strip()


def choose(measures: Sequence[Measure]) -> Measure | None:
    """The measure a page leads with: what the contract marks, else the first number.

    How many rows there are is told only of lists, that is, where nothing is measured at all.
    """
    measured = [one for one in measures if one.field is not None]
    told = [one for one in measured or measures if any(value is not None for _region, _period, value in one.cells)]
    return min(told, key=lambda one: not one.is_marked, default=None)


def by_period(measure: Measure, surface: Surface, *, provisional: bool) -> LineChart | None:
    """The measure over time; None with fewer than two periods."""
    whole = measure.by_period()
    series = _whole_series(whole) if len(whole) > 1 else _region_series(measure, surface)
    if series is None:
        return None
    periods, lines = series
    labels = tuple(figures.period(period, language=surface.language) for period in periods)
    accent = next((one for one in lines if one.is_accent), lines[0])
    title = _incomplete(accent, periods, measure, surface) or _trend(accent, labels, measure, surface)
    return LineChart(
        title=title,
        subtitle=measure.title,
        sentence=_("Line chart. %(finding)s.") % {"finding": title},
        labels=_short_labels(periods, surface.language),
        series=lines,
        language=surface.language,
        unit=_unit(measure),
        provisional_from=len(periods) - 1 if provisional else None,
        provisional_word=_("provisional") if provisional else "",
        table_name=_("Period"),
    )


def _unit(measure: Measure) -> str:
    """The unit, unless the title says the same already."""
    return "" if measure.unit.casefold() == measure.title.casefold() else measure.unit


def _incomplete(one: Series, periods: Sequence[str], measure: Measure, surface: Surface) -> str:
    """A sum over fewer regions than before is not compared: it is told with how many have reported. Empty otherwise."""
    coverage = measure.coverage()
    last, most = coverage.get(periods[-1], 0), max(coverage.values(), default=0)
    if one.name or last >= most or one.values[-1] is None:
        return ""
    return _("%(what)s %(value)s in %(period)s, so far from %(known)s of %(all)s regions") % {
        "what": measure.title,
        "value": surface.write(one.values[-1]),
        "period": figures.period(periods[-1], language=surface.language),
        "known": last,
        "all": most,
    }


def _whole_series(whole: Mapping[str, float]) -> tuple[list[str], tuple[Series, ...]]:
    periods = sorted(whole)[-MOST_PERIODS:]
    return periods, (Series("", tuple(whole[period] for period in periods), is_accent=True),)


def _region_series(measure: Measure, surface: Surface) -> tuple[list[str], tuple[Series, ...]] | None:
    """A line per region where no whole exists: the region with the largest last value speaks, the rest is grey."""
    lines = measure.lines()
    periods = sorted({period for values in lines.values() for period in values})[-MOST_PERIODS:]
    if len(periods) < 2 or not lines:
        return None
    last = {code: values[periods[-1]] for code, values in lines.items() if periods[-1] in values}
    if not last:
        return None
    ordered = sorted(last, key=lambda code: last[code])
    spoken = {ordered[-1], ordered[0], ordered[len(ordered) // 2]}
    return periods, tuple(
        Series(
            surface.name(code),
            tuple(values.get(period) for period in periods),
            is_accent=code == ordered[-1],
            is_labelled=code in spoken,
        )
        for code, values in sorted(lines.items())
    )


def _short_labels(periods: Sequence[str], language: str) -> tuple[str, ...]:
    """Periods by their short name, with the year where it changes."""
    labels = []
    for index, period in enumerate(periods):
        label, year = figures.period_brief(period, language=language), period[:4]
        repeated = index > 0 and periods[index - 1][:4] == year and label != year
        labels.append(label.removesuffix(f" {year}") if repeated else label)
    return tuple(labels)


def _trend(one: Series, labels: Sequence[str], measure: Measure, surface: Surface) -> str:
    known = [(index, value) for index, value in enumerate(one.values) if value is not None]
    (first, before), (_last, after) = known[0], known[-1]
    what = f"{measure.title} {surface.name(one.name)}".strip() if one.name else measure.title
    parts = {"what": what, "since": labels[first]}
    if "persen" in measure.unit or before == 0:
        by = figures.number(abs(after - before), language=surface.language)
        parts["by"] = (
            _("%(by)s points") % {"by": by} if "persen" in measure.unit else surface.write(abs(after - before))
        )
    else:
        share = abs(after - before) / abs(before) * 100
        if share < NOTHING:
            return _("%(what)s almost the same as in %(since)s") % parts
        parts["by"] = figures.percent(share, language=surface.language, decimals=1)
    if after == before:
        return _("%(what)s the same as in %(since)s") % parts
    if after > before:
        return _("%(what)s up %(by)s since %(since)s") % parts
    return _("%(what)s down %(by)s since %(since)s") % parts


def _extremes(values: Mapping[str, float], measure: Measure, surface: Surface) -> str:
    highest = max(values, key=lambda code: values[code])
    lowest = min(values, key=lambda code: values[code])
    if values[highest] == values[lowest]:
        return _("%(what)s: the same everywhere, %(value)s") % {
            "what": measure.title,
            "value": surface.write(values[highest], measure.unit),
        }
    return _("%(high)s highest with %(high_value)s, %(low)s lowest with %(low_value)s") % {
        "high": surface.name(highest),
        "high_value": surface.write(values[highest], measure.unit),
        "low": surface.name(lowest),
        "low_value": surface.write(values[lowest], measure.unit),
    }


def by_region(measure: Measure, surface: Surface) -> BarChart | None:
    """The measure by region, the largest first; None with fewer than two regions."""
    values = measure.by_region()
    if len(values) < 2:
        return None
    ordered = sorted(values, key=lambda code: -values[code])[:MOST_BARS]
    title = _extremes(values, measure, surface)
    return BarChart(
        title=title,
        subtitle=measure.title,
        sentence=_("Bar chart. %(finding)s.") % {"finding": title},
        bars=tuple(
            Bar(surface.name(code), values[code], "accent" if code == ordered[0] else "rest") for code in ordered
        ),
        language=surface.language,
        unit=_unit(measure),
        table_name=_("Region"),
    )


def region_areas(
    measure: Measure, surface: Surface, *, outlines: Outlines | None = None, provisional: bool = False
) -> Choropleth | None:
    """The measure on a map of the province: with boundaries where there are any, else on tiles.

    Who has not reported is named, and no place is called the highest of all while some are missing.
    """
    values = measure.by_region()
    if sum(place.code in values for place in surface.places) < 3:
        return None
    known = {surface.name(place.code): values.get(place.code) for place in surface.places}
    is_whole = None not in known.values()
    district = {code: value for code, value in values.items() if "." in code}
    title = _extremes(district, measure, surface) if is_whole else finding.of_places(known, language=surface.language)
    return Choropleth(
        title=title,
        subtitle=", ".join([measure.title, *([_("provisional")] if provisional else [])]),
        areas=tuple(
            Area(
                place.code,
                surface.name(place.code),
                values.get(place.code),
                missing="" if place.code in values else _("no data yet"),
            )
            for place in surface.places
        ),
        language=surface.language,
        unit=_unit(measure),
        outlines=outlines,
        table_name=_("Region"),
        sentence=_("Map. %(finding)s.") % {"finding": title},
    )


def region_map(
    measure: Measure, surface: Surface, *, title: str = "", href: Callable[[str], str] | None = None
) -> TileMap | None:
    """The measure on the tile map; None where fewer than three of its regions have a place on it."""
    values = measure.by_region()
    if sum(place.code in values for place in surface.places) < 3:
        return None
    return tile_map(
        title=title or _extremes({c: v for c, v in values.items() if "." in c} or values, measure, surface),
        subtitle=f"{measure.title}, %(unit)s" if _unit(measure) else measure.title,
        places=surface.places,
        names=surface.names,
        values=values,
        unit=measure.unit,
        nothing=_("no data yet"),
        language=surface.language,
        href=href,
    )
