"""Columns of a proposed contract that can be read in two ways: the person chooses once, with both examples in sight."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mapalus.apps.catalogue import pins
from mapalus.apps.catalogue.pins import Opening

__all__ = ["OpenForm"]

_PREFIX = "cara_"


class OpenForm(forms.Form):
    """A form with a contract in one of its fields (`text_field`): each column that is left open is asked for, first."""

    text_field = "text"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = self.data.get(self.text_field, "") if self.is_bound else self.initial.get(self.text_field, "")
        self.openings = pins.openings(str(text or ""))
        for one in self.openings:
            self.fields[_PREFIX + one.field] = forms.TypedChoiceField(
                label=_("%(column)s: what is %(text)s?") % {"column": one.title, "text": one.text},
                choices=[(str(n), _way(one, n)) for n in range(len(one.readings))],
                coerce=int,
                widget=forms.RadioSelect,
                help_text=_("Nothing in the file says it. Once chosen, it stands in the contract for good."),
            )
        self.order_fields([_PREFIX + one.field for one in self.openings])

    def closed(self) -> str:
        """The contract with what was chosen; only of a form that is valid."""
        text = str(self.cleaned_data.get(self.text_field) or "")
        return pins.closed(text, {one.field: self.cleaned_data[_PREFIX + one.field] for one in self.openings})


def _way(one: Opening, number: int) -> str:
    """One way in words: what the example is."""
    reading, value = one.readings[number], one.value(number)
    if reading["type"] in ("date", "datetime"):
        return date_format(datetime.fromisoformat(value), "j F Y")
    if reading["type"] == "integer":
        sign = reading.get("groupChar", ".")
        return _("%(value)s: the %(sign)s parts thousands") % {"value": value, "sign": f"\u201c{sign}\u201d"}
    sign = reading.get("decimalChar", ".")
    shown = value.replace(".", ",") if _is_indonesian() else value
    return _("%(value)s: a fraction stands behind the %(sign)s") % {"value": shown, "sign": f"\u201c{sign}\u201d"}


def _is_indonesian() -> bool:
    from django.utils.translation import get_language

    return (get_language() or "id").startswith("id")
