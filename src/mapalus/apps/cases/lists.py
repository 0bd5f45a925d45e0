"""What may be chosen in `ref:` lists: agencies (`ref:unit`) and regions of the province (`ref:wilayah`).

`known` is what `clean` judges by, `offered` what a page shows; a list that is not installed judges nothing.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from mapalus.apps.directory.models import Region, Unit
from mapalus.apps.directory.roster import local_day
from mapalus.engine.forms import FieldType, Form, Lists

if TYPE_CHECKING:
    from mapalus.apps.directory.models.post import UnitQuerySet
    from mapalus.apps.directory.models.region import RegionQuerySet

__all__ = ["REGION", "UNIT", "known", "offered"]

UNIT, REGION = "ref:unit", "ref:wilayah"
_DEPTHS = {"provinsi": 0, "kabkota": 1, "kecamatan": 2, "desa": 3}
_OFFERED = 2  # down to the subdistrict; the 1,839 villages of a province are no list for a page
Choices = Sequence[tuple[str, str]]


class _Known:
    """Members of a list, asked of the database one by one; everything is one where the list is empty."""

    def __init__(self, day: date, source: str) -> None:
        self._day, self._source = day, source

    @cached_property
    def _is_installed(self) -> bool:
        return Unit.objects.exists() if self._source == UNIT else _regions(self._day).exists()

    def __contains__(self, value: object) -> bool:
        if not self._is_installed:
            return True
        rows = _units(self._day) if self._source == UNIT else _regions(self._day)
        return rows.filter(code=str(value)).exists()


def known(now: datetime) -> Lists:
    """The lists for `engine.forms.clean`."""
    day = local_day(now)
    found: dict[str, Container[str]] = {UNIT: _Known(day, UNIT), REGION: _Known(day, REGION)}
    return found


def offered(form: Form, *, now: datetime) -> Mapping[str, Choices]:
    """Values and labels of the lists this form asks for; regions no deeper than its fields want."""
    fields = [one for item in form.fields for one in (item, *item.fields)]
    found: dict[str, Choices] = {}
    if any(item.options_from == UNIT for item in fields):
        rows = _units(local_day(now)).exclude(kind="luar").order_by("name")
        found[UNIT] = tuple((unit.code, unit.name) for unit in rows)
    areas = [item for item in fields if item.type is FieldType.AREA]
    if areas:
        deepest = max(_DEPTHS.get(item.level, 1) for item in areas)
        found[REGION] = _offered_regions(local_day(now), min(deepest, _OFFERED), Region.objects.count())
    return found


@lru_cache(maxsize=8)
def _offered_regions(day: date, depth: int, _count: int) -> Choices:
    """Districts, each followed by its subdistricts; kept until the list of regions grows."""
    rows = _regions(day).filter(level__gte=2, level__lte=depth + 1).order_by("code")
    names = {row.code: row.name for row in rows}
    return tuple(
        (code, name if code.count(".") < _OFFERED else f"{name}, {names.get(code.rpartition('.')[0], '')}")
        for code, name in names.items()
    )


def _units(day: date) -> UnitQuerySet:
    started = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return Unit.objects.filter(started, Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def _regions(day: date) -> RegionQuerySet:
    return Region.objects.valid_on(day).within(settings.PROVINCE_CODE)
