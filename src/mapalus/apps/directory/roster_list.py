"""A list of officials from a spreadsheet, or an export of SIASN or SIMPEG: only what sign-in and posts need."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from mapalus.engine.data.table import Scan
from mapalus.engine.errors import Invalid, Refused
from mapalus.engine.text import _

__all__ = ["LARGEST", "Read", "Row", "day_of", "read_list"]

LARGEST = 5 * 1024**2  # bytes of a list of officials
_MOST = 5000  # rows
_FILE = Path(__file__).parent / "data" / "roster-columns.yml"
_NEEDED = ("name", "position")
_CELL = 300  # characters kept of a cell


@dataclass(frozen=True)
class Row:
    """One line of the list, as text. `number` is the row the sender sees."""

    number: int
    name: str = ""
    nip: str = ""
    email: str = ""
    unit: str = ""
    position: str = ""
    kind: str = ""
    from_on: str = ""
    to_on: str = ""
    decree: str = ""

    def plain(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Read:
    """What was read: rows, and which column was taken for what."""

    rows: tuple[Row, ...]
    columns: dict[str, str]  # our name -> title as the sender wrote it


@cache
def _titles() -> Mapping[str, str]:
    read: dict[str, list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {title: field for field, titles in read.items() for title in titles}


def _bare(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", title.lower()).strip()


def read_list(name: str, content: bytes) -> Read:
    """The rows of a list. Raises `Refused` for a file that is no table, `Invalid` where a needed column is missing."""
    from mapalus.engine.data.reading import read, spool

    if len(content) > LARGEST:
        raise Refused("too-large", _("A list of officials has at most 5 MB."))
    with tempfile.TemporaryDirectory(prefix="mapalus-daftar-") as folder:
        scratch = Path(folder)
        path = scratch / f"daftar{Path(name).suffix[:8]}"
        path.write_bytes(content)
        scan = read(path, scratch=scratch)
        columns = _columns(scan)
        return Read(tuple(_rows(spool(scan, scratch), columns)), {f: scan.titles[i] for f, i in columns.items()})


def _columns(scan: Scan) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, title in enumerate(scan.titles):
        field = _titles().get(_bare(title))
        if field and field not in found:
            found[field] = index
    if missing := [name for name in _NEEDED if name not in found]:
        raise Invalid(
            _("The list needs a column for the name and one for the position."),
            fields={"file": _("No column was found for: %(names)s.")},
            names=", ".join(missing),
        )
    return found


def _rows(scan: Scan, columns: Mapping[str, int]) -> Iterator[Row]:
    with scan.path.open(encoding="utf-8", newline="") as file:
        for count, cells in enumerate(csv.reader(file)):
            if count >= _MOST:
                raise Refused("too-large", _("A list of officials has at most 5,000 rows; send it agency by agency."))
            values = {
                name: cells[index + 2].strip()[:_CELL] for name, index in columns.items() if index + 2 < len(cells)
            }
            if any(values.values()):
                yield Row(int(cells[0]), **{**values, "nip": re.sub(r"\D", "", values.get("nip", ""))[:18]})


def day_of(text: str) -> date | None:
    """`2026-11-01`, `01-11-2026` or `1/11/2026`; None for anything else."""
    if found := re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        year, month, day = map(int, found.groups())
    elif found := re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$", text):
        day, month, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
