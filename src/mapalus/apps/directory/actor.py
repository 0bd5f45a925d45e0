"""An actor is a person in a position; what he may, his position may. The public is an actor too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mapalus.apps.directory.models import Kind
from mapalus.apps.directory.rights import Right, rights
from mapalus.apps.directory.roster import Hat, Roster, local_day, roster

__all__ = ["PUBLIC", "Official", "Public", "actors_of", "official"]


@dataclass(frozen=True)
class Official:
    """A person in one of his positions, on one day. Answers `may` from what it was given: no query."""

    position: str
    person: str
    unit: str
    kind: Kind
    label: str
    roles: frozenset[tuple[str, str]]  # (role, unit it comes from): own, and of vacant positions that fell to it
    covers: frozenset[str]  # codes of the positions whose duties it has
    day: date

    @property
    def hat(self) -> str:
        return self.position

    def may(self, act: str, subject: object, now: datetime) -> bool:
        """Whether the position may; on another day than that of the roster, never."""
        if local_day(now) != self.day:
            return self._again(act, subject, now)
        return any(self._allows(right, subject) for right in rights().get(act, ()))

    def _again(self, act: str, subject: object, now: datetime) -> bool:
        # The day has turned since the actor was made (a long page, a story told in the past): look again.
        fresh = official(self.person, self.position, now=now)
        return fresh is not None and any(fresh._allows(right, subject) for right in rights().get(act, ()))

    def _allows(self, right: Right, subject: object) -> bool:
        if self.kind.value in right.barred:
            return False
        held = {(role, unit) for role, unit in self.roles if role in right.roles}
        if "anyone" in right.roles:
            held.add(("anyone", self.unit))
        return any(self._stands(right.of, unit, subject) for _role, unit in held)

    def _stands(self, relation: str, unit: str, subject: object) -> bool:
        if isinstance(subject, type):  # may it at all, with something of its own?
            return True
        match relation:
            case "any":
                return True
            case "unit":
                return _attribute(subject, "unit_code") == unit
            case "producer":
                return _attribute(subject, "producer_code") in self.covers
            case "turn":
                return _attribute(subject, "turn") in self.covers
            case "self":
                return _attribute(subject, "position") in self.covers
        return False


def _attribute(subject: object, name: str) -> str:
    return str(getattr(subject, name, "") or "")


@dataclass(frozen=True)
class Public:
    """Everybody without an account. May nothing; sees what is open."""

    position: str = "public"
    person: str = ""
    label: str = "Publik"
    unit: str = ""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return False


PUBLIC = Public()


def official(person: str, position: str, *, now: datetime, on: Roster | None = None) -> Official | None:
    """The person in that position, if he holds it at that moment; else None."""
    known = on or roster(now)
    seat = known.seat(position)
    hat = next((hat for hat in known.hats(person) if hat.position == seat), None)
    return _official(hat, known) if hat else None


def actors_of(person: str, *, now: datetime, on: Roster | None = None) -> tuple[Official, ...]:
    """Everything the person may act as at that moment: one inbox each."""
    known = on or roster(now)
    return tuple(_official(hat, known) for hat in known.hats(person))


def _official(hat: Hat, known: Roster) -> Official:
    covers = known.covers(hat.position)
    return Official(
        position=hat.position,
        person=hat.person,
        unit=hat.unit,
        kind=hat.kind,
        label=hat.title,
        roles=frozenset((role, known.unit_of(code)) for code in covers for role in known.roles.get(code, ())),
        covers=covers,
        day=known.day,
    )
