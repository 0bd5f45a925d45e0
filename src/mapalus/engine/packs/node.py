"""Walking a located document against tables of keys, collecting everything that does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mapalus.engine.packs.problem import Bag, Phrase, nearest
from mapalus.engine.strict_yaml import Located, Path
from mapalus.engine.text import _

__all__ = ["NAME", "Key", "Node", "is_name"]

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_FILE_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}", re.ASCII)
POSITION = re.compile(r"pos:[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*", re.ASCII)


@dataclass(frozen=True)
class Key:
    """What may stand under a key. `kind`: see `_KINDS`; `words` are texts for people, with a sibling in English."""

    kind: str
    is_required: bool = False
    one_of: tuple[str, ...] = ()
    default: str = ""  # as the reference page says it
    least: float = 0
    most: float = 1_000_000


WANTED = {
    "text": _("a text"),
    "words": _("a text"),
    "name": _("a name"),
    "boolean": _("true or false"),
    "integer": _("a whole number"),
    "number": _("a number"),
    "texts": _("a list of texts"),
    "names": _("a name or a list of names"),
    "texts-or-text": _("a text or a list of texts"),
    "mapping": _("names with values (key: value)"),
    "list": _("a list (each line begins with -)"),
    "expression": _("a condition as text"),
    "position": _("a position as text"),
    "limit": _("a number or a text"),
    "any": _("a value"),
}
_TRUE = frozenset({"yes", "ya", "y", "on", "benar", "1"})
_FALSE = frozenset({"no", "tidak", "n", "off", "salah", "0"})
_FOUND = (
    (bool, _("true or false")),
    (int, _("a number")),
    (float, _("a number")),
    (str, _("a text")),
    (list, _("a list")),
    (dict, _("names with values")),
)
_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "words": (str,),
    "name": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "mapping": (dict,),
    "list": (list,),
    "expression": (str,),
    "position": (str,),
    "limit": (int, float, str),
    "any": (str, int, float, bool, list, dict),
}


def is_name(text: object, *, with_hyphen: bool = False) -> bool:
    return isinstance(text, str) and (_FILE_NAME if with_hyphen else NAME).fullmatch(text) is not None


class Node:
    """One place in a document: its value, its line, and where problems go."""

    __slots__ = ("bag", "file", "located", "path", "value")

    def __init__(self, file: str, located: Located, bag: Bag, path: Path = (), value: Any = None) -> None:
        self.file, self.located, self.bag, self.path = file, located, bag, path
        self.value: Any = located.value if not path else value

    @property
    def line(self) -> int:
        return self.located.line(*self.path)

    @property
    def name(self) -> str:
        """The last key of the path; the file at the top."""
        return str(self.path[-1]) if self.path else self.file

    def at(self, key: str | int) -> Node:
        """The value under a key or at a position; None where there is none."""
        inner: Any = None
        if isinstance(self.value, dict):
            inner = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            inner = self.value[key]
        return Node(self.file, self.located, self.bag, (*self.path, key), inner)

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys and values of a mapping, in order; nothing for another value."""
        if isinstance(self.value, dict):
            for key in self.value:
                yield key, self.at(key)

    def entries(self) -> Iterator[Node]:
        """The items of a list; a single value as one."""
        if isinstance(self.value, list):
            for position in range(len(self.value)):
                yield self.at(position)
        elif self.value is not None:
            yield self

    def wrong(self, code: str, **data: Any) -> None:
        self.bag.add(code, self.file, self.line, **data)

    def unknown(self, code: str, name: object, known: Any, **data: Any) -> None:
        """A name that nothing has, with the nearest that something has."""
        self.wrong(code, name=name, near=nearest(name, known), **data)

    # --- reading by tables

    def read(self, keys: Mapping[str, Key]) -> dict[str, Any]:
        """The values that fit their keys. Everything else is a problem; what is missing is not in the answer."""
        if not isinstance(self.value, dict):
            self.of_kind("mapping")
            return {}
        found: dict[str, Any] = {}
        for name, value in self.value.items():
            key = keys.get(name)
            if key is not None:
                node = self.at(name)
                if node.fits(key):
                    found[name] = value
            elif name.endswith("_en") and name[:-3] in keys and keys[name[:-3]].kind == "words":
                if self.at(name).fits(keys[name[:-3]]):
                    found[name] = value
            else:
                known = [*keys, *(f"{word}_en" for word, key in keys.items() if key.kind == "words")]
                self.at(name).wrong("unknown-key", key=name, near=nearest(name, known))
        self._missing(keys)
        return found

    def _missing(self, keys: Mapping[str, Key]) -> None:
        for name, key in keys.items():
            if key.is_required and name not in self.value:
                self.wrong("missing-key", key=name, place=self.name)
            if key.kind == "words" and isinstance(self.value.get(name), str) and f"{name}_en" not in self.value:
                self.at(name).wrong("missing-en", key=f"{name}_en", sibling=name)
            elif key.kind == "words" and f"{name}_en" in self.value and name not in self.value and not key.is_required:
                self.at(f"{name}_en").wrong("missing-key", key=name, place=self.name)

    def fits(self, key: Key) -> bool:
        if not self.of_kind(key.kind):
            return False
        if key.one_of:
            return not sum(not node.one_of(key.one_of) for node in self.entries())  # all of them are looked at
        if key.kind in ("integer", "number") and not key.least <= self.value <= key.most:
            self.wrong("bad-number", key=self.name, value=self.value, least=f"{key.least:g}", most=f"{key.most:g}")
            return False
        return True

    def one_of(self, allowed: tuple[str, ...]) -> bool:
        if self.value in allowed:
            return True
        self.wrong("unknown-value", key=self._key(), value=self.value, near=nearest(self.value, allowed))
        return False

    def _key(self) -> str:
        return next((str(part) for part in reversed(self.path) if isinstance(part, str)), self.file)

    def of_kind(self, kind: str) -> bool:
        """Whether the value is of the kind; if not, that is a problem."""
        value = self.value
        if kind in ("texts", "names", "texts-or-text"):
            return self._texts(kind)
        is_right = isinstance(value, _TYPES[kind])
        if is_right and isinstance(value, bool) and kind not in ("boolean", "any"):
            is_right = False
        if is_right and isinstance(value, str) and kind != "any" and not value.strip():
            self._wrong_type(kind, _("empty"))
            return False
        if is_right and kind == "name":
            return self.named()
        if is_right and kind == "position":
            return self.position()
        if not is_right and kind == "words" and isinstance(value, dict) and {"id", "en"} & value.keys():
            self.wrong("text-by-language", key=self.name)
            return False
        if not is_right:
            self._wrong_type(kind, _found(value))
        return is_right

    def named(self, *, with_hyphen: bool = False) -> bool:
        if is_name(self.value, with_hyphen=with_hyphen):
            return True
        self.wrong("bad-name", name=self.value, sign="-" if with_hyphen else "_")
        return False

    def position(self) -> bool:
        if isinstance(self.value, str) and POSITION.fullmatch(self.value):
            return True
        self.wrong("bad-position", value=self.value)
        return False

    def _texts(self, kind: str) -> bool:
        if isinstance(self.value, str) and kind != "texts" and self.value.strip():
            return True
        if not isinstance(self.value, list):
            self._wrong_type(kind, _found(self.value))
            return False
        return not sum(not node.of_kind("text") for node in self.entries())  # all of them are looked at

    def _wrong_type(self, kind: str, found: str) -> None:
        hint: object = ""
        if kind in ("text", "words", "name", "expression") and isinstance(self.value, bool | int | float):
            hint = Phrase(_("Put it in quotes."))
        elif kind == "texts" and isinstance(self.value, str):
            hint = Phrase(_("Put it in square brackets: [ ... ]."))
        elif kind == "boolean" and str(self.value).lower() in _TRUE | _FALSE:
            right = "true" if str(self.value).lower() in _TRUE else "false"
            hint = Phrase(_("Write true.") if right == "true" else _("Write false."))
        elif kind == "mapping" and self._key() == "options":
            hint = Phrase(_("Write each as {value: ..., label: ..., label_en: ...}."))
        elif kind == "boolean" and isinstance(self.value, str):
            hint = Phrase(_("Write true or false, without quotes."))
        wanted = WANTED[kind]
        self.wrong("wrong-type", key=self._key(), wanted=Phrase(wanted), found=Phrase(found), hint=hint)


def _found(value: object) -> str:
    for kind, text in _FOUND:
        if isinstance(value, kind):
            return text
    return _("empty")
