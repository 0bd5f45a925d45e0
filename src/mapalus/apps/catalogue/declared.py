"""What a contract says about its dataset, beyond its columns: the `mapalus:` key of the descriptor."""

from __future__ import annotations

from typing import Any

from mapalus.apps.catalogue.models import Cadence, Classification
from mapalus.apps.catalogue.restricting import Ground, ground_of
from mapalus.apps.directory.models import Position, Unit
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.drift_finding import limits_of
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _, slug

__all__ = ["CHANGEABLE", "read"]

_TEXTS = {  # field of Dataset -> keys under `mapalus:`, the first that is there
    "title_en": ("title_en",),
    "description_en": ("description_en",),
    "due_rule": ("due", "due_rule"),
    "national_link": ("national_link",),
}
CHANGEABLE = frozenset(
    {
        "title", "description", "producer", "confirmer", "cadence", "classification", "classification_ground",
        "is_counted_openly", "is_priority", "themes", "license", *_TEXTS,
    }
)  # fmt: skip


def read(contract: Contract, *, unit: Unit) -> dict[str, Any]:
    """Fields of Dataset. Raises `Invalid` with every word that is not known."""
    marks = contract.mapalus
    limits_of(contract)  # what it declares about changes must be understood before one comes
    wrong: dict[str, str] = {}
    cadence = _choice(Cadence, marks.get("cadence"), Cadence.OTHER, "cadence", wrong)
    classification = _choice(Classification, marks.get("classification"), Classification.OPEN, "classification", wrong)
    producer = _position(marks.get("producer"), "producer", wrong)
    confirmer = _position(marks.get("confirmer"), "confirmer", wrong)
    texts = {name: next((str(marks[key]) for key in keys if marks.get(key)), "") for name, keys in _TEXTS.items()}
    if producer is None and "producer" not in wrong:
        wrong["producer"] = _("The contract must name the position that produces the data.")
    ground = _ground(contract, wrong)
    if wrong:
        raise Invalid(_("The contract of %(name)s does not fit the directory."), fields=wrong, name=contract.name)
    return {
        "name": slug(contract.name),
        "title": contract.title or contract.name,
        "description": contract.description,
        "unit": unit,
        "producer": producer,
        "confirmer": confirmer,
        "cadence": cadence,
        "classification": classification,
        "classification_ground": str(ground) if ground else "",
        "is_counted_openly": bool(marks.get("counts_by") or marks.get("counts_open")),
        "is_priority": _yes(marks.get("priority")),
        "themes": [str(theme) for theme in marks.get("themes") or ()],
        "license": str(contract.licenses[0].get("name") or "") if contract.licenses else "CC-BY-4.0",
        **texts,
    }


def _ground(contract: Contract, wrong: dict[str, str]) -> Ground | None:
    try:
        return ground_of(contract)
    except Invalid as problem:
        wrong.update({f"ground.{name}": text for name, text in problem.fields.items()})
        return None


def _choice(choices: Any, value: object, default: str, name: str, wrong: dict[str, str]) -> str:
    if value in (None, ""):
        return default
    if value not in choices.values:
        wrong[name] = _("One of: ") + ", ".join(choices.values)
        return default
    return str(value)


def _position(code: object, name: str, wrong: dict[str, str]) -> Position | None:
    if not code:
        return None
    found = Position.objects.filter(code=str(code).removeprefix("pos:")).first()
    if found is None:
        wrong[name] = str(code)
    return found


def _yes(value: object) -> bool:
    return value is True or str(value).lower() in ("ya", "yes", "true")
