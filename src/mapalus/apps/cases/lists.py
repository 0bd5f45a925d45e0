"""What may be chosen in `ref:` lists of the province: agencies, regions, positions, the data list.

`known` is what `clean` judges by, `offered` what a page shows at once (regions go on step by step, see `areas`),
`named` how codes are called; a list that is not installed judges nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q, QuerySet

from mapalus.apps.cases.areas import areas, paths
from mapalus.apps.catalogue.models import Classification, Dataset, DatasetState
from mapalus.apps.directory.models import Position, PositionRole, Region, Unit
from mapalus.apps.directory.roster import local_day
from mapalus.engine.forms import FieldType, Form, Lists

if TYPE_CHECKING:
    from mapalus.apps.directory.models.post import PositionQuerySet, UnitQuerySet

__all__ = ["DATASET", "POSITION", "REGION", "UNIT", "known", "named", "offered"]

UNIT, REGION, POSITION, DATASET = "ref:unit", "ref:wilayah", "ref:jabatan", "ref:kumpulan-data"
Choices = Sequence[tuple[str, str]]


class _Known:
    """Members of a list, asked of the database one by one; everything is one where the list is empty."""

    def __init__(self, day: date, source: str) -> None:
        self._day, self._source = day, source

    @cached_property
    def _is_installed(self) -> bool:
        return _whole(self._source).exists()

    def __contains__(self, value: object) -> bool:
        if not self._is_installed:
            return True
        return _rows(self._source, self._day).filter(**{_KEYS[self._source]: str(value)}).exists()


_KEYS = {UNIT: "code", REGION: "code", POSITION: "code", DATASET: "name"}
_LABELS = {UNIT: "name", REGION: "name", POSITION: "title", DATASET: "title"}


def known(now: datetime) -> Lists:
    """The lists for `engine.forms.clean`."""
    day = local_day(now)
    found: dict[str, Container[str]] = {source: _Known(day, source) for source in _KEYS}
    return found


def offered(form: Form, *, now: datetime) -> Mapping[str, Choices]:
    """Values and labels of the lists this form asks for; of regions the districts."""
    fields = [one for item in form.fields for one in (item, *item.fields)]
    day = local_day(now)
    found: dict[str, Choices] = {
        source: _choices(source, day)
        for source in (UNIT, POSITION, DATASET)
        if any(item.options_from == source for item in fields)
    }
    if any(item.type is FieldType.AREA for item in fields):
        found[REGION] = areas(now).within(settings.PROVINCE_CODE)
    return found


def named(source: str, codes: Iterable[str]) -> dict[str, str]:
    """How these codes of a list are called, also those that are no longer offered; one query."""
    wanted = set(codes)
    if source not in _KEYS or not wanted:
        return {}
    if source == REGION:
        return paths(wanted)
    key = _KEYS[source]
    return dict(_whole(source).filter(**{f"{key}__in": wanted}).values_list(key, _LABELS[source]))


def _choices(source: str, day: date) -> Choices:
    rows = _rows(source, day)
    if source == UNIT:
        rows = rows.exclude(kind="luar")
    if source == POSITION:
        posts = rows.select_related("unit").order_by("unit__name", "-is_head", "title")
        return tuple((post.code, f"{post.title}, {post.unit.short}") for post in posts)
    label = _LABELS[source]
    return tuple(rows.order_by(label).values_list(_KEYS[source], label).distinct())


def _whole(source: str) -> QuerySet[Any]:
    match source:
        case "ref:unit":
            return Unit.objects.all()
        case "ref:wilayah":
            return Region.objects.within(settings.PROVINCE_CODE)
        case "ref:jabatan":
            return Position.objects.all()
    return Dataset.objects.all()


def _rows(source: str, day: date) -> QuerySet[Any]:
    """What may be chosen of a list on a day. Of the data list also what is planned or restricted, nothing closed."""
    match source:
        case "ref:unit":
            return _units(day)
        case "ref:wilayah":
            return Region.objects.within(settings.PROVINCE_CODE).valid_on(day)
        case "ref:jabatan":
            return _positions(day)
    return Dataset.objects.exclude(classification=Classification.CLOSED).exclude(state=DatasetState.WITHDRAWN)


def _positions(day: date) -> PositionQuerySet:
    """Posts that lead or have a role, of the province and of those who work with it; districts answer to others."""
    known = Position.objects.filter(Q(is_head=True) | Q(pk__in=PositionRole.objects.values("position")))
    started = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return known.filter(started, Q(valid_to__isnull=True) | Q(valid_to__gte=day)).exclude(unit__kind="daerah")


def _units(day: date) -> UnitQuerySet:
    started = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return Unit.objects.filter(started, Q(valid_to__isnull=True) | Q(valid_to__gte=day))
