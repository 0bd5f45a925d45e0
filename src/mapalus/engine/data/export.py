"""The published rows of a version as a file: CSV, XLSX, JSON, NDJSON, GeoJSON; row by row, in bounded memory.

Rows come from `rows.sqlite` and what grows beside it, so nothing masked can leave by this way. Text that a spreadsheet
would take for a formula is defused. A notice such as `data contoh` stands first in the metadata of every format that
has any; a CSV has none unless it is asked for (`notice_line`), since its readers expect the header in the first line.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from mapalus.engine.data import served
from mapalus.engine.data.query import ID, Query
from mapalus.engine.data.rows import Column, open_rows
from mapalus.engine.data.served import Served, stream
from mapalus.engine.errors import Problem
from mapalus.engine.text import _

__all__ = ["Format", "Meta", "TooManyRows", "defused", "export", "media_type"]

SHEET_ROWS = 1_048_575  # of one sheet, the header apart
_CHUNK = 64 * 1024
_FORMULA = re.compile(r"^[\s]*[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+\-]?[\d\s().,/:-]*\d[\d\s().,%/:-]*$")
_LATITUDE = ("lintang", "latitude", "lat")
_LONGITUDE = ("bujur", "longitude", "lon", "lng", "long")


class Format(StrEnum):
    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    JSON = "json"
    NDJSON = "ndjson"
    GEOJSON = "geojson"


_MEDIA = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.TSV: "text/tab-separated-values; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json; charset=utf-8",
    Format.NDJSON: "application/x-ndjson; charset=utf-8",
    Format.GEOJSON: "application/geo+json; charset=utf-8",
}


class TooManyRows(Problem):
    """A workbook holds only so many rows."""

    code = "too-many-rows"
    status = 422
    text = _("A workbook holds at most %(most)s rows; this dataset has %(rows)s.")
    advice = _("Take the CSV or the Parquet file, or filter the rows first.")


@dataclass(frozen=True)
class Meta:
    """What stands above or beside the rows. `notice` is `data contoh` in a sample province, else empty."""

    title: str = ""
    notice: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)  # label -> value, in the order of the page

    def as_json(self) -> dict[str, Any]:
        first = {"notice": self.notice} if self.notice else {}
        return {**first, "title": self.title, **self.facts}


def media_type(kind: Format) -> str:
    return _MEDIA[kind]


def export(
    rows: Path | Served,
    kind: Format,
    *,
    meta: Meta | None = None,
    query: Query | None = None,
    bom: bool = False,
    notice_line: bool = False,
) -> Iterator[bytes]:
    """The file in chunks of some 64 KB. `rows`: a side file, with what came since where it is `Served`.

    Raises `Invalid`, `NotFound`, `TooManyRows` at once.
    """
    meta = meta or Meta()
    read = Served(rows) if isinstance(rows, Path) else rows
    names = tuple(column.name for column in open_rows(read.rows).columns)
    if kind is Format.XLSX and (count := served.number_of_rows(read)) > SHEET_ROWS:
        raise TooManyRows(most=SHEET_ROWS, rows=count)
    columns, records = stream(read, query or Query(fields=names, limit=0))
    if kind in (Format.CSV, Format.TSV):
        delimiter = "," if kind is Format.CSV else "\t"
        first = f"# {meta.notice}\r\n" if meta.notice and notice_line else ""
        return _gathered(_csv(columns, records, delimiter, ("\ufeff" if bom else "") + first))
    if kind is Format.XLSX:
        return _workbook(columns, records, meta)
    writers = {Format.JSON: _json, Format.NDJSON: _ndjson, Format.GEOJSON: _geojson}
    return _gathered(writers[kind](columns, records, meta))


def defused(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay what they are."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return "'" + value
    return value


def _gathered(parts: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting).encode()


def _csv(columns: Sequence[Column], records: Iterable[tuple[Any, ...]], delimiter: str, before: str) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    texts = [place for place, column in enumerate(columns) if column.stored == "text"]
    buffer.write(before)
    writer.writerow([defused(column.name) for column in columns])
    for number, record in enumerate(records):
        row = [_plain(value) for value in record]
        for place in texts:
            row[place] = defused(row[place])
        writer.writerow(row)
        if number % 500 == 499:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _plain(value: Any) -> Any:
    """true and false as Table Schema writes them; a whole number without `.0` when it is stored as real."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _safe(value: Any) -> Any:
    """JSON has no infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _record(columns: Sequence[Column], record: tuple[Any, ...]) -> dict[str, Any]:
    return {column.name: _safe(value) for column, value in zip(columns, record, strict=True)}


def _listed(columns: Sequence[Column]) -> list[dict[str, Any]]:
    keys = ("name", "title", "type", "description", "unit")
    return [{key: value for key in keys if (value := getattr(column, key))} for column in columns if column is not ID]


def _json(columns: Sequence[Column], records: Iterable[tuple[Any, ...]], meta: Meta) -> Iterator[str]:
    yield f'{{"metadata":{_dumps(meta.as_json())},\n"fields":{_dumps(_listed(columns))},\n"records":['
    between = "\n"
    for record in records:
        yield between + _dumps(_record(columns, record))
        between = ",\n"
    yield "\n]}\n"


def _ndjson(columns: Sequence[Column], records: Iterable[tuple[Any, ...]], _meta: Meta) -> Iterator[str]:
    for record in records:
        yield _dumps(_record(columns, record)) + "\n"


def _geojson(columns: Sequence[Column], records: Iterable[tuple[Any, ...]], meta: Meta) -> Iterator[str]:
    names = [column.name.lower() for column in columns]
    latitude = next((names.index(name) for name in _LATITUDE if name in names), None)
    longitude = next((names.index(name) for name in _LONGITUDE if name in names), None)
    yield f'{{"type":"FeatureCollection","metadata":{_dumps(meta.as_json())},\n"features":['
    between = "\n"
    for record in records:
        point = None
        if latitude is not None and longitude is not None:
            point = _point(record[longitude], record[latitude])
        feature = {"type": "Feature", "geometry": point, "properties": _record(columns, record)}
        yield between + _dumps(feature)
        between = ",\n"
    yield "\n]}\n"


def _point(longitude: Any, latitude: Any) -> dict[str, Any] | None:
    """RFC 7946: longitude first; what is no place on earth has no geometry."""
    if not isinstance(longitude, int | float) or not isinstance(latitude, int | float):
        return None
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}


def _workbook(columns: Sequence[Column], records: Iterable[tuple[Any, ...]], meta: Meta) -> Iterator[bytes]:
    """The rows on the first sheet with the header in its first line; what they mean on the second."""
    import xlsxwriter

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(file.name, options)
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet("Data contoh" if meta.notice else "Data")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.name, bold)
            sheet.set_column(place, place, min(40, max(10, len(column.name) + 2)))
        for number, record in enumerate(records, start=1):
            for place, value in enumerate(record):
                _write(sheet, number, place, value)
        _describe(book.add_worksheet("Metadata"), columns, meta, bold)
        book.close()
        file.seek(0)
        with open(file.name, "rb") as stored:
            while chunk := stored.read(_CHUNK):
                yield chunk


def _write(sheet: Any, row: int, place: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float) and math.isfinite(value) and abs(value) < 1e15:
        sheet.write_number(row, place, value)
    else:
        # a text cell is never run as a formula in a workbook, so it stays as it is
        sheet.write_string(row, place, str(value)[:32767])


def _describe(sheet: Any, columns: Sequence[Column], meta: Meta, bold: Any) -> None:
    lines: list[tuple[str, ...]] = [(meta.notice,)] if meta.notice else []
    lines += [(meta.title,), *((label, value) for label, value in meta.facts.items()), ()]
    for number, line in enumerate(lines):
        for place, text in enumerate(line):
            sheet.write_string(number, place, str(text))
    start = len(lines)
    for place, text in enumerate(("name", "title", "type", "unit", "description")):
        sheet.write_string(start, place, text, bold)
    for number, column in enumerate((c for c in columns if c is not ID), start=start + 1):
        for place, text in enumerate((column.name, column.title, column.type, column.unit, column.description)):
            sheet.write_string(number, place, text)
