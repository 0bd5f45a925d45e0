"""Rows that head a group of rows: `Kecamatan Oba` alone, then its villages. They are no records."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence

from mapalus.engine.data.reading.raw import Notes, RawRow, RawRows
from mapalus.engine.text import _

__all__ = ["group_of", "has_groups", "under_groups"]

_NARROWEST = 3  # columns; in two, a row of one cell may miss the other
_LONGEST = 60
_GROUP = re.compile(
    r"\W*(?:[ivx]+\.|[a-z]\.)?\s*(?:kecamatan|kec|kabupaten|kab|kota|provinsi|distrik|kelurahan|kapanewon|kemantren|desa"
    r"|wilayah|kelompok|bidang|golongan|puskesmas)\b[.:]?\s+\S",
    re.IGNORECASE,
)


def group_of(row: RawRow) -> str:
    """The name of the group that a row heads, or nothing."""
    filled = [cell for cell in row[1] if cell and not cell.isspace()]
    if len(filled) != 1 or len(filled[0]) > _LONGEST or not _GROUP.match(filled[0]):
        return ""
    return filled[0].strip()


def has_groups(rows: Sequence[RawRow], width: int) -> bool:
    """Whether rows that head others stand among the first ones: the table begins with one, fuller rows are below each.

    Where the records bear such names themselves, a row of one cell is a record without figures.
    """
    if width < _NARROWEST or not rows or not group_of(rows[0]):
        return False
    heads = [place for place, row in enumerate(rows[:-1]) if group_of(row)]
    records = [row for row in rows if _is_fuller(row, width)]
    named = sum(any(_GROUP.match(cell) for cell in row[1]) for row in records)
    below = [rows[place + 1] for place in heads]
    return bool(heads) and 5 * named <= len(records) and all(group_of(row) or _is_fuller(row, width) for row in below)


def _is_fuller(row: RawRow, width: int) -> bool:
    return 2 * sum(1 for cell in row[1] if cell and not cell.isspace()) > width


def under_groups(rows: RawRows, fit: Callable[[RawRows], RawRows], *, notes: Notes, is_column: bool) -> RawRows:
    """The records, fitted, without the rows that head them; with the name of their group last if it `is_column`."""
    names: deque[str] = deque()

    def records() -> RawRows:
        name = ""
        for row in rows:
            if found := group_of(row):
                if not name:
                    text = _("Rows such as %(label)s in row %(row)s head the rows below them; they are no records.")
                    notes.warn("group-rows", text, label=found, row=row[0])
                name = found
                continue
            names.append(name)
            yield row

    for number, cells, flaw in fit(records()):
        name = names.popleft()
        yield number, [*cells, name] if is_column else cells, flaw
