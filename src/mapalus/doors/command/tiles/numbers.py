"""Tiles of indicators: a number, lines, bars, a ranking, a map, a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.models import FigureStatus
from mapalus.apps.catalogue.readings import Point, Reading
from mapalus.apps.directory.boundaries import outlines_within
from mapalus.doors.command import words
from mapalus.doors.command.absent import missing_words, reasons_said
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.registry import Placed, Shown, kind, stamp_of
from mapalus.doors.ui.charts import Bar, BarChart, LineChart, Ranked, Ranking, Series, Table, finding
from mapalus.doors.ui.maps import Area, Choropleth
from mapalus.doors.ui.parts import Figure

__all__ = ["bar", "line", "map_", "number", "ranking", "table"]

_VILLAGE = 4


def _nothing(tile: Placed, around: Around) -> Shown:
    """No indicator of that code for who looks: it is not there, or not for him."""
    title = tile.tile.title_in(around.language) or _("A number that is not there yet or not open")
    return Shown(title, said=_("There is no number here yet: nothing was published, or it is not open to you."))


def _title(tile: Placed, reading: Reading, around: Around) -> str:
    return tile.tile.title_in(around.language) or reading.indicator.title_here


def _source(reading: Reading, around: Around) -> str:
    return words.source(reading, now=around.now, brief=around.is_wall)


def _stamp(points: Sequence[Point]) -> str:
    return stamp_of([(one.period, one.region, one.value, one.status) for one in points])


@kind("number")
def number(tile: Placed, around: Around) -> Shown:
    """Value, change, target, the series as a shape; what is not there is said, never 0."""
    reading = around.reading(tile.tile)
    place = around.place_of(tile.tile)
    if reading is None:
        # Not measured yet, or not for who looks: the difference is not his to know.
        title = tile.tile.title_in(around.language) or _("A number that is not there yet or not open")
        figure = Figure(label=title, value="–", unit="", source=_("no data yet"), key=tile.part)
        return Shown(title, source=figure.source, figure=figure)
    indicator, title = reading.indicator, _title(tile, reading, around)
    state, word = words.state(reading, now=around.now)
    figure = Figure(
        key=indicator.code,
        label=title,
        value=words.written(reading.now.value if reading.now else None, indicator),
        unit=words.unit(indicator),
        source=_source(reading, around),
        change=_("known for the whole province alone")
        if place and not reading.series
        else words.change(reading, brief=around.is_wall),
        state=state,
        state_word=word,
        series=[value.value for value in reading.series],
        limit=reading.target,
        absent="" if around.is_wall or not reading.known else reasons_said(reading, now=around.now),
        why="" if around.is_wall else around.why(indicator.code, place),
        is_late=around.worst == indicator.code and not tile.tile.region,
    )
    return Shown(title, source=figure.source, why=figure.why, figure=figure)


def _is_points(reading: Reading) -> bool:
    return reading.indicator.unit.startswith("persen")


@kind("line")
def line(tile: Placed, around: Around) -> Shown:
    """One series with its target, or up to five; provisional and disputed points are drawn as such."""
    readings = around.own(tile.tile)
    if not readings:
        return _nothing(tile, around)
    first, title = readings[0], _title(tile, readings[0], around)
    periods = sorted({one.period for reading in readings for one in reading.series})[-tile.tile.periods :]
    series = [_series(reading, periods, is_alone=len(readings) == 1) for reading in readings]
    said = title
    if len(readings) == 1:
        said = finding.of_periods(
            series[0].values, periods, language=around.language, what=title, is_points=_is_points(first),
            provisional=series[0].provisional, conflicts=series[0].conflicts,
        )  # fmt: skip
    chart = LineChart(
        title=said,
        subtitle=title if len(readings) == 1 else ", ".join(one.indicator.title_here for one in readings),
        sentence=_("Line chart. %(finding)s.") % {"finding": said},
        labels=words.axis(periods),
        series=tuple(series),
        language=around.language,
        unit=words.unit(first.indicator),
        plan=first.target if len(readings) == 1 else None,
        plan_name=_("target") if len(readings) == 1 and first.target is not None else "",
        table_name=_("Period"),
        is_grouped=len(readings) > 1,
        provisional_word=_("provisional"),
    )
    points = [one for reading in readings for one in reading.series]
    place = around.place_of(tile.tile)
    return Shown(
        title, _source(first, around), around.why(first.indicator.code, place), chart=chart, stamp=_stamp(points)
    )


def _series(reading: Reading, periods: Sequence[str], *, is_alone: bool) -> Series:
    by_period = {one.period: one for one in reading.series}
    found = [by_period.get(period) for period in periods]
    provisional = [at for at, one in enumerate(found) if one and one.status != FigureStatus.FINAL]
    conflicts = {at for at, one in enumerate(found) if one and one.is_conflicting}
    if reading.conflict and found and found[-1]:
        conflicts.add(len(found) - 1)
    return Series(
        name="" if is_alone else reading.indicator.title_here,
        values=tuple(one.value if one else None for one in found),
        is_accent=is_alone,
        provisional=frozenset(provisional),
        conflicts=frozenset(conflicts),
    )


@dataclass(frozen=True)
class _Part:
    """One bar or plot: a region or a value of a dimension."""

    code: str
    name: str
    value: float | None
    state: str = ""
    missing: str = ""


def _parts(tile: Placed, reading: Reading, around: Around) -> list[_Part]:
    """What a number is told apart by: the regions within the place, or the values of a dimension."""
    if tile.tile.by != "region":
        prefix = f"{tile.tile.by}="
        return [
            _part(key.removeprefix(prefix), key.removeprefix(prefix), point, reading)
            for key, point in reading.parts.items()
            if key.startswith(prefix)
        ]
    place = around.place_of(tile.tile)
    names = around.children(place, tile.tile.level)
    expected = set(reading.missing)
    if not any(code in reading.regions for code in names) and not expected & set(names):
        return []
    told = missing_words(reading, now=around.now)
    return [_part(code, name, reading.regions.get(code), reading, told.get(code, "")) for code, name in names.items()]


def _part(code: str, name: str, point: Point | None, reading: Reading, why: str = "") -> _Part:
    if point is None or point.value is None:
        is_withheld = point is not None and point.is_suppressed
        return _Part(code, name, None, missing=_("withheld: the group is too small") if is_withheld else why)
    state = "conflict" if point.is_conflicting else "provisional" if point.status != FigureStatus.FINAL else ""
    return _Part(code, name, point.value, state)


def _found(parts: Sequence[_Part], reading: Reading, around: Around) -> str:
    values: Mapping[str, float | None] = {one.name: one.value for one in parts}
    return finding.of_places(
        values, language=around.language, target=reading.target if reading.is_judged and reading.target else None,
        is_more_better=reading.indicator.better != "down",
    )  # fmt: skip


def _period(reading: Reading) -> str:
    return words.period(reading.now.period) if reading.now and reading.now.period else ""


def _whole(parts: Sequence[_Part], *, is_brief: bool = False) -> list[_Part]:
    """Where everything is provisional the source line says it once."""
    # Beside a bar there is room for what tells places apart: "Kota" does, "Kabupaten" does not.
    parts = [replace(one, name=one.name.removeprefix("Kabupaten ")) for one in parts] if is_brief else list(parts)
    if parts and all(one.state == "provisional" for one in parts if one.value is not None):
        return [replace(one, state="") for one in parts]
    return parts


@kind("bar")
def bar(tile: Placed, around: Around) -> Shown:
    """One bar for each region or value of a dimension, from zero."""
    reading = around.reading(tile.tile)
    if reading is None:
        return _nothing(tile, around)
    title, parts = _title(tile, reading, around), _whole(_parts(tile, reading, around), is_brief=True)
    parts = sorted(parts, key=lambda one: -(one.value if one.value is not None else float("-inf")))
    cut = tile.tile.most or 20
    said = _found(parts, reading, around)
    chart = BarChart(
        title=said,
        subtitle=", ".join(filter(None, [title, _period(reading)])),
        sentence=_("Bar chart. %(finding)s.") % {"finding": said},
        bars=tuple(Bar(one.name, one.value, state=one.state, word=one.missing) for one in parts[:cut]),
        language=around.language,
        unit=words.unit(reading.indicator),
        plan=reading.target if _has_one_target(reading) else None,
        plan_name=_("target") if _has_one_target(reading) else "",
        table_name=_("Region") if tile.tile.by == "region" else _("Part"),
    )
    return _of_parts(tile, reading, around, title, parts, chart=chart)


def _has_one_target(reading: Reading) -> bool:
    """An amount for the whole province is no target of its parts."""
    return reading.target is not None and _is_points(reading)


@kind("ranking")
def ranking(tile: Placed, around: Around) -> Shown:
    """Places in the order of their value; those without one come last, and say so."""
    reading = around.reading(tile.tile)
    if reading is None:
        return _nothing(tile, around)
    title, parts = _title(tile, reading, around), _whole(_parts(tile, reading, around), is_brief=True)
    said = _found(parts, reading, around)
    here = tile.tile.by == "region" and not around.is_wall
    chart = Ranking(
        title=said,
        subtitle=", ".join(filter(None, [title, _period(reading)])),
        sentence=_("Ranking. %(finding)s.") % {"finding": said},
        places=tuple(
            Ranked(
                one.name, one.value, state=one.state, missing=one.missing, href=around.here(one.code) if here else ""
            )
            for one in parts
        ),
        language=around.language,
        unit=words.unit(reading.indicator),
        is_more_better=reading.indicator.better != "down",
        most=tile.tile.most or 15,
        target=reading.target if _has_one_target(reading) else None,
        target_name=_("target") if _has_one_target(reading) else "",
        table_name=_("Region") if tile.tile.by == "region" else _("Part"),
    )
    return _of_parts(tile, reading, around, title, parts, chart=chart)


def _of_parts(
    tile: Placed, reading: Reading, around: Around, title: str, parts: Sequence[_Part], *,
    chart: BarChart | Ranking,
) -> Shown:  # fmt: skip
    why = around.why(reading.indicator.code, around.place_of(tile.tile))
    if not parts:
        return Shown(title, _source(reading, around), why, said=_("This number is not told apart here."))
    return Shown(title, _source(reading, around), why, chart=chart, stamp=_stamp(list(reading.regions.values())))


@kind("map")
def map_(tile: Placed, around: Around) -> Shown:
    """Values by region, with the way down to kecamatan and desa; with boundaries where there are any, else as tiles."""
    reading = around.reading(tile.tile)
    if reading is None:
        return _nothing(tile, around)
    place = around.place_of(tile.tile)
    title, parts = _title(tile, reading, around), _whole(_parts(tile, reading, around))
    why = around.why(reading.indicator.code, place)
    if not parts:
        up = _up(place, around)
        said = _("This number is not told apart further down than here.")
        return Shown(title, _source(reading, around), up[0] if up else why, said=said)
    wanted = place.count(".") + 2 if place else 2
    is_last = wanted >= _VILLAGE
    areas = tuple(
        Area(
            one.code, one.name, one.value, state=one.state, missing=one.missing,
            href="" if around.is_wall else around.why(reading.indicator.code, one.code) if is_last
            else around.here(one.code),
        )
        for one in parts
    )  # fmt: skip
    level = {2: _("By kabupaten and kota"), 3: _("By kecamatan")}.get(wanted, _("By desa and kelurahan"))
    shown = Choropleth(
        title=title,
        subtitle=", ".join(filter(None, [around.place_name if place else "", level, _period(reading)])),
        areas=areas,
        language=around.language,
        unit=words.unit(reading.indicator),
        outlines=outlines_within(place or settings.PROVINCE_CODE),
        table_name=_("Region"),
        up=None if around.is_wall else _up(place, around),
        nothing=_("no data yet"),
    )
    return Shown(title, _source(reading, around), why, map=shown, stamp=_stamp(list(reading.regions.values())))


def _up(place: str, around: Around) -> tuple[str, str] | None:
    if not place or place == around.board.region:
        return None
    parent = place.rpartition(".")[0]
    names = around.names([parent])
    return (around.here(parent), names.get(parent, parent))


@dataclass(frozen=True)
class Grid:
    """Context of command/tiles/table.html."""

    heads: Sequence[tuple[str, str, str]]  # title, unit, why
    rows: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]  # name, address, (value, state)


@kind("table")
def table(tile: Placed, around: Around) -> Shown:
    """Indicators side by side: a row for each region within the place, or the place alone."""
    readings = around.own(tile.tile)
    if not readings:
        return _nothing(tile, around)
    here = around.place_name or _("Whole province")
    columns = [{one.code: one for one in _parts(tile, reading, around)} for reading in readings]
    codes = list(dict.fromkeys(code for column in columns for code in column))
    rows = [(here, "", [_cell(one.now.value if one.now else None, one, "") for one in readings])]
    for code in codes:
        cells = [_cell_of(column.get(code), reading) for column, reading in zip(columns, readings, strict=True)]
        name = next(column[code].name for column in columns if code in column)
        is_place = tile.tile.by == "region" and not around.is_wall
        rows.append((name, around.here(code) if is_place else "", cells))
    heads = [
        (one.indicator.title_here, words.unit(one.indicator), "" if around.is_wall else around.why(one.indicator.code))
        for one in readings
    ]
    title = tile.tile.title_in(around.language) or _("Side by side")
    plain = Table(
        (_("Region"), *(head[0] for head in heads)),
        tuple((name, *(value for value, _state in cells)) for name, _href, cells in rows),
    )
    sources = " · ".join(dict.fromkeys(_source(one, around) for one in readings))
    stamp = stamp_of(plain)
    return Shown(
        title, sources, table=plain, template="command/tiles/table.html", context=Grid(heads, rows), stamp=stamp
    )


def _cell_of(part: _Part | None, reading: Reading) -> tuple[str, str]:
    if part is None:
        return "–", _("no data yet")
    return _cell(part.value, reading, part.missing if part.value is None else "")


def _cell(value: float | None, reading: Reading, said: str) -> tuple[str, str]:
    return words.written(value, reading.indicator), said or (_("no data yet") if value is None else "")
