"""From raw rows to the records of a table: header, columns, and what is left out below."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from mapalus.engine.data.reading.cells import Look, is_footnote, is_total, key, look
from mapalus.engine.data.reading.declared import Declared, Unpivot
from mapalus.engine.data.reading.grouped import has_groups, under_groups
from mapalus.engine.data.reading.header import Header, find_header
from mapalus.engine.data.reading.limits import MAX_COLUMNS, too_large
from mapalus.engine.data.reading.naming import name_columns
from mapalus.engine.data.reading.raw import Notes, RawRow, RawRows, Span, is_blank
from mapalus.engine.data.reading.sheetcut import NotPlain
from mapalus.engine.data.reading.stacked import first_table, gap_between, left_of
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["HEAD", "Body", "from_records", "tabulate", "tail_is_plain"]

HEAD = 200
_TAIL = 60
_SEEN = 40  # rows by which columns of values are known
_LONG_NOTE = 40
_OF_ALL = {"total", "keseluruhan", "semua", "umum", "akhir", "seluruhnya"}


@dataclass
class Body:
    """A table whose header is known; `records` streams it once, and adds to the notes while it does."""

    columns: tuple[str, ...]
    titles: tuple[str, ...]
    places: tuple[int, ...]  # where each column stands in the raw row; empty for columns that were added
    header: Header
    first_row: int
    records: RawRows
    turned: tuple[tuple[tuple[str, ...], int], ...] = ()  # of columns that became rows: their labels, where they stood


def tabulate(
    rows: RawRows,
    *,
    declared: Declared,
    notes: Notes,
    spans: Sequence[Span] = (),
    ragged: bool,
    one_row: bool = False,
    behind: int = 0,
) -> Body:
    """Find the header among `rows` and stream what is below it.

    `ragged` says that rows have as many cells as were written, so that a short one misses cells; otherwise the rows
    come from a grid and are as wide as the widest. `behind`: the row that follows rows which are not given here.
    """
    comments = set(declared.comment_rows)
    filled = (row for row in rows if row[0] not in comments and not is_blank(row[1]))
    head = _take(filled, HEAD)
    if not head:
        raise Refused(
            "empty-file", _("There is nothing in this file but blank lines."), advice=_("Hand in the file again.")
        )
    header = find_header(head, declared=declared, notes=notes, spans=spans, one_row=one_row)
    if header.start > 0 and not declared.header_rows:
        notes.warn(
            "title-rows",
            _("%(count)s rows above the header are titles and are not read."),
            count=header.start,
            rows=[row[0] for row in head[: header.start]],
        )
    below = head[header.stop :]
    own = below
    if declared.footnotes != "keep":
        own = list(first_table(iter(below), head=below[:_SEEN], titles=header.titles, notes=Notes(), behind=behind))
    places = _columns(header, own, ragged=ragged)
    gap = 0 if declared.header_rows or declared.names else gap_between(own, header.titles, head[: header.start])
    if gap:
        notes.warn(
            "several-tables",
            _("Tables stand side by side; only the one in the first %(count)s columns is read."),
            count=gap,
        )
        places = tuple(place for place in places if place < gap)
    if len(places) > MAX_COLUMNS:
        raise too_large(_("The table has more than %(limit)s columns."), limit=MAX_COLUMNS)
    titles = tuple(header.titles[place] if place < len(header.titles) else "" for place in places)
    columns = name_columns(titles, notes=notes)
    if not below:
        notes.warn("no-rows", _("There are no rows below the header."))
    stream: RawRows = chain(iter(below), filled)
    if gap:
        stream = left_of(stream, gap)
    if header.exists and header.stop - header.start == 1 and not declared.header_rows:
        stream = _without_repeats(stream, head[header.start][1], notes)
    if declared.footnotes != "keep":
        stream = first_table(stream, head=below[:_SEEN], titles=titles, notes=notes, behind=behind)
    if spans:
        stream = _fill_spans(
            stream, [span for span in spans if span.bottom > span.top], after=header.row or 0, notes=notes
        )
    stream = _without_end(stream, width=len(places), declared=declared, notes=notes)
    grouped = declared.groups not in (None, "keep")
    if grouped or (declared.groups is None and has_groups(own, len(places))):
        if behind:
            raise NotPlain
        if grouped:
            columns = name_columns([*titles, str(declared.groups)], notes=Notes())
            titles = (*titles, columns[-1])
        stream = under_groups(stream, lambda rows: _fitted(rows, places, ragged=ragged), notes=notes, is_column=grouped)
    else:
        stream = _fitted(stream, places, ragged=ragged)
    first_row = below[0][0] if below else (header.row or 0) + 1
    return _reshaped(Body(columns, titles, places, header, first_row, stream), declared)


def from_records(
    titles: Sequence[str], rows: Iterable[RawRow], *, declared: Declared, notes: Notes, header_row: int | None
) -> Body:
    """A table whose columns are known: records of JSON, tables of Markdown. Cells are as many as titles."""
    if len(titles) > MAX_COLUMNS:
        raise too_large(_("The table has more than %(limit)s columns."), limit=MAX_COLUMNS)
    columns = name_columns(titles, notes=notes)
    header = Header(0, 0, tuple(titles), header_row)
    places = tuple(range(len(columns)))
    # records stand by themselves: nothing is taken off their end unless the contract says so
    whole = replace(declared, footnotes="keep", totals=declared.totals or "keep")
    stream = _without_end(iter(rows), width=len(columns), declared=whole, notes=notes)
    return _reshaped(Body(columns, tuple(titles), places, header, (header_row or 0) + 1, stream), declared)


def _reshaped(body: Body, declared: Declared) -> Body:
    """Fill down, then turn columns into rows, as the contract says."""
    if declared.fill_down:
        body.records = _fill_down(body.records, body.columns, declared.fill_down)
    if declared.unpivot:
        body.columns, body.titles, body.places, body.records, body.turned = _unpivot(
            body.records, body.columns, body.titles, body.places, declared.unpivot, lenient=bool(declared.sheets)
        )
    return body


def _without_repeats(rows: RawRows, header: Sequence[str], notes: Notes) -> RawRows:
    """Rows but for the header once more, as programs print it on every page."""
    titles = [cell.strip() for cell in header]
    if sum(map(bool, titles)) < 2:
        yield from rows
        return
    at = next(place for place, title in enumerate(titles) if title)
    first = header[at]
    for row in rows:
        cells = row[1]
        if len(cells) > at and cells[at] == first and [cell.strip() for cell in cells] == titles:
            notes.warn(
                "repeated-header", _("The header stands again in row %(row)s; it is not read as data."), row=row[0]
            )
            continue
        yield row


def _take(rows: RawRows, count: int) -> list[RawRow]:
    taken: list[RawRow] = []
    for row in rows:
        taken.append(row)
        if len(taken) >= count:
            break
    return taken


def _columns(header: Header, below: Sequence[RawRow], *, ragged: bool) -> tuple[int, ...]:
    """Places of the columns: all that have a header, and in a grid those that hold anything."""
    filled = {
        place for _number, cells, _flaw in below for place, cell in enumerate(cells) if cell and not cell.isspace()
    }
    named = {place for place, title in enumerate(header.titles) if title}
    if ragged:
        last = max(named | {place for place in filled if place < len(header.titles)}, default=0)
        return tuple(range(last + 1))
    return tuple(sorted(named | filled))


def _fitted(rows: RawRows, places: Sequence[int], *, ragged: bool) -> RawRows:
    """Rows as wide as the table; what is missing or too much becomes the row's flaw."""
    width = places[-1] + 1 if places else 0
    straight = list(places) == list(range(width))
    for number, cells, flaw in rows:
        if len(cells) > width:
            extra = [cell for cell in cells[width:] if cell and not cell.isspace()]
            if extra and not flaw:
                flaw = "extra-cell:" + json.dumps(extra, ensure_ascii=False)
            cells = cells[:width]
        elif len(cells) < width:
            if ragged and not flaw:
                flaw = f"missing-cell:{len(cells)}"
            cells = cells + [""] * (width - len(cells))
        yield number, cells if straight else [cells[place] for place in places], flaw


