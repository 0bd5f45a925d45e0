"""Acting terms (Plt, Plh, Pj) that come to their end: which, how soon, and who has the post the day after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mapalus.apps.directory.models import Appointment, Kind
from mapalus.apps.directory.roster import Roster, local_day
from mapalus.apps.directory.succession import Holder, holder_in
from mapalus.apps.directory.terms import rules

__all__ = ["ACTING", "Ending", "endings", "just_ended"]

ACTING = (Kind.PLT, Kind.PLH, Kind.PJ)
_DAY = timedelta(days=1)
_LOOK_BACK = 14  # days: what ended while nobody worked is still said


@dataclass(frozen=True)
class Ending:
    """One term, its last day, and what follows it."""

    appointment: Appointment
    last_on: date
    days_left: int  # 0 on the last day; below 0: over
    after: Holder  # who acts for the position on the day after

    @property
    def title(self) -> str:
        """As it is signed now: `Plt. Kepala Dinas Kesehatan`."""
        return f"{Kind(self.appointment.kind).prefix}{self.appointment.position.title}"

    @property
    def goes_on(self) -> bool:
        """The same person has the post the day after, by another term: nothing ends for anybody."""
        return self.after.person == self.appointment.person_id and not self.after.is_vacant

    @property
    def stage(self) -> int | None:
        """The announcement that is due, in days before the end; None: none is. Short terms have fewer of them."""
        length = (self.last_on - self.appointment.from_on).days
        due = [days for days in rules().announce_days if self.days_left <= days < length]
        return min(due, default=None)


def endings(now: datetime, *, within: int | None = None) -> list[Ending]:
    """Terms that end today or within so many days, soonest first; usual: as long before as they are announced."""
    today = local_day(now)
    until = today + timedelta(days=max(rules().announce_days) if within is None else within)
    return list(_found(today, today, until))


def just_ended(now: datetime) -> list[Ending]:
    """Terms whose last day was yesterday, or some days before."""
    today = local_day(now)
    return list(_found(today, today - timedelta(days=_LOOK_BACK), today - _DAY))


def _found(today: date, first: date, last: date) -> Iterator[Ending]:
    rows = Appointment.objects.filter(kind__in=ACTING, to_on__gte=first, to_on__lte=last, from_on__lte=today)
    known: dict[date, Roster] = {}
    for row in rows.select_related("position", "person").order_by("to_on", "position"):
        assert row.to_on is not None  # as asked
        morrow = row.to_on + _DAY
        if morrow not in known:
            known[morrow] = Roster(morrow)
        yield Ending(row, row.to_on, (row.to_on - today).days, holder_in(known[morrow], row.position_id))
