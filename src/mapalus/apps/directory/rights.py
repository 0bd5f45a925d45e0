"""Which role may do which act, as data: data/rights.yml. What is not listed is denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mapalus.engine.errors import Misconfigured

__all__ = ["RELATIONS", "Right", "may_platform", "rights"]

RELATIONS = ("any", "unit", "producer", "turn", "self")
_FILE = Path(__file__).parent / "data" / "rights.yml"


@dataclass(frozen=True)
class Right:
    """`roles` may do the act to a subject in the relation `of`; appointments of a `barred` kind may not."""

    roles: frozenset[str]
    of: str
    barred: frozenset[str] = frozenset()
    ground: str = ""


@cache
def rights() -> Mapping[str, tuple[Right, ...]]:
    """Act -> the ways in which it may be done. Raises `Misconfigured` for a file that says something unknown."""
    listed: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {act: tuple(_right(act, way) for way in ways) for act, ways in listed["acts"].items()}


def may_platform(act: str) -> bool:
    """Whether the platform itself may do the act: it is listed for the role `system`."""
    return any("system" in right.roles for right in rights().get(act, ()))


def _right(act: str, way: Mapping[str, Any]) -> Right:
    unknown = set(way) - {"roles", "of", "barred", "ground"}
    if unknown or way["of"] not in RELATIONS:
        raise Misconfigured("The right %(act)s says something unknown.", act=act)
    return Right(
        roles=frozenset(way["roles"]),
        of=way["of"],
        barred=frozenset(way.get("barred", ())),
        ground=str(way.get("ground", "")),
    )
