"""What an act sets off: what concerns the case itself at once, everything else as rows that a job works through.

Rows and job commit with the act (nothing is lost, nothing begins too early). A row is worked off at least once, so a
handler does the same the second time: notices by their event, cases by their key, letters by the row's reference.
Apps above this one register what they do:

    register("letter", issue)                   # issue(effect: CaseEffect, now: datetime) -> None
    register("hook:belajar-arah", learn)        # what a pack calls `hook: belajar-arah`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from mapalus.apps.cases import personal
from mapalus.apps.cases.models import Case, CaseEffect, CaseReader, ReaderKind
from mapalus.apps.cases.who import positions_in
from mapalus.apps.jobs.job import enqueue
from mapalus.engine.errors import Problem, Unavailable
from mapalus.engine.flow import (
    Emitted,
    Escalate,
    Hook,
    Lapse,
    Letter,
    Notify,
    OpenCase,
    Publish,
    Remind,
    Restrict,
)

if TYPE_CHECKING:
    from mapalus.apps.cases.held import Held

__all__ = ["HANDLERS", "Turn", "at_once", "queue", "register", "take_up", "work_off"]

Handler = Callable[[CaseEffect, datetime], None]
HANDLERS: dict[str, Handler] = {}
_PATIENCE = timedelta(minutes=20)  # longer than the pauses of a job that is tried again
_BATCH = 500
OPEN_LEVELS = ("open", "terbuka")
SECRET_LEVELS = ("secret", "rahasia")


@dataclass(frozen=True)
class Turn:
    """It is another position's turn now; said by the case, not by flow."""

    position: str


_KINDS: Mapping[type, str] = {
    Notify: "notify",
    Letter: "letter",
    Hook: "hook",
    OpenCase: "open",
    Remind: "remind",
    Escalate: "escalate",
    Lapse: "lapse",
    Turn: "turn",
}


def register(kind: str, handler: Handler) -> None:
    """Name who works off a kind of effect. Registered in `AppConfig.ready`; a second time replaces the first."""
    HANDLERS[kind] = handler


def at_once(case: Case, effects: Sequence[Emitted], *, now: datetime) -> None:
    """Effects on the case itself, before it is saved."""
    for effect in effects:
        match effect:
            case Publish(is_public):
                case.is_published = is_public and not case.is_secret and not case.is_restricted
                case.published_at = (case.published_at or now) if case.is_published else None
            case Restrict(level):
                _restrict(case, level)
            case _:
                pass  # where it is routed the situation says; the rest is queued


def _restrict(case: Case, level: str) -> None:
    """`open` lifts it, `secret` keeps it from the public, anything else lets only the turn and those named see it."""
    if level in OPEN_LEVELS:
        case.is_restricted = False
        return
    case.is_published, case.published_at = False, None
    if level in SECRET_LEVELS:
        case.is_secret = True
        return
    case.is_restricted = True


def queue(on: Held, effects: Sequence[Emitted | Turn], *, now: datetime) -> None:
    """Rows for what others must do, and one job for all of a change. Called once in the transaction of the change."""
    version = on.case.version
    for effect in effects:
        if isinstance(effect, Restrict):
            _let_read(on, effect.level, now=now)
    rows = [
        CaseEffect(
            case=on.case,
            version=version,
            place=place,
            kind=_KINDS[type(effect)],
            data=_data(effect, on.case),
            queued_at=now,
        )
        for place, effect in enumerate(effects)
        if type(effect) in _KINDS
    ]
    if not rows:
        return
    CaseEffect.objects.bulk_create(rows)
    from mapalus.apps.cases.jobs import run_effects

    enqueue(run_effects, on.case.pk, version)


def _let_read(on: Held, level: str, *, now: datetime) -> None:
    """Who sees a restricted case beside its turn: the positions of that role, or else the unit of that code."""
    if level in OPEN_LEVELS or level in SECRET_LEVELS:
        return
    found = positions_in(on.process, level, on.situation, now=now) if level in on.process.roles else {level}
    rows = [CaseReader(case=on.case, code=code, kind=ReaderKind.RESTRICTED) for code in sorted(found)]
    CaseReader.objects.bulk_create(rows, ignore_conflicts=True)


def _data(effect: Emitted | Turn, case: Case) -> dict[str, Any]:
    if isinstance(effect, OpenCase):
        # Values of another case may be personal; here they only wait.
        return {"pack": effect.pack, "link": effect.link, "values": personal.seal_text(dict(effect.values), case)}
    return _plain(effect)


def _plain(effect: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in ((name, getattr(effect, name)) for name in effect.__dataclass_fields__)
    }


def work_off(case: int, version: int, *, now: datetime) -> int:
    """Work off what a change set off, in order. How many were done.

    Each in a transaction of its own with its mark, so a death in between repeats at most the one that was running.
    Raises `Unavailable` at the end where one should be tried again; a Problem of any other kind is written down.
    """
    done, waits = 0, None
    keys = CaseEffect.objects.filter(case=case, version=version, done_at__isnull=True).order_by("place")
    for key in list(keys.values_list("pk", flat=True)):
        try:
            done += _work_off(key, now=now)
        except Unavailable as problem:
            waits = problem
            CaseEffect.objects.filter(pk=key).update(problem=problem.say()[:400])
        except Problem as problem:
            CaseEffect.objects.filter(pk=key).update(problem=problem.say()[:400], done_at=now)
    if waits is not None:
        raise waits
    return done


def take_up(*, now: datetime) -> int:
    """Work off what still waits after a while: its job was given up, or its handler is new. How many were done."""
    waiting = CaseEffect.objects.filter(done_at__isnull=True, queued_at__lt=now - _PATIENCE).order_by("queued_at")
    done = 0
    for case, version in dict.fromkeys(waiting.values_list("case_id", "version")[:_BATCH]):
        try:
            done += work_off(case, version, now=now)
        except Unavailable:
            continue  # written down; the next round tries again
    return done


def _handled_by(row: CaseEffect) -> str:
    return f"hook:{row.data['hook']}" if row.kind == "hook" else row.kind


def _work_off(key: int, *, now: datetime) -> int:
    with transaction.atomic():
        row = (
            CaseEffect.objects.select_for_update(of=("self",))
            .select_related("case__pack")
            .defer("case__pack__files")
            .filter(pk=key, done_at__isnull=True)
            .first()
        )
        handler = HANDLERS.get(_handled_by(row)) if row is not None else None
        if row is None or handler is None:
            return 0
        handler(row, now)
        row.done_at, row.problem = now, ""
        row.save(update_fields=["done_at", "problem"])
    return 1
