"""Who holds what on one day. A vacancy shows and its duties fall upward; ex officio posts follow the other post.

Sources: UU 30/2014 Pasal 14 (Plt, Plh), SE BKN 1/SE/I/2021, Perpres 3/2018 (Penjabat Sekretaris Daerah).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.conf import settings

from mapalus.apps.directory.models import Appointment, AppointmentKind, Position
from mapalus.engine.clock import Zone

__all__ = ["Hat", "Roster", "local_day", "roster"]

_DEEPEST = 12  # posts from an operator up to the governor
# Who acts when several appointments are in force: the substitute of the day before the holder he stands in for.
_ORDER = {
    AppointmentKind.PLH: 0,
    AppointmentKind.PJ: 1,
    AppointmentKind.PLT: 2,
    AppointmentKind.DEFINITIVE: 3,
    AppointmentKind.OUTSIDE: 3,
    AppointmentKind.EX_OFFICIO: 4,
}


def local_day(moment: datetime) -> date:
    """The day of the province at that moment."""
    return moment.astimezone(Zone(settings.PROVINCE_ZONE).tzinfo).date()


@dataclass(frozen=True)
class Hat:
    """One position as somebody holds it now: `title` is how it is signed (`Plt. Kepala Dinas Kesehatan`)."""

    position: str
    person: str
    kind: AppointmentKind
    title: str
    unit: str
    until: date | None = None


class Roster:
    """Every position and its holder on one day. Three queries; everything else is looked up in memory."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.positions = {p.code: p for p in Position.objects.select_related("unit")}
        self._in_force: dict[str, list[Appointment]] = defaultdict(list)
        for appointment in Appointment.objects.on(day):
            self._in_force[str(appointment.position_id)].append(appointment)

    def holder(self, code: str) -> Hat | None:
        """Who holds the position; None while it is vacant (KOSONG)."""
        position = self.positions.get(code)
        if position is None:
            return None
        if position.held_with_id and position.held_with_id != code:
            other = self.holder(str(position.held_with_id))
            return other and self._hat(position, other.person, self._ex_officio_kind(other.kind), other.until)
        best = min(self._in_force[code], key=lambda a: _ORDER[AppointmentKind(a.kind)], default=None)
        return best and self._hat(position, str(best.person_id), AppointmentKind(best.kind), best.to_on)

    @staticmethod
    def _ex_officio_kind(kind: AppointmentKind) -> AppointmentKind:
        return (
            kind
            if kind in (AppointmentKind.PLH, AppointmentKind.PLT, AppointmentKind.PJ)
            else AppointmentKind.EX_OFFICIO
        )

    @staticmethod
    def _hat(position: Position, person: str, kind: AppointmentKind, until: date | None) -> Hat:
        return Hat(position.code, person, kind, f"{kind.prefix}{position.title}", position.unit_code, until)

    def is_vacant(self, code: str) -> bool:
        return code in self.positions and self.holder(code) is None

    def superior(self, code: str) -> str:
        """Code of the position above; empty at the top."""
        position = self.positions.get(code)
        return position.superior_code if position else ""

    def responsible(self, code: str) -> Hat | None:
        """The holder, or, where the position is vacant, the nearest one above it."""
        for _step in range(_DEEPEST):
            held = self.holder(code)
            if held is not None or not code:
                return held
            code = self.superior(code)
        return None

    @cached_property
    def _by_person(self) -> dict[str, list[Hat]]:
        hats: dict[str, list[Hat]] = defaultdict(list)
        for code in self.positions:
            held = self.holder(code)
            if held is not None:
                hats[held.person].append(held)
        return hats

    def hats(self, person: str) -> tuple[Hat, ...]:
        """All positions the person holds on that day, acting ones first."""
        return tuple(sorted(self._by_person.get(person, ()), key=lambda hat: (_ORDER[hat.kind], hat.position)))

    def covers(self, code: str) -> frozenset[str]:
        """The position itself and every vacant one whose duties fall to it."""
        fallen = {below for below in self.positions if self.is_vacant(below) and self._falls_to(below) == code}
        return frozenset({code}) | fallen

    def _falls_to(self, code: str) -> str:
        held = self.responsible(code)
        return held.position if held else ""

    def vacancies(self) -> tuple[Position, ...]:
        return tuple(p for code, p in sorted(self.positions.items()) if self.is_vacant(code))


def roster(now: datetime) -> Roster:
    """The roster of the province's day at that moment."""
    return Roster(local_day(now))
