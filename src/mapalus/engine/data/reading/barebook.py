"""Workbooks of Excel 95 and older programs that lie in no compound file: the bare stream of records.

Source: [MS-CFB] and [MS-XLS], sections on the beginning of a stream; OpenOffice's description of BIFF2 to BIFF5.
"""

from __future__ import annotations

import struct
from pathlib import Path

from mapalus.engine.data.reading.limits import too_large
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["boxed", "in_a_box", "is_bare_book", "refuse_oldest"]

_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_TABLES_MOST = 109  # sectors of the table that the head itself names
_LEAST = 4096  # shorter streams would lie among small ones
_OLDEST = (b"\x09\x00\x04\x00", b"\x09\x00\x06\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")


def is_bare_book(start: bytes) -> bool:
    """Whether a file begins with the first record of a workbook of Excel 5 to 2003."""
    kind, size, version = struct.unpack("<HHH", start[:6].ljust(6, b"\0"))
    return kind == 0x0809 and 4 <= size <= 16 and version in (0x0500, 0x0600)


def refuse_oldest(start: bytes) -> None:
    """Excel 2, 3 and 4: nothing that is kept up reads them any more."""
    if start.startswith(_OLDEST):
        raise Refused(
            "not-tabular",
            _("This is a workbook of Excel 4 or older, which is not read any more."),
            advice=_("Open it in a spreadsheet program, save it as XLSX and hand it in again."),
        )


def boxed(path: Path, target: Path) -> Path:
    """The bare workbook as a compound file, which is how programs expect it."""
    if path.stat().st_size > (_TABLES_MOST * _SECTOR // 4 - _TABLES_MOST - 1) * _SECTOR:
        raise too_large(_("The workbook is larger than %(limit)s MB."), limit=6)
    data = path.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(in_a_box("Book" if data[4:6] == b"\0\5" else "Workbook", data))
    return target


def in_a_box(name: str, data: bytes) -> bytes:
    """A compound file that holds one stream."""
    size = max(_LEAST, -(-len(data) // _SECTOR) * _SECTOR)
    sectors = size // _SECTOR
    tables = 1
    while tables * _SECTOR // 4 < tables + 1 + sectors:
        tables += 1
    first = tables + 1  # the table, the folder, then the stream
    chain = [_TABLE] * tables + [_END, *range(first + 1, first + sectors), _END]
    chain += [_FREE] * (tables * _SECTOR // 4 - len(chain))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, tables, tables, 0, _LEAST, _END, 0, _END, 0)
    head += struct.pack("<109I", *range(tables), *[_FREE] * (_TABLES_MOST - tables))
    folder = _entry("Root Entry", 5, _END, 0, child=1) + _entry(name, 2, first, size)
    table = struct.pack(f"<{len(chain)}I", *chain)
    return head + table + folder.ljust(_SECTOR, b"\0") + data.ljust(size, b"\0")


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBB3I", len(text), kind, 1, _FREE, _FREE, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)
