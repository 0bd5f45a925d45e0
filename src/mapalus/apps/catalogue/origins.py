"""Where a row comes from: the file it was handed in with, by its hash, and the row or line of that file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mapalus.apps.catalogue.compacting import FILE
from mapalus.apps.catalogue.models import Version
from mapalus.apps.catalogue.serving import served
from mapalus.engine.data import served as both
from mapalus.engine.data.addresses import cells_in
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.merge import parts_of
from mapalus.engine.data.rows import open_rows, place_of
from mapalus.engine.errors import NotFound

__all__ = ["Origin", "origin_of"]


@dataclass(frozen=True)
class Origin:
    """Of one row. `file` is what the sender called it: for who may see the hand-in, never for everybody."""

    row: int  # `_id` in the version
    snapshot: str  # SHA-256 of the bytes as received
    line: int  # row of the file as its producer sees it
    file: str
    received_on: str
    run: int | None
    is_waiting: bool = False  # it came in a stream and is not yet part of a version
    sheet: str = ""  # of a workbook
    cells: Mapping[str, str] = field(default_factory=dict)  # of a workbook: field -> address, such as F17
    titles: Mapping[str, str] = field(default_factory=dict)  # of those fields

    @property
    def addresses(self) -> list[tuple[str, str]]:
        """Titles of fields with the cell in which each stood."""
        return [(self.titles[name], address) for name, address in self.cells.items()]


def origin_of(version: Version, row: int, *, is_present: bool) -> Origin | None:
    """Where the row `_id` of a version comes from; None for a count of many rows. Raises `NotFound`.

    `is_present`: it was read as the present version, with what a stream has brought since.
    """
    read = served(version, is_present=is_present)
    came = both.origin_of(read, row)
    if came is not None:
        segment = version.dataset.segments.filter(sequence=came[0]).first()
        if segment is None:
            raise NotFound
        return Origin(row, segment.snapshot, came[1], FILE, segment.at.date().isoformat(), None, is_waiting=True)
    try:
        place = place_of(read.rows, row)
        parts = parts_of(VersionFolder(read.rows.parent))
    except OSError:
        raise NotFound from None
    if place is None:
        return None
    part = parts[place[0]]
    run = part.get("run")
    sheet, cells = cells_in(part, place[1], ask=lambda names: _held(read.rows, row, names))
    shown = {one.name: one.title or one.name for one in open_rows(read.rows).columns if not one.masked} if cells else {}
    return Origin(
        row=row,
        snapshot=str(part.get("snapshot") or version.snapshot),
        line=place[1],
        file=str(part.get("file") or ""),
        received_on=str(part.get("received_on") or ""),
        run=int(run) if run else None,
        sheet=sheet,
        cells={name: cells[name] for name in shown if name in cells},
        titles=shown,
    )


def _held(path: Path, row: int, names: Sequence[str]) -> list[object]:
    """What the row holds in these fields; None for what is not shown."""
    rows = open_rows(path)
    known = [rows.named(name) for name in names]
    asked = [one.column if one and not one.masked and not one.suppressed else "NULL" for one in known]
    found = rows.connection.execute(f"SELECT {', '.join(asked)} FROM t WHERE _id = ?", (row,)).fetchone()
    return list(found) if found else [None] * len(names)
