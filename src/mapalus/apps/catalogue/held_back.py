"""What a machine may not publish by itself, although it came from a trusted source: a person looks first.

The one place where such reasons meet. Whoever knows another registers it: a function from a checked hand-in to `Held`,
or None.
"""

from __future__ import annotations

from collections.abc import Callable

from mapalus.apps.catalogue.models import HandIn
from mapalus.engine.errors import Problem
from mapalus.engine.text import _

__all__ = ["EMPTY", "Held", "Reason", "register", "why_held"]

EMPTY = "kosong"


class Held(Problem):
    """It is kept and checked, and waits for somebody to look."""

    code = "held-back"
    status = 409
    text = _("What came is held back until somebody has looked at it.")
    advice = _("Look at the hand-in and decide it there.")


Reason = Callable[[HandIn], Held | None]
_reasons: dict[str, Reason] = {}


def register(name: str, reason: Reason) -> None:
    """Another reason to hold back, asked in the order of their names after the platform's own."""
    _reasons[name] = reason


def why_held(handin: HandIn) -> Held | None:
    """Why this hand-in may not be published by itself; None where nothing stands against it."""
    for reason in (_empty, _bad_rows, _undecided, *(_reasons[name] for name in sorted(_reasons))):
        found = reason(handin)
        if found is not None:
            return found
    return None


def _empty(handin: HandIn) -> Held | None:
    """A source that had rows and has none now is more often broken than empty."""
    refused = (_report(handin).get("refused") or {}).get("code", "")
    if handin.rows or refused not in ("", "empty-file", "no-rows") or (handin.rows is None and not refused):
        return None
    return Held(
        _("The source is empty (kosong); the version before stays published."),
        advice=_("Ask its keeper whether that is right; if it is, withdraw the version."),
        reason=EMPTY,
    )


def _report(handin: HandIn) -> dict[str, dict[str, str]]:
    run = handin.runs.order_by("-started_at", "-pk").first()
    return dict(run.report) if run is not None else {}


def _bad_rows(handin: HandIn) -> Held | None:
    if not handin.rows_bad:
        return None
    return Held(_("%(bad)s of %(rows)s rows are wrong."), bad=handin.rows_bad, rows=handin.rows or 0)


def _undecided(handin: HandIn) -> Held | None:
    """Changes against the last version that somebody has to decide first."""
    waiting = handin.changes.filter(state="waiting", is_holding=True).count()
    if not waiting:
        return None
    return Held(_("It is not as the last version was: %(n)s changes wait for a decision."), n=waiting)
