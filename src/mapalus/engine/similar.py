"""Is this the same thing that somebody told already? By place, time and words, and it says by which.

Nothing is decided here: an applicant is shown what is near before he sends, an official before he merges.

    similar(new, near, metres=250, days=30)   ->  (Likeness(key, metres=35, days=1, shared=("jembatan", "lubang")), ...)

Whoever asks hands over few candidates (`box` bounds them by place); each is looked at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

__all__ = ["DAYS", "METRES", "Likeness", "Told", "box", "metres_between", "similar"]

METRES = 250  # a street corner; people point at the same hole from both sides of it
DAYS = 30
_EARTH = 6_371_000.0
_LEAST_SHARED = 3  # words, where one of the two has no place
_LEAST_PART = 0.3  # of the shorter text
_HOUSE = 40  # metres within which the same topic needs no shared word


@dataclass(frozen=True)
class Told:
    """One report: its words (`plain_words`), when it was told, where, of which area, about which topic."""

    key: str
    words: frozenset[str]
    at: datetime
    place: tuple[float, float] | None = None  # latitude, longitude in degrees
    area: str = ""
    topic: str = ""


@dataclass(frozen=True)
class Likeness:
    """Why two reports may be one: metres between them (None: a place is missing), days, words both have."""

    key: str
    metres: int | None
    days: int
    shared: tuple[str, ...]
    score: float  # 0 to 1


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two places on the earth, in metres."""
    (south, west), (north, east) = ((math.radians(a), math.radians(b)) for a, b in (one, other))
    half = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(half)))


def box(place: tuple[float, float], *, metres: float = METRES) -> tuple[float, float, float, float]:
    """South, west, north, east of the square that holds everything so near: what an index is asked for."""
    high = math.degrees(metres / _EARTH)
    wide = high / max(math.cos(math.radians(place[0])), 0.01)
    return place[0] - high, place[1] - wide, place[0] + high, place[1] + wide


def similar(
    new: Told, known: Iterable[Told], *, metres: float = METRES, days: int = DAYS, limit: int = 5
) -> tuple[Likeness, ...]:
    """Those that may be the same, the likeliest first."""
    found = [like for one in known if one.key != new.key and (like := _like(new, one, metres, days)) is not None]
    return tuple(sorted(found, key=lambda like: (-like.score, like.days, like.key))[:limit])


def _like(new: Told, one: Told, metres: float, days: int) -> Likeness | None:
    apart = abs((new.at - one.at).days)
    if apart > days:
        return None
    shared = tuple(sorted(new.words & one.words))
    part = len(shared) / max(min(len(new.words), len(one.words)), 1)
    if new.place is not None and one.place is not None:
        far = metres_between(new.place, one.place)
        same = bool(new.topic) and new.topic == one.topic
        if far > metres or not (shared or (same and far <= _HOUSE)):
            return None
        score = 0.6 * (1 - far / metres) + 0.25 * min(part * 2, 1.0) + 0.15 * same
        return Likeness(one.key, round(far), apart, shared, round(score, 3))
    if not new.area or new.area != one.area or len(shared) < _LEAST_SHARED or part < _LEAST_PART:
        return None
    return Likeness(one.key, None, apart, shared, round(0.7 * part, 3))
