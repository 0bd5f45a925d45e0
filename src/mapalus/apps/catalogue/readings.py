"""What indicators say now: the newest value of each, the one before, its series, its regions, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from mapalus.apps.catalogue.models import FigureStatus, Indicator, Standing, Version
from mapalus.apps.catalogue.standings import Levels, expected_regions, inputs_now
from mapalus.engine import clock
from mapalus.engine.data.indicator import Declaration, State, examine, state_of
from mapalus.engine.data.indicator.frame import EMPTY, Frame, Mark, unpack
from mapalus.engine.data.indicator.periods import parsed
from mapalus.engine.data.indicator.standing import stand
from mapalus.engine.ports import Actor

__all__ = ["Point", "Reading", "declaration_now", "points", "points_of", "read"]

_SHOWN = 60  # periods of a series
_DISTRICT = 2  # level of kabupaten and kota
_KABUPATEN = 5  # characters of its code


class Point(NamedTuple):
    """One value with what it is worth. `value` None: no data, which is not 0. `region` empty: the province."""

    period: str
    region: str
    value: float | None
    status: str  # FigureStatus
    version_id: int  # of the dataset it stands on
    version: int  # its number
    published_at: datetime | None
    computed_at: datetime
    numerator: float | None = None
    denominator: float | None = None
    rows: int | None = None
    first_row: int | None = None
    last_row: int | None = None
    is_suppressed: bool = False
    is_incomplete: bool = False  # parts of it are not there
    is_conflicting: bool = False  # its rows say different things
    dimension: str = ""  # `jenis_kelamin=L`; empty: all


@dataclass(frozen=True)
class Reading:
    """One indicator as it stands. `series` runs from the oldest period to the newest; the last of it is `now`."""

    indicator: Indicator
    series: Sequence[Point]  # of the region asked for
    regions: Mapping[str, Point]  # newest period, by dotted code, every level there is
    target: float | None = None  # of this region, in the year of `now`
    parts: Mapping[str, Point] = field(default_factory=dict)  # newest period of the region, by dimension
    missing: Sequence[str] = field(default=())  # regions that are expected and have no value in the newest period
    is_late: bool = False
    due_at: datetime | None = None
    region: str = ""
    dimension: str = ""
    known: int = 0  # how many of the regions that are expected have a value in the newest period
    expected: int = 0
    problem: str = ""  # why the newest version could not be worked out; what stands is older
    is_judged: bool = True  # whether its thresholds hold for this region: those of an amount, for the province alone

    @property
    def now(self) -> Point | None:
        return self.series[-1] if self.series else None

    @property
    def before(self) -> Point | None:
        return self.series[-2] if len(self.series) > 1 else None

    @property
    def state(self) -> State:
        value = self.now.value if self.now and self.is_judged else None
        return state_of(value, better=self.indicator.better, thresholds=self.indicator.thresholds, target=self.target)

    @property
    def conflict(self) -> str:
        """As the dataset's; empty: none."""
        return self.indicator.dataset.conflict


def read(
    codes: Iterable[str], *, actor: Actor | None, region: str = "", period: str = "", dimension: str = ""
) -> dict[str, Reading]:  # fmt: skip
    """Readings by code, of the indicators this actor may see; a few queries however many there are.

    With a period: as it was then, `now` being the value of that period; without a series where there is none.
    With a dimension (`jk=L`, `jk=L;umur=0-4`): of that category alone.
    """
    visible = Indicator.objects.visible_to(actor).filter(code__in=list(codes))
    found = list(visible.select_related("dataset", "dataset__unit", "dataset__producer", "standing"))
    versions = _versions(found)
    levels = Levels()
    now, place = clock.now(), "" if region == settings.PROVINCE_CODE else region
    return {one.code: _reading(one, versions, place, levels, now, period, dimension) for one in found}


@dataclass(frozen=True)
class _Kept:
    """A version as a point needs it."""

    pk: int
    number: int
    status: str
    published_at: datetime | None
    is_valid: bool


def _versions(indicators: Sequence[Indicator]) -> Mapping[int, _Kept]:
    """Those the standings are made of, and whether they still count."""
    asked = {pk for one in indicators if hasattr(one, "standing") for pk in one.standing.versions}
    rows = Version.objects.filter(pk__in=asked).values_list(
        "pk", "number", "status", "published_at", "withdrawn_at", "dataset__current__number"
    )
    return {
        pk: _Kept(pk, number, status, at, at is not None and gone is None and number <= (current or 0))
        for pk, number, status, at, gone, current in rows
    }


def declaration_now(one: Indicator) -> Declaration | None:
    """Its declaration, as taken over; None where it is not one any more."""
    return _declaration(one.code, json.dumps(one.declaration, sort_keys=True))


@lru_cache(maxsize=2048)
def _declaration(code: str, text: str) -> Declaration | None:
    return examine(json.loads(text))[0]


def _frame(one: Indicator, versions: Mapping[int, _Kept], now: datetime) -> tuple[Frame, Mapping[int, _Kept]]:
    """Its values. What was put together from a version that was withdrawn since is put together again, without it."""
    row: Standing | None = getattr(one, "standing", None)
    if row is None:
        return EMPTY, versions
    if all(pk in versions and versions[pk].is_valid for pk in row.versions):
        return _unpacked(bytes(row.packed)), versions
    declared = declaration_now(one)
    if declared is None:
        return EMPTY, versions
    frame = stand(declared, inputs_now(declared, one, now=now), expected=expected_regions(declared))
    others = set(frame.sources) - set(versions)
    kept = Version.objects.filter(pk__in=others).values_list("pk", "number", "status", "published_at")
    return frame, {**versions, **{line[0]: _Kept(*line, is_valid=True) for line in kept}}


