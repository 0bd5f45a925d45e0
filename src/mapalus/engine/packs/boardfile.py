"""boards/*.yml and alarms/*.yml: what people look at, and what alarms them, checked as they are read there."""

from __future__ import annotations

from collections.abc import Iterable

from mapalus.engine.boards import examine
from mapalus.engine.boards.alarm import examine_rule
from mapalus.engine.declaring import DeclarationProblem
from mapalus.engine.packs.node import Node

__all__ = ["read_alarm", "read_board"]


def read_board(node: Node, name: str) -> None:
    """Everything that is wrong with a board, each at its line."""
    _say(node, examine(node.value, name=name)[1])


def read_alarm(node: Node, name: str) -> None:
    """Everything that is wrong with a rule for alarms, each at its line."""
    _say(node, examine_rule(node.value, name=name)[1])


def _say(node: Node, problems: Iterable[DeclarationProblem]) -> None:
    for one in problems:
        place = node
        for part in one.path:
            inner = place.at(part) if isinstance(part, str | int) else place
            if inner.value is None:
                break  # it is not there: said where it should be
            place = inner
        place.wrong("bad-board", reason=one)
