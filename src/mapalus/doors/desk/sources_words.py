"""How a source stands, in words: rows of the list, of its history, and its settings without a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from mapalus.apps.catalogue import connecting, timetable
from mapalus.apps.catalogue.models import HarvestOutcome, HarvestRun, Source, SourceKind
from mapalus.apps.directory.roster import Roster
from mapalus.doors.desk.holders import holding_of
from mapalus.doors.desk.problems import sentence
from mapalus.engine.errors import Problem
from mapalus.engine.harvest.connector import OptionKind
from mapalus.engine.text import Label

__all__ = [
    "RunRow", "SettingLine", "SourceRow", "connector_title", "label", "problem_said", "run_rows", "setting_lines",
    "source_row", "standing", "when_said",
]  # fmt: skip

_LOOKS = {
    HarvestOutcome.RUNNING: "soon",
    HarvestOutcome.BROUGHT: "good",
    HarvestOutcome.UNCHANGED: "none",
    HarvestOutcome.HELD: "soon",
    HarvestOutcome.FAILED: "late",
    HarvestOutcome.VANISHED: "late",
    HarvestOutcome.REFUSED: "late",
    HarvestOutcome.TRIED: "none",
}


@dataclass(frozen=True)
class SourceRow:
    """One line of a list: desk/sources/_row.html."""

    source: Source
    address: str
    system: str  # how it is fetched, in words
    look: str
    state: str
    problem: str  # one sentence; empty: none
    keeper: str
    next_at: datetime | None


@dataclass(frozen=True)
class RunRow:
    """One attempt in the history; `share`: of the most rows in it, for the bar."""

    run: HarvestRun
    look: str
    state: str
    problem: str
    notes: tuple[str, ...]
    receipt: str
    seconds: int | None
    most: int


@dataclass(frozen=True)
class SettingLine:
    """One setting; of a secret only its name, its variable, and whether the environment has it."""

    title: str
    value: str
    variable: str = ""
    is_there: bool = False


def label(said: Label | str) -> str:
    """A name in the language of the page."""
    return said.say(language=translation.get_language() or "id") if isinstance(said, Label) else sentence(said)


def connector_title(name: str) -> str:
    try:
        return label(connecting.connector_named(name).title)
    except Problem:
        return name


def problem_said(parts: Mapping[str, Any]) -> str:
    """A problem that was kept in parts, in the language of the page."""
    if not parts:
        return ""
    data = parts.get("data") or {}
    try:
        return " ".join(sentence(str(parts.get(name) or "")) % data for name in ("text", "advice") if parts.get(name))
    except (KeyError, ValueError, TypeError):
        return sentence(str(parts.get("text") or ""))


_STANDING = {"vanished": "late", "broken": "late", "failing": "late", "retrying": "soon", "held": "soon",
             "stream": "good", "well": "good"}  # fmt: skip


def standing(source: Source) -> tuple[str, str]:
    """The look and the words."""
    return _STANDING.get(source.standing, "none"), str(source.SAID[source.standing])


def source_row(source: Source, known: Roster) -> SourceRow:
    look, state = standing(source)
    system = connector_title(source.connector) if source.kind == SourceKind.CONNECTOR else _("as a file")
    return SourceRow(
        source=source,
        address=reverse("desk:source", args=[source.name]),
        system=system,
        look=look,
        state=state,
        problem=problem_said(source.problem) or source.paused_reason,
        keeper=holding_of(source.keeper_code, known).title if source.keeper_code else "",
        next_at=source.next_at,
    )


def run_rows(runs: Iterable[HarvestRun]) -> tuple[RunRow, ...]:
    listed = list(runs)
    most = max((one.rows or 0 for one in listed), default=0) or 1
    return tuple(
        RunRow(
            run=one,
            look=_LOOKS[one.stage],
            state=str(one.stage.label),
            problem=problem_said(one.problem),
            notes=tuple(problem_said({"text": text, "data": data}) for text, data in one.notes),
            receipt=one.handin.receipt if one.handin else "",
            seconds=None if one.seconds is None else max(1, round(one.seconds)),
            most=most,
        )
        for one in listed
    )


def setting_lines(source_options: Mapping[str, Any], connector: str) -> tuple[SettingLine, ...]:
    """The settings as a person reads them."""
    try:
        options = connecting.connector_named(connector).options
    except Problem:
        return tuple(SettingLine(name, str(value)) for name, value in source_options.items())
    return tuple(
        _line(label(one.title), one.kind, source_options[one.name]) for one in options if one.name in source_options
    )


def _line(title: str, kind: OptionKind, value: object) -> SettingLine:
    if kind is OptionKind.SECRET:
        name = str(value)
        return SettingLine(title, name, connecting.variable(name), connecting.has_secret(name))
    if kind is OptionKind.BOOLEAN:
        return SettingLine(title, _("yes") if value else _("no"))
    return SettingLine(title, ", ".join(map(str, value)) if isinstance(value, list) else str(value))


def when_said(source: Source) -> str:
    """Its schedule in words."""
    return timetable.read(source.schedule).says()
