"""How the desk says what a hand-in is, where it stands and whose turn it is."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.apps.catalogue.models import HandIn, HandInState
from mapalus.doors.ui import figures

__all__ = ["count_text", "facts_of", "state_text", "turn_text"]


def count_text(number: int) -> str:
    return figures.number(number, language=translation.get_language() or "id")


def facts_of(handin: HandIn) -> str:
    """`S-2026-00012 · 412 rows, 9 need correction`."""
    parts = [handin.receipt]
    if handin.rows is not None:
        rows = ngettext("%(n)s row", "%(n)s rows", handin.rows) % {"n": count_text(handin.rows)}
        bad = _("%(n)s need correction") % {"n": count_text(handin.rows_bad or 0)} if handin.rows_bad else _("all good")
        parts.append(f"{rows}, {bad}")
    else:
        parts.append(handin.file_name)
    return " · ".join(parts)


def state_text(handin: HandIn) -> str:
    """One short phrase: what it waits for."""
    return {
        HandInState.RECEIVED: _("waits to be checked"),
        HandInState.CHECKING: _("is being checked"),
        HandInState.NEEDS_CORRECTION: _("needs correction"),
        HandInState.RETURNED: _("returned"),
        HandInState.REFUSED: _("file cannot be used"),
        HandInState.AWAITING_CONFIRMATION: _("awaits confirmation"),
        HandInState.AWAITING_REVIEW: _("awaits review by walidata"),
        HandInState.AWAITING_ENDORSEMENT: _("awaits the pembina data"),
        HandInState.APPROVED: _("approved, awaits publication"),
        HandInState.PUBLISHED: _("published"),
        HandInState.WITHDRAWN: _("withdrawn"),
        HandInState.REPLACED: _("replaced by a newer hand-in"),
    }[handin.stage]


def turn_text(handin: HandIn) -> str:
    """Why the turn is with this position, in one sentence; empty where it is the usual one."""
    return {
        "vacant": _("The position whose turn it was is vacant; its duties fall to the superior."),
        "producer-vacant": _("The producing position is vacant; its duties fall to the head of the agency."),
        "same-person": _("Whoever handed in may not confirm it in another position; it went to the superior."),
    }.get(handin.turn_reason, "")
