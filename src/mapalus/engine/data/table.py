"""What reading hands to checking: where the rows are, as text, and what was guessed on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mapalus.engine.text import translate

__all__ = ["Dialect", "Guess", "Scan", "Warn"]


@dataclass(frozen=True)
class Guess:
    """One thing that was not declared and had to be guessed; it can be pinned in the contract."""

    what: str  # delimiter, encoding, header_row, sheet, decimal_char, ...
    value: object
    reason: str  # message id
    confidence: float  # 0 to 1
    data: Mapping[str, object] = field(default_factory=dict)

    def say(self, *, language: str | None = None) -> str:
        return translate(self.reason, language=language) % self.data


@dataclass(frozen=True)
class Warn:
    """Something seen that does not make a row bad; `code` is one of design's stable warning codes."""

    code: str
    text: str  # message id
    data: Mapping[str, object] = field(default_factory=dict)

    def say(self, *, language: str | None = None) -> str:
        return translate(self.text, language=language) % self.data


@dataclass(frozen=True)
class Dialect:
    """How `Scan.path` is written. `encoding` is that of the original file, for the report."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    encoding: str = "utf-8"
    line_terminator: str = "\n"


@dataclass(frozen=True)
class Scan:
    """A table as text, ready for the table engine.

    Either the original file itself (`spooled` false: clean UTF-8 delimited text with one header line, scanned in
    place), or a spool: UTF-8, comma, every cell quoted, no header, first column `_row` (row number in the file as
    the producer sees it), second column `_flaw` (empty, or `missing-cell:n`, `extra-cell:[...]`, `encoding-error`,
    `parse-error`), then the columns.

    Without a spool the file row of the n-th record (n from 1) is `first_row + n - 1` plus the number of
    `blank_rows` at or before it: the table engine skips blank lines, the producer counts them.
    """

    path: Path
    columns: tuple[str, ...]  # header cells made unique, never beginning with `_`
    dialect: Dialect
    spooled: bool
    first_row: int  # file row of the first record
    skip: int = 0  # records of `path` before the first one, header and blank ones included
    blank_rows: tuple[int, ...] = ()  # file rows that are blank, ascending (not spooled only)
    header_row: int | None = None  # file row of the header; of its last line where it has several
    sheet: str | None = None
    is_one_line_each: bool = False  # no record has a line break inside a cell (not spooled only)
    marks: tuple[tuple[int, int], ...] = ()  # some offsets at which a line begins, and the rows before it (then only)
    titles: tuple[str, ...] = ()  # header cells as the producer wrote them, one per column
    guesses: tuple[Guess, ...] = ()
    warnings: tuple[Warn, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)  # spreadsheets: column name -> letter(s)
    turned: Mapping[tuple[str, ...], str] = field(default_factory=dict)  # of columns that became rows, by label
    numbers: frozenset[str] = frozenset()  # texts such as 1.234 that cells hold as numbers, not as texts
    typed: frozenset[str] = frozenset()  # columns that are numbers as a whole
