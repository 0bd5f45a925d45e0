"""What can be chosen where a pack's field names a list of the province, and how such codes are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mapalus.apps.cases import lists
from mapalus.doors.ui.questions import Offered
from mapalus.engine import clock
from mapalus.engine.forms import FieldType, Form

__all__ = ["names_of", "offered"]


def offered(form: Form, asked: Iterable[str]) -> Offered:
    """Value and label for the lists these questions need, and no others."""
    fields = tuple(form.by_name[name] for name in asked if name in form.by_name)
    return lists.offered(Form(fields), now=clock.now())


def names_of(form: Form, values: Mapping[str, object]) -> dict[str, str]:
    """The names of what stands as codes of the province's lists among these values; one query a list at most."""
    codes: dict[str, set[str]] = {}
    for name, value in values.items():
        field = form.by_name.get(name)
        source = "" if field is None else lists.REGION if field.type is FieldType.AREA else field.options_from
        if source:
            codes.setdefault(source, set()).update(str(one) for one in (value if isinstance(value, list) else [value]))
    return {code: name for source, found in codes.items() for code, name in lists.named(source, found).items()}
