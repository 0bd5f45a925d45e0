"""Stories of a pack, played in memory by the same functions that run real cases, and compared with what they tell.

    run = run_story(pack, pack.stories["tepat-waktu"])      # run.as_told, run.steps, run.differences

Persons are made up: who acts in a role is one, named after the role unless the story names him; the same name in two
roles is one human being. The only holidays are those of the story.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mapalus.engine.errors import Invalid, Problem
from mapalus.engine.flow import (
    BEGIN,
    Emitted,
    Moved,
    Process,
    Role,
    Situation,
    begin,
    dues,
    possible,
    seat,
    take,
    tick,
)
from mapalus.engine.flow.process import BUILT_IN_ROLES
from mapalus.engine.forms import clean
from mapalus.engine.packs.pack import Expected, Pack, Player, Story, StoryStep
from mapalus.engine.text import _
from mapalus.engine.workdays import Calendar

__all__ = ["Difference", "StepRun", "StoryRun", "run_all", "run_story"]

_FORGIVEN = ("required", "must-agree")  # a story need not answer everything; an act says itself what it needs
_NO_PROCESS = _("This pack declares no process, so it has no stories to play.")


@dataclass(frozen=True)
class Difference:
    """What came out otherwise than the story tells: `what` is `state`, `effects`, `clocks.penyelesaian.due`, ..."""

    what: str
    expected: Any
    got: Any


@dataclass(frozen=True)
class StepRun:
    """One step as it went. `number` 0 is the beginning; `differences` say where it is not as told."""

    number: int
    at: datetime
    act: str  # `begin`, `tick` or the name of the act
    by: Player | None
    before: str
    after: str
    public: str
    turn: str
    effects: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)  # of the case, after the step
    clocks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    moved: tuple[Moved, ...] = ()
    refused: str = ""
    message: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)  # what is wrong with which field, where it was refused
    notes: tuple[str, ...] = ()  # fields that the form would ask as well
    differences: tuple[Difference, ...] = ()
    line: int = 1


@dataclass(frozen=True)
class StoryRun:
    """A story as it went; `as_told` when nothing differs."""

    pack: str
    version: str
    story: Story
    steps: tuple[StepRun, ...]
    differences: tuple[Difference, ...] = ()  # from the `then` at its end

    @property
    def as_told(self) -> bool:
        return not self.differences and not any(step.differences for step in self.steps)


@dataclass(frozen=True)
class _Actor:
    """A made-up person who fills the roles that the story gives him."""

    person: str
    role: str
    unit: str = ""
    position: str = ""
    is_other: bool = False  # plays the applicant, but did not begin this case

    @property
    def label(self) -> str:
        return f"{self.person} ({self.role})"

    def fills(self, role: Role, situation: Situation) -> bool:
        if role.name != self.role or (self.is_other and situation.acts):
            return False
        return not self.unit or role.unit != "routed" or self.unit == situation.routed_unit


def run_all(pack: Pack) -> tuple[StoryRun, ...]:
    """Every story of the pack, in the order of their names."""
    return tuple(run_story(pack, pack.stories[name]) for name in sorted(pack.stories))


def run_story(pack: Pack, story: Story) -> StoryRun:
    """Play the story. Never raises for what a story tells: a refusal nobody told of is a difference."""
    if pack.process is None:
        raise Problem(_NO_PROCESS)
    stage = _Stage(pack, pack.process, story)
    steps = [stage.begin()]
    if stage.situation is not None:
        steps += [stage.step(number, step) for number, step in enumerate(story.steps, 1)]
    effects = [name for step in steps for name in step.effects]
    differences: tuple[Difference, ...] = ()
    if stage.situation is not None:
        differences = stage.compared(story.then, steps[-1], effects, story.steps[-1].at if story.steps else None)
    return StoryRun(pack.name, pack.version, story, tuple(steps), differences)


class _Stage:
    """Where one story is played: the case as it is, and who acts."""

    def __init__(self, pack: Pack, process: Process, story: Story) -> None:
        self.pack = pack
        self.process = process
        self.story = story
        self.zone = story.given.zone
        self.calendar = (
            Calendar.always(self.zone)
            if pack.calendar == "always"
            else Calendar.of(self.zone, local=story.given.holidays, is_national=False)
        )
        self.situation: Situation | None = None

    # --- steps

    def begin(self) -> StepRun:
        given = self.story.given
        form, names = self.pack.form, list(given.values)  # a story may also begin with what staff fills in
        cleaned = clean(form, given.values, only=names, now=given.at, zone=self.zone)
        faults = {name: fault.say() for name, fault in cleaned.faults.items() if fault.code not in _FORGIVEN}
        whole = clean(form, given.values, now=given.at, zone=self.zone)
        notes = tuple(name for name, fault in whole.faults.items() if fault.code in _FORGIVEN)
        strange = [name for name in given.values if name not in cleaned.values and name not in faults]
        try:
            if faults:
                raise Invalid(fields=faults)
            outcome = begin(
                self.process,
                values={name: value for name, value in cleaned.values.items() if value is not None},
                who=self.actor(given.by),
                now=given.at,
                calendar=self.calendar,
                number=_number(self.pack, given.at),
            )
        except Problem as problem:
            return self._refused(0, BEGIN, given.by, given.at, problem, told="")
        self.situation = outcome.situation
        step = self._told(0, BEGIN, given.by, given.at, outcome.effects, outcome.moved, before="")
        ignored = tuple(Difference(f"given.values.{name}", given.values[name], None) for name in strange)
        return replace(step, notes=notes, differences=ignored)

    def step(self, number: int, step: StoryStep) -> StepRun:
        situation = self._now()
        act = "tick" if step.tick else step.act
        try:
            if step.tick:
                outcome = tick(self.process, situation, now=step.at, calendar=self.calendar)
            else:
                outcome = take(
                    self.process,
                    situation,
                    step.act,
                    values=self.values(step),
                    reason=step.reason,
                    who=self.actor(step.by or Player("anyone")),
                    now=step.at,
                    calendar=self.calendar,
                )
        except Problem as problem:
            return self._refused(number, act, step.by, step.at, problem, told=step.refused, line=step.line)
        self.situation = outcome.situation
        run = self._told(number, act, step.by, step.at, outcome.effects, outcome.moved, before=situation.state)
        run = replace(run, line=step.line)
        differences: tuple[Difference, ...] = ()
        if step.refused:
            differences += (Difference("refused", step.refused, ""),)
        if step.then is not None:
            differences += self.compared(step.then, run, list(run.effects), step.at, number=number)
        return replace(run, differences=differences)

    def values(self, step: StoryStep) -> dict[str, Any]:
        """The values of an act as the form lets them through; what is empty is for the act to refuse."""
        situation = self._now()
        names = [name for name in step.values if name in self.pack.form.by_name]
        cleaned = clean(
            self.pack.form,
            step.values,
            stage="staff",
            only=names,
            known=dict(situation.values),
            now=step.at,
            zone=self.zone,
        )
        faults = {name: fault.say() for name, fault in cleaned.faults.items() if fault.code not in _FORGIVEN}
        if faults:
            raise Invalid(fields=faults)
        return {**{name: None for name in step.values if name not in names}, **cleaned.values}

    def actor(self, player: Player) -> _Actor:
        """Who plays: his position is that of the role, made up where the story alone decides."""
        if player.role == "system":
            return _Actor("", "system", position="system")
        unit = player.unit
        position = f"{unit}.{player.role}" if unit else ""
        if player.role not in BUILT_IN_ROLES and player.role in self.process.roles and self.situation is not None:
            place = seat(self.process, player.role, self.situation)
            position = place.position or f"{unit or place.unit}.{place.unit_role}"
        return _Actor(self.person(player), player.role, unit, position, is_other=self.is_other(player))

    def person(self, player: Player) -> str:
        """The human being: as named; the applicant is who began the case; others are named after their role."""
        if player.role == "applicant" and not player.person:
            return self.story.given.by.person or self.story.given.by.role
        return player.person or player.role

    def is_other(self, player: Player) -> bool:
        """Whether somebody else than the named applicant says that he is the applicant."""
        begun = self.story.given.by.person
        return player.role == "applicant" and bool(begun and player.person) and player.person != begun

    def _now(self) -> Situation:
        if self.situation is None:
            raise AssertionError("the story has begun")
        return self.situation

    # --- what came of it

    def _told(
        self,
        number: int,
        act: str,
        by: Player | None,
        at: datetime,
        effects: tuple[Emitted, ...],
        moved: tuple[Moved, ...],
        *,
        before: str,
    ) -> StepRun:
        situation = self._now()
        state = self.process.states[situation.state]
        return StepRun(
            number,
            at,
            act,
            by,
            before=before,
            after=situation.state,
            public=state.public or state.label,
            turn=state.turn,
            effects=tuple(effect.name for effect in effects),
            values=dict(situation.values),
            clocks=self.clocks(at),
            moved=moved,
        )

    def _refused(
        self, number: int, act: str, by: Player | None, at: datetime, problem: Problem, *, told: str, line: int = 1
    ) -> StepRun:
        state = self.situation.state if self.situation else ""
        place = self.process.states.get(state)
        differences = () if problem.code == told else (Difference("refused", told, problem.code),)
        return StepRun(
            number,
            at,
            act,
            by,
            before=state,
            after=state,
            public=(place.public or place.label) if place else "",
            turn=place.turn if place else "",
            values=dict(self.situation.values) if self.situation else {},
            clocks=self.clocks(at) if self.situation else {},
            refused=problem.code,
            message=problem.say(),
            fields=problem.fields if isinstance(problem, Invalid) else {},
            differences=differences,
            line=line,
        )

    def clocks(self, at: datetime) -> dict[str, dict[str, Any]]:
        """Every clock that ever ran, as JSON has it."""
        return {
            found.clock: {
                "due": found.due.day.isoformat() if found.due and found.due.day else None,
                "due_at": found.due.at.isoformat() if found.due and found.due.at else None,
                "late": found.is_late,
                "paused": found.is_paused,
                "ended": not found.is_running,
                "used": None if found.used is None else round(found.used, 4),
            }
            for found in dues(self.process, self._now(), now=max(at, self._now().last_at), calendar=self.calendar)
        }

    def compared(
        self, then: Expected, run: StepRun, effects: list[str], at: datetime | None, *, number: int | None = None
    ) -> tuple[Difference, ...]:
        """Only what is told is compared."""
        found = [
            Difference(what, expected, got)
            for what, expected, got in (
                ("state", then.state, run.after),
                ("public", then.public, run.public),
                ("turn", then.turn, run.turn),
            )
            if expected is not None and expected != got
        ]
        found += self._effects(then, effects)
        found += self._clocks(then, run.clocks)
        for name, expected in then.values.items():
            got = run.values.get(name)
            if not _same(expected, got) and not _same(self._as_kept(name, expected, run.at), got):
                found.append(Difference(f"values.{name}", expected, got))
        if then.possible is not None and at is not None:
            got = self._possible(at, number)
            if sorted(got) != sorted(then.possible):
                found.append(Difference("possible", list(then.possible), got))
        return tuple(found)

    def _as_kept(self, name: str, value: Any, at: datetime) -> Any:
        """A value as the form would keep it: `Rp 25.000` is 25000."""
        if name not in self.pack.form.by_name:
            return value
        return clean(self.pack.form, {name: value}, only=[name], now=at, zone=self.zone).values.get(name, value)

    def _effects(self, then: Expected, effects: list[str]) -> Iterator[Difference]:
        """Each that is told has happened, as often as it is told; an empty list tells that nothing did."""
        if then.effects is None:
            return
        left = list(effects)
        missing = []
        for name in then.effects:
            if name in left:
                left.remove(name)
            else:
                missing.append(name)
        if missing or (not then.effects and effects):
            yield Difference("effects", list(then.effects), effects)

    def _clocks(self, then: Expected, clocks: Mapping[str, Mapping[str, Any]]) -> Iterator[Difference]:
        for name, told in then.clocks.items():
            clock = clocks.get(name)
            for what, expected in told.items():
                got = None if clock is None else clock.get(what)
                if what == "due" and clock is not None and len(str(expected)) > 10:
                    got = clock["due_at"]
                if what == "running" and clock is not None:
                    got = not clock["ended"]
                if not _same(expected, got):
                    yield Difference(f"clocks.{name}.{what}", expected, got)

    def _possible(self, at: datetime, number: int | None) -> list[str]:
        """What is open to whoever acts next: in the story, else whose turn it is."""
        following = self.story.steps[number:] if number is not None else ()
        player = next((step.by for step in following if step.by is not None), None)
        state = self.process.states[self._now().state]
        player = player or Player(state.turn or "anyone")
        open_now = possible(self.process, self._now(), who=self.actor(player), now=at, calendar=self.calendar)
        return [act.transition for act in open_now if act.blocked is None]


def _same(expected: Any, got: Any) -> bool:
    """Whether two values are the same, moments at whatever offset they are written."""
    if expected == got:
        return True
    texts = (expected, got)
    if not all(isinstance(text, str) and "T" in text for text in texts):
        return str(expected) == str(got) if not isinstance(expected, bool) and got is not None else False
    try:
        one, other = (datetime.fromisoformat(text) for text in texts)
        return bool(one.tzinfo and other.tzinfo and one == other)
    except ValueError:
        return False


def _number(pack: Pack, at: datetime) -> str:
    try:
        return pack.number.format(year=at.year, month=at.month, seq=1)
    except (KeyError, ValueError, IndexError):
        return ""
