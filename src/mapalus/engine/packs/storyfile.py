"""examples/*.yml: given, when, then. Every name in a story is looked up, and what it answers must fit the form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mapalus.engine.clock import Zone
from mapalus.engine.flow.process import APPEAL, BUILT_IN_ROLES, Process
from mapalus.engine.forms import clean
from mapalus.engine.forms.form import By, Form
from mapalus.engine.packs import keys
from mapalus.engine.packs.node import Node
from mapalus.engine.packs.pack import Expected, Given, Player, Story, StoryStep

__all__ = ["REFUSALS", "read_story"]

# the codes with which an act can be refused
REFUSALS = (
    "not-allowed", "wrong-state", "unknown-act", "not-same-actor", "needs", "not-asked", "reason-needed", "condition",
    "late", "invalid", "conflict", "extension-used", "clock-stopped",
)  # fmt: skip
_FORGIVEN = ("required", "must-agree")  # a story need not answer everything


def read_story(node: Node, name: str, form: Form, process: Process) -> Story | None:
    """The story; None where it cannot be told, with the problems in the bag."""
    found = node.read(keys.STORY)
    reader = _Reader(form, process)
    given = reader.given(node.at("given")) if "given" in found else None
    last = given.at if given else None
    steps: list[StoryStep] = []
    for entry in node.at("when").entries():
        step = reader.step(entry)
        if step is None:
            continue
        if last is not None and step.at < last:
            entry.at("at").wrong("time-backwards")
        last = step.at
        steps.append(step)
    then = reader.expected(node.at("then")) if "then" in found else Expected()
    if given is None:
        return None
    return Story(name, found.get("title", name), given, tuple(steps), then, found.get("title_en", ""), node.file)


class _Reader:
    def __init__(self, form: Form, process: Process) -> None:
        self.form, self.process = form, process
        self.roles = (*process.roles, *BUILT_IN_ROLES)

    def given(self, node: Node) -> Given | None:
        found = node.read(keys.GIVEN)
        at = self.moment(node.at("at")) if "at" in found else None
        zone = Zone(found.get("zone", "WITA"))
        values = self.values(node.at("values"))
        holidays = tuple(day for entry in node.at("holidays").entries() if (day := self.day(entry)))
        if at is None:
            return None
        self.fit(node.at("values"), values, at, zone)
        by = self.player(node.at("as")) if "as" in found else None
        return Given(at, zone, values, by or Player("applicant"), holidays)

    def fit(self, node: Node, values: Mapping[str, Any], at: datetime, zone: Zone) -> None:
        """What the applicant answers must be what a form would take."""
        if node.bag.is_wrong("form.yml", "lists/"):
            return  # what fits cannot be said
        asked = {name: value for name, value in values.items() if self.form.field(name).by is By.APPLICANT}
        cleaned = clean(self.form, asked, now=at, zone=zone)
        for name, fault in cleaned.faults.items():
            if fault.code not in _FORGIVEN:
                head = name.split("-")[0]
                node.at(head).wrong("story-value", name=name, value=str(values.get(head))[:60], reason=fault)

    def values(self, node: Node) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, inner in node.items():
            if name in self.form.by_name:
                found[name] = inner.value
            else:
                inner.unknown("unknown-field", name, self.form.by_name)
        return found

    def step(self, node: Node) -> StoryStep | None:
        found = node.read(keys.STORY_STEP)
        at = self.moment(node.at("at")) if "at" in found else None
        is_tick = found.get("tick", False)
        act = found.get("act", "")
        if isinstance(node.value, dict) and is_tick == node.has("act"):
            node.wrong("story-step")
        if act and act not in (*self.process.transitions, APPEAL):
            node.at("act").unknown("unknown-act", act, self.process.transitions)
        if "refused" in found:
            node.at("refused").one_of(REFUSALS)
        by = self.player(node.at("by")) if "by" in found else None
        if node.has("act") and not node.has("by"):
            node.wrong("missing-key", key="by", place=f"act: {act}")
        if at is None:
            return None
        return StoryStep(
            at,
            act=act,
            tick=is_tick,
            by=by,
            values=self.values(node.at("values")),
            reason=found.get("reason", ""),
            refused=found.get("refused", ""),
            then=self.expected(node.at("then")) if "then" in found else None,
            line=node.line,
        )

    def player(self, node: Node) -> Player | None:
        if isinstance(node.value, dict):
            found = node.read(keys.PLAYER)
            role = node.at("role")
        elif node.of_kind("text"):
            found, role = {"role": node.value}, node
        else:
            return None
        if "role" not in found:
            return None
        if found["role"] not in self.roles:
            role.unknown("unknown-role", found["role"], self.roles)
        return Player(found["role"], found.get("person", ""), found.get("unit", ""))

    def expected(self, node: Node) -> Expected:
        found = node.read(keys.EXPECTED)
        process = self.process
        if "state" in found and found["state"] not in process.states:
            node.at("state").unknown("unknown-state", found["state"], process.states)
        if "turn" in found and found["turn"] not in self.roles:
            node.at("turn").unknown("unknown-role", found["turn"], self.roles)
        clocks: dict[str, Mapping[str, Any]] = {}
        for name, inner in node.at("clocks").items():
            if name not in process.clocks:
                inner.unknown("unknown-clock", name, process.clocks)
            clocks[name] = inner.read(keys.EXPECTED_CLOCK)
        for entry in node.at("possible").entries():
            if isinstance(entry.value, str) and entry.value not in process.transitions:
                entry.unknown("unknown-act", entry.value, process.transitions)
        return Expected(
            state=found.get("state"),
            public=found.get("public"),
            turn=found.get("turn"),
            effects=tuple(found["effects"]) if "effects" in found else None,
            clocks=clocks,
            values=self.values(node.at("values")),
            possible=tuple(found["possible"]) if "possible" in found else None,
            line=node.line,
        )

    def moment(self, node: Node) -> datetime | None:
        try:
            moment = datetime.fromisoformat(node.value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            node.wrong("bad-time", value=node.value)
            return None
        return moment

    def day(self, node: Node) -> date | None:
        try:
            return date.fromisoformat(node.value)
        except (TypeError, ValueError):
            node.wrong("bad-time", value=node.value)
            return None
