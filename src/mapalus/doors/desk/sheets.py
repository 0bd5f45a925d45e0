"""The producer's own sheet: letters, row numbers, the wrong cells, and the reasons below each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mapalus.engine.data import badrows
from mapalus.engine.data.badrows import BadRow
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.messages import Sentence, make_say

__all__ = ["Cell", "Chosen", "Column", "Note", "Row", "Sheet", "letter", "letter_of", "sheet_of"]

_LONG = 60  # characters of a cell before it is cut on the page; the workbook has all
_DOT = "•"


@dataclass(frozen=True)
class Chosen:
    """The rule one looks at: only rows that break it are shown. Empty: all wrong rows."""

    code: str = ""
    rule: str = ""
    field: str = ""

    def __bool__(self) -> bool:
        return bool(self.code or self.rule or self.field)


@dataclass(frozen=True)
class Column:
    letter: str
    title: str
    is_number: bool


@dataclass(frozen=True)
class Cell:
    """`note`: number of its reason; 0 for a good cell."""

    text: str
    is_number: bool
    note: int = 0
    is_empty: bool = False


@dataclass(frozen=True)
class Note:
    number: int
    text: str
    is_cell: bool


@dataclass(frozen=True)
class Row:
    """A wrong row with its reasons, or a fold over good ones (`fold` is `215–301`)."""

    row: int
    cells: tuple[Cell, ...] = ()
    notes: tuple[Note, ...] = ()
    fold: str = ""

    @property
    def is_wrong(self) -> bool:
        return not self.fold


@dataclass(frozen=True)
class Sheet:
    """Context of desk/handins/_sheet.html."""

    columns: tuple[Column, ...]
    header_row: int | None
    rows: tuple[Row, ...]
    total: int
    has_masked: bool


def letter(place: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def sheet_of(
    folder: Path,
    report: Mapping[str, Any],
    contract: Contract,
    *,
    offset: int,
    limit: int,
    chosen: Chosen,
    is_unmasked: bool,
) -> Sheet:
    """One page of wrong rows. Personal cells are masked unless they were opened with a reason."""
    page = badrows.page(
        folder / "report.sqlite", limit=limit, offset=offset, code=chosen.code, rule=chosen.rule, field=chosen.field
    )
    say = make_say(contract, language=get_language())
    places = _places(page.columns, report, contract)
    by_name = {item.name: item for item in contract.fields}
    fields = {place: by_name[name] for name, place in places.items() if name in by_name}
    columns = tuple(
        Column(
            _letter_at(place, fields[place].name if place in fields else "", report),
            name,
            place in fields and fields[place].type in ("integer", "number"),
        )
        for place, name in enumerate(page.columns)
    )
    personal = {place for place, item in fields.items() if item.is_personal}
    rows: list[Row] = []
    last: int | None = None
    number = offset * 10
    for bad in page.rows:
        if not chosen and last is not None and bad.row - last > 1:
            rows.append(Row(last + 1, fold=_fold(last + 1, bad.row - 1)))
        made, number = _row(bad, columns, places, personal if not is_unmasked else set(), number, say)
        rows.append(made)
        last = bad.row
    header = report.get("header_row")
    return Sheet(columns, header if isinstance(header, int) else None, tuple(rows), page.total, bool(personal))


def _fold(first: int, last: int) -> str:
    return f"{first}–{last}" if last > first else str(first)


def _row(
    bad: BadRow, columns: tuple[Column, ...], places: Mapping[str, int], masked: set[int], number: int, say: Sentence
) -> tuple[Row, int]:
    notes: list[Note] = []
    marks: dict[int, int] = {}
    for reason in bad.reasons:
        number += 1
        named = [places[name] for name in (reason.field or "").split(", ") if name in places]
        for place in named:
            marks.setdefault(place, number)
        text = say(reason.field or "", reason.code, reason.rule, reason.value)  # in the reader's language
        if any(place in masked for place in named) and reason.value:
            text = text.replace(reason.value, _mask(reason.value))
        notes.append(Note(number, text, bool(named)))
    cells = []
    for place, column in enumerate(columns):
        raw = bad.cells[place] if place < len(bad.cells) else None
        text = "" if raw is None else raw
        shown = _mask(text) if place in masked and text else text
        empty = not shown.strip() and place in marks
        shown = shown if len(shown) <= _LONG else shown[: _LONG - 1] + "…"
        cells.append(Cell(_("empty") if empty else shown, column.is_number, marks.get(place, 0), empty))
    return Row(bad.row, tuple(cells), tuple(notes)), number


def _mask(text: str) -> str:
    """`Siti Wowor` -> `S••• W••••`; digits keep nothing but their number."""
    return " ".join(
        word[0] + _DOT * (len(word) - 1) if word[0].isalpha() else _DOT * len(word) for word in text.split()
    )


def _places(columns: tuple[str, ...], report: Mapping[str, Any], contract: Contract) -> dict[str, int]:
    """Field of the contract -> column of the file, as the check mapped them."""
    mapped = {name: int(place) for name, place in (report.get("places") or {}).items()}
    return mapped | {name: place for place, name in enumerate(columns) if name not in mapped}


def _letter_at(place: int, field: str, report: Mapping[str, Any]) -> str:
    return str((report.get("letters") or {}).get(field) or letter(place))


def letter_of(field: str, report: Mapping[str, Any], contract: Contract) -> str:
    """The letter of the column a field was read from; empty where the file has none."""
    place = _places((), report, contract).get(field)
    return "" if place is None else _letter_at(place, field, report)
