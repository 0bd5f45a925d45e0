"""Forms of sources. What a connector asks for becomes fields by its `options`; what may be said, the acts know."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue import connecting
from mapalus.apps.catalogue.models import Dataset, DatasetState, Source
from mapalus.apps.directory.models import Position
from mapalus.doors.desk.daftar_forms import PostChoice
from mapalus.doors.desk.openings import OpenForm
from mapalus.doors.desk.rail import Seat
from mapalus.doors.desk.sources_words import label
from mapalus.engine.data.profiles import by_file
from mapalus.engine.errors import Invalid, Problem
from mapalus.engine.harvest.connector import Option, OptionKind

__all__ = ["BY_FILE", "ChooseForm", "ContractForm", "ForgetForm", "ReasonForm", "SourceForm", "option_field"]

BY_FILE = "berkas"
_PREFIX = "o_"


class DatasetChoice(forms.ModelChoiceField[Dataset]):
    def label_from_instance(self, obj: Dataset) -> str:
        return f"{obj.unit.short or obj.unit.name}: {obj.title_here}"


class ChooseForm(forms.Form):
    """The first step: which data, and how they come."""

    dataset = DatasetChoice(Dataset.objects.none(), to_field_name="name", label=_("Dataset"), empty_label=_("Choose"))
    cara = forms.ChoiceField(label=_("How do the data come?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, place: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = Dataset.objects.visible_to(place.actor).exclude(state=DatasetState.WITHDRAWN)
        if not place.sees_all:
            seen = seen.filter(unit=getattr(place.actor, "unit", ""))
        dataset, cara = self.fields["dataset"], self.fields["cara"]
        assert isinstance(dataset, DatasetChoice)
        assert isinstance(cara, forms.ChoiceField)
        dataset.queryset = seen.select_related("unit").order_by("unit__name", "title")
        listed = [
            (name, f"{label(one.title)}: {label(one.summary)}") for name, one in connecting.all_connectors().items()
        ]
        text = gettext("As a file: the system has no open interface; somebody downloads and hands in")
        systems = ", ".join(one.system for one in by_file())
        cara.choices = [*listed, (BY_FILE, f"{text} ({systems})")]


class SourceForm(forms.Form):
    """The settings of one connector, when it is asked, and who answers for it."""

    title = forms.CharField(label=_("Name of the system"), max_length=240, help_text=_("As people call it: SIPD-RI"))

    def __init__(self, *args: Any, place: Seat, connector: str, source: Source | None = None, **kwargs: Any) -> None:
        self.connector = connecting.connector_named(connector) if connector else None
        if source is not None:
            given = {f"{_PREFIX}{name}": _shown(value) for name, value in source.options.items()}
            kept = {"title": source.title, "schedule": source.schedule, "keeper": source.keeper_code, **given}
            kwargs.setdefault("initial", kept)
        super().__init__(*args, **kwargs)
        if self.connector is not None:
            for option in self.connector.options:
                self.fields[f"{_PREFIX}{option.name}"] = option_field(option)
            self.fields["schedule"] = forms.CharField(
                label=gettext("When is it asked?"), max_length=60, required=False,
                help_text=gettext(
                    "setiap 30 menit, setiap jam, setiap hari 02.00, setiap Senin 02.00, menurut giliran; "
                    "empty: only when somebody asks"
                ),
            )  # fmt: skip
        posts = Position.objects.select_related("unit")
        if not place.sees_all:
            posts = posts.filter(unit=getattr(place.actor, "unit", ""))
        self.fields["keeper"] = PostChoice(
            posts.order_by("unit__short", "code"), label=gettext("Keeper"), empty_label=gettext("Choose"),
            help_text=gettext("The position that answers for it and hears when something is wrong."),
        )  # fmt: skip

    def options(self) -> dict[str, object]:
        """What was filled in, by the connector's own names."""
        given = {name: value for name, value in self.cleaned_data.items() if name.startswith(_PREFIX)}
        return {name.removeprefix(_PREFIX): value for name, value in given.items() if value not in (None, "")}

    def take(self, problem: Problem) -> None:
        """What an act refuses goes to the field it is about."""
        from mapalus.doors.desk.problems import to_form

        if isinstance(problem, Invalid):
            moved = {(f"{_PREFIX}{name}" if f"{_PREFIX}{name}" in self.fields else name): text
                     for name, text in problem.fields.items()}  # fmt: skip
            problem.fields = moved
        to_form(problem, self)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=400)


class ForgetForm(ReasonForm):
    """Taking something away is confirmed in so many words."""

    sure = forms.BooleanField(label=_("Yes, take it away. What came of it stays, with where it came from."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "lepas_%s", **kwargs})


class ContractForm(OpenForm):
    text_field = "contract"
    contract = forms.CharField(
        label=_("Contract"), max_length=200_000, widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false"}),
        help_text=_("Read it: names, types, what is personal, who may see it. You can change it here."),
    )  # fmt: skip


def _shown(value: object) -> object:
    return "\n".join(map(str, value)) if isinstance(value, list) else value


def option_field(option: Option) -> forms.Field:
    said: dict[str, Any] = {
        "label": label(option.title),
        "required": option.is_required and option.kind is not OptionKind.BOOLEAN,
        "help_text": _help(option),
        "initial": _shown(list(option.default) if isinstance(option.default, tuple) else option.default),
    }
    match option.kind:
        case OptionKind.NUMBER:
            return forms.IntegerField(**said)
        case OptionKind.BOOLEAN:
            return forms.BooleanField(**said)
        case OptionKind.CHOICE:
            empty = [] if option.is_required else [("", "–")]
            return forms.ChoiceField(choices=[*empty, *((one, one) for one in option.choices)], **said)
        case OptionKind.LIST:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **said)
        case OptionKind.SECRET:
            return forms.CharField(
                max_length=63, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}), **said
            )  # fmt: skip
        case _:
            return forms.CharField(max_length=4000, **said)


def _help(option: Option) -> str:
    parts = [label(option.help) if option.help else "", option.example]
    if option.kind is OptionKind.SECRET:
        parts.append(gettext("Only its name; the administrator puts the value into MAPALUS_SECRET_<NAME>."))
    if option.kind is OptionKind.LIST:
        parts.append(gettext("One a line."))
    return " ".join(part for part in parts if part)
