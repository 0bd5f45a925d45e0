"""Tables inside HTML pages, also those that call themselves .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from mapalus.engine.data.reading.body import tabulate
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.reading.limits import MAX_CELL, MAX_COLUMNS, MAX_MARKUP_BYTES, too_large
from mapalus.engine.data.reading.raw import Notes, Span
from mapalus.engine.data.reading.spooling import write_spool
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["decode_markup", "read_html"]

_DEEPEST = 50  # tables within tables
_AS_LARGE = 0.25  # of the cells of the fullest table
_BEYOND = 20  # rows by which a cell may reach below its table
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_UNSEEN = ("script", "style")
_SPACED = {"br", "p", "div", "li", "option", "h1", "h2", "h3", "h4", "hr"}


@dataclass
class _Cell:
    across: int = 1
    down: int = 1
    parts: list[str] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())


@dataclass
class _Table:
    rows: list[list[_Cell]] = field(default_factory=list)
    foot: list[list[_Cell]] = field(default_factory=list)  # written above the body, shown below it
    in_foot: bool = False
    body: int = 0  # rows before the part that is being read
    parent: _Table | None = None
    depth: int = 0
    is_open: bool = False  # whether its last cell takes text


@dataclass
class _Grid:
    rows: list[list[str]]
    spans: list[Span]

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    @property
    def filled(self) -> int:
        return sum(1 for row in self.rows for cell in row if cell)


def read_html(path: Path, *, declared: Declared, scratch: Path) -> Scan:
    """The table in a web page that holds most; rows are numbered as in that table."""
    text, encoding = decode_markup(path)
    page = _Page()
    page.feed(text)
    page.close()
    notes = Notes()
    grid = _chosen(page.tables, notes)
    if grid is None:
        raise _without_table(text)
    rows = ((number, cells, "") for number, cells in enumerate(_padded(grid), start=1))
    body = tabulate(rows, declared=declared, notes=notes, spans=grid.spans, ragged=False)
    return write_spool(body, notes=notes, scratch=scratch, dialect=Dialect(encoding=encoding))


def decode_markup(path: Path, *, limit: int = MAX_MARKUP_BYTES) -> tuple[str, str]:
    """The text of an HTML or XML file and its encoding, by mark, by its own word, or by trying."""
    if path.stat().st_size > limit:
        raise too_large(_("The page is larger than %(limit)s MB."), limit=limit >> 20)
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), "utf-16"
    said = _CHARSET.search(data[:2048])
    for name in ("utf-8-sig", said[1].decode() if said else "cp1252"):
        try:
            return data.decode(name), name.removesuffix("-sig")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", "replace"), "cp1252"


def _without_table(text: str) -> Refused:
    if "frameset" in text.casefold():
        return Refused(
            "not-tabular",
            _("This is only the frame of an Excel web page: it links to sheets in a folder that was not handed in."),
            advice=_("Open the original in Excel, save it as a workbook (.xlsx) and hand that in."),
        )
    return Refused(
        "not-tabular",
        _("This is a web page without a table."),
        advice=_("Hand in the table itself, as a spreadsheet or CSV."),
    )


class _Page(HTMLParser):
    """Collects the tables of a page, nested ones inside their cells; unclosed rows and cells are closed for it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.table: _Table | None = None
        self.unseen = False  # inside a script or a style

    def _end_foot(self) -> None:
        table = self.table
        if table and table.in_foot:
            table.foot += table.rows[table.body :]
            del table.rows[table.body :]
            table.in_foot = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._open_table()
        elif self.table is None:
            return
        elif tag in ("tfoot", "tbody", "thead"):
            self._end_foot()
            self.table.in_foot = tag == "tfoot"
            self.table.body = len(self.table.rows)
        elif tag == "tr":
            self.table.rows.append([])
            self.table.is_open = False
        elif tag in _UNSEEN:
            self.unseen = True
        elif tag in ("td", "th"):
            if not self.table.rows:
                self.table.rows.append([])
            given = dict(attrs)
            self.table.rows[-1].append(_Cell(_span(given.get("colspan"), 1000), _span(given.get("rowspan"), 65_534)))
            self.table.is_open = True
        elif tag in _SPACED:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        self.unseen = self.unseen and tag not in _UNSEEN
        if self.table is None:
            return
        if tag == "table":
            self._end_foot()
            self.table.rows += self.table.foot
            self.table = self.table.parent
        elif tag == "tfoot":
            self._end_foot()
        elif tag in ("td", "th", "tr"):
            self.table.is_open = False
        elif tag in _SPACED:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self.table and self.table.is_open and not self.unseen:
            self.table.rows[-1][-1].parts.append(data)

    def _open_table(self) -> None:
        outer = self.table
        depth = outer.depth + 1 if outer else 0
        if depth > _DEEPEST:
            raise Refused("too-large", _("Tables are nested more than %(limit)s deep."), limit=_DEEPEST)
        table = _Table(parent=outer, depth=depth)
        if outer and outer.is_open:
            outer.rows[-1][-1].tables.append(table)
        else:  # a table directly inside a table: markup that browsers mend by closing the first
            table.parent = outer
        self.tables.append(table)
        self.table = table


