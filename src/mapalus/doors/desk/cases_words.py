"""How the desk says what is in a case: values, acts, whose turn it is, and how its clocks stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mapalus.apps.cases.models import Case, CaseAct, LinkKind
from mapalus.apps.cases.packs import here
from mapalus.doors.desk.holders import Holding, holding
from mapalus.doors.ui import figures
from mapalus.engine.flow import Process
from mapalus.engine.forms import Field, FieldType
from mapalus.engine.ports import Actor

__all__ = ["Story", "TurnLine", "channel_text", "story", "turn_line", "value_text"]


def _language() -> str:
    return translation.get_language() or "id"


# --- values ----------------------------------------------------------------------------------------------------------


def value_text(field: Field, value: Any, names: Mapping[str, str]) -> str:
    """A value as people read it; `names` of agencies and regions by their codes."""
    if value is None or value in ("", [], {}):
        return ""
    if field.type is FieldType.TABLE:
        return "\n".join(_row_text(field, row, names) for row in value if isinstance(row, Mapping))
    if isinstance(value, list):
        return ", ".join(value_text(field, one, names) for one in value)
    return _one(field, value, names)


def _row_text(field: Field, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    cells = ((column, value_text(column, row.get(column.name), names)) for column in field.fields)
    return " · ".join(f"{here(column, 'label')}: {text}" for column, text in cells if text)


def _one(field: Field, value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    match field.type:
        case FieldType.CHOICE | FieldType.MULTICHOICE:
            option = field.choices.get(str(value))
            return here(option, "label") if option else names.get(str(value), str(value))
        case FieldType.AREA | FieldType.PERSON | FieldType.ASSET:
            return names.get(str(value), str(value))
        case FieldType.POINT:
            return f"{value.get('lat')}, {value.get('lon')}" if isinstance(value, Mapping) else str(value)
        case FieldType.SHAPE:
            return _("a shape on the map")
        case FieldType.FILE:
            return str(value.get("name") or _("a file")) if isinstance(value, Mapping) else _("a file")
        case FieldType.MONEY:
            return figures.rupiah(value, language=_language())
        case FieldType.DATE:
            return figures.day(date.fromisoformat(str(value)), language=_language())
        case FieldType.DATETIME:
            moment = datetime.fromisoformat(str(value))
            return figures.moment(moment, language=_language(), zone=timezone.get_current_timezone())
        case FieldType.INTEGER | FieldType.NUMBER:
            return figures.number(value, language=_language())
    return str(value)


def channel_text(channel: str) -> str:
    """By which way a case came."""
    return {
        "web": _("by the portal"),
        "api": _("by machine"),
        "open311": _("by Open311"),
        "case": _("out of another case"),
        "lapor": _("by SP4N-LAPOR!"),
        "whatsapp": _("by WhatsApp"),
        "surat": _("by letter"),
        "tatap-muka": _("at the counter"),
        "call-center": _("by telephone"),
        "app": _("by the app"),
    }.get(channel, channel)


# --- whose turn ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TurnLine:
    """Whose turn it is: a heading, the position as it is held, and what is unusual about it (KOSONG, until when)."""

    is_mine: bool
    heading: str
    text: str
    holder: Holding | None = None
    giver: str = ""  # who assigned it
    is_given: bool = False  # assigned by the one who looks, who may take it back


def turn_line(case: Case, *, by: Actor, now: datetime) -> TurnLine:
    covers = frozenset(getattr(by, "covers", ())) | {by.position}
    if case.is_final:
        return TurnLine(False, _("Closed"), _("It waits for nobody any more."))
    giver = holding(case.turn_of, now).title if case.turn_of else ""
    if not case.turn:
        heading = _("Waiting for the applicant") if case.turn_role == "applicant" else _("Waiting for nobody")
        return TurnLine(False, heading, "")
    held = holding(case.turn, now)
    if case.turn in covers:
        text = _("For %(title)s.") % {"title": held.title} if case.turn != by.position else ""
        return TurnLine(True, _("Your turn"), text, held, giver)
    heading = _("Waiting for %(title)s") % {"title": held.title}
    return TurnLine(False, heading, "", held, giver, is_given=bool(case.turn_of) and case.turn_of in covers)


# --- the story -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """One line of desk/cases/_story.html."""

    at: datetime
    look: str
    text: str
    quote: str
    who: str
    state: str = ""  # where it led, in words


def story(acts: list[CaseAct], process: Process) -> tuple[Story, ...]:
    """What happened, newest first."""
    return tuple(_told(act, process) for act in reversed(acts))


def _told(act: CaseAct, process: Process) -> Story:
    text, quote = _said(act, process), act.reason
    if act.kind in LinkKind.values:
        text, quote = f"{text} {act.reason}", ""
    state = process.states.get(act.to)
    moved = here(state, "label") if state is not None and act.origin != act.to else ""
    look = "late" if act.kind in ("escalate", "erase") else "good" if state and state.is_final and moved else "none"
    return Story(act.at, look, text, quote, act.actor_label, moved)


def _said(act: CaseAct, process: Process) -> str:
    transition = process.transitions.get(act.act)
    if transition is not None:
        return here(transition, "label") or act.act
    words = {
        "open": _("Received"),
        "begin": _("Received"),
        "assign": _("Assigned"),
        "return": _("Given back to who assigned it"),
        "split": _("A part became a case of its own"),
        "recompute": _("Limits moved with the calendar"),
        "escalate": _("Past its time: told to the next above"),
        "erase": _("Personal values destroyed"),
        "appeal": _("Objection filed"),
        LinkKind.DUPLICATE: _("Duplicate, with"),
        LinkKind.PART: _("Part, with"),
        LinkKind.RELATED: _("Related to"),
        LinkKind.APPEAL: _("Objection, with"),
        LinkKind.CONVERTED: _("Made from, with"),
    }
    return words.get(act.act) or words.get(act.kind) or act.label or act.act
