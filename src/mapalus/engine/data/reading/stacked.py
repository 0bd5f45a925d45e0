"""A second table below the first, on the same sheet: told, and not read into the first one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mapalus.engine.data.reading.cells import Look, is_total, is_year, key, look
from mapalus.engine.data.reading.raw import Notes, RawRow, RawRows, is_blank
from mapalus.engine.text import _

__all__ = ["first_table", "gap_between", "left_of"]

_AHEAD = 3  # a title, a header and a row
_LONGEST_TITLE = 60
_TITLE = re.compile(r"\W*(?:tabel|table|lampiran|daftar|rekap|data\b|jumlah\b.{10})", re.IGNORECASE)
_NAMES = re.compile(
    r"\W*(?:no(?:mor)?|kode|tahun|bulan|periode|triwulan|prov\w*|kab\w*|kota|kec\w*|kel\w*|desa|wilayah|daerah|uraian"
    r"|jenis|kategori|nama|sektor|lapangan|golongan|instansi|opd|unit|komoditas)\b",
    re.IGNORECASE,
)
_VALUES = (Look.NUMBER, Look.DATE)


def first_table(
    rows: RawRows, *, head: Sequence[RawRow], titles: Sequence[str], notes: Notes, behind: int = 0
) -> RawRows:
    """The rows up to another table: blank rows, perhaps a title, a header of its own, and values below it.

    `head` are the first rows of the table, by which it is known where it holds values; the same header once more is
    no other table. Before the row `behind` no blank rows stand, though its number jumps.
    """
    values = _columns_of_values(head)
    known = {key(title) for title in titles if title}
    last = head[0][0] if head else 0
    ahead: list[RawRow] = []
    while True:
        row = ahead.pop(0) if ahead else next(rows, None)
        if row is None:
            return
        if row[0] > last + 1 and row[0] != behind:
            for later in rows:
                ahead.append(later)
                if len(ahead) >= _AHEAD - 1:
                    break
            begins = _header_of_another([row, *ahead], values, known, sum(map(bool, titles)))
            if begins:
                notes.warn(
                    "several-tables",
                    _("Another table begins in row %(row)s; only the first one is read."),
                    row=begins,
                )
                return
        last = row[0]
        yield row


def gap_between(rows: Sequence[RawRow], titles: Sequence[str], above: Sequence[RawRow] = ()) -> int:
    """The empty column between two tables that stand side by side, or 0.

    They are two where both have the same header or a title of their own (`above` are the rows over the header), where
    one goes on after the other has ended, or where each begins with names of its own that stand beside figures; else
    an empty column is no more than that.
    """
    named = [place for place, title in enumerate(titles) if title]
    for gap in range(2, len(titles) - 2):
        left, right = [place for place in named if place < gap], [place for place in named if place > gap]
        if titles[gap] or len(left) < 2 or len(right) < 2 or any(gap in _filled(row) for row in rows):
            continue
        names = [[key(titles[place]) for place in side] for side in (left, right)]
        if names[0] == names[1] or _are_both_titled(above, left, right):
            return gap
        if all(_begins_with_names(rows, titles, side) for side in (left, right)):
            return gap
        ends = [
            max((n for n, row in enumerate(rows) if _filled(row).keys() & set(side)), default=-1)
            for side in (left, right)
        ]
        whole = [
            all(_filled(row).keys() & set(side) for row in rows[: end + 1])
            for side, end in zip((left, right), ends, strict=True)
        ]
        if ends[0] != ends[1] and all(whole) and min(ends) > 0:
            return gap
    return 0


def _are_both_titled(above: Sequence[RawRow], left: Sequence[int], right: Sequence[int]) -> bool:
    """Whether a row over the header says `Tabel 1` at the left edge of one side and `Tabel 2` at that of the other."""
    edges = [left[0], right[0]]
    return any(
        [place for place, text in _filled(row).items() if _TITLE.match(text)] == edges == [*_filled(row)]
        for row in above
    )


def _begins_with_names(rows: Sequence[RawRow], titles: Sequence[str], side: Sequence[int]) -> bool:
    """Whether the first column of a side names its rows, each another one, and the others hold figures."""
    first, *others = side
    names = [_filled(row).get(first, "").strip() for row in rows]
    if not _NAMES.match(titles[first]) or len(rows) < 2 or not all(names) or len({*names}) < len(names):
        return False
    return any(all(look(row[1][place]) is Look.NUMBER for row in rows if len(row[1]) > place) for place in others)


def left_of(rows: RawRows, gap: int) -> RawRows:
    """The rows of the table on the left."""
    for number, cells, flaw in rows:
        if not is_blank(cells[:gap]):
            yield number, cells[:gap], flaw


def _columns_of_values(head: Sequence[RawRow]) -> frozenset[int]:
    """Columns that hold numbers or dates in most of the first rows."""
    width = max((len(row[1]) for row in head), default=0)
    found = set()
    for place in range(width):
        kinds = [kind for row in head if place < len(row[1]) and (kind := look(row[1][place])) is not Look.BLANK]
        if kinds and 2 * sum(kind in _VALUES for kind in kinds) > len(kinds):
            found.add(place)
    return frozenset(found)


def _header_of_another(rows: Sequence[RawRow], values: frozenset[int], known: set[str], width: int) -> int:
    """The row in which another table begins, or 0: its title says so, or it has other columns than the first."""
    start, is_titled = rows[0][0], False
    texts = _filled(rows[0])
    if len(texts) == 1 and len(rows) == _AHEAD:
        is_titled = bool(_TITLE.match(next(iter(texts.values()))))
        rows, texts = rows[1:], _filled(rows[1])
    if len(rows) < 2 or rows[1][0] != rows[0][0] + 1 or len(texts) < 2 or not values & set(texts):
        return 0
    below = _filled(rows[1])
    if not is_titled and not set(below) <= set(texts):
        return 0
    if not is_titled and len(texts) == width and not (len(values) > 1 and values <= set(texts)):
        return 0  # as wide as the first: then several columns of numbers have names, all of them
    if is_total(next(iter(texts.values()))) or 2 * sum(key(text) in known for text in texts.values()) >= len(texts):
        return 0
    if not all((look(text) is Look.WORDS or is_year(text)) and len(text) < _LONGEST_TITLE for text in texts.values()):
        return 0
    return start if any(look(below[place]) in _VALUES for place in texts if place in below) else 0


def _filled(row: RawRow) -> dict[int, str]:
    return {place: cell for place, cell in enumerate(row[1]) if cell and not cell.isspace()}
