"""The regions of the province as a form asks for them: thousands, so one level or one name at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from mapalus.apps.directory.models import Region
from mapalus.apps.directory.roster import local_day

if TYPE_CHECKING:
    from mapalus.apps.directory.models.region import RegionQuerySet

__all__ = ["Areas", "areas", "paths"]

_FOUND = 30  # places a search shows
_IDLE = frozenset({"desa", "kelurahan", "kel", "kecamatan", "kec", "kab", "kabupaten", "provinsi", "di"})
_KECAMATAN = 3
_NOT_NAMED = (9, 0, "")
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Areas:
    """The regions of the province on a day: thousands, so they are asked for one level or one name at a time."""

    day: date

    def within(self, code: str) -> Choices:
        """What lies directly in this area: code and name, in the order of the codes."""
        if not code.startswith(settings.PROVINCE_CODE):
            return ()
        return tuple(_regions(self.day).filter(parent=code).order_by("code").values_list("code", "name"))

    def found(self, text: str, *, depth: int) -> Choices:
        """Areas of this name: code and whole path, the likeliest first. `depth`: 1 districts ... 3 villages."""
        words = [word for word in text.casefold().replace(".", " ").replace(",", " ").split() if word not in _IDLE]
        if not words or len("".join(words)) < 2:
            return ()
        hits = [
            (place.rank(words), place)
            for place in _places(self.day, Region.objects.count())
            if place.level <= depth + 1 and all(word in place.path for word in words)
        ]
        hits = [hit for hit in hits if hit[0] < _NOT_NAMED]
        return tuple((place.code, place.label) for _rank, place in sorted(hits, key=lambda hit: hit[0])[:_FOUND])


def paths(codes: Iterable[str]) -> dict[str, str]:
    """Areas as people write them, with what they lie in (`Wori, Kec. Wori, Kabupaten Minahasa Utara`); one query."""
    wanted = {code: _above(code) for code in codes}
    rows = Region.objects.filter(pk__in={one for steps in wanted.values() for one in steps})
    found = {code: (level, name) for code, level, name in rows.values_list("code", "level", "name")}
    return {
        code: ", ".join(_called(*found[one]) for one in steps if one in found)
        for code, steps in wanted.items()
        if code in found
    }


def _above(code: str) -> list[str]:
    """Itself and what it lies in, below the province."""
    parts = code.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), min(1, len(parts) - 1), -1)]


def _called(level: int, name: str) -> str:
    return f"Kec. {name}" if level == _KECAMATAN else name


@dataclass(frozen=True)
class _Place:
    code: str
    level: int
    name: str  # folded
    path: str  # folded
    label: str

    def rank(self, words: Sequence[str]) -> tuple[int, int, str]:
        """Its own name must hold one of the words: a place is not found by the name of what it lies in."""
        said = " ".join(words)
        if self.name in (said, words[0]):
            return (0, -self.level, self.code)
        if self.name.startswith(words[0]):
            return (1, -self.level, self.code)
        return (2, -self.level, self.code) if any(word in self.name for word in words) else _NOT_NAMED


def areas(now: datetime) -> Areas:
    return Areas(local_day(now))


@lru_cache(maxsize=2)
def _places(day: date, _count: int) -> tuple[_Place, ...]:
    """Every area of the province with its path; kept until the list of regions grows."""
    rows = list(_regions(day).filter(level__gte=2).order_by("code").values_list("code", "level", "name"))
    names = {code: _called(level, name) for code, level, name in rows}
    found = []
    for code, level, name in rows:
        label = ", ".join(names[one] for one in _above(code) if one in names)
        found.append(_Place(code, level, name.casefold(), label.casefold(), label))
    return tuple(found)


def _regions(day: date) -> RegionQuerySet:
    return Region.objects.valid_on(day).within(settings.PROVINCE_CODE)
