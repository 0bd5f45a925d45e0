"""Which role may do which act, as data: data/rights.yml. What is not listed is denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mapalus.engine.errors import Misconfigured

__all__ = ["RELATIONS", "Right", "barred_acts", "may_platform", "never_mandated", "readings", "rights"]

RELATIONS = ("any", "unit", "producer", "turn", "self", "own", "above", "person")
_FILE = Path(__file__).parent / "data" / "rights.yml"


@dataclass(frozen=True)
class Right:
    """`roles` may do the act to a subject in the relation `of`; appointments of a `barred` kind may not."""

    roles: frozenset[str]
    of: str
    barred: frozenset[str] = frozenset()
    ground: str = ""


@cache
def _listed() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return read


def readings() -> frozenset[str]:
    """Rights that only open a page or a list: what a mandate to look lets through."""
    return frozenset(_listed()["readings"])


def never_mandated() -> frozenset[str]:
    """Acts nobody hands on: what a Plt may not do, what would hand on a mandate again, what is the platform's alone."""
    alone = {act for act, ways in rights().items() if all(right.roles <= {"system"} for right in ways)}
    return frozenset(_listed()["never_mandated"]) | barred_acts() | alone


def barred_acts() -> frozenset[str]:
    """Acts that some kind of acting appointment may not do: strategic ones (UU 30/2014 Pasal 14 ayat 7)."""
    return frozenset(act for act, ways in rights().items() if any(right.barred for right in ways))


@cache
def rights() -> Mapping[str, tuple[Right, ...]]:
    """Act -> the ways in which it may be done. Raises `Misconfigured` for a file that says something unknown."""
    listed = _listed()
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
