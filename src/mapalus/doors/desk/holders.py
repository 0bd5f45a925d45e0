"""Who holds a position, as the desk says it: the title as it is signed, KOSONG, until when somebody acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from mapalus.apps.directory.roster import Hat, Roster, roster
from mapalus.doors.ui import figures

__all__ = ["Holding", "holding", "holding_of"]


@dataclass(frozen=True)
class Holding:
    """A position at this moment. `text` says what is unusual about it; empty where nothing is."""

    code: str
    title: str
    is_vacant: bool
    text: str
    until: date | None = None
    person: str = ""


def holding(code: str, now: datetime) -> Holding:
    return holding_of(code, roster(now))


def holding_of(code: str, known: Roster) -> Holding:
    """From a roster that is already there."""
    position = known.positions.get(code)
    if position is None:
        return Holding(code, code, is_vacant=False, text="")
    held = known.holder(code)
    if held is None:
        above = known.responsible(code)
        falls = _("VACANT; duties fall to %(title)s.") % {"title": above.title} if above else _("VACANT.")
        return Holding(code, position.title, is_vacant=True, text=falls)
    return Holding(code, held.title, is_vacant=False, text=_until(held), until=held.until, person=held.person)


def _until(held: Hat) -> str:
    if held.until is None:
        return ""
    return _("Acting until %(day)s.") % {"day": figures.day(held.until, language=translation.get_language() or "id")}
