"""Rows before anyone knows which is the header: number, cells, flaw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mapalus.engine.data.table import Guess, Warn

__all__ = ["Notes", "RawRow", "RawRows", "Span", "is_blank"]

# File row (from 1), cells as text, flaw ("" or one of Scan's, with its detail after a colon).
RawRow = tuple[int, list[str], str]
RawRows = Iterator[RawRow]
_REMEMBERED = 20_000


@dataclass(frozen=True)
class Span:
    """A merged area of a sheet: file rows and column indexes (from 0), both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Notes:
    """What is guessed and seen while a file is read; filled as the rows pass."""

    guesses: list[Guess] = field(default_factory=list)
    warnings: list[Warn] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)  # numbers of three decimals that are no texts

    def number(self, text: str) -> None:
        """Remember a number of the file itself whose text could also be a thousand."""
        if text[-4:-3] == "." and len(self.numbers) < _REMEMBERED:
            self.numbers.add(text)

    def guess(self, what: str, value: object, reason: str, confidence: float, /, **data: object) -> None:
        if not any(seen.what == what and seen.value == value for seen in self.guesses):
            self.guesses.append(Guess(what, value, reason, round(confidence, 2), data))

    def warn(self, code: str, text: str, /, **data: object) -> None:
        """Keep the first warning of a code and sentence."""
        if not any(seen.code == code and seen.text == text for seen in self.warnings):
            self.warnings.append(Warn(code, text, data))


def is_blank(cells: Iterable[str]) -> bool:
    """Whether no cell holds anything but white space."""
    return not any(cell and not cell.isspace() for cell in cells)
