"""The way a hand-in goes, as a pack declares it (`runs: hand-in`): who, whose turn, what comes of an act.

The rules are flow's; here a row is brought to them and back. What an act means to the machine is told by the stages it
leads from and to, never by its name: a pack may name its steps as it likes, and have more of them or fewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from mapalus.apps.catalogue import facts, packs, telling
from mapalus.apps.catalogue.chain import Turn, turn_of
from mapalus.apps.catalogue.models import HandIn, HandInState
from mapalus.apps.directory.calendar import ALWAYS, calendar_named, province_calendar
from mapalus.apps.directory.seats import covers_of, positions_in
from mapalus.engine.errors import Conflict
from mapalus.engine.flow import (
    BEGIN,
    Outcome,
    Process,
    Role,
    Situation,
    Taken,
    Transition,
    begin,
    dues,
    from_json,
    next_wake,
    possible,
    take,
    tick,
    to_json,
)
from mapalus.engine.flow.problems import label_of
from mapalus.engine.packs.pack import Pack
from mapalus.engine.ports import Actor
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = ["Meaning", "Way", "hold", "look", "meaning_of", "reckon", "start"]


class Meaning(StrEnum):
    """What an act of the process is to the machine; each is an act of the ledger of its own."""

    CONFIRM = "confirm"  # the producing agency says that the figures are right
    ENDORSE = "endorse"  # the pembina data finds nothing against it
    PUBLISH = "publish"
    RETURN = "return"
    TAKE_BACK = "take-back"  # before it was published
    WITHDRAW = "withdraw"  # after it was
    STEP = "step"  # any other


_ONWARD = frozenset(str(state) for state in HandInState if state.awaits_decision)


def meaning_of(process: Process, transition: Transition, origin: str) -> Meaning:
    """By the stages it leads from and to."""
    before, after = (process.states[name].stage for name in (origin, transition.to or origin))
    if after == HandInState.PUBLISHED and before != HandInState.PUBLISHED:
        return Meaning.PUBLISH
    if after == HandInState.RETURNED:
        return Meaning.RETURN
    if after == HandInState.WITHDRAWN:
        return Meaning.WITHDRAW if before == HandInState.PUBLISHED else Meaning.TAKE_BACK
    if before == after or after not in _ONWARD:
        return Meaning.STEP
    return {
        str(HandInState.AWAITING_CONFIRMATION): Meaning.CONFIRM,
        str(HandInState.AWAITING_ENDORSEMENT): Meaning.ENDORSE,
    }.get(before, Meaning.STEP)


@dataclass(frozen=True)
class _Hands:
    """flow's `Who` for one hand-in."""

    process: Process
    person: str
    position: str
    label: str
    now: datetime
    covers: frozenset[str]
    sender: str  # the position that handed in
    turn_role: str = ""  # the role whose turn it is, where one of these positions has the turn
    stands_for: str = ""

    def fills(self, role: Role, situation: Situation) -> bool:
        if role.name == "applicant":
            return self.sender in self.covers
        if role.name == self.turn_role:
            return True
        return bool(positions_in(self.process, role.name, situation, now=self.now) & self.covers)


class Way:
    """A hand-in with the process it goes by and where it stands on it."""

    def __init__(self, handin: HandIn, pack: Pack, situation: Situation) -> None:
        self.handin, self.pack, self.process, self.situation = handin, pack, packs.process_of(pack), situation

    @cached_property
    def calendar(self) -> Calendar:
        return calendar_named(ALWAYS) if self.pack.calendar == ALWAYS else province_calendar()

    # --- asking

    def hands(self, by: Actor, now: datetime) -> _Hands:
        row, covers = self.handin, covers_of(by)
        has_turn = bool(row.turn) and row.turn in covers
        return _Hands(
            self.process, by.person, by.position, by.label, now, covers, row.position,
            turn_role=self.process.states[self.situation.state].turn if has_turn else "",
            stands_for=str(getattr(by, "stands_for", "") or ""),
        )  # fmt: skip

    def open_acts(self, by: Actor, now: datetime) -> tuple[tuple[Transition, Meaning], ...]:
        """What this actor may do now, in the order of the pack."""
        found = possible(self.process, self.situation, who=self.hands(by, now), now=now, calendar=self.calendar)
        acts = [self.process.transitions[one.transition] for one in found if one.blocked is None]
        return tuple((act, meaning_of(self.process, act, self.situation.state)) for act in acts)

    def due_at(self, now: datetime) -> datetime | None:
        """Until when whose turn it is should act."""
        running = dues(self.process, self.situation, now=now, calendar=self.calendar)
        moments = [one.due.at for one in running if one.is_running and one.due is not None and one.due.at is not None]
        return min(moments, default=None)

    def act_for(self, meaning: Meaning, *, by: Actor) -> str:
        """The act from here that means this: one that only the platform takes is the platform's, and no other is."""
        state, is_platform = self.situation.state, by.position == "system"
        for act in self.process.transitions.values():
            fits = "system" in act.by if is_platform else set(act.by) != {"system"}
            if state in act.origins and fits and meaning_of(self.process, act, state) is meaning:
                return act.name
        raise self.overtaken()

    def act_to(self, *stages: HandInState) -> str:
        """The act by which the platform brings it from here to one of these stages; empty where there is none."""
        for act in self.process.transitions.values():
            leads = self.process.states[act.to or self.situation.state].stage in stages
            if leads and self.situation.state in act.origins and "system" in act.by:
                return act.name
        return ""

    @property
    def counts(self) -> bool:
        """Whether it stands where a publication led it: published, and not behind a newer version."""
        acts = self.process.transitions.values()
        led = {act.to for act in acts if any(meaning_of(self.process, act, o) is Meaning.PUBLISH for o in act.origins)}
        return self.situation.state in led

    def overtaken(self) -> Conflict:
        """It has moved on: who did what, and when."""
        last = next((one for one in reversed(self.situation.acts) if one.position != "system"), None)
        act = self.process.transitions.get(last.act) if last else None
        if last is None or act is None:
            return Conflict(_("Somebody else decided this a moment ago."))
        return Conflict(
            _("%(who)s was faster: %(what)s, %(when)s."),
            who=last.label,
            what=label_of(act),
            when=last.at.astimezone(self.calendar.tzinfo).strftime("%H.%M"),
        )

    # --- going on

    def take(self, act: str, *, reason: str = "", verdict: str | None = None, by: Actor, now: datetime) -> HandIn:
        """An act of the process, written into the row. Raises what refuses it."""
        who = self.hands(by, now)
        outcome = take(self.process, self.situation, act, reason=reason, who=who, now=now, calendar=self.calendar)
        return self.settle(outcome, reason=reason, verdict=verdict, now=now)

    def pass_time(self, now: datetime) -> Outcome:
        """Reminders, lateness, escalation, and what the platform does at a deadline."""
        outcome = tick(self.process, self.situation, now=now, calendar=self.calendar)
        self.settle(outcome, now=now)
        return outcome

    def settle(self, outcome: Outcome, *, reason: str = "", verdict: str | None = None, now: datetime) -> HandIn:
        """Write an outcome down and tell who has to know. One row, in the transaction of the act."""
        row, before = self.handin, self.handin.turn
        self.situation = outcome.situation
        self._place(verdict, now=now)
        row.save()
        telling.tell_all(self, outcome, reason=reason, before=before, now=now)
        return row

    def _place(self, verdict: str | None, *, now: datetime) -> None:
        row, state = self.handin, self.process.states[self.situation.state]
        earlier, row.state = row.stage, state.stage
        row.situation = to_json(self.situation)
        turn = turn_of(self, now) if row.stage.is_open else Turn("")
        if row.turn != turn.position or earlier != row.stage:
            row.turn_since = now if turn.position else None
        row.turn, row.turn_reason = turn.position, turn.reason
        if row.stage.is_open:
            row.closed_at = None
        elif row.closed_at is None or earlier != row.stage:
            row.closed_at = now
        row.step_due_at = self.due_at(now) if row.stage.is_open else None
        row.wake_at = next_wake(self.process, self.situation, now=now, calendar=self.calendar)
        if verdict is not None:
            row.verdict = verdict[:1000]


