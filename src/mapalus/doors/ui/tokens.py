"""The form with which a token for reading is asked for, the same for a position and for an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

__all__ = ["TokenForm"]

_TERMS = (("90", _("three months")), ("365", _("one year")), ("730", _("two years")))


class TokenForm(forms.Form):
    """`wide` is asked of positions only."""

    name = forms.CharField(label=_("The application that reads"), max_length=120)
    purpose = forms.CharField(label=_("What it reads the data for"), max_length=400)
    contact = forms.CharField(
        label=_("Who is told when something changes"), max_length=200,
        help_text=_("An office or an address that is read, not a private person."),
    )  # fmt: skip
    term = forms.ChoiceField(label=_("How long it counts"), choices=_TERMS, initial="365")
    wide = forms.BooleanField(
        label=_("Also restricted data that this position may see"), required=False,
        help_text=_("Masked as on every page. What is closed is never read with a token."),
    )  # fmt: skip

    def __init__(self, data: object = None, *, is_for_position: bool) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        if not is_for_position:
            del self.fields["wide"]

    def until(self, now: datetime) -> datetime:
        return now + timedelta(days=int(self.cleaned_data["term"]))
