"""What can be chosen where a pack's field names a list of the province, and how such codes are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mapalus.apps.cases import lists
from mapalus.apps.directory.models import Region, Unit
from mapalus.doors.ui.questions import Offered
from mapalus.engine import clock
from mapalus.engine.forms import FieldType, Form

__all__ = ["names_of", "offered"]


def offered(form: Form, asked: Iterable[str]) -> Offered:
    """Value and label for the lists these questions need, and no others."""
    fields = tuple(form.by_name[name] for name in asked if name in form.by_name)
    return lists.offered(Form(fields), now=clock.now())


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
