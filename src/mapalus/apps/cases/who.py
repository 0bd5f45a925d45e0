"""Who acts in a case: an official by his positions, an applicant by his account or the code he follows it by.

`Hands` answers flow's question whether somebody fills a role of the pack; `position_for` finds whose turn a seat is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mapalus.apps.directory.roster import Roster, roster
from mapalus.engine.flow import Role, Situation
from mapalus.engine.ports import Actor

__all__ = ["APPLICANT", "Applicant", "Hands", "position_for"]

APPLICANT = "applicant"
_HEAD = "kepala"
# What an applicant may do to a case of his own; what of it the process allows, the pack says.
_OWN = frozenset({"cases.take", "cases.remark", "cases.attach", "cases.rate", "cases.follow"})


@dataclass(frozen=True)
class Applicant:
    """A citizen: known by an account (`user`), by the code of one case (`case`), or not at all (to begin one).

    `person` is the code of the Person where the account belongs to an official: a second hat must not help.
    """

    user: int | None = None
    case: int | None = None
    person: str = ""
    position: str = APPLICANT
    label: str = "Pelapor/Pemohon"
    unit: str = ""

    @property
    def identity(self) -> str:
        """The human being: the person's code, else the account; empty where only a code is known."""
        return self.person or (f"account:{self.user}" if self.user else "")

    def may(self, act: str, subject: object, now: datetime) -> bool:
        """Begin a case; act in one's own. Which acts, the process of the pack decides after this."""
        from mapalus.apps.cases.models import Case, PackVersion

        if act == "cases.open":
            return isinstance(subject, PackVersion)
        if act not in _OWN or not isinstance(subject, Case):
            return False
        if self.case == subject.pk:
            return True
        return bool(self.user) and Case.objects.filter(pk=subject.pk, secret__user=self.user).exists()


@dataclass(frozen=True)
class Hands:
    """flow's `Who` over the roster: the positions this actor has the duties of, in one case."""

    person: str  # pseudonym within the case, equal across hats
    position: str
    label: str
    now: datetime
    covers: frozenset[str] = frozenset()
    is_applicant: bool = False
    assigned_role: str = ""  # the role whose turn was assigned to one of these positions
    fallback: str = ""  # position that fills roles of a unit where no unit or post is found
    stands_for: str = ""
    _roster: list[Roster] = field(default_factory=list, compare=False)

    def fills(self, role: Role, situation: Situation) -> bool:
        """By the position itself, by a duty that fell to it (vacant, abolished, ex officio), or by assignment."""
        if role.name == APPLICANT:
            return self.is_applicant
        if self.assigned_role and role.name == self.assigned_role:
            return True
        known = roster(self.now)
        return bool(_positions(role, situation, known, self.fallback) & self.covers)


def position_for(role: Role, situation: Situation, *, now: datetime, fallback: str = "") -> str:
    """Code of the position whose turn it is; empty for applicants, anyone and the system."""
    found = _positions(role, situation, roster(now), fallback)
    return min(found, default="")


def _positions(role: Role, situation: Situation, known: Roster, fallback: str) -> frozenset[str]:
    """The positions that fill a declared role in this case. Several, where a unit has the post more than once."""
    values = situation.values
    position = role.position or (str(values.get(role.position_field) or "") if role.position_field else "")
    if position:
        return frozenset({position.removeprefix("pos:")})
    unit = str(values.get(role.unit_field) or "") if role.unit_field else role.unit
    if not unit:
        return frozenset()
    unit = {"routed": situation.routed_unit, "applicant": situation.applicant_unit}.get(unit, unit)
    found = _in_unit(unit, role.role, known) if unit else frozenset()
    return found or (frozenset({fallback}) if fallback else frozenset())


def _in_unit(unit: str, role: str, known: Roster) -> frozenset[str]:
    head = known.head(unit)
    if role in ("", _HEAD):
        return frozenset({head} if head else ())
    found = {code for code in known.with_role(role) if known.unit_of(code) == unit}
    if not found:
        # A post as it is called in the codes of positions: dinkes.sekretaris.
        found = {code for code in (f"{unit}.{role}",) if code in known.positions}
    return frozenset(found or ({head} if head else ()))


def covers_of(actor: Actor) -> frozenset[str]:
    return frozenset(getattr(actor, "covers", ())) | {actor.position}
