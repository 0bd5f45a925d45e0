"""How a board fits a wall: columns of a screen of 80 by 45 rem; what does not fit one screen stands on the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mapalus.doors.command.fragments import Fragment

__all__ = ["Column", "WallPage", "pages"]

_COLUMNS = 3
_NUMBERS = 9  # of a column of numbers, in threes
_WIDE = 10  # of a screen that holds numbers alone, in fives
_HALF = frozenset({"line", "bar", "text", "link"})
_OFF = frozenset({"news"})  # what nobody reads from five metres


@dataclass(frozen=True)
class Column:
    """What stands below each other: numbers in a field, one plot, or two."""

    tiles: Sequence[Fragment]
    is_numbers: bool = False

    @property
    def is_many(self) -> bool:
        return self.is_numbers and not self.is_wide and len(self.tiles) > 6

    @property
    def is_wide(self) -> bool:
        """Takes a screen of its own: more numbers than a column holds, in figures one reads from afar."""
        return self.is_numbers and len(self.tiles) > _NUMBERS


@dataclass(frozen=True)
class WallPage:
    """One screen. `number` counts from 1."""

    number: int
    columns: Sequence[Column]
    top: Sequence[Fragment] = field(default=())
    bottom: Sequence[Fragment] = field(default=())

    @property
    def look(self) -> str:
        """How its columns share the width."""
        if any(column.is_wide for column in self.columns):
            return "wide"
        if any(column.is_many for column in self.columns):
            return "many" if len(self.columns) == _COLUMNS else "few"
        return f"{len(self.columns)}"


def pages(drawn: Sequence[Fragment]) -> Sequence[WallPage]:
    """The screens, in order; strips stand on each of them."""
    top = [one for one in drawn if one.kind == "alarms"]
    bottom = [one for one in drawn if one.kind == "state"]
    rest = [one for one in drawn if not _is_off(one) and one not in top and one not in bottom]
    screens = list(_screens(_columns(rest))) or [[]]
    return [WallPage(n, screen, top[:1], bottom[:1]) for n, screen in enumerate(screens, 1)]


def _is_off(one: Fragment) -> bool:
    """A wall is nobody: nothing waits for it."""
    return one.kind in _OFF or (one.kind == "cases" and one.placed.tile.what == "mine")


def _screens(columns: Iterator[Column]) -> Iterator[list[Column]]:
    screen: list[Column] = []
    for column in columns:
        if screen and (column.is_wide or len(screen) == _COLUMNS):
            yield screen
            screen = []
        if column.is_wide:
            yield [column]
        else:
            screen.append(column)
    if screen:
        yield screen


def _columns(tiles: Sequence[Fragment]) -> Iterator[Column]:
    numbers: list[Fragment] = []
    half: list[Fragment] = []
    for one in tiles:
        if one.kind == "number":
            numbers.append(one)
            continue
        yield from _numbers(numbers)
        numbers = []
        if one.kind in _HALF:
            half.append(one)
            if len(half) == 2:
                yield Column(tuple(half))
                half = []
            continue
        yield Column((one,))
    yield from _numbers(numbers)
    if half:
        yield Column(tuple(half))


def _numbers(found: Sequence[Fragment]) -> Iterator[Column]:
    most = _WIDE if len(found) > _NUMBERS else _NUMBERS
    for at in range(0, len(found), most):
        yield Column(tuple(found[at : at + most]), is_numbers=True)
