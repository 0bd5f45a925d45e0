"""Numbers of this installation's own open data: what it published itself, without what the other ends shared."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from mapalus.apps.catalogue.models import Dataset, Indicator
from mapalus.apps.catalogue.readings import Point, points_of

__all__ = ["SHARED", "own_numbers"]

SHARED = ("nilai-kabupaten-kota", "nilai-dari-provinsi")  # filled by the other ends


def own_numbers(
    *, codes: Collection[str] | None = None, regions: Collection[str] | None = None, without_unit: str = "",
    now: datetime,
) -> list[tuple[Indicator, Point]]:  # fmt: skip
    """Every value that counts, by period and region, whole (no dimensions). `regions`: of these alone ("": the whole).

    `without_unit`: not of datasets of that unit, which for a district are its own.
    """
    opened = Dataset.objects.visible_to(None).exclude(name__in=SHARED)
    if without_unit:
        opened = opened.exclude(unit=without_unit)
    found = Indicator.objects.visible_to(None).filter(dataset__in=opened)
    if codes is not None:
        found = found.filter(code__in=list(codes))
    read = list(found.select_related("dataset", "dataset__producer", "standing").order_by("order", "code"))
    return [
        (one, point) for one, point in points_of(read, now=now)
        if not point.dimension and (regions is None or point.region in regions)
    ]  # fmt: skip
