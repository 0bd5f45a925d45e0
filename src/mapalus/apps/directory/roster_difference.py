"""What a list of officials would change: line by line, before anything changes. Nothing is guessed silently."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from mapalus.apps.directory.models import Appointment, Kind, Person, Position, Unit
from mapalus.apps.directory.roster_list import Row, day_of
from mapalus.engine.text import _

__all__ = ["Change", "Difference", "difference"]

_GIVES_WAY = (Kind.DEFINITIVE, Kind.PLT)  # who holds a post until somebody is appointed to it for good
_KINDS = {
    "": Kind.DEFINITIVE, "definitif": Kind.DEFINITIVE, "plt": Kind.PLT, "plh": Kind.PLH, "pj": Kind.PJ,
    "penjabat": Kind.PJ,
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One line of the page of differences.

    `kind`: new, changed, ended, doubtful (the same person?), other (or another one?), unknown-unit, unknown-position,
    faulty, same. Only the first five can be chosen; what is ended or doubtful is not chosen unless a person does.
    """

    key: str
    kind: str
    row: int  # 0: not in the list
    name: str
    title: str
    why: str  # message id
    data: dict[str, str] = field(default_factory=dict)
    person: str = ""  # code; empty: to be entered
    nip: str = ""
    email: str = ""
    position: str = ""
    manner: str = Kind.DEFINITIVE
    from_on: date | None = None
    to_on: date | None = None
    decree: str = ""
    ends: tuple[int, ...] = ()  # keys of appointments that end the day before

    @property
    def may_be_chosen(self) -> bool:
        return self.kind in ("new", "changed", "ended", "doubtful", "other")

    @property
    def is_proposed(self) -> bool:
        return self.kind in ("new", "changed")


@dataclass(frozen=True)
class Difference:
    changes: tuple[Change, ...]

    @property
    def fingerprint(self) -> str:
        """Changes when what would happen changes: what was confirmed is what is done."""
        text = "\n".join(
            f"{c.key}|{c.kind}|{c.person}|{c.position}|{c.from_on}|{c.to_on}|{c.ends}" for c in self.changes
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def chosen(self, keys: Collection[str]) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.key in keys and change.may_be_chosen)


def difference(rows: Sequence[Row], *, today: date, decree: str = "") -> Difference:
    """Compare the list with what is known on that day. Reads; changes nothing."""
    known = _Known.read(today)
    changes = [change for row in rows for change in known.compare(row, decree)]
    named = {change.person for change in changes if change.person}
    touched = {change.position for change in changes if change.position}
    changes += known.missing(named, units={known.positions[code].unit_id for code in touched}, listed=changes)
    return Difference(tuple(changes))


def _plain(text: str) -> str:
    return " ".join(text.lower().replace(",", " ").replace(".", " ").split())


def _unusable(row: Row, kind: str, why: str, **data: str) -> Change:
    return Change(f"{kind}:{row.number}", kind, row.number, row.name, row.position, why, data)


