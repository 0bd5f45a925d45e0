"""What may be given to another position, and what not. Pure but for the roster it is handed.

Sources: UU 30/2014 Pasal 13 (delegasi: not handed on; the taker answers), Pasal 14 (mandat: the giver answers; no
strategic acts); naskah dinas: a.n. signs who stands directly under the giver, u.b. who stands under that one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from mapalus.apps.directory.models import Form, PositionKind
from mapalus.apps.directory.rights import never_mandated, readings, rights
from mapalus.apps.directory.roster import Roster
from mapalus.apps.directory.terms import last_day_of_months, rules
from mapalus.engine.text import _

__all__ = ["Proposal", "faults", "givable", "takers"]


@dataclass(frozen=True)
class Proposal:
    """A mandate before it is one."""

    giver: str
    taker: str
    form: Form
    acts: frozenset[str]
    from_on: date
    to_on: date


def givable(known: Roster, giver: str) -> tuple[str, ...]:
    """Acts the position itself may do and may let another do; never what it only has from somebody else."""
    own = {*known.roles.get(giver, ()), "anyone"}
    never = never_mandated() | readings()
    return tuple(
        sorted(act for act, ways in rights().items() if act not in never and any(right.roles & own for right in ways))
    )


def takers(known: Roster, giver: str, form: Form) -> tuple[str, ...]:
    """Positions that may take it: one step below for a.n., two for u.b., anybody of the province otherwise."""

    def fits(code: str) -> bool:
        return (
            code != giver
            and known.positions[code].kind != PositionKind.OUTSIDE
            and _stands_right(known, giver, code, form)
        )

    return tuple(sorted(code for code in known.positions if fits(code)))


def _stands_right(known: Roster, giver: str, taker: str, form: Form) -> bool:
    if form == Form.AN:
        return known.superior(taker) == giver
    if form == Form.UB:
        return known.superior(known.superior(taker)) == giver
    return True


def faults(new: Proposal, *, known: Roster, in_force: Collection[Proposal]) -> list[str]:
    """Everything that stands against it, as message ids; empty: it may be given."""
    found = _about_positions(new, known) + _about_days(new, known.day) + _about_acts(new, known)
    if any(_doubles(new, other) for other in in_force):
        found.append(_("In these days there is already such a mandate between the two positions."))
    return found


def _about_positions(new: Proposal, known: Roster) -> list[str]:
    if new.giver not in known.positions or new.taker not in known.positions:
        return [_("One of the two positions does not exist any more.")]
    if new.giver == new.taker:
        return [_("Nobody gives a mandate to himself.")]
    if known.positions[new.taker].kind == PositionKind.OUTSIDE:
        return [_("A position outside the province takes no mandate.")]
    if not _stands_right(known, new.giver, new.taker, new.form):
        if new.form == Form.AN:
            return [_("In the name of (a.n.) signs who stands directly under the giver.")]
        return [_("For him (u.b.) signs who stands two steps under the giver.")]
    return []


def _about_days(new: Proposal, today: date) -> list[str]:
    if new.to_on < new.from_on:
        return [_("The last day is before the first.")]
    if new.from_on < today:
        return [_("A mandate begins today or later; what was done before it stays without it.")]
    if new.to_on > last_day_of_months(new.from_on, rules().mandate_months):
        return [_("A mandate lasts twelve months at most; then it is given anew.")]
    return []


def _about_acts(new: Proposal, known: Roster) -> list[str]:
    if not new.form.acts:
        return [_("Who only looks is given no acts.")] if new.acts else []
    if not new.acts:
        return [_("Say which acts are given.")]
    found = []
    if new.acts & never_mandated():
        found.append(
            _("One of these acts cannot be given to another: a Plt could not do it either, or it is one's own.")
        )
    if new.acts - never_mandated() - set(givable(known, new.giver)):
        found.append(_("The giver may not do one of these acts itself, so it cannot give it."))
    return found


def _doubles(new: Proposal, other: Proposal) -> bool:
    same = (new.giver, new.taker, new.form) == (other.giver, other.taker, other.form)
    return same and new.from_on <= other.to_on and other.from_on <= new.to_on
