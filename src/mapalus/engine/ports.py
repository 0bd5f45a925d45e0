"""What the floors promise each other: protocols that apps and connectors fulfil."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

__all__ = ["Actor", "Holding", "Holdings", "same_person"]


@runtime_checkable
class Actor(Protocol):
    """Who acts: a person in a position, or the platform itself. Rights come from the position, never the person."""

    @property
    def position(self) -> str:
        """Code of the position, such as `diskominfo.kabid-statistik`; `system` for the platform."""

    @property
    def person(self) -> str:
        """Code of the person who holds it at this moment; empty for the platform."""

    @property
    def label(self) -> str:
        """As it is written down: `Plt. Kepala Dinas Kesehatan`."""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        """Whether this position may do `act` to `subject` at `now`. Deny by default."""


def same_person(actor: Actor, earlier: Actor | str) -> bool:
    """Whether `earlier` (an actor, or the code of the person as it was written down then) is the one who acts now.

    Asked wherever nobody may decide over himself: it looks at the person, so another hat does not help. Who acts in
    the name of another position (a.n., u.b., delegation) counts as its holder too, or a head could have his own
    hand-in confirmed in his own name. The platform is nobody's same.
    """
    person = earlier if isinstance(earlier, str) else earlier.person
    return bool(person) and person in {actor.person, str(getattr(actor, "stands_for", "") or "")}


@dataclass(frozen=True)
class Holding:
    """One thing a position holds: a line of its handover sheet and of its page."""

    kind: str  # what it is, for grouping: dataset, hand-in, case, application, mandate, account, ...
    key: str  # stable among its kind: a receipt number, a name
    label: str  # as people call it, in the language of the page; never a personal value
    url: str = ""  # path of its page; empty where it has none
    state: str = ""  # in words, in the language of the page
    due_at: datetime | None = None  # when it is owed; None: nothing runs
    is_waiting: bool = False  # waits for an act of this position now, in contrast to what it only answers for


class Holdings(Protocol):
    """Where an app says what a position holds. Registered with `mapalus.apps.directory.holdings.register`."""

    def held_by(self, position: str, now: datetime) -> Iterable[Holding]:
        """Everything of this app that belongs to the position itself (not to those it covers)."""
