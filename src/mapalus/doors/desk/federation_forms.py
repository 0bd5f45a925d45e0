"""Forms of the federation. They look at shape alone; what the two sides may do, the acts know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue import timetable
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.federation.actions import Line, Terms
from mapalus.apps.federation.models import Agreement, Instance, InstanceKind, Quoted, ShareKind, Takes

__all__ = [
    "AnswerForm", "InstanceForm", "InvitationForm", "JoinForm", "LineForm", "Lines", "ReadingForm", "Readings",
    "ReasonForm", "SettingsForm", "SettleForm", "TermsForm", "WithholdForm", "initial_lines", "initial_reading",
    "terms_of",
]  # fmt: skip

_STATES = (("bagi", _("shared")), ("embargo", _("held back until")), ("tidak", _("not shared")))


class UnitChoice(forms.ModelChoiceField[Unit]):
    def label_from_instance(self, obj: Unit) -> str:
        return obj.name


class PostChoice(forms.ModelChoiceField[Position]):
    def label_from_instance(self, obj: Position) -> str:
        return f"{obj.unit.short}: {obj.title}"


class InstanceForm(forms.Form):
    """How a district keeps its data."""

    unit = UnitChoice(Unit.objects.none(), label=_("Kabupaten or kota"), empty_label=_("Choose"))
    contact = PostChoice(
        Position.objects.none(), label=_("Position that speaks for it"), empty_label=_("Choose"),
        help_text=_("One of its own government, usually the head of its Kominfo"),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("How it keeps its data"), choices=InstanceKind.choices, widget=forms.RadioSelect)
    address = forms.URLField(
        label=_("Address"), required=False, assume_scheme="https", help_text=_("Of its start page; none for files")
    )
    secret = forms.CharField(
        label=_("Name of the key"), required=False, max_length=64,
        help_text=_("Under which it stands in the environment; never the key itself"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = Instance.objects.exclude(state="ended").values("unit")
        units = Unit.objects.filter(kind="daerah", region__isnull=False).exclude(pk__in=taken).order_by("name")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        posts = Position.objects.filter(unit__in=units).select_related("unit").order_by("code")
        self.fields["contact"].queryset = posts  # type: ignore[attr-defined]


class InvitationForm(forms.Form):
    """For whom a code is made, and how long it may be entered."""

    unit = UnitChoice(Unit.objects.none(), label=_("Kabupaten or kota"), empty_label=_("Choose"))
    contact = PostChoice(
        Position.objects.none(), label=_("Position that speaks for it"), empty_label=_("Choose"),
        help_text=_("One of its own government, usually the head of its Kominfo"),
    )  # fmt: skip
    lasts = forms.ChoiceField(
        label=_("May be entered for"), choices=(("1", _("one hour")), ("24", _("one day")), ("72", _("three days"))),
        initial="24",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Instance.objects.exclude(state="ended").exclude(kind=InstanceKind.MAPALUS).values("unit")
        units = Unit.objects.filter(kind="daerah", region__isnull=False).exclude(pk__in=others).order_by("name")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        posts = Position.objects.filter(unit__in=units).select_related("unit").order_by("code")
        self.fields["contact"].queryset = posts  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """In the installation of a district: the code that the province read out."""

    invitation = forms.CharField(
        label=_("Invitation"), max_length=500,
        help_text=_("The code of 20 signs, or the whole line that the province sent"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    address = forms.URLField(
        label=_("Address of the province's Mapalus"), assume_scheme="https", required=False,
        help_text=_("Only where you have the code alone"),
    )  # fmt: skip
    contact = PostChoice(
        Position.objects.none(), label=_("Position that speaks for it"), empty_label=_("Choose"),
        help_text=_("One of its own government, usually the head of its Kominfo"),
    )  # fmt: skip

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(kind="daerah", region=region)
        posts = Position.objects.filter(unit__in=units).select_related("unit").order_by("code")
        self.fields["contact"].queryset = posts  # type: ignore[attr-defined]


class SettingsForm(forms.Form):
    """Where the other end is, who speaks for the district, and under which name our key stands."""

    address = forms.URLField(
        label=_("Address"), required=False, assume_scheme="https", help_text=_("Of its start page")
    )
    secret = forms.CharField(
        label=_("Name of the key"), required=False, max_length=64,
        help_text=_("Under which it stands in the environment; never the key itself"),
    )  # fmt: skip
    contact = PostChoice(Position.objects.none(), label=_("Position that speaks for it"), empty_label=None)

    def __init__(self, data: Mapping[str, Any] | None = None, *, instance: Instance) -> None:
        known = {"address": instance.address, "secret": instance.secret, "contact": instance.contact}
        super().__init__(data, initial=known)
        posts = Position.objects.filter(unit=instance.unit_code).select_related("unit").order_by("code")
        self.fields["contact"].queryset = posts  # type: ignore[attr-defined]
        if not instance.is_reached:
            del self.fields["address"], self.fields["secret"]
        elif instance.kind == InstanceKind.CKAN:
            self.fields["secret"].help_text = _("Only where the portal asks for one; never the key itself")


class ReadingForm(forms.Form):
    """In which rows the numbers of one indicator stand. Without a dataset they are asked for as numbers."""

    code = forms.CharField(widget=forms.HiddenInput)
    dataset = forms.ChoiceField(label=_("Dataset"), required=False)
    value = forms.CharField(label=_("Column of the number"), max_length=120, required=False)
    period = forms.CharField(
        label=_("Column of the period"), max_length=120, required=False, help_text=_("Empty: the period of the version")
    )
    region = forms.CharField(
        label=_("Column of the region code"), max_length=120, required=False,
        help_text=_("Empty: every row is of the whole district"),
    )  # fmt: skip
    where = forms.CharField(
        label=_("Only rows with"), max_length=240, required=False, help_text=_("column = value; one, or none")
    )
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False)
    sum = forms.BooleanField(label=_("Add the rows of its kecamatan and desa to one number"), required=False)

    def __init__(self, *args: Any, datasets: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dataset"].choices = [("", _("none: asked for as numbers")), *datasets]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("dataset") and not given.get("value"):
            self.add_error("value", _("Name the column in which the number stands."))
        if given.get("where") and "=" not in given["where"]:
            self.add_error("where", _("Write it as column = value."))
        return given

    @property
    def reading(self) -> dict[str, Any]:
        """As an agreement keeps it."""
        given = self.cleaned_data
        if not given.get("dataset"):
            return {}
        column, _sign, value = given["where"].partition("=")
        told = {name: given[name].strip() for name in ("dataset", "value", "period", "region", "unit")}
        found: dict[str, Any] = {name: text for name, text in told.items() if text}
        if column.strip():
            found["where"] = {column.strip(): value.strip()}
        if given["sum"]:
            found["sum"] = True
        return found


Readings = forms.formset_factory(ReadingForm, extra=0, max_num=100)


def initial_reading(code: str, reading: Mapping[str, Any]) -> dict[str, Any]:
    where = " , ".join(f"{name} = {value}" for name, value in (reading.get("where") or {}).items())
    return {"code": code, **{key: reading.get(key) for key in ("dataset", "value", "period", "region", "unit", "sum")},
            "where": where}  # fmt: skip


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TermsForm(forms.Form):
    """What holds for all of it."""

    cadence = forms.CharField(
        label=_("How fresh"), max_length=60, required=False, initial="setiap 15 menit",
        help_text=_("setiap 15 menit, setiap jam, setiap hari 02.00; empty: only when somebody asks, or by file"),
    )  # fmt: skip
    takes = forms.ChoiceField(label=_("After it was cut off"), choices=Takes.choices, initial=Takes.NEWEST)
    license = forms.CharField(label=_("Licence"), max_length=80, initial="CC-BY-4.0")
    conditions = forms.CharField(
        label=_("Conditions"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    since = forms.DateField(label=_("From"), required=False, widget=_day())
    until = forms.DateField(
        label=_("Until"), required=False, widget=_day(), help_text=_("Empty: until somebody ends it")
    )

    def clean_cadence(self) -> str:
        return str(timetable.read(self.cleaned_data["cadence"]))


class LineForm(forms.Form):
    """One thing: shared, held back until a day, or not shared. Without a code it is left out."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ShareKind.choices)
    code = forms.CharField(label=_("Name or code"), max_length=100, required=False)
    title = forms.CharField(label=_("Title"), max_length=240, required=False)
    state = forms.ChoiceField(label=_("How"), choices=_STATES)
    until = forms.DateField(label=_("Until"), required=False, widget=_day())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("code") and given.get("state") == "embargo" and not given.get("until"):
            self.add_error("until", _("Say until when."))
        return given


