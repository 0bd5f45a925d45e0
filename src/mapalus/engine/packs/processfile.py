"""process.yml: who, from where to where, by when, with what effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mapalus.engine.expression import Expression, Kind, kind_of_type
from mapalus.engine.flow.effect import Effect, Hook, Letter, Notify, Open, Publish, Restrict, Return, Route
from mapalus.engine.flow.names import SYSTEM_TYPES
from mapalus.engine.flow.process import (
    BUILT_IN_ROLES,
    Appeal,
    Opening,
    Process,
    Reason,
    Role,
    Routing,
    State,
    Transition,
    Within,
)
from mapalus.engine.forms.form import Form
from mapalus.engine.packs import keys
from mapalus.engine.packs.conditions import Vocabulary, condition
from mapalus.engine.packs.formfile import vocabulary
from mapalus.engine.packs.node import Node, is_name
from mapalus.engine.packs.pack import CodeList
from mapalus.engine.packs.problem import Phrase, nearest
from mapalus.engine.packs.times import Times
from mapalus.engine.text import _

__all__ = ["EFFECTS", "read_process"]

EFFECTS = ("notify", "letter", "publish", "restrict", "hook", "route", "return", "open")


def read_process(
    node: Node,
    form: Form,
    *,
    owner: str,
    lists: Mapping[str, CodeList],
    messages: Iterable[str] | None,
    letters: Iterable[str],
) -> Process:
    """The process as far as it is right; every name in it is looked up, messages unless they could not be read."""
    node.read(keys.PROCESS)
    return _Reader(node, form, lists, None if messages is None else tuple(messages), tuple(letters)).process(owner)


class _Reader(Times):
    def __init__(
        self,
        node: Node,
        form: Form,
        lists: Mapping[str, CodeList],
        messages: tuple[str, ...] | None,
        letters: tuple[str, ...],
    ) -> None:
        super().__init__(node, form)
        self.lists, self.messages, self.letters = lists, messages, letters
        self.words: Vocabulary = vocabulary(form, SYSTEM_TYPES)

    def process(self, owner: str) -> Process:
        node = self.node
        for section in ("states", "transitions", "clocks", "roles"):
            for name, inner in node.at(section).items():
                if not is_name(name):
                    inner.wrong("bad-name", name=name, sign="_")
        initial = node.at("initial")
        if isinstance(initial.value, str):
            self.known(initial, self.states, "unknown-state")
        states = {name: self.state(name, inner) for name, inner in node.at("states").items()}
        short = {
            name: self.clock(name, inner.at("deadline"), while_in=name)
            for name, inner in node.at("states").items()
            if isinstance(inner.at("deadline").value, dict)
        }
        for name, inner in node.at("clocks").items():
            if name in short:
                inner.wrong("duplicate-name", name=name)
        clocks = {name: self.clock(name, inner) for name, inner in node.at("clocks").items()}
        return Process(
            initial=initial.value if isinstance(initial.value, str) else "",
            states=states,
            transitions={name: self.transition(name, inner) for name, inner in node.at("transitions").items()},
            clocks={**clocks, **short},
            roles={name: self.role(name, inner) for name, inner in node.at("roles").items()},
            owner=owner.removeprefix("pos:"),
            routing=self.routing(node.at("routing")) if isinstance(node.at("routing").value, dict) else None,
            opening=self.opening(node.at("opening")),
            types=self.form.types,
        )

    # --- who

    def role(self, name: str, node: Node) -> Role:
        found = node.read(keys.ROLE)
        if name in BUILT_IN_ROLES:
            node.wrong("reserved-name", name=name)
        ways = [key for key in ("position", "position_field", "unit", "unit_field") if node.has(key)]
        if isinstance(node.value, dict) and not ways:
            node.wrong("role-nobody", name=name)
        for extra in ways[1:]:
            node.at(extra).wrong("role-two-ways", name=name, keys=", ".join(ways))
        if ways and ways[0] in ("unit", "unit_field") and "role" not in found and not node.has("role"):
            node.wrong("unit-without-role", name=name)
        for key in ("position_field", "unit_field"):
            if key in found:
                self.known(node.at(key), self.form.by_name, "unknown-field")
        return Role(
            name,
            found.get("label", ""),
            found.get("label_en", ""),
            position=found.get("position", "").removeprefix("pos:"),
            position_field=found.get("position_field", ""),
            unit=found.get("unit", ""),
            unit_field=found.get("unit_field", ""),
            role=found.get("role", ""),
        )

    def routing(self, node: Node) -> Routing:
        found = node.read(keys.ROUTING)
        fallback = found.get("fallback", "").removeprefix("pos:")
        inner = node.at("unit")
        if "unit" not in found:
            return Routing(fallback=fallback)
        rule = inner.read(keys.ROUTING_UNIT)
        if "from" in rule:
            self.known(inner.at("from"), self.form.by_name, "unknown-field")
        units: dict[str, str] | None = None
        if "list" in rule:
            units = self.units(inner, rule)
        return Routing(source=rule.get("from", ""), units=units, fallback=fallback)

    def units(self, node: Node, rule: Mapping[str, Any]) -> dict[str, str]:
        table = self.lists.get(rule["list"])
        if table is None:
            node.at("list").unknown("unknown-list", rule["list"], self.lists)
            return {}
        if not table.columns:
            return {}  # it could not be read, which is said there
        key, column = rule.get("key", "kode"), rule.get("column", "unit")
        for place, name in (("key", key), ("column", column)):
            if name not in table.columns:
                at = node.at(place) if node.has(place) else node.at("list")
                at.wrong("list-without-key", list=rule["list"], name=name, near=nearest(name, table.columns))
        return {row[key]: row[column] for row in table.rows.values() if row.get(key) and row.get(column)}

    # --- where

    def state(self, name: str, node: Node) -> State:
        found = node.read(keys.STATE)
        if "turn" in found:
            self.known(node.at("turn"), self.roles, "unknown-role")
        appeal = None
        if "appeal" in found:
            inner = node.at("appeal")
            rule = inner.read(keys.APPEAL)
            appeal = Appeal(
                rule.get("opens", ""),
                self.period(inner.at("within"), name) if "within" in rule else None,
                condition(inner.at("when"), self.words) if "when" in rule else None,
            )
        return State(
            name,
            found.get("label", name),
            found.get("label_en", ""),
            public=found.get("public", ""),
            public_en=found.get("public_en", ""),
            turn=found.get("turn", ""),
            stage=found.get("stage", ""),
            is_final=found.get("final", False),
            pauses=frozenset(self.all_known(node.at("pauses"), self.clocks, "unknown-clock")),
            appeal=appeal,
        )

    def opening(self, node: Node) -> Opening:
        if node.value is None:
            return Opening()
        found = node.read(keys.OPENING)
        return Opening(
            by=self.all_known(node.at("by"), self.roles, "unknown-role") if "by" in found else ("anyone",),
            sets=self.sets(node.at("sets")),
            effects=self.effects(node.at("effects")),
        )

    def transition(self, name: str, node: Node) -> Transition:
        found = node.read(keys.TRANSITION)
        if name == "begin":
            node.wrong("reserved-name", name=name)
        if "to" in found:
            self.known(node.at("to"), self.states, "unknown-state")
        fields = self.form.by_name
        return Transition(
            name,
            origins=self.all_known(node.at("from"), self.states, "unknown-state"),
            to=found.get("to", ""),
            by=self.all_known(node.at("by"), self.roles, "unknown-role"),
            label=found.get("label", name),
            label_en=found.get("label_en", ""),
            needs=self.all_known(node.at("needs"), fields, "unknown-field"),
            asks=self.all_known(node.at("asks"), fields, "unknown-field"),
            when=condition(node.at("when"), self.words) if "when" in found else None,
            not_same_actor_as=self.all_known(
                node.at("not_same_actor_as"), (*self.acts, "begin", "applicant"), "unknown-act"
            ),
            reason=Reason(found.get("reason", "none")),
            sets=self.sets(node.at("sets")),
            effects=self.effects(node.at("effects")),
            within=self.within(node.at("within"), name) if "within" in found else None,
            is_bulk=found.get("bulk", False),
            reopens=found.get("reopens", False),
        )

    def within(self, node: Node, name: str) -> Within | None:
        if isinstance(node.at("of").value, str):
            self.known(node.at("of"), (*self.acts, *self.states, "begin"), "unknown-start")
        period = self.period(node, name, more=("of",))
        return Within(period, node.at("of").value or "") if period else None

    def sets(self, node: Node) -> tuple[tuple[str, Expression], ...]:
        if node.value is None or not node.of_kind("mapping"):
            return ()
        found: list[tuple[str, Expression]] = []
        for name, inner in node.items():
            if name not in self.form.by_name:
                inner.unknown("unknown-field", name, self.form.by_name)
                continue
            tree = self.value_of(inner, self.form.types[name])
            if tree is not None:
                found.append((name, tree))
        return tuple(found)

    def value_of(self, node: Node, type_name: str | None) -> Expression | None:
        """An expression for a value; numbers and true/false may stand as they are."""
        value = node.value
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, int | float):
            value = str(value)
        if not isinstance(value, str) or not value.strip():
            node.of_kind("expression")
            return None
        gives = (kind_of_type(type_name),) if type_name else tuple(Kind)
        return condition(node, self.words, gives=gives, text=value)

    # --- effects

    def effects(self, node: Node) -> tuple[Effect, ...]:
        if node.value is None or not node.of_kind("list"):
            return ()
        found = [self.effect(entry) for entry in node.entries()]
        return tuple(effect for effect in found if effect is not None)

    def effect(self, node: Node) -> Effect | None:
        if not isinstance(node.value, dict) or len(node.value) != 1:
            hint = Phrase(_("Write one effect on each line: - notify: {to: applicant, message: ...}."))
            found = Phrase(_("something else"))
            node.wrong("wrong-type", key="effects", wanted=Phrase(_("an effect")), found=found, hint=hint)
            return None
        ((name, inner),) = node.items()
        if name not in EFFECTS:
            node.unknown("unknown-effect", name, EFFECTS)
            return None
        made: Effect | None = getattr(self, f"effect_{name}")(inner)
        return made

    def effect_notify(self, node: Node) -> Effect | None:
        found = node.read(keys.NOTIFY)
        if "to" in found:
            self.known(node.at("to"), (*self.roles, "followers"), "unknown-role")
        if "message" in found and self.messages is not None:
            self.known(node.at("message"), self.messages, "unknown-message")
        return Notify(found["to"], found["message"]) if len(found) == 2 else None

    def effect_letter(self, node: Node) -> Effect | None:
        if not node.of_kind("text"):
            return None
        self.known(node, self.letters, "unknown-letter")
        return Letter(node.value)

    def effect_publish(self, node: Node) -> Effect | None:
        return Publish(node.value) if node.of_kind("boolean") else None

    def effect_restrict(self, node: Node) -> Effect | None:
        return Restrict(node.value) if node.of_kind("text") else None

    def effect_hook(self, node: Node) -> Effect | None:
        return Hook(node.value) if node.of_kind("text") else None

    def effect_return(self, node: Node) -> Effect | None:
        return Return() if node.of_kind("boolean") else None

    def effect_route(self, node: Node) -> Effect | None:
        if node.value == "routing":
            return Route()
        found = node.read(keys.ROUTE)
        if "unit" in found:
            self.known(node.at("unit"), self.form.by_name, "unknown-field")
            return Route(unit_field=found["unit"])
        if "code" in found:
            return Route(unit=found["code"])
        if isinstance(node.value, dict) and not node.value:
            node.wrong("missing-key", key="unit", place="route")
        return None

    def effect_open(self, node: Node) -> Effect | None:
        found = node.read(keys.OPEN)
        values: list[tuple[str, Expression]] = []
        for name, inner in node.at("values").items():
            tree = self.value_of(inner, None)
            if tree is not None:
                values.append((name, tree))
        return Open(found["pack"], tuple(values), found.get("link", "related")) if "pack" in found else None
