"""What a version folder says of itself (version.json), as the pages need it. Versions never change, so it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from mapalus.apps.catalogue.models import Version
from mapalus.engine.data.lake import VersionFolder

__all__ = ["Measure", "Summary", "is_region", "merged", "summary"]

DISTRICT = 5  # length of a district's code: 71.06

Cell = tuple[str | None, str | None, float | None]  # region, period, value


@dataclass(frozen=True)
class Measure:
    """One number of a dataset over regions and periods. `field` None: how many rows there are."""

    field: str | None
    title: str
    unit: str
    is_additive: bool
    cells: tuple[Cell, ...] = ()
    is_marked: bool = False  # the contract says that this is what the dataset measures

    def by_period(self) -> dict[str, float]:
        """Per period: the cell of the whole, or the sum of its regions where sums mean something."""
        found: dict[str, list[tuple[str | None, float]]] = {}
        for region, period, value in self.cells:
            if period is not None and value is not None and not _is_instant(period):
                found.setdefault(period, []).append((region, value))
        result: dict[str, float] = {}
        for period, values in sorted(found.items()):
            whole = [value for region, value in values if region is None or "." not in region]
            if whole or len(values) == 1:
                result[period] = whole[0] if whole else values[0][1]
            elif self.is_additive:
                result[period] = sum(value for _region, value in values)
        return result

    def by_region(self) -> dict[str, float]:
        """Per district or larger region, in the latest period. Villages are added up where sums mean something."""
        latest = max((period for _region, period, _value in self.cells if period is not None), default=None)
        found: dict[str, list[tuple[str, float]]] = {}
        for region, period, value in self.cells:
            if region is not None and value is not None and period == latest:
                found.setdefault(region[:DISTRICT], []).append((region, value))
        result: dict[str, float] = {}
        for district, values in found.items():
            whole = next((value for region, value in values if region == district), None)
            if whole is not None:
                result[district] = whole
            elif self.is_additive:
                result[district] = sum(value for _region, value in values)
        return result

    def coverage(self) -> dict[str, int]:
        """How many regions have a number, per period; nothing where the table has no regions."""
        found: dict[str, set[str]] = {}
        for region, period, value in self.cells:
            if region is not None and period is not None and value is not None and "." in region:
                found.setdefault(period, set()).add(region[:DISTRICT])
        return {period: len(regions) for period, regions in found.items()}

    def lines(self) -> dict[str, dict[str, float]]:
        """Per region: its values by period."""
        result: dict[str, dict[str, float]] = {}
        for region, period, value in self.cells:
            if region is not None and period is not None and value is not None and len(region) <= DISTRICT:
                result.setdefault(region, {})[period] = value
        return result


@dataclass(frozen=True)
class Summary:
    """version.json: fields, profile, quality, report, origin, difference, sizes and measures."""

    fields: tuple[Mapping[str, Any], ...] = ()
    profile: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    quality: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, Any] = field(default_factory=dict)
    difference: Mapping[str, Any] | None = None
    size: Mapping[str, int] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    rows: int = 0


@lru_cache(maxsize=512)
def _read(path: Path) -> Summary:
    said = VersionFolder(path).summary
    charts = said.get("charts") or {}
    marked = {one["name"] for one in said.get("fields", ()) if (one.get("mapalus") or {}).get("role") == "measure"}
    return Summary(
        fields=tuple(said.get("fields", ())),
        profile=said.get("profile", {}),
        quality=said.get("quality", {}),
        report=said.get("report", {}),
        origin=said.get("origin", {}),
        difference=said.get("difference"),
        size=said.get("size", {}),
        measures=tuple(_measure(one, marked) for one in charts.get("measures", ())),
        rows=int(said.get("published_rows", 0)),
    )


def _measure(said: Mapping[str, Any], marked: set[str]) -> Measure:
    cells = tuple((_text(region), _text(period), value) for region, period, value in said.get("cells", ()))
    title, name = str(said.get("title", "")), said.get("field")
    return Measure(
        field=name,
        title=title[:1].upper() + title[1:],
        unit=str(said.get("unit", "")),
        is_additive=bool(said["additive"]),
        cells=cells,
        is_marked=name in marked,
    )


def _is_instant(period: str) -> bool:
    """A point in time is no period: readings of different minutes do not make one figure."""
    return len(period) > 10 and ":" in period


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def summary(version: Version) -> Summary | None:
    """The summary of a version; None where its folder is not (or no longer) there."""
    try:
        return _read(version.path)
    except (OSError, ValueError, KeyError):
        return None


def merged(versions: Iterable[Version]) -> tuple[Measure, ...]:
    """The measures of several versions of one dataset as one; of a cell in two versions the later one counts."""
    measures: dict[str | None, Measure] = {}
    cells: dict[str | None, dict[tuple[str | None, str | None], float | None]] = {}
    for version in sorted(versions, key=lambda one: one.number):
        found = summary(version)
        for one in found.measures if found else ():
            measures[one.field] = one
            for region, period, value in one.cells:
                cells.setdefault(one.field, {})[(region, _finer(period, version.period))] = value
    return tuple(
        Measure(
            one.field,
            one.title,
            one.unit,
            one.is_additive,
            tuple((region, period, value) for (region, period), value in sorted(cells[name].items(), key=_order)),
            one.is_marked,
        )
        for name, one in measures.items()
        if name in cells
    )


def _finer(period: str | None, of_version: str) -> str | None:
    """A table that tells only the year, handed in week by week: the version knows the week."""
    if not period or (of_version.startswith(period) and len(of_version) > len(period)):
        return of_version or None
    return period


def _order(item: tuple[tuple[str | None, str | None], float | None]) -> tuple[str, str]:
    (region, period), _value = item
    return region or "", period or ""


def is_region(field: Mapping[str, Any]) -> bool:
    """Whether a column of version.json holds codes of regions."""
    marks = field.get("mapalus") or {}
    return marks.get("role") == "region" or str(marks.get("codes") or "").rpartition("/")[2].startswith("wilayah")
