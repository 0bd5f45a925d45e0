"""Code lists of a pack: CSV with a header line, one value a row."""

from __future__ import annotations

import csv
import io

from mapalus.engine.packs.pack import CodeList
from mapalus.engine.packs.problem import Bag

__all__ = ["key_column", "read_list"]

KEYS = ("kode", "code")
_MOST_ROWS = 20_000


def key_column(columns: tuple[str, ...]) -> str:
    """The column that names a row: `kode`, `code`, else the first."""
    return next((name for name in KEYS if name in columns), columns[0] if columns else "")


def read_list(path: str, text: str, bag: Bag) -> CodeList | None:
    """The list, or None with the problem in the bag."""
    if "\x00" in text:
        bag.add("bad-list", path, 1, reason="NUL")
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: dict[str, dict[str, str]] = {}
    columns: tuple[str, ...] = ()
    try:
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            values = tuple(cell.strip() for cell in cells)
            if not columns:
                columns = values
                if "" in columns or len(set(columns)) < len(columns):
                    bag.add("bad-list", path, line, reason=",".join(values))
                    return None
                continue
            if len(values) != len(columns):
                bag.add("bad-list", path, line, reason=f"{len(values)} / {len(columns)}")
                values = (*values, *columns)[: len(columns)]  # so that its key is known all the same
            row = dict(zip(columns, values, strict=True))
            key = row[key_column(columns)]
            if not key:
                bag.add("bad-list", path, line, reason=f"{key_column(columns)} = ''")
            elif key in rows:
                bag.add("duplicate-name", path, line, name=key)
            elif len(rows) >= _MOST_ROWS:
                bag.add("bad-list", path, line, reason=f"> {_MOST_ROWS}")
                break
            else:
                rows[key] = row
    except csv.Error as error:
        bag.add("bad-list", path, reader.line_num, reason=str(error))
        return None
    if not rows and not bag.has("bad-list"):
        bag.add("list-empty", path, 1)
    return CodeList(path, columns, rows)
