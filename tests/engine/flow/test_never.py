"""What never happens, whatever is declared and whatever is done: generated processes under generated events.

The full run, as documented in docs/explanation/life-of-a-case.md: MAPALUS_HYPOTHESIS=10000 pytest tests/engine/flow.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapalus.engine.deadlines import Unit
from mapalus.engine.errors import Problem
from mapalus.engine.flow import (
    Emitted,
    Escalate,
    Lapse,
    Outcome,
    Possible,
    Process,
    Remind,
    Situation,
    Ticking,
    begin,
    dues,
    from_json,
    next_wake,
    possible,
    take,
    tick,
    to_json,
    turn_of,
)
from mapalus.engine.packs.loader import load_pack
from tests.engine.flow.cast import CALENDAR, Person, person
from tests.engine.flow.generated import START, Happening, happenings, happenings_of, processes

EXAMPLES = int(os.environ.get("MAPALUS_HYPOTHESIS", "25"))
CAST = (
    person("siti", "applicant"),
    person("budi", "satu", "dua", position="diskominfo.satu"),  # two hats
    person("ani", "dua", position="diskominfo.dua"),
    person("dedi", "unit", position="pu.kepala", unit="pu"),
    Person("eka", frozenset({"satu"}), "diskominfo.satu", "", stands_for="ani"),
)
KELAS = {"kelas": "a"}
PACKS = sorted(path.parent for path in (Path(__file__).parents[3] / "packs").glob("*/process.yml"))
generated = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    print_blob=True,
)


class Case:
    """One case under the rules: every step is checked against everything that must never happen."""

    def __init__(
        self, process: Process, who: Person, *, cast: Sequence[Person] = CAST, values: Mapping[str, Any] = KELAS
    ) -> None:
        self.process = process
        self.cast = cast
        self.now = START
        outcome = begin(process, values=values, who=who, now=self.now, calendar=CALENDAR, number="N-1")
        self.situation = outcome.situation
        self.consistent()

    def happen(self, happening: Happening) -> None:
        before, self.now = self.situation, self.now + happening.after
        who = self.cast[happening.by]
        acts = list(self.process.transitions)
        if self.cast is not CAST:  # a long process gets nowhere by chance alone
            found = possible(self.process, before, who=who, now=self.now, calendar=CALENDAR)
            acts = [act.transition for act in found] or acts
        if happening.index < 0:
            self.pass_time(before)
            return
        act = acts[happening.index % len(acts)]
        transition = self.process.transitions[act]
        asked = {*transition.needs, *transition.asks}
        values = {name: value for name, value in happening.values if name in asked}
        arguments: dict[str, Any] = {
            "values": values,
            "reason": happening.reason,
            "who": who,
            "now": self.now,
            "calendar": CALENDAR,
        }
        open_to_me = {
            found.transition: found
            for found in possible(self.process, before, who=who, now=self.now, calendar=CALENDAR)
        }
        kept = to_json(before)
        try:
            outcome = take(self.process, before, act, **arguments)
        except Problem as problem:
            self.refused(problem, open_to_me.get(act))
            assert to_json(before) == kept
            return
        assert outcome == take(self.process, before, act, **arguments)  # deterministic
        assert act in open_to_me
        assert open_to_me[act].blocked is None
        self.situation = outcome.situation
        self.consistent()
        self.follows(before, outcome)
        last = self.situation.acts[-1]
        assert (last.act, last.person, last.at) == (act, who.person, self.now)
        assert all(name in self.situation.values for name in transition.needs)
        selves = {who.person, who.stands_for} - {""}
        barred = {"begin" if name == "applicant" else name for name in transition.not_same_actor_as}
        assert not any(
            taken.act in barred and selves & {taken.person, taken.stands_for} for taken in self.situation.acts[:-1]
        )

    def refused(self, problem: Problem, found: Possible | None) -> None:
        """What looked possible is refused only for what was given."""
        is_open = found is not None and found.blocked is None
        assert not is_open or problem.code in ("needs", "reason-needed", "condition")

    def pass_time(self, before: Situation) -> None:
        outcome = tick(self.process, before, now=self.now, calendar=CALENDAR)
        again = tick(self.process, outcome.situation, now=self.now, calendar=CALENDAR)
        assert (again.situation, again.effects) == (outcome.situation, ())
        half = before.last_at + (self.now - before.last_at) / 2
        first = tick(self.process, before, now=half, calendar=CALENDAR)
        second = tick(self.process, first.situation, now=self.now, calendar=CALENDAR)
        assert second.situation == outcome.situation  # looking late is looking often
        assert first.effects + second.effects == outcome.effects
        wake = next_wake(self.process, before, now=before.last_at, calendar=CALENDAR)
        if outcome.effects:
            assert wake is not None
            assert wake <= self.now
        elif wake is not None:
            assert wake > self.now or tick(self.process, before, now=wake, calendar=CALENDAR).effects == ()
        self.situation = outcome.situation
        self.consistent()
        self.follows(before, outcome)

    def consistent(self) -> None:
        """What is so of every situation."""
        situation, state = self.situation, self.process.states[self.situation.state]
        assert from_json(json.loads(json.dumps(to_json(situation)))) == situation
        acts = situation.acts
        assert acts[0].origin == ""
        assert acts[-1].to == situation.state
        for earlier, later in pairwise(acts):
            assert (later.origin, later.at >= earlier.at) == (earlier.to, True)
        assert (situation.closed_at is not None) == state.is_final
        turn = turn_of(self.process, situation)
        assert turn is None or not (turn.position and turn.unit)  # never two holders
        for name, ticking in situation.clocks.items():
            assert not (state.is_final and ticking.is_running)
            assert ticking.is_paused == (
                ticking.is_running and self.process.stands(self.process.clocks[name], situation.state)
            )
            assert len(set(ticking.reminded)) == len(ticking.reminded)
            last = ticking.started_at
            for pause in ticking.pauses:
                assert last <= pause.start
                last = pause.end or pause.start
            assert all(pause.end is not None for pause in ticking.pauses[:-1])
            assert ticking.ended_at is None or ticking.ended_at >= last
            extension = self.process.clocks[name].extension
            assert ticking.extended <= (extension.times if extension else 0)

    def follows(self, before: Situation, outcome: Outcome) -> None:
        """What is so of two situations, one after the other."""
        after = outcome.situation
        assert after.acts[: len(before.acts)] == before.acts  # append-only
        for taken in after.acts[len(before.acts) :]:
            if self.process.states[taken.origin].is_final and taken.to != taken.origin:
                assert self.process.transitions[taken.act].reopens
        self.clocks_go_forward(before, after)
        self.standing_clocks_do_not_fall_due(before, outcome)

    def clocks_go_forward(self, before: Situation, after: Situation) -> None:
        now = {found.clock: found for found in dues(self.process, after, now=self.now, calendar=CALENDAR)}
        then = {found.clock: found for found in dues(self.process, before, now=before.last_at, calendar=CALENDAR)}
        for name, earlier in before.clocks.items():
            later = after.clocks[name]
            assert later.started_at >= earlier.started_at
            assert (
                later.extended >= earlier.extended
                or later.started_at > earlier.started_at
                or self.process.clocks[name].restarts
            )
            same_run = (
                later.started_at == earlier.started_at
                and later.pauses[: len(earlier.pauses) - 1] == earlier.pauses[:-1]
            )
            if same_run and (later.term, later.fixed) == (earlier.term, earlier.fixed):
                used = (then[name].used or 0.0, now[name].used or 0.0)
                assert used[1] >= used[0] - self.day_that_may_not_count(later)
                old, new = then[name].due, now[name].due
                if old and old.at and new and new.at:
                    assert new.at >= old.at  # a pause only gives time

    def day_that_may_not_count(self, ticking: Ticking) -> float:
        """A working day is used as it goes by, but not at all when the clock stands at its close."""
        by_days = ticking.term is not None and ticking.term.unit is Unit.WORKING_DAYS and ticking.pauses
        return 1.0 / float(ticking.term.amount or 1) if by_days and ticking.term else 1e-9

    def standing_clocks_do_not_fall_due(self, before: Situation, outcome: Outcome) -> None:
        if len(outcome.situation.acts) > len(before.acts):
            return
        for effect in outcome.effects:
            if isinstance(effect, Lapse | Escalate | Remind):
                ticking = before.clocks[effect.clock]
                due = next(
                    found.due
                    for found in dues(self.process, before, now=self.now, calendar=CALENDAR)
                    if found.clock == effect.clock
                )
                if ticking.is_paused and isinstance(effect, Lapse):
                    assert due is not None
                    assert due.at is not None
                    assert (
                        ticking.fixed is not None or due.at <= ticking.pauses[-1].start
                    )  # it was late before it stood


@pytest.mark.slow
@generated
@given(process=processes(), happened=happenings, starter=st.integers(0, 1))
def test_no_sequence_of_events_breaks_the_rules_of_any_process(process, happened, starter):
    case = Case(process, CAST[starter])
    for happening in happened:
        case.happen(happening)


@pytest.mark.slow
@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
@generated
@given(data=st.data())
def test_no_sequence_of_events_breaks_the_rules_of_a_pack(folder, data):
    pack = _pack(folder)
    roles = list(pack.process.roles)
    cast = (
        person("siti", "applicant"),
        person("budi", *roles[::2], position="pu.kepala"),
        person("ani", *roles[1::2], position="dinkes.kepala"),
        person("cici", *roles, position="setda.sekda"),
        person("dedi", *roles, "applicant", position="bappeda.staf"),
    )
    happened = data.draw(happenings_of(pack.form, people=len(cast)))
    opener = next(one for one in cast if {"anyone", *one.roles} & set(pack.process.opening.by))
    case = Case(pack.process, opener, cast=cast, values=dict(happened[0].values))
    for happening in happened:
        case.happen(happening)


@cache
def _pack(folder: Path) -> Any:
    return load_pack(folder)


@pytest.mark.slow
@generated
@given(process=processes(), hours=st.lists(st.integers(0, 200), min_size=1, max_size=5))
def test_a_case_left_alone_comes_to_the_same_however_often_it_is_looked_at(process, hours):
    first = begin(process, values={"kelas": "a"}, who=CAST[0], now=START, calendar=CALENDAR).situation
    often, now = first, START
    effects: tuple[Emitted, ...] = ()
    for step in hours:
        now += timedelta(hours=step)
        outcome = tick(process, often, now=now, calendar=CALENDAR)
        often, effects = outcome.situation, effects + outcome.effects
    once = tick(process, first, now=now, calendar=CALENDAR)
    assert often == once.situation
    assert effects == once.effects
