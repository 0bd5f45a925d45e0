"""Boundaries of regions: imported from a file by an act of the ledger, asked for by maps.

What is kept is small: each level simplified for the view it is seen in (a kabupaten in its province, a village in its
kecamatan), so that a map of a page weighs some ten kilobytes. The file itself is not kept; its SHA-256 is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from statistics import median

from django.conf import settings

from mapalus.apps.directory.models import Boundary, BoundarySet, Region
from mapalus.apps.ledger.action import action, note
from mapalus.engine.boundaries import GRAIN, Outline, Outlines, read, simplified
from mapalus.engine.boundaries.matching import Known, Matched, matched, reach
from mapalus.engine.boundaries.reading import NotBoundaries
from mapalus.engine.errors import NotFound
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["Prepared", "import_boundaries", "outlines_within", "prepare", "remove_boundaries"]

_VIEW = 1200  # steps a view is divided in: finer than any map is drawn
MOST_CORNERS = 400_000  # kept of one level


@dataclass(frozen=True)
class Prepared:
    """A file read, matched and simplified; nothing is written yet."""

    file_name: str
    sha256: str
    level: int
    column: str
    system: str
    outlines: tuple[Outline, ...]
    corners: int  # kept
    corners_given: int
    unknown: tuple[str, ...]  # values that are no region of this province
    without_area: int
    missing: tuple[str, ...]  # names of regions of this level that the file does not draw


def prepare(path: Path, *, column: str = "", system: str = "", level: int = 0) -> Prepared:
    """Read a GeoJSON file of this province. Raises `NotBoundaries` with one sentence saying what was found."""
    found = read(path)
    regions = Region.objects.within(settings.PROVINCE_CODE)
    known = [Known(one.code, one.name, one.level, one.bps_code) for one in regions]
    fit = matched(found, regions=known, column=column, system=system, level=level)
    outlines = simplified(fit.rings, tolerance=_tolerance(fit))
    corners = sum(len(ring) // 2 for one in outlines for ring in one.rings)
    if corners > MOST_CORNERS:
        raise NotBoundaries(_("Even simplified these boundaries have too many corners; simplify the file first."))
    drawn = {one.code for one in outlines}
    return Prepared(
        file_name=path.name[:160],
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        level=fit.level,
        column=fit.column,
        system=fit.system,
        outlines=tuple(outlines),
        corners=corners,
        corners_given=found.corners,
        unknown=fit.unknown,
        without_area=found.without_area,
        missing=tuple(one.name for one in known if one.level == fit.level and one.code not in drawn),
    )


def _tolerance(fit: Matched) -> float:
    """A step of the view these regions are seen in: that of the region above them."""
    views: dict[str, dict[str, Sequence[tuple[tuple[int, int], ...]]]] = {}
    for code, rings in fit.rings.items():
        views.setdefault(code.rpartition(".")[0], {})[code] = rings
    return median(reach(view) for view in views.values()) * GRAIN / _VIEW


@action("directory.import-boundaries", public=True)
def import_boundaries(
    subject: type[BoundarySet], *, prepared: Prepared, source: str, licence: str, by: Actor, now: datetime
) -> BoundarySet:
    """Take the boundaries of one level from a file; those of this level that stood before go."""
    source, licence = " ".join(source.split())[:240], " ".join(licence.split())[:120]
    if not source or not licence:
        raise NotBoundaries(_("Say who made these boundaries and under which licence; both stand under every map."))
    BoundarySet.objects.filter(level=prepared.level).delete()
    made = BoundarySet.objects.create(
        level=prepared.level,
        file_name=prepared.file_name,
        sha256=prepared.sha256,
        source=source,
        licence=licence,
        regions=len(prepared.outlines),
        corners=prepared.corners,
        imported_at=now,
        imported_by=by.label[:200],
    )
    Boundary.objects.filter(code__in=[one.code for one in prepared.outlines]).delete()
    Boundary.objects.bulk_create(
        [
            Boundary(
                code=one.code,
                parent=one.code.rpartition(".")[0],
                of=made,
                rings=json.dumps(one.rings, separators=(",", ":")),
            )
            for one in prepared.outlines
        ],
        batch_size=500,
    )
    facts = {"file": made.file_name, "sha256": made.sha256, "source": source, "licence": licence}
    note(subject=made, level=made.level, regions=made.regions, **facts)
    return made


@action("directory.remove-boundaries", public=True)
def remove_boundaries(subject: BoundarySet, *, by: Actor, now: datetime) -> None:
    """Take the boundaries of one level away: maps show tiles again. What they were stays in the ledger."""
    note(level=subject.level, file=subject.file_name, sha256=subject.sha256, regions=subject.regions)
    removed, _by_model = BoundarySet.objects.filter(pk=subject.pk).delete()
    if not removed:
        raise NotFound(_("These boundaries have already been removed."))


def outlines_within(code: str) -> Outlines | None:
    """The boundaries of the regions directly in a region (`71`: kabupaten and kota); None where there are none.

    One short query; the outlines themselves are kept by their version.
    """
    found = BoundarySet.objects.filter(level=code.count(".") + 2).first()
    return _kept(code, found.pk, found.version, found.source, found.licence) if found else None


@lru_cache(maxsize=64)
def _kept(code: str, key: int, version: str, source: str, licence: str) -> Outlines | None:
    rows: Mapping[str, str] = dict(Boundary.objects.filter(of=key, parent=code).values_list("code", "rings"))
    if not rows:
        return None
    made = (Outline(one, tuple(tuple(ring) for ring in json.loads(rings))) for one, rings in rows.items())
    return Outlines(tuple(made), source, licence, f"{version}:{code}")
