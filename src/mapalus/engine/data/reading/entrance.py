"""What a file is, by its first bytes, and who reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

from mapalus.engine.data.reading.barebook import boxed, is_bare_book, refuse_oldest
from mapalus.engine.data.reading.container import Container, inside_ole, inside_zip, members, not_a_table, with_entities
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.reading.encoding import wide_encoding
from mapalus.engine.data.reading.jsonrows import is_ndjson, looks_like_json, read_json, read_ndjson
from mapalus.engine.data.reading.markdown import has_pipe_table, read_markdown
from mapalus.engine.data.reading.packed import the_table, unpacked_gzip, unpacked_member
from mapalus.engine.data.reading.tolerant import lines_of
from mapalus.engine.data.table import Scan
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["enter"]

_OTHERS = (
    (b"%PDF", _("This is a PDF document, not a table.")),
    (b"\x89PNG", _("This is a picture, not a table.")),
    (b"\xff\xd8\xff", _("This is a picture, not a table.")),
    (b"GIF8", _("This is a picture, not a table.")),
    (b"BM\x36", _("This is a picture, not a table.")),
    (b"RIFF", _("This is a media file, not a table.")),
    (b"BZh", _("This is a bzip2 archive, not a table.")),
    (b"\xfd7zXZ", _("This is an xz archive, not a table.")),
    (b"7z\xbc\xaf", _("This is a 7-Zip archive, not a table.")),
    (b"Rar!", _("This is a RAR archive, not a table.")),
    (b"{\\rtf", _("This is a rich text document, not a table.")),
    (b"\x7fELF", _("This is a program, not a table.")),
    (b"MZ\x90", _("This is a program, not a table.")),
    (b"\x00\x01\x00\x00Standard ", _("This is an Access database, not a table.")),
    (b"SQLite format 3", _("This is a SQLite database, not a table.")),
    (b"ID3", _("This is a media file, not a table.")),
)


_ROOT = re.compile(r"<([a-z_][\w:.-]*)[\s/>]")
_SCRIPT = re.compile(
    r"(?:(?:--|/\*|#)[^\n]*\n\s*)*(?:create\s+(?:table|database|schema|view)\s+\S|insert\s+into\s+\S+\s*(?:\(|values)|drop\s+table\s"
    r"|begin(?:\s+transaction)?\s*;|set\s+\S+\s*=[^\n;]*;)"
)
_START = 1 << 16  # bytes by which a file is known


def enter(path: Path, *, declared: Declared, scratch: Path, depth: int = 0) -> Scan:
    """Read a file that is not empty with the reader of its kind."""
    with path.open("rb") as file:
        start = file.read(_START)
    for magic, kind in _OTHERS:
        if start.startswith(magic):
            raise not_a_table(kind)
    if start[257:262] == b"ustar":
        raise not_a_table(_("This is a tar archive, not a table."))
    if start.startswith(b"PAR1"):
        from mapalus.engine.data.reading.parquet import read_parquet

        return read_parquet(path, scratch=scratch)
    if start.startswith(b"\x1f\x8b"):
        if depth > 1:
            raise not_a_table(_("Archives lie in one another too deeply."))
        unpacked = unpacked_gzip(path, scratch / f"unpacked-{depth}")
        return enter(unpacked, declared=declared, scratch=scratch, depth=depth + 1)
    if start.startswith(b"PK"):
        return _packed(path, declared=declared, scratch=scratch, depth=depth)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _book(path, inside_ole(path), declared, scratch)
    if start.startswith(b"\x09"):
        refuse_oldest(start)
        if is_bare_book(start):
            return _book(boxed(path, scratch / f"boxed-{depth}.xls"), Container.XLS, declared, scratch)
    return _text(path, start, declared, scratch)


def _text(path: Path, start: bytes, declared: Declared, scratch: Path) -> Scan:
    wide = wide_encoding(start)
    head = start.decode(wide or "utf-8-sig", "replace")
    begin = head.lstrip("\ufeff \t\r\n")[:2000].casefold()
    if begin.startswith("<") or "<table" in begin:
        return _markup(path, head.casefold(), declared, scratch)
    lines = head.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if looks_like_json(head) and declared.delimiter is None:
        if is_ndjson(lines) or _is_one_record(path, lines) or (len(lines) == 1 and not wide and _goes_on(path, start)):
            return read_ndjson(path, declared=declared, scratch=scratch)
        return read_json(path, declared=declared, scratch=scratch)
    if _SCRIPT.match(begin):
        raise not_a_table(_("This is a script for a database, not a table."))
    if declared.delimiter is None and has_pipe_table(lines):
        return read_markdown(path, declared=declared, scratch=scratch)
    if not wide and _is_binary(start):
        raise not_a_table(_("This is a binary file, not a table."))
    from mapalus.engine.data.reading.delimited import read_delimited

    return read_delimited(path, declared=declared, scratch=scratch)


def _is_one_record(path: Path, lines: list[str]) -> bool:
    """Whether a lone object is a file of one record; only its name can say so."""
    filled = [line for line in lines if line.strip()]
    return path.suffix.lower() in (".ndjson", ".jsonl", ".geojsonl") and len(filled) == 1 and filled[0][-1:] == "}"


def _goes_on(path: Path, start: bytes) -> bool:
    """Whether a file whose first line is longer than what was looked at has another record below it."""
    if len(start) < _START:
        return False
    lines = (line for line in lines_of(path, encoding="utf-8-sig") if line.strip())
    try:
        return is_ndjson(list(islice(lines, 2)))
    except Refused:  # one line holds the whole document
        return False


def _markup(path: Path, head: str, declared: Declared, scratch: Path) -> Scan:
    if "urn:schemas-microsoft-com:office:spreadsheet" in head and "<workbook" in head:
        from mapalus.engine.data.reading.spreadsheetml import read_spreadsheetml

        return read_spreadsheetml(path, declared=declared, scratch=scratch)
    if "<!entity" in head:
        raise with_entities()
    if any(mark in head for mark in ("<html", "<table", "<!doctype html", "<body", "<head", "<div")):
        from mapalus.engine.data.reading.markup import read_html

        return read_html(path, declared=declared, scratch=scratch)
    begin = head.lstrip("\ufeff \t\r\n")
    root = _ROOT.match(begin)
    if begin.startswith(("<?xml", "<!doctype")) or head.count("</") > 2 or (root and f"</{root[1]}" in head):
        raise not_a_table(_("This is an XML document, not a table."))
    from mapalus.engine.data.reading.delimited import read_delimited

    return read_delimited(path, declared=declared, scratch=scratch)


def _is_binary(start: bytes) -> bool:
    """Whether control characters that no text holds are more than rare."""
    odd = sum(start.count(bytes((code,))) for code in range(32) if code not in _TEXT_CONTROLS)
    return odd > max(2, len(start) // 100)


_TEXT_CONTROLS = {0, 1, 9, 10, 11, 12, 13, 26, 27, 31}


def _packed(path: Path, *, declared: Declared, scratch: Path, depth: int) -> Scan:
    infos = members(path)
    kind = inside_zip(path, infos)
    if kind is not Container.ZIP:
        return _book(path, kind, declared, scratch)
    chosen = the_table(infos, wanted=declared.sheet)
    if depth > 1:
        raise not_a_table(_("Archives lie in one another too deeply."))
    unpacked = unpacked_member(path, chosen, scratch / f"unpacked-{depth}{Path(chosen.filename).suffix[:8]}")
    inner = replace(declared, sheet=None) if declared.sheet == chosen.filename else declared
    return enter(unpacked, declared=inner, scratch=scratch, depth=depth + 1)


def _book(path: Path, kind: Container, declared: Declared, scratch: Path) -> Scan:
    from mapalus.engine.data.reading.workbook import read_workbook

    return read_workbook(path, kind=kind, declared=declared, scratch=scratch)
