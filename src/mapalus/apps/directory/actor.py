"""An actor is a person in a position; what he may, his position may. The public is an actor too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mapalus.apps.directory.models import Form, Kind, Mandate
from mapalus.apps.directory.rights import Right, readings, rights
from mapalus.apps.directory.roster import Hat, Roster, local_day, roster

__all__ = ["PUBLIC", "Mandated", "Official", "Public", "actors_of", "official"]


@dataclass(frozen=True)
class Mandated:
    """Under whose authority somebody acts or looks, how far and until when."""

    number: int  # key of the mandate
    form: Form
    giver: str  # code of the position whose authority it is
    acts: frozenset[str]
    ground: str
    until: date

    @property
    def reference(self) -> str:
        """How the ledger names it."""
        return f"directory.mandate:{self.number}"

    def lets(self, act: str, right: Right) -> bool:
        """Only what was given, and nothing an acting holder may not do; who looks only reads."""
        if right.barred:
            return False
        return act in readings() or (self.form.acts and act in self.acts)


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
    mandate: Mandated | None = None
    stands_for: str = ""  # code of the person in whose name it acts; nobody decides over himself through another

    @property
    def hat(self) -> str:
        """What one chooses: the position, or one of the mandates it was given."""
        return f"{self.position}~{self.mandate.number}" if self.mandate else self.position

    @property
    def is_looking(self) -> bool:
        """An aide who sees what another position sees, and does nothing."""
        return self.mandate is not None and not self.mandate.form.acts

    def may(self, act: str, subject: object, now: datetime) -> bool:
        """Whether the position may; on another day than that of the roster, never."""
        if local_day(now) != self.day:
            return self._again(act, subject, now)
        return any(self._allows(act, right, subject) for right in rights().get(act, ()))

    def _again(self, act: str, subject: object, now: datetime) -> bool:
        # The day has turned since the actor was made (a long page, a story told in the past): look again.
        fresh = next((one for one in actors_of(self.person, now=now) if one.hat == self.hat), None)
        return fresh is not None and any(fresh._allows(act, right, subject) for right in rights().get(act, ()))

    def _allows(self, act: str, right: Right, subject: object) -> bool:
        if self.kind.value in right.barred or (self.mandate is not None and not self.mandate.lets(act, right)):
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
            case "person":
                return bool(self.person) and _attribute(subject, "person_code") == self.person
            case _:
                return _attribute(subject, _NAMES[relation]) in self.covers


# What a subject calls the position that has to be one of those the actor covers.
_NAMES = {
    "producer": "producer_code",
    "turn": "turn",
    "self": "position",
    "own": "position_code",
    "above": "superior_code",
}


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
    """Everything the person may act as at that moment, one inbox each: his posts, then what others gave to them."""
    known = on or roster(now)
    hats = known.hats(person)
    mandated = [_mandated(hat, one, known) for hat in hats for one in known.mandates_of(hat.position)]
    return (*(_official(hat, known) for hat in hats), *mandated)


def _official(hat: Hat, known: Roster) -> Official:
    covers = known.covers(hat.position)
    return Official(
        position=hat.position,
        person=hat.person,
        unit=hat.unit,
        kind=hat.kind,
        label=hat.title,
        roles=_roles(covers, known),
        covers=covers,
        day=known.day,
    )


def _roles(covers: frozenset[str], known: Roster) -> frozenset[tuple[str, str]]:
    return frozenset((role, known.unit_of(code)) for code in covers for role in known.roles.get(code, ()))


def _mandated(hat: Hat, given: Mandate, known: Roster) -> Official:
    """The same person with what another position gave: that one's roles, and only the acts that were named."""
    giver, form = known.standing(given.giver_id), Form(given.form)
    held, covers = known.holder(giver), known.covers(giver)
    return Official(
        position=giver if form.leaves_answering else hat.position,
        person=hat.person,
        unit=known.unit_of(giver),
        kind=hat.kind,
        label=_signature(hat, given, giver=held.title if held else known.positions[giver].title, known=known),
        roles=_roles(covers, known),
        covers=covers if form.leaves_answering else frozenset({giver, hat.position}),
        day=known.day,
        mandate=Mandated(given.pk, form, giver, frozenset(given.acts), given.ground, given.to_on),
        stands_for=held.person if held and form.acts else "",
    )


def _signature(hat: Hat, given: Mandate, *, giver: str, known: Roster) -> str:
    """As an official letter is signed: `a.n. Kepala Dinas Kesehatan, Sekretaris Dinas Kesehatan`."""
    match Form(given.form):
        case Form.AN:
            return f"a.n. {giver}, {hat.title}"
        case Form.UB:
            between = known.positions.get(known.superior(hat.position))
            return f"a.n. {giver}, {between.title if between else '–'}, u.b. {hat.title}"
        case Form.DELEGATION:
            return f"{hat.title} (delegasi dari {giver})"
        case Form.LOOK:
            return f"{hat.title} (melihat untuk {giver})"
