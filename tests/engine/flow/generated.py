"""Small processes of every shape, and things that happen to a case, made by Hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from mapalus.engine.deadlines import Unit
from mapalus.engine.expression import parse
from mapalus.engine.flow import (
    Clock,
    Effect,
    Escalation,
    Extension,
    Notify,
    Opening,
    Period,
    Process,
    Reason,
    Return,
    Role,
    Route,
    Routing,
    State,
    Transition,
    Within,
)
from mapalus.engine.forms import Field, FieldType, Form
from tests.engine.flow.cast import mapped

START = datetime.fromisoformat("2026-11-02T09:00:00+08:00")
ROLES = ("applicant", "satu", "dua", "unit")
FIELDS = ("kelas", "unit", "teks", "hari")
CONDITIONS = (
    "kelas = 'a'", "kelas != 'b' or is_empty(teks)", "$bounces < 2", "not $is_late", "length(teks) > 2",
    "days_between($received_on, today()) < 9", "hari >= date '2026-11-10'",
)  # fmt: skip
VALUES = {
    "kelas": ("a", "b", "c"),
    "unit": ("pu", "dinkes", "diknas"),
    "teks": ("x", "panjang"),
    "hari": ("2026-11-06", "2026-11-14", "2026-12-24"),
}
ESCALATIONS = ((), (Escalation("satu"),), (Escalation("satu", 80), Escalation("dua", 150)))


@dataclass(frozen=True)
class Happening:
    """After a while somebody tries something (`index` picks among the acts; the system only lets time pass)."""

    after: timedelta
    index: int
    by: int
    values: tuple[tuple[str, Any], ...]
    reason: str


_period = st.one_of(
    st.builds(Period, st.just(Unit.WORKING_DAYS), st.integers(0, 6)),
    st.builds(Period, st.sampled_from((Unit.HOURS, Unit.OPEN_HOURS)), st.sampled_from((1, 4.5, 30))),
    st.builds(
        Period,
        by=st.just("kelas"),
        of=st.just({"a": 2, "b": 5}),
        otherwise=st.sampled_from((None, 3)),
    ),
    st.builds(Period, date=st.just("hari")),
)
_effects: st.SearchStrategy[list[Effect]] = st.lists(
    st.sampled_from((Notify("applicant", "kabar"), Route("unit"), Route(unit="pu"), Route(), Return())), max_size=2
)


def _some(names: tuple[str, ...], *, fewest: int = 0, most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), min_size=fewest, max_size=most, unique=True).map(tuple)


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """Any process that the loader would let through, and some it would not."""
    states = tuple(f"s{n}" for n in range(draw(st.integers(2, 5))))
    finals = set(draw(_some(states[1:], most=2)))
    clocks = tuple(f"c{n}" for n in range(draw(st.integers(0, 3))))
    acts = tuple(f"t{n}" for n in range(draw(st.integers(1, 7))))
    return Process(
        initial="s0",
        owner="diskominfo.kadis",
        routing=Routing("kelas", {"a": "pu", "b": "dinkes"}, "diskominfo.kadis"),
        roles=mapped(
            Role("satu", position="diskominfo.satu"),
            Role("dua", position="diskominfo.dua"),
            Role("unit", unit="routed", role="kepala"),
        ),
        states=mapped(
            *(
                State(
                    name,
                    name,
                    turn="" if name in finals else draw(st.sampled_from(("", *ROLES))),
                    is_final=name in finals,
                    pauses=frozenset(draw(_some(clocks, most=1))) if clocks else frozenset(),
                )
                for name in states
            )
        ),
        opening=Opening(effects=tuple(draw(_effects))),
        transitions=mapped(*(draw(_transitions(name, states, finals, acts)) for name in acts)),
        clocks=mapped(*(draw(_clocks(name, states, acts)) for name in clocks)),
    )


@st.composite
def _transitions(
    draw: st.DrawFn, name: str, states: tuple[str, ...], finals: set[str], acts: tuple[str, ...]
) -> Transition:
    reopens = draw(st.integers(0, 5)) == 0
    origins = draw(_some(states, fewest=1, most=4))
    condition = draw(st.sampled_from((None, None, None, *CONDITIONS)))
    window = st.one_of(st.none(), st.none(), st.builds(Within, _period, st.sampled_from(("", *acts, *states))))
    return Transition(
        name,
        origins,
        draw(st.sampled_from(("", *states))),
        by=draw(_some((*ROLES, "system", "anyone"), fewest=1, most=3)),
        needs=draw(_some(FIELDS)),
        asks=draw(_some(FIELDS)),
        when=parse(condition) if condition else None,
        not_same_actor_as=draw(st.one_of(st.just(()), _some((*acts, "applicant", "begin"), fewest=1))),
        reason=draw(st.sampled_from(Reason)),
        sets=draw(st.sampled_from(((), (("teks", parse("'tetap'")),), (("hari", parse("add_days(today(), 3)")),)))),
        effects=tuple(draw(_effects)),
        within=Within(Period.days(5)) if reopens else draw(window),
        reopens=reopens,
    )


@st.composite
def _clocks(draw: st.DrawFn, name: str, states: tuple[str, ...], acts: tuple[str, ...]) -> Clock:
    short = draw(st.booleans())
    events = (*states, *acts)
    return Clock(
        name,
        draw(_period),
        starts=() if short else draw(_some((*events, "begin"), fewest=1)),
        until=() if short else draw(_some(events, fewest=1)),
        while_in=draw(st.sampled_from(states)) if short else "",
        pauses_in=frozenset(draw(_some(states, most=1))),
        extension=draw(
            st.one_of(
                st.none(),
                st.builds(Extension, st.sampled_from(acts), to=st.one_of(st.none(), st.just(Period.days(9))),
                          add=st.integers(1, 4), times=st.integers(1, 2)),
            )
        ),
        reminders=draw(st.sampled_from(((), (50,), (50, 80, 100)))),
        escalate_to=draw(st.sampled_from(ESCALATIONS)),
        then=draw(st.sampled_from(("", *acts))),
        restarts=draw(st.booleans()),
    )  # fmt: skip


_values = st.lists(
    st.sampled_from(FIELDS).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))), max_size=3
).map(tuple)

_after = st.one_of(
    st.integers(0, 120).map(lambda n: timedelta(minutes=n)), st.integers(1, 100).map(lambda n: timedelta(hours=n))
)


def _lists(
    values: st.SearchStrategy[tuple[tuple[str, Any], ...]], *, people: int
) -> st.SearchStrategy[list[Happening]]:
    happening = st.builds(
        Happening,
        after=_after,
        index=st.integers(-1, 30),
        by=st.integers(0, people - 1),
        values=values,
        reason=st.sampled_from(("", "karena itu")),
    )
    return st.lists(happening, min_size=1, max_size=12)


happenings = _lists(_values, people=5)


def happenings_of(form: Form, *, people: int) -> st.SearchStrategy[list[Happening]]:
    """What may happen to a case of a real pack, with values that its form would let through."""
    choices = {field.name: tuple(_values_of(field)) for field in form.fields}
    all_values = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in choices.items() if values})
    return _lists(all_values.map(lambda values: tuple(values.items())), people=people)


def _values_of(field: Field) -> Sequence[Any]:
    match field.type:
        case FieldType.CHOICE:
            return [*(option.value for option in field.options), "pu"]
        case FieldType.MULTICHOICE:
            return [[option.value] for option in field.options]
        case FieldType.INTEGER | FieldType.NUMBER | FieldType.MONEY:
            return [0, 1, 3, 5, 1000]
        case FieldType.BOOLEAN:
            return [True, False]
        case FieldType.DATE:
            return ["2026-11-06", "2026-12-24"]
        case FieldType.DATETIME:
            return ["2026-11-06T10:00:00+08:00"]
        case FieldType.FILE:
            return [{"ref": "a", "name": "a.pdf", "size": 1, "type": "application/pdf"}]
        case FieldType.POINT:
            return [{"lat": 1.5, "lon": 124.8}]
    return ["pu", "satu dua tiga"]
