"""What a position holds, asked of every app that holds something. Apps above this one register here.

class CaseHoldings:
    def held_by(self, position: str, now: datetime) -> Iterable[Holding]: ...

holdings.register("cases", CaseHoldings())        # in the AppConfig's ready()
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Mandate
from mapalus.apps.directory.roster import local_day
from mapalus.engine.ports import Holding, Holdings
from mapalus.engine.workdays import CLOSES

__all__ = ["DirectoryHoldings", "held_by", "register", "registered"]

_sources: dict[str, Holdings] = {}


def register(app: str, source: Holdings) -> None:
    """Name where an app says what a position holds; a second time replaces the first."""
    _sources[app] = source


def registered() -> tuple[str, ...]:
    """Apps that say what a position holds."""
    return tuple(sorted(_sources))


def held_by(position: str, now: datetime) -> tuple[Holding, ...]:
    """Everything the position holds: what waits first, then what is due first."""
    found = [one for app in registered() for one in _sources[app].held_by(position, now)]
    return tuple(sorted(found, key=_order))


class DirectoryHoldings:
    """Mandates a position gave or took, and the posts whose holder it names by virtue of itself."""

    def held_by(self, position: str, now: datetime) -> Iterator[Holding]:
        given = Mandate.objects.on(local_day(now)).of_position(position).select_related("giver", "taker")
        for one in given:
            other = one.taker.title if one.giver_id == position else one.giver.title
            said = _("given to %(title)s") if one.giver_id == position else _("taken from %(title)s")
            yield Holding(
                kind="mandate",
                key=str(one.pk),
                label=f"{one.get_form_display()}: {one.matter}",
                url=reverse("desk:mandate", args=[one.pk]),
                state=said % {"title": other},
                due_at=province_calendar().at(one.to_on, CLOSES),
            )


def _order(one: Holding) -> tuple[bool, bool, float, str, str]:
    due = one.due_at.timestamp() if one.due_at else 0.0
    return (not one.is_waiting, one.due_at is None, due, one.kind, one.key)
