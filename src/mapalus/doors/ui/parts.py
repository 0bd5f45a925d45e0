"""What the larger components are given: values, already written as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Clock", "Day", "Figure", "Stage", "Step"]


@dataclass(frozen=True)
class Figure:
    """Context of ui/tile.html: a number people steer by, with its change, its shape and its source."""

    label: str
    value: str  # written: 2,41
    unit: str
    source: str  # who, how old; never empty
    change: str = ""
    state: str = ""  # of `ui` status: soon, late, provisional, ...
    state_word: str = ""
    series: Sequence[float | None] = ()
    limit: float | None = None
    why: str = ""  # address of the page that explains the number
    is_late: bool = False
    absent: str = ""  # who is not in it, and why; where there is room for words
    key: str = ""  # on a live board: what the tile is known by when its number changes


@dataclass(frozen=True)
class Step:
    """One station of ui/path.html: where a number has been, when, and the proof."""

    title: str
    text: str
    proof: str = ""  # hash, time or number, in fixed width
    proof_title: str = ""  # the whole hash


@dataclass(frozen=True)
class Stage:
    """One stage of ui/steps.html; `state` is done, now, wrong or empty."""

    title: str
    state: str = ""


@dataclass(frozen=True)
class Day:
    """One working day of a clock: done, met, today, over, paused, or empty (to come)."""

    state: str = ""


@dataclass(frozen=True)
class Clock:
    """Context of ui/clock.html."""

    title: str
    state: str
    state_word: str
    sentence: str
    days: Sequence[Day] = field(default_factory=tuple)
