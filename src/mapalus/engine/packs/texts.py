"""messages.yml and letters: what is said, with {placeholders} that are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mapalus.engine.forms.form import Form
from mapalus.engine.letters.template import HEAD, head_of
from mapalus.engine.packs import keys
from mapalus.engine.packs.node import Node, is_name
from mapalus.engine.packs.pack import Message
from mapalus.engine.packs.problem import Bag, nearest

__all__ = ["PLACEHOLDERS", "check_letter", "placeholders", "read_messages"]

PLACEHOLDERS = ("number", "title", "due", "state", "reason", "link", "unit", "today", "service")
_PLACE = re.compile(r"\{([^{}\n]*)\}")


def placeholders(text: str) -> tuple[str, ...]:
    """The names in curly brackets, each once, in order."""
    return tuple(dict.fromkeys(_PLACE.findall(text)))


def read_messages(node: Node, form: Form) -> dict[str, Message]:
    """The messages as far as they are right."""
    known = (*PLACEHOLDERS, *form.by_name)
    found: dict[str, Message] = {}
    if not isinstance(node.value, dict):
        node.of_kind("mapping")
    for key, inner in node.items():
        if not is_name(key):
            inner.wrong("bad-name", name=key, sign="_")
        texts = inner.read(keys.MESSAGE)
        for part, text in texts.items():
            for name in placeholders(text):
                if name not in known:
                    inner.at(part).wrong("unknown-placeholder", name=name, near=nearest(name, known))
        found[key] = Message(key, **{"subject": "", "body": "", **texts})
    return found


def check_letter(path: str, text: str, known: Iterable[str], bag: Bag) -> None:
    """Whether everything in curly brackets can be filled in."""
    names = (*PLACEHOLDERS, *known)
    for key, (line, _value) in head_of(text)[0].items():
        if key not in HEAD:
            bag.add("unknown-key", path, line, key=key, near=nearest(key, tuple(HEAD)))
    for line, row in enumerate(text.split("\n"), 1):
        for name in placeholders(row):
            if name not in names:
                bag.add("unknown-placeholder", path, line, name=name, near=nearest(name, names))


def personal_of(message: Message, form: Form) -> tuple[str, ...]:
    """The personal fields that a message shows."""
    texts = (message.subject, message.body, message.subject_en, message.body_en)
    names: Mapping[str, None] = dict.fromkeys(name for text in texts for name in placeholders(text))
    return tuple(name for name in names if name in form.by_name and form.by_name[name].is_personal)
