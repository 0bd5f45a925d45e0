"""An area asked level by level, or by its name: never a page with every village.

Without a script each level is a list and a button shows the next one; a search shows places of that name to choose
from. With one (`areas.js`) the lists narrow as one chooses. Names in the form: `name-1` ... `name-3` for the levels,
`name-cari` for the search, `name` for a place that was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import QueryDict
from django.utils.translation import gettext as _

from mapalus.engine.forms import Field

__all__ = ["REFRESH", "SEARCH", "AreaSource", "Level", "chosen", "depth_of", "levels", "searched"]

SEARCH = "-cari"
REFRESH = "segarkan"  # the button that shows the next level or what was found; its value names the question
_DEPTHS = {"provinsi": 0, "kabkota": 1, "kecamatan": 2, "desa": 3}
_LONGEST = 80
Choices = Sequence[tuple[str, str]]


class AreaSource(Protocol):
    """Where areas come from: `apps.cases.areas`."""

    def within(self, code: str) -> Choices: ...

    def found(self, text: str, *, depth: int) -> Choices: ...


@dataclass(frozen=True)
class Level:
    """One list of an area: district, subdistrict, village."""

    number: int
    label: str
    choices: tuple[tuple[str, str, bool], ...]  # code, name, whether it is the chosen one
    chosen: str


def depth_of(item: Field) -> int:
    """How deep a field asks: 1 district, 2 subdistrict, 3 village."""
    return max(_DEPTHS.get(item.level, 1), _DEPTHS.get(item.down_to, 0), 1)


def levels(item: Field, code: str, *, districts: Choices, source: AreaSource) -> tuple[Level, ...]:
    """The lists down to where one has chosen, and one more; the others are empty, for a script to fill."""
    labels = (_("Kabupaten or kota"), _("Kecamatan"), _("Desa or kelurahan"))
    parts = code.split(".")
    found: list[Level] = []
    options: Choices = districts
    for number in range(1, depth_of(item) + 1):
        here = ".".join(parts[: number + 1]) if len(parts) > number else ""
        found.append(
            Level(number, labels[number - 1], tuple((value, name, value == here) for value, name in options), here)
        )
        options = source.within(here) if here else ()
    return tuple(found)


def chosen(post: QueryDict, name: str) -> str | None:
    """The code that was chosen: a place that was found, else the deepest list that fits the one above it."""
    if found := post.get(name, "").strip():
        return found[:_LONGEST]
    picks = [post.get(f"{name}-{number}", "").strip()[:_LONGEST] for number in (1, 2, 3)]
    if not any(picks):
        return "" if f"{name}-1" in post or name in post else None
    code = picks[0]
    for pick in picks[1:]:
        if not code or not pick.startswith(f"{code}."):
            break
        code = pick
    return code


def searched(values: Mapping[str, Any], name: str) -> str:
    """What was typed into the search of this question."""
    text = values.get(f"{name}{SEARCH}") or ""
    return str(text[0] if isinstance(text, list) and text else text)[:_LONGEST]
