"""Delimited text: scanned in place where it is clean, spooled where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from mapalus.engine.data.reading.body import tabulate, tail_is_plain
from mapalus.engine.data.reading.cells import is_total
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.reading.encoding import decided, wide_encoding
from mapalus.engine.data.reading.grouped import has_groups
from mapalus.engine.data.reading.header import find_header
from mapalus.engine.data.reading.naming import name_columns
from mapalus.engine.data.reading.raw import Notes, RawRow, RawRows, is_blank
from mapalus.engine.data.reading.spooling import write_spool
from mapalus.engine.data.reading.stacked import first_table
from mapalus.engine.data.reading.style import settled
from mapalus.engine.data.reading.tolerant import Style, lines_of, records
from mapalus.engine.data.reading.wrapped import unwrapped, wrapped_by
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.engine.data.reading.survey import Survey

__all__ = ["read_delimited", "respool"]

_SAMPLE_LINES = 200
_TAIL_BYTES = 1 << 16
_PRINTED = 4 << 20  # bytes of a file whose header may stand on each of its pages
_MOST_NULS = 0.05


def read_delimited(path: Path, *, declared: Declared, scratch: Path, force_spool: bool = False) -> Scan:
    """The table in a text file; `force_spool` writes it out even where it could be scanned in place."""
    from mapalus.engine.data.reading.survey import survey

    notes = Notes()
    with path.open("rb") as file:
        start = file.read(1 << 16)
    encoding = wide_encoding(start, notes=notes)
    if encoding:
        return _spool(path, encoding, declared, notes, scratch, survey=None)
    sample = _sample(path, declared.encoding or "utf-8-sig")
    style, said = settled(sample, declared=declared, notes=notes)
    found = survey(path, delimiter=style.delimiter if ord(style.delimiter) < 128 else ",")
    encoding = decided(path, found=found, declared=declared.encoding, notes=notes)
    if found.nul >= 0:
        notes.warn("nul-byte", _("There are zero bytes in the file; they are left out."), offset=found.nul)
    force_spool = force_spool or _has_formulated(sample) or bool(wrapped_by(sample) and not declared.delimiter)
    if not force_spool and not said and not declared.reshapes and _is_clean(found, style, encoding):
        direct = _in_place(path, found, style, encoding, declared, notes)
        if direct:
            return direct
    return _spool(path, encoding, declared, notes, scratch, survey=found, style=style, said=said)


def _sample(path: Path, encoding: str) -> list[str]:
    try:
        lines = list(islice(lines_of(path, encoding=encoding), _SAMPLE_LINES))
    except (LookupError, UnicodeError):
        lines = list(islice(lines_of(path, encoding="utf-8-sig"), _SAMPLE_LINES))
    return [line.replace("\0", "").lstrip("\ufeff") for line in lines]


def _is_clean(found: Survey, style: Style, encoding: str) -> bool:
    return (
        encoding in ("utf-8", "utf-8-sig")
        and found.broken == 0
        and found.nul < 0
        and not found.hollow
        and not found.long_line
        and found.is_uniform
        and style.delimiter in ",;\t|~^"
        and not style.skip_space
        and (
            found.quotes == 0 or (style.quote == '"' == style.escape and found.quoting_is_strict and found.is_balanced)
        )
    )


def _in_place(
    path: Path,
    found: Survey,
    style: Style,
    encoding: str,
    declared: Declared,
    notes: Notes,
) -> Scan | None:
    """The file itself as a scan, or None where its head or tail needs work."""
    head = list(islice(records(lines_of(path, encoding=encoding), style=style), _SAMPLE_LINES))
    filled = [row for row in head if not is_blank(row[1])]
    if not filled:
        return None
    mine = Notes()
    header = find_header(filled, declared=declared, notes=mine, one_row=False)
    below = filled[header.stop :]
    width = len(header.titles)
    plain = (
        below
        and width > 1
        and header.stop - header.start <= 1
        and all(header.titles)
        and all(len(row[1]) == width and not row[2] and not _adds_up(row) for row in below)
        and (not header.exists or len(filled[header.start][1]) == width)
        and _is_one_table(below, header.titles)
        and not has_groups(below, width)
        and not (header.row and _repeats(path, found, header.row))
        and _tail_is_plain(path, found, style, encoding, width)
    )
    if not plain:
        return None
    first_row = below[0][0]
    if header.start > 0 and not declared.header_rows:
        mine.warn(
            "title-rows",
            _("%(count)s rows above the header are titles and are not read."),
            count=header.start,
            rows=[row[0] for row in filled[: header.start]],
        )
    columns = name_columns(header.titles, notes=mine)
    return Scan(
        path=path,
        columns=columns,
        dialect=_dialect(style, encoding, "\r\n" if found.crlf else "\n"),
        spooled=False,
        first_row=first_row,
        skip=first_row - 1,
        blank_rows=tuple(row for row in found.blank if first_row < row <= found.records),
        header_row=header.row,
        is_one_line_each=not found.quoted_breaks,
        marks=() if found.quoted_breaks else tuple(found.marks),
        titles=header.titles,
        guesses=(*notes.guesses, *mine.guesses),
        warnings=(*notes.warnings, *mine.warnings),
    )


def _repeats(path: Path, found: Survey, row: int) -> bool:
    """Whether the header stands once more in a file that somebody may have printed: larger ones nobody did."""
    if found.size > _PRINTED or found.quoted_breaks:
        return False
    data = path.read_bytes()[found.start :]
    lines = data.split(b"\n", row)
    line = lines[row - 1].rstrip(b"\r") if row <= len(lines) else b""
    return bool(line) and any(lines[row : row + 1]) and b"\n" + line in b"\n" + lines[row]


def _is_one_table(below: list[RawRow], titles: tuple[str, ...]) -> bool:
    return sum(1 for _row in first_table(iter(below), head=below, titles=titles, notes=Notes())) == len(below)


def _tail_is_plain(path: Path, found: Survey, style: Style, encoding: str, width: int) -> bool:
    """Whether the last rows are rows like the others: no notes, no total line, none cut short."""
    with path.open("rb") as file:
        file.seek(max(found.start, found.size - _TAIL_BYTES))
        data = file.read()
    if found.size - found.start > _TAIL_BYTES:
        cut = data.find(b"\n") + 1
        data = data[cut:]
        if data.count(b'"') % 2:  # the cut fell into a quoted cell
            return False
    lines = data.decode("utf-8", "replace").splitlines(keepends=True)
    try:
        rows = [row for row in records(iter(_joined(lines)), style=style) if not is_blank(row[1])]
    except Refused:
        return False
    if any(len(row[1]) != width or row[2] for row in rows[1:] or rows):
        return False
    if not rows:
        return True
    return tail_is_plain(rows[-60:], width) == len(rows[-60:]) and not any(_adds_up(row) for row in rows[-60:])


def _adds_up(row: RawRow) -> bool:
    return is_total(next((cell.strip() for cell in row[1] if cell.strip()), ""))


def _joined(lines: list[str]) -> Iterator[str]:
    """Lines as a file gives them: `splitlines` also cuts at characters that end no line of a file."""
    text = ""
    for line in lines:
        text += line
        if line.endswith(("\n", "\r")):
            yield text
            text = ""
    if text:
        yield text


def _dialect(style: Style, encoding: str, line_terminator: str) -> Dialect:
    return Dialect(
        delimiter=style.delimiter,
        quote=style.quote,
        escape=style.escape,
        encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        line_terminator=line_terminator,
    )


def _spool(
    path: Path,
    encoding: str,
    declared: Declared,
    notes: Notes,
    scratch: Path,
    *,
    survey: Survey | None,
    style: Style | None = None,
    said: int = 0,
) -> Scan:
    sample = [line.replace("\0", "") for line in islice(lines_of(path, encoding=encoding), _SAMPLE_LINES)]
    if style is None:
        style, said = settled(sample, declared=declared, notes=notes)
    lines = lines_of(path, encoding=encoding)
    if survey is None or survey.nul >= 0:
        lines = _without_nul(lines)
    rows: RawRows = records(lines, style=style)
    if said:
        rows = chain([_blanked(next(rows))], rows)
    rows = _checked(rows)
    if not declared.delimiter and (inner := wrapped_by(sample)):
        rows = unwrapped(rows, inner, notes)
        style = replace(style, delimiter=inner)
    if _has_formulated(sample):
        rows = _bare_texts(rows, notes)
    if not declared.reshapes and not _ends_a_line(path):
        rows = _cut_short(rows, notes)
    body = tabulate(rows, declared=declared, notes=notes, ragged=True)
    terminator = "\r\n" if survey and survey.crlf else "\r" if survey and survey.cr and not survey.lf else "\n"
    return write_spool(body, notes=notes, scratch=scratch, dialect=_dialect(style, encoding, terminator))


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4))
        return file.read().rstrip(b"\0\x1a").endswith((b"\n", b"\r"))


def _cut_short(rows: RawRows, notes: Notes) -> RawRows:
    """Warn where the last row, which no line end closes, is shorter than every row before it."""
    least, last = 0, None
    for row in rows:
        if row[1]:
            least = min(least or len(last[1]), len(last[1])) if last else 0
            last = row
        yield row
    if last and len(last[1]) < least:
        notes.warn(
            "truncated",
            _("The file ends in the middle of row %(row)s: it seems to be cut short."),
            row=last[0],
        )


def _without_nul(lines: Iterator[str]) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)


_FORMULATED = re.compile(r'="([^"]*)"')  # how programs keep a spreadsheet from taking 0712 for a number


def _has_formulated(lines: list[str]) -> bool:
    return any('="' in line or '=""' in line for line in lines)


def _bare_texts(rows: RawRows, notes: Notes) -> RawRows:
    """A cell such as `="0712"` is the text 0712, as a spreadsheet shows it."""
    for number, cells, flaw in rows:
        if any(cell.startswith('="') for cell in cells):
            cells = [found[1] if (found := _FORMULATED.fullmatch(cell)) else cell for cell in cells]
            notes.guess("text_formula", '="..."', _('Cells such as ="0712" are read as the text in the quotes.'), 0.9)
        yield number, cells, flaw


def _blanked(row: RawRow) -> RawRow:
    return row[0], [], ""


def _checked(rows: RawRows) -> RawRows:
    try:
        yield from rows
    except UnicodeError as error:
        raise Refused(
            "truncated",
            _("The file ends in the middle of a character."),
            advice=_("Hand in the file again."),
        ) from error


def respool(scan: Scan, scratch: Path) -> Scan:
    """Write out a scan in place, with its columns as they are."""
    declared = Declared(
        delimiter=scan.dialect.delimiter,
        quote=scan.dialect.quote,
        encoding="utf-8",
        header_rows=(scan.header_row,) if scan.header_row else (),
        header=None if scan.header_row else False,
        skip_rows=None if scan.header_row else scan.first_row - 1,
    )
    again = read_delimited(scan.path, declared=declared, scratch=scratch, force_spool=True)
    return replace(
        again,
        columns=scan.columns,
        titles=scan.titles,
        dialect=scan.dialect,
        guesses=scan.guesses,
        warnings=(*scan.warnings, *(warning for warning in again.warnings if warning.code in _FOUND_LATE)),
    )


_FOUND_LATE = ("footnote-rows", "total-row", "nul-byte")
