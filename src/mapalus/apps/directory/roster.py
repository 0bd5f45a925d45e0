"""Who holds what on one day. A vacancy shows and its duties fall upward; ex officio posts follow the other post.

Sources: UU 30/2014 Pasal 14 (Plt, Plh), SE BKN 1/SE/I/2021, Perpres 3/2018 (Penjabat Sekretaris Daerah).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db.models.signals import post_delete, post_save

from mapalus.apps.directory.models import Appointment, Form, Kind, Mandate, Position, PositionRole, Revision, Unit
from mapalus.engine.clock import Zone

__all__ = ["Hat", "Line", "Roster", "local_day", "roster"]

_DEEPEST = 12  # posts from an operator up to the governor
_WARN = timedelta(days=30)  # an acting term that ends within this is announced
_KEPT = 8  # days and revisions a process keeps in memory
# Who acts when several appointments are in force: the substitute of the day before the holder he stands in for.
_ORDER = {Kind.PLH: 0, Kind.PJ: 1, Kind.PLT: 2, Kind.DEFINITIVE: 3, Kind.OUTSIDE: 3, Kind.EX_OFFICIO: 4}
_ACTING = (Kind.PLH, Kind.PJ, Kind.PLT)


def local_day(moment: datetime) -> date:
    """The day of the province at that moment."""
    return moment.astimezone(Zone(settings.PROVINCE_ZONE).tzinfo).date()


@dataclass(frozen=True)
class Hat:
    """One position as somebody holds it now: `title` is how it is signed (`Plt. Kepala Dinas Kesehatan`)."""

    position: str
    person: str
    kind: Kind
    title: str
    unit: str
    until: date | None = None

    @property
    def is_acting(self) -> bool:
        return self.kind in _ACTING


@dataclass(frozen=True)
class Line:
    """One line of the list of positions: who holds it, or who has its duties while it is vacant (KOSONG)."""

    position: Position
    held: Hat | None
    answers: Hat | None  # the holder; of a vacant position the nearest holder above; None: nobody at all
    is_ending: bool = False  # an acting term that ends soon

    @property
    def is_vacant(self) -> bool:
        return self.held is None


class Roster:
    """Every position and its holder on one day. Four queries; everything else is looked up in memory."""

    def __init__(self, day: date) -> None:
        self.day = day
        everything = list(Position.objects.select_related("unit"))
        self.positions = {
            p.code: p
            for p in everything
            if (p.valid_from is None or p.valid_from <= day) and (p.valid_to is None or p.valid_to >= day)
        }
        self.abolished = {p.code: p for p in everything if p.valid_to is not None and p.valid_to < day}
        self.roles: dict[str, frozenset[str]] = {}
        self._in_force: dict[str, list[Appointment]] = defaultdict(list)
        self._below: dict[str, list[str]] = defaultdict(list)
        self._left_to: dict[str, list[str]] = defaultdict(list)  # position -> abolished ones whose duties it took
        for code in self.abolished:
            self._left_to[self.standing(code)].append(code)
        for code, position in self.positions.items():
            self._below[self.standing(position.superior_id or "")].append(code)
        for appointment in Appointment.objects.on(day):
            self._in_force[appointment.position_id].append(appointment)
        self._mandates = [one for one in Mandate.objects.on(day) if self.standing(one.giver_id)]
        self._read_roles()

    def _read_roles(self) -> None:
        found: dict[str, set[str]] = defaultdict(set)
        for position, role in PositionRole.objects.values_list("position_id", "role"):
            found[position].add(role)
        self.roles = {position: frozenset(names) for position, names in found.items()}

    def holder(self, code: str) -> Hat | None:
        """Who holds the position; None while it is vacant (KOSONG)."""
        position = self.positions.get(code)
        if position is None:
            return None
        if position.follows_id:
            return self._by_virtue(position, self.holder(position.follows_id))
        best = min(self._in_force.get(code, ()), key=lambda a: _ORDER[Kind(a.kind)], default=None)
        if best is None:
            return None
        kind = Kind(best.kind)
        return Hat(code, best.person_id, kind, f"{kind.prefix}{position.title}", position.unit_id, best.to_on)

    @staticmethod
    def _by_virtue(position: Position, other: Hat | None) -> Hat | None:
        """Ex officio: in the manner the other post is held, `Kepala BPBD (ex officio Plh. Sekretaris Daerah)`."""
        if other is None:
            return None
        title = f"{position.title.partition(' (')[0]} (ex officio {other.title})"
        kind = other.kind if other.is_acting else Kind.EX_OFFICIO
        return replace(other, position=position.code, kind=kind, title=title, unit=position.unit_id)

    def is_vacant(self, code: str) -> bool:
        return code in self.positions and self.holder(code) is None

    def standing(self, code: str) -> str:
        """The position itself; of one that was abolished, that which took its duties over. Empty: nobody did."""
        for _step in range(_DEEPEST):
            gone = self.abolished.get(code)
            if gone is None:
                return code if code in self.positions else ""
            code = gone.successor_id or gone.superior_id or ""
        return ""

    def superior(self, code: str) -> str:
        """Code of the position above (of an abolished one: of its successor); empty at the top."""
        position = self.positions.get(code)
        return self.standing(position.superior_id or "") if position else self.standing(code)

    def seat(self, code: str) -> str:
        """The position in whose inbox the duties of this one lie: its own, or that by whose virtue it is held."""
        code = self.standing(code)
        for _step in range(_DEEPEST):
            follows = self.positions[code].follows_id if code in self.positions else None
            if not follows:
                return code
            code = self.standing(follows)
        return code

    def unit_of(self, code: str) -> str:
        """Code of the unit a position is in, or was in; empty where there is no such position."""
        position = self.positions.get(code) or self.abolished.get(code)
        return position.unit_id if position else ""

    def head(self, unit: str) -> str:
        """Code of the position that leads a unit; empty where none does."""
        return next((code for code, p in self.positions.items() if p.is_head and p.unit_id == unit), "")

    def with_role(self, role: str) -> tuple[str, ...]:
        """Codes of the positions that have a role, in order."""
        return tuple(sorted(code for code in self.positions if role in self.roles.get(code, ())))

    def responsible(self, code: str) -> Hat | None:
        """The holder, or, where the position is vacant, the nearest one above it."""
        code = self.standing(code)
        for _step in range(_DEEPEST):
            held = self.holder(code)
            if held is not None or not code:
                return held
            code = self.superior(code)
        return None

    @cached_property
    def _by_person(self) -> dict[str, list[Hat]]:
        hats: dict[str, list[Hat]] = defaultdict(list)
        for code, position in self.positions.items():
            # What comes by virtue of another post is no hat of its own: it is covered by that one, in its inbox.
            held = None if position.follows_id else self.holder(code)
            if held is not None:
                hats[held.person].append(held)
        return hats

    def hats(self, person: str) -> tuple[Hat, ...]:
        """All positions the person holds on that day: one's own first, then those one only acts in."""
        return tuple(sorted(self._by_person.get(person, ()), key=lambda hat: (hat.is_acting, hat.position)))

    def covers(self, code: str) -> frozenset[str]:
        """The position itself, what it holds by virtue of itself, and every vacant one whose duties fall to it.

        Also what was abolished and left its duties to one of these.
        """
        covered = {code}
        covered.update(p.code for p in self.positions.values() if p.follows_id == code)
        waiting = list(covered)
        while waiting:
            above = waiting.pop()
            fallen = [below for below in self._below[above] if self.is_vacant(below)]
            fresh = {*fallen, *self._left_to[above]} - covered
            covered |= fresh
            waiting += fresh
        return frozenset(covered)

    def mandates_of(self, code: str) -> tuple[Mandate, ...]:
        """Under which others' authority the position may act or look today, oldest first.

        While nobody holds the giving position a mandate rests: nobody would answer for it. A delegation goes on.
        """
        mine = [one for one in self._mandates if self.seat(one.taker_id) == code]
        return tuple(one for one in reversed(mine) if one.form == Form.DELEGATION or not self.is_vacant(one.giver_id))

    def vacancies(self) -> tuple[Position, ...]:
        return tuple(p for code, p in sorted(self.positions.items()) if self.is_vacant(code))

    def lines(self) -> tuple[Line, ...]:
        """The list of positions (Jabatan), by unit, its head first."""

        def line(position: Position) -> Line:
            held = self.holder(position.code)
            ending = held is not None and held.is_acting and held.until is not None and held.until <= self.day + _WARN
            return Line(position, held, held or self.responsible(position.code), ending)

        order = sorted(self.positions.values(), key=lambda p: (p.unit_id, not p.is_head, p.code))
        return tuple(line(position) for position in order)


_rosters: dict[tuple[str, date], Roster] = {}


def roster(now: datetime) -> Roster:
    """The roster of the province's day at that moment; kept in memory until a post or an appointment changes."""
    day, revision = local_day(now), Revision.current()
    if not revision:
        return Roster(day)
    known = _rosters.get((revision, day))
    if known is None:
        known = Roster(day)
        while len(_rosters) >= _KEPT:
            _rosters.pop(next(iter(_rosters)), None)
        _rosters[revision, day] = known
    return known


def _changed(**_signal: object) -> None:
    Revision.touch()


for _model in (Unit, Position, PositionRole, Appointment, Mandate):
    post_save.connect(_changed, sender=_model, dispatch_uid=f"roster-saved-{_model.__name__}")
    post_delete.connect(_changed, sender=_model, dispatch_uid=f"roster-deleted-{_model.__name__}")