@lru_cache(maxsize=256)
def _unpacked(packed: bytes) -> Frame:
    """The same bytes are the same values, whoever asks."""
    return unpack(packed)


class _Regions(Mapping[str, Point]):
    """Points of the regions in one period, made where they are asked for: a province has thousands of villages."""

    def __init__(self, places: Mapping[str, int], point: _Points) -> None:
        self._places, self._point = places, point

    def __getitem__(self, code: str) -> Point:
        return self._point(self._places[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _reading(
    one: Indicator, versions: Mapping[int, _Kept], region: str, levels: Levels, now: datetime, period: str,
    dimension: str,
) -> Reading:  # fmt: skip
    frame, versions = _frame(one, versions, now)
    declared = declaration_now(one)
    due_at = one.dataset.due_at
    point = _Points(frame, versions, one)
    places = _until(frame, frame.keys.by_region.get((region, dimension), []), period)[-_SHOWN:]
    series = [point(place) for place in places]
    newest = frame.keys[places[-1]][0] if places else period or _newest(frame)
    has_parts = declared is not None and (bool(declared.sql) or any(part.dimensions for part in declared.inputs))
    here = [(at, frame.keys[at]) for at in frame.keys.by_period.get(newest or "", ())] if has_parts else []
    regions = _Regions(frame.keys.regions(newest, dimension) if newest is not None else {}, point)
    wanted = _wanted(declared, regions, levels, region)
    missing = [code for code in wanted if code not in regions or regions[code].value is None]
    year = parsed(newest or "")
    target = declared.target_of(region, year.year if year else now.year) if declared else one.target
    if dimension and declared is not None and not declared.is_rate:
        target = None  # that of an amount is of all together
    is_judged = declared is None or (declared.is_judged(region, target) and (not dimension or declared.is_rate))
    return Reading(
        one,
        series,
        regions,
        target=target,
        parts={key[2]: point(at) for at, key in here if key[2] and key[1] == region},
        missing=missing,
        is_late=due_at is not None and due_at < now,
        due_at=due_at,
        region=region,
        dimension=dimension,
        known=len(wanted) - len(missing),
        expected=len(wanted),
        problem=one.standing.problem if hasattr(one, "standing") else "",
        is_judged=is_judged,
    )


def _until(frame: Frame, places: Sequence[int], period: str) -> Sequence[int]:
    """Those up to and with a period; none where it has no value."""
    if not period:
        return places
    return next((places[: at + 1] for at, place in enumerate(places) if frame.keys[place][0] == period), ())


def _newest(frame: Frame) -> str | None:
    return frame.keys[-1][0] if frame.keys else None


def _wanted(declared: Declaration | None, regions: Mapping[str, Point], levels: Levels, region: str) -> Sequence[str]:
    """Regions that should have a value: those declared, else every kabupaten and kota where some have one."""
    if declared is not None and declared.coverage == "none":
        return ()
    codes = expected_regions(declared, levels) if declared is not None and declared.coverage else ()
    if not codes:
        codes = levels[_DISTRICT] if any(len(code) == _KABUPATEN for code in regions) else ()
    return [code for code in codes if not region or code.startswith(f"{region}.")]


class _Points:
    """Points of a frame, made where they are asked for."""

    def __init__(self, frame: Frame, versions: Mapping[int, _Kept], one: Indicator) -> None:
        self.frame, self.versions = frame, versions
        self.at = one.standing.computed_at if hasattr(one, "standing") else clock.now()

    def __call__(self, place: int) -> Point:
        frame = self.frame
        period, region, dimension = frame.keys[place]
        mark = frame.marks[place]
        kept = self.versions.get(frame.sources[frame.origins[place]])
        status = mark & Mark.STATUS
        first, last = frame.firsts[place], frame.lasts[place]
        return Point(
            period="" if period.startswith("~") else period,
            region=region,
            value=frame.values[place],
            status=_STATUS[status] if status else kept.status if kept else FigureStatus.PROVISIONAL.value,
            version_id=kept.pk if kept else 0,
            version=kept.number if kept else 0,
            published_at=kept.published_at if kept else None,
            computed_at=self.at,
            numerator=frame.numerators[place],
            denominator=frame.denominators[place],
            rows=frame.rows[place],
            first_row=None if first < 0 else first,
            last_row=None if last < 0 else last,
            is_suppressed=bool(mark & Mark.SUPPRESSED),
            is_incomplete=bool(mark & Mark.INCOMPLETE),
            is_conflicting=bool(mark & Mark.CONFLICTING),
            dimension=dimension,
        )


_STATUS = {
    1: FigureStatus.VERY_PROVISIONAL.value,
    2: FigureStatus.PROVISIONAL.value,
    3: FigureStatus.FINAL.value,
}


def points(one: Indicator, *, now: datetime) -> list[Point]:
    """All values of an indicator that count, by period, region and dimension."""
    return [point for _indicator, point in points_of([one], now=now)]


def points_of(indicators: Sequence[Indicator], *, now: datetime) -> Iterator[tuple[Indicator, Point]]:
    """The same of several, read with `select_related("standing")`: one question more, however many they are."""
    kept = _versions(indicators)
    for one in indicators:
        frame, versions = _frame(one, kept, now)
        point = _Points(frame, versions, one)
        for place in range(len(frame)):
            yield one, point(place)
