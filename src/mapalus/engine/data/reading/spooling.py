"""Writing a table out as plain text that the table engine reads without thinking."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import mkstemp
from typing import IO, cast

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.reading.body import Body
from mapalus.engine.data.reading.limits import MAX_CELL, too_large
from mapalus.engine.data.reading.natives import Natives
from mapalus.engine.data.reading.raw import Notes
from mapalus.engine.data.reading.sheetcut import Middle, NotPlain
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.text import _

__all__ = ["write_spool"]


def write_spool(
    body: Body,
    *,
    notes: Notes,
    scratch: Path,
    dialect: Dialect | None = None,
    sheet: str | None = None,
    cells: Mapping[str, str] | None = None,
    turned: Mapping[tuple[str, ...], str] | None = None,
    contract: Contract | None = None,
    middle: tuple[Middle, int] | None = None,
) -> Scan:
    """Write the records to a file in `scratch`: UTF-8, comma, all quoted, `_row` and `_flaw` first.

    With a `contract`, cells that the file holds as dates or numbers are written the way it reads them. `middle`: rows
    of a sheet that stand between the records, and the column from which places count. Raises `NotPlain`.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    handle, name = mkstemp(prefix="spool-", suffix=".csv", dir=scratch)
    count = 0
    scan = Scan(
        path=Path(name),
        columns=body.columns,
        dialect=dialect or Dialect(),
        spooled=True,
        first_row=body.first_row,
        header_row=body.header.row,
        sheet=sheet,
        titles=body.titles,
        cells=dict(cells or {}),
        turned=dict(turned or {}),
    )
    natives = Natives.of(contract, scan)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for number, values, flaw in body.records:
                if middle and number > middle[0].last:
                    file.flush()
                    count += _write_middle(
                        cast(IO[bytes], file.buffer), *middle, body=body, natives=natives, notes=notes, count=count
                    )
                    middle = None
                if max(map(len, values)) > MAX_CELL:
                    raise too_large(
                        _("A cell in row %(row)s is longer than %(limit)s characters."), limit=MAX_CELL, row=number
                    )
                writer.writerow((number, flaw, *natives.written(count, values)))
                count += 1
            if middle:
                raise NotPlain  # the end of the sheet holds no record
        natives.mend(Path(name))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if not count:
        notes.warn("no-rows", _("There are no rows below the header."))
    return replace(
        scan,
        guesses=tuple(notes.guesses),
        warnings=tuple(notes.warnings),
        numbers=frozenset(notes.numbers),
    )


def _write_middle(
    file: IO[bytes], middle: Middle, left: int, *, body: Body, natives: Natives, notes: Notes, count: int
) -> int:
    from mapalus.engine.data.reading.sheetgrid import Grid
    from mapalus.engine.data.reading.workbook import as_text

    grid = Grid(middle, left, body.places, natives, lambda value: as_text(value, notes=notes))
    for lines in grid.chunks(count):
        file.write(lines)
    return middle.shift
