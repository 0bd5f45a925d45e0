"""Published rows as a system takes them in: its columns in its order, under its headings, filled as far as is known.

A column finds its place by its name, its title or an alias of the profile. The value that is asked for is the column so
called, or the only number there is. What a table has besides (a district, a sex) has no place in such a form: it stands
under the remarks, `Kabupaten: Minahasa; Jenis kelamin: L`, so that two rows of one element do not look the same.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapalus.engine.data.export import SHEET_ROWS, TooManyRows, defused
from mapalus.engine.data.profiles import Profile, plain_heading
from mapalus.engine.data.query import Query
from mapalus.engine.data.rows import Column, open_rows
from mapalus.engine.data.served import Served, number_of_rows, stream
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["as_csv", "as_workbook", "returned"]

VALUE, YEAR, UNIT, REMARKS = "nilai", "tahun", "satuan", "keterangan"
_NUMBERS = ("number", "integer")
_CODES = ("kode", "nik", "no", "id", "nomor")
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class _Places:
    """Standard name -> where it stands in a row; and what is left, with its title."""

    of: Mapping[str, int]
    left: tuple[tuple[int, str], ...]


def returned(read: Served, profile: Profile, *, known: Mapping[str, str]) -> Iterator[list[Any]]:
    """The header, then a line for each row. known: what is the same for all of them, by standard name.

    Raises `Invalid` where the table has no value that could be meant, `TooManyRows`.
    """
    if number_of_rows(read) > SHEET_ROWS:
        raise TooManyRows(most=SHEET_ROWS, rows=number_of_rows(read))
    names = tuple(column.name for column in open_rows(read.rows).columns)
    columns, records = stream(read, Query(fields=names, limit=0))
    places = _places(columns, profile)
    if VALUE not in places.of:
        raise Invalid(
            _("The table has no single column of values that %(system)s could take."), system=profile.system,
            fields={"": _("Name the column `nilai` in the contract, or give a table with one measure.")},
        )  # fmt: skip
    unit = columns[places.of[VALUE]].unit
    return _lines(profile, places, {**({UNIT: unit} if unit else {}), **known}, records)


def _lines(
    profile: Profile, places: _Places, known: Mapping[str, str], records: Iterator[tuple[Any, ...]]
) -> Iterator[list[Any]]:
    yield [heading for _name, heading in profile.order]
    for record in records:
        row: dict[str, Any] = dict(known)
        row |= {name: record[place] for name, place in places.of.items() if record[place] is not None}
        more = [f"{title}: {record[place]}" for place, title in places.left if record[place] not in (None, "")]
        row[REMARKS] = "; ".join([*([str(row[REMARKS])] if row.get(REMARKS) else []), *more])
        yield [row.get(name) for name, _heading in profile.order]


def _places(columns: Sequence[Column], profile: Profile) -> _Places:
    headings, wanted = profile.headings, {name for name, _heading in profile.order}
    of: dict[str, int] = {}
    for place, column in enumerate(columns):
        name = headings.get(plain_heading(column.name)) or headings.get(plain_heading(column.title or ""))
        if name is None and (column.type == "year" or column.name.casefold() == YEAR):
            name = YEAR
        if name in wanted and name not in of:
            of[str(name)] = place
    numbers = [
        place for place, column in enumerate(columns) if place not in of.values() and column.type in _NUMBERS
        and not column.name.startswith("_") and not column.name.casefold().startswith(_CODES)
    ]  # fmt: skip
    if VALUE not in of and len(numbers) == 1:
        of[VALUE] = numbers[0]
    used = set(of.values())
    left = tuple(
        (place, column.title or column.name) for place, column in enumerate(columns)
        if place not in used and not column.name.startswith("_")
    )  # fmt: skip
    return _Places(of, left)


def as_csv(lines: Iterator[list[Any]], profile: Profile) -> Iterator[bytes]:
    """With numbers as the system writes them itself, so that its own profile reads the file back."""
    mark = next(
        (field.options.get("decimalChar", ".") for field in profile.contract.fields if field.name == VALUE), "."
    )
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";" if mark == "," else ",", lineterminator="\r\n")
    for line in lines:
        writer.writerow([_written(value, str(mark)) for value in line])
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _written(value: Any, mark: str) -> Any:
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
        return text.replace(".", mark)
    return "" if value is None else defused(value)


def as_workbook(lines: Iterator[list[Any]], *, sheet_name: str = "Data") -> bytes:
    """One sheet; numbers are numbers."""
    import xlsxwriter

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        book = xlsxwriter.Workbook(
            file.name, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet(sheet_name)
        for number, line in enumerate(lines):
            for place, value in enumerate(line):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(number, place, value)
                elif value is not None:
                    sheet.write_string(number, place, str(value)[:32767])
        book.close()
        file.seek(0)
        with open(file.name, "rb") as made:
            return made.read()
