"""Steps that the acts of cases share. Only `actions.py` takes them, inside its transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings

from mapalus.apps.cases import files, lists, outbox, personal
from mapalus.apps.cases.description import index_words, split_values
from mapalus.apps.cases.held import Held, hands_in, overtaken_since
from mapalus.apps.cases.models import (
    FAR,
    Audience,
    Case,
    CaseAct,
    CaseClock,
    CaseFile,
    CaseReader,
    ReaderKind,
)
from mapalus.apps.cases.who import APPLICANT, Applicant, position_for
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.clock import Zone
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.flow import Emitted, Escalate, Outcome, Situation, Taken, dues, next_wake, take, to_json
from mapalus.engine.forms import FieldType, clean
from mapalus.engine.ports import Actor

__all__ = [
    "add_acts",
    "add_reader",
    "carry_out",
    "day_said",
    "keep_clocks",
    "keep_files",
    "moved_by_calendar",
    "place",
    "record",
    "settle",
    "time_of",
    "touch",
    "with_turn",
]


def carry_out(on: Held, act: str, *, values: Mapping[str, Any], reason: str, by: Actor, now: datetime) -> Case:
    """An act of the process, with what was filled in for it, written down."""
    transition = on.process.transitions.get(act)
    asked = (*transition.needs, *transition.asks) if transition else ()
    cleaned = clean(
        on.pack.form, values, stage="staff", only=asked, known=on.situation.values, lists=lists.known(now),
        now=now, zone=Zone(settings.PROVINCE_ZONE),
    )  # fmt: skip
    wrong = {name: text for name, text in cleaned.errors.items() if name in values}
    if wrong:
        raise Invalid(fields=wrong)
    given = {name: cleaned.values.get(name) for name in values if name in asked}
    strange = {name: value for name, value in values.items() if name not in asked}
    who = hands_in(on, by=by, now=now)
    try:
        outcome = take(
            on.process, on.situation, act, values={**given, **strange}, reason=reason, who=who, now=now,
            calendar=on.calendar,
        )  # fmt: skip
    except Conflict as problem:
        # What was possible a moment ago is not any more: say who was faster rather than which rule stands against it.
        raise overtaken_since(on.case, problem, now=now) from None
    return settle(on, outcome, kind="take", by=by, now=now)


def settle(on: Held, outcome: Outcome, *, kind: str, by: Actor, now: datetime) -> Case:
    """Write an outcome down: the case, its acts, its clocks, and what was set off. One change of the version."""
    case, before, after = on.case, on.situation, outcome.situation
    turn = case.turn
    place(on, after, now=now)
    if dict(after.values) != dict(before.values):
        _keep_values(on, after.values)
    outbox.at_once(case, outcome.effects, now=now)
    case.situation = to_json(replace(after, values={}))
    case.version += 1
    case.save()
    add_acts(on, before, after, kind=kind, by=by, turn=turn)
    keep_files(on, before.values, after.values, by=by, now=now)
    keep_clocks(on, after, now=now)
    on.situation = after
    for effect in outcome.effects:
        if isinstance(effect, Escalate):
            record(case, "escalate", by=PLATFORM, now=now, label=on.process.clocks[effect.clock].label, to=effect.to)
    outbox.queue(on, with_turn(outcome.effects, case, before=turn), now=now)
    if by.position not in ("system", APPLICANT):
        add_reader(case, by.position, ReaderKind.ACTED)
    if dict(after.values) != dict(before.values):
        index_words(case, on.pack)
    return case


def with_turn(effects: Sequence[Emitted], case: Case, *, before: str) -> tuple[Emitted | outbox.Turn, ...]:
    """The effects, and that it is somebody else's turn now."""
    return tuple(effects) if case.turn in ("", before) else (*effects, outbox.Turn(case.turn))


def place(on: Held, after: Situation, *, now: datetime) -> None:
    """Where the case is now, whose turn it is, and by when."""
    case, process = on.case, on.process
    state = process.states[after.state]
    moved = case.state != after.state or case.unit != after.routed_unit
    case.state, case.unit = after.state, after.routed_unit
    case.is_final, case.closed_at = state.is_final, after.closed_at
    if moved or not case.pk or not case.turn_of:
        before = case.turn
        case.turn_role = "" if state.is_final else state.turn
        case.turn = position_for(process, case.turn_role, after, now=now) if case.turn_role else ""
        if moved or case.turn != before:
            case.turn_of, case.turn_since = "", now
    time_of(on, after, now=now)


def time_of(on: Held, after: Situation, *, now: datetime) -> None:
    """By when it is due, and when to look again."""
    case = on.case
    running = dues(on.process, after, now=now, calendar=on.calendar) if not case.is_final else ()
    moments = [one.due.at for one in running if one.is_running and one.due is not None and one.due.at is not None]
    case.due_at = min(moments, default=None)
    case.due_order = case.due_at or FAR
    case.wake_at = next_wake(on.process, after, now=now, calendar=on.calendar)


