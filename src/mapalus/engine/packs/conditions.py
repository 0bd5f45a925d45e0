"""Expressions of a pack, parsed and checked where they stand."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from mapalus.engine.expression import Expression, ExpressionProblem, Kind, check, parse
from mapalus.engine.packs.node import Node

__all__ = ["Vocabulary", "condition"]

_CODES = {"unknown-name": "expression-name", "wrong-kind": "expression-type", "unknown-option": "expression-option"}


class Vocabulary:
    """What an expression may name: types by name, and the options of choices."""

    def __init__(self, types: Mapping[str, str], options: Mapping[str, Container[str]]) -> None:
        self.types, self.options = types, options


def condition(
    node: Node, words: Vocabulary, *, gives: Kind | Iterable[Kind] = Kind.BOOLEAN, text: str | None = None
) -> Expression | None:
    """The tree of the text at the node (or of `text`); None where it is none, with the problem in the bag."""
    text = node.value if text is None else text
    try:
        tree = parse(text)
    except ExpressionProblem as problem:
        _add(node, problem, "expression-syntax")
        return None
    problems = check(tree, words.types, gives=gives, options=words.options)
    for found in problems:
        _add(node, found, _CODES.get(found.code, "expression-type"))
    return None if problems else tree


def _add(node: Node, problem: ExpressionProblem, code: str) -> None:
    node.wrong(code, key=node.name, column=problem.column, reason=problem)
