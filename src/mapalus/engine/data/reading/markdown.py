"""Pipe tables in Markdown. Rows are numbered as lines of the file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from mapalus.engine.data.reading.body import from_records
from mapalus.engine.data.reading.cells import key
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.reading.limits import MAX_MARKDOWN_BYTES
from mapalus.engine.data.reading.markup import decode_markup
from mapalus.engine.data.reading.raw import Notes, RawRow
from mapalus.engine.data.reading.spooling import write_spool
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.text import _

__all__ = ["has_pipe_table", "read_markdown"]

_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*")
_BAR = re.compile(r"(?<!\\)\|")


def has_pipe_table(lines: Sequence[str]) -> bool:
    """Whether a line with bars is followed by a rule of dashes and bars."""
    return any("|" in above and _RULE.fullmatch(rule.strip()) for above, rule in pairwise(lines))


def read_markdown(path: Path, *, declared: Declared, scratch: Path) -> Scan:
    """The pipe table with most rows; tables of the same header are one, with the heading above each as a column."""
    text, encoding = decode_markup(path, limit=MAX_MARKDOWN_BYTES)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    notes = Notes()
    groups: dict[tuple[str, ...], list[_Section]] = defaultdict(list)
    for section in _sections(lines):
        groups[tuple(map(key, section.header))].append(section)
    chosen = max(groups.values(), key=lambda group: sum(len(section.rows) for section in group))
    if len(groups) > 1:
        notes.guess(
            "table", chosen[0].number, _("Of %(count)s tables in the page the fullest is read."), 0.7, count=len(groups)
        )
    titles = list(chosen[0].header)
    several = len(chosen) > 1
    if several:
        titles.append("bagian")
        notes.guess(
            "bagian", len(chosen), _("Tables of the same header are read as one; the heading is a column."), 0.8
        )
    rows = [_fit(row, section, several=several) for section in chosen for row in section.rows]
    body = from_records(titles, rows, declared=declared, notes=notes, header_row=chosen[0].number)
    return write_spool(body, notes=notes, scratch=scratch, dialect=Dialect(delimiter="|", encoding=encoding))


class _Section:
    def __init__(self, number: int, header: list[str], heading: str) -> None:
        self.number, self.header, self.heading = number, header, heading
        self.rows: list[tuple[int, list[str]]] = []


def _sections(lines: Sequence[str]) -> list[_Section]:
    found: list[_Section] = []
    heading, current, skip = "", None, False
    for number, line in enumerate(lines, start=1):
        following = lines[number] if number < len(lines) else ""
        if skip:
            skip = False
        elif current is not None and "|" in line:
            current.rows.append((number, _cells(line)))
        elif "|" in line and _RULE.fullmatch(following.strip()):
            current = _Section(number, _cells(line), heading)
            found.append(current)
            skip = True
        else:
            current = None
            if line.startswith("#"):
                heading = line.strip("# \t")
    return found


def _cells(line: str) -> list[str]:
    inner = line.strip()
    inner = inner.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(inner)]


def _fit(row: tuple[int, list[str]], section: _Section, *, several: bool) -> RawRow:
    number, cells = row
    width = len(section.header)
    flaw = f"missing-cell:{len(cells)}" if len(cells) < width else ""
    if len(cells) > width and any(cells[width:]):
        flaw = "extra-cell"
    cells = (cells + [""] * width)[:width]
    return number, [*cells, section.heading] if several else cells, flaw
