"""boards/*.yml: what people look at, checked as the boards themselves read it."""

from __future__ import annotations

from mapalus.engine.boards import examine
from mapalus.engine.packs.node import Node

__all__ = ["read_board"]


def read_board(node: Node, name: str) -> None:
    """Everything that is wrong with a board, each at its line."""
    _made, problems = examine(node.value, name=name)
    for one in problems:
        place = node
        for part in one.path:
            inner = place.at(part) if isinstance(part, str | int) else place
            if inner.value is None:
                break  # it is not there: said where it should be
            place = inner
        place.wrong("bad-board", reason=one)
