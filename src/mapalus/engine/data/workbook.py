"""The producer's own workbook, given back with its wrong cells marked.

Same sheets, letters, row numbers, merged cells and values. A wrong cell is filled and carries a note: what is wrong,
what was written. One more sheet, `Perbaikan`, stands last and opens first: every error with a link to its cell.
Text files come back as a workbook with the same row numbers. Formulas come back as the values they had.
"""

from __future__ import annotations

import csv
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.table import Scan
from mapalus.engine.text import _, translate

if TYPE_CHECKING:
    import openpyxl
    from openpyxl.worksheet.worksheet import Worksheet

    from mapalus.engine.data.check import Outcome

__all__ = ["FIRST_LOOK", "Mark", "letters_of", "marks_of", "write_marked", "write_marks"]

FIRST_LOOK = "Perbaikan"  # the name of the sheet is the same in every language: reading passes over it
_LISTED = 10_000  # errors on the first-look sheet
_NOTED = 5_000  # cells with a note: more make a spreadsheet slow
_OWN_LOOK = 60 * 1024**2  # bytes of unpacked XML up to which the workbook keeps its own look
_SHEET_ROWS = 1_048_576
_WRONG = "FFF4B6B0"
_AUTHOR = "Mapalus"


@dataclass(frozen=True)
class Mark:
    """One wrong cell, or a whole row where `letters` is empty."""

    row: int  # as the producer sees it
    letters: str
    field: str
    value: str
    message: str


def letters_of(scan: Scan, places: Mapping[str, int]) -> dict[str, str]:
    """The letters of the columns in which fields stand; `places` counts the file's columns from 0."""
    result = {}
    for name, place in places.items():
        column = scan.columns[place] if place < len(scan.columns) else name
        result[name] = scan.cells.get(column) or _letters(place)
    return result


def marks_of(bad: Path | None, *, letters: Mapping[str, str]) -> list[Mark]:
    """The marks of a check's bad rows (Parquet with `_row` and `_errors`), by row."""
    if bad is None or not bad.exists():
        return []
    import duckdb

    connection = duckdb.connect()
    try:
        rows = connection.execute(
            """SELECT _row, e.field, e.value, e.message FROM
            (SELECT _row, unnest(_errors) AS e FROM read_parquet(?)) ORDER BY _row LIMIT 1000000""",
            [str(bad)],
        ).fetchall()
    finally:
        connection.close()
    return [
        Mark(int(row), letters.get(field or "", ""), field or "", value or "", message or "")
        for row, field, value, message in rows
    ]


def write_marked(source: Path, outcome: Outcome, out: Path, *, language: str | None = None) -> Path:
    """Write the workbook of a check's source to `out` (.xlsx), marked."""
    letters = letters_of(outcome.scan, outcome.places)
    return write_marks(source, marks_of(outcome.bad, letters=letters), outcome.scan, out, language=language)


def write_marks(source: Path, marks: Sequence[Mark], scan: Scan, out: Path, *, language: str | None = None) -> Path:
    """The same from marks. `scan` says how the source was read: sheet, dialect, letters."""
    if _keeps_its_look(source):
        _mark_own(source, marks, scan, out, language)
    else:
        _rebuild(source, marks, scan, out, language)
    return out


def _keeps_its_look(source: Path) -> bool:
    """An XLSX of bounded size; everything else is written anew from its values."""
    if not zipfile.is_zipfile(source):
        return False
    with zipfile.ZipFile(source) as archive:
        sizes = {item.filename: item.file_size for item in archive.infolist()}
    return "xl/workbook.xml" in sizes and sum(sizes.values()) <= _OWN_LOOK


def _target(scan: Scan, names: Sequence[str]) -> str:
    """The sheet whose rows were read; empty where several were read as one: a row number alone does not say which."""
    if scan.sheet in names:
        return str(scan.sheet)
    return "" if scan.sheet and ", " in scan.sheet else names[0]


def _by_cell(marks: Iterable[Mark]) -> dict[tuple[int, str], str]:
    """One note per cell; a whole row's stands on its first column."""
    result: dict[tuple[int, str], str] = {}
    for mark in marks:
        place = (mark.row, mark.letters or "A")
        known = result.get(place)
        result[place] = f"{known}\n{mark.message}" if known else mark.message
    return result


# --- the workbook with its own look -----------------------------------------------------------------------------


