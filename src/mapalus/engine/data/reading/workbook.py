"""Spreadsheets: XLSX, XLSB, XLS and ODS, one sheet or several as one table."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from mapalus.engine.data.reading.body import HEAD, Body, tabulate
from mapalus.engine.data.reading.cells import key
from mapalus.engine.data.reading.container import Container, declares_entities, encrypted, with_entities
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.reading.natives import Native, asks_for_numbers
from mapalus.engine.data.reading.raw import Notes, RawRows, Span, is_blank
from mapalus.engine.data.reading.sheetcut import Middle, NotPlain, cut_short
from mapalus.engine.data.reading.sheetxml import (
    SheetFacts,
    check_opendocument,
    column_letters,
    padded_styles,
    sheet_facts,
    sheet_parts,
)
from mapalus.engine.data.reading.spooling import write_spool
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["as_text", "read_workbook"]

_WEIGHED = 200  # rows by which sheets are compared
_EXPLAINS = re.compile(
    r"petunjuk|panduan|penjelasan|keterangan|catatan|sampul|cover|readme|baca|referensi|\bref\b|kode|master|lookup|kamus"
    r"|metadata|daftar isi|instruksi|pilihan",
    re.IGNORECASE,
)
_SAFE_INTEGER = 10**15  # Excel keeps 15 digits; beyond them the last ones are lost
_REMEMBERED = 50_000
_NO_CODE = 10**20  # no code is as long; such numbers keep their power of ten


@dataclass
class _Book:
    """An open workbook, with what its XML tells where it is an XLSX."""

    source: Path | BytesIO
    book: Any
    parts: dict[str, str]
    padded: dict[bytes, int] = field(default_factory=dict)  # styles that fill up with zeros
    middles: dict[str, Middle] = field(default_factory=dict)  # rows taken out of large sheets
    known: dict[str, SheetFacts] = field(default_factory=dict)
    last: tuple[str, Any] = ("", None)  # the sheet read last; keeping more of them would fill memory

    def facts(self, name: str) -> SheetFacts | None:
        if name in self.parts and name not in self.known:
            self.known[name] = sheet_facts(self.source, self.parts[name], padded=self.padded)
        return self.known.get(name)

    @property
    def visible(self) -> list[str]:
        """Names of the sheets that a person sees and that are no charts."""
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

        return [
            sheet.name
            for sheet in self.book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]


def read_workbook(path: Path, *, kind: Container, declared: Declared, scratch: Path) -> Scan:
    """The table in a spreadsheet, written out to a spool."""
    if kind in (Container.ODS, Container.XLSX) and declares_entities(path):
        raise with_entities()
    if kind is Container.ODS:
        check_opendocument(path)
    parts = sheet_parts(path) if kind is Container.XLSX else {}
    padded = padded_styles(path) if parts else {}
    short = cut_short(path, parts) if parts and not padded and _may_be_cut(declared) else None
    if short is not None:
        source, middles = short
        with suppress(NotPlain):
            return _read(_Book(source, _opened(source), parts, {}, middles), declared=declared, scratch=scratch)
    del short
    with path.open("rb") as file:
        return _read(_Book(path, _opened(file), parts, padded), declared=declared, scratch=scratch)


def _may_be_cut(declared: Declared) -> bool:
    """Whether rows in the middle of a sheet are read as they stand."""
    asked = (declared.comment_rows, declared.fill_down, declared.groups, declared.unpivot, declared.sheets)
    return not any(asked) and not asks_for_numbers(declared.contract)


def _read(book: _Book, *, declared: Declared, scratch: Path) -> Scan:
    notes = Notes()
    names = _chosen(book, declared, notes)
    bodies = [(name, *_body(book, name, declared, notes)) for name in names]
    _tell_formulas(book, names, notes)
    middle = None
    each = [_letters(body, left) for _name, body, left in bodies]
    letters, turned = each[0] if all(one == each[0] for one in each) else ({}, {})
    if declared.sheets:
        body = _together([(name, body) for name, body, _left in bodies], declared)
    else:
        name, body, left = bodies[0]
        if found := book.middles.get(name):
            middle = found, left
    return write_spool(
        body, notes=notes, scratch=scratch, dialect=Dialect(), cells=letters, turned=turned, middle=middle,
        sheet=names[0] if len(names) == 1 else ", ".join(names), contract=declared.contract,
    )  # fmt: skip


def _letters(body: Body, left: int) -> tuple[dict[str, str], dict[tuple[str, ...], str]]:
    """Of each column, and of those that became rows by their labels, the letters over it."""
    columns = zip(body.columns, body.places, strict=False)
    return (
        {column: column_letters(place + left) for column, place in columns},
        {label: column_letters(place + left) for label, place in body.turned},
    )


def _opened(file: Any) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise encrypted() from None
    except CalamineError as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise encrypted() from None
        raise _damaged(file) from None


def _damaged(source: Any) -> Refused:
    if declares_entities(source):
        return with_entities()
    return Refused(
        "truncated",
        _("The workbook is damaged or cut short, so it cannot be read."),
        advice=_("Open it in a spreadsheet program, save it and hand it in again."),
    )


def _chosen(book: _Book, declared: Declared, notes: Notes) -> list[str]:
    every = list(book.book.sheet_names)
    if declared.sheets:
        return _listed(book, every, declared, notes)
    if declared.sheet is not None:
        return [_wanted(every, declared.sheet)]
    filled = [name for name in book.visible if _has_rows(book, name)]
    if not filled:
        raise Refused(
            "empty-file", _("No sheet of the workbook holds anything."), advice=_("Hand in the workbook with its data.")
        )
    best = _best(book, filled, declared)
    hidden = [name for name in every if name not in book.visible and _has_rows(book, name)]
    if hidden:
        notes.warn("multiple-sheets", _("Hidden sheets are not read: %(names)s."), names=", ".join(hidden))
    if len(filled) > 1:
        notes.guess("sheet", best, _("It is the first sheet that holds a full table."), 0.6)
        notes.warn(
            "multiple-sheets",
            _("Only the sheet %(sheet)s is read; there are also %(others)s."),
            sheet=best,
            others=", ".join(name for name in filled if name != best),
        )
    return [best]


def _best(book: _Book, names: Sequence[str], declared: Declared) -> str:
    """The sheet that names most fields of the contract; among equals the first whose table is not much smaller."""
    if len(names) == 1:
        return names[0]
    hits = {name: _named(book, name, declared) for name in names}
    most = max(hits.values())
    equal = [name for name in names if hits[name] == most]
    sizes = {name: _size(book, name) for name in equal}
    return next(name for name in equal if sizes[name] >= 0.3 * max(sizes.values()))


def _size(book: _Book, name: str) -> float:
    """Filled cells in the first rows; sheets that explain others count little."""
    rows = _sheet(book, name).to_python(nrows=_WEIGHED)
    filled = sum(count for row in rows if (count := sum(1 for cell in row if cell != "")) > 1)
    return filled * (0.02 if _EXPLAINS.search(name) else 1)


def _listed(book: _Book, every: Sequence[str], declared: Declared, notes: Notes) -> list[str]:
    if declared.sheets == "all":
        names = [name for name in book.visible if _has_rows(book, name)]
    else:
        known = {key(name): name for name in every}
        names = [known[key(name)] for name in declared.sheets or () if key(name) in known]
        missing = [name for name in declared.sheets or () if key(name) not in known]
        if missing:
            notes.warn("missing-sheet", _("The workbook has no sheet %(names)s."), names=", ".join(missing))
    if not names:
        raise Refused("not-tabular", _("The workbook has none of the sheets that the contract names."))
    if len(names) > 1:
        notes.warn("multiple-sheets", _("%(count)s sheets are read as one table."), count=len(names))
    return names


def _wanted(every: Sequence[str], sheet: str | int) -> str:
    if isinstance(sheet, int):
        if 0 < sheet <= len(every):
            return every[sheet - 1]
    else:
        for name in every:
            if name == sheet:
                return name
        for name in every:
            if key(name) == key(sheet):
                return name
    raise Refused(
        "not-tabular",
        _("The workbook has no sheet %(sheet)s."),
        advice=_("It has %(sheets)s."),
        sheet=sheet,
        sheets=", ".join(every),
    )


def _has_rows(book: _Book, name: str) -> bool:
    facts = book.facts(name)
    return bool((facts and facts.unsaved) or _sheet(book, name).start is not None)


def _sheet(book: _Book, name: str) -> Any:
    from python_calamine import CalamineError

    if book.last[1] is None or book.last[0] != name:
        book.last = "", None
        try:
            book.last = name, book.book.get_sheet_by_name(name)
        except CalamineError:
            raise _damaged(book.source) from None
    return book.last[1]


def _named(book: _Book, name: str, declared: Declared) -> int:
    """How many fields of the contract are named in the first rows of a sheet, and whether it is a table at all."""
    wanted = [{key(text) for text in names} for names in declared.names]
    rows = _sheet(book, name).to_python(nrows=30)
    best = 1 if sum(1 for row in rows if sum(1 for cell in row if cell != "") > 1) > 1 else 0
    for row in rows:
        found = {key(as_text(cell)) for cell in row}
        hits = sum(1 for names in wanted if names & found)
        best = max(best, 1 + hits if hits else 0)
    return best


def _body(book: _Book, name: str, declared: Declared, notes: Notes) -> tuple[Body, int]:
    """The table of one sheet, and the column (from 0) in which its cells begin."""
    facts = book.facts(name)
    sheet = _sheet(book, name)
    left = sheet.start[1] if sheet.start else 0
    if facts and facts.unsaved:
        left = min(left if sheet.start else left + 1 << 14, *(column for _row, column in facts.unsaved))
    spans = [
        Span(top + 1, first - left, bottom + 1, last - left)
        for (top, first), (bottom, last) in sheet.merged_cell_ranges or ()
    ]
    rows = _rows(sheet, left, facts, notes, numbers=asks_for_numbers(declared.contract))
    if is_blank_sheet(facts, sheet):
        raise Refused("empty-file", _("The sheet %(sheet)s is empty."), sheet=name)
    behind = 0
    if middle := book.middles.get(name):
        rows, behind = _around(rows, middle), middle.last + 1
    return tabulate(rows, declared=declared, notes=notes, spans=spans, ragged=False, behind=behind), left


def _around(rows: RawRows, middle: Middle) -> RawRows:
    """The rows before and behind a middle, numbered as the program shows them."""
    filled = 0
    for number, cells, flaw in rows:
        if number < middle.first:
            filled += not is_blank(cells)
            yield number, cells, flaw
        elif filled <= HEAD:
            raise NotPlain  # what decides on the header may stand in the middle
        else:
            yield number + middle.shift, cells, flaw


def is_blank_sheet(facts: SheetFacts | None, sheet: Any) -> bool:
    """Whether a sheet holds neither values nor formulas."""
    return sheet.start is None and not (facts and facts.unsaved)


def _tell_formulas(book: _Book, names: Sequence[str], notes: Notes) -> None:
    """Once for all sheets that are read; where they are several, a cell is named with its sheet."""
    found = [(f"{name}!" if len(names) > 1 else "", facts) for name in names if (facts := book.facts(name))]
    first = next((sheet + facts.first_formula for sheet, facts in found if facts.formulas), "")
    if first:
        notes.warn(
            "formula-cell",
            _("%(count)s cells are formulas (the first is %(cell)s); the values last calculated are read."),
            count=sum(facts.formulas for _sheet, facts in found),
            cell=first,
        )
    unsaved = [sheet + cell for sheet, facts in found for cell in facts.unsaved.values()]
    if unsaved:
        notes.warn(
            "formula-without-value",
            _("%(count)s formulas have no calculated value and are read as empty: %(cells)s."),
            count=len(unsaved),
            cells=", ".join(unsaved[:10]),
        )


def _rows(sheet: Any, left: int, facts: SheetFacts | None, notes: Notes, *, numbers: bool = False) -> RawRows:
    """Rows of a sheet as text, numbered as the program shows them; with `numbers` these keep their value, too."""
    pad = [""] * ((sheet.start[1] if sheet.start else left) - left)
    errors: dict[int, list[tuple[int, str]]] = {}
    extra = 0
    for (row, column), text in (facts.errors if facts else {}).items():
        errors.setdefault(row, []).append((column - left, text))
    if facts and facts.unsaved:
        extra = max(row for row, _column in facts.unsaved)
    number = 0
    width = 0
    texts = {kind: _Texts(notes) for kind in (*_TEXTS, type(None))}
    numbers_met = texts[float]
    for number, values in enumerate(sheet.iter_rows() if sheet.start else (), start=1):
        cells = pad + [
            value if (kind := type(value)) is str else numbers_met[value] if kind is float else texts[kind][value]
            for value in values
        ]
        if numbers:
            cells[len(pad) :] = [
                Native(cell, value) if type(value) is float else cell
                for cell, value in zip(cells[len(pad) :], values, strict=True)
            ]
        width = len(cells)
        for place, text in errors.get(number, ()):
            _put(cells, place, text)
        yield number, cells, ""
    for later in range(number + 1, max(extra, max(errors, default=0)) + 1):
        cells = [""] * width
        for place, text in errors.get(later, ()):
            _put(cells, place, text)
        yield later, cells, ""


class _Texts(dict[Any, str]):
    """Texts of values of one type, kept: a column holds the same ones again and again."""

    def __init__(self, notes: Notes) -> None:
        super().__init__()
        self.notes = notes

    def __missing__(self, value: object) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        text = self[value] = as_text(value, notes=self.notes)
        return text


def _put(cells: list[str], place: int, text: str) -> None:
    if place < 0:
        return
    cells.extend([""] * (place + 1 - len(cells)))
    cells[place] = text


def as_text(value: object, *, notes: Notes | None = None) -> str:
    """A cell as text: ISO dates, whole numbers without `.0`, at most 15 digits as the program shows them."""
    convert = _TEXTS.get(type(value))
    if convert is None:
        return str(value)
    text = convert(value)
    if notes and type(value) is float:
        notes.number(text)
    if notes and isinstance(value, float) and _SAFE_INTEGER <= abs(value) < _NO_CODE and value.is_integer():
        notes.warn(
            "scientific-notation-id",
            _("Numbers such as %(value)s have more digits than a spreadsheet keeps: the last ones are lost."),
            value=text,
        )
    return text


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < _NO_CODE:
        return str(int(value))
    text = format(value, ".15g")
    return format(Decimal(text), "f") if "e" in text and 1e-12 < abs(value) < 1e22 else text


def _moment(value: dt.datetime) -> str:
    if value.microsecond:  # serial numbers carry rounding noise
        value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    text = value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep="T")
    return Native(text, value)


def _span(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_TEXTS: dict[type, Callable[[Any], str]] = {
    float: _number,
    int: str,
    bool: lambda value: Native("TRUE" if value else "FALSE", value),
    dt.datetime: _moment,
    dt.date: lambda value: _moment(dt.datetime.combine(value, dt.time())),
    dt.time: lambda value: Native(value.replace(microsecond=0).isoformat(), value),
    dt.timedelta: _span,
}


def _together(bodies: Sequence[tuple[str, Body]], declared: Declared) -> Body:
    """Several sheets as one table: columns of the same name are one; the name of the sheet may be a column."""
    first = bodies[0][1]
    columns = list(first.columns)
    known = {key(column) for column in columns}
    for _name, body in bodies[1:]:
        for column in body.columns:
            if key(column) not in known:
                known.add(key(column))
                columns.append(column)
    added = [declared.sheet_column] if declared.sheet_column else []

    def stream() -> Iterator[tuple[int, list[str], str]]:
        for name, body in bodies:
            where = {key(column): place for place, column in enumerate(body.columns)}
            places = [where.get(key(column), -1) for column in columns]
            prefix = [name] if added else []
            for number, cells, flaw in body.records:
                yield number, prefix + [cells[place] if place >= 0 else "" for place in places], flaw

    names = tuple(added + columns)
    return replace(first, columns=names, titles=names, places=(), records=stream())
