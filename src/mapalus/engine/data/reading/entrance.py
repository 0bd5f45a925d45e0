"""What a file is, by its first bytes, and who reads it."""

from __future__ import annotations

from pathlib import Path

from mapalus.engine.data.reading.container import Container, inside_ole, inside_zip, members, not_a_table
from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.table import Scan
from mapalus.engine.text import _

__all__ = ["enter"]

_OTHERS = (
    (b"%PDF", _("a PDF document")),
    (b"\x89PNG", _("a picture")),
    (b"\xff\xd8\xff", _("a picture")),
    (b"GIF8", _("a picture")),
    (b"BM\x36", _("a picture")),
    (b"RIFF", _("a media file")),
    (b"\x1f\x8b", _("a gzip archive")),
    (b"BZh", _("a bzip2 archive")),
    (b"\xfd7zXZ", _("an xz archive")),
    (b"7z\xbc\xaf", _("a 7-Zip archive")),
    (b"Rar!", _("a RAR archive")),
    (b"{\\rtf", _("a rich text document")),
    (b"\x7fELF", _("a program")),
    (b"MZ\x90", _("a program")),
    (b"SQLite format 3", _("a SQLite database")),
    (b"PAR1", _("a Parquet file")),
    (b"ID3", _("a media file")),
)


def enter(path: Path, *, declared: Declared, scratch: Path) -> Scan:
    """Read a file that is not empty with the reader of its kind."""
    with path.open("rb") as file:
        start = file.read(4096)
    for magic, kind in _OTHERS:
        if start.startswith(magic):
            raise not_a_table(kind)
    if start.startswith(b"PK"):
        return _packed(path, declared=declared, scratch=scratch)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _book(path, inside_ole(path), declared, scratch)
    from mapalus.engine.data.reading.delimited import read_delimited

    return read_delimited(path, declared=declared, scratch=scratch)


def _packed(path: Path, *, declared: Declared, scratch: Path) -> Scan:
    infos = members(path)
    kind = inside_zip(path, infos)
    if kind is not Container.ZIP:
        return _book(path, kind, declared, scratch)
    raise not_a_table(_("an archive of several files"))


def _book(path: Path, kind: Container, declared: Declared, scratch: Path) -> Scan:
    from mapalus.engine.data.reading.workbook import read_workbook

    return read_workbook(path, kind=kind, declared=declared, scratch=scratch)
