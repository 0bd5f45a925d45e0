"""Who acts in a case: an official by his positions, an applicant by his account or the code he follows it by.

`Hands` answers flow's question whether somebody fills a role of the pack; `position_for` finds whose turn a seat is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mapalus.apps.directory.seats import covers_of, position_for, positions_in
from mapalus.engine.flow import Process, Role, Situation

__all__ = ["APPLICANT", "Applicant", "Hands", "covers_of", "position_for", "positions_in"]

APPLICANT = "applicant"
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
        if self.identity and _is_apart(subject):
            return False  # what an account does would stand in the ledger
        if self.case == subject.pk:
            return True
        return bool(self.user) and Case.objects.filter(pk=subject.pk, secret__user=self.user).exists()


def _is_apart(case: object) -> bool:
    """Whether the case's pack wants no account near it."""
    from mapalus.apps.cases.packs import pack_of

    return pack_of(case.pack).auth.by_code_only  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Hands:
    """flow's `Who` over the roster: the positions this actor has the duties of, in one case."""

    process: Process
    person: str  # pseudonym within the case, equal across hats
    position: str
    label: str
    now: datetime
    covers: frozenset[str] = frozenset()
    is_applicant: bool = False
    assigned_role: str = ""  # the role whose turn one of these positions has
    stands_for: str = ""  # pseudonym of the person in whose name it is done

    def fills(self, role: Role, situation: Situation) -> bool:
        """By the position itself, by a duty that fell to it (vacant, abolished, ex officio), or by assignment."""
        if role.name == APPLICANT:
            return self.is_applicant
        if self.assigned_role and role.name == self.assigned_role:
            return True
        return bool(positions_in(self.process, role.name, situation, now=self.now) & self.covers)
