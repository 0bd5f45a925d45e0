"""Forms of the daftar data. They look at shape alone; what a line may say, the acts know."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.daftar_acts import FIELDS
from mapalus.apps.catalogue.models import Cadence, Classification, DataKind, PlanEntry
from mapalus.apps.directory.models import Position
from mapalus.doors.desk.rail import Seat

__all__ = ["DecideForm", "EntryForm", "FileForm", "OpenForm", "ReasonForm"]


class PostChoice(forms.ModelChoiceField[Position]):
    def label_from_instance(self, obj: Position) -> str:
        return f"{obj.unit.short}: {obj.title}"


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class EntryForm(forms.Form):
    """One line of the daftar data."""

    title = forms.CharField(label=_("Name of the data"), max_length=240)
    producer = PostChoice(Position.objects.none(), label=_("Producing position"), empty_label=_("Choose"))
    kind = forms.ChoiceField(label=_("Kind of data"), choices=DataKind.choices)
    matter = forms.CharField(label=_("Government affair"), max_length=120, required=False)
    concept = forms.CharField(
        label=_("Concept"), max_length=400, required=False, help_text=_("What idea lies behind it")
    )
    definition = forms.CharField(
        label=_("Definition"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What exactly is counted, and where that ends"),
    )  # fmt: skip
    grouping = forms.CharField(
        label=_("Classification"), max_length=400, required=False, help_text=_("Shown by: kab/kota, sex, age")
    )
    measure = forms.CharField(label=_("Measure"), max_length=160, required=False, help_text=_("Number, share, index"))
    counted_in = forms.CharField(label=_("Unit"), max_length=120, required=False, help_text=_("persons, percent, tons"))
    level = forms.CharField(
        label=_("Level of presentation"),
        max_length=80,
        required=False,
        help_text=_("province, kab/kota, district, village"),
    )
    references = forms.CharField(label=_("Reference codes used"), max_length=240, required=False)
    cadence = forms.ChoiceField(label=_("Cadence"), choices=Cadence.choices)
    schedule = forms.CharField(
        label=_("Schedule"), max_length=160, required=False, help_text=_("As one says it: the 10th of the next month")
    )
    first_on = forms.DateField(label=_("First planned for"), required=False, widget=_day())
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=240, required=False)
    element_code = forms.CharField(label=_("Code of the element in e-Walidata"), max_length=40, required=False)
    is_survey = forms.BooleanField(label=_("A statistical survey"), required=False)
    recommendation = forms.CharField(
        label=_("Number of the recommendation of BPS (Romantik)"),
        max_length=80,
        required=False,
        help_text=_("For surveys; leave empty until it is given"),
    )
    classification = forms.ChoiceField(label=_("Access"), choices=Classification.choices)
    classification_ground = forms.CharField(
        label=_("Ground of the restriction"),
        max_length=400,
        required=False,
        help_text=_("Article of the law, and the test of consequences"),
    )
    is_priority = forms.BooleanField(label=_("Priority data"), required=False)
    contact = forms.CharField(label=_("Contact of the office"), max_length=160, required=False)

    def __init__(self, *args: Any, place: Seat, entry: PlanEntry | None = None, **kwargs: Any) -> None:
        if entry is not None:
            kwargs.setdefault(
                "initial", {**{name: getattr(entry, name) for name in FIELDS}, "producer": entry.producer_code}
            )
        super().__init__(*args, **kwargs)
        posts = Position.objects.select_related("unit").filter(roles__role__in=("produsen", "kepala")).distinct()
        if not place.sees_all:
            posts = posts.filter(unit=getattr(place.actor, "unit", ""))
        field = self.fields["producer"]
        assert isinstance(field, PostChoice)
        field.queryset = posts.order_by("unit__short", "code")

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("Spreadsheet of the daftar data"),
        help_text=_("Excel, ODS or CSV. You see what will be taken over before anything changes."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt,.tsv"}),
    )


class OpenForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    closes_on = forms.DateField(label=_("Proposals until"), required=False, widget=_day())


class DecideForm(forms.Form):
    decree = forms.CharField(label=_("Number of the decision"), max_length=160)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
