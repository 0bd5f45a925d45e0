"""XML of strangers, read plainly: names without their prefixes, no entities, bounded in depth and number.

Prefixes that nobody declared are common in answers of map servers; here they do no harm. A document type with
declarations is refused before anything of it is expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["Node", "read_xml"]

_DEEPEST = 200
_MOST = 5_000_000  # elements


@dataclass
class Node:
    """One element. name and the names in `attributes` have no prefix; `text` is what stands directly in it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def first(self, *names: str) -> Node | None:
        """The first child with one of these names."""
        return next((child for child in self.children if child.name in names), None)

    def all(self, *names: str) -> list[Node]:
        return [child for child in self.children if child.name in names]

    def say(self, *names: str) -> str:
        """The text of the first child with one of these names; empty where there is none."""
        found = self.first(*names)
        return found.text.strip() if found else ""

    def walk(self) -> Iterator[Node]:
        """This one and everything below it, in the order of the document."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def read_xml(data: bytes) -> Node:
    """The root. Raises `Refused`: `not-xml`, or `xml-entities` for a document that declares any."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    root = Node("")
    stack = [root]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > _DEEPEST or count > _MOST:
            raise Refused("too-large", _("The XML document is nested too deeply or has too many elements."))
        node = Node(_bare(name), {_bare(key): value for key, value in attributes.items()})
        stack[-1].children.append(node)
        stack.append(node)

    def end(_name: str) -> None:
        stack.pop()

    def words(text: str) -> None:
        stack[-1].text += text

    def refuse(*_words: object) -> Any:
        raise Refused(
            "xml-entities", _("The XML document declares entities, which are not read here."),
            advice=_("Ask its keeper for a document without them."),
        )  # fmt: skip

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, words
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused("not-xml", _("The answer is no readable XML: %(words)s."), words=str(error)[:100]) from error
    return root.children[0]


def _bare(name: str) -> str:
    return name.rpartition(":")[2]
