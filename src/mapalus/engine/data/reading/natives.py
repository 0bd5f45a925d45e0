"""Cells that come with a value, not only with a text: dates, numbers and yes/no of spreadsheets and of JSON.

A contract that says how a column is written speaks of texts. What the file itself holds as a date or a number is
right as it is (Table Schema v2, native and lexical values): here it is written the way the contract will read it.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.table import Scan
from mapalus.engine.errors import Refused

__all__ = ["Native", "Natives", "asks_for_numbers"]

_EXCEL_EPOCH = dt.date(1899, 12, 30)
_MIDNIGHT = "T00:00:00"


class Native(str):
    """The text of a cell with the value behind it."""

    __slots__ = ("value",)
    value: object

    def __new__(cls, text: str, value: object) -> Native:
        made = super().__new__(cls, text)
        made.value = value
        return made


Rewrite = Callable[[Native], str]


def asks_for_numbers(contract: Contract | None) -> bool:
    """Whether a number may have to be written with another sign than a point."""
    return contract is not None and any(item.options.get("decimalChar", ".") != "." for item in contract.fields)


@dataclass
class Natives:
    """Follows the rows of one table while they are written out."""

    rewrites: dict[int, Rewrite]
    days: frozenset[int] = frozenset()  # columns that the contract calls dates
    midnights: dict[int, list[int]] = field(default_factory=dict)  # column -> rows written with a day alone
    moments: set[int] = field(default_factory=set)  # columns with a time of day somewhere

    @classmethod
    def of(cls, contract: Contract | None, scan: Scan) -> Natives:
        """What the contract asks of each column of `scan` (its rows are not read)."""
        if contract is None:
            return cls({})
        from mapalus.engine.data.mapping import map_columns

        try:
            places = map_columns(contract, scan).places
        except Refused:  # checking says so
            return cls({})
        items = [(places[item.name], item) for item in contract.fields if item.name in places]
        rewrites = {place: rewrite for place, item in items if (rewrite := _rewrite(item))}
        return cls(rewrites, frozenset(place for place, item in items if item.type == "date"))

    def written(self, number: int, values: Sequence[str]) -> Sequence[str]:
        """The cells of the `number`-th row (from 0), each native one as its column wants it."""
        found = [place for place, cell in enumerate(values) if type(cell) is Native]
        if not found:
            return values
        out = list(values)
        for place in found:
            cell = values[place]
            assert isinstance(cell, Native)
            rewrite = self.rewrites.get(place)
            if rewrite:
                out[place] = rewrite(cell)
            elif isinstance(cell.value, dt.datetime) and place not in self.days:
                if len(cell) == 10:
                    self.midnights.setdefault(place, []).append(number)
                else:
                    self.moments.add(place)
        return out

    def mend(self, path: Path) -> None:
        """In a column of moments a day alone is midnight of that day: write it so."""
        mixed = {place: frozenset(self.midnights[place]) for place in self.moments if place in self.midnights}
        if not mixed:
            return
        part = path.with_name(path.name + ".part")
        with path.open(encoding="utf-8", newline="") as old, part.open("w", encoding="utf-8", newline="") as new:
            writer = csv.writer(new, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for number, cells in enumerate(csv.reader(old)):
                for place, numbers in mixed.items():
                    if number in numbers:
                        cells[place + 2] += _MIDNIGHT
                writer.writerow(cells)
        os.replace(part, path)


def _rewrite(item: Field) -> Rewrite | None:
    """How a native cell of this field is written, or None where its own text will do."""
    if item.type in ("date", "datetime", "time"):
        return lambda cell: _of_time(cell, item)
    if item.type == "boolean" and "trueValues" in item.options:
        yes, no = (item.options.get(key) or [""] for key in ("trueValues", "falseValues"))
        words = {True: str(yes[0]), False: str(no[0])}
        return lambda cell: words[cell.value] if isinstance(cell.value, bool) else str(cell)
    decimal = str(item.options.get("decimalChar", "."))
    if item.type == "number" and decimal != ".":
        return lambda cell: cell.replace(".", decimal) if isinstance(cell.value, float) else str(cell)
    return None


def _of_time(cell: Native, item: Field) -> str:
    value = cell.value
    moment = value if isinstance(value, dt.datetime) else None
    if item.type == "date" and (moment is None or moment.time() != dt.time()):
        return str(cell)
    if item.mapalus.get("serial") and moment:
        return str((moment.date() - _EXCEL_EPOCH).days)
    if item.format not in ("default", "any") and isinstance(value, dt.datetime | dt.time):
        return value.strftime(item.format)
    if item.type == "datetime" and moment and len(cell) == 10:
        return cell + _MIDNIGHT
    return str(cell)