@dataclass
class _Known:
    """Everything there is, looked up by what lists call it."""

    today: date
    units: dict[str, Unit]
    positions: dict[str, Position]
    by_title: dict[tuple[str, str], Position]
    by_nip: dict[str, Person]
    by_name: dict[str, list[Person]]
    open_terms: list[Appointment]

    @classmethod
    def read(cls, today: date) -> _Known:
        units = {}
        for unit in Unit.objects.all():
            units.update({_plain(unit.code): unit, _plain(unit.name): unit, _plain(unit.short): unit})
        posts = [p for p in Position.objects.select_related("unit") if p.valid_to is None or p.valid_to >= today]
        people = list(Person.objects.all())
        by_name: dict[str, list[Person]] = {}
        for person in people:
            by_name.setdefault(_plain(person.name), []).append(person)
        terms = Appointment.objects.overlapping(today, None).select_related("position", "person")
        return cls(
            today=today,
            units=units,
            positions={post.code: post for post in posts},
            by_title={(post.unit_id, _plain(post.title)): post for post in posts},
            by_nip={person.nip: person for person in people if person.nip},
            by_name=by_name,
            open_terms=list(terms),
        )

    def compare(self, row: Row, decree: str) -> Iterable[Change]:
        if not row.name or not row.position:
            return [_unusable(row, "faulty", _("Name or position is missing."))]
        unit = self.units.get(_plain(row.unit)) if row.unit else None
        post = self._post(row, unit)
        if post is None and row.unit and unit is None:
            return [_unusable(row, "unknown-unit", _("There is no unit called %(unit)s."), unit=row.unit)]
        if post is None:
            return [_unusable(row, "unknown-position", _("This unit has no such position; enter it first."))]
        return self._held(row, post, decree)

    def _post(self, row: Row, unit: Unit | None) -> Position | None:
        code = row.position.lower().removeprefix("pos:")
        if code in self.positions:
            return self.positions[code]
        if unit is not None:
            return self.by_title.get((unit.code, _plain(row.position)))
        if row.unit:
            return None
        fitting = [post for (_unit, title), post in self.by_title.items() if title == _plain(row.position)]
        return fitting[0] if len(fitting) == 1 else None

    def _held(self, row: Row, post: Position, decree: str) -> Iterable[Change]:
        kind, from_on, to_on = _KINDS.get(_plain(row.kind)), day_of(row.from_on), day_of(row.to_on)
        if kind is None or (row.from_on and from_on is None) or (row.to_on and to_on is None):
            return [_unusable(row, "faulty", _("A date or the manner of holding cannot be read."))]
        person, doubt = self._person(row)
        plan = Change(
            key=f"new:{row.number}", kind="new", row=row.number, name=row.name, title=post.title, why="",
            nip=row.nip, email=row.email, position=post.code, manner=kind, from_on=from_on or self.today,
            to_on=to_on, decree=row.decree or decree,
        )  # fmt: skip
        if doubt is not None:
            same = _("Same name as %(known)s, but the number does not decide it. Is it the same person?")
            other = _("Or somebody else of the same name, to be entered anew.")
            known = replace(plan, key=f"doubtful:{row.number}", kind="doubtful", why=same, data={"known": doubt.code})
            unknown = replace(plan, key=f"other:{row.number}", kind="other", why=other)
            return [self._appointed(known, doubt), self._appointed(unknown, None)]
        if person is None or not self._holds(person, post, kind):
            return [self._appointed(plan, person)]
        if person.name == row.name:
            return [replace(plan, key=f"same:{row.number}", kind="same", why=_("As it is."), person=person.code)]
        why = _("The name is written differently: it would be corrected.")
        return [replace(plan, key=f"changed:{row.number}", kind="changed", why=why, person=person.code)]

    def _holds(self, person: Person, post: Position, kind: Kind) -> bool:
        wanted = (person.code, post.code, kind)
        return any((term.person_id, term.position_id, term.kind) == wanted for term in self.open_terms)

    def _person(self, row: Row) -> tuple[Person | None, Person | None]:
        """Who it is for certain, and who it may be. The number decides; a name alone never does."""
        if row.nip and row.nip in self.by_nip:
            found = self.by_nip[row.nip]
            same = set(_plain(found.name).split()) & set(_plain(row.name).split())
            return (found, None) if same else (None, found)
        fitting = self.by_name.get(_plain(row.name), [])
        return (None, fitting[0]) if fitting else (None, None)

    def _appointed(self, plan: Change, person: Person | None) -> Change:
        """With what ends by it: who held the post before, and the post the person leaves."""
        code = person.code if person else ""
        before = [t for t in self.open_terms if t.position_id == plan.position and t.kind in _GIVES_WAY]
        left = [t for t in self.open_terms if code and t.person_id == code and t.kind == Kind.DEFINITIVE]
        if plan.manner != Kind.DEFINITIVE:
            before, left = [], []
        found = replace(plan, person=code, ends=tuple(dict.fromkeys(t.pk for t in [*before, *left])))
        if plan.why:
            return found
        names = ", ".join(sorted(term.person.name for term in before if term.person_id != code))
        posts = ", ".join(sorted(term.position.title for term in left))
        known, fresh = (
            _("Is appointed. Follows: %(before)s. Leaves: %(left)s."),
            _("Is entered and appointed. Follows: %(before)s."),
        )
        return replace(found, why=known if person else fresh, data={"before": names or "–", "left": posts or "–"})

    def missing(self, named: set[str], *, units: set[str], listed: Sequence[Change]) -> list[Change]:
        """Who holds a post of a unit the list is about and is not in it: perhaps gone, perhaps only left out."""
        replaced = {key for change in listed for key in change.ends}
        return [
            Change(
                f"ended:{term.pk}", "ended", 0, term.person.name, term.position.title,
                _("Is not in the list. Left out, or gone? It is ended only if you choose it."),
                person=term.person_id, position=term.position_id, from_on=self.today, ends=(term.pk,),
            )
            for term in self.open_terms
            if term.kind == Kind.DEFINITIVE and term.position.unit_id in units
            and term.person_id not in named and term.pk not in replaced
        ]  # fmt: skip
