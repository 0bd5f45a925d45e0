"""Clocks and times of a process: how much, in which unit, from when until when, who hears of it.

`Names` knows what a process declares, so that every name that is used can be looked up.
"""

from __future__ import annotations

from collections.abc import Iterable

from mapalus.engine.deadlines import Unit
from mapalus.engine.flow.process import BUILT_IN_ROLES, Clock, Escalation, Extension, Period
from mapalus.engine.forms.form import Form
from mapalus.engine.packs import keys
from mapalus.engine.packs.node import Node
from mapalus.engine.packs.problem import Phrase, nearest
from mapalus.engine.text import _

__all__ = ["Names", "Times"]

_UNITS = {
    "working_days": Unit.WORKING_DAYS,
    "hours": Unit.HOURS,
    "open_hours": Unit.OPEN_HOURS,
    "days": Unit.HOURS,  # every day, day and night
}
_LATER = 50  # percent that each further name of escalate_to waits


class Names:
    """The names of states, acts, roles and clocks that a process declares, as they stand in the file."""

    def __init__(self, node: Node, form: Form) -> None:
        self.node, self.form = node, form
        self.states = _keys(node.at("states"))
        self.acts = _keys(node.at("transitions"))
        self.roles = (*_keys(node.at("roles")), *BUILT_IN_ROLES)
        deadlines = [name for name, state in node.at("states").items() if state.has("deadline")]
        self.clocks = (*_keys(node.at("clocks")), *deadlines)

    def known(self, node: Node, names: Iterable[str], code: str) -> bool:
        if not isinstance(node.value, str) or node.value in names:
            return True
        node.unknown(code, node.value, names)
        return False

    def all_known(self, node: Node, names: Iterable[str], code: str) -> tuple[str, ...]:
        """The names at the node that exist; the others are problems."""
        return tuple(
            entry.value for entry in node.entries() if isinstance(entry.value, str) and self.known(entry, names, code)
        )