def _span(value: str | None, most: int) -> int:
    digits = (value or "").strip()
    return max(1, min(int(digits), most)) if digits.isdecimal() and len(digits) < 9 else 1


def _chosen(tables: Sequence[_Table], notes: Notes) -> _Grid | None:
    """The fullest table, with the tables beside or above it that hold its first columns and its header."""
    leaves = [(table, _grid(table)) for table in tables if not any(cell.tables for row in table.rows for cell in row)]
    leaves = [(table, grid) for table, grid in leaves if grid.filled]
    if not leaves:
        return None
    best, grid = max(leaves, key=lambda item: item[1].filled)
    if len(leaves) > 1:
        notes.guess(
            "table", len(leaves), _("Of %(count)s tables in the page the fullest is read."), 0.7, count=len(leaves)
        )
    chosen = best
    while best.parent is not None and _is_part(best.parent, best, grid):
        best = best.parent
        grid = _grid(best)
    others = [one for table, one in leaves if table is not chosen and best is chosen and _is_table(one, grid)]
    if others:
        notes.warn("several-tables", _("The page holds %(count)s other tables, which are not read."), count=len(others))
    return grid


def _is_table(grid: _Grid, best: _Grid) -> bool:
    """Whether what a page holds beside its fullest table is a table, too, rather than a menu or a frame."""
    return (
        len(grid.rows) > 2
        and grid.width > 1
        and grid.filled >= 0.75 * len(grid.rows) * grid.width
        and (grid.filled >= _AS_LARGE * best.filled)
    )


def _is_part(parent: _Table, table: _Table, grid: _Grid) -> bool:
    """Whether `parent` only lays out one table in pieces: header above body, first columns beside the others."""
    for row in parent.rows:
        for cell in row:
            if not any(inner is table for inner in cell.tables):
                continue
            if any(_grid(inner).width == grid.width for inner in cell.tables if inner is not table):
                return True
            height = _stack_height(cell)
            return any(other is not cell and _stack_height(other) == height for other in row if other.tables)
    return False


def _stack_height(cell: _Cell) -> int:
    return sum(len(_grid(table).rows) for table in cell.tables)


def _grid(table: _Table) -> _Grid:
    """Cells by place: spans keep their text at the top left, nested tables take the place of their cell."""
    out: list[list[str]] = []
    spans: list[Span] = []
    busy: dict[int, int] = {}  # column -> last row that a cell above reaches
    top = 0
    for place, row in enumerate(table.rows):
        height = max((_stack_height(cell) for cell in row if cell.tables), default=1)
        column = 0
        for cell in row:
            while busy.get(column, -1) >= top:
                column += 1
            if column + cell.across > MAX_COLUMNS:
                raise too_large(_("The table has more than %(limit)s columns."), limit=MAX_COLUMNS)
            if cell.tables:
                width = _place_tables(out, spans, cell, top, column)
            else:
                width = cell.across
                _set(out, top, column, cell.text[:MAX_CELL])
                down = min(cell.down, len(table.rows) - place + _BEYOND)
                if cell.across > 1 or down > 1:
                    spans.append(Span(top + 1, column, top + down, column + cell.across - 1))
                busy.update(dict.fromkeys(range(column, column + cell.across), top + down - 1))
            column += width
        top += height
    reach = max(busy.values(), default=-1) + 1
    while len(out) < min(reach, top + _BEYOND):
        out.append([])
    return _Grid(out, spans)


def _place_tables(out: list[list[str]], spans: list[Span], cell: _Cell, top: int, column: int) -> int:
    width = 1
    for inner in cell.tables:
        grid = _grid(inner)
        for offset, values in enumerate(grid.rows):
            for right, value in enumerate(values):
                _set(out, top + offset, column + right, value)
        spans.extend(
            Span(span.top + top, span.left + column, span.bottom + top, span.right + column) for span in grid.spans
        )
        top += len(grid.rows)
        width = max(width, grid.width)
    return width


def _set(out: list[list[str]], row: int, column: int, value: str) -> None:
    while len(out) <= row:
        out.append([])
    cells = out[row]
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = value


def _padded(grid: _Grid) -> Iterator[list[str]]:
    width = grid.width
    return (row + [""] * (width - len(row)) for row in grid.rows)