def _keep_values(on: Held, values: Mapping[str, Any]) -> None:
    shown, own = split_values(on.pack, values)
    on.case.values = shown
    if own != dict(on.personal.values):
        on.personal = replace(on.personal, values=own)
        personal.write(on.case, on.personal)


def add_acts(on: Held, before: Situation, after: Situation, *, kind: str, by: Actor, turn: str = "") -> None:
    """A line for every act that came about."""
    number = (on.case.acts.order_by("-number").values_list("number", flat=True).first() or 0) if before.acts else 0
    changed = sorted(name for name in after.values if after.values[name] != before.values.get(name))
    lines = []
    for taken in after.acts[len(before.acts) :]:
        number += 1
        lines.append(_line(on, taken, number=number, kind=kind, by=by, changed=changed, turn=turn))
    CaseAct.objects.bulk_create(lines)


def _line(on: Held, taken: Taken, *, number: int, kind: str, by: Actor, changed: Sequence[str], turn: str) -> CaseAct:
    transition = on.process.transitions.get(taken.act)
    is_system = taken.position == "system"
    is_nobody = is_system or isinstance(by, Applicant)
    return CaseAct(
        case=on.case, number=number, turn=turn, kind=kind, act=taken.act, label=transition.label if transition else "",
        origin=taken.origin, to=taken.to, at=taken.at, position="system" if is_system else by.position,
        person="" if is_nobody else by.person, actor_label="Mapalus" if is_system else by.label,
        reason=taken.reason, changed=list(changed), audience=Audience.APPLICANT,
    )  # fmt: skip


def record(
    case: Case, kind: str, *, by: Actor, now: datetime, reason: str = "", label: str = "", to: str = ""
) -> CaseAct:
    """A line of the story that is no transition: assigned, merged, linked, ..."""
    last = case.acts.order_by("-number").values_list("number", flat=True).first() or 0
    return CaseAct.objects.create(
        case=case, number=last + 1, kind=kind, act=kind, label=label, origin=case.state, to=to or case.state, at=now,
        position=by.position, person="" if isinstance(by, Applicant) else by.person, actor_label=by.label,
        reason=reason,
    )  # fmt: skip


def touch(case: Case, *fields: str) -> None:
    """Save some fields and count the change."""
    case.version += 1
    case.save(update_fields=[*fields, "version"])


def keep_clocks(on: Held, after: Situation, *, now: datetime) -> None:
    told = {one.clock: one for one in dues(on.process, after, now=now, calendar=on.calendar)}
    rows = []
    for name, ticking in after.clocks.items():
        due = told.get(name)
        rows.append(
            CaseClock(
                case=on.case, name=name, started_at=ticking.started_at, ended_at=ticking.ended_at,
                due_at=due.due.at if due is not None and due.due is not None else None,
                is_paused=ticking.is_paused, is_late=bool(due and due.is_late), escalated=ticking.escalated,
            )
        )  # fmt: skip
    if rows:
        CaseClock.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["case", "name"],
            update_fields=["started_at", "ended_at", "due_at", "is_paused", "is_late", "escalated"],
        )


def keep_files(on: Held, before: Mapping[str, Any], after: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """A row for every file that came with the form or the act."""
    rows = []
    for field in on.pack.form.fields:
        if field.type == FieldType.FILE and after.get(field.name) != before.get(field.name):
            audience = Audience.PUBLIC if field.is_public else Audience.APPLICANT
            rows += [
                CaseFile(
                    case=on.case, field=field.name, name=one.name, media_type=one.media_type, size=one.size,
                    sha256=one.sha256, audience=audience, is_personal=field.is_personal, at=now,
                    position=by.position, actor_label=by.label,
                )
                for one in files.claimed(after.get(field.name), field.name)
            ]  # fmt: skip
    if rows:
        CaseFile.objects.bulk_create(rows)


def add_reader(case: Case, code: str, kind: ReaderKind) -> None:
    CaseReader.objects.bulk_create([CaseReader(case=case, code=code, kind=kind)], ignore_conflicts=True)


def moved_by_calendar(on: Held, *, now: datetime) -> list[tuple[str, datetime | None, datetime | None]]:
    """Running clocks whose date is another by the calendar of today than the one written down."""
    if on.case.is_final:
        return []
    known = dict(CaseClock.objects.filter(case=on.case, ended_at__isnull=True).values_list("name", "due_at"))
    found = []
    for one in dues(on.process, on.situation, now=now, calendar=on.calendar):
        new = one.due.at if one.due is not None else None
        if one.is_running and one.clock in known and known[one.clock] != new:
            found.append((one.clock, known[one.clock], new))
    return found


def day_said(moment: datetime | None) -> str:
    return "–" if moment is None else moment.astimezone(Zone(settings.PROVINCE_ZONE).tzinfo).strftime("%d-%m-%Y %H.%M")