def _mark_own(source: Path, marks: Sequence[Mark], scan: Scan, out: Path, language: str | None) -> None:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts it cannot keep, such as extensions of data validation
        book = openpyxl.load_workbook(source, data_only=True, keep_links=False)
        formulas = openpyxl.load_workbook(source, data_only=False, keep_links=False)
    if FIRST_LOOK in book.sheetnames and len(book.sheetnames) > 1:
        del book[FIRST_LOOK]
    target = _target(scan, book.sheetnames)
    for own in book.worksheets:
        _clean(own, formulas[own.title])
    if target:
        _fill(book[target], marks)
    _first_look(book, target, marks, language)
    book.active = len(book.sheetnames) - 1
    for own in book.worksheets[:-1]:
        own.sheet_view.tabSelected = False
    book.save(out)


def _clean(sheet: Worksheet, formulas: Worksheet) -> None:
    """Take away the marks of an earlier round, and give formulas without a value back as text."""
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment = None
            if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == _WRONG:
                cell.fill = PatternFill()
            if cell.value is None:
                formula = formulas[cell.coordinate].value
                if isinstance(formula, str) and formula.startswith("="):
                    _as_text(cell, formula)
            elif isinstance(cell.value, str) and cell.value.startswith("="):
                _as_text(cell, cell.value)


def _as_text(cell: Any, text: str) -> None:
    cell.value = text
    cell.data_type = "s"  # a text, however it begins
    cell.quotePrefix = True


def _fill(sheet: Worksheet, marks: Sequence[Mark]) -> None:
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    fill = PatternFill("solid", fgColor=_WRONG)
    for number, ((row, letters), message) in enumerate(_by_cell(marks).items()):
        if row > _SHEET_ROWS:
            continue
        cell = sheet[f"{letters}{row}"]
        if isinstance(cell, MergedCell):
            cell = _top_of_merge(sheet, cell)
        cell.fill = fill
        if number < _NOTED:
            cell.comment = Comment(message, _AUTHOR, width=320, height=120)


def _top_of_merge(sheet: Worksheet, cell: Any) -> Any:
    """A merged cell shows only its first one."""
    for area in sheet.merged_cells.ranges:
        if cell.coordinate in area:
            return sheet.cell(area.min_row, area.min_col)
    return cell


def _first_look(book: openpyxl.Workbook, target: str, marks: Sequence[Mark], language: str | None) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet = book.create_sheet(FIRST_LOOK)
    for line in _heading(marks, language):
        sheet.append([line])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([])
    sheet.append(list(_titles(language)))
    head = sheet.max_row
    for cell in sheet[head]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFE8EEF2")
    for number, mark in enumerate(marks[:_LISTED], start=head + 1):
        row = (_place(mark) if target else "", mark.row, mark.field, mark.value, mark.message)
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, str) and value.startswith("="):
                _as_text(cell, value)
            else:
                cell.value = _allowed(value)
        if target:
            link = sheet.cell(number, 1)
            link.hyperlink = f"#{_quoted(target)}!{_place(mark)}"
            link.font = Font(underline="single", color="FF0B5394")
        sheet.cell(number, 5).alignment = Alignment(wrap_text=True, vertical="top")
    for letters, width in zip("ABCDE", (10, 8, 26, 26, 80), strict=True):
        sheet.column_dimensions[letters].width = width
    sheet.freeze_panes = sheet.cell(head + 1, 1)


def _heading(marks: Sequence[Mark], language: str | None) -> list[str]:
    rows = len({mark.row for mark in marks})
    lines = [
        translate(_("Corrections to make"), language=language),
        translate(_("%(errors)s errors in %(rows)s rows."), language=language) % {"errors": len(marks), "rows": rows},
        translate(
            _("Click a cell's name, correct the red cell there, save, and hand in this same file again."),
            language=language,
        ),
    ]
    if len(marks) > _LISTED:
        sentence = translate(_("Only the first %(most)s errors are listed."), language=language)
        lines.append(sentence % {"most": _LISTED})
    return lines


def _titles(language: str | None) -> tuple[str, ...]:
    names = (_("Cell"), _("Row"), _("Column"), _("Written"), _("What is wrong, and what to do"))
    return tuple(translate(name, language=language) for name in names)


def _place(mark: Mark) -> str:
    return f"{mark.letters or 'A'}{mark.row}"


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"


def _allowed(value: Any) -> Any:
    """A workbook's XML cannot hold control characters, nor more than 32,767 characters in a cell."""
    if not isinstance(value, str):
        return value
    return "".join(c if c >= " " or c in "\t\n" else "\ufffd" for c in value)[:32767]


