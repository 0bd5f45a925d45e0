"""Acting terms that end: told to the holder, to the position above and to the personnel agency, days before and after.

Called once a day by a job. What was said is not said again; what was missed while nobody worked is said later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext, ngettext, override

from mapalus.apps.directory.ending import Ending, endings, just_ended
from mapalus.apps.directory.handing_over import prepare_handover
from mapalus.apps.directory.models import Handover
from mapalus.apps.directory.roster import Roster, roster
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.notices.actions import tell

__all__ = ["watch_terms"]

_LANGUAGE = "id"


def watch_terms(*, now: datetime) -> int:
    """Draw up the sheets of the terms that end, and tell whom it concerns. How many notices that made."""
    known, told = roster(now), 0
    with override(_LANGUAGE):
        for one in endings(now):
            sheet = _prepared(one, now=now) if one.days_left == 0 else None
            if one.goes_on or one.stage is None:
                continue
            told += _tell(one, known, str(one.stage), _coming(one), _coming_body(one, sheet), now=now)
        for one in just_ended(now):
            if one.goes_on:
                continue
            sheet = _prepared(one, now=now)
            told += _tell(one, known, "over", _over(one), _over_body(one, sheet), now=now)
    return told


def _prepared(one: Ending, *, now: datetime) -> Handover | None:
    """The sheet of the term: the one there is, or a new one. None where nothing is handed over."""
    there = Handover.objects.filter(leaving=one.appointment).first()
    if there is not None or one.goes_on:
        return there
    return prepare_handover(one.appointment, by=PLATFORM, now=now)


def _tell(one: Ending, known: Roster, stage: str, subject: str, body: str, *, now: datetime) -> int:
    made = 0
    for receiver in _receivers(one, known):
        made += len(
            tell(
                receiver, event=f"term:{one.appointment.pk}:{stage}", subject=subject, body=body,
                url=f"/meja/jabatan/{one.appointment.position_id}/", is_urgent=one.days_left <= 1, now=now,
            )
        )  # fmt: skip
    return made


def _receivers(one: Ending, known: Roster) -> Iterable[str]:
    above = known.superior(one.appointment.position_id)
    found = [f"person:{one.appointment.person_id}", *([f"position:{above}"] if above else [])]
    found += [f"position:{code}" for code in known.with_role("kepegawaian")]
    return dict.fromkeys(found)


# --- words ----------------------------------------------------------------------------------------------------------


def _coming(one: Ending) -> str:
    if one.days_left == 0:
        return gettext("Today is the last day of %(title)s") % {"title": one.title}
    return ngettext(
        "%(title)s ends in %(count)s day", "%(title)s ends in %(count)s days", one.days_left
    ) % {"title": one.title, "count": one.days_left}  # fmt: skip


def _coming_body(one: Ending, sheet: Handover | None) -> str:
    parts = [
        gettext("The last day is %(day)s (%(decree)s).") % {"day": _day(one.last_on), "decree": one.appointment.decree},
        _follows(one),
    ]
    if sheet is not None:
        parts.append(gettext("The handover sheet is ready to be signed."))
    return "\n".join(part for part in parts if part)


def _over(one: Ending) -> str:
    if one.after.is_vacant:
        return gettext("Vacant: %(title)s") % {"title": one.appointment.position.title}
    return gettext("%(title)s has ended") % {"title": one.title}


def _over_body(one: Ending, sheet: Handover | None) -> str:
    parts = [gettext("The last day was %(day)s.") % {"day": _day(one.last_on)}, _follows(one)]
    if sheet is not None and not sheet.signed_at:
        parts.append(gettext("The handover sheet is not signed yet: the one who left signs it, or the superior."))
    return "\n".join(part for part in parts if part)


def _follows(one: Ending) -> str:
    """Who has the duties the day after."""
    if not one.after.person:
        return gettext("After it nobody answers for this position: name somebody.")
    if one.after.is_vacant:
        said = gettext(
            "After it the position is vacant and its duties fall to %(title)s; name a holder or extend the term."
        )
        return said % {"title": one.after.label}
    return gettext("After it %(title)s carries on.") % {"title": one.after.label}


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"
