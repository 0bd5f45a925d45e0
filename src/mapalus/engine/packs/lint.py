"""What is wrong with a pack as a whole: ways without end, acts nobody may do, decisions in one's own matter.

Each rule looks at the finished values and says where it stands; names that do not exist were found before.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mapalus.engine.flow.effect import Letter, Notify, Publish, Route
from mapalus.engine.flow.process import BUILT_IN_ROLES, Clock, Process, Transition
from mapalus.engine.forms.form import By, FieldType, Form
from mapalus.engine.packs.node import Node
from mapalus.engine.packs.pack import CodeList, Message
from mapalus.engine.packs.problem import nearest
from mapalus.engine.packs.stages import HAND_IN, NEEDED, REMINDERS
from mapalus.engine.packs.texts import personal_of

__all__ = ["Whole", "check_positions", "check_process"]


@dataclass(frozen=True)
class Whole:
    """The parts of a pack, with the place of each in its file."""

    header: Node
    formfile: Node
    processfile: Node
    messagefile: Node | None
    form: Form
    process: Process
    messages: Mapping[str, Message]
    letters: Mapping[str, str]
    lists: Mapping[str, CodeList]

    def state(self, name: str) -> Node:
        return self.processfile.at("states").at(name)

    def act(self, name: str) -> Node:
        return self.processfile.at("transitions").at(name)

    def clock(self, clock: Clock) -> Node:
        if clock.while_in:
            return self.state(clock.while_in).at("deadline")
        return self.processfile.at("clocks").at(clock.name)

    def role(self, name: str) -> Node:
        return self.processfile.at("roles").at(name)

    def field(self, name: str) -> Node:
        return self.formfile.at("fields").at(name)


def check_process(whole: Whole) -> None:
    """Every rule over the whole of a service."""
    bag = whole.processfile.bag
    are_ways_known = not bag.has("unknown-state", "missing-key", "wrong-type")
    if are_ways_known:
        _ways(whole)
    _acts(whole)
    _turns(whole)
    _roles(whole)
    _clocks(whole)
    _notices(whole)
    _decisions(whole)
    _fields(whole)
    _messages(whole)
    _stages(whole)


# --- ways


def _moves(process: Process) -> Iterator[tuple[str, str, Transition]]:
    for act in process.transitions.values():
        for origin in act.origins:
            yield origin, act.to or origin, act


def _reach(starts: Iterable[str], edges: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    stack = list(starts)
    while stack:
        here = stack.pop()
        if here not in found:
            found.add(here)
            stack.extend(edges.get(here, ()))
    return found


def _ways(whole: Whole) -> None:
    process = whole.process
    forward: dict[str, set[str]] = {}
    backward: dict[str, set[str]] = {}
    for origin, to, _act in _moves(process):
        forward.setdefault(origin, set()).add(to)
        backward.setdefault(to, set()).add(origin)
    reached = _reach([process.initial], forward)
    ending = _reach([name for name, state in process.states.items() if state.is_final], backward)
    trapped: set[str] = set()
    for name, state in process.states.items():
        leaves = forward.get(name, set()) - {name}
        if name not in reached:
            whole.state(name).wrong("state-unreachable", name=name)
        elif not state.is_final and not leaves:
            whole.state(name).wrong("state-dead-end", name=name)
        elif not state.is_final and name not in ending | trapped and not _ends_dead(name, forward, process):
            whole.state(name).wrong("no-way-out", name=name)
            trapped |= _reach([name], forward)  # said once for all that lies ahead
    for origin, to, act in _moves(process):
        if process.states[origin].is_final and to != origin and not act.reopens:
            whole.act(act.name).at("from").wrong("leaves-final-state", name=act.name, state=origin)
    for act in process.transitions.values():
        if act.reopens and act.within is None and not whole.act(act.name).has("within"):
            whole.act(act.name).wrong("reopens-without-within", name=act.name)


def _ends_dead(name: str, forward: Mapping[str, set[str]], process: Process) -> bool:
    """Whether a dead end ahead is the cause, which is said there."""
    ahead = _reach([name], forward)
    return any(not process.states[state].is_final and not forward.get(state, set()) - {state} for state in ahead)


# --- who


def _acts(whole: Whole) -> None:
    process = whole.process
    by_time = {clock.then for clock in process.clocks.values()}
    extending = {clock.extension.act for clock in process.clocks.values() if clock.extension}
    for name, act in process.transitions.items():
        node = whole.act(name)
        if not act.by and name not in by_time and not node.at("by").value:
            node.wrong("act-nobody", name=name)
        moves = any((act.to or origin) != origin for origin in act.origins)
        does = act.needs or act.asks or act.sets or act.effects or name in extending
        if not moves and not does and act.origins and isinstance(node.value, dict) and not _written(node):
            node.wrong("transition-idle", name=name)


def _written(node: Node) -> bool:
    """Whether something stands there that could not be read: it is said elsewhere."""
    return any(node.at(key).value for key in ("needs", "asks", "sets", "effects"))


def _turns(whole: Whole) -> None:
    process = whole.process
    for name, state in process.states.items():
        node = whole.state(name)
        if state.is_final or not isinstance(node.value, dict):
            continue
        acts = [act for act in process.transitions.values() if name in act.origins]
        waits = bool(acts) and all(set(act.by) <= {"system"} for act in acts)
        is_said = node.has("turn") or node.at("final").value not in (None, False)  # what is wrong there is said there
        if not state.turn and not waits and not is_said:
            node.wrong("turn-missing", name=name)
        able = {role for act in acts for role in act.by}
        if state.turn and acts and state.turn not in able and state.turn in (*process.roles, *BUILT_IN_ROLES):
            node.at("turn").wrong("turn-cannot-act", name=name, role=state.turn)


def _roles(whole: Whole) -> None:
    process = whole.process
    used = set(process.opening.by)
    used |= {role for act in process.transitions.values() for role in act.by}
    used |= {state.turn for state in process.states.values()}
    used |= {step.to for clock in process.clocks.values() for step in clock.escalate_to}
    used |= {effect.to for effect in _effects(process) if isinstance(effect, Notify)}
    for name in process.roles:
        if name not in used:
            whole.role(name).wrong("role-unused", name=name)
    routes = process.routing is not None or any(
        isinstance(effect, Route) and (effect.unit or effect.unit_field) for effect in _effects(process)
    )
    for name, role in process.roles.items():
        if role.unit != "routed" or name not in used:
            continue
        if not routes:
            whole.role(name).wrong("routing-missing", name=name)
        elif process.routing is None or not (
            process.routing.fallback or whole.processfile.at("routing").has("fallback")
        ):
            whole.role(name).wrong("by-without-fallback", name=name)


def _effects(process: Process) -> Iterator[object]:
    yield from process.opening.effects
    for act in process.transitions.values():
        yield from act.effects


# --- by when


def _clocks(whole: Whole) -> None:
    process = whole.process
    header = whole.header
    if process.clocks and isinstance(header.value, dict) and "calendar" not in header.value:
        first = min((whole.clock(clock) for clock in process.clocks.values()), key=lambda node: node.line)
        first.wrong("deadline-without-calendar")
    forward: dict[str, set[str]] = {}
    for origin, to, _act in _moves(process):
        forward.setdefault(origin, set()).add(to)
    for clock in process.clocks.values():
        node = whole.clock(clock)
        if not clock.escalate_to and not clock.then and not node.has("escalate_to") and not node.has("on_late"):
            node.wrong("clock-without-consequence", name=clock.name)
        if clock.starts and clock.until and not node.bag.has("unknown-state", "unknown-start"):
            _ends(whole, clock, forward)


def _ends(whole: Whole, clock: Clock, forward: Mapping[str, set[str]]) -> None:
    """From where the clock starts, one of the states or acts that end it must lie ahead."""
    process = whole.process
    starts: set[str] = set()
    for name in clock.starts:
        if name == "begin":
            starts.add(process.initial)
        elif name in process.states:
            starts.add(name)
        else:
            act = process.transitions[name]
            starts |= {act.to or origin for origin in act.origins}
    ahead = _reach(starts, forward)
    acts = {act.name for act in process.transitions.values() if ahead & set(act.origins)}
    if not (ahead | acts) & set(clock.until):
        whole.clock(clock).at("until").wrong("clock-never-ended", name=clock.name)


# --- what comes of it


def _tells_applicant(act: Transition) -> bool:
    return any(isinstance(effect, Notify) and effect.to == "applicant" for effect in act.effects)


def _finals(process: Process) -> Iterator[Transition]:
    for act in process.transitions.values():
        state = process.states.get(act.to)
        if state is not None and state.is_final:
            yield act


def _notices(whole: Whole) -> None:
    """The applicant hears of every end, save the one he made himself."""
    for act in _finals(whole.process):
        node = whole.act(act.name)
        is_own = bool(act.by) and set(act.by) <= {"applicant"}
        if not is_own and not _tells_applicant(act) and not node.bag.has("unknown-message"):
            node.wrong("final-without-notice", name=act.name)


def _decisions(whole: Whole) -> None:
    """Money or a document at the end: who checked or asked does not decide."""
    form, process = whole.form, whole.process
    money = {item.name for item in form.fields if item.type is FieldType.MONEY}
    watched = {name for act in process.transitions.values() for name in act.not_same_actor_as}
    ends = {act.name for act in _finals(process)}
    for act in process.transitions.values():
        touches = money & {*act.needs, *act.asks, *(name for name, _tree in act.sets)}
        is_letter = any(isinstance(effect, Letter) for effect in act.effects)
        is_end = act.name in ends
        # an amount that somebody proposes is decided later, by an act that keeps him out
        decides = (is_end and (is_letter or touches)) or (touches and act.name not in watched)
        node = whole.act(act.name)
        if not decides or act.not_same_actor_as or node.at("not_same_actor_as").value:
            continue
        if set(act.by) - ({"system"} if is_end else {"system", "applicant"}):
            node.wrong("self-approval", name=act.name)


def _fields(whole: Whole) -> None:
    process = whole.process
    touched = {name for act in process.transitions.values() for name in (*act.needs, *act.asks)}
    touched |= {name for act in process.transitions.values() for name, _tree in act.sets}
    touched |= {name for name, _tree in process.opening.sets}
    publishes = any(isinstance(effect, Publish) and effect.is_public for effect in _effects(process))
    for item in whole.form.fields:
        node = whole.field(item.name)
        if item.by is By.STAFF and item.name not in touched and not node.bag.has("unknown-field"):
            node.wrong("staff-field-never-set", name=item.name)
        is_asked = item.name in whole.form.step_of or item.name in touched
        if item.by is By.APPLICANT and not is_asked and not node.bag.has("unknown-field"):
            node.wrong("field-never-asked", name=item.name)
        is_free = item.type in (FieldType.STRING, FieldType.TEXT) and not item.pattern and item.by is By.APPLICANT
        if is_free and item.is_public and not publishes:
            node.wrong("public-free-text", name=item.name)


def _messages(whole: Whole) -> None:
    process = whole.process
    sent: dict[str, set[str]] = {}
    for effect in _effects(process):
        if isinstance(effect, Notify):
            sent.setdefault(effect.message, set()).add(effect.to)
    for key, message in whole.messages.items():
        if whole.messagefile is None:
            break
        if key not in sent and not whole.processfile.bag.has("unknown-message", "unknown-role"):
            whole.messagefile.at(key).wrong("unused-message", name=key)
        if sent.get(key, set()) - {"applicant"}:
            for name in personal_of(message, whole.form):
                whole.messagefile.at(key).wrong("personal-in-message", name=name)
    made = {effect.template for effect in _effects(process) if isinstance(effect, Letter)}
    bag = whole.processfile.bag
    for path in whole.letters:
        if path not in made and not bag.has("unknown-letter"):
            bag.add("unused-letter", path, 1, name=path)
    routing = whole.processfile.at("routing").at("unit").at("list").value
    used = {item.options_from for item in whole.form.fields} | {str(routing)}
    used |= {column.options_from for item in whole.form.fields for column in item.fields}
    if whole.header.at("runs").value == HAND_IN:
        used.add(REMINDERS)
    for path in whole.lists:
        if path not in used and not bag.has("unknown-list") and not bag.is_wrong(path):
            bag.add("unused-list", path, 1, name=path)


# --- what runs it


def _stages(whole: Whole) -> None:
    """A pack that runs hand-ins says which of its states is which step of the machine's own way."""
    if whole.header.at("runs").value != HAND_IN:
        return
    there = {state.stage for state in whole.process.states.values()}
    for name in NEEDED:
        if name not in there and not whole.processfile.bag.has("unknown-value"):
            whole.processfile.at("states").wrong("stage-missing", name=name)


# --- against the roster


def check_positions(nodes: Iterable[Node], known: Container[str]) -> None:
    """Every position that is named must be one the roster knows; `known` holds codes without `pos:`."""
    names = list(known) if isinstance(known, Iterable) else []
    for node in nodes:
        code = str(node.value or "").removeprefix("pos:")
        if node.value and code not in known and f"pos:{code}" not in known:
            node.wrong("unknown-position", value=node.value, near=nearest(code, names))
