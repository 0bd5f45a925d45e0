"""A case under lock, with all that its rules need, and the actor as flow sees him in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext

from mapalus.apps.cases import personal
from mapalus.apps.cases.models import (
    Case,
)
from mapalus.apps.cases.packs import calendar_of, pack_of, process_of
from mapalus.apps.cases.personal import Personal
from mapalus.apps.cases.sight import sees
from mapalus.apps.cases.who import Applicant, Hands, covers_of
from mapalus.engine.clock import Zone
from mapalus.engine.errors import Conflict, NotFound
from mapalus.engine.flow import Process, Situation, from_json
from mapalus.engine.packs.pack import Pack
from mapalus.engine.ports import Actor
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = ["Held", "hands", "hands_in", "hold", "looked_at", "overtaken", "overtaken_since"]

_JUST_NOW = timedelta(minutes=10)  # within which a refusal is told as somebody having been faster


class Held:
    """A case under lock, with all that its rules need; what an act does not need is not read."""

    def __init__(
        self, case: Case, pack: Pack, *, situation: Situation | None = None, own: Personal | None = None
    ) -> None:
        self.case, self.pack, self.process = case, pack, process_of(pack)
        self._situation, self._personal = situation, own

    @property
    def personal(self) -> Personal:
        """What is personal in it, opened."""
        if self._personal is None:
            self._personal = personal.read(self.case)
        return self._personal

    @personal.setter
    def personal(self, own: Personal) -> None:
        self._personal = own

    @property
    def situation(self) -> Situation:
        """As flow sees it, personal values among the others."""
        if self._situation is None:
            values = {**self.case.values, **self.personal.values}
            self._situation = from_json({**self.case.situation, "values": values})
        return self._situation

    @situation.setter
    def situation(self, after: Situation) -> None:
        self._situation = after

    @cached_property
    def calendar(self) -> Calendar:
        return calendar_of(self.pack)


def hold(case: Case, *, by: Actor, expected: int | None = None) -> Held:
    """Lock the case and read it. Raises `NotFound` for whoever may not see it, `Conflict` where it has moved on."""
    # Locked by its key alone: under a lock PostgreSQL looks at a changed row again, but at no other table anew.
    row = Case.objects.select_for_update(of=("self",)).select_related("pack").defer("pack__files").get(pk=case.pk)
    is_newer = expected is not None and row.version != expected
    if not sees(row, by):
        if is_newer and _had_the_turn(row, by):
            raise overtaken(row)  # the act of somebody else took it out of his sight
        raise NotFound
    if is_newer:
        raise overtaken(row)
    return _read(row)


def _had_the_turn(case: Case, by: Actor) -> bool:
    last = case.acts.order_by("-number").first()
    return last is not None and last.turn != "" and last.turn in covers_of(by)


def looked_at(case: Case) -> Held:
    """A case without a lock, for a look before the act."""
    row = Case.objects.select_related("pack").defer("pack__files").get(pk=case.pk)
    return _read(row)


def _read(row: Case) -> Held:
    return Held(row, pack_of(row.pack))


def overtaken(case: Case) -> Conflict:
    """Somebody was faster: who did what, and when, in one sentence."""
    last = case.acts.order_by("-number").first()
    if last is None:
        return Conflict()
    return Conflict(
        _("%(who)s was faster: %(what)s, %(when)s."),
        who=last.actor_label,
        what=gettext(last.label) if last.label else last.act,
        when=last.at.astimezone(Zone(settings.PROVINCE_ZONE).tzinfo).strftime("%H.%M"),
    )


def overtaken_since(case: Case, problem: Conflict, *, now: datetime) -> Conflict:
    """The refusal, or who was faster where somebody changed the state in the last minutes."""
    last = case.acts.order_by("-number").first()
    if last is None or now - last.at > _JUST_NOW or last.origin == last.to:
        return problem
    return overtaken(case) if problem.code == "wrong-state" else problem


def hands(
    process: Process, *, by: Actor, now: datetime, seed: str, case: Case | None = None, opener: str = ""
) -> Hands:
    """The actor as flow sees him in this case. `opener`: the pseudonym of who began it."""
    if isinstance(by, Applicant):
        own = personal.pseudonym(seed, by.identity) if by.identity else opener
        return Hands(process, own, "", by.label, now, is_applicant=True)
    covers = covers_of(by)
    # Who has the turn fills its role: it was assigned to him, or the role has moved on and the case has not.
    assigned = case.turn_role if case is not None and case.turn in covers else ""
    stands_for = str(getattr(by, "stands_for", "") or "")
    return Hands(
        process=process,
        person=personal.pseudonym(seed, by.person),
        position=by.position,
        label=by.label,
        now=now,
        covers=covers,
        is_applicant=case is not None and case.opened_by in covers,
        assigned_role=assigned,
        stands_for=personal.pseudonym(seed, stands_for),
    )


def hands_in(on: Held, *, by: Actor, now: datetime) -> Hands:
    """The actor in a case that is held."""
    opener = on.situation.acts[0].person if on.situation.acts else ""
    return hands(on.process, by=by, now=now, seed=on.case.code_digest[:32], case=on.case, opener=opener)
