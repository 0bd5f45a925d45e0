"""Which declared duties positions still owe, and until when. What fell due before this platform stood is not asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mapalus.apps.directory.duties import Duty, due_on, duties_of, next_of, period_of, previous_of
from mapalus.apps.directory.models import DutyDone
from mapalus.apps.directory.roster import local_day
from mapalus.apps.ledger.models import Entry
from mapalus.engine.workdays import Calendar

__all__ = ["Owed", "begun_on", "owed"]


@dataclass(frozen=True)
class Owed:
    """A duty that a position has not done for a period, and the last day for it."""

    duty: Duty
    position: str
    period: str
    due_on: date
    may_be_marked: bool  # its period has begun

    def is_late(self, today: date) -> bool:
        return self.due_on < today


def begun_on(now: datetime) -> date:
    """The day of the first act in the ledger; what was due earlier, nobody could have marked."""
    first = Entry.objects.order_by("id").values_list("at", flat=True).first()
    return local_day(first) if first else local_day(now)


def owed(
    roles: Mapping[str, Collection[str]], *, now: datetime, calendar: Calendar, since: date | None = None
) -> tuple[Owed, ...]:
    """By what is due first, for positions and their roles: of each duty the period before, if it was missed, and the
    next one not done. Two queries."""
    today, begun = local_day(now), since or begun_on(now)
    mine = [(code, duty) for code in sorted(roles) for duty in duties_of(roles[code])]
    done = _done(roles, [duty for _code, duty in mine], today)
    found: list[Owed] = []
    for code, duty in mine:
        for day in (previous_of(duty, today), today):
            period, due = period_of(duty, day), due_on(duty, day, calendar)
            if due >= begun and (code, duty.name, period) not in done:
                found.append(Owed(duty, code, period, due, may_be_marked=True))
        if not any(one.duty is duty and one.position == code and one.due_on >= today for one in found):
            day = next_of(duty, today)
            found.append(Owed(duty, code, period_of(duty, day), due_on(duty, day, calendar), may_be_marked=False))
    return tuple(sorted(found, key=lambda one: (one.due_on, one.position, one.duty.name)))


def _done(codes: Collection[str], mine: Collection[Duty], today: date) -> frozenset[tuple[str, str, str]]:
    periods = {period_of(duty, day) for duty in mine for day in (previous_of(duty, today), today)}
    rows = DutyDone.objects.filter(position__in=codes, period__in=periods)
    return frozenset(rows.values_list("position_id", "duty", "period"))
