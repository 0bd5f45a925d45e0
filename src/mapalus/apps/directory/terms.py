"""What an appointment must keep to: Plt 3 + 3 months, Plh for an absence, Pj where a Plt may not be, one post each.

Pure: the caller brings the terms there are. The limits are data (data/appointment-rules.yml), with their sources.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mapalus.apps.directory.models import Kind, PositionKind
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = ["Rules", "Term", "faults", "last_day_of_months", "rules"]

_FILE = Path(__file__).parent / "data" / "appointment-rules.yml"
_DAY = timedelta(days=1)
_HOLDERS = (Kind.DEFINITIVE, Kind.PJ, Kind.OUTSIDE, Kind.EX_OFFICIO)


@dataclass(frozen=True)
class Rules:
    """The limits of appointment-rules.yml."""

    plt_months: int
    plt_extensions: int
    plt_never_for: frozenset[str]
    plh_below: Mapping[str, int]
    plh_vacant_for: frozenset[str]
    pj_only_for: frozenset[str]
    together: frozenset[frozenset[str]]
    mandate_months: int
    announce_days: tuple[int, ...]


@cache
def rules() -> Rules:
    read: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    plt, plh = read["acting_during_vacancy"], read["acting_during_absence"]
    return Rules(
        plt_months=plt["months"],
        plt_extensions=plt["extensions"],
        plt_never_for=frozenset(plt["never_for"]),
        plh_below=plh["below_working_days"],
        plh_vacant_for=frozenset(plh["vacant_allowed_for"]),
        pj_only_for=frozenset(read["caretaker"]["only_for"]),
        together=frozenset(frozenset(pair) for pair in read["holding_two"]["together"]),
        mandate_months=read["mandate"]["months"],
        announce_days=tuple(read["announced"]["days_before"]),
    )


@dataclass(frozen=True)
class Term:
    """One appointment, as the rules see it. Both ends belong to it; `to_on` None: open."""

    position: str
    position_kind: PositionKind
    roles: frozenset[str]
    person: str
    kind: Kind
    from_on: date
    to_on: date | None = None

    def meets(self, other: Term) -> bool:
        """Whether the two have a day in common."""
        return (other.to_on is None or self.from_on <= other.to_on) and (
            self.to_on is None or other.from_on <= self.to_on
        )


def last_day_of_months(start: date, months: int) -> date:
    """The last day of a term of so many months: from 15 January, three months end on 14 April."""
    count = start.year * 12 + start.month - 1 + months
    year, month = count // 12, count % 12 + 1
    last = monthrange(year, month)[1]
    return date(year, month, start.day) - _DAY if start.day <= last else date(year, month, last)


def faults(new: Term, *, of_position: Sequence[Term], of_person: Sequence[Term], calendar: Calendar) -> list[str]:
    """Everything that stands against the new term, as message ids; empty: it may be made."""
    if new.to_on is not None and new.to_on < new.from_on:
        return [_("The last day is before the first.")]
    if new.position_kind == PositionKind.EX_OFFICIO and new.kind != Kind.EX_OFFICIO:
        return [_("This post is held by virtue of another post; nobody is appointed to it.")]
    check = {Kind.PLT: _plt, Kind.PLH: _plh, Kind.PJ: _pj}.get(new.kind, _holder)
    found = check(new, of_position, calendar)
    if new.kind == Kind.DEFINITIVE:
        found += _two_posts(new, of_person)
    if any(t.person == new.person and t.position == new.position and t.meets(new) for t in of_person):
        found.append(_("This person already holds this position in these days."))
    return found


def _plt(new: Term, of_position: Sequence[Term], calendar: Calendar) -> list[str]:
    limit, found = rules(), []
    if new.roles & limit.plt_never_for:
        found.append(_("This post takes a Penjabat, never a Plt."))
    if new.to_on is None or new.to_on > last_day_of_months(new.from_on, limit.plt_months):
        found.append(_("A Plt acts for at most three months; a second term of three months may follow."))
    if _terms_before(new, of_position) > limit.plt_extensions:
        found.append(_("The Plt has already acted for twice three months; the post has to be filled."))
    if _meeting(new, of_position, (*_HOLDERS, Kind.PLT)):
        found.append(_("A Plt is for a vacant post; in these days somebody holds it."))
    return found


def _terms_before(new: Term, of_position: Collection[Term]) -> int:
    """How many terms as Plt of the same person lead without a gap to the new one."""
    ends = {t.to_on: t for t in of_position if t.kind == Kind.PLT and t.person == new.person}
    count, start = 0, new.from_on
    while (before := ends.get(start - _DAY)) is not None:
        count, start = count + 1, before.from_on
    return count


def _plh(new: Term, of_position: Sequence[Term], calendar: Calendar) -> list[str]:
    limit, found = rules(), []
    if new.to_on is None:
        return [_("A Plh acts until a day that is known.")]
    days = calendar.between(new.from_on - _DAY, new.to_on)
    if any(days >= limit.plh_below[role] for role in new.roles if role in limit.plh_below):
        found.append(_("From 15 working days on the Sekretaris Daerah is stood in for by a Penjabat, not by a Plh."))
    if _meeting(new, of_position, (Kind.PLH,)):
        found.append(_("In these days the post already has a Plh."))
    held = _meeting(new, of_position, (*_HOLDERS, Kind.PLT))
    if not held and not new.roles & limit.plh_vacant_for:
        found.append(_("A Plh stands in for somebody who is absent; this post is vacant and takes a Plt."))
    if any(t.person == new.person for t in held):
        found.append(_("Nobody stands in for himself."))
    return found


def _pj(new: Term, of_position: Sequence[Term], calendar: Calendar) -> list[str]:
    found = []
    if not new.roles & rules().pj_only_for:
        found.append(_("Only a Sekretaris Daerah or a head of region is stood in for by a Penjabat."))
    if _meeting(new, of_position, (Kind.PJ, Kind.PLT)):
        found.append(_("In these days somebody already acts in this post."))
    return found


def _holder(new: Term, of_position: Sequence[Term], calendar: Calendar) -> list[str]:
    found = []
    outside = new.position_kind == PositionKind.OUTSIDE
    if outside != (new.kind == Kind.OUTSIDE):
        found.append(_("A post outside the province is held as such, and no other is."))
    if (new.position_kind == PositionKind.EX_OFFICIO) != (new.kind == Kind.EX_OFFICIO):
        found.append(_("Only a post that follows another is held by virtue of it."))
    if _meeting(new, of_position, _HOLDERS):
        found.append(_("In these days somebody else holds the post; end that appointment first."))
    if _meeting(new, of_position, (Kind.PLT,)):
        found.append(_("In these days a Plt acts in the post; end that appointment first."))
    return found


def _two_posts(new: Term, of_person: Sequence[Term]) -> list[str]:
    for other in of_person:
        pair = frozenset({str(new.position_kind), str(other.position_kind)})
        if (
            other.kind == Kind.DEFINITIVE
            and other.position != new.position
            and other.meets(new)
            and pair not in rules().together
        ):
            return [_("This person already holds another post in these days; end that appointment first.")]
    return []


def _meeting(new: Term, terms: Collection[Term], kinds: Collection[Kind]) -> list[Term]:
    return [t for t in terms if t.position == new.position and t.kind in kinds and t.meets(new)]
