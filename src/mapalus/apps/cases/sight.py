"""Who sees a case, and how much of it. Deny by default; what is not granted here does not exist for the one who asks.

a case            its turn, its unit, those who acted, those asked to look; coordinators (`cases.see-all`)
secret            as above, but no coordinator; never public
restricted        its turn, and the readers the pack lists for it; nobody else, whoever acted before
published         everybody, but only its public values: ask `Case.objects.published()`
"""

from __future__ import annotations

from enum import IntEnum

from django.db.models import Exists, OuterRef, Q

from mapalus.apps.cases.models import Case, CaseReader, ReaderKind
from mapalus.apps.cases.who import Applicant, covers_of
from mapalus.apps.ledger.models import unit_of
from mapalus.engine import clock
from mapalus.engine.ports import Actor

__all__ = ["SEE_ALL", "Level", "level_of", "seen_by", "sees"]

SEE_ALL = "cases.see-all"


class Level(IntEnum):
    """How much of a case an actor may read. Personal values are never part of it: `cases.unmask` shows them."""

    NONE = 0
    PUBLIC = 1  # public values, public remarks
    APPLICANT = 2  # one's own case: all one gave oneself, and what was written for the applicant
    INTERNAL = 3  # public and internal values, all remarks


def seen_by(actor: Actor | None) -> Q:
    """The condition on Case under which this actor may open it."""
    if isinstance(actor, Applicant):
        return _own(actor)
    if actor is not None and actor.position == "system":
        return Q() if actor.may(SEE_ALL, Case, clock.now()) else Q(pk__in=[])
    if actor is None or not actor.person:
        return Q(is_published=True, is_secret=False, is_restricted=False)
    return _official(actor)


def sees(case: Case, actor: Actor | None) -> bool:
    """Whether `seen_by` holds for a row just read under its lock; a query only where its own columns do not tell."""
    if actor is not None and actor.person and not isinstance(actor, Applicant):
        covers = covers_of(actor)
        if (
            case.turn in covers
            or case.turn_of in covers
            or (not case.is_restricted and case.unit == unit_of(actor) != "")
        ):
            return True
    return Case.objects.filter(seen_by(actor), pk=case.pk).exists()


def level_of(case: Case, actor: Actor | None) -> Level:
    """How much of this case the actor may read; one query."""
    if not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        open_to_all = case.is_published and not case.is_secret and not case.is_restricted
        return Level.PUBLIC if open_to_all else Level.NONE
    if isinstance(actor, Applicant):
        return Level.APPLICANT
    if actor is None or not (actor.person or actor.position == "system"):
        return Level.PUBLIC
    return Level.INTERNAL


def _own(actor: Applicant) -> Q:
    own = Q(pk=actor.case) if actor.case else Q(pk__in=[])
    return own | Q(secret__user=actor.user) if actor.user else own


def _official(actor: Actor) -> Q:
    positions, unit = covers_of(actor), unit_of(actor)
    turn = Q(turn__in=positions) | Q(turn_of__in=positions)
    plain = turn | _is_reader(positions, ReaderKind.ACTED, ReaderKind.FOLLOWS)
    if unit:
        plain |= Q(unit=unit)
    if actor.may(SEE_ALL, Case, clock.now()):
        plain |= Q(is_secret=False)
    listed = positions | {unit} if unit else positions
    restricted = turn | _is_reader(listed, ReaderKind.RESTRICTED)
    return (Q(is_restricted=False) & plain) | (Q(is_restricted=True) & restricted)


def _is_reader(codes: frozenset[str], *kinds: ReaderKind) -> Q:
    return Q(Exists(CaseReader.objects.filter(case=OuterRef("pk"), code__in=codes, kind__in=kinds)))
