"""Why an act is refused. Each has a stable code; stories name refusals by it."""

from __future__ import annotations

from typing import Protocol

from mapalus.engine.errors import Conflict, Invalid, Late, NotAllowed, NotFound, Problem
from mapalus.engine.text import Label, _

__all__ = [
    "ClockStopped",
    "Condition",
    "ExtensionUsed",
    "Late",
    "Needs",
    "NotAllowed",
    "NotAsked",
    "NotSameActor",
    "Problem",
    "ReasonNeeded",
    "UnknownAct",
    "WrongState",
    "label_of",
]


class UnknownAct(NotFound):
    """The process has no such act."""

    code = "unknown-act"
    text = _("There is no act %(act)s in this process.")


class WrongState(Conflict):
    """The act is not possible from where the case is now."""

    code = "wrong-state"
    text = _("This is not possible now: the case stands at “%(state)s”.")
    advice = _("Reload the page to see what can be done.")


class NotSameActor(NotAllowed):
    """Nobody decides over himself: the same person took an earlier act, in whatever position."""

    code = "not-same-actor"
    text = _("You took the step “%(act)s” of this case yourself, so somebody else must do this.")


class Needs(Invalid):
    """Fields that the act needs are empty; `fields` names them."""

    code = "needs"
    text = _("Something is still missing: %(missing)s.")
    of_field = _("This must be filled in here.")


class NotAsked(Invalid):
    """Values were given that the act does not ask for; `fields` names them."""

    code = "not-asked"
    text = _("This step does not ask for %(names)s.")
    of_field = _("This step does not ask for this.")


class ReasonNeeded(Invalid):
    """The act asks for a reason in words."""

    code = "reason-needed"
    text = _("Give the reason in words.")


class Condition(Conflict):
    """What the act presupposes is not so."""

    code = "condition"
    text = _("The conditions for “%(act)s” are not met.")
    advice = _("Look at the values of the case.")


class ExtensionUsed(Conflict):
    """The time was extended as often as is allowed."""

    code = "extension-used"
    text = _("The time of “%(clock)s” was extended already.")
    advice = ""


class ClockStopped(Conflict):
    """There is no running time to extend."""

    code = "clock-stopped"
    text = _("The time of “%(clock)s” is not running, so it cannot be extended.")
    advice = ""


class _Declared(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def label_en(self) -> str: ...


def label_of(thing: _Declared) -> Label:
    """What people call a state, a transition or a clock, in both languages; its name where it has no label."""
    return Label(thing.label or thing.name, thing.label_en or thing.label or thing.name)