def _fill_spans(rows: RawRows, spans: Sequence[Span], *, after: int, notes: Notes) -> RawRows:
    """Give the value of a cell that is merged downwards to every row it covers."""
    waiting = deque(sorted((span for span in spans if span.top > after), key=lambda span: span.top))
    active: list[tuple[Span, str]] = []
    told = False
    for number, cells, flaw in rows:
        active = [(span, value) for span, value in active if span.bottom >= number]
        for span, value in active:
            if span.left < len(cells) and not cells[span.left]:
                cells[span.left] = value
        while waiting and waiting[0].top <= number:
            span = waiting.popleft()
            if span.top == number and span.left < len(cells):
                active.append((span, cells[span.left]))
                if not told:
                    told = True
                    notes.guess(
                        "merged_cells", "down", _("Cells are merged over several rows: each row takes the value."), 0.9
                    )
        yield number, cells, flaw


def _without_end(rows: RawRows, *, width: int, declared: Declared, notes: Notes) -> RawRows:
    """Hold the last rows back until it is known which of them are footnotes and totals."""
    tail: deque[RawRow] = deque()
    labels: set[str] = set()
    for row in rows:
        tail.append(row)
        if len(tail) > _TAIL:
            yield from _body_row(tail.popleft(), labels, declared, notes)
    kept = _strip_footnotes(list(tail), width, declared, notes)
    kept, ending = _strip_totals(kept, labels, width, declared, notes)
    for row in kept:
        yield from _body_row(row, labels, declared, notes)
    if ending:
        notes.warn(
            "total-row",
            _("Row %(row)s (%(label)s) adds up the rows above and is not read as data."),
            row=ending[0][0],
            label=_label(ending[0][1]),
            rows=[row[0] for row in ending],
        )


