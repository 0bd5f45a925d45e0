"""Parquet: typed columns written out as text, so that they are checked like any other file. Rows count from 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb  # noqa: TID253 - this module is itself imported late

from mapalus.engine.data.reading.limits import MAX_CELL, MAX_COLUMNS, too_large
from mapalus.engine.data.reading.naming import name_columns
from mapalus.engine.data.reading.raw import Notes
from mapalus.engine.data.table import Dialect, Scan
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["read_parquet"]

_MEMORY = "1GB"
_MOST_TEXT = 16 << 30  # bytes of texts
_MOST_CELLS, _SOME_CELLS = 2_000_000_000, 50_000_000
_CELLS_IN_A_BYTE = 100  # beyond some cells
_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL")
_NESTED = ("STRUCT", "MAP", "UNION")


def read_parquet(path: Path, *, scratch: Path) -> Scan:
    """The whole file as a spool; `Refused` where it is damaged."""
    notes = Notes()
    scratch.mkdir(parents=True, exist_ok=True)
    spool = scratch / "parquet.csv"
    limits: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false", "memory_limit": _MEMORY, "threads": 2, "temp_directory": str(scratch),
    }  # fmt: skip
    try:
        with duckdb.connect(config=limits) as engine:
            source = f"read_parquet({_literal(str(path))}, file_row_number = true)"
            described = engine.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}").fetchall()
            if len(described) > MAX_COLUMNS:
                raise too_large(_("The table has more than %(limit)s columns."), limit=MAX_COLUMNS)
            _refuse_bombs(engine, path, [(str(row[0]), str(row[1])) for row in described])
            titles = tuple(str(row[0]) for row in described)
            cells = ", ".join(_text(_quoted(title), str(row[1])) for title, row in zip(titles, described, strict=True))
            engine.execute(
                f"COPY (SELECT file_row_number + 1, '', {cells} FROM {source} ORDER BY file_row_number)"
                f" TO {_literal(str(spool))} (FORMAT csv, HEADER false, DELIMITER ',', FORCE_QUOTE *)"
            )
    except duckdb.OutOfMemoryException:
        raise too_large(_("A part of the file is larger than %(limit)s of memory."), limit=_MEMORY) from None
    except duckdb.Error:
        raise Refused(
            "truncated",
            _("The file is cut short: its end is missing, or it was damaged on the way."),
            advice=_("Send it again from the original."),
        ) from None
    columns = name_columns(titles, notes=notes)
    return Scan(
        path=spool,
        columns=columns,
        dialect=Dialect(),
        spooled=True,
        first_row=1,
        titles=titles,
        guesses=tuple(notes.guesses),
        warnings=tuple(notes.warnings),
        typed=frozenset(name for name, row in zip(columns, described, strict=True) if str(row[1]).startswith(_NUMBERS)),
    )


def _refuse_bombs(engine: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[tuple[str, str]]) -> None:
    """A few bytes can stand for milliards of rows, or for a text that is repeated in each: looked at before writing."""
    source = _literal(str(path))
    rows, largest = engine.execute(
        f"SELECT coalesce((SELECT sum(num_rows) FROM parquet_file_metadata({source})), 0),"
        f" coalesce((SELECT max(total_uncompressed_size) FROM parquet_metadata({source})), 0)"
    ).fetchall()[0]
    cells = int(rows) * len(columns)
    if cells > _MOST_CELLS or (cells > _SOME_CELLS and cells > _CELLS_IN_A_BYTE * path.stat().st_size):
        raise too_large(_("Unpacked, the table would have %(count)s cells."), limit=_MOST_CELLS, count=cells)
    texts = [
        name for name, kind in columns if kind in ("VARCHAR", "BLOB") or kind.endswith("]") or kind.startswith(_NESTED)
    ]
    if largest <= MAX_CELL or not texts:
        return
    sizes = ", ".join(f"max(strlen(t{n})), sum(strlen(t{n}))" for n in range(len(texts)))
    taken = ", ".join(f"CAST({_quoted(name)} AS VARCHAR) AS t{n}" for n, name in enumerate(texts))
    found = engine.execute(f"SELECT {sizes} FROM (SELECT {taken} FROM read_parquet({source}))").fetchall()[0]
    if max(size or 0 for size in found[::2]) > MAX_CELL:
        raise too_large(_("A cell is longer than %(limit)s characters."), limit=MAX_CELL)
    if sum(size or 0 for size in found[1::2]) > _MOST_TEXT:
        raise too_large(_("Unpacked, the file would be %(size)s MB."), limit=_MOST_TEXT, size=_MOST_TEXT >> 20)


def _text(name: str, kind: str) -> str:
    """A value as other files write it: ISO moments, whole numbers without `.0`, lists and structures as JSON."""
    text = f"CAST({name} AS VARCHAR)"
    if kind.endswith("]") or kind.startswith(_NESTED):
        text = f"CAST(to_json({name}) AS VARCHAR)"
    elif kind in ("DOUBLE", "FLOAT"):
        is_whole = f"{name} = trunc({name}) AND abs({name}) < 1e15"
        text = f"CASE WHEN {is_whole} THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) ELSE {text} END"
    elif kind == "TIMESTAMP WITH TIME ZONE":
        text = f"strftime(timezone('UTC', {name}), '%Y-%m-%dT%H:%M:%SZ')"
    elif kind.startswith("TIMESTAMP"):
        text = f"replace({text}, ' ', 'T')"
    return f"coalesce({text}, '')"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
