"""Reading a scan back as rows, the way the table engine does."""

from __future__ import annotations

import csv
from pathlib import Path

from mapalus.engine.data.reading import read
from mapalus.engine.data.runners.duckdb.source import rows_of
from mapalus.engine.data.table import Scan


def write(folder: Path, content: str | bytes, name: str = "berkas.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(scan: Scan) -> list[tuple[int, str, list[str]]]:
    """File row, flaw, cells of every record, from the spool or by the table engine."""
    if scan.spooled:
        with scan.path.open(encoding="utf-8", newline="") as file:
            return [(int(cells[0]), cells[1], cells[2:]) for cells in csv.reader(file)]
    import duckdb

    cells = ", ".join(f"c{n}" for n in range(len(scan.columns)))
    with duckdb.connect() as engine:
        found = engine.execute(f"SELECT _row, flaw, {cells} FROM ({rows_of(scan)}) ORDER BY n").fetchall()
    return [(row[0], row[1], list(row[2:])) for row in found]


def of(folder: Path, content: str | bytes, name: str = "berkas.csv", **options) -> Scan:
    return read(write(folder, content, name), scratch=folder / "scratch", **options)


def codes(scan: Scan) -> list[str]:
    return [warning.code for warning in scan.warnings]


def guess(scan: Scan, what: str):
    return next((guess.value for guess in scan.guesses if guess.what == what), None)