def _body_row(row: RawRow, labels: set[str], declared: Declared, notes: Notes) -> Iterator[RawRow]:
    label = _label(row[1])
    if is_total(label):
        labels.add(label.casefold())
        if declared.totals == "drop":
            notes.warn(
                "total-row",
                _("Rows such as %(label)s in row %(row)s add up others; they are not read as data."),
                label=label,
                row=row[0],
            )
            return
        notes.warn(
            "total-row",
            _("Row %(row)s (%(label)s) seems to add up others; it is read as data."),
            label=label,
            row=row[0],
        )
    yield row


def _label(cells: Sequence[str]) -> str:
    return next((cell.strip() for cell in cells if cell and not cell.isspace()), "")


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell and not cell.isspace()]


def _strip_footnotes(tail: list[RawRow], width: int, declared: Declared, notes: Notes) -> list[RawRow]:
    if declared.footnotes == "keep":
        return tail
    keep = tail_is_plain(tail, width)
    dropped = tail[keep:]
    if dropped:
        notes.warn(
            "footnote-rows",
            _("%(count)s rows below the table are notes and are not read: %(text)s"),
            count=len(dropped),
            rows=[row[0] for row in dropped],
            text=_label(dropped[0][1])[:80],
        )
    return tail[:keep]


def tail_is_plain(tail: Sequence[RawRow], width: int) -> int:
    """How many of the last rows are the table's own; the others are notes below it."""
    if len(tail) < 2:
        return len(tail)
    typical = sorted(len(_filled(row[1])) for row in tail)[-max(1, len(tail) // 4)]
    keep = len(tail)
    first_note = len(tail)
    while keep > 0:
        _number, cells, _flaw = tail[keep - 1]
        texts = _filled(cells)
        few = len(texts) <= max(1, typical // 3) and width > 1 and len(texts) < typical
        if not few:
            break
        keep -= 1
        gap = keep > 0 and tail[keep][0] - tail[keep - 1][0] > 1
        text = texts[0]
        words = look(text) is Look.WORDS and " " in text.strip() and not is_total(text)
        alone = all(len(_filled(row[1])) > len(texts) for row in tail[:keep])
        wordy = len(text) > _LONG_NOTE and text.count(" ") > 3 and alone
        if is_footnote(text) or (words and (wordy or gap)):
            first_note = keep
    if first_note == len(tail) and width == 1:
        while first_note > 1 and is_footnote(_label(tail[first_note - 1][1])):
            first_note -= 1
    return first_note


def _strip_totals(
    tail: list[RawRow], labels: set[str], width: int, declared: Declared, notes: Notes
) -> tuple[list[RawRow], list[RawRow]]:
    """Take total lines off the end, unless the contract keeps them or their label stands elsewhere too."""
    if declared.totals == "keep" or width < 2:
        return tail, []
    keep = len(tail)
    while keep > 1 and is_total(_label(tail[keep - 1][1])) and _holds_numbers(tail[keep - 1][1]):
        keep -= 1
    above = labels | {_label(cells).casefold() for _number, cells, _flaw in tail[:keep]}
    kinds = {label.split()[0] for label in above if is_total(label)}
    while keep < len(tail) and declared.totals != "drop" and _adds_up_a_group(_label(tail[keep][1]), kinds):
        keep += 1
    ending = tail[keep:]
    names = [_label(cells).casefold() for _number, cells, _flaw in ending]
    others = labels | {_label(cells).casefold() for _number, cells, _flaw in tail[:keep]}
    if declared.totals != "drop" and (len(set(names)) < len(names) or others & set(names)):
        return tail, []
    return tail[:keep], ending


def _holds_numbers(cells: Sequence[str]) -> bool:
    """Whether a line holds little but numbers beside its label: days and several words belong to a record."""
    kinds = [look(cell) for cell in _filled(cells)[1:]]
    return Look.DATE not in kinds and kinds.count(Look.WORDS) < 2


def _adds_up_a_group(label: str, kinds: set[str]) -> bool:
    """Whether a total line is of a kind that also stands further up: `Jumlah Y` after `Jumlah X`, `Sub Total` again."""
    words = label.casefold().split()
    is_partial = words[0].startswith("sub")
    return words[0] in kinds and (is_partial or (len(words) > 1 and not set(words[1:]) <= _OF_ALL))


def _fill_down(rows: RawRows, columns: Sequence[str], wanted: Sequence[str]) -> RawRows:
    names = {key(name) for name in wanted}
    places = [place for place, column in enumerate(columns) if key(column) in names]
    last = dict.fromkeys(places, "")
    for number, cells, flaw in rows:
        for place in places:
            if cells[place] and not cells[place].isspace():
                last[place] = cells[place]
            else:
                cells[place] = last[place]
        yield number, cells, flaw


def _flaw_of(flaw: str, kept: Sequence[int], place: int, *, labels: int) -> str:
    """The flaw of one record out of a row: a cell that was never there is missing in its own record only."""
    if not flaw.startswith("missing-cell:"):
        return flaw
    present = int(flaw[13:])
    here = sum(1 for other in kept if other < present)
    if here < len(kept):
        return f"missing-cell:{here}"
    return f"missing-cell:{len(kept) + labels}" if place >= present else ""


def _unpivot(
    rows: RawRows,
    columns: tuple[str, ...],
    titles: tuple[str, ...],
    places: tuple[int, ...],
    wanted: Unpivot,
    *,
    lenient: bool,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...], RawRows, tuple[tuple[tuple[str, ...], int], ...]]:
    names = {key(name) for name in wanted.columns}
    moved = [
        place
        for place, column in enumerate(columns)
        if key(column) in names or (wanted.pattern and wanted.pattern.fullmatch(titles[place] or column))
    ]
    if not moved and not lenient:
        raise Refused(
            "not-tabular",
            _("None of the columns that the contract turns into rows is in the file."),
            advice=_("Compare the header with the contract."),
        )
    if not moved:
        return columns, titles, places, rows, ()
    kept = [place for place in range(len(columns)) if place not in moved]
    labels = [wanted.labels(titles[place] or columns[place]) for place in moved]

    def turned() -> RawRows:
        for number, cells, flaw in rows:
            same = [cells[place] for place in kept]
            for label, place in zip(labels, moved, strict=True):
                yield number, [*same, *label, cells[place]], _flaw_of(flaw, kept, place, labels=len(label))

    return (
        (*(columns[place] for place in kept), *wanted.names, wanted.value),
        (*(titles[place] for place in kept), *wanted.names, wanted.value),
        tuple(places[place] for place in kept),
        turned(),
        tuple((label, places[place]) for label, place in zip(labels, moved, strict=True) if place < len(places)),
    )
