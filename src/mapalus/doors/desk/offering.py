"""What can be chosen where a pack's field names a list of the province: agencies, regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings

from mapalus.apps.directory.models import Region, RegionLevel, Unit
from mapalus.doors.ui.questions import Offered
from mapalus.engine.forms import FieldType, Form

__all__ = ["lists_of", "names_of", "offered"]

_LEVELS = {"provinsi": RegionLevel.PROVINCE, "kabkota": RegionLevel.DISTRICT, "kecamatan": RegionLevel.SUBDISTRICT}


def offered(form: Form, asked: Iterable[str]) -> Offered:
    """Value and label for the lists these questions need. A village is written: there are too many to choose from."""
    fields = [form.by_name[name] for name in asked if name in form.by_name]
    found: dict[str, list[tuple[str, str]]] = {}
    if any(one.options_from == "ref:unit" for one in fields):
        rows = Unit.objects.order_by("name").values_list("code", "name")
        found["ref:unit"] = [(str(code), str(name)) for code, name in rows]
    areas = [one for one in fields if one.type is FieldType.AREA and one.level != "desa"]
    if areas:
        deepest = max(_LEVELS.get(one.level, RegionLevel.DISTRICT) for one in areas)
        regions = Region.objects.within(settings.PROVINCE_CODE).filter(level__lte=deepest).order_by("code")
        found["ref:wilayah"] = [(str(code), str(name)) for code, name in regions.values_list("code", "name")]
    return found


def lists_of(found: Offered) -> dict[str, frozenset[str]]:
    """The same, as `engine.forms.clean` asks for it."""
    return {name: frozenset(value for value, _label in rows) for name, rows in found.items()}


def names_of(form: Form, values: Mapping[str, object]) -> dict[str, str]:
    """The names of the agencies and regions that stand as codes among these values; two queries at most."""
    codes: dict[str, set[str]] = {"unit": set(), "region": set()}
    for name, value in values.items():
        field = form.by_name.get(name)
        if field is None:
            continue
        kind = "region" if field.type is FieldType.AREA else "unit" if field.options_from == "ref:unit" else ""
        if kind:
            codes[kind].update(str(one) for one in (value if isinstance(value, list) else [value]))
    found: dict[str, str] = {}
    if codes["unit"]:
        found |= dict(Unit.objects.filter(pk__in=codes["unit"]).values_list("code", "name"))
    if codes["region"]:
        found |= dict(Region.objects.filter(pk__in=codes["region"]).values_list("code", "name"))
    return found
