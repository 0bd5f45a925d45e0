"""An action is a change that is allowed, atomic and written down.

    @action("cases.decide")
    def decide(case: Case, *, by: Actor, reason: str, now: datetime) -> Case: ...

The first argument is the subject, or, for acts that create something, what it is created in. `by` and `now`
are keyword-only. The decorator asks `by.may(name, subject, now)`, opens the transaction, runs the function and
writes one ledger entry in the same transaction. Inside, `note(key=value)` adds facts to that entry.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from django.db import models, transaction

from mapalus.apps.ledger.canonical import plain
from mapalus.apps.ledger.models import Entry, unit_of
from mapalus.engine.errors import NotAllowed
from mapalus.engine.ports import Actor

__all__ = ["ACTIONS", "Action", "action", "note", "public_acts", "reference"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Action:
    """A registered action: its name, its function as written, and the one line that says what it does."""

    name: str
    function: Callable[..., object]
    is_public: bool = False  # everybody may read its entries

    @property
    def does(self) -> str:
        return (inspect.getdoc(self.function) or "").split("\n", 1)[0]


@dataclass
class _Page:
    """What the running action wants to have written down."""

    data: dict[str, object] = field(default_factory=dict)
    subject: object | None = None


ACTIONS: dict[str, Action] = {}
_page: ContextVar[_Page | None] = ContextVar("ledger_page", default=None)


def reference(subject: object) -> str:
    """`app.model:key` of a row; `app.model` of a class; the text itself for anything else."""
    if isinstance(subject, models.Model):
        return f"{subject._meta.label_lower}:{subject.pk}"
    if isinstance(subject, type) and issubclass(subject, models.Model):
        return subject._meta.label_lower
    return str(subject)


def note(*, subject: object | None = None, **facts: object) -> None:
    """Add facts to the entry of the running action; `subject` names what it created instead of its first argument.

    Never a personal value: use `mapalus.apps.ledger.commitment.commit` for those.
    """
    page = _page.get()
    if page is None:
        raise RuntimeError("note() is for the inside of an action")
    page.data.update(facts)
    if subject is not None:
        page.subject = subject


def public_acts() -> list[str]:
    """Names of the acts whose entries everybody may read."""
    return sorted(name for name, known in ACTIONS.items() if known.is_public)


def action(name: str, *, public: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register a function as the action `name` (`app.verb`). Everybody may read the entries of a `public` one."""

    def register(function: Callable[P, R]) -> Callable[P, R]:
        if name in ACTIONS:
            raise RuntimeError(f"there is already an action {name}")
        _check_signature(name, function)
        ACTIONS[name] = Action(name, function, public)

        @wraps(function)
        def act(*args: P.args, **kwargs: P.kwargs) -> R:
            subject = args[0]
            by = cast(Actor, kwargs["by"])
            now = cast(datetime, kwargs["now"])
            if not by.may(name, subject, now):
                raise NotAllowed(act=name, position=by.label)
            page = _Page()
            token = _page.set(page)
            try:
                with transaction.atomic():
                    result = function(*args, **kwargs)
                    _write(name, page.subject if page.subject is not None else subject, by, now, page.data)
            finally:
                _page.reset(token)
            return result

        return act

    return register


def _check_signature(name: str, function: Callable[..., object]) -> None:
    parameters = inspect.signature(function).parameters
    for needed in ("by", "now"):
        if needed not in parameters or parameters[needed].kind is not inspect.Parameter.KEYWORD_ONLY:
            raise RuntimeError(f"action {name} takes {needed}= as a keyword")


def _write(name: str, subject: object, by: Actor, now: datetime, data: dict[str, object]) -> None:
    if (mandate := getattr(by, "mandate", None)) is not None:
        data = {**data, "mandate": mandate.reference, "ground": mandate.ground}  # in whose name, and by what right
    Entry.objects.create(
        act=name,
        at=now,
        position=by.position,
        person=by.person,
        actor_label=by.label,
        unit=unit_of(by),
        subject=reference(subject),
        subject_label=_label(subject),
        data=plain(data),
    )


def _label(subject: object) -> str:
    """What the row calls itself: `ledger_label` where its name would be a personal value, else its name."""
    if not isinstance(subject, models.Model):
        return ""
    return str(plain(str(getattr(subject, "ledger_label", subject))))[:240]
