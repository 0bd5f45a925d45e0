"""Where the header is: title rows above it, several rows of it, numbers under it, or none at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mapalus.engine.data.reading.cells import Look, is_year, key, look, shape
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.reading.limits import MAX_COLUMNS, too_large
from mapalus.engine.data.reading.naming import join_header, numbered
from mapalus.engine.data.reading.raw import Notes, RawRow, Span
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["Header", "find_header"]

_FORMULA = re.compile(r"\s*=.*", re.DOTALL)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DEPTH = 40  # a header stands within so many filled rows
_TALLEST = 6  # rows of one header
_LABELS = 3  # rows of a name and its value above a header, where no colon tells them
_LABEL = re.compile(
    r"\s*(?:tahun|bulan|periode|triwulan|semester|provinsi|kabupaten|kota|kecamatan|desa|instansi|opd|unit|tanggal|nama"
    r"|halaman|versi|kode)\b",
    re.IGNORECASE,
)
_TABLE = 3  # rows below titles that are a table: a header and two records
_BELOW = 60  # rows that are compared with it


@dataclass(frozen=True)
class Header:
    """`start` and `stop` are places in the head (rows that are not blank); records begin at `stop`."""

    start: int
    stop: int
    titles: tuple[str, ...]  # one per column of the grid, "" where there is no text
    row: int | None  # file row of its last line
    exists: bool = True


def find_header(
    head: Sequence[RawRow], *, declared: Declared, notes: Notes, spans: Sequence[Span] = (), one_row: bool = False
) -> Header:
    """The header among the first rows of a table, as declared or as guessed (`notes` says why)."""
    width = _width(head)
    if width > MAX_COLUMNS:
        raise too_large(_("The table has more than %(limit)s columns."), limit=MAX_COLUMNS)
    pinned = _pinned(head, declared=declared, width=width, spans=spans)
    if pinned:
        return pinned
    begin = _after_skipped(head, declared.skip_rows)
    by_name = None if declared.header is False else _by_name(head, begin, declared, width, spans)
    if by_name and declared.unpivot and by_name[1] - by_name[0] == 1:
        by_name = _rest_of_names(head, begin, by_name, width, spans, one_row=one_row)
    if by_name:
        start, stop, share = by_name
        notes.guess(
            "header_row",
            head[stop - 1][0],
            _("%(share)s %% of the fields of the contract are named there."),
            min(1.0, 0.5 + share / 2),
            share=round(100 * share),
        )
    else:
        start, stop = _by_sight(head, begin, width, spans, one_row=one_row)
        evidence = _evidence(head, stop)
        if _is_remark(head, start, stop) and _evidence(head, stop + 1) > 0:
            start, stop = stop, stop + 1
            evidence = _evidence(head, stop)
        if declared.header is None and stop - start == 1 and evidence < 0:
            return _none(head, start, width, declared, notes)
        notes.guess("header_row", head[stop - 1][0], _reason(evidence), 0.95 if evidence > 0 else 0.6)
    last = stop
    if _counts_columns(head, stop):
        last += 1
    rows = [(number, cells) for number, cells, _flaw in head[start:stop]]
    if len(rows) > 1:
        notes.guess(
            "header_rows",
            [number for number, _cells in rows],
            _("Rows %(first)s to %(last)s head the columns together; their words are joined."),
            0.8 if by_name is None else 0.9,
            first=rows[0][0],
            last=rows[-1][0],
        )
    titles = join_header(rows, width=width, spans=spans, joint=declared.header_join)
    return Header(start, last, tuple(titles), head[stop - 1][0])


def _is_remark(head: Sequence[RawRow], start: int, stop: int) -> bool:
    """Whether what looks like the header is a remark such as `# made by system, version 2`."""
    first = next((cell.strip() for cell in head[start][1] if cell.strip()), "")
    return stop - start == 1 and stop < len(head) and len(first) > 1 and first.startswith("#")


def _reason(evidence: float) -> str:
    if evidence > 0:
        return _("Its cells differ in kind from the cells below.")
    return _("It is the first full row.")


def _width(head: Sequence[RawRow]) -> int:
    """Columns of the table: what most rows have, or the widest row whose cells are filled in the header."""
    lengths = Counter(_below_titles([len(cells) for _number, cells, _flaw in head]))
    common, times = max(lengths.items(), key=lambda item: (item[1], item[0]))
    if times * 2 >= len(head):
        return common
    return max(length for length, times in lengths.items() if times * 5 >= len(head) or length == common)


def _below_titles(counts: Sequence[int]) -> Sequence[int]:
    """Cells of each row without the titles above a table, which have one cell and may be more than its rows."""
    start = next((place for place, count in enumerate(counts) if count > 1), 0)
    below = counts[start:]
    is_table = len(below) >= _TABLE and sum(count > 1 for count in below) >= 0.8 * len(below)
    return below if is_table else counts


def _pinned(head: Sequence[RawRow], *, declared: Declared, width: int, spans: Sequence[Span]) -> Header | None:
    if declared.header is False:
        begin = _after_skipped(head, declared.skip_rows)
        names = [names[0] for names in declared.names]
        titles = names if len(names) == width else numbered(width)
        return Header(begin, begin, tuple(titles), None, exists=False)
    if not declared.header_rows:
        return None
    places = [place for place, row in enumerate(head) if row[0] in declared.header_rows]
    if not places:
        raise Refused(
            "not-tabular",
            _("The contract says that the header is in row %(row)s, but that row is empty or does not exist."),
            row=declared.header_rows[-1],
        )
    rows = [(head[place][0], head[place][1]) for place in places]
    titles = join_header(rows, width=max(width, len(rows[-1][1])), spans=spans, joint=declared.header_join)
    return Header(places[0], places[-1] + 1, tuple(titles), rows[-1][0])


def _after_skipped(head: Sequence[RawRow], skip_rows: int | None) -> int:
    return sum(1 for number, _cells, _flaw in head[:-1] if number <= (skip_rows or 0))


def _none(head: Sequence[RawRow], start: int, width: int, declared: Declared, notes: Notes) -> Header:
    notes.guess("header_row", None, _("The first row looks like the rows below it."), 0.7)
    names = [names[0] for names in declared.names]
    if len(names) == width:
        notes.warn("no-header", _("There is no header; the columns are taken in the order of the contract."))
        return Header(start, start, tuple(names), None, exists=False)
    notes.warn("no-header", _("There is no header; the columns are called kolom_1, kolom_2 and so on."))
    return Header(start, start, tuple(numbered(width)), None, exists=False)


def _by_name(
    head: Sequence[RawRow], begin: int, declared: Declared, width: int, spans: Sequence[Span]
) -> tuple[int, int, float] | None:
    """The rows that name most fields of the contract: fewest rows on a tie; None where too few are named."""
    wanted = [{key(name) for name in names if key(name)} for names in declared.names]
    if not wanted:
        return None
    best = (0, 0, 0)
    for start in range(begin, min(len(head), begin + _DEPTH)):
        for stop in range(start + 1, min(len(head), start + 4) + 1):
            if stop - start > 1 and head[stop - 1][0] - head[start][0] != stop - 1 - start:
                break
            rows = [(number, cells) for number, cells, _flaw in head[start:stop]]
            found = {key(title) for title in join_header(rows, width=width, spans=spans, joint=declared.header_join)}
            hits = sum(1 for names in wanted if names & found)
            if hits > best[0]:
                best = (hits, start, stop)
    hits, start, stop = best
    enough = max(1 if len(wanted) == 1 or width == 1 else 2, min(len(wanted), width) // 2)
    return (start, stop, hits / len(wanted)) if hits >= enough else None


def _rest_of_names(
    head: Sequence[RawRow],
    begin: int,
    found: tuple[int, int, float],
    width: int,
    spans: Sequence[Span],
    *,
    one_row: bool,
) -> tuple[int, int, float]:
    """The header by its looks, where it holds the row found by name: years that become rows are no field's name."""
    start, stop = _by_sight(head, begin, width, spans, one_row=one_row)
    return (start, stop, found[2]) if start <= found[0] and found[1] <= stop else found


