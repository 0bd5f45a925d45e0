"""Lines that are one quoted cell each, with the whole row inside: what comes of saving a pasted CSV once more."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence

from mapalus.engine.data.reading.raw import Notes, RawRows
from mapalus.engine.text import _

__all__ = ["unwrapped", "wrapped_by"]


def wrapped_by(lines: Sequence[str]) -> str:
    """The delimiter inside the quotes of every line, or empty where lines are written in the usual way."""
    filled = [line.strip() for line in lines if line.strip()]
    if len(filled) < 2 or not all(len(line) > 2 and line[0] == line[-1] == '"' for line in filled):
        return ""
    inside = []
    for line in filled:
        cells = _cells(line, ",")
        if len(cells) != 1 or len(_cells(line, ";")) != 1 or len(_cells(line, "\t")) != 1:
            return ""
        inside.append(cells[0])
    for delimiter in ("\t", ";", "|", ","):
        widths = Counter(len(_cells(line, delimiter)) for line in inside)
        width, times = widths.most_common(1)[0]
        if width > 1 and times == len(inside):
            return delimiter
    return ""


def unwrapped(rows: RawRows, delimiter: str, notes: Notes) -> RawRows:
    """The rows inside."""
    notes.guess("quoted_lines", delimiter, _("Every line stands in quotes as a whole; its cells are inside."), 0.9)
    for number, cells, flaw in rows:
        yield number, _cells(cells[0], delimiter) if len(cells) == 1 else cells, flaw


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader((line,), delimiter=delimiter), [])
    except csv.Error:
        return [line]
