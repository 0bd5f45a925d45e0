"""From header cells to column names: joined over several rows, filled across, made unique."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mapalus.engine.data.reading.raw import Notes, Span
from mapalus.engine.text import _

__all__ = ["join_header", "name_columns", "numbered"]


_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")  # characters of no width


def join_header(
    rows: Sequence[tuple[int, Sequence[str]]], *, width: int, spans: Sequence[Span], joint: str
) -> list[str]:
    """One title per column out of header rows (file row, cells): merged cells fill across, texts are joined."""
    numbers = {number for number, _cells in rows}
    touching = [span for span in spans if span.top in numbers and span.right > span.left]
    grid = [[_tidy(cells[place]) if place < len(cells) else "" for place in range(width)] for _number, cells in rows]
    if touching:
        _fill_by_spans(grid, [number for number, _cells in rows], touching)
    else:
        _fill_by_sight(grid)
    titles = []
    for place in range(width):
        parts: list[str] = []
        for row in grid:
            if row[place] and (not parts or parts[-1] != row[place]):
                parts.append(row[place])
        titles.append(joint.join(parts))
    return titles


def _tidy(cell: str) -> str:
    return " ".join(_UNSEEN.sub("", cell).split())


def _fill_by_spans(grid: list[list[str]], numbers: Sequence[int], spans: Sequence[Span]) -> None:
    for span in spans:
        row = grid[numbers.index(span.top)]
        for place in range(span.left + 1, min(span.right + 1, len(row))):
            row[place] = row[place] or row[span.left]


def _fill_by_sight(grid: list[list[str]]) -> None:
    """No merged areas are known: an empty cell above a filled one belongs to the group at its left."""
    for index, row in enumerate(grid[:-1]):
        for place in range(1, len(row)):
            below = any(lower[place] for lower in grid[index + 1 :])
            left_below = any(lower[place - 1] for lower in grid[index + 1 :])
            if not row[place] and below and left_below:
                row[place] = row[place - 1]


def numbered(count: int) -> list[str]:
    """Names for columns without a header: kolom_1, kolom_2, ..."""
    return [f"kolom_{place}" for place in range(1, count + 1)]


def name_columns(titles: Sequence[str], *, notes: Notes) -> tuple[str, ...]:
    """Names that are unique whatever their case, not empty, and do not begin with `_`."""
    taken: set[str] = set()
    wanted = {title.casefold() for title in titles}
    names = []
    next_number: dict[str, int] = {}
    for place, title in enumerate(titles, start=1):
        name = title
        if not name:
            name = f"kolom_{place}"
            notes.warn(
                "blank-header", _("Column %(place)s has no header; it is called %(name)s."), place=place, name=name
            )
        if name.startswith("_"):
            name = name.lstrip("_") or f"kolom_{place}"
            notes.warn(
                "reserved-name",
                _("Names that begin with _ are reserved: column %(title)s is called %(name)s."),
                title=title,
                name=name,
            )
        unique, number = name, next_number.get(name.casefold(), 2)
        while unique.casefold() in taken or (unique != title and unique.casefold() in wanted):
            unique, number = f"{name}_{number}", number + 1
        next_number[name.casefold()] = number
        if unique != name and title:
            notes.warn(
                "duplicate-header",
                _("The header %(title)s occurs more than once; the column in place %(place)s is called %(name)s."),
                title=title,
                place=place,
                name=unique,
            )
        taken.add(unique.casefold())
        names.append(unique)
    return tuple(names)
