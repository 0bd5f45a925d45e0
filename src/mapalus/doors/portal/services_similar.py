"""Before sending: what others sent already that is much the same. Who knows that for a pack registers it here.

register("aduan", finder)      # finder(pack, values, now) -> Found: published cases that are near, nearest first
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mapalus.apps.cases import reading
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.sight import Level
from mapalus.engine.packs.pack import Pack

__all__ = ["Finder", "Found", "Similar", "register", "similar"]


@dataclass(frozen=True)
class Found:
    """A case that may be about the same, where it is shown (empty: its page as a case), why it is, and how it is called
    where its own public title says too little."""

    case: Case
    href: str = ""
    why: str = ""
    title: str = ""


Finder = Callable[[Pack, Mapping[str, Any], datetime], Sequence[Found]]
MOST = 5
_FINDERS: dict[str, Finder] = {}


@dataclass(frozen=True)
class Similar:
    """A published case that may be about the same."""

    number: str
    href: str
    title: str
    state: str
    why: str = ""


def register(pack: str, finder: Finder) -> None:
    """Name who finds what is similar to a form of this pack; a second time replaces the first."""
    _FINDERS[pack] = finder


def similar(pack: Pack, values: Mapping[str, Any], *, now: datetime) -> tuple[Similar, ...]:
    """Published cases only: an unpublished one is not even hinted at."""
    finder = _FINDERS.get(pack.name)
    found = finder(pack, values, now) if finder else ()
    return tuple(
        Similar(
            number=one.case.number,
            href=one.href or f"/layanan/kasus/{one.case.number}/",
            title=one.title or one.case.public_title,
            state=reading.state_label(one.case, Level.PUBLIC),
            why=one.why,
        )
        for one in found
        if one.case.is_published and not one.case.is_secret and not one.case.is_restricted
    )[:MOST]