def _by_sight(
    head: Sequence[RawRow], begin: int, width: int, spans: Sequence[Span], *, one_row: bool
) -> tuple[int, int]:
    """The first full row, the group rows above it and the rest of the header below it."""
    filled = [_filled(cells) for _number, cells, _flaw in head[begin : begin + _DEPTH + _BELOW]]
    counts = sorted(_below_titles([len(places) for places in filled]))
    typical = min(width, counts[(3 * len(counts)) // 4]) if len(counts) > 1 else counts[0]
    need = max(1, -(-typical * 3 // 5)) if typical > 2 else typical
    labels = _labels(head, begin, filled)
    full = next((place for place, places in enumerate(filled) if len(places) >= need and place >= labels), labels)
    full = _fuller(head, begin, full, filled, typical)
    start = full
    while not one_row and start > 0 and full - start < _TALLEST - 1:
        above = begin + start - 1
        if not _is_group_row(head, above, filled[start - 1], filled[start : full + 1], typical, spans):
            break
        start -= 1
    stop = full + 1
    while not one_row and stop < len(filled) - 1 and stop - start < _TALLEST:
        if not _continues(head, begin, start, stop, filled, spans):
            break
        stop += 1
    return begin + start, begin + stop


def _labels(head: Sequence[RawRow], begin: int, filled: Sequence[frozenset[int]]) -> int:
    """How many rows at the top tell what the table is about: `Provinsi:` and, beside it, its value."""
    count = 0
    for place, places in enumerate(filled[:-1]):
        texts = [head[begin + place][1][column].strip() for column in sorted(places)]
        if not texts or len(texts) > 4 or texts[-1].endswith(":"):
            break
        if not texts[0].endswith(":") and not (len(texts) > 1 and texts[1].startswith(":")):
            break
        count = place + 1
    return count


def _fuller(head: Sequence[RawRow], begin: int, full: int, filled: Sequence[frozenset[int]], typical: int) -> int:
    """A row of names as wide as the table, close below one that is not: `Tahun | 2023`, then the header."""
    for place in range(full, min(full + _LABELS + 1, len(filled) - 1)):
        if len(filled[place]) < typical:
            if len(filled[place]) < 2:
                break
            continue
        texts = [head[begin + place][1][column] for column in filled[place]]
        if place > full and _is_a_table(head[begin + full : begin + place + 1]):
            return full
        if place > full and all(look(text) is Look.WORDS or is_year(text) for text in texts):
            now, then = _evidence(head, begin + full + 1), _evidence(head, begin + place + 1)
            return place if then > max(0.0, now) else full
        break
    return full


def _is_a_table(rows: Sequence[RawRow]) -> bool:
    """Whether rows above a fuller one are a table by themselves: names, numbers under them, and a blank row behind."""
    first, *between, last = rows
    if (
        len(between) < 2
        or last[0] == between[-1][0] + 1
        or any(row[0] != first[0] + n for n, row in enumerate(rows[:-1]))
    ):
        return False
    places = _filled(first[1])
    if not all(look(first[1][place]) is Look.WORDS for place in places):
        return False
    if any(_LABEL.match(row[1][min(places)]) for row in rows[:-1]):
        return False
    return any(all(look(row[1][place]) is Look.NUMBER for row in between) for place in places if place > 0)


def _filled(cells: Sequence[str]) -> frozenset[int]:
    return frozenset(place for place, cell in enumerate(cells) if cell and not cell.isspace())


def _is_group_row(
    head: Sequence[RawRow],
    place: int,
    filled: frozenset[int],
    below: Sequence[frozenset[int]],
    typical: int,
    spans: Sequence[Span],
) -> bool:
    """Whether the row above a header row groups its columns, rather than being a title."""
    number, cells, _flaw = head[place]
    if head[place + 1][0] != number + 1:
        return False
    mine = [
        span for span in spans if span.top <= number <= span.bottom and (span.right > span.left or span.bottom > number)
    ]
    first = min(min(places, default=0) for places in below)
    if any(span.bottom > number for span in mine):
        return True
    if any(
        span.right > span.left and (span.left > first or span.right - span.left + 1 < 0.9 * typical) for span in mine
    ):
        return not (len(filled) == 1 and min(filled) == first)
    if spans and len(filled) == 1:
        return False
    beneath = frozenset().union(*below)
    if filled - beneath and (filled & beneath or len(filled) > 1):
        return True
    texts = [cells[column] for column in filled]
    if len(filled) > 1 and (all(map(is_year, texts)) or (min(filled) > first and _are_names(texts))):
        return True
    return len(filled) > 2 and all(look(text) is Look.WORDS and len(text) < 60 and ":" not in text for text in texts)


def _are_names(texts: Sequence[str]) -> bool:
    return all(look(text) is Look.WORDS and len(text) < 40 and ":" not in text for text in texts)


def _continues(
    head: Sequence[RawRow],
    begin: int,
    start: int,
    stop: int,
    filled: Sequence[frozenset[int]],
    spans: Sequence[Span],
) -> bool:
    """Whether the row at `stop` still belongs to the header."""
    number, cells, _flaw = head[begin + stop]
    if head[begin + stop - 1][0] != number - 1:
        return False
    above = frozenset().union(*filled[start:stop])
    mine = filled[stop]
    spanned = any(span.top < number <= span.bottom and span.top >= head[begin + start][0] for span in spans)
    if not spanned and (not (above - mine) or not mine or 0 in mine):
        return False
    columns = range(max(mine, default=0) + 1)
    lower = [row[1] for row in head[begin + stop + 1 : begin + stop + 1 + _BELOW]]
    votes = 0.0
    for column in columns:
        if column in mine:
            votes += _vote(cells[column], [row[column] for row in lower if column < len(row)])
    if spanned:
        return votes >= 0 or all(is_year(cells[column]) for column in mine)
    groups = any(column not in filled[stop - 1] for column in mine) or _are_units(
        [cells[column] for column in mine], votes
    )
    years = len(mine) > 1 and all(is_year(cells[column]) for column in mine)
    return (groups or years) and votes > 0


def _are_units(texts: Sequence[str], votes: float) -> bool:
    """Whether a row under the header says in what its columns of figures are counted: (Ha), (Ton), jiwa."""
    from mapalus.engine.data.forms import MISSING_ANYWHERE, MISSING_IN_VALUES

    return votes >= len(texts) and not any(
        text.strip().lower() in (*MISSING_ANYWHERE, *MISSING_IN_VALUES) or len(text) > 20 for text in texts
    )


def _evidence(head: Sequence[RawRow], stop: int) -> float:
    """Above zero: the row before `stop` differs in kind from the rows below; below zero: it is one of them."""
    _number, cells, _flaw = head[stop - 1]
    lower = [row[1] for row in head[stop : stop + _BELOW]]
    if not lower:
        return sum(0.5 if look(cell) is Look.WORDS else -1.0 for cell in cells if cell.strip())
    return sum(_vote(cell, [row[place] for row in lower if place < len(row)]) for place, cell in enumerate(cells))


def _vote(cell: str, below: Sequence[str]) -> float:
    """What one cell says: 1 header, -1 data, 0 nothing."""
    mine = look(cell)
    kinds = Counter(kind for kind in map(look, below) if kind is not Look.BLANK)
    if mine is Look.BLANK or not kinds:
        return 0.0
    kind, times = kinds.most_common(1)[0]
    if mine is Look.WORDS:
        if kind is not Look.WORDS and 2 * times >= kinds.total():
            return 1.0
        same = sum(1 for other in below if other.strip() == cell.strip())
        return -1.0 if same > 1 else 0.0
    if is_year(cell):
        years = sum(1 for other in below if is_year(other))
        return -1.0 if 2 * years >= kinds.total() else 0.75
    if mine is Look.CODE:
        alike = sum(1 for other in below if shape(other) == shape(cell))
        return -1.0 if 2 * alike >= kinds.total() else 0.75 if kind in (Look.NUMBER, Look.DATE) else 0.25
    return -1.0 if kind is mine else -0.25


def _counts_columns(head: Sequence[RawRow], place: int) -> bool:
    """Whether the row under the header numbers the columns: (1) (2) (3), 1 2 3 above columns of words, a b c=a+b."""
    if place >= len(head) - 1:
        return False
    cells = [cell.strip() for cell in head[place][1]]
    texts = [cell for cell in cells if cell]
    if len(texts) < 3:
        return False
    bare = [_FORMULA.sub("", text).strip("()[]. ") for text in texts]  # (5=3+4) says how column 5 is reckoned
    first = bare[0]
    if first.lower() == "a" and "".join(bare).lower() == _LETTERS[: len(bare)]:
        return all(map(str.isalpha, bare)) and any(text[0] == "(" or "=" in text for text in texts)
    if not all(text.isdigit() for text in bare) or first not in ("0", "1"):
        return False
    if [int(text) for text in bare] != list(range(int(first), int(first) + len(bare))):
        return False
    if all(text.startswith("(") for text in texts) or any("=" in text for text in texts):
        return True
    below = [row[1] for row in head[place + 1 : place + 1 + _BELOW]]
    columns = [
        [row[column] for row in below if column < len(row) and row[column].strip()] for column in range(len(cells))
    ]
    words = [column for column in columns if column and all(look(cell) is Look.WORDS for cell in column)]
    return bool(words)