Lines = forms.formset_factory(LineForm, extra=4, max_num=200)


def initial_lines(agreement: Agreement | None) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind, "code": one.code, "title": one.title,
            "state": "tidak" if not one.is_shared else "embargo" if one.embargo_until else "bagi",
            "until": timezone.localtime(one.embargo_until).date() if one.embargo_until else None,
        }
        for one in (agreement.shares.all() if agreement is not None else ())
    ]  # fmt: skip


def terms_of(form: TermsForm, lines: Sequence[LineForm], *, before: Agreement | None) -> Terms:
    """What was filled in; how numbers are read from rows stays as it was agreed."""
    readings = {(one.kind, one.code): one.reading for one in (before.shares.all() if before is not None else ())}
    given = form.cleaned_data
    found = [
        Line(
            kind=ShareKind(one["kind"]), code=one["code"].strip(), title=one["title"].strip(),
            is_shared=one["state"] != "tidak",
            embargo_until=_midnight(one["until"]) if one["state"] == "embargo" and one["until"] else None,
            reading=readings.get((one["kind"], one["code"].strip()), {}),
        )
        for line in lines if (one := line.cleaned_data) and one.get("code", "").strip()
    ]  # fmt: skip
    return Terms(
        found, given["cadence"], Takes(given["takes"]), given["license"], given["conditions"], given["since"],
        given["until"],
    )  # fmt: skip


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(0, 0)))


class WithholdForm(forms.Form):
    """How one thing is shared from now on."""

    state = forms.ChoiceField(label=_("How"), choices=_STATES)
    until = forms.DateField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("state") == "embargo" and not given.get("until"):
            self.add_error("until", _("Say until when."))
        return given

    @property
    def is_shared(self) -> bool:
        return bool(self.cleaned_data["state"] != "tidak")

    @property
    def embargo_until(self) -> datetime | None:
        given = self.cleaned_data
        return _midnight(given["until"]) if given["state"] == "embargo" else None


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}), required=False
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Where our number comes from"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it counts, from which source, of which day"),
    )  # fmt: skip


class SettleForm(forms.Form):
    choice = forms.ChoiceField(label=_("Quoted is"), choices=Quoted.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Which is quoted for what, and why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both numbers stay. When either changes, this is open again."),
    )  # fmt: skip
