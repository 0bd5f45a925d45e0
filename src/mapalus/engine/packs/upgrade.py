"""Older formats brought up, one step at a time: texts in, texts out. What a step cannot carry over it leaves out.

Format 0 was one file, service.yaml, with texts.id.yaml and texts.en.yaml beside it: `id`, `workflow`, positions named
in `by` itself, `letter` and `notify` outside the effects. docs/reference/pack.md describes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mapalus.engine.packs.pack import FORMAT
from mapalus.engine.strict_yaml import YamlProblem, dump_yaml, load_yaml

__all__ = ["format_of", "upgrade"]

_DEPTH = 12
_SHOWN = ("title", "label", "help", "public", "description", "subject", "body", "fee")
_NOT_NAME = re.compile(r"[^a-z0-9]+")


def format_of(files: Mapping[str, str]) -> int | None:
    """0 for a folder with service.yaml alone; None where pack.yml says it (or nothing does)."""
    return 0 if "service.yaml" in files and "pack.yml" not in files else None


def upgrade(files: Mapping[str, str], from_format: int) -> dict[str, str]:
    """The same pack in the present format. Texts that cannot be read stay as they are, to be refused by the check."""
    found = dict(files)
    for step in range(from_format, FORMAT):
        found = _STEPS[step](found)
    return found


def _from_0(files: dict[str, str]) -> dict[str, str]:
    service = _load(files.get("service.yaml", ""))
    if service is None:
        return {
            **{name: text for name, text in files.items() if name != "service.yaml"},
            "pack.yml": files["service.yaml"],
        }
    words = _Words(_load(files.get("texts.id.yaml", "")) or {}, _load(files.get("texts.en.yaml", "")) or {})
    old = words.spoken(service)
    kept = {
        name: text
        for name, text in files.items()
        if name.split("/")[0] in ("letters", "lists", "datasets", "examples") or name in ("CHANGELOG.md", "README.md")
    }
    messages: dict[str, Any] = {}
    documents = {
        "pack.yml": _header(old),
        "form.yml": {key: old[key] for key in ("fields", "steps") if key in old},
        "process.yml": _process(old, messages),
    }
    if messages:
        documents["messages.yml"] = messages
    return {**kept, **{name: dump_yaml(document) for name, document in documents.items() if document}}


def _load(text: str) -> dict[str, Any] | None:
    try:
        found = load_yaml(text, depth=_DEPTH)
    except YamlProblem:
        return None
    return found if isinstance(found, dict) else {}


class _Words:
    """Texts were kept apart: `label: t.judul` stands for the key `t.judul` of texts.id.yaml and texts.en.yaml."""

    def __init__(self, indonesian: Mapping[str, Any], english: Mapping[str, Any]) -> None:
        self.indonesian, self.english = indonesian, english

    def spoken(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.spoken(item) for item in value]
        if not isinstance(value, dict):
            return value
        out: dict[str, Any] = {}
        for key, item in value.items():
            if key in _SHOWN and isinstance(item, str) and item.startswith("t."):
                out[key] = self.indonesian.get(item, item)
                if item in self.english:
                    out[f"{key}_en"] = self.english[item]
            else:
                out[key] = self.spoken(item)
        return out


def _header(old: Mapping[str, Any]) -> dict[str, Any]:
    name = old.get("id", "")
    same = (
        "version",
        "title",
        "title_en",
        "description",
        "description_en",
        "owner",
        "audience",
        "legal_basis",
        "calendar",
    )
    header: dict[str, Any] = {"format": 1, "name": name, **{key: old[key] for key in same if key in old}}
    auth = dict(old.get("auth") or {})
    if "min_level" in auth:
        auth["level"] = auth.pop("min_level")
    if auth:
        header["auth"] = auth
    header["number"] = old.get("number", _NOT_NAME.sub("", str(name).lower())[:4].upper() + "-{year}-{seq:06}")
    return header


def _process(old: Mapping[str, Any], messages: dict[str, Any]) -> dict[str, Any]:
    workflow = old.get("workflow") or {}
    if not isinstance(workflow, dict):
        return {}
    roles: dict[str, Any] = {}
    states = {name: _state(state, roles) for name, state in (workflow.get("states") or {}).items()}
    notices = old.get("notify") or {}
    acts = {
        name: _transition(name, act, notices.get(name), roles, messages)
        for name, act in (workflow.get("transitions") or {}).items()
    }
    process: dict[str, Any] = {"initial": workflow.get("initial", next(iter(states), ""))}
    if roles:
        process["roles"] = roles
    if old.get("routing"):
        process["routing"] = old["routing"]
    return {**process, "states": states, "transitions": acts}


def _role(who: Any, roles: dict[str, Any]) -> Any:
    """`pos:unit.kepala` was the post of the routed unit; another position becomes a role named after its post."""
    if not isinstance(who, str) or not who.startswith("pos:"):
        return who
    unit, _dot, post = who[4:].partition(".")
    name = _NOT_NAME.sub("_", post.lower()).strip("_") or "peran"
    made = {"unit": "routed", "role": post} if unit == "unit" else {"position": who}
    if roles.get(name, made) != made:
        name = _NOT_NAME.sub("_", f"{unit}_{post}".lower()).strip("_")
    roles[name] = made
    return name


def _state(state: Any, roles: dict[str, Any]) -> Any:
    if not isinstance(state, dict):
        return state
    out = {key: value for key, value in state.items() if key != "pauses_clock"}
    if "turn" in out:
        out["turn"] = _role(out["turn"], roles)
    deadline = out.get("deadline")
    if isinstance(deadline, dict) and "escalate_to" in deadline:
        out["deadline"] = {**deadline, "escalate_to": _role(deadline["escalate_to"], roles)}
    return out


def _transition(name: str, act: Any, notice: Any, roles: dict[str, Any], messages: dict[str, Any]) -> Any:
    if not isinstance(act, dict):
        return act
    out = {key: value for key, value in act.items() if key != "letter"}
    by = out.get("by", [])
    out["by"] = [_role(who, roles) for who in (by if isinstance(by, list) else [by])]
    effects = list(out.pop("effects", []))
    if "letter" in act:
        effects.append({"letter": act["letter"]})
    if isinstance(notice, dict):
        messages[name] = {key: notice[key] for key in ("subject", "subject_en", "body", "body_en") if key in notice}
        effects.append({"notify": {"to": _role(notice.get("to", "applicant"), roles), "message": name}})
    return {**out, **({"effects": effects} if effects else {})}


_STEPS = {0: _from_0}