# --- the workbook written anew ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sheet:
    name: str
    rows: Iterator[Sequence[Any]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()


def _rebuild(source: Path, marks: Sequence[Mark], scan: Scan, out: Path, language: str | None) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(out), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    try:
        wrong = book.add_format({"bg_color": "#F4B6B0"})
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        sheets = list(_sheets(source, scan))
        target = _target(scan, [sheet.name for sheet in sheets])
        cells = _by_cell(marks)
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            _write_sheet(page, sheet, cells if sheet.name == target else {}, wrong, dates)
        page = book.add_worksheet(FIRST_LOOK)
        _write_first_look(book, page, target, marks, language)
        page.activate()
    finally:
        book.close()


def _sheets(source: Path, scan: Scan) -> Iterator[_Sheet]:
    books = source.suffix.lower() in (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods") or zipfile.is_zipfile(source)
    if scan.sheet is not None or books:
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_path(str(source))
        for name in book.sheet_names:
            if name == FIRST_LOOK:
                continue
            sheet = book.get_sheet_by_name(name)
            yield _Sheet(name[:31], iter(sheet.to_python(skip_empty_area=False)), sheet.merged_cell_ranges or ())
    else:
        yield _Sheet("Data", _text_rows(source, scan))


def _text_rows(source: Path, scan: Scan) -> Iterator[Sequence[Any]]:
    """The records of a text file, blank ones included, so that row numbers stay those of the file."""
    dialect = scan.dialect
    csv.field_size_limit(1 << 27)
    with source.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        reader = csv.reader(
            (line.replace("\0", "\ufffd") for line in file),
            delimiter=dialect.delimiter,
            quotechar=dialect.quote or None,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        )
        for number, row in enumerate(reader):
            if number == 0 and row:
                row[0] = row[0].removeprefix("\ufeff")
            if number >= _SHEET_ROWS:
                return
            yield row


def _write_sheet(page: Any, sheet: _Sheet, cells: Mapping[tuple[int, str], str], wrong: Any, dates: Any) -> None:
    marked: dict[tuple[int, int], str] = {}
    for (line, letters), message in cells.items():
        if line <= _SHEET_ROWS:
            marked[_shown_cell(sheet, (line - 1, _column(letters)))] = message
    open_marks = dict.fromkeys(marked)
    for number, row in enumerate(sheet.rows):
        for place, value in enumerate(row):
            is_marked = (number, place) in marked
            if _write(page, number, place, value, wrong if is_marked else None, dates) and is_marked:
                open_marks.pop((number, place))
    for line, place in open_marks:
        page.write_blank(line, place, None, wrong)
    for (line, place), message in list(marked.items())[:_NOTED]:
        page.write_comment(line, place, message, {"author": _AUTHOR, "x_scale": 2.5, "y_scale": 1.5})
    for first, last in sheet.merged:
        _merge(page, first, last)


def _shown_cell(sheet: _Sheet, cell: tuple[int, int]) -> tuple[int, int]:
    """The cell itself, or the first of the merged ones it belongs to."""
    for first, last in sheet.merged:
        if first[0] <= cell[0] <= last[0] and first[1] <= cell[1] <= last[1]:
            return first
    return cell


def _merge(page: Any, first: tuple[int, int], last: tuple[int, int]) -> None:
    """Merge without writing: the values stand there already."""
    if first != last:
        page.merge.append([first[0], first[1], last[0], last[1]])


def _write(page: Any, row: int, place: int, value: Any, style: Any, dates: Any) -> bool:
    """Whether there was anything to write."""
    if value is None or value == "":
        return False
    if isinstance(value, bool):
        page.write_boolean(row, place, value, style)
    elif isinstance(value, int | float):
        page.write_number(row, place, value, style)
    elif isinstance(value, datetime | date | time):
        page.write_datetime(row, place, value, style or dates)
    else:
        page.write_string(row, place, _allowed(str(value)), style)
    return True


def _write_first_look(book: Any, page: Any, target: str, marks: Sequence[Mark], language: str | None) -> None:
    bold, title = book.add_format({"bold": True}), book.add_format({"bold": True, "font_size": 14})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    heading = _heading(marks, language)
    for number, line in enumerate(heading):
        page.write_string(number, 0, line, title if number == 0 else None)
    head = len(heading) + 1
    for place, name in enumerate(_titles(language)):
        page.write_string(head, place, name, bold)
    for number, mark in enumerate(marks[:_LISTED], start=head + 1):
        if target:
            page.write_url(number, 0, f"internal:{_quoted(target)}!{_place(mark)}", string=_place(mark))
        page.write_number(number, 1, mark.row)
        page.write_string(number, 2, mark.field)
        page.write_string(number, 3, _allowed(mark.value))
        page.write_string(number, 4, _allowed(mark.message), wrap)
    for place, width in enumerate((10, 8, 26, 26, 80)):
        page.set_column(place, place, width)
    page.freeze_panes(head + 1, 0)


def _letters(place: int) -> str:
    """0 is A, 26 is AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