class Times(Names):
    """Reads clocks, deadlines and the times inside them."""

    def clock(self, name: str, node: Node, *, while_in: str = "") -> Clock:
        found = node.read(keys.DEADLINE if while_in else keys.CLOCK)
        starts = self.all_known(node.at("from"), (*self.states, *self.acts, "begin"), "unknown-start")
        until = self.all_known(node.at("until"), (*self.states, *self.acts), "unknown-start")
        if isinstance(node.value, dict) and not while_in:
            if not node.has("from"):
                node.wrong("clock-never-started", name=name)
            if not node.has("until"):
                node.wrong("clock-never-ended", name=name)
        if "then" in found:
            self.known(node.at("then"), self.acts, "unknown-act")
        then = found.get("then", "")
        if "on_late" in found:
            late = node.at("on_late").read(keys.ON_LATE)
            then = late.get("take", "")
            if then:
                self.known(node.at("on_late").at("take"), self.acts, "unknown-act")
        extension = self.extension(node.at("extend"), name) if "extend" in found else None
        return Clock(
            name,
            self.period(node, name, more=tuple(keys.DEADLINE if while_in else keys.CLOCK)) or Period(),
            starts=starts,
            until=until,
            while_in=while_in,
            label=found.get("label", ""),
            label_en=found.get("label_en", ""),
            pauses_in=frozenset(self.all_known(node.at("pauses_in"), self.states, "unknown-state")),
            extension=extension,
            reminders=self.reminders(node.at("reminders")),
            escalate_to=self.escalations(node.at("escalate_to")),
            then=then,
            restarts=found.get("restarts", False),
            legal_basis=found.get("legal_basis", ""),
        )

    def reminders(self, node: Node) -> tuple[int, ...]:
        found: list[int] = []
        for entry in node.entries():
            value = entry.value
            if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000:
                found.append(value)
            else:
                entry.wrong("bad-number", key="reminders", value=value, least=1, most=1000)
        return tuple(sorted(set(found)))

    def escalations(self, node: Node) -> tuple[Escalation, ...]:
        found: list[Escalation] = []
        for position, entry in enumerate(node.entries()):
            percent = 100 + _LATER * position
            if isinstance(entry.value, dict):
                rule = entry.read(keys.ESCALATION)
                if "to" in rule and self.known(entry.at("to"), self.roles, "unknown-role"):
                    found.append(Escalation(rule["to"], rule.get("at", percent)))
            elif entry.of_kind("text") and self.known(entry, self.roles, "unknown-role"):
                found.append(Escalation(entry.value, percent))
        return tuple(sorted(found, key=lambda step: step.percent))

    def extension(self, node: Node, name: str) -> Extension | None:
        found = node.read(keys.EXTEND)
        if "act" not in found:
            return None
        self.known(node.at("act"), self.acts, "unknown-act")
        if not node.has("to") and not node.has("add"):
            node.wrong("missing-key", key="to", place="extend")
        period = self.period(node.at("to"), name) if "to" in found else None
        return Extension(found["act"], to=period, add=found.get("add", 0), times=found.get("times", 1))

    def period(self, node: Node, name: str, *, more: tuple[str, ...] = ()) -> Period | None:
        """How much time: one of the units with an amount, or `{by, of, else}`, or the field that holds the day."""
        if not isinstance(node.value, dict):
            node.of_kind("mapping")
            return None
        given = [key for key in keys.PERIOD_KEYS if key in node.value]
        for key, inner in node.items():
            if key not in keys.PERIOD_KEYS and key not in more and not (key.endswith("_en") and key[:-3] in more):
                inner.wrong("unknown-key", key=key, near=nearest(key, (*keys.PERIOD_KEYS, *more)))
        if not given:
            node.wrong("clock-without-period", name=name)
            return None
        if len(given) > 1:
            node.at(given[1]).wrong("clock-two-periods", name=name, keys=", ".join(given))
        key, inner = given[0], node.at(given[0])
        if key == "date":
            return self.day(inner)
        if isinstance(inner.value, dict):
            return self.varying(key, inner)
        amount = self.amount(key, inner)
        return None if amount is None else Period(_UNITS[key], amount * 24 if key == "days" else amount)

    def day(self, node: Node) -> Period | None:
        if not node.of_kind("text") or not self.known(node, self.form.by_name, "unknown-field"):
            return None
        if self.form.types[node.value] not in ("date", "datetime"):
            wanted, found = Phrase(_("the name of a field with a day")), Phrase(_("a field of another type"))
            node.wrong("wrong-type", key="date", wanted=wanted, found=found, hint="")
            return None
        return Period(date=node.value)

    def varying(self, key: str, node: Node) -> Period | None:
        found = node.read(keys.VARYING)
        if "by" in found and self.known(node.at("by"), self.form.by_name, "unknown-field"):
            choices = self.form.field(found["by"]).choices
            for value, inner in node.at("of").items():
                if choices and value not in choices:
                    inner.wrong("unknown-value", key="of", value=value, near=nearest(value, choices))
        amounts = {value: self.amount(key, inner) for value, inner in node.at("of").items()}
        other = self.amount(key, node.at("else")) if node.has("else") else None
        times = 24 if key == "days" else 1
        return Period(
            _UNITS[key],
            by=found.get("by", ""),
            of={value: amount * times for value, amount in amounts.items() if amount is not None},
            otherwise=None if other is None else other * times,
        )

    def amount(self, key: str, node: Node) -> int | float | None:
        value = node.value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        is_whole = isinstance(value, int) or key in ("hours", "open_hours")
        if is_number and is_whole and 0 < value <= _UNITS[key].most:
            amount: int | float = value
            return amount
        node.wrong("bad-number", key=key, value=value, least=1, most=_UNITS[key].most)
        return None


def _keys(node: Node) -> tuple[str, ...]:
    return tuple(name for name, _inner in node.items())