# --- bringing rows here ----------------------------------------------------------------------------------------------


def start(handin: HandIn, *, by: Actor, now: datetime) -> HandIn:
    """Begin the way of a hand-in that is not saved yet, by the process of today."""
    handin.process = packs.current(now=now)
    pack = packs.pack_of(handin.process)
    process = packs.process_of(pack)
    hands = _Hands(
        process, by.person, by.position, by.label, now, covers_of(by), handin.position,
        stands_for=str(getattr(by, "stands_for", "") or ""),
    )  # fmt: skip
    calendar = calendar_named(ALWAYS) if pack.calendar == ALWAYS else province_calendar()
    outcome = begin(
        process, values=facts.of(handin, pack, now=now), who=hands, now=now, calendar=calendar, number=handin.receipt
    )
    way = Way(handin, pack, outcome.situation)
    return way.settle(outcome, now=now)


def hold(handin: HandIn, *, now: datetime) -> Way:
    """Lock a hand-in and read it; the dataset first where both are held, so that two acts never wait for each other."""
    row = HandIn.objects.select_for_update(of=("self",)).select_related("dataset", "contract").get(pk=handin.pk)
    return look(row, now=now)


def reckon(handin: HandIn, *, now: datetime) -> bool:
    """Its dates by the calendar of today, written where lists look for them; whether the limit is another one now."""
    way = look(handin, now=now)
    before = handin.step_due_at
    handin.step_due_at = way.due_at(now) if handin.stage.is_open else None
    handin.wake_at = next_wake(way.process, way.situation, now=now, calendar=way.calendar)
    HandIn.objects.filter(pk=handin.pk).update(step_due_at=handin.step_due_at, wake_at=handin.wake_at)
    return before != handin.step_due_at


def look(handin: HandIn, *, now: datetime) -> Way:
    """Without a lock, for a page. As it was kept, with what the directory and the data list say at that moment."""
    if handin.process is None:
        handin.process = packs.current(now=now)
    pack = packs.pack_of(handin.process)
    found = from_json(handin.situation) if handin.situation else _adopted(packs.process_of(pack), handin)
    return Way(handin, pack, replace(found, values=MappingProxyType(facts.of(handin, pack, now=now))))


def _adopted(process: Process, row: HandIn) -> Situation:
    """Where a hand-in from before ways were declared stands: in the state of its stage, with the acts it knows."""
    state = next((name for name, one in process.states.items() if one.stage == row.state), process.initial)
    acts = [Taken(BEGIN, "", process.initial, row.received_at, row.person, row.position, row.label)]
    if row.confirmed_at is not None:
        confirming = next((act.name for act in process.transitions.values() if _confirms(process, act)), "")
        if confirming:
            acts.append(Taken(confirming, process.initial, state, row.confirmed_at, row.confirmed_person, "",
                              row.confirmed_by))  # fmt: skip
    closed: Mapping[str, Any] = {"closed_at": row.closed_at} if process.states[state].is_final else {}
    return Situation(
        state=state, received_at=row.received_at, applicant_unit=row.position.rpartition(".")[0], acts=tuple(acts),
        number=row.receipt, **closed,
    )  # fmt: skip


def _confirms(process: Process, act: Transition) -> bool:
    return any(meaning_of(process, act, origin) is Meaning.CONFIRM for origin in act.origins)
